"""The API's description, and the service held against it by an outside tool."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.service import ROOT, Street, Till, on_a_port

HERE = Path(__file__).parent


def test_the_description_is_public(till: Till) -> None:
    """Everybody can read the description, from any page, without a credential."""
    answer = till.client.get("/v1/openapi.json")

    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.json()["openapi"].startswith("3.1")
    assert answer.json()["info"]["contact"]["email"]


def test_every_answer_is_described(till: Till) -> None:
    """Each operation has an id, a version header on each answer, and problems in their own media type."""
    document = till.client.get("/v1/openapi.json").json()

    operations = [operation for path in document["paths"].values() for operation in path.values()]
    assert len({operation["operationId"] for operation in operations}) == len(operations) == 26
    for operation in operations:
        assert "422" not in operation["responses"]
        for status, response in operation["responses"].items():
            assert "API-Version" in response["headers"]
            kinds = list(response["content"])
            if operation["operationId"] in ("getStatement", "getPayout") and status == "200":
                assert sorted(kinds) == ["application/json", "text/csv", "text/html"]
            else:
                assert kinds == ["application/json" if status < "400" else "application/problem+json"]


@pytest.mark.slow
def test_an_outside_tool_finds_nothing(street: Street, tmp_path: Path) -> None:
    """Schemathesis finds no 5xx, no undocumented answer and no answer that is not as described."""
    examples = "100" if os.environ.get("CI") else "25"
    with on_a_port(street) as till:
        done = subprocess.run(
            [
                Path(sys.executable).with_name("schemathesis"),
                *("--config-file", HERE / "schemathesis.toml"),
                *("run", f"{till.client.base_url}/v1/openapi.json", "--no-color"),
                *("--header", f"Authorization: Bearer {street.credentials['club']}"),
                *("--max-examples", examples, "--generation-database", ":memory:"),
            ],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(ROOT), "SCHEMATHESIS_HOOKS": "tests.merchant_api.schemathesis_hooks"},
        )
        till.verify_books()

    assert done.returncode == 0, done.stdout
    assert "Operations:       26 selected / 26 total" in done.stdout
