"""Award files: what the social domain decided, a row for each holder and instalment."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from pasledger.formats import cells
from pasledger.formats.faults import Fault, FaultKind, FileRefused, in_order
from pasledger.formats.tabular import OUR_OWN, Column, Line, Titles, lines_of
from pasledger.ledger.money import Money
from pasledger.rules.cards import CardNumber
from pasledger.rules.holders import HolderReference

_MOST_INSTALMENTS = 99

COLUMNS = (
    Column("regeling", "scheme", cells.code),
    Column("kenmerk", "decision", cells.decision),
    Column("pashouder", "holder", cells.holder, is_required=False),
    Column("pasnummer", "card", cells.card_number, is_required=False),
    Column("bedrag", "amount", cells.amount, is_required=False),
    Column("categorie", "category", cells.category, is_required=False),
    Column("ingangsdatum", "starts_on", cells.day, is_required=False),
    Column("einddatum", "ends_on", cells.day, is_required=False),
    Column("termijn", "instalment", cells.number(1, _MOST_INSTALMENTS), is_required=False, absent=1),
)


@dataclass(frozen=True, slots=True)
class AwardRow:
    """One award as the file says it: an amount, or the category that the scheme has one for.

    Without a start it starts on the day that it is booked; without an end it ends as the scheme says.
    """

    row: int
    scheme: str
    decision: str
    holder: HolderReference | CardNumber
    amount: Money | None
    starts_on: date | None
    instalment: int
    category: str | None = None
    ends_on: date | None = None


def read_awards(data: bytes, titles: Titles = OUR_OWN) -> list[AwardRow]:
    """Return every award of a file, with the titles of its source. Raises `FileRefused` with all faults there are."""
    awards, faults = readable_awards(data, titles)
    if faults:
        raise FileRefused(faults)
    return awards


def readable_awards(data: bytes, titles: Titles = OUR_OWN) -> tuple[list[AwardRow], list[Fault]]:
    """Return the awards of a file that could be read, and the faults of the other rows, by row.

    Raises `FileRefused` where the file as a whole cannot be read.
    """
    faults: list[Fault] = []
    awards: list[AwardRow] = []
    first: dict[tuple[object, ...], int] = {}
    for line in lines_of(data, COLUMNS, faults, titles):
        award = _award(line, faults)
        if award is None:
            continue
        same = first.setdefault((award.scheme, award.decision, award.holder, award.instalment), award.row)
        if same != award.row:
            faults.append(Fault(FaultKind.ROW_TWICE, award.row, figures={"first": same}))
        else:
            awards.append(award)
    return awards, in_order(faults)


def _award(line: Line, faults: list[Fault]) -> AwardRow | None:
    reference: Any = line.values.get("holder")
    card: Any = line.values.get("card")
    if (reference is None) == (card is None):
        kind = FaultKind.NO_HOLDER if reference is None else FaultKind.TWO_HOLDERS
        faults.append(Fault(kind, line.row, "pashouder"))
        return None
    amount, category = line.values.get("amount"), line.values.get("category")
    if amount is None and category is None:
        faults.append(Fault(FaultKind.NO_AMOUNT, line.row, "bedrag"))
        return None
    return AwardRow(
        line.row,
        line["scheme"],
        line["decision"],
        reference or card,
        amount,
        line.values.get("starts_on"),
        line.values.get("instalment", 1),
        category,
        line.values.get("ends_on"),
    )
