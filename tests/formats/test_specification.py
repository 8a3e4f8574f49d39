"""The specification behind a payment."""

import csv
from datetime import date
from html.parser import HTMLParser

from pasledger.formats.specification import COLUMNS, Specification, SpecifiedLine, as_csv, as_html
from pasledger.ledger.money import Money

NASTY = "=1+1<script>alert(1)</script>"
WORDS = {
    "language": "nl",
    "title": "Specificatie",
    "date": "datum",
    "kind": "soort",
    "id": "nummer",
    "reference": "kenmerk",
    "amount": "bedrag",
    "total": "totaal",
    "paid": "{iban} {day}",
}
FOUND = Specification(
    "Gemeente Dronten",
    "Café & Zn.",
    "2026-0001-0001",
    "NL91ABNA0417164300",
    date(2026, 11, 25),
    Money(1000),
    (
        SpecifiedLine(date(2026, 11, 1), "besteding", "red_1", NASTY, Money(1250)),
        SpecifiedLine(date(2026, 11, 2), "terugboeking", "rfd_1", "lid 7", Money(-250)),
    ),
)


class _Texts(HTMLParser):
    """What a reader of the page sees, and the elements that are in it."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self.elements.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_table_adds_up_to_the_payment() -> None:
    """Amounts with a comma, below zero what was given back; no cell is a formula."""
    rows = list(csv.reader(as_csv(FOUND).decode("utf-8-sig").splitlines(), delimiter=";"))
    assert tuple(rows[0]) == COLUMNS
    cents = [int(row[-1].replace(",", "")) for row in rows[1:]]
    assert sum(cents) == FOUND.amount.cents
    assert rows[1][3] == f"'{NASTY}"


def test_the_page_shows_the_same_and_runs_nothing() -> None:
    """A merchant's own reference is text and nothing else, and nothing comes from elsewhere."""
    page = as_html(FOUND, WORDS)
    seen = _Texts()
    seen.feed(page)
    assert "script" not in seen.elements
    assert NASTY in seen.text
    for text in ("Café & Zn.", "€ -2,50", "€ 10,00", "02-11-2026", "red_1"):
        assert text in seen.text
    assert "http" not in page
    assert '<html lang="nl">' in page
    assert "@media print" in page
