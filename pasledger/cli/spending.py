"""Redeeming and refunding by staff, by hand."""

from typing import Annotated

import typer

from pasledger.cli.calls import Call, words
from pasledger.cli.printing import answer
from pasledger.formats import cells
from pasledger.ledger.ids import RedemptionId
from pasledger.ledger.journal import Stamp
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.rules.deciding import KeyedRequest, Outcome
from pasledger.store import Store
from pasledger.store.reading import Recorded
from pasledger.usecases import spending
from pasledger.usecases.booking import book
from pasledger.usecases.finding import merchant_named

Key = Annotated[
    str | None, typer.Option(metavar="KEY", help="Names this attempt: with the same key it is booked once.")
]


def redeem(
    context: typer.Context,
    card: Annotated[str, typer.Option(metavar="NUMBER", help="The number on the card.")],
    merchant: Annotated[str, typer.Option(metavar="MERCHANT", help="The exact name of the merchant, or its id.")],
    amount: Annotated[str, typer.Option(metavar="AMOUNT", help="In euros, the Dutch way: 12,50.")],
    key: Key = None,
) -> None:
    """Pay a merchant from what a holder has, whole or not at all.

    JSON: redemption, merchant, amount, is_repeat.
    """
    call: Call = context.obj
    stamp = call.stamp()
    number = call.read("--card", card, cells.card_number)
    money = call.read("--amount", amount, cells.amount)
    named = None if key is None else call.read("--key", key, words)
    with call.store() as store:
        paid = merchant_named(store, merchant, on=stamp.effective_on)
        request = spending.redemption(merchant=paid.id, card=number, amount=money, key=named)
        outcome, result = booked(store, request, stamp)
    answer(
        call,
        {"redemption": result, "merchant": paid.name, "amount": money, "is_repeat": outcome.is_repeat},
        call.say("cli.redeemed", amount=money, merchant=paid.name, redemption=result),
        *repeated(call, outcome),
    )


def refund(
    context: typer.Context,
    redemption: Annotated[str, typer.Argument(metavar="REDEMPTION", help="The id of the redemption.")],
    amount: Annotated[
        str | None, typer.Option(metavar="AMOUNT", help="In euros, the Dutch way: 12,50; without it, all that is left.")
    ] = None,
    key: Key = None,
) -> None:
    """Give back to where it came from, in part or whole.

    JSON: refund, redemption, amount, refundable (what can still be given back), is_repeat.
    """
    call: Call = context.obj
    stamp = call.stamp()
    money = None if amount is None else call.read("--amount", amount, cells.amount)
    named = None if key is None else call.read("--key", key, words)
    with call.store() as store:
        paid = _recorded(store, RedemptionId(redemption)).redemption
        request = spending.refund(merchant=paid.merchant, redemption=paid.id, amount=money, key=named)
        outcome, result = booked(store, request, stamp)
        recorded = _recorded(store, paid.id)
    given_back = next(refund.amount for refund, _ in recorded.refunds if refund.id == result)
    answer(
        call,
        {
            "refund": result,
            "redemption": paid.id,
            "amount": given_back,
            "refundable": recorded.refundable,
            "is_repeat": outcome.is_repeat,
        },
        call.say("cli.refunded", amount=given_back, refund=result, refundable=recorded.refundable),
        *repeated(call, outcome),
    )


def booked(store: Store, request: KeyedRequest, stamp: Stamp) -> tuple[Outcome, str]:
    """Return the outcome, and the id of what it led to now or before. Raises `Refused`."""
    (outcome,) = book(store, [request], stamp)
    if outcome.refused is not None:
        raise outcome.refused
    led_to = outcome.attempt.result if outcome.attempt else None
    return outcome, led_to or request.id


def _recorded(store: Store, redemption: RedemptionId) -> Recorded:
    with store.read() as reader:
        found = reader.redemption(redemption)
    if found is None:
        raise Refused(Refusal.REDEMPTION_UNKNOWN)
    return found


def repeated(call: Call, outcome: Outcome) -> tuple[str, ...]:
    """Return what is said beside an answer that was given before."""
    return (call.say("cli.repeat"),) if outcome.is_repeat else ()
