"""Appending what was decided: one statement for each table touched, however many rows, transfers before entries."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Insert, bindparam, exists, insert, select, update

from pasledger.ledger.accounts import Account
from pasledger.ledger.journal import Stamp
from pasledger.rules.deciding import Outcome
from pasledger.rules.records import (
    AwardDecision,
    BudgetDecision,
    Card,
    CardChange,
    Entitlement,
    Event,
    Fact,
    Holder,
    Merchant,
    Redemption,
    Refund,
    Terminal,
    TerminalRevoked,
)
from pasledger.rules.schemes import Scheme
from pasledger.rules.town import Town
from pasledger.store import rows, tables
from pasledger.store.statements import Row, Statement, insertion
from pasledger.store.types import TEXT

_t = tables


def record(connection: Connection, outcomes: Iterable[Outcome], town: Town) -> None:
    """Append what the outcomes say; `town` has what the floored balances are after them."""
    written: dict[Statement, list[Row]] = defaultdict(list)
    touched: dict[Account, None] = {}
    for outcome in outcomes:
        if outcome.event is not None:
            _write_event(outcome.event, written, touched)
        if outcome.attempt is not None and not outcome.is_repeat:
            written[_ATTEMPT].append(rows.attempt_row(outcome.attempt))
    _write_accounts(town, touched, written)
    for statement in _IN_ORDER:
        statement.write(connection, written[statement])


def _write_event(event: Event, written: dict[Statement, list[Row]], touched: dict[Account, None]) -> None:
    if event.entry is not None:
        written[_ENTRY].append(rows.entry_row(event.entry))
        written[_TRANSFER].extend(rows.transfer_rows(event.entry))
        for transfer in event.entry.transfers:
            touched[transfer.debit] = touched[transfer.credit] = None
    for fact in event.facts:
        for statement, row_of in _FACTS[type(fact)]:
            written[statement].append(row_of(fact, event.stamp))


def _write_accounts(town: Town, touched: Mapping[Account, None], written: dict[Statement, list[Row]]) -> None:
    """Open what is new, at the balance that it ends with, and set the balances of what was there."""
    for account in touched:
        if not account.kind.is_floored:
            written[_OPEN_IF_MISSING].append((account.code, account.kind.value, account.scheme, account.code))
        elif town.is_new(account):
            opened = (account.code, account.kind.value, account.scheme, town.balance(account).cents)
            written[_OPEN].append(opened)
        else:
            written[_SET_BALANCE].append((town.balance(account).cents, account.code))


def _open_if_missing() -> Insert:
    """Open an account without a stored balance; its guard refuses what is there, so that it must be asked first."""
    opened = select(bindparam("code", type_=TEXT), bindparam("kind", type_=TEXT), bindparam("scheme", type_=TEXT))
    is_there = exists().where(_t.account.c.code == bindparam("same_code", type_=TEXT))
    return insert(_t.account).from_select(["code", "kind", "scheme"], opened.where(~is_there))


_OPEN_IF_MISSING = Statement(_open_if_missing())
_OPEN = insertion(_t.account)
_SET_BALANCE = Statement(
    update(_t.account).values(balance_cents=bindparam("balance")).where(_t.account.c.code == bindparam("account_code"))
)
_TRANSFER = insertion(_t.transfer)
_ENTRY = insertion(_t.entry)
_SCHEME = insertion(_t.scheme)
_MERCHANT = insertion(_t.merchant)
_TERMINAL = insertion(_t.terminal)
_REVOKE = Statement(
    update(_t.terminal)
    .values(revoked_at=bindparam("at"), revoked_by=bindparam("by"))
    .where(_t.terminal.c.id == bindparam("terminal_id"))
)
_HOLDER = insertion(_t.holder)
_HOLDER_REFERENCE = insertion(_t.holder_reference)
_CARD = insertion(_t.card)
_SET_CARD_STATE = Statement(
    update(_t.card).values(state=bindparam("new_state")).where(_t.card.c.id == bindparam("card_id"))
)
_CARD_CHANGE = insertion(_t.card_change)
_ENTITLEMENT = insertion(_t.entitlement)
_AWARD_DECISION = insertion(_t.award_decision)
_BUDGET_DECISION = insertion(_t.budget_decision)
_REDEMPTION = insertion(_t.redemption)
_REFUND = insertion(_t.refund)
_ATTEMPT = insertion(_t.attempt)

# What is referred to comes first, and entries after their transfers.
_IN_ORDER = (
    *(_OPEN_IF_MISSING, _OPEN, _SET_BALANCE, _TRANSFER, _ENTRY),
    *(_SCHEME, _MERCHANT, _TERMINAL, _REVOKE),
    *(_HOLDER, _HOLDER_REFERENCE, _CARD, _SET_CARD_STATE, _CARD_CHANGE),
    *(_ENTITLEMENT, _AWARD_DECISION, _BUDGET_DECISION, _REDEMPTION, _REFUND, _ATTEMPT),
)

RowOf = Callable[[Any, Stamp], Row]


def _unstamped(row_of: Callable[[Any], Row]) -> RowOf:
    return lambda fact, _stamp: row_of(fact)


_FACTS: dict[type[Fact], tuple[tuple[Statement, RowOf], ...]] = {
    Scheme: ((_SCHEME, rows.scheme_row),),
    Merchant: ((_MERCHANT, rows.merchant_row),),
    Terminal: ((_TERMINAL, rows.terminal_row),),
    TerminalRevoked: ((_REVOKE, rows.revocation_row),),
    Holder: ((_HOLDER, rows.holder_row), (_HOLDER_REFERENCE, _unstamped(rows.holder_reference_row))),
    Card: ((_CARD, rows.card_row),),
    CardChange: ((_SET_CARD_STATE, _unstamped(rows.card_state_row)), (_CARD_CHANGE, rows.card_change_row)),
    Entitlement: ((_ENTITLEMENT, _unstamped(rows.entitlement_row)),),
    AwardDecision: ((_AWARD_DECISION, _unstamped(rows.award_decision_row)),),
    BudgetDecision: ((_BUDGET_DECISION, _unstamped(rows.budget_decision_row)),),
    Redemption: ((_REDEMPTION, _unstamped(rows.redemption_row)),),
    Refund: ((_REFUND, _unstamped(rows.refund_row)),),
}
