"""How a page for a holder is made, in every language that is whole for holders."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from merchant_api.answers import Answer
from merchant_api.till.forms import Mistyped
from merchant_api.till.guarding import Handler, come_back, told_by
from merchant_api.till.pages import COOKIE, FILES, FOLDERS
from pasledger.pages.making import Pages
from pasledger.texts import Surface, say

HOME = "/mycard"
PAGES = Pages(FOLDERS, surface=Surface.HOLDERS, files=FILES, language_cookie=COOKIE)

_LANGUAGE = f"{HOME}/own/language"
_TROUBLES = {
    Answer.UNAUTHORIZED: "elsewhere",
    Answer.INVALID: "unreadable",
    Answer.BUSY: "busy",
    Answer.NOT_FOUND: "nowhere",
}
"""What keeps a page from being shown, in words that a holder can do something with; all else is a fault."""


def language_of(request: Request) -> str:
    """Return the language that somebody chose on this device or, before that, the one of the browser."""
    return PAGES.language_of(request)


def page(
    request: Request, template: str, *, status: int = 200, language_at: str = _LANGUAGE, **values: object
) -> HTMLResponse:
    """Return a page; `language_at` is where one chooses another language and comes back to it."""
    here = {"is_signed_in": False, "home_at": HOME, "language_at": language_at}
    return PAGES.page(request, template, status=status, **here, **values)


def page_with_error(request: Request, template: str, mistyped: Mistyped | None, **values: str) -> Response:
    """Return a page with a form, and with what was wrong with what was typed there."""
    error = say(mistyped.code, language_of(request), **mistyped.figures) if mistyped else ""
    status = Answer.INVALID.status if mistyped else 200
    wrong = mistyped.field if mistyped else ""
    return page(request, template, status=status, error=error, wrong=wrong, **values)


def guarded(handler: Handler) -> Handler:
    """Let nobody post from another site, and answer in a page what keeps a request from being answered."""
    return told_by(trouble, handler)


def trouble(request: Request, answer: Answer) -> Response:
    """Return a page that says what keeps a request from being answered."""
    language, what = language_of(request), _TROUBLES.get(answer, "fault")
    title, detail = say(f"mycard.trouble.{what}.title", language), say(f"mycard.trouble.{what}", language)
    return come_back(page(request, "trouble.html", status=answer.status, title=title, detail=detail), answer)
