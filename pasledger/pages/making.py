"""How a page is made: a template, in one language, with the headers that keep everything else out."""

from base64 import b64encode
from collections.abc import Sequence
from functools import cached_property, partial
from hashlib import sha256
from pathlib import Path

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from pasledger.texts import Surface, language_named, languages, say, sentence, spoken

HOUSE = Path(__file__).parent / "static"
"""The house style, which all pages have."""

_SECONDS_OF_A_YEAR = 365 * 24 * 60 * 60


class Pages:
    """The pages of one process: the folders of their templates and files, and where a chosen language is kept.

    A page may run the scripts that are among its files; where there are none, no script at all.
    """

    def __init__(
        self, templates: Sequence[Path], *, surface: Surface, files: Path | None = None, language_cookie: str
    ) -> None:
        self._surface = surface
        self._templates = tuple(templates)
        self._files = files
        self.language_cookie = language_cookie
        script = "'none'" if files is None else "'self'"
        self._headers = {
            "Content-Security-Policy": "; ".join(
                (
                    *("default-src 'none'", f"script-src {script}", "style-src 'self'", "img-src 'self'"),
                    *(f"connect-src {script}", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"),
                )
            ),
            "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
        }

    @property
    def static(self) -> StaticFiles:
        """What hands out the files: those of the house style, and its own."""
        return StaticFiles(directory=self._files, packages=[("pasledger.pages", "static")])

    def language_of(self, request: Request) -> str:
        """Return the language that somebody chose on this device or, before that, the one of the browser."""
        chosen = request.cookies.get(self.language_cookie, "")
        if chosen in languages(self._surface):
            return chosen
        return spoken(request.headers.get("accept-language", ""), self._surface)

    def page(self, request: Request, template: str, *, status: int = 200, **values: object) -> HTMLResponse:
        """Return a page. What a template needs and is not given is a fault, never an empty place."""
        language = self.language_of(request)
        body = self._environment.get_template(template).render(
            language=language_named(language),
            other_languages=[language_named(one) for one in languages(self._surface) if one != language],
            say=partial(_say, language),
            told=partial(_told, language),
            static=self._address,
            here=template.removesuffix(".html"),
            **values,
        )
        return HTMLResponse(body, status, self._headers | {"Content-Language": language})

    def spoken_from_now_on(self, language: str, *, back_to: str) -> Response:
        """Return to a page, in another language on this device; in the same for one that is not spoken here."""
        response = RedirectResponse(back_to, 303)
        if language in languages(self._surface):
            response.set_cookie(
                self.language_cookie, language, max_age=_SECONDS_OF_A_YEAR, secure=True, httponly=True, samesite="lax"
            )
        return response

    @cached_property
    def _environment(self) -> Environment:
        return Environment(
            loader=FileSystemLoader(self._templates), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )

    @cached_property
    def _addresses(self) -> dict[str, str]:
        folders = [HOUSE] if self._files is None else [HOUSE, self._files]
        files = [file for folder in folders for file in folder.iterdir()]
        return {file.name: f"/static/{file.name}?{sha256(file.read_bytes()).hexdigest()[:8]}" for file in files}

    def _address(self, name: str) -> str:
        """Return the address of a file, which is another one when the file is."""
        return self._addresses[name]


def qr(link: str) -> Markup:
    """Return a link as a drawing in the page itself, to be scanned: nothing is fetched for it."""
    return Markup(segno.make(link, error="m", micro=False).svg_inline(border=2, omitsize=True))  # noqa: S704 - no text of others


def policy_of(style: str) -> str:
    """Return what a browser may do with a page to be printed: show it, in this one style."""
    hashed = b64encode(sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{hashed}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def is_from_elsewhere(request: Request) -> bool:
    """Return whether a page of another site posts this. The cookie of a session is not even sent with it."""
    return request.method == "POST" and request.headers.get("sec-fetch-site", "") not in _FROM_HERE


_FROM_HERE = ("same-origin", "none", "")


def _say(language: str, code: str, **figures: object) -> str:
    return say(code, language, **figures)


def _told(language: str, code: str, **figures: object) -> Markup:
    """Return a sentence whose figures, numbers and names, are read in their own direction."""
    apart = {name: Markup("<bdi>{}</bdi>").format(figure) for name, figure in figures.items()}
    return escape(sentence(code, language)).format(**apart)
