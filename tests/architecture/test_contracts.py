"""The import contracts of `pyproject.toml` hold, and each of them can fail: a breach is planted in a copy."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("pasledger", "merchant_api")
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS = {contract["name"] for contract in SETTINGS["tool"]["importlinter"]["contracts"]}

LAYERS = "Imports point down only"
BESIDE = "The merchant service stands beside cli and desk, on the use cases"
UNKNOWN = "The library does not know the merchant service"
SQLALCHEMY = "Only the store imports SQLAlchemy"
PURE = "The pure ring has no database, web, clock, chance, file or log"

BREACHES = [
    (LAYERS, "pasledger/ledger/money.py", "import pasledger.rules.schemes"),
    (LAYERS, "pasledger/rules/cards.py", "import pasledger.reports"),
    (LAYERS, "pasledger/reports/__init__.py", "import pasledger.formats"),
    (LAYERS, "pasledger/store/__init__.py", "import pasledger.formats"),
    (LAYERS, "pasledger/formats/__init__.py", "import pasledger.store"),
    (LAYERS, "pasledger/store/__init__.py", "import pasledger.usecases"),
    (LAYERS, "pasledger/usecases/__init__.py", "import pasledger.cli"),
    (LAYERS, "pasledger/desk/__init__.py", "import pasledger.cli"),
    (LAYERS, "pasledger/pages/__init__.py", "import pasledger.desk"),
    (LAYERS, "pasledger/helpers/__init__.py", '"""A package that no layer knows."""'),
    (BESIDE, "merchant_api/__init__.py", "import pasledger.cli"),
    (BESIDE, "merchant_api/__init__.py", "import pasledger.desk"),
    (UNKNOWN, "pasledger/cli/__init__.py", "import merchant_api"),
    (SQLALCHEMY, "pasledger/usecases/__init__.py", "import sqlalchemy"),
    (SQLALCHEMY, "pasledger/cli/__init__.py", "import sqlite3"),
    (SQLALCHEMY, "merchant_api/__init__.py", "import alembic"),
    (PURE, "pasledger/ledger/ids.py", "import uuid"),
    (PURE, "pasledger/rules/cards.py", "import random"),
    (PURE, "pasledger/reports/__init__.py", "import time"),
    (PURE, "pasledger/formats/__init__.py", "import pathlib"),
]


def verdicts(folder: Path) -> dict[str, str]:
    """Return what import-linter says of each contract about the packages in a folder."""
    run = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-logo", "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    found = dict(re.findall(r"^(.+) (KEPT|BROKEN)$", run.stdout, re.MULTILINE))
    assert set(found) == CONTRACTS, run.stdout + run.stderr
    assert run.returncode == ("BROKEN" in found.values())
    return found


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a folder with a copy of both packages and of the contracts."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_every_contract_holds() -> None:
    """Imports are as declared."""
    assert verdicts(ROOT) == dict.fromkeys(CONTRACTS, "KEPT")


def test_every_contract_has_a_planted_breach() -> None:
    """A contract without a breach here could be one that cannot fail."""
    assert {contract for contract, _, _ in BREACHES} == CONTRACTS


@pytest.mark.parametrize(("contract", "file", "line"), BREACHES)
def test_a_breach_breaks_its_own_contract(copy: Path, contract: str, file: str, line: str) -> None:
    """One line in the wrong place breaks exactly the contract that forbids it."""
    planted = copy / file
    planted.parent.mkdir(exist_ok=True)
    with planted.open("a", encoding="utf-8") as source:
        source.write(f"\n{line}\n")
    assert verdicts(copy) == {**dict.fromkeys(CONTRACTS, "KEPT"), contract: "BROKEN"}
