"""How a page of the till is made."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse

from pasledger.pages.making import Pages
from pasledger.texts import Language, Surface, language_named, languages

_FOLDER = Path(__file__).parent
FOLDERS = (_FOLDER / "templates", _FOLDER.parent / "mycard" / "templates")
"""Where the templates are."""
FILES = _FOLDER / "static"
COOKIE = "till-language"
"""Where the language is kept that was chosen on this device."""
PAGES = Pages(FOLDERS, surface=Surface.MERCHANTS, files=FILES, language_cookie=COOKIE)


def language_of(request: Request) -> str:
    """Return the language that somebody chose on this device or, before that, the one of the browser."""
    return PAGES.language_of(request)


def page(
    request: Request,
    template: str,
    *,
    status: int = 200,
    is_signed_in: bool = True,
    **values: object,
) -> HTMLResponse:
    """Return a page, of which one can go to those of a holder in any language that they have."""
    here = {"home_at": "/", "language_at": "/language", "holders_languages": _holders_languages()}
    return PAGES.page(request, template, status=status, is_signed_in=is_signed_in, **here, **values)


def _holders_languages() -> list[Language]:
    """Return the languages that pages of a holder have and these have not."""
    others = languages(Surface.MERCHANTS)
    return [language_named(one) for one in languages(Surface.HOLDERS) if one not in others]
