"""What a holder may know of its own name: payments, what was given back and is set aside, and by which decisions."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import BindParameter, Connection, Select, Table, bindparam, func, literal, select, union_all

from pasledger.ledger.accounts import AccountKind
from pasledger.ledger.ids import HolderId
from pasledger.ledger.money import Money
from pasledger.store import rows, tables
from pasledger.store.holding import left as left_of_hold
from pasledger.store.statements import Query

_t = tables


@dataclass(frozen=True, slots=True)
class Spent:
    """One payment of a holder; below zero what a merchant gave back."""

    on: date
    merchant: str
    amount: Money


@dataclass(frozen=True, slots=True)
class SetAside:
    """What is held for a merchant and neither taken nor released, until and including a day."""

    until: date
    merchant: str
    amount: Money


def decisions_of(connection: Connection, holder: HolderId) -> dict[str, str]:
    """Return the reference of the decision behind each entitlement of a holder, where it is still there."""
    return dict(_DECISIONS.fetch(connection, holder=holder))


def set_aside_for(connection: Connection, holder: HolderId) -> Iterator[SetAside]:
    """Yield what is held of what a holder has, what ends first first."""
    for ends_before, merchant, cents in _SET_ASIDE.fetch(connection, holder=holder):
        yield SetAside(rows.read_day(ends_before) - timedelta(days=1), merchant, Money(cents))


def spending_of(connection: Connection, holder: HolderId) -> Iterator[Spent]:
    """Yield what a holder spent and was given back, the oldest first."""
    for day, merchant, cents in _SPENDING.fetch(connection, holder=holder):
        yield Spent(rows.read_day(day), merchant, Money(cents))


_holder: BindParameter[str] = bindparam("holder")
# By way of the entitlements, whose transfers an index finds; a redemption has one transfer for each that paid.
_code = literal(f"{AccountKind.ENTITLEMENT}/") + _t.entitlement.c.id
_own = (
    select(_t.redemption.c.id, _t.redemption.c.entry_id, _t.redemption.c.merchant_id, _t.redemption.c.amount_cents)
    .join(_t.transfer, _t.transfer.c.entry_id == _t.redemption.c.entry_id)
    .join(_t.entitlement, _t.transfer.c.debit == _code)
    .where(_t.entitlement.c.holder_id == _holder)
    .distinct()
    .subquery()
)
_newest = (
    select(_t.merchant.c.id, func.max(_t.merchant.c.version).label("version")).group_by(_t.merchant.c.id).subquery()
)
_named = (
    select(_t.merchant.c.id, _t.merchant.c.name)
    .join(_newest, (_newest.c.id == _t.merchant.c.id) & (_newest.c.version == _t.merchant.c.version))
    .subquery()
)
_own_holds = (
    select(_t.hold.c.id, _t.hold.c.merchant_id, _t.hold.c.ends_before, left_of_hold.label("cents"))
    .join(_t.transfer, _t.transfer.c.entry_id == _t.hold.c.entry_id)
    .join(_t.entitlement, _t.transfer.c.debit == _code)
    .where(_t.entitlement.c.holder_id == _holder)
    .distinct()
    .subquery()
)


def _of_hold(table: Table, sign: int) -> Select[tuple[str, str, int]]:
    return select(table.c.entry_id, table.c.merchant_id, sign * table.c.amount_cents).join(
        _own_holds, _own_holds.c.id == table.c.hold_id
    )


_booked = union_all(
    select(_own.c.entry_id, _own.c.merchant_id, _own.c.amount_cents.label("cents")),
    select(_t.refund.c.entry_id, _t.refund.c.merchant_id, (-_t.refund.c.amount_cents).label("cents")).join(
        _own, _own.c.id == _t.refund.c.redemption_id
    ),
    _of_hold(_t.hold_capture, 1),
    _of_hold(_t.hold_refund, -1),
).subquery()
_moved = union_all(
    select(_booked.c.entry_id, _booked.c.merchant_id, _booked.c.cents),
    select(_t.correction.c.entry_id, _booked.c.merchant_id, (-_t.correction.c.amount_cents).label("cents")).join(
        _booked, _booked.c.entry_id == _t.correction.c.corrects
    ),
).subquery()
_SPENDING = Query(
    select(_t.entry.c.effective_on, _named.c.name, _moved.c.cents)
    .join(_moved, _moved.c.entry_id == _t.entry.c.id)
    .join(_named, _named.c.id == _moved.c.merchant_id)
    .order_by(_t.entry.c.id)
)
_SET_ASIDE = Query(
    select(_own_holds.c.ends_before, _named.c.name, _own_holds.c.cents)
    .join(_named, _named.c.id == _own_holds.c.merchant_id)
    .where(_own_holds.c.cents > 0)
    .order_by(_own_holds.c.ends_before, _own_holds.c.id)
)
_DECISIONS = Query(
    select(_t.award_decision.c.entitlement_id, _t.award_decision.c.reference)
    .join(_t.entitlement, _t.entitlement.c.id == _t.award_decision.c.entitlement_id)
    .where(_t.entitlement.c.holder_id == _holder)
)
