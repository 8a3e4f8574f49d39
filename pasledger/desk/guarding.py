"""What stands around every page: who is not signed in sees where one signs in, and each trouble is a page too."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pasledger.desk.pages import PAGES, page
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.pages.making import is_from_elsewhere
from pasledger.pages.observing import log_fault
from pasledger.store import BooksUnusable
from pasledger.texts import say
from pasledger.usecases.booking import NothingBooked
from pasledger.usecases.desk import Clerk, sign_in

Handler = Callable[[Request], Awaitable[Response]]
Page = Callable[[Request, Clerk], Awaitable[Response]]

MOST_WAITING = 8
"""How many can wait at the door at the same moment, because credentials were wrong before."""

_log = logging.getLogger("pasledger.desk")


class Door:
    """Lets people in one at a time, so that who tries credentials waits for those that were wrong."""

    def __init__(self) -> None:
        self._alone = asyncio.Lock()
        self._waiting = 0

    async def let_in(self, request: Request, name: str, credential: str) -> Response:
        """Return the page after signing in, or the one before, with what is wrong."""
        if self._waiting >= MOST_WAITING:
            return trouble(request, "desk.busy", 503)
        state = request.app.state
        self._waiting += 1
        try:
            async with self._alone:
                actor = await run_in_threadpool(sign_in, state.store, name, credential, origin(request))
        except Refused as refused:
            is_known = refused.reason is Refusal.NOT_ALLOWED
            return asks_to_sign_in(request, "desk.sign-in.not-allowed" if is_known else "desk.sign-in.wrong")
        finally:
            self._waiting -= 1
        response = home()
        state.sessions.begin(response, actor)
        return response


def guarded(handler: Handler) -> Handler:
    """Let nobody post from another site, and answer in a page what keeps a request from being answered."""

    async def handle(request: Request) -> Response:
        if is_from_elsewhere(request):
            return trouble(request, "desk.elsewhere", 403)
        try:
            return await handler(request)
        except HTTPException:
            return trouble(request, "desk.unreadable", 400)
        except Refused as refused:
            return refusal(request, refused)
        except NothingBooked as nothing:
            return refusal(request, nothing.refusals[0])
        except BooksUnusable as unusable:
            _log.error("the books cannot be used: %s", unusable.problem)
            return trouble(request, "desk.busy", 503)
        except Exception as fault:
            log_fault(_log, fault)
            return trouble(request, "desk.fault", 500)

    return handle


def by_a_clerk(shown: Page) -> Handler:
    """Show a page to who is signed in, and to everybody else where one signs in."""

    async def handle(request: Request) -> Response:
        sessions = request.app.state.sessions
        actor = await run_in_threadpool(sessions.actor_in, request)
        if actor is None:
            return asks_to_sign_in(request)
        response = await shown(request, Clerk(actor.name, origin(request)))
        sessions.go_on(request, response, actor)
        return response

    return guarded(handle)


def asks_to_sign_in(request: Request, error: str = "") -> Response:
    """Show where one signs in."""
    said = say(error, PAGES.language_of(request)) if error else ""
    return page(request, "sign_in.html", status=401 if error else 200, error=said)


def refusal(request: Request, refused: Refused) -> Response:
    """Return a page that says why not, in the words that the command line has for it."""
    if refused.reason is Refusal.NOT_ALLOWED:
        return trouble(request, "desk.sign-in.not-allowed", 403)
    language = PAGES.language_of(request)
    title, detail = say("desk.not-done", language), say(f"refusal.{refused.reason}", language, **refused.figures)
    return page(request, "trouble.html", status=409, title=title, detail=detail)


def trouble(request: Request, code: str, status: int, *, who: str = "") -> Response:
    """Return a page that says what keeps a request from being answered."""
    language = PAGES.language_of(request)
    title, detail = say("desk.not-done", language), say(code, language)
    return page(request, "trouble.html", status=status, who=who, title=title, detail=detail)


def home() -> Response:
    """Return to the first page."""
    return RedirectResponse("/", 303)


def origin(request: Request) -> str:
    """Return from where somebody asks, as the log has it."""
    return f"desk, from {request.client.host if request.client else '?'}"
