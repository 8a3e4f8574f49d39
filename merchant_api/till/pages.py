"""How a page of the till is made: a template, in one language, with the headers that keep everything else out."""

from functools import cache, partial
from hashlib import sha256
from pathlib import Path

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from pasledger.texts import LANGUAGES, say, spoken

FOLDER = Path(__file__).parent
LANGUAGE_COOKIE = "till-language"

_HEADERS = {
    "Content-Security-Policy": "; ".join(
        (
            *("default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'"),
            *("form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"),
        )
    ),
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )


@cache
def _static(name: str) -> str:
    """Return the address of a file, which is another one when the file is."""
    return f"/static/{name}?{sha256((FOLDER / 'static' / name).read_bytes()).hexdigest()[:8]}"


def language_of(request: Request) -> str:
    """Return the language that somebody chose on this device or, before that, the one of the browser."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    return chosen if chosen in LANGUAGES else spoken(request.headers.get("accept-language", ""))


def page(
    request: Request, template: str, *, status: int = 200, is_signed_in: bool = True, **values: object
) -> HTMLResponse:
    """Return a page. What a template needs and is not given is a fault, never an empty place."""
    language = language_of(request)
    other = next(one for one in LANGUAGES if one != language)
    text = _templates().get_template(template)
    body = text.render(
        language=language,
        other_language=other,
        say=partial(_say, language),
        say_in=_say,
        static=_static,
        is_signed_in=is_signed_in,
        here=template.removesuffix(".html"),
        **values,
    )
    return HTMLResponse(body, status, _HEADERS | {"Content-Language": language})


def qr(link: str) -> Markup:
    """Return a link as a drawing in the page itself, to be scanned: nothing is fetched for it."""
    return Markup(segno.make(link, error="m", micro=False).svg_inline(border=2, omitsize=True))  # noqa: S704 - no text of others


def _say(language: str, code: str, **figures: object) -> str:
    return say(code, language, **figures)
