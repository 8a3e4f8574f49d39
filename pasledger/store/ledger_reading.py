"""The ledger of a span of days: what it begins with, what happened in it, and how much."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import Connection, Select, bindparam, func, select

from pasledger.ledger.accounts import AccountKind
from pasledger.ledger.periods import Period
from pasledger.store import tables
from pasledger.store.statements import Query

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
