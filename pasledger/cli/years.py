"""Fiscal years: what has ended lapses and is freed, a year is closed, and the next one opens."""

from datetime import date, timedelta
from typing import Annotated

import typer

from pasledger.cli.arguments import Approver
from pasledger.cli.calls import Call
from pasledger.cli.changes import Yes, answer_changed, settled
from pasledger.cli.printing import answer, table
from pasledger.formats import cells
from pasledger.ledger.refusals import Refusal
from pasledger.ledger.views import View
from pasledger.reports.trial_balance import trial_balance
from pasledger.usecases import changing

Scheme = Annotated[str, typer.Argument(metavar="SCHEME", help="The code of the scheme.")]
Year = Annotated[int, typer.Argument(metavar="YEAR", min=2000, max=2199, help="The fiscal year.")]


def lapse(
    context: typer.Context,
    scheme: Scheme,
    approved_by: Approver,
    until: Annotated[
        str | None, typer.Option(metavar="DAY", help="Only what had its last day by then; yesterday otherwise.")
    ] = None,
    *,
    yes: Yes = False,
) -> None:
    """Let lapse what is left under a scheme of what has ended.

    JSON: as `entitlements withdraw`.
    """
    call: Call = context.obj
    stamp = call.approved_by(approved_by)
    code, yesterday = call.read("SCHEME", scheme, cells.code), stamp.effective_on - timedelta(days=1)
    last_day = yesterday if until is None else min(yesterday, call.read("--until", until, cells.day))
    with call.batch() as store:
        with store.read() as reader:
            ended = [one.entitlement.id for one in reader.changeable.to_lapse(code, last_day)]
        changed = settled(call, store, changing.to_lapse(ended), stamp, books=yes)
        answer_changed(call, store, changed, books=yes)


def free(
    context: typer.Context,
    scheme: Scheme,
    year: Year,
    approved_by: Approver,
    decision: Annotated[
        str | None,
        typer.Option(metavar="REFERENCE", help="The council's decision by which the rest of the budget is freed too."),
    ] = None,
    *,
    yes: Yes = False,
) -> None:
    """Free what lapsed under a scheme in a year.

    By a decision of the council also what is left of its budget.

    JSON: is_booked, scheme, year, amount, transfers (debit, credit, amount).
    """
    call: Call = context.obj
    stamp = call.approved_by(approved_by)
    code = call.read("SCHEME", scheme, cells.code)
    reference = None if decision is None else call.read("--decision", decision, cells.decision)
    with call.batch() as store:
        freed = settled(call, store, changing.to_free(code, year, reference), stamp, books=yes)
    rows = [
        {"debit": transfer.debit.code, "credit": transfer.credit.code, "amount": transfer.amount}
        for one in freed.granted
        if one.event is not None and one.event.entry is not None
        for transfer in one.event.entry.transfers
    ]
    answer(
        call,
        {"is_booked": yes, "scheme": code, "year": year, "amount": freed.amount, "transfers": rows},
        table(call, rows, "debit", "credit", "amount"),
        *(
            call.say(f"refusal.{one.refused.reason}", **one.refused.figures)
            for one in freed.left_out
            if one.refused is not None and one.refused.reason is not Refusal.NOTHING_TO_FREE
        ),
        call.say("cli.booked" if yes else "cli.only-shown"),
    )


def close(context: typer.Context, scheme: Scheme, year: Year, approved_by: Approver, *, yes: Yes = False) -> None:
    """Close a fiscal year of a scheme, and those before it.

    After that nothing more counts in it, and nothing is awarded from its budget.

    JSON: is_booked, scheme, year.
    """
    call: Call = context.obj
    stamp = call.approved_by(approved_by)
    code = call.read("SCHEME", scheme, cells.code)
    with call.batch() as store:
        settled(call, store, [changing.to_close(code, year)], stamp, books=yes)
    answer(
        call,
        {"is_booked": yes, "scheme": code, "year": year},
        call.say("cli.year-closed", scheme=code, year=year),
        call.say("cli.booked" if yes else "cli.only-shown"),
    )


def opening(context: typer.Context, year: Year) -> None:
    """Show the balances with which a fiscal year opens, by scheme and kind.

    JSON: year, is_balanced, lines (scheme, kind, accounts, balance).
    """
    call: Call = context.obj
    with call.reader() as reader:
        found = trial_balance(reader.turnovers(View(as_at=date(year - 1, 12, 31))))
    rows = [
        {"scheme": line.scheme, "kind": line.kind, "accounts": line.accounts, "balance": line.balance}
        for line in found.lines
    ]
    answer(
        call,
        {"year": year, "is_balanced": found.is_balanced, "lines": rows},
        table(call, rows, "scheme", "kind", "accounts", "balance", grouped_by="scheme"),
        call.say("cli.balanced" if found.is_balanced else "cli.not-balanced"),
    )
    if not found.is_balanced:
        raise typer.Exit(1)
