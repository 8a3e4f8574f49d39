"""Entitlements as they are now: with the end that holds, which is the newest that was decided, and what is left."""

from typing import Any

from sqlalchemy import Column, func, literal, select
from sqlalchemy.sql import ColumnElement

from pasledger.ledger import accounts
from pasledger.ledger.accounts import AccountKind
from pasledger.ledger.money import Money
from pasledger.rules.records import Entitlement
from pasledger.rules.town import Town
from pasledger.store import rows, tables
from pasledger.store.statements import Row

_t = tables

_newest_end = (
    select(_t.entitlement_end.c.ends_before)
    .where(_t.entitlement_end.c.entitlement_id == _t.entitlement.c.id)
    .order_by(_t.entitlement_end.c.id.desc())
    .limit(1)
    .correlate(_t.entitlement)
    .scalar_subquery()
)
ends_before: ColumnElement[Any] = func.coalesce(_newest_end, _t.entitlement.c.ends_before)
"""The end that holds now."""


def _as_it_is_now(column: Column[Any]) -> ColumnElement[Any]:
    return ends_before.label("ends_before") if column is _t.entitlement.c.ends_before else column


owned = select(*map(_as_it_is_now, _t.entitlement.c), _t.account.c.balance_cents).join(
    _t.account, _t.account.c.code == literal(f"{AccountKind.ENTITLEMENT}/") + _t.entitlement.c.id
)
"""Every entitlement with its end and, last, what is left of it."""


def learn_entitlement(row: Row, town: Town) -> Entitlement:
    """Let the town know an entitlement of `owned`, unless it does already, and return it."""
    entitlement = rows.read_entitlement(row)
    if entitlement.id not in town.entitlements:
        town.learn(entitlement)
        town.carry_forward(accounts.entitlement(entitlement.id, entitlement.scheme), Money(row[-1]))
    return entitlement
