"""Problems (RFC 9457) for every error, and the envelope that no response escapes.

The envelope is pure ASGI and stands outermost, so that also the answer to an unhandled fault carries the API's version
and the security headers, and so that no body is read beyond what any request needs.
"""

import logging
from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from merchant_api import API_VERSION
from merchant_api.answers import Answer
from pasledger.store import BooksUnusable
from pasledger.texts import say, spoken

LARGEST_BODY_BYTES = 16 * 1024
_SECONDS_TO_COME_BACK = "1"

_log = logging.getLogger("merchant_api")

_HEADERS = {
    "API-Version": API_VERSION,
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Problem(Exception):  # noqa: N818 - the standard's word
    """An answer that is not yes. Raised anywhere below a route, it becomes the response."""

    def __init__(self, answer: Answer, errors: Sequence[dict[str, str]] = (), **figures: object) -> None:
        super().__init__(answer.label)
        self.answer = answer
        self.errors = errors
        self.figures = figures


def problem(
    answer: Answer, wanted_language: str, errors: Sequence[dict[str, str]] = (), **figures: object
) -> JSONResponse:
    """Return the response for an answer, in the language that was asked for."""
    language = spoken(wanted_language)
    body: dict[str, Any] = {
        "type": f"/problems/{answer.label}",
        "status": answer.status,
        "title": say(f"answer.{answer.label}.title", language),
        "detail": say(f"answer.{answer.label}", language, **figures),
    }
    if errors:
        body["errors"] = list(errors)
    headers = {"Content-Language": language}
    if answer is Answer.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if answer is Answer.BUSY:
        headers["Retry-After"] = _SECONDS_TO_COME_BACK
    return JSONResponse(body, answer.status, headers, media_type="application/problem+json")


def install(api: FastAPI) -> None:
    """Make every error of an application a problem."""
    api.add_exception_handler(Problem, _on_problem)
    api.add_exception_handler(RequestValidationError, _on_invalid)
    api.add_exception_handler(HTTPException, _on_http)
    api.add_exception_handler(BooksUnusable, _on_unusable_books)


def _language(request: Request) -> str:
    return request.headers.get("accept-language", "")


async def _on_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)  # noqa: S101 - says to the type checker what Starlette guarantees
    return problem(error.answer, _language(request), error.errors, **error.figures)


async def _on_invalid(request: Request, error: Exception) -> Response:
    """Say all that is wrong at once. What was sent is not repeated: it could hold a secret."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - as above
    errors = [{"pointer": _pointer(one["loc"]), "detail": str(one["msg"])} for one in error.errors()]
    return problem(Answer.INVALID, _language(request), errors)


def _pointer(location: Sequence[object]) -> str:
    place, *rest = [str(part) for part in location]
    return "#/" + "/".join(rest) if place == "body" else f"{place}: {'/'.join(rest)}"


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - as above
    known = {answer.status: answer for answer in (Answer.NOT_FOUND, Answer.METHOD, Answer.INVALID)}
    response = problem(known.get(error.status_code, Answer.FAULT), _language(request))
    response.headers.update(error.headers or {})
    return response


async def _on_unusable_books(request: Request, error: Exception) -> Response:
    _log.error("the books cannot be used: %s", error)
    return problem(Answer.BUSY, _language(request))


class Envelope:
    """What holds for every response: its headers, a limit on what is read, and a problem where all else failed."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_started = False
        read_bytes = 0

        async def limited() -> Message:
            nonlocal read_bytes
            message = await receive()
            read_bytes += len(message.get("body", b""))
            if read_bytes > LARGEST_BODY_BYTES:
                raise Problem(Answer.TOO_LARGE, most=LARGEST_BODY_BYTES)
            return message

        async def with_headers(message: Message) -> None:
            nonlocal has_started
            if message["type"] == "http.response.start":
                has_started = True
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, limited, with_headers)
        except Exception:
            # The type of a fault and where it was raised; never its words, which could quote what was sent.
            _log.exception("unhandled fault")
            if has_started:
                raise
            wanted = MutableHeaders(scope=scope).get("accept-language", "")
            await problem(Answer.FAULT, wanted)(scope, receive, with_headers)
