"""What staff looks at before something is changed that was booked: questions of one snapshot."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from operator import itemgetter

from sqlalchemy import Connection, bindparam, func, select, union_all

from pasledger.ledger.accounts import AccountKind
from pasledger.ledger.ids import EntitlementId, EntryId, HoldId
from pasledger.ledger.money import Money
from pasledger.rules.holds import left_of
from pasledger.rules.records import Entitlement, EntitlementEnd, Event, YearClosed
from pasledger.rules.town import Needs
from pasledger.store import rows, tables
from pasledger.store.ends import ends_before, owned
from pasledger.store.loading import load
from pasledger.store.statements import OneOf, Query, Row

_t = tables


@dataclass(frozen=True, slots=True)
class Owned:
    """An entitlement with the end that holds now, what is left of it, and whether it was withdrawn."""

    entitlement: Entitlement
    left: Money
    is_withdrawn: bool


@dataclass(frozen=True, slots=True)
class Held:
    """What is held of an entitlement for a merchant."""

    entitlement: EntitlementId
    hold: HoldId
    amount: Money


class Changeable:
    """What can be changed, as it is at one moment."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def entitlements(self, wanted: list[EntitlementId]) -> list[Owned]:
        """Return those of the entitlements that there are, the oldest first."""
        return self._owned(_BY_ID, wanted=wanted)

    def of_scheme(self, scheme: str) -> list[Owned]:
        """Return every entitlement under a scheme, the oldest first."""
        return self._owned(_OF_SCHEME, scheme=scheme)

    def to_lapse(self, scheme: str, until: date) -> list[Owned]:
        """Return the entitlements under a scheme whose last day is no later than `until` and that have money left."""
        return self._owned(_TO_LAPSE, scheme=scheme, until=(until + timedelta(days=1)).isoformat())

    def open_holds(self, entitlements: list[EntitlementId]) -> list[Held]:
        """Return what is held of the entitlements, and neither taken nor released."""
        wanted = {*entitlements}
        codes = [f"{AccountKind.ENTITLEMENT}/{entitlement}" for entitlement in entitlements]
        found = _HOLDS_OF.fetch(self._connection, wanted=codes)
        town = load(self._connection, Needs(holds={HoldId(hold) for (hold,) in found}))
        return [
            Held(part.entitlement, hold.id, part.amount)
            for hold in town.holds.values()
            for part in left_of(hold, town.hold_uses.get(hold.id, []))
            if part.entitlement in wanted
        ]

    def entry_of(self, named: str) -> EntryId | None:
        """Return the entry with this id, or of the redemption or refund with it."""
        found = _ENTRY_OF.fetch(self._connection, named=named)
        return EntryId(found[0][0]) if found else None

    def ends(self) -> Iterator[tuple[EntitlementEnd, datetime]]:
        """Yield every end that was moved, with the moment at which that was recorded."""
        for row in _ENDS.stream(self._connection):
            yield rows.read_entitlement_end(row), rows.read_stamp(row).recorded_at

    def years_closed(self) -> Iterator[tuple[YearClosed, datetime]]:
        """Yield every year that was closed, with the moment at which that was recorded."""
        for row in _YEARS_CLOSED.stream(self._connection):
            yield rows.read_year_closed(row), rows.read_stamp(row).recorded_at

    def without_entry(self) -> Iterator[tuple[str, Event]]:
        """Return every change that moved no money, with its id, in the order in which they were made."""
        ends = map(_end_alone, _ENDS_WITHOUT_ENTRY.stream(self._connection))
        years = map(_year_alone, _YEARS_CLOSED.stream(self._connection))
        return heapq.merge(ends, years, key=itemgetter(0))

    def _owned(self, question: Query, **parameters: object) -> list[Owned]:
        return [_read_owned(row) for row in question.fetch(self._connection, **parameters)]


def _end_alone(row: Row) -> tuple[str, Event]:
    return row[0], Event(rows.read_stamp(row), (rows.read_entitlement_end(row),))


def _year_alone(row: Row) -> tuple[str, Event]:
    return row[0], Event(rows.read_stamp(row), (rows.read_year_closed(row),))


def _read_owned(row: Row) -> Owned:
    return Owned(rows.read_entitlement(row), Money(row[-2]), bool(row[-1]))


_withdrawals = (
    select(func.count())
    .where(
        _t.entitlement_end.c.entitlement_id == _t.entitlement.c.id,
        _t.entitlement_end.c.is_withdrawn == 1,
    )
    .correlate(_t.entitlement)
    .scalar_subquery()
)
_owned = owned.add_columns(_withdrawals).order_by(_t.entitlement.c.id)
_BY_ID = Query(_owned.where(OneOf(_t.entitlement.c.id, "wanted")))
_OF_SCHEME = Query(_owned.where(_t.entitlement.c.scheme == bindparam("scheme")))
_TO_LAPSE = Query(
    _owned.where(
        _t.entitlement.c.scheme == bindparam("scheme"),
        _t.account.c.balance_cents > 0,
        ends_before <= bindparam("until"),
    )
)
_HOLDS_OF = Query(
    select(_t.hold.c.id)
    .join(_t.transfer, _t.transfer.c.entry_id == _t.hold.c.entry_id)
    .where(OneOf(_t.transfer.c.debit, "wanted"))
    .order_by(_t.hold.c.id)
)
_ENTRY_OF = Query(
    union_all(
        select(_t.entry.c.id).where(_t.entry.c.id == bindparam("named")),
        select(_t.redemption.c.entry_id).where(_t.redemption.c.id == bindparam("named")),
        select(_t.refund.c.entry_id).where(_t.refund.c.id == bindparam("named")),
    )
)
_ENDS = Query(select(_t.entitlement_end).order_by(_t.entitlement_end.c.id))
_ENDS_WITHOUT_ENTRY = Query(
    select(_t.entitlement_end).where(_t.entitlement_end.c.entry_id.is_(None)).order_by(_t.entitlement_end.c.id)
)
_YEARS_CLOSED = Query(select(_t.year_closed).order_by(_t.year_closed.c.id))
