"""What a batch that pays has to know: settings, runs with their payouts, and the lines that are in no payout."""

from collections import defaultdict
from typing import Any

from sqlalchemy import Column, Connection, Select, and_, func, or_, select, union_all

from pasledger.ledger import accounts
from pasledger.ledger.accounts import AccountKind
from pasledger.ledger.ids import MerchantId, PayoutId, RunId, StatementId
from pasledger.ledger.money import Money
from pasledger.rules.records import BANK_PREFIX, Payout, PayoutStep, RunStep, Share, run_name
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
    """Runs with who prepared them, their payouts and what became of both, and the merchants that they pay."""
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
    for row in _MERCHANTS_PAID.fetch(connection, wanted=wanted):
        merchant = rows.read_merchant(row)
        if merchant not in town.merchants.get(merchant.id, ()):
            town.learn(merchant)
    had = set(town.checks)
    for row in _CHECKS_OF_PAID.fetch(connection, wanted=wanted):
        check = rows.read_merchant_check(row)
        if check.merchant not in had:
            town.learn(check)


def load_bank(connection: Connection, wanted: list[str], town: Town) -> None:
    """The runs that lines are about or that are not paid yet, and the newest statements."""
    named = {_run_name(reference) for reference in wanted}
    runs = {run for run, year, number in _ALL_RUNS.fetch(connection) if run_name(year, number) in named}
    found = sorted(runs.union(run for (run,) in _OPEN_RUNS.fetch(connection)).difference(town.runs))
    load_runs(connection, found, town)
    for row in _NEWEST_STATEMENTS.fetch(connection):
        town.learn(rows.read_bank_statement(row))


def load_open_bank_lines(connection: Connection, _wanted: list[str], town: Town) -> None:
    """Every line that waits for a person."""
    for statement, position in _UNSETTLED.fetch(connection):
        town.open_bank_lines.add((StatementId(statement), position))


def _run_name(reference: str) -> str:
    """Return the run that an id of the bank names: `2026-0001` for `PL-2026-0001-0003`."""
    return reference.removeprefix(BANK_PREFIX).rpartition("-")[0]


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
_ALL_RUNS = Query(select(_t.payout_run.c.id, _t.payout_run.c.year, _t.payout_run.c.number))
_OPEN_RUNS = Query(
    select(_t.payout.c.run_id)
    .outerjoin(_t.payout_step, _t.payout_step.c.payout_id == _t.payout.c.id)
    .where(_t.payout_step.c.step.is_(None))
    .distinct()
)
_MERCHANTS_PAID = Query(
    select(_t.merchant)
    .where(_t.merchant.c.id.in_(select(_t.payout.c.merchant_id).where(OneOf(_t.payout.c.run_id, "wanted"))))
    .order_by(_t.merchant.c.id, _t.merchant.c.version)
)
_CHECKS_OF_PAID = Query(
    select(_t.merchant_check)
    .where(
        _t.merchant_check.c.merchant_id.in_(select(_t.payout.c.merchant_id).where(OneOf(_t.payout.c.run_id, "wanted")))
    )
    .order_by(_t.merchant_check.c.merchant_id, _t.merchant_check.c.number)
)
_newer = _t.bank_statement.alias("newer")
_NEWEST_STATEMENTS = Query(
    select(_t.bank_statement).where(
        ~select(_newer.c.id)
        .where(
            _newer.c.iban == _t.bank_statement.c.iban,
            or_(
                _newer.c.until > _t.bank_statement.c.until,
                and_(_newer.c.until == _t.bank_statement.c.until, _newer.c.number > _t.bank_statement.c.number),
            ),
        )
        .exists()
    )
)
_UNSETTLED = Query(
    select(_t.bank_line.c.statement_id, _t.bank_line.c.position)
    .outerjoin(
        _t.bank_line_settled,
        and_(
            _t.bank_line_settled.c.statement_id == _t.bank_line.c.statement_id,
            _t.bank_line_settled.c.position == _t.bank_line.c.position,
        ),
    )
    .where(_t.bank_line_settled.c.purpose.is_(None))
)
