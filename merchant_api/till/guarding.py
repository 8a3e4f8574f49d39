"""What stands around every page that is asked for: nobody posts from another site, and each trouble is a page too."""

import logging
from collections.abc import Awaitable, Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from merchant_api.answers import Answer
from merchant_api.errors import Problem
from merchant_api.till.pages import language_of, page
from pasledger.pages.making import is_from_elsewhere
from pasledger.pages.observing import log_fault
from pasledger.store import BooksUnusable
from pasledger.texts import say

_log = logging.getLogger("merchant_api")

Handler = Callable[[Request], Awaitable[Response]]


def guarded(handler: Handler) -> Handler:
    """Let nobody post from another site, and answer in a page what keeps a request from being answered."""
    return told_by(trouble, handler)


def told_by(tell: Callable[[Request, Answer], Response], handler: Handler) -> Handler:
    """Return the same, where `tell` makes the page."""

    async def handle(request: Request) -> Response:
        if is_from_elsewhere(request):
            return tell(request, Answer.UNAUTHORIZED)
        try:
            return await handler(request)
        except Problem as problem:
            return tell(request, problem.answer)
        except HTTPException:  # a form that cannot be read
            return tell(request, Answer.INVALID)
        except BooksUnusable:
            return tell(request, Answer.BUSY)
        except Exception as fault:
            log_fault(_log, fault)
            return tell(request, Answer.FAULT)

    return handle


def trouble(request: Request, answer: Answer, **figures: object) -> Response:
    """Return a page that says what keeps a request from being answered."""
    language = language_of(request)
    response = page(
        request,
        "trouble.html",
        status=answer.status,
        is_signed_in=False,
        title=say(f"answer.{answer.label}.title", language),
        detail=say(f"answer.{answer.label}", language, **figures),
    )
    return come_back(response, answer)


def come_back(response: Response, answer: Answer) -> Response:
    """Return a response that says when to ask again, where that makes sense."""
    if answer is Answer.BUSY:
        response.headers["Retry-After"] = "1"
    return response
