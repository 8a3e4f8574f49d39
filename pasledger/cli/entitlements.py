"""Entitlements: list what a holder has, and move their ends: withdraw, end, extend."""

from datetime import date
from typing import Annotated

import typer

from pasledger.cli.accounts import Card, Holder, holder_or_card
from pasledger.cli.arguments import Approver, File
from pasledger.cli.calls import Call
from pasledger.cli.changes import Yes, answer_changed, settled
from pasledger.cli.errors import reading
from pasledger.cli.printing import answer, table
from pasledger.formats import cells
from pasledger.ledger.ids import BatchId, EntitlementId
from pasledger.ledger.refusals import Refused
from pasledger.store import Store
from pasledger.usecases import changing

Entitlement = Annotated[str, typer.Argument(metavar="ENTITLEMENT", help="The id; `entitlements list` shows it.")]
FromDay = Annotated[str, typer.Option("--from", metavar="DAY", help="The first day without: 31-12-2026.")]


def show(context: typer.Context, holder: Holder = None, card: Card = None) -> None:
    """List the entitlements of a holder with their ids.

    JSON: entitlements (entitlement, scheme, awarded, left, starts_on, last_day, is_withdrawn).
    """
    call: Call = context.obj
    named, unknown = holder_or_card(call, holder, card)
    with call.reader() as reader:
        granted = reader.entitlements_of(named)
        if granted is None:
            raise Refused(unknown)
        owned = reader.changeable.entitlements([entitlement.id for entitlement, _left in granted])
    rows = [
        {
            "entitlement": one.entitlement.id,
            "scheme": one.entitlement.scheme,
            "awarded": one.entitlement.amount,
            "left": one.left,
            "starts_on": one.entitlement.valid.starts_on,
            "last_day": one.entitlement.valid.last_day,
            "is_withdrawn": one.is_withdrawn,
        }
        for one in owned
    ]
    answer(
        call,
        {"entitlements": rows},
        table(call, rows, "entitlement", "scheme", "awarded", "left", "starts_on", "last_day"),
    )


def withdraw(context: typer.Context, entitlement: Entitlement, approved_by: Approver, *, yes: Yes = False) -> None:
    """Withdraw an entitlement: what is left goes back to the budget.

    What is held for a merchant stays held. What has ended already, or was awarded in a closed year, lapses instead.

    JSON: is_booked, amount, entitlements (entitlement, scheme, awarded, spent, amount, last_day), left_out
    (entitlement, reason, code), held (entitlement, hold, amount).
    """
    call: Call = context.obj
    stamp = call.approved_by(approved_by)
    with call.store() as store:
        requests = changing.to_withdraw([EntitlementId(entitlement.strip())])
        answer_changed(call, store, settled(call, store, requests, stamp, books=yes), books=yes)


def end(
    context: typer.Context,
    holder: Annotated[str, typer.Argument(metavar="HOLDER", help="The reference of the holder.")],
    from_day: FromDay,
    approved_by: Approver,
    *,
    yes: Yes = False,
) -> None:
    """End all entitlements of a holder from a day: moved away, or died.

    On a day that has come they are withdrawn. On a day to come their end is moved to it, and what starts later is
    withdrawn now.

    JSON: as `entitlements withdraw`.
    """
    call: Call = context.obj
    stamp = call.approved_by(approved_by)
    reference, day = call.read("HOLDER", holder, cells.holder), call.read("--from", from_day, cells.day)
    with call.store() as store:
        with store.read() as reader:
            requests = changing.to_end(reader, reference, day)
        answer_changed(call, store, settled(call, store, requests, stamp, books=yes), books=yes)


def end_listed(context: typer.Context, file: File, approved_by: Approver, *, yes: Yes = False) -> None:
    """End all entitlements of the holders of a file, each from its day.

    The columns of the CSV file: pashouder;vanaf.

    JSON: as `entitlements withdraw`.
    """
    call: Call = context.obj
    stamp = call.approved_by(approved_by)
    with call.store() as store:
        with reading(file) as data, store.read() as reader:
            requests = changing.to_end_listed(reader, data)
        answer_changed(call, store, settled(call, store, requests, stamp, books=yes), books=yes)


def extend(
    context: typer.Context,
    until: Annotated[str, typer.Option(metavar="DAY", help="The new last day: 31-12-2026.")],
    approved_by: Approver,
    entitlement: Annotated[str | None, typer.Option(metavar="ENTITLEMENT", help="Only this one.")] = None,
    scheme: Annotated[str | None, typer.Option(metavar="CODE", help="Those under this scheme.")] = None,
    batch: Annotated[str | None, typer.Option(metavar="BATCH", help="Those that came out of this batch.")] = None,
    valid_on: Annotated[
        str | None, typer.Option(metavar="DAY", help="Of a scheme, those that are valid on this day; today otherwise.")
    ] = None,
    *,
    yes: Yes = False,
) -> None:
    """Make entitlements valid for longer: one, or a scheme's or a batch's.

    What had lapsed comes back, unless it was freed: then a new award is needed. What was withdrawn is left out.

    JSON: as `entitlements withdraw`.
    """
    call: Call = context.obj
    stamp = call.approved_by(approved_by)
    if [entitlement, scheme, batch].count(None) != 2:
        hint = ("--entitlement", "--scheme", "--batch")
        raise typer.BadParameter(call.say("cli.entitlement-scheme-or-batch"), param_hint=hint)
    last_day = call.read("--until", until, cells.day)
    on = stamp.effective_on if valid_on is None else call.read("--valid-on", valid_on, cells.day)
    with call.store() as store:
        if entitlement is not None:
            wanted = [EntitlementId(entitlement.strip())]
        elif batch is not None:
            with store.read() as reader:
                wanted = changing.out_of(reader, BatchId(batch.strip()))
        else:
            wanted = _valid_on(store, call.read("--scheme", scheme or "", cells.code), on)
        requests = changing.to_extend(wanted, last_day)
        answer_changed(call, store, settled(call, store, requests, stamp, books=yes), books=yes)


def _valid_on(store: Store, scheme: str, day: date) -> list[EntitlementId]:
    with store.read() as reader:
        found = reader.changeable.of_scheme(scheme)
    return [one.entitlement.id for one in found if not one.is_withdrawn and day in one.entitlement.valid]
