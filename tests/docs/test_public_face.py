"""What a public repository shows the world: its licence, its entry for catalogues, and its papers."""

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

import pasledger
from pasledger.store import tables
from pasledger.texts import Surface, languages

ROOT = Path(__file__).parents[2]
ENTRY: dict[str, Any] = yaml.safe_load((ROOT / "publiccode.yml").read_text(encoding="utf-8"))


def test_every_file_has_a_licence() -> None:
    """The REUSE tool finds who holds the copyright of each file, and its licence."""
    checked = subprocess.run(
        [sys.executable, "-m", "reuse", "lint"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
    )
    assert checked.returncode == 0, checked.stdout


def test_there_is_one_text_of_the_licence() -> None:
    """The text at the top, where people look, is the one that tools look for."""
    assert (ROOT / "LICENSE").read_bytes() == (ROOT / "LICENSES/EUPL-1.2.txt").read_bytes()


@pytest.mark.parametrize("language", ["en", "nl"])
def test_the_entry_for_catalogues_says_what_it_must(language: str) -> None:
    """Every key that publiccode.yml 0.7 asks for is there, within its bounds."""
    assert ENTRY["publiccodeYmlVersion"] == "0.7"
    assert ENTRY["developmentStatus"] in ("concept", "development", "beta", "stable", "obsolete")
    assert ENTRY["softwareType"].startswith("standalone/")
    assert ENTRY["url"].startswith("https://")
    assert ENTRY["platforms"]
    assert ENTRY["maintenance"]["type"] in ("internal", "community", "contract", "none")
    assert ENTRY["maintenance"]["contacts"]
    described = ENTRY["description"][language]
    assert len(described["shortDescription"]) <= 150
    assert 150 <= len(described["longDescription"]) <= 10_000
    assert described["features"]


def test_the_entry_agrees_with_the_program() -> None:
    """Version, licence, name and languages are those of the package."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert ENTRY["name"] == project["name"]
    assert ENTRY["softwareVersion"] == pasledger.__version__
    assert ENTRY["legal"]["license"] == project["license"]
    assert sorted(ENTRY["localisation"]["availableLanguages"]) == sorted(languages(Surface.STAFF))


def test_the_register_says_what_is_kept() -> None:
    """What the privacy page says is never kept has no column anywhere."""
    page = (ROOT / "docs/reference/privacy.md").read_text(encoding="utf-8")
    assert "| never kept | BSN, name, address, birth date, phone, e-mail, bank account of residents" in page
    of_residents = {"holder", "holder_reference", "card", "card_change", "entitlement", "award_decision", "redemption"}
    columns = {column.name for name in of_residents for column in tables.metadata.tables[name].columns}
    assert not {
        column for column in columns if any(word in column for word in ("name", "birth", "mail", "phone", "iban"))
    }
