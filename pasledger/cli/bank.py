"""What the bank sends: statements are read, rejections taken, and lines that nobody could match are settled."""

from typing import Annotated

import typer

from pasledger.cli.arguments import Approver, File
from pasledger.cli.calls import Call
from pasledger.cli.errors import reading
from pasledger.cli.printing import Row, answer, table
from pasledger.cli.reasons import why
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.rules.records import LinePurpose
from pasledger.store import Reader
from pasledger.store.bank import BankLineFound
from pasledger.usecases import banking
from pasledger.usecases.finding import merchant_named


def read(context: typer.Context, file: File) -> None:
    """Read a bank statement, and book what it says of payouts.

    The file is camt.053.001.08. Statements come in order, each once, and add up.

    JSON: statements (statement, opening, closing, lines, matched, waiting, left_out).
    """
    call: Call = context.obj
    stamp = call.stamp()
    with call.batch() as store, reading(file) as data:
        taken = banking.take(store, data, stamp)
    rows = [
        {
            "statement": one.statement.name,
            "opening": one.statement.opening,
            "closing": one.statement.closing,
            "lines": len(one.lines),
            "matched": len(one.matched),
            "waiting": len(one.lines) - len(one.matched),
            "left_out": one.left_out,
        }
        for one in taken
    ]
    waiting = sum(len(one.lines) - len(one.matched) for one in taken)
    answer(
        call,
        {"statements": rows},
        table(call, rows, "statement", "opening", "closing", "lines", "matched", "waiting"),
        call.say("cli.lines-wait", count=waiting) if waiting else call.say("cli.no-line-waits"),
    )


def status(context: typer.Context, file: File) -> None:
    """Take what the bank rejects of a file, so that it is owed again.

    The file is pain.002.001.10. It may come twice. What the bank debited before stays paid, and is told.

    JSON: rejected (payment, merchant, amount, reason, why, is_paid).
    """
    call: Call = context.obj
    stamp = call.stamp()
    with call.store() as store:
        with reading(file) as data:
            found = banking.reject(store, data, stamp)
        with store.read() as reader:
            names = {merchant.id: merchant.name for merchant in reader.merchants()}
    rows = [
        {
            "payment": one.run.end_to_end_id(one.payout.place),
            "merchant": names[one.payout.merchant],
            "amount": one.payout.amount,
            "reason": one.reason,
            "why": why(call, one.reason),
            "is_paid": one.is_paid,
        }
        for one in found
    ]
    paid = [row for row in rows if row["is_paid"]]
    answer(
        call,
        {"rejected": rows},
        table(call, [row for row in rows if not row["is_paid"]], "payment", "merchant", "amount", "reason", "why"),
        *(
            [call.say("cli.rejected-but-paid"), table(call, paid, "payment", "merchant", "amount", "why")]
            if paid
            else []
        ),
    )


def lines(
    context: typer.Context,
    all_lines: Annotated[bool, typer.Option("--all", help="Also those that were matched or settled.")] = False,  # noqa: FBT002 - a flag
) -> None:
    """List the lines that wait for a person.

    JSON: lines (line, booked_on, amount, name, iban, text, payment, purpose, reason, why, prepared_by_hand).
    """
    call: Call = context.obj
    with call.reader() as reader:
        found = [line for line in reader.bank.lines() if all_lines or line.settled is None]
    rows = [_row(call, one) for one in found]
    told = ["why"] if any(row["why"] for row in rows) else []
    answer(call, {"lines": rows}, table(call, rows, "line", "booked_on", "amount", "name", "text", "purpose", *told))


def settle(
    context: typer.Context,
    line: Annotated[str, typer.Argument(metavar="LINE", help="The line, such as 2026-014/3.")],
    purpose: Annotated[LinePurpose, typer.Option("--is", metavar="PURPOSE", help="What it is.")],
    approved_by: Approver,
    payment: Annotated[
        str | None, typer.Option(metavar="PAYMENT", help="Of a payout: its payment, such as PL-2026-0001-0003.")
    ] = None,
    merchant: Annotated[str | None, typer.Option(metavar="MERCHANT", help="Who paid back.")] = None,
) -> None:
    """Say what a line is that nobody could match.

    JSON: line, amount, purpose.
    """
    call: Call = context.obj
    stamp = call.approved_by(approved_by)
    with call.store() as store:
        with store.read() as reader:
            found = _line_named(reader, line)
            payout = None if payment is None else banking.payment_named(reader, payment).id
        by = None if merchant is None else merchant_named(store, merchant, on=stamp.effective_on, is_gone=True).id
        banking.settle(store, found.line, purpose, stamp, payout=payout, merchant=by)
    answer(
        call,
        {"line": found.name, "amount": found.line.amount, "purpose": purpose},
        call.say("cli.line-settled", line=found.name, amount=found.line.amount, purpose=purpose),
    )


def _line_named(reader: Reader, name: str) -> BankLineFound:
    found = [one for one in reader.bank.lines() if one.name == name]
    if len(found) != 1:
        raise Refused(Refusal.LINE_UNKNOWN)
    return found[0]


def _row(call: Call, one: BankLineFound) -> Row:
    return {
        "line": one.name,
        "booked_on": one.line.booked_on,
        "amount": one.line.amount,
        "name": one.line.name,
        "iban": one.line.iban,
        "text": one.line.text[:_SHOWN],
        "payment": one.line.end_to_end_id,
        "purpose": one.settled and one.settled.purpose,
        "reason": one.line.reason,
        "why": why(call, one.line.reason),
        "prepared_by_hand": one.settled is not None and not one.settled.is_matched,
    }


_SHOWN = 40
