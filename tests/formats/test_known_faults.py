"""Award files with faults that are known beforehand, alone and in mixtures: exactly those are told, in CSV and XLSX."""

import csv
from collections.abc import Callable, Sequence
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pasledger.formats.awards import read_awards
from pasledger.formats.faults import FaultKind
from tests.support.files import rows_or_faults
from tests.support.spreadsheets import a_sheet, in_parts, written_out
from tests.support.town import a_card

F = FaultKind
HEADER = (
    "regeling",
    "kenmerk",
    "pashouder",
    "pasnummer",
    "bedrag",
    "categorie",
    "ingangsdatum",
    "einddatum",
    "termijn",
)
CARD = a_card().number.printed

Row = dict[str, str]
Known = tuple[FaultKind, str | None]


def a_row(number: int) -> Row:
    """Return a row without faults, which says something else than any other."""
    return dict.fromkeys(HEADER, "") | {
        "regeling": "culture",
        "kenmerk": f"Z-{number}",
        "pashouder": f"P-{number}",
        "bedrag": "12,50",
    }


CELLS: dict[tuple[str, str], FaultKind] = {
    ("regeling", ""): F.CELL_EMPTY,
    ("regeling", "Cultuur!"): F.CODE,
    ("kenmerk", ""): F.CELL_EMPTY,
    ("kenmerk", "111222333"): F.LOOKS_LIKE_BSN,
    ("kenmerk", "x" * 36): F.REFERENCE,
    ("pashouder", "Jan Jansen"): F.REFERENCE,
    ("pashouder", "111.222.333"): F.LOOKS_LIKE_BSN,
    ("bedrag", ""): F.NO_AMOUNT,
    ("bedrag", "12,5"): F.AMOUNT,
    ("bedrag", "12.505"): F.AMOUNT,
    ("bedrag", "twaalf"): F.AMOUNT,
    ("bedrag", "0,00"): F.AMOUNT_NOT_POSITIVE,
    ("bedrag", "-3"): F.AMOUNT_NOT_POSITIVE,
    ("categorie", "kind: 4"): F.CODE,
    ("einddatum", "30-02-2026"): F.DATE,
    ("ingangsdatum", "31-02-2026"): F.DATE,
    ("ingangsdatum", "31/12/2026"): F.DATE,
    ("ingangsdatum", "31-12-26"): F.DATE,
    ("termijn", "0"): F.NUMBER,
    ("termijn", "100"): F.NUMBER,
    ("termijn", "een"): F.NUMBER,
}
"""What is wrong in a cell by itself."""

CARDS: dict[str, FaultKind] = {"1234": F.CARD_NUMBER, "9000000000000000": F.CARD_CHECK_DIGITS}
"""What is wrong in the cell of a card, in a row that names its holder by it."""


def in_csv(rows: Sequence[Row]) -> bytes:
    """Return rows as delimited text."""
    text = StringIO(newline="")
    writer = csv.DictWriter(text, HEADER, delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def in_xlsx(rows: Sequence[Row]) -> bytes:
    """Return rows as a spreadsheet of texts."""
    return in_parts(a_sheet(written_out([HEADER, *([row[column] for column in HEADER] for row in rows)])))


def told(rows: Sequence[Row], write: Callable[[Sequence[Row]], bytes]) -> list[tuple[int | None, Known]]:
    """Return what is told of a file: the row, the kind of fault and its column."""
    _, faults = rows_or_faults(read_awards, write(rows))
    return [(fault.row, (FaultKind(fault.reason), fault.column)) for fault in faults]


WRITERS = pytest.mark.parametrize("write", [in_csv, in_xlsx])


@WRITERS
def test_a_file_without_faults_has_none(write: Callable[[Sequence[Row]], bytes]) -> None:
    """The rows that faults are put into are sound by themselves."""
    assert told([a_row(1), a_row(2) | {"pashouder": "", "pasnummer": CARD}], write) == []


@WRITERS
@pytest.mark.parametrize(("column", "text"), CELLS, ids=str)
def test_each_fault_alone(column: str, text: str, write: Callable[[Sequence[Row]], bytes]) -> None:
    """One cell is wrong, and nothing else is told."""
    rows = [a_row(1), a_row(2) | {column: text}, a_row(3)]
    assert told(rows, write) == [(3, (CELLS[column, text], column))]


@st.composite
def rows_with_faults(draw: st.DrawFn) -> tuple[list[Row], list[tuple[int | None, Known]]]:
    """Return rows, and what is wrong with them: cells, no holder or two, and what was there before."""
    rows: list[Row] = []
    known: list[tuple[int | None, Known]] = []
    for number in range(1, draw(st.integers(1, 8)) + 1):
        row, wrong = a_row(number), draw(st.sampled_from(["nothing", "cells", "card", "none", "both", "twice"]))
        found: list[Known] = []
        if wrong == "cells":
            changes = dict(draw(st.lists(st.sampled_from(sorted(CELLS)), min_size=1, unique_by=lambda one: one[0])))
            row |= changes
            found = [(CELLS[column, changes[column]], column) for column in HEADER if column in changes]
            if len(found) > 1:  # a row in which a cell cannot be read is not looked at as a whole
                found = [one for one in found if one[0] is not F.NO_AMOUNT]
        elif wrong == "card":
            number_on_card = draw(st.sampled_from(sorted(CARDS)))
            row |= {"pashouder": "", "pasnummer": number_on_card}
            found = [(CARDS[number_on_card], "pasnummer")]
        elif wrong == "none":
            row["pashouder"] = ""
            found = [(F.NO_HOLDER, "pashouder")]
        elif wrong == "both":
            row["pasnummer"] = CARD
            found = [(F.TWO_HOLDERS, "pashouder")]
        elif wrong == "twice" and rows and not known:
            row = rows[0] | {"bedrag": "99,00"}
            found = [(F.ROW_TWICE, None)] if _is_sound(rows[0]) else []
        rows.append(row)
        known += [(number + 1, fault) for fault in found]
    return rows, known


def _is_sound(row: Row) -> bool:
    return row["kenmerk"] == "Z-1" and row["pashouder"] == "P-1"


@WRITERS
@given(rows_with_faults())
def test_faults_in_mixtures(
    write: Callable[[Sequence[Row]], bytes], drawn: tuple[list[Row], list[tuple[int | None, Known]]]
) -> None:
    """Exactly what was put into the rows is told, whatever else is wrong beside it."""
    rows, known = drawn
    assert sorted(told(rows, write), key=str) == sorted(known, key=str)
