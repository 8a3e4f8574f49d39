"""How a page of the desk is made: without any script, and what is printed in the one style of paper."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse

from pasledger.formats.paper import STYLE
from pasledger.pages.making import Pages, policy_of
from pasledger.texts import Surface

PAGES = Pages([Path(__file__).parent / "templates"], surface=Surface.STAFF, language_cookie="desk-language")


def page(request: Request, template: str, *, status: int = 200, who: str = "", **values: object) -> HTMLResponse:
    """Return a page; `who` is signed in, or nobody."""
    return PAGES.page(request, template, status=status, who=who, **values)


def paper(request: Request, text: str) -> HTMLResponse:
    """Return a page to be printed, which may be shown and nothing else."""
    headers = {"Content-Security-Policy": policy_of(STYLE), "Content-Language": PAGES.language_of(request)}
    return HTMLResponse(text, headers=headers)
