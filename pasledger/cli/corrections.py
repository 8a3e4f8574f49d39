"""Corrections: counter an entry."""

from typing import Annotated

import typer

from pasledger.cli.arguments import Approver
from pasledger.cli.calls import Call
from pasledger.cli.changes import Yes, settled
from pasledger.cli.printing import answer, table
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.usecases import changing


def correct(
    context: typer.Context,
    entry: Annotated[
        str, typer.Argument(metavar="ENTRY", help="The id of the entry, or of the redemption or refund that it is of.")
    ],
    approved_by: Approver,
    *,
    yes: Yes = False,
) -> None:
    """Counter a redemption, a refund or a change of a budget, once.

    Less what was given back.

    JSON: is_booked, corrects (the entry), entry (that counters it), amount, transfers (debit, credit, amount).
    """
    call: Call = context.obj
    stamp = call.approved_by(approved_by)
    with call.store() as store:
        with store.read() as reader:
            found = reader.changeable.entry_of(entry.strip())
        if found is None:
            raise Refused(Refusal.ENTRY_UNKNOWN)
        done = settled(call, store, [changing.to_correct(found)], stamp, books=yes)
    made = next(one.event.entry for one in done.granted if one.event is not None)
    transfers = () if made is None else made.transfers
    rows = [
        {"debit": transfer.debit.code, "credit": transfer.credit.code, "amount": transfer.amount}
        for transfer in transfers
    ]
    answer(
        call,
        {
            "is_booked": yes,
            "corrects": found,
            "entry": made.id if made is not None and yes else None,
            "amount": done.amount,
            "transfers": rows,
        },
        table(call, rows, "debit", "credit", "amount"),
        call.say("cli.booked" if yes else "cli.only-shown"),
    )
