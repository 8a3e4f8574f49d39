"""The API's description: OpenAPI 3.1, as the Dutch API design rules want it."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from merchant_api import API_VERSION
from merchant_api.answers import Answer
from merchant_api.faults import Fault
from merchant_api.schemas.service import ProblemDetails
from pasledger.texts import say

_VERSION_HEADER = {"API-Version": {"description": "The version of the API", "schema": {"type": "string"}}}

_CONTACT = {
    "name": "The team of the Pas van Dronten",
    "url": "https://pas.example/developers",
    "email": "team@pas.example",
}

Responses = dict[int | str, dict[str, Any]]


def problems(*answers: Answer) -> Responses:
    """Return the description of the answers that a route can give beside yes, and of those that every route can."""
    described: Responses = {}
    for answer in (*answers, Answer.FAULT, Answer.BUSY):
        words = answer.label.replace("-", " ")
        before = described.get(answer.status)
        described[answer.status] = {
            "model": ProblemDetails,
            "description": f"{before['description']}, or {words}" if before else words.capitalize(),
        }
    return described


def describe(api: FastAPI) -> dict[str, Any]:
    """Return the document of an application, with problems in their own media type and the version in each response."""
    if api.openapi_schema is None:
        document = get_openapi(
            title=api.title,
            version=API_VERSION,
            openapi_version="3.1.0",
            description=api.description,
            routes=api.routes,
            servers=api.servers,
            tags=api.openapi_tags,
            license_info=api.license_info,
        )
        document["info"]["contact"] = _CONTACT
        for path in document["paths"].values():
            for operation in path.values():
                _complete(operation["responses"])
                _show(operation, document["components"]["schemas"])
        for unused in ("HTTPValidationError", "ValidationError"):
            document["components"]["schemas"].pop(unused, None)
        api.openapi_schema = document
    return api.openapi_schema


_FORMS = {"text/csv": "dag;tijdstip;soort;bedrag;kenmerk;kassa;nummer\r\n", "text/html": "<!doctype html>\n<html>"}
"""How other forms than JSON begin."""


def _show(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Give an operation an example of all that is sent to it, and of all that it answers."""
    contents = [operation["requestBody"]["content"]] if "requestBody" in operation else []
    for status, response in operation["responses"].items():
        if status < "400":
            contents.append(response["content"])
        else:
            label = response["description"].partition(", or ")[0].lower().replace(" ", "-")
            [described] = response["content"].values()
            described["example"] = _problem(label, int(status))
    for content in contents:
        for kind, described in content.items():
            described["example"] = _FORMS[kind] if kind in _FORMS else example_of(described["schema"], schemas)


def _problem(label: str, status: int) -> dict[str, Any]:
    """Return what a problem looks like."""
    shown = {"type": f"/problems/{label}", "status": status, "title": say(f"answer.{label}.title", "en")}
    if label == "invalid":
        shown["errors"] = [Fault("#/amount/value", "missing").told("en")]
    return shown | {"detail": say(f"answer.{label}", "en", most=16384, seconds=1)}


def example_of(schema: dict[str, Any], schemas: dict[str, Any]) -> object:
    """Return an example of a schema: its own, or one made of those of its parts."""
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if "examples" in schema:
        return schema["examples"][0]
    if "const" in schema or "enum" in schema:
        return schema["const"] if "const" in schema else schema["enum"][0]
    if "anyOf" in schema:
        return example_of(schema["anyOf"][0], schemas) if "examples" in schema["anyOf"][0] else None
    if schema.get("type") == "array":
        return [example_of(schema["items"], schemas)]
    if "properties" in schema:
        return {name: example_of(part, schemas) for name, part in schema["properties"].items()}
    raise ValueError(f"nothing shows what this is: {schema}")


def _complete(responses: dict[str, Any]) -> None:
    responses.pop("422", None)
    for status, response in responses.items():
        response.setdefault("headers", {}).update(_VERSION_HEADER)
        if status >= "400":
            response["content"] = {"application/problem+json": response["content"]["application/json"]}
