"""Payment requests as files: the list that a merchant asks with, and what it gets back for its mail and its books."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

import segno

from pasledger.formats import cells
from pasledger.formats.faults import Fault, FaultKind, Misread, require_none, twice
from pasledger.formats.paper import page
from pasledger.formats.statements import MARK, in_euros
from pasledger.formats.tabular import Column, read_lines
from pasledger.ledger.ids import PaymentRequestId
from pasledger.ledger.money import Money
from pasledger.rules.holders import HolderReference
from pasledger.texts import say

MOST_ROWS = 5_000
"""How many can be asked at once."""

MOST_ASKED = Money(999_999_999)
"""How much can be asked under one reference."""

MOST_SIGNS = 120
"""How long the words of a request can be."""

_SIGNS = "!-~¡-¬®-ſ€‘’“”–…"
WORDS = rf"[{_SIGNS}][ {_SIGNS}]*"
"""How the words of a request are written: on one line, in the letters of European languages."""

_WORDS = re.compile(WORDS)


def asked_amount(text: str) -> Money:
    """Read how much is asked."""
    amount = cells.amount(text)
    if amount > MOST_ASKED:
        raise Misread(FaultKind.AMOUNT)
    return amount


def asked_words(text: str) -> str:
    """Read what is asked for: on one line, and without what could be a BSN."""
    if len(text) > MOST_SIGNS:
        raise Misread(FaultKind.CELL_TOO_LONG, most=MOST_SIGNS)
    if _WORDS.fullmatch(text) is None:
        raise Misread(FaultKind.WORDS)
    return cells.note(text)


COLUMNS = (
    Column("kenmerk", "reference", cells.own_reference),
    Column("bedrag", "amount", asked_amount),
)

COLUMNS_OF_LINKS = ("reference", "open", "link")
COLUMNS_OF_BOOKS = ("reference", "words", "asked-on", "last-day", "amount", "paid", "open", "state", "reminders", "id")


@dataclass(frozen=True, slots=True)
class AskRow:
    """How much a file asks under one reference."""

    row: int
    reference: str
    amount: Money


@dataclass(frozen=True, slots=True)
class TellRow:
    """Whom a file tells of a request."""

    row: int
    holder: HolderReference
    request: PaymentRequestId


@dataclass(frozen=True, slots=True)
class AskedLine:
    """A request as its merchant gets it back: how it stands, and its link."""

    id: str
    reference: str
    words: str
    asked_on: date
    last_day: date
    amount: Money
    paid: Money
    left: Money
    state: str
    reminders: int
    link: str


def read_asks(data: bytes) -> list[AskRow]:
    """Return every row of a file. Raises `FileRefused` with all faults there are."""
    lines, faults = read_lines(data, COLUMNS)
    faults += twice((line.row, line["reference"]) for line in lines)
    if len(lines) > MOST_ROWS:
        faults.append(Fault(FaultKind.ROWS_TOO_MANY, figures={"most": MOST_ROWS}))
    require_none(faults)
    return [AskRow(line.row, line["reference"], line["amount"]) for line in lines]


def request_named(text: str) -> PaymentRequestId:
    """Read the id of a request, alone or at the end of its link."""
    try:
        return PaymentRequestId.parse(text.rpartition("/")[2])
    except ValueError:
        raise Misread(FaultKind.REQUEST_LINK) from None


COLUMNS_OF_TOLD = (
    Column("pashouder", "holder", cells.holder),
    Column("verzoek", "request", request_named),
)


def read_told(data: bytes) -> list[TellRow]:
    """Return who is told of which request. Raises `FileRefused` with all faults there are."""
    lines, faults = read_lines(data, COLUMNS_OF_TOLD)
    require_none([*faults, *twice((line.row, (line["holder"], line["request"])) for line in lines)])
    return [TellRow(line.row, line["holder"], line["request"]) for line in lines]


def links_csv(lines: Iterable[AskedLine], language: str) -> str:
    """Return the links of requests for a merchant's own mail: each with its reference and what is open."""
    return _csv(COLUMNS_OF_LINKS, ((one.reference, in_euros(one.left), one.link) for one in lines), language)


def books_csv(lines: Iterable[AskedLine], language: str) -> str:
    """Return how requests stand, for a merchant's own books. Its link is not among it: that is for who may pay."""
    rows = (
        (
            one.reference,
            one.words,
            one.asked_on.isoformat(),
            one.last_day.isoformat(),
            in_euros(one.amount),
            in_euros(one.paid),
            in_euros(one.left),
            say(f"requests.state.{one.state}", language),
            str(one.reminders),
            one.id,
        )
        for one in lines
    )
    return _csv(COLUMNS_OF_BOOKS, rows, language)


def requests_page(lines: Sequence[AskedLine], merchant: str, language: str) -> str:
    """Return a sheet to print and cut, with a QR for each request. The QR holds the link and nothing else."""
    title = say("requests.sheet.title", language, merchant=merchant)
    slips = "\n".join(_slip(one, merchant, language) for one in lines)
    heading = f'<h1 class="on-screen">{escape(title)}</h1>'
    return page(title, f'<main>\n{heading}\n<div class="cards">\n{slips}\n</div>\n</main>', language)


def _slip(one: AskedLine, merchant: str, language: str) -> str:
    code = segno.make(one.link, error="m", micro=False).svg_inline(border=2, omitsize=True)
    until = say("requests.until", language, day=f"{one.last_day:%d-%m-%Y}")
    words = (
        f"<div><strong>{escape(merchant)}</strong><p>{escape(one.words)}</p><p>{escape(until)}</p>"
        f'<p class="number">{escape(one.reference)}</p></div>'
    )
    return f'<div class="card">{words}{code}</div>'


def _csv(columns: Sequence[str], rows: Iterable[Sequence[str]], language: str) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([say(f"requests.column.{column}", language) for column in columns])
    writer.writerows([_as_text(cell) for cell in row] for row in rows)
    return MARK + text.getvalue()


_FORMULA = ("=", "+", "-", "@")
"""How what a spreadsheet takes for a formula begins."""


def _as_text(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula: the words of a request begin as their merchant likes."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
