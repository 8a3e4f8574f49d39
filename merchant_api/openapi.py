"""The API's description: OpenAPI 3.1, as the Dutch API design rules want it."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from merchant_api import API_VERSION
from merchant_api.answers import Answer
from merchant_api.schemas import ProblemDetails

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
        for unused in ("HTTPValidationError", "ValidationError"):
            document["components"]["schemas"].pop(unused, None)
        api.openapi_schema = document
    return api.openapi_schema


def _complete(responses: dict[str, Any]) -> None:
    responses.pop("422", None)
    for status, response in responses.items():
        response.setdefault("headers", {}).update(_VERSION_HEADER)
        if status >= "400":
            response["content"] = {"application/problem+json": response["content"]["application/json"]}
