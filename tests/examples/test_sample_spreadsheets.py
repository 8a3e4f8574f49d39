"""The files of the sample town say the same when a spreadsheet program has saved them."""

import csv
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from pasledger.formats.awards import read_awards
from pasledger.formats.masterdata import read_budgets, read_holders, read_merchants
from tests.examples.test_sample_town import EXAMPLE
from tests.support.spreadsheets import a_workbook

READERS: dict[str, Callable[[bytes], Sequence[object]]] = {
    "budgetten.csv": read_budgets,
    "aanbieders.csv": read_merchants,
    "pashouders.csv": read_holders,
    "toekenningen-toegankelijkheidsbijdrage.csv": read_awards,
    "toekenningen-mantelzorgcompliment.csv": read_awards,
    "toekenningen-ouderbijdrage.csv": read_awards,
    "toekenningen-feestweek.csv": read_awards,
}
MOST_ROWS = 5000
"""Of the 40,500 holders and of what they all get; the other files are shorter."""
NUMBERS = {"bedrag", "termijn", "kassas", "jaar", "kvk"}
DAYS = {"ingangsdatum"}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the town."""
    out = tmp_path_factory.mktemp("sample") / "town"
    subprocess.run([sys.executable, EXAMPLE / "make_town.py", out], check=True, capture_output=True)
    return out


def saved_as_a_spreadsheet(data: bytes) -> bytes:
    """Return a CSV file as XLSX: what looks like a number or a day is one, as a spreadsheet program makes of it."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252")
    header, *rows = csv.reader(StringIO(text, newline=""), delimiter=";")
    typed = [[_typed(title, cell) for title, cell in zip(header, row, strict=True)] for row in rows]
    formats = {place: "#,##0.00" for place, title in enumerate(header) if title == "bedrag"}
    return a_workbook([header, *typed], formats=formats)


def _typed(title: str, cell: str) -> Any:
    if title in NUMBERS and cell:
        return float(cell.replace(".", "").replace(",", "."))
    if title in DAYS and cell:
        order = "%d-%m-%Y" if re.match(r"\d\d-", cell) else "%Y-%m-%d"
        return datetime.strptime(cell, order).date()  # noqa: DTZ007 - a day has no zone
    return cell or None


@pytest.mark.parametrize("name", READERS)
def test_a_file_says_the_same_as_a_spreadsheet(town: Path, name: str) -> None:
    """Row for row, with amounts that are floats and days that are numbers in it."""
    data = b"".join((town / name).read_bytes().splitlines(keepends=True)[:MOST_ROWS])
    rows = READERS[name](data)
    assert rows
    assert READERS[name](saved_as_a_spreadsheet(data)) == rows
