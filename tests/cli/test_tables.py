"""How tables and values look."""

import io
import re
from datetime import UTC, date, datetime
from enum import StrEnum

import pytest
from rich.console import Console

from pasledger.cli.tables import Column, Table
from pasledger.cli.wording import LISTS, in_words
from pasledger.ledger.money import Money
from pasledger.rules.cards import CardState
from pasledger.texts import Surface, languages

SCHEMES = ("toegankelijkheidsbijdrage", "Café 東京")
AMOUNTS = ("€ 1.250,00", "€     0,05")


def drawn(width: int, *, encoding: str = "utf-8") -> str:
    """Return a table with totals as a console of this width shows it."""
    shown = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="replace", newline="")
    columns = (
        Column("regeling", SCHEMES, "totaal", is_figure=False),
        Column("over", AMOUNTS, "€ 1.250,05", is_figure=True),
    )
    Table(columns, has_totals=True).print(Console(file=shown, width=width))
    shown.seek(0)
    return shown.read()


def test_a_table_is_calm() -> None:
    """Text stands to the left and figures to the right, and no line ends in spaces."""
    assert drawn(100).splitlines() == [
        "regeling                         over",
        "─────────────────────────────────────",
        "toegankelijkheidsbijdrage  € 1.250,00",
        "Café 東京                  €     0,05",
        "",
        "totaal                     € 1.250,05",
    ]


@pytest.mark.parametrize("width", [36, 30, 24])
def test_a_narrow_table_loses_nothing(width: int) -> None:
    """Where it does not fit, text is folded; every figure stays whole, on a line of its own row."""
    lines = drawn(width).splitlines()
    assert all(any(amount in line for line in lines) for amount in (*AMOUNTS, "€ 1.250,05"))
    folded = "".join(re.sub(r"€.*|over|─", "", line).strip() for line in lines)
    assert all(name.replace(" ", "") in folded.replace(" ", "") for name in (*SCHEMES, "regeling", "totaal"))


def test_a_table_for_an_old_terminal() -> None:
    """The line below the titles is one that any terminal can show."""
    assert set(drawn(100, encoding="ascii").splitlines()[1]) == {"-"}


@pytest.mark.parametrize(
    ("value", "dutch", "english"),
    [
        (None, "", ""),
        (2026, "2026", "2026"),
        (40_500, "40.500", "40,500"),
        (-12_345, "-12.345", "-12,345"),
        (0.425, "0,42", "0.42"),
        (date(2026, 3, 2), "02-03-2026", "2026-03-02"),
        (datetime(2026, 7, 1, 22, 30, tzinfo=UTC), "02-07-2026 00:30", "2026-07-02 00:30"),
        (Money(125_000), "€ 1.250,00", "€ 1.250,00"),
        (CardState.BLOCKED, "geblokkeerd", "blocked"),
        ("Café", "Café", "Café"),
        ("a\x1b[31mb\nc\u202e", "a�[31mb�c�", "a�[31mb�c�"),
    ],
)
def test_values_in_words(value: object, dutch: str, english: str) -> None:
    """Numbers, days and moments are written the local way; a moment is the one on the clock in the Netherlands."""
    assert (in_words(value, "nl"), in_words(value, "en")) == (dutch, english)


@pytest.mark.parametrize("language", languages(Surface.STAFF))
@pytest.mark.parametrize("members", LISTS, ids=lambda members: members.__name__)
def test_every_member_of_a_list_has_words_of_its_own(members: type[StrEnum], language: str) -> None:
    """No two members are said in the same words."""
    said = [in_words(member, language) for member in members]
    assert len(set(said)) == len(said)
    assert all(said)
