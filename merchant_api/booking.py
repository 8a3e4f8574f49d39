"""One way from a route to the writer, and one answer back, whatever was asked."""

from fastapi import Request

from merchant_api.answers import Answer, answer_to
from merchant_api.errors import Problem
from merchant_api.writer import Full
from pasledger.rules.deciding import KeyedRequest
from pasledger.rules.records import Attempt


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
