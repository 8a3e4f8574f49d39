"""The auditor's questions, each answered with its evidence."""

from typing import Annotated

import typer

from pasledger.cli.calls import Call
from pasledger.cli.errors import Wrong
from pasledger.cli.printing import answer, table
from pasledger.usecases.following import way_of


def follow(
    context: typer.Context,
    name: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="An entry, entitlement, redemption, refund, hold or payout by its id; a decision by its reference, "
            "a payment (PL-2026-0001-0001) or a line of the bank (2026-001/1).",
        ),
    ],
) -> None:
    """Follow money from the council's decision to the bank, and back.

    Shown is all that lies before and after ID, in the order in which it was made. Money in one budget has no marks, so
    that an award comes from every decision on its budget. No holder is named.

    JSON: followed, steps (entry, entry_kind, recorded_at, effective_on, prepared_by, approved_by, amount, id,
    reference), links (before, after).
    """
    call: Call = context.obj
    with call.reader() as reader:
        way = way_of(reader, name.strip())
    if way is None:
        raise Wrong("follow-unknown")
    rows = [
        {
            "entry": step.entry,
            "entry_kind": step.kind,
            "recorded_at": step.recorded_at,
            "effective_on": step.effective_on,
            "prepared_by": step.prepared_by,
            "approved_by": step.approved_by,
            "amount": step.amount,
            "id": step.id,
            "reference": step.reference,
        }
        for step in way.steps
    ]
    # Each of these can be followed again; JSON has them all.
    shown = [{**row, "id": row["reference"] or row["id"] or row["entry"]} for row in rows]
    answer(
        call,
        {"followed": name, "steps": rows, "links": [{"before": one, "after": other} for one, other in way.links]},
        table(call, shown, "effective_on", "entry_kind", "amount", "id"),
    )
