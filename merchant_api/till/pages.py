"""How a page of the till is made, and one for a holder."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse

from pasledger.pages.making import Pages

_FOLDER = Path(__file__).parent
FOLDERS = (_FOLDER / "templates", _FOLDER.parent / "mycard" / "templates")
"""Where the templates are."""
PAGES = Pages(FOLDERS, files=_FOLDER / "static", language_cookie="till-language")


def language_of(request: Request) -> str:
    """Return the language that somebody chose on this device or, before that, the one of the browser."""
    return PAGES.language_of(request)


def page(
    request: Request,
    template: str,
    *,
    status: int = 200,
    is_signed_in: bool = True,
    language_at: str = "/language",
    **values: object,
) -> HTMLResponse:
    """Return a page; `language_at` is where one chooses another language."""
    return PAGES.page(request, template, status=status, is_signed_in=is_signed_in, language_at=language_at, **values)
