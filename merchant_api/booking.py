"""One way from a route to the writer, and one answer back, whatever was asked."""

from collections.abc import Callable

from fastapi import Request

from merchant_api.answers import Answer, answer_to
from merchant_api.errors import Problem
from merchant_api.schemas import cards
from merchant_api.writer import Full
from pasledger.ledger.ids import MerchantId
from pasledger.rules.card_entry import CardEntry
from pasledger.rules.deciding import KeyedRequest
from pasledger.rules.records import Attempt


async def booked_by_card(
    request: Request,
    card: cards.CardEntry,
    merchant: MerchantId,
    key: str,
    asked: Callable[[CardEntry], KeyedRequest],
) -> Attempt:
    """Look at the PIN that came with a card, if there is one, and book what is asked with it, as `booked` does."""
    try:
        async with request.app.state.presenter.presented(card, merchant=merchant, key=key) as presented:
            return await booked(request, asked(presented))
    except Full:
        raise Problem(Answer.BUSY) from None


async def booked(request: Request, asked: KeyedRequest) -> Attempt:
    """Book what was asked and return what its key stands for from now on, or answer why not."""
    try:
        outcome = await request.app.state.writer.book(asked)
    except Full:
        raise Problem(Answer.BUSY) from None
    if outcome.refused is not None:
        raise Problem(answer_to(outcome.refused.reason))
    attempt: Attempt = outcome.attempt
    return attempt
