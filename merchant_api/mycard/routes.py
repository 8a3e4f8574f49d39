"""The addresses for a holder: where the PIN of a card is chosen, with the code from the letter.

Whatever is not right, card or code, used or too old, has one answer. Nothing of a card is in an address, and nothing of
it comes back on the page.
"""

from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from merchant_api.answers import Answer
from merchant_api.errors import Problem
from merchant_api.mycard import asked, own
from merchant_api.mycard.pages import PAGES, guarded, language_of, page
from merchant_api.mycard.signing_in import SignIn
from merchant_api.till.forms import Mistyped, text_in
from merchant_api.writer import Full
from pasledger.formats.faults import Misread
from pasledger.rules.cards import CardNumber, TokenHash
from pasledger.texts import say
from pasledger.usecases import pins
from pasledger.usecases.finding import card_named

_LANGUAGE = "/mycard/language"


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody typed who chooses a PIN."""

    card: CardNumber | TokenHash
    code: str
    pin: str


def routes(sign_in: SignIn) -> list[Route]:
    """Return every address, with those of what lets holders in."""
    return [
        Route(pins.PIN_PAGE, guarded(pin), methods=["GET", "POST"]),
        Route("/mycard/done", guarded(done)),
        Route(f"{_LANGUAGE}/{{language}}", speak),
        *sign_in.routes(),
        *own.routes(),
        *asked.routes(),
    ]


async def pin(request: Request) -> Response:
    """Show where the PIN is chosen, or set it."""
    return await _choose(request) if request.method == "POST" else _asks(request)


async def done(request: Request) -> Response:
    """Say that the PIN is set; whose is nowhere on the page."""
    return page(request, "pin_set.html", language_at=_LANGUAGE)


async def speak(request: Request) -> Response:
    """Speak another language on this device."""
    return PAGES.spoken_from_now_on(request.path_params["language"], back_to=pins.PIN_PAGE)


async def _choose(request: Request) -> Response:
    async with request.form(max_files=0) as form:
        try:
            choice = _read(form)
        except Mistyped as mistyped:
            return _asks(request, mistyped)
    try:
        is_set = await request.app.state.chooser.choose(choice.card, choice.code, choice.pin)
    except Full:
        raise Problem(Answer.BUSY) from None
    return RedirectResponse("/mycard/done", 303) if is_set else _asks(request, Mistyped("", "mycard.no"))


def _read(form: FormData) -> Choice:
    """Return what was typed. Raises `Mistyped` for what makes no sense; whether it is right is asked later."""
    try:
        card = card_named(text_in(form, "card"))
    except Misread as misread:
        raise Mistyped("card", f"fault.{misread.kind}", **misread.figures) from None
    code, chosen = text_in(form, "code"), text_in(form, "pin")
    if len(pins.bare(code)) != pins.CODE_LENGTH:
        raise Mistyped("code", "mycard.error.code")
    if pins.PIN.fullmatch(chosen) is None or pins.is_guessable(chosen):
        raise Mistyped("pin", "till.error.unfit-cashier")
    if chosen != text_in(form, "again"):
        raise Mistyped("again", "till.error.differs")
    return Choice(card, code, chosen)


def _asks(request: Request, mistyped: Mistyped | None = None) -> Response:
    return page(
        request,
        "pin.html",
        status=Answer.INVALID.status if mistyped else 200,
        language_at=_LANGUAGE,
        error=say(mistyped.code, language_of(request), **mistyped.figures) if mistyped else "",
        wrong=mistyped.field if mistyped else "",
    )
