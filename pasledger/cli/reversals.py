"""Reversing a booked award batch: withdraw all that came out of it."""

from typing import Annotated

import typer

from pasledger.cli.arguments import Approver
from pasledger.cli.calls import Call
from pasledger.cli.changes import Yes, answer_changed, settled
from pasledger.ledger.ids import BatchId
from pasledger.usecases import changing


def reverse(
    context: typer.Context,
    batch: Annotated[str, typer.Argument(metavar="BATCH", help="The id of the batch.")],
    approved_by: Approver,
    *,
    yes: Yes = False,
) -> None:
    """Reverse a booked batch.

    What is left of its entitlements is withdrawn, what was spent stays spent.

    JSON: as `entitlements withdraw`.
    """
    call: Call = context.obj
    stamp = call.approved_by(approved_by)
    with call.store() as store:
        with store.read() as reader:
            requests = changing.to_reverse(reader, BatchId(batch.strip()))
        answer_changed(call, store, settled(call, store, requests, stamp, books=yes), books=yes)
