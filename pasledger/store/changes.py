"""What has to be known, and locked, before something is changed that was booked: in a constant number of statements."""

from itertools import groupby
from operator import itemgetter

from sqlalchemy import Connection, String, cast, func, literal, or_, select, union

from pasledger.ledger.accounts import AccountKind
from pasledger.ledger.ids import EntitlementId, RedemptionId
from pasledger.ledger.journal import Transfer
from pasledger.ledger.money import Money
from pasledger.rules.town import Needs, Town
from pasledger.store import rows, tables
from pasledger.store.ends import learn_entitlement, owned
from pasledger.store.statements import OneOf, Query, Row

_t = tables


def load_changes(connection: Connection, needs: Needs, town: Town) -> None:
    """Load what changes look at; where schemes are concerned, with all of their budgets and what lapsed."""
    schemes = set(needs.closing_schemes)
    if needs.entitlements:
        schemes |= _load_entitlements(connection, sorted(needs.entitlements), town)
    if needs.corrected_entries:
        schemes |= _load_entries(connection, sorted(needs.corrected_entries), town)
    if schemes:
        _load_schemes(connection, sorted(schemes), town)


def redemptions_behind(connection: Connection, needs: Needs) -> set[RedemptionId]:
    """Return the redemptions that the entries to be countered were about, themselves or by a refund."""
    found = _REDEMPTIONS_BEHIND.fetch(connection, corrected=sorted(needs.corrected_entries))
    return {RedemptionId(redemption) for (redemption,) in found}


def _load_entitlements(connection: Connection, wanted: list[EntitlementId], town: Town) -> set[str]:
    found = [learn_entitlement(row, town) for row in _OWNED.fetch(connection, wanted=wanted)]
    town.withdrawn.update(EntitlementId(one) for (one,) in _WITHDRAWN.fetch(connection, wanted=wanted))
    for row in _LAPSES.fetch(connection, wanted=wanted):
        town.learn(rows.read_lapse(row))
    return {entitlement.scheme for entitlement in found}


def _load_entries(connection: Connection, wanted: list[str], town: Town) -> set[str]:
    transfers = {
        entry: tuple(read_transfer(line) for line in lines)
        for entry, lines in groupby(_TRANSFERS.fetch(connection, wanted=wanted), key=itemgetter(0))
    }
    for row in _ENTRIES.fetch(connection, wanted=wanted):
        entry = rows.read_entry(row, transfers[row[0]])
        town.entries[entry.id] = entry
    for row in _DECISIONS.fetch(connection, wanted=wanted):
        town.learn(rows.read_budget_decision(row))
    for row in CORRECTIONS.fetch(connection, wanted=wanted):
        town.learn(rows.read_correction(row))
    return {line.debit.scheme for lines in transfers.values() for line in lines}


def _load_schemes(connection: Connection, schemes: list[str], town: Town) -> None:
    for code, kind, scheme, cents in _BUDGETS.fetch(connection, schemes=schemes):
        town.carry_forward(rows.read_account(code, kind, scheme), Money(cents))
    for code, kind, scheme, cents in _LAPSED.fetch(connection, schemes=schemes):
        town.carry_forward(rows.read_account(code, kind, scheme), Money(cents))
    for row in _FREEINGS.fetch(connection, schemes=schemes):
        town.learn(rows.read_freeing(row))


def read_transfer(line: Row) -> Transfer:
    """Read a line of `lines`."""
    _entry, debit, debit_kind, debit_scheme, credit, credit_kind, credit_scheme, cents = line
    return Transfer(
        rows.read_account(debit, debit_kind, debit_scheme),
        rows.read_account(credit, credit_kind, credit_scheme),
        Money(cents),
    )


_debit, _credit = _t.account.alias("debit_account"), _t.account.alias("credit_account")
lines = (
    select(
        _t.transfer.c.entry_id,
        *(_debit.c.code, _debit.c.kind, _debit.c.scheme),
        *(_credit.c.code, _credit.c.kind, _credit.c.scheme),
        _t.transfer.c.amount_cents,
    )
    .join(_debit, _debit.c.code == _t.transfer.c.debit)
    .join(_credit, _credit.c.code == _t.transfer.c.credit)
    .order_by(_t.transfer.c.entry_id, _t.transfer.c.position)
)
"""Transfers with their accounts, in the order in which they were made."""

