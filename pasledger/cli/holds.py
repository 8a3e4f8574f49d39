"""Holds: which are open, releasing those that have ended, and releasing or giving back one by hand."""

from typing import Annotated

import typer

from pasledger.cli.calls import Call, words
from pasledger.cli.printing import answer, table
from pasledger.cli.spending import Key, booked, repeated
from pasledger.formats import cells
from pasledger.ledger.ids import HoldId
from pasledger.ledger.money import total
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.store import Store
from pasledger.store.holding import RecordedHold
from pasledger.usecases import spending
from pasledger.usecases.holds import sweep as swept


def show(context: typer.Context) -> None:
    """List the holds of which something is left, by their last day.

    JSON: holds (hold, merchant, amount, left, last_day).
    """
    call: Call = context.obj
    with call.reader() as reader:
        names = {merchant.id: merchant.name for merchant in reader.merchants()}
        rows = [
            {
                "hold": hold,
                "merchant": names.get(merchant, merchant),
                "amount": amount,
                "left": left,
                "last_day": last_day,
            }
            for hold, merchant, amount, left, last_day in reader.holds.open()
        ]
    answer(call, {"holds": rows}, table(call, rows, "last_day", "merchant", "amount", "left", "hold"))


def sweep(context: typer.Context) -> None:
    """Release every hold that has ended.

    The service does so by itself as long as it runs.

    JSON: released (their number), amount.
    """
    call: Call = context.obj
    stamp = call.stamp()
    with call.store() as store:
        released = swept(store, stamp)
    amount = total(one.amount for one in released)
    answer(
        call,
        {"released": len(released), "amount": amount},
        call.say("cli.swept", count=len(released), amount=amount),
    )


Named = Annotated[str, typer.Argument(metavar="HOLD", help="The id of the hold.")]


def release(
    context: typer.Context,
    hold: Named,
    amount: Annotated[
        str | None, typer.Option(metavar="AMOUNT", help="In euros, the Dutch way: 12,50; without it, all that is left.")
    ] = None,
    key: Key = None,
) -> None:
    """Let a hold go, in part or whole, in the merchant's place.

    JSON: release, hold, amount, left, is_repeat.
    """
    call: Call = context.obj
    stamp = call.stamp()
    money = None if amount is None else call.read("--amount", amount, cells.amount)
    named = None if key is None else call.read("--key", key, words)
    with call.store() as store:
        found = _recorded(store, HoldId(hold)).hold
        request = spending.release(merchant=found.merchant, hold=found.id, amount=money, key=named)
        outcome, result = booked(store, request, stamp)
        recorded = _recorded(store, found.id)
    released = next(use.amount for use, _ in recorded.releases if use.id == result)
    answer(
        call,
        {
            "release": result,
            "hold": found.id,
            "amount": released,
            "left": recorded.left,
            "is_repeat": outcome.is_repeat,
        },
        call.say("cli.hold-released", amount=released, left=recorded.left, release=result),
        *repeated(call, outcome),
    )


def refund(
    context: typer.Context,
    hold: Named,
    amount: Annotated[
        str | None,
        typer.Option(metavar="AMOUNT", help="In euros, the Dutch way; without it, all that was taken."),
    ] = None,
    key: Key = None,
) -> None:
    """Give back what was taken of a hold, in the merchant's place.

    JSON: refund, hold, amount, refundable (what can still be given back), is_repeat.
    """
    call: Call = context.obj
    stamp = call.stamp()
    money = None if amount is None else call.read("--amount", amount, cells.amount)
    named = None if key is None else call.read("--key", key, words)
    with call.store() as store:
        found = _recorded(store, HoldId(hold)).hold
        request = spending.hold_refund(merchant=found.merchant, hold=found.id, amount=money, key=named)
        outcome, result = booked(store, request, stamp)
        recorded = _recorded(store, found.id)
    given_back = next(use.amount for use, _ in recorded.refunds if use.id == result)
    answer(
        call,
        {
            "refund": result,
            "hold": found.id,
            "amount": given_back,
            "refundable": recorded.refundable,
            "is_repeat": outcome.is_repeat,
        },
        call.say("cli.refunded", amount=given_back, refund=result, refundable=recorded.refundable),
        *repeated(call, outcome),
    )


def _recorded(store: Store, hold: HoldId) -> RecordedHold:
    with store.read() as reader:
        found = reader.holds.one(hold)
    if found is None:
        raise Refused(Refusal.HOLD_UNKNOWN)
    return found
