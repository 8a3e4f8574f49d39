"""What a batch that pays has to know: settings, runs with their payouts, and the lines that are in no payout."""

from collections import defaultdict
from typing import Any

from sqlalchemy import Column, Connection, Select, and_, func, select, union_all

from pasledger.ledger import accounts
from pasledger.ledger.accounts import AccountKind
from pasledger.ledger.ids import MerchantId, PayoutId, RunId
from pasledger.ledger.money import Money
from pasledger.rules.records import Payout, PayoutStep, RunStep, Share
from pasledger.rules.town import Town
from pasledger.store import rows, tables
from pasledger.store.statements import OneOf, Query, Row

_t = tables


def load_settings(connection: Connection, _wanted: list[str], town: Town) -> None:
    """How the town pays, and how many runs there were in each year."""
    for row in _SETTINGS.fetch(connection):
        town.learn(rows.read_payment_settings(row))
    for year, number in _NEWEST_RUNS.fetch(connection):
        town.newest_run[year] = number


def load_open_lines(connection: Connection, wanted: list[str], town: Town) -> None:
    """Every transfer on the payables of the merchants that is in no payout, as one snapshot sees them."""
    codes = [accounts.payable(MerchantId(merchant), scheme).code for merchant in wanted for scheme in town.schemes]
    for row in _OPEN_LINES.fetch(connection, wanted=codes):
        merchant, line = rows.read_open_line(row)
        town.open_lines.setdefault(merchant, {})[line.entry, line.position] = line


def load_runs(connection: Connection, wanted: list[str], town: Town) -> None:
    """Runs with who prepared them, their payouts, and what became of both."""
    known = {row[0]: rows.read_payment_settings(row) for row in _SETTINGS.fetch(connection)}
    for row in _RUNS.fetch(connection, wanted=wanted):
        run = rows.read_payout_run(row, known)
        town.learn(run)
        town.run_preparers[run.id] = row[-1]
    for run_id, step in _RUN_STEPS.fetch(connection, wanted=wanted):
        town.run_steps[RunId(run_id)] = (*town.run_steps.get(RunId(run_id), ()), RunStep(step))
    for payout in read_payouts(_SHARES.fetch(connection, wanted=wanted), _PAYOUTS.fetch(connection, wanted=wanted)):
        town.learn(payout)
    for payout_id, step in _PAYOUT_STEPS.fetch(connection, wanted=wanted):
        named = PayoutId(payout_id)
        town.payout_steps[named] = (*town.payout_steps.get(named, ()), PayoutStep(step))


def read_payouts(shares: list[Row], payouts: list[Row]) -> list[Payout]:
    """Return payouts with their shares."""
    of: dict[str, list[Share]] = defaultdict(list)
    for entry, debit, cents in shares:
        kind, _merchant, scheme = debit.split("/")
        of[entry].append(Share(scheme, Money(cents if kind == AccountKind.PAYABLE else -cents)))
    return [rows.read_payout(row, tuple(of[row[1]])) for row in payouts]


def _on_payables(side: Column[Any], *, is_owed: bool) -> Select[Any]:
    amount = _t.transfer.c.amount_cents
    is_its_line = and_(
        _t.payout_line.c.line_entry_id == _t.transfer.c.entry_id,
        _t.payout_line.c.line_position == _t.transfer.c.position,
    )
    return (
        select(
            _t.transfer.c.entry_id,
            _t.transfer.c.position,
            side,
            (amount if is_owed else -amount).label("cents"),
            _t.entry.c.effective_on,
        )
        .join(_t.entry, _t.entry.c.id == _t.transfer.c.entry_id)
        .outerjoin(_t.payout_line, is_its_line)
        .outerjoin(_t.payout, _t.payout.c.entry_id == _t.transfer.c.entry_id)
        .where(OneOf(side, "wanted"), _t.payout_line.c.entry_id.is_(None), _t.payout.c.id.is_(None))
    )


_SETTINGS = Query(select(_t.payment_settings).order_by(_t.payment_settings.c.version))
_NEWEST_RUNS = Query(select(_t.payout_run.c.year, func.max(_t.payout_run.c.number)).group_by(_t.payout_run.c.year))
_OPEN_LINES = Query(
    union_all(_on_payables(_t.transfer.c.credit, is_owed=True), _on_payables(_t.transfer.c.debit, is_owed=False))
)
_RUNS = Query(select(_t.payout_run).where(OneOf(_t.payout_run.c.id, "wanted")))
_RUN_STEPS = Query(
    select(_t.run_step.c.run_id, _t.run_step.c.step)
    .where(OneOf(_t.run_step.c.run_id, "wanted"))
    .order_by(_t.run_step.c.run_id, _t.run_step.c.number)
)
_of_runs = OneOf(_t.payout.c.run_id, "wanted")
_PAYOUTS = Query(select(_t.payout).where(_of_runs).order_by(_t.payout.c.run_id, _t.payout.c.place))
_SHARES = Query(
    select(_t.transfer.c.entry_id, _t.transfer.c.debit, _t.transfer.c.amount_cents)
    .join(_t.payout, _t.payout.c.entry_id == _t.transfer.c.entry_id)
    .where(_of_runs)
    .order_by(_t.transfer.c.entry_id, _t.transfer.c.position)
)
_PAYOUT_STEPS = Query(
    select(_t.payout_step.c.payout_id, _t.payout_step.c.step)
    .join(_t.payout, _t.payout.c.id == _t.payout_step.c.payout_id)
    .where(_of_runs)
    .order_by(_t.payout_step.c.payout_id, _t.payout_step.c.number)
)
