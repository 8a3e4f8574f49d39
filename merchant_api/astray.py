"""What is told where there is nothing, or where too much is sent: a page to a browser, and a problem to a program."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from merchant_api import errors
from merchant_api.answers import Answer
from merchant_api.mycard.pages import HOME
from merchant_api.mycard.pages import trouble as trouble_of_holders
from merchant_api.till.guarding import trouble
from pasledger.pages.envelope import LARGEST_BODY_BYTES


async def no_such_place(request: Request, _error: Exception) -> Response:
    """Say that it is not there."""
    if not _is_a_browser(request):
        return errors.problem(Answer.NOT_FOUND, request.headers.get("accept-language", ""))
    is_for_holders = request.url.path.startswith(HOME)
    return (trouble_of_holders if is_for_holders else trouble)(request, Answer.NOT_FOUND)


def too_large(larger: Mapping[str, int]) -> ASGIApp:
    """Return what says how much can be sent at once; at the addresses of `larger` it is so many bytes."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        most = larger.get(request.url.path, LARGEST_BODY_BYTES)
        if _is_a_browser(request):
            response = trouble(request, Answer.TOO_LARGE, most=most)
        else:
            response = errors.problem(Answer.TOO_LARGE, request.headers.get("accept-language", ""), most=most)
        await response(scope, receive, send)

    return answer


def _is_a_browser(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/v1/")