_OWNED = Query(owned.where(OneOf(_t.entitlement.c.id, "wanted")).order_by(_t.entitlement.c.id))
_WITHDRAWN = Query(
    select(_t.entitlement_end.c.entitlement_id).where(
        OneOf(_t.entitlement_end.c.entitlement_id, "wanted"), _t.entitlement_end.c.is_withdrawn == 1
    )
)
_came_back = select(literal(1)).where(_t.entitlement_end.c.lapse_entry_id == _t.lapse.c.entry_id)
_LAPSES = Query(
    select(_t.lapse).where(OneOf(_t.lapse.c.entitlement_id, "wanted"), ~_came_back.correlate(_t.lapse).exists())
)
_ENTRIES = Query(select(_t.entry).where(OneOf(_t.entry.c.id, "wanted")))
_TRANSFERS = Query(lines.where(OneOf(_t.transfer.c.entry_id, "wanted")))
_DECISIONS = Query(select(_t.budget_decision).where(OneOf(_t.budget_decision.c.entry_id, "wanted")))
CORRECTIONS = Query(select(_t.correction).where(OneOf(_t.correction.c.corrects, "wanted")))
_refunded = select(_t.refund.c.redemption_id).where(OneOf(_t.refund.c.entry_id, "corrected"))
behind = or_(OneOf(_t.redemption.c.entry_id, "corrected"), _t.redemption.c.id.in_(_refunded))
"""The condition that a redemption is what one of the `corrected` entries was about."""
_REDEMPTIONS_BEHIND = Query(select(_t.redemption.c.id).where(behind))

_budget_code = (
    literal(f"{AccountKind.BUDGET}/")
    + _t.budget_decision.c.scheme
    + literal("/")
    + cast(_t.budget_decision.c.year, String)
)
_BUDGETS = Query(
    select(_t.account).where(
        _t.account.c.code.in_(select(_budget_code).where(OneOf(_t.budget_decision.c.scheme, "schemes")))
    )
)
_credits = (
    select(func.coalesce(func.sum(_t.transfer.c.amount_cents), 0))
    .where(_t.transfer.c.credit == _t.account.c.code)
    .correlate(_t.account)
    .scalar_subquery()
)
_debits = (
    select(func.coalesce(func.sum(_t.transfer.c.amount_cents), 0))
    .where(_t.transfer.c.debit == _t.account.c.code)
    .correlate(_t.account)
    .scalar_subquery()
)
_LAPSED = Query(
    select(_t.account.c.code, _t.account.c.kind, _t.account.c.scheme, _credits - _debits).where(
        _t.account.c.kind == AccountKind.LAPSED.value, OneOf(_t.account.c.scheme, "schemes")
    )
)
_FREEINGS = Query(
    select(_t.freeing)
    .where(OneOf(_t.freeing.c.scheme, "schemes"))
    .order_by(_t.freeing.c.scheme, _t.freeing.c.year, _t.freeing.c.number)
)

# What is locked before: the budgets of every scheme concerned, and the entitlements that paid what is countered.
_schemes_changed = union(
    select(_t.entitlement.c.scheme).where(OneOf(_t.entitlement.c.id, "entitlements")),
    select(_t.account.c.scheme)
    .join(_t.transfer, _t.transfer.c.debit == _t.account.c.code)
    .where(OneOf(_t.transfer.c.entry_id, "corrected")),
)
locked_budgets = select(_budget_code).where(
    or_(OneOf(_t.budget_decision.c.scheme, "schemes"), _t.budget_decision.c.scheme.in_(_schemes_changed))
)
locked_entitlements = (
    select(_t.transfer.c.debit).join(_t.redemption, _t.redemption.c.entry_id == _t.transfer.c.entry_id).where(behind)
)
