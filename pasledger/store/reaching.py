"""Who has something to spend and who spends it where, for figures that name nobody."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import Connection, Select, Table, and_, bindparam, case, func, literal, or_, select, union_all

from pasledger.ledger.accounts import AccountKind
from pasledger.ledger.periods import Period
from pasledger.reports.limited_network import Acceptor, Paid
from pasledger.reports.reach import Had, Used
from pasledger.store import rows, tables
from pasledger.store.ends import ends_before
from pasledger.store.statements import Query

_t = tables


class Reaching:
    """What the journal says of holders and merchants together."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def had(self, period: Period) -> Iterator[Had]:
        """Yield which holders had something to spend in a period, with the end that holds now."""
        for scheme, holder, starts_on, ends in _HAD.stream(self._connection, **_days(period)):
            yield Had(scheme, holder, Period(starts_on=rows.read_day(starts_on), ends_before=rows.read_day(ends)))

    def used(self, period: Period) -> Iterator[Used]:
        """Yield what each holder spent at each merchant under each scheme in each month of a period."""
        for scheme, month, holder, merchant, cents in _USED.stream(self._connection, **_days(period)):
            yield Used(scheme, date.fromisoformat(f"{month}-01"), holder, merchant, cents)

    def paid(self, period: Period) -> Iterator[Paid]:
        """Yield what each holder paid under each scheme in a period, before anything was given back."""
        for scheme, holder, cents in _PAID.stream(self._connection, **_days(period)):
            yield Paid(scheme, holder, cents)

    def acceptors(self, period: Period) -> Iterator[Acceptor]:
        """Yield who accepted cards in a period, by name: every merchant that was there and had not stopped before."""
        for name, categories, place, since, ends in _ACCEPTORS.stream(self._connection, **_days(period)):
            ends_before = None if ends is None else rows.read_day(ends)
            yield Acceptor(name, rows.read_categories(categories), place, rows.read_day(since), ends_before)


def _days(period: Period) -> dict[str, str]:
    return {"starts_on": period.starts_on.isoformat(), "ends_before": period.ends_before.isoformat()}


_HAD = Query(
    select(_t.entitlement.c.scheme, _t.entitlement.c.holder_id, _t.entitlement.c.starts_on, ends_before)
    .where(_t.entitlement.c.starts_on < bindparam("ends_before"), ends_before > bindparam("starts_on"))
    .where(_t.entitlement.c.starts_on < ends_before)
)


def _of_holder(table: Table, origin: Table) -> Select[tuple[str, str, str]]:
    """Return the entries of a table, each with the holder of what it came from and its merchant."""
    return select(table.c.entry_id, origin.c.holder_id, table.c.merchant_id)


_spending = union_all(
    _of_holder(_t.redemption, _t.redemption),
    _of_holder(_t.refund, _t.redemption).join(_t.redemption, _t.redemption.c.id == _t.refund.c.redemption_id),
    _of_holder(_t.hold_capture, _t.hold).join(_t.hold, _t.hold.c.id == _t.hold_capture.c.hold_id),
    _of_holder(_t.hold_refund, _t.hold).join(_t.hold, _t.hold.c.id == _t.hold_refund.c.hold_id),
).subquery()
_booked = union_all(
    select(_spending.c.entry_id, _spending.c.holder_id, _spending.c.merchant_id),
    select(_t.correction.c.entry_id, _spending.c.holder_id, _spending.c.merchant_id).join(
        _spending, _spending.c.entry_id == _t.correction.c.corrects
    ),
).subquery()
_debited, _credited = _t.account.alias("debited"), _t.account.alias("credited")
_PAYABLE = AccountKind.PAYABLE.value
_credits_merchant = and_(_credited.c.kind == _PAYABLE, _debited.c.kind != _PAYABLE)
_month = func.substr(_t.entry.c.effective_on, 1, len("2026-01"))
_of_a_period = (
    _t.entry.c.effective_on >= bindparam("starts_on"),
    _t.entry.c.effective_on < bindparam("ends_before"),
)
_moved = (
    select(_booked.c.holder_id)
    .select_from(_booked)
    .join(_t.entry, _t.entry.c.id == _booked.c.entry_id)
    .join(_t.transfer, _t.transfer.c.entry_id == _t.entry.c.id)
    .join(_debited, _debited.c.code == _t.transfer.c.debit)
    .join(_credited, _credited.c.code == _t.transfer.c.credit)
    .where(*_of_a_period)
)
_cents = func.sum(case((_credits_merchant, _t.transfer.c.amount_cents), else_=-_t.transfer.c.amount_cents))
_USED = Query(
    _moved.with_only_columns(_debited.c.scheme, _month, _booked.c.holder_id, _booked.c.merchant_id, _cents)
    .where(or_(_debited.c.kind == _PAYABLE, _credited.c.kind == _PAYABLE))
    .group_by(_debited.c.scheme, _month, _booked.c.holder_id, _booked.c.merchant_id)
)
_PAID = Query(
    _moved.with_only_columns(_debited.c.scheme, _booked.c.holder_id, func.sum(_t.transfer.c.amount_cents))
    .where(_credits_merchant)
    .group_by(_debited.c.scheme, _booked.c.holder_id)
)
_newest = (
    select(
        _t.merchant.c.id,
        func.max(_t.merchant.c.version).label("version"),
        func.min(_t.merchant.c.effective_from).label("since"),
    )
    .group_by(_t.merchant.c.id)
    .subquery()
)
_ACCEPTORS = Query(
    select(
        *(_t.merchant.c.name, _t.merchant.c.category, _t.merchant.c.place),
        *(_newest.c.since, _t.merchant_end.c.ends_before),
    )
    .join(_newest, and_(_newest.c.id == _t.merchant.c.id, _newest.c.version == _t.merchant.c.version))
    .outerjoin(_t.merchant_end, _t.merchant_end.c.merchant_id == _t.merchant.c.id)
    .where(
        _newest.c.since < bindparam("ends_before"),
        func.coalesce(_t.merchant_end.c.ends_before, literal("~")) > bindparam("starts_on"),
    )
    .order_by(_t.merchant.c.name)
)
