"""Problems (RFC 9457) for every error, and the envelope that no response escapes."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp

from merchant_api import API_VERSION
from merchant_api.answers import Answer
from merchant_api.faults import Fault, fault_of
from pasledger.pages.envelope import LARGEST_BODY_BYTES, STRICT, Envelope
from pasledger.pages.observing import log_fault
from pasledger.store import BooksUnusable
from pasledger.texts import Surface, say, spoken

_SECONDS_TO_COME_BACK = "1"

_log = logging.getLogger("merchant_api")


class Problem(Exception):  # noqa: N818 - the standard's word
    """An answer that is not yes. Raised anywhere below a route, it becomes the response."""

    def __init__(self, answer: Answer, errors: Sequence[Fault] = (), **figures: object) -> None:
        super().__init__(answer.label)
        self.answer = answer
        self.errors = errors
        self.figures = figures


def problem(answer: Answer, wanted_language: str, errors: Sequence[Fault] = (), **figures: object) -> JSONResponse:
    """Return the response for an answer, in the language that was asked for."""
    language = spoken(wanted_language, Surface.MERCHANTS)
    body: dict[str, Any] = {
        "type": f"/problems/{answer.label}",
        "status": answer.status,
        "title": say(f"answer.{answer.label}.title", language),
        "detail": say(f"answer.{answer.label}", language, **figures),
    }
    if errors:
        body["errors"] = [error.told(language) for error in errors]
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
    api.add_exception_handler(Exception, _on_fault)


def _language(request: Request) -> str:
    return request.headers.get("accept-language", "")


async def _on_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)  # noqa: S101 - says to the type checker what Starlette guarantees
    return problem(error.answer, _language(request), error.errors, **error.figures)


async def _on_invalid(request: Request, error: Exception) -> Response:
    """Say all that is wrong at once. What was sent is not repeated: it could hold a secret."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - as above
    return problem(Answer.INVALID, _language(request), [fault_of(one) for one in error.errors()])


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - as above
    known = {answer.status: answer for answer in (Answer.NOT_FOUND, Answer.METHOD, Answer.INVALID, Answer.TOO_LARGE)}
    answer = known.get(error.status_code, Answer.FAULT)
    errors = [Fault("#/", "unreadable")] if answer is Answer.INVALID else []
    response = problem(answer, _language(request), errors, most=LARGEST_BODY_BYTES)
    response.headers.update(error.headers or {})
    if answer is Answer.METHOD:
        response.headers["Allow"] = ", ".join(sorted(_methods_here(request)))
    return response


def _methods_here(request: Request) -> set[str]:
    """Return what an address can be asked: each method is a route of its own, of which the framework tells one."""
    return {
        method
        for route in _routes_of(request.app)
        if route.matches(request.scope)[0] is not Match.NONE
        for method in getattr(route, "methods", None) or ()
    }


def _routes_of(holder: FastAPI | APIRouter) -> Iterator[BaseRoute]:
    for route in holder.routes:
        included = getattr(route, "original_router", None)
        if included is None:
            yield route
        else:
            yield from _routes_of(included)


async def _on_unusable_books(request: Request, error: Exception) -> Response:
    _log.error("the books cannot be used: %s", error)
    return problem(Answer.BUSY, _language(request))


async def _on_fault(request: Request, fault: Exception) -> Response:
    log_fault(_log, fault)
    return problem(Answer.FAULT, _language(request))


def in_an_envelope(app: ASGIApp, *, too_large: ASGIApp, larger: Mapping[str, int]) -> ASGIApp:
    """Return an application whose every response carries the API's version and the security headers."""
    return Envelope(app, too_large=too_large, headers={"API-Version": API_VERSION, **STRICT}, larger=larger)
