"""The way of money: from the council's decision to the bank line, and back, as the entries that stand on it.

An entry stands after another where its money came from there: an award after the decisions on its budget, a redemption
after the awards that paid it, a payout after its lines, what the bank did after the payout. Money in one budget has no
marks, so that an award stands after every decision on its budget.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from pasledger.ledger.ids import EntryId
from pasledger.ledger.journal import EntryKind
from pasledger.ledger.money import Money

Link = tuple[EntryId, EntryId]
"""An entry, and one that stands after it."""


@dataclass(frozen=True, slots=True)
class Step:
    """One entry on the way."""

    entry: EntryId
    kind: EntryKind
    recorded_at: datetime
    effective_on: date
    prepared_by: str
    approved_by: str | None
    amount: Money
    id: str
    """Its own id: of the redemption, the entitlement, the payout; empty for what has none."""
    reference: str
    """What it is called elsewhere: the decision, the payment, the line of the bank; empty where there is none."""


@dataclass(frozen=True, slots=True)
class Way:
    """All steps before and after what was asked for, in the order in which they were made, and what links them."""

    steps: tuple[Step, ...]
    links: tuple[Link, ...]


Links = Callable[[list[EntryId]], Iterable[Link]]


def linked(start: Iterable[EntryId], *, before: Links, after: Links) -> frozenset[Link]:
    """Return every link on the ways that lead to the entries at the start, and on those that lead on from there."""
    start = frozenset(start)
    return _reached(start, before, 0) | _reached(start, after, 1)


def _reached(start: frozenset[EntryId], asked: Links, far_end: int) -> frozenset[Link]:
    """Return the links from the start in one direction; `far_end` is the place in a link that lies further on."""
    known, found = set(start), set[Link]()
    waiting = sorted(start)
    while waiting:
        links = set(asked(waiting))
        found |= links
        waiting = sorted({link[far_end] for link in links} - known)
        known |= {*waiting}
    return frozenset(found)
