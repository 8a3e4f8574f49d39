"""Rows of what the bank told us."""

import json

from pasledger.ledger.ids import EntryId, MerchantId, PayoutId, StatementId
from pasledger.ledger.journal import Stamp
from pasledger.ledger.money import Money
from pasledger.rules.records import BankLine, BankPart, BankStatement, LinePurpose, StatementLine
from pasledger.store.rows.values import moment, read_day
from pasledger.store.statements import Row


def bank_statement_row(statement: BankStatement, stamp: Stamp) -> Row:
    """Write a statement."""
    return (
        statement.id,
        statement.iban,
        statement.bank_id,
        statement.number,
        statement.until.isoformat(),
        statement.opening.cents,
        statement.closing.cents,
        statement.sha256,
        moment(stamp.recorded_at),
        stamp.prepared_by,
    )


def read_bank_statement(row: Row) -> BankStatement:
    """Read a statement."""
    statement, iban, bank_id, number, until, opening, closing, sha256 = row[:8]
    return BankStatement(
        StatementId(statement), iban, bank_id, number, read_day(until), Money(opening), Money(closing), sha256
    )


def statement_line_row(line: StatementLine) -> Row:
    """Write a line of a statement."""
    return (
        line.statement,
        line.position,
        line.amount.cents,
        line.booked_on.isoformat(),
        line.end_to_end_id,
        line.payment_information_id,
        line.iban,
        line.name,
        line.text,
        line.reason,
    )


def read_statement_line(row: Row) -> StatementLine:
    """Read a line of a statement."""
    statement, position, cents, booked_on, *texts = row[:10]
    return StatementLine(StatementId(statement), position, Money(cents), read_day(booked_on), *texts)


def bank_line_row(line: BankLine, stamp: Stamp) -> Row:
    """Write what a line turned out to be."""
    parts = [(part.merchant, part.payout, part.amount.cents) for part in line.parts]
    return (
        line.statement,
        line.position,
        line.purpose.value,
        line.entry,
        line.amount.cents,
        json.dumps(parts, separators=(",", ":")),
        int(line.is_matched),
        moment(stamp.recorded_at),
        stamp.prepared_by,
        stamp.approved_by,
    )


def read_bank_line(row: Row) -> BankLine:
    """Read what a line turned out to be."""
    statement, position, purpose, entry, cents, parts, is_matched = row[:7]
    return BankLine(
        StatementId(statement),
        position,
        LinePurpose(purpose),
        EntryId(entry) if entry else None,
        Money(cents),
        tuple(
            BankPart(MerchantId(merchant), PayoutId(payout) if payout else None, Money(part))
            for merchant, payout, part in json.loads(parts)
        ),
        is_matched=bool(is_matched),
    )
