"""What staff and the proof of cover ask of bank statements."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Select, and_, select, union_all

from pasledger.ledger.accounts import AccountKind
from pasledger.ledger.journal import EntryKind
from pasledger.ledger.money import Money
from pasledger.reports.cover import TreasuryMove
from pasledger.rules.records import BankLine, BankStatement, StatementLine
from pasledger.store import rows, tables
from pasledger.store.statements import Query

_t = tables


@dataclass(frozen=True, slots=True)
class BankLineFound:
    """A line of a statement, and what it turned out to be; None while it waits for a person."""

    statement: BankStatement
    line: StatementLine
    settled: BankLine | None

    @property
    def name(self) -> str:
        """How people call it: the statement and the place in it."""
        return f"{self.statement.name}/{self.line.position}"


class Bank:
    """Questions about bank statements, in the snapshot of a reader."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def statements(self) -> list[BankStatement]:
        """Return every statement, each account in the order of its days."""
        return [rows.read_bank_statement(row) for row in _STATEMENTS.fetch(self._connection)]

    def treasury_moves(self) -> list[TreasuryMove]:
        """Return what set money aside or gave it back to general means: all on the treasury but what the bank did."""
        return [
            TreasuryMove(rows.read_day(on), f"{kind} {entry}", Money(cents))
            for on, kind, entry, cents in _TREASURY_MOVES.fetch(self._connection)
        ]

    def lines(self) -> list[BankLineFound]:
        """Return every line of every statement, in order."""
        statements = {one.id: one for one in self.statements()}
        found = []
        for row in _LINES.fetch(self._connection):
            line, settled = rows.read_statement_line(row[:_WIDTH]), row[_WIDTH:]
            became = None if settled[0] is None else rows.read_bank_line(settled)
            found.append(BankLineFound(statements[line.statement], line, became))
        return found


_BY_THE_BANK = (EntryKind.PAID.value, EntryKind.RETURNED.value)


def _on_treasury(side: Column[Any], *, is_set_aside: bool) -> Select[Any]:
    amount = _t.transfer.c.amount_cents
    return (
        select(
            _t.entry.c.effective_on,
            _t.entry.c.kind,
            _t.entry.c.id,
            (amount if is_set_aside else -amount).label("cents"),
        )
        .join(_t.entry, _t.entry.c.id == _t.transfer.c.entry_id)
        .join(_t.account, _t.account.c.code == side)
        .where(_t.account.c.kind == AccountKind.TREASURY.value, *(_t.entry.c.kind != kind for kind in _BY_THE_BANK))
    )


_TREASURY_MOVES = Query(
    union_all(
        _on_treasury(_t.transfer.c.debit, is_set_aside=True), _on_treasury(_t.transfer.c.credit, is_set_aside=False)
    )
)
_WIDTH = len(_t.bank_line.c)
_STATEMENTS = Query(
    select(_t.bank_statement).order_by(_t.bank_statement.c.iban, _t.bank_statement.c.until, _t.bank_statement.c.number)
)
_LINES = Query(
    select(_t.bank_line, _t.bank_line_settled)
    .join(_t.bank_statement, _t.bank_statement.c.id == _t.bank_line.c.statement_id)
    .outerjoin(
        _t.bank_line_settled,
        and_(
            _t.bank_line_settled.c.statement_id == _t.bank_line.c.statement_id,
            _t.bank_line_settled.c.position == _t.bank_line.c.position,
        ),
    )
    .order_by(
        _t.bank_statement.c.iban,
        _t.bank_statement.c.until,
        _t.bank_statement.c.number,
        _t.bank_line.c.position,
    )
)
