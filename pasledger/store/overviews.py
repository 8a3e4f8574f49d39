"""What a holder may know of what is on its own name: every payment and refund, with the day and the merchant."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, bindparam, func, literal, select, union, union_all

from pasledger.ledger.accounts import AccountKind
from pasledger.ledger.money import Money
from pasledger.store import rows, tables
from pasledger.store.statements import Query

_t = tables


@dataclass(frozen=True, slots=True)
class Spent:
    """One payment of a holder; below zero what a merchant gave back."""

    on: date
    merchant: str
    amount: Money


def spending_of(connection: Connection, holder: str) -> Iterator[Spent]:
    """Yield what a holder spent and was given back, the oldest first. A holder is named by reference or card number."""
    for day, merchant, cents in _SPENDING.fetch(connection, name=holder):
        yield Spent(rows.read_day(day), merchant, Money(cents))


_holder = union(
    select(_t.holder_reference.c.holder_id).where(_t.holder_reference.c.reference == bindparam("name")),
    select(_t.card.c.holder_id).where(_t.card.c.number == bindparam("name")),
)
# By way of the entitlements, whose transfers an index finds; a redemption has one transfer for each that paid.
_code = literal(f"{AccountKind.ENTITLEMENT}/") + _t.entitlement.c.id
_own = (
    select(_t.redemption.c.id, _t.redemption.c.entry_id, _t.redemption.c.merchant_id, _t.redemption.c.amount_cents)
    .join(_t.transfer, _t.transfer.c.entry_id == _t.redemption.c.entry_id)
    .join(_t.entitlement, _t.transfer.c.debit == _code)
    .where(_t.entitlement.c.holder_id.in_(_holder))
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
_moved = union_all(
    select(_own.c.entry_id, _own.c.merchant_id, _own.c.amount_cents.label("cents")),
    select(_t.refund.c.entry_id, _t.refund.c.merchant_id, (-_t.refund.c.amount_cents).label("cents")).join(
        _own, _own.c.id == _t.refund.c.redemption_id
    ),
).subquery()
_SPENDING = Query(
    select(_t.entry.c.effective_on, _named.c.name, _moved.c.cents)
    .join(_moved, _moved.c.entry_id == _t.entry.c.id)
    .join(_named, _named.c.id == _moved.c.merchant_id)
    .order_by(_t.entry.c.id)
)
