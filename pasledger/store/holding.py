"""Holds, for those who ask how they stand."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, Select, Table, bindparam, func, select

from pasledger.ledger.ids import EntryId, HoldId, MerchantId
from pasledger.ledger.money import Money, total
from pasledger.rules.holds import left_of, taken_of
from pasledger.rules.records import Hold, HoldCaptured, HoldRefunded, HoldReleased, HoldUse
from pasledger.rules.town import Needs
from pasledger.store import rows, tables
from pasledger.store.loading import load
from pasledger.store.noted import noted
from pasledger.store.statements import Query

_t = tables


@dataclass(frozen=True, slots=True)
class RecordedHold:
    """A hold with what became of it, and when each was recorded."""

    hold: Hold
    at: datetime
    uses: tuple[tuple[HoldUse, datetime], ...]
    references: Mapping[EntryId, str | None]
    """What the merchant called each of them."""

    @property
    def captures(self) -> list[tuple[HoldCaptured, datetime]]:
        """What was taken."""
        return [(use, at) for use, at in self.uses if isinstance(use, HoldCaptured)]

    @property
    def releases(self) -> list[tuple[HoldReleased, datetime]]:
        """What went back, also by itself."""
        return [(use, at) for use, at in self.uses if isinstance(use, HoldReleased)]

    @property
    def refunds(self) -> list[tuple[HoldRefunded, datetime]]:
        """What was given back of what was taken."""
        return [(use, at) for use, at in self.uses if isinstance(use, HoldRefunded)]

    @property
    def left(self) -> Money:
        """What is still held."""
        return total(part.amount for part in left_of(self.hold, [use for use, _ in self.uses]))

    @property
    def refundable(self) -> Money:
        """What was taken and can still be given back."""
        return total(part.amount for part in taken_of(self.hold, [use for use, _ in self.uses]))


class Holds:
    """The holds as they are at one moment."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def one(self, hold: HoldId) -> RecordedHold | None:
        """Return a hold with what became of it."""
        known = load(self._connection, Needs(holds={hold}))
        if hold not in known.holds:
            return None
        found, uses = known.holds[hold], known.hold_uses.get(hold, [])
        beside = noted(self._connection, [found.entry, *(use.entry for use in uses)])
        return RecordedHold(
            found,
            beside[found.entry].at,
            tuple((use, beside[use.entry].at) for use in uses),
            {entry: note.reference for entry, note in beside.items()},
        )

    def open(self) -> Iterator[tuple[HoldId, MerchantId, Money, Money, date]]:
        """Yield each hold of which something is left: its merchant's id, amount, what is left, and its last day."""
        for hold, merchant, amount, rest, ends_before in _OPEN.stream(self._connection):
            yield (
                HoldId(hold),
                MerchantId(merchant),
                Money(amount),
                Money(rest),
                rows.read_day(ends_before) - timedelta(days=1),
            )

    def ended(self, *, since: date | None, by: date) -> Iterator[HoldId]:
        """Yield the holds of which something is left and that ended by a day, but later than `since`."""
        after = "" if since is None else since.isoformat()
        for (hold,) in _ENDED.stream(self._connection, since=after, by=by.isoformat()):
            yield HoldId(hold)


def _used(used: Table) -> Select[tuple[int]]:
    return select(func.coalesce(func.sum(used.c.amount_cents), 0)).where(used.c.hold_id == _t.hold.c.id)


left = _t.hold.c.amount_cents - _used(_t.hold_capture).scalar_subquery() - _used(_t.hold_release).scalar_subquery()
_OPEN = Query(
    select(_t.hold.c.id, _t.hold.c.merchant_id, _t.hold.c.amount_cents, left, _t.hold.c.ends_before)
    .where(left > 0)
    .order_by(_t.hold.c.ends_before, _t.hold.c.entry_id)
)
_ENDED = Query(
    select(_t.hold.c.id)
    .where(_t.hold.c.ends_before > bindparam("since"), _t.hold.c.ends_before <= bindparam("by"), left > 0)
    .order_by(_t.hold.c.ends_before, _t.hold.c.entry_id)
)
