"""The ledger of a span of days: what it begins with, what happened in it, and how much."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import Column, Connection, Select, bindparam, case, func, literal, select, union_all

from pasledger.ledger.accounts import AccountKind
from pasledger.ledger.periods import Period
from pasledger.ledger.views import View
from pasledger.reports.schemes import Flow
from pasledger.store import tables
from pasledger.store.statements import Query
from pasledger.store.viewing import SEEN, values_of

_t = tables


class Ledger:
    """What the journal says of days, by the day on which each entry counts."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def standing(self, *, before: date) -> dict[tuple[AccountKind, str], int]:
        """Return what each kind of account of each scheme stood at before a day, in cents; in debit above zero."""
        found: dict[tuple[AccountKind, str], int] = {}
        for query, sign in ((_DEBITED, 1), (_CREDITED, -1)):
            for kind, scheme, cents in query.stream(self._connection, before=before.isoformat()):
                place = (AccountKind(kind), scheme)
                found[place] = found.get(place, 0) + sign * cents
        return dict(sorted(found.items()))

    def volume(self, period: Period) -> tuple[int, int]:
        """Return how many transfers count in a period, and what they move in cents."""
        [(transfers, cents)] = _VOLUME.fetch(self._connection, **_days(period))
        return transfers, cents

    def flows(self, view: View) -> Iterator[Flow]:
        """Yield what went from each kind of account to each other, by scheme and year."""
        for scheme, debit, credit, code, day_year, cents in _FLOWS.stream(self._connection, **values_of(view)):
            of_account = code.rpartition("/")[2]
            year = int(day_year)
            yield Flow(scheme, AccountKind(debit), AccountKind(credit), year, int(of_account or year), cents)

    def left_by_year(self, view: View) -> dict[tuple[str, int], int]:
        """Return what holders have left, in cents, by scheme and the year of the budget that it was awarded from."""
        found = _LEFT.stream(self._connection, **values_of(view))
        return {(scheme, int(year)): cents for scheme, year, cents in found}

    def schemes(self) -> Iterator[str]:
        """Yield the code of each scheme, in the order in which they came."""
        return (code for (code,) in _SCHEMES.stream(self._connection))


def _days(period: Period) -> dict[str, str]:
    return {"starts_on": period.starts_on.isoformat(), "ends_before": period.ends_before.isoformat()}


def _summed(side: str) -> Select[tuple[str, str, int]]:
    account = _t.account.c
    return (
        select(account.kind, account.scheme, func.sum(_t.transfer.c.amount_cents))
        .join(_t.transfer, _t.transfer.c[side] == account.code)
        .join(_t.entry, _t.entry.c.id == _t.transfer.c.entry_id)
        .where(_t.entry.c.effective_on < bindparam("before"))
        .group_by(account.kind, account.scheme)
    )


_debited, _credited = _t.account.alias("debited"), _t.account.alias("credited")
_of_a_year = case(
    *(
        (side.c.kind == kind.value, side.c.code)
        for side in (_debited, _credited)
        for kind in (AccountKind.BUDGET, AccountKind.LAPSED)
    ),
    else_="",
)
_seen_flows = (
    select(
        _debited.c.scheme.label("scheme"),
        _debited.c.kind.label("debit"),
        _credited.c.kind.label("credit"),
        _of_a_year.label("of_a_year"),
        func.substr(_t.entry.c.effective_on, 1, 4).label("day_year"),
        _t.transfer.c.amount_cents.label("cents"),
    )
    .select_from(_t.transfer)
    .join(_t.entry, _t.entry.c.id == _t.transfer.c.entry_id)
    .join(_debited, _debited.c.code == _t.transfer.c.debit)
    .join(_credited, _credited.c.code == _t.transfer.c.credit)
    .where(*SEEN)
).subquery()
*_by_flow, _cents = _seen_flows.c
_FLOWS = Query(select(*_by_flow, func.sum(_cents)).group_by(*_by_flow))


def _moved_by_owner(side: Column[Any], *, is_given: bool) -> Select[Any]:
    amount = _t.transfer.c.amount_cents
    return (
        select(
            _t.entitlement.c.scheme.label("scheme"),
            func.substr(_t.entitlement.c.starts_on, 1, 4).label("year"),
            (amount if is_given else -amount).label("cents"),
        )
        .join(_t.transfer, side == literal(f"{AccountKind.ENTITLEMENT}/") + _t.entitlement.c.id)
        .join(_t.entry, _t.entry.c.id == _t.transfer.c.entry_id)
        .where(*SEEN)
    )


_owned = union_all(
    _moved_by_owner(_t.transfer.c.credit, is_given=True), _moved_by_owner(_t.transfer.c.debit, is_given=False)
).subquery()
_LEFT = Query(select(_owned.c.scheme, _owned.c.year, func.sum(_owned.c.cents)).group_by(_owned.c.scheme, _owned.c.year))
_DEBITED, _CREDITED = Query(_summed("debit")), Query(_summed("credit"))
_VOLUME = Query(
    select(func.count(), func.coalesce(func.sum(_t.transfer.c.amount_cents), 0))
    .select_from(_t.transfer)
    .join(_t.entry, _t.entry.c.id == _t.transfer.c.entry_id)
    .where(_t.entry.c.effective_on >= bindparam("starts_on"), _t.entry.c.effective_on < bindparam("ends_before"))
)
_SCHEMES = Query(
    select(_t.scheme.c.code).where(_t.scheme.c.version == 1).order_by(_t.scheme.c.recorded_at, _t.scheme.c.code)
)
