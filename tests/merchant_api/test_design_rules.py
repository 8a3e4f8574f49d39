"""The description of the API against the Dutch API design rules 2.2, by their own linter; and its examples."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema_rs import validator_for

from merchant_api.app import _api
from merchant_api.openapi import describe

RULES = Path(__file__).parent / "adr"
LINTER = RULES / "node_modules/.bin/spectral"
Document = dict[str, Any]

needs_the_linter = pytest.mark.skipif(
    not os.environ.get("CI") and (shutil.which("node") is None or not LINTER.exists()),
    reason="the linter is not there: npm ci --ignore-scripts --prefix tests/merchant_api/adr",
)


def a_document() -> Document:
    """Return the description of the API."""
    document: Document = json.loads(json.dumps(describe(_api())))
    return document


def found_by_the_linter(document: Document, folder: Path) -> list[tuple[str, int]]:
    """Return which rule each finding is of, and how severe it is: 0 for an error."""
    path = folder / "openapi.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    ran = subprocess.run(
        [LINTER, "lint", "--ruleset", RULES / "adr-2.2-linter.yaml", "--format", "json", "--quiet", path],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    return [(finding["code"], finding["severity"]) for finding in json.loads(ran.stdout or "[]")]


@pytest.mark.slow
@needs_the_linter
def test_the_linter_finds_nothing(tmp_path: Path) -> None:
    """Every technical rule is kept: no error, and no warning."""
    assert found_by_the_linter(a_document(), tmp_path) == []


def _without_contact(document: Document) -> None:
    del document["info"]["contact"]


def _with_a_trailing_slash(document: Document) -> None:
    document["paths"]["/holds/"] = document["paths"].pop("/holds")


def _without_the_version(document: Document) -> None:
    del document["paths"]["/holds"]["post"]["responses"]["201"]["headers"]["API-Version"]


@pytest.mark.slow
@needs_the_linter
@pytest.mark.parametrize("breach", [_without_contact, _with_a_trailing_slash, _without_the_version])
def test_the_linter_can_find_something(breach: Callable[[Document], None], tmp_path: Path) -> None:
    """A breach that is planted is an error."""
    document = a_document()
    breach(document)
    assert 0 in {severity for _, severity in found_by_the_linter(document, tmp_path)}


def _operations(document: Document) -> Iterator[tuple[str, Document]]:
    for operations in document["paths"].values():
        for operation in operations.values():
            yield operation["operationId"], operation


def test_every_operation_has_its_examples() -> None:
    """Of all that is sent and of all that is answered, and each is what its schema says."""
    document = a_document()
    for name, operation in _operations(document):
        contents = [response["content"] for response in operation["responses"].values()]
        contents += [operation["requestBody"]["content"]] if "requestBody" in operation else []
        for content in contents:
            for described in content.values():
                schema = described["schema"] | {"components": document["components"]}
                validator_for(schema).validate(described["example"])
        for parameter in operation.get("parameters", []):
            assert parameter["schema"].get("examples") or "example" in parameter, (name, parameter["name"])


def test_the_changelog_has_the_version_on_top() -> None:
    """What changed is told for each version of the API, the newest first, and this one is there."""
    page = (Path(__file__).parents[2] / "docs/reference/api-changelog.md").read_text(encoding="utf-8")
    versions = [line.removeprefix("## ") for line in page.splitlines() if line.startswith("## ")]
    assert versions[0] == a_document()["info"]["version"]
