"""Who is at the pages for holders: let in by a sign-in, and remembered for a quarter of an hour.

The service has a sign-in of its own, by the number of a card and its PIN. A municipality's own can take its place: what
it has to do is `SignIn`, and `create_app` takes it. Whoever lets somebody in, a session is a few signed words, and ends
with its time, with the card, and with the PIN that was there when it began.
"""

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from merchant_api.answers import Answer
from merchant_api.errors import Problem
from merchant_api.mycard.pages import HOME, guarded, page_with_error
from merchant_api.till.forms import Mistyped, text_in
from merchant_api.writer import Full
from pasledger.formats.faults import Misread
from pasledger.ledger.ids import CardId, HolderId
from pasledger.pages.signing import signed, words_of
from pasledger.rules.cards import CardNumber, CardState, TokenHash
from pasledger.rules.records import Card, Pin
from pasledger.rules.town import Needs
from pasledger.store import Store
from pasledger.usecases import pins
from pasledger.usecases.finding import card_named
from pasledger.usecases.payment_requests import PAGE

COOKIE = "__Host-mycard"
SECONDS = 15 * 60
"""How long somebody stays signed in."""

_PURPOSE = "mycard"
_ON_THIS_SITE = re.compile(rf"{PAGE}/pre_[0-9a-f]{{32}}", re.ASCII)
"""Where somebody can go on after signing in."""

_NO_PIN_YET = 0


@dataclass(frozen=True, slots=True)
class Own:
    """Whose card somebody looks at, and how often its PIN was set."""

    card: Card
    sequence: int


class SignIn(Protocol):
    """How it is found out whose card somebody may look at. It ends with `let_in`, which begins the session."""

    def routes(self) -> Sequence[Route]:
        """Return its own addresses."""

    def asks(self, request: Request, *, to: str) -> Response:
        """Ask who is there; `to` is the page that somebody wanted to see, for `let_in`, or nothing."""


class ByPin:
    """Lets in who knows the PIN of a card. It costs and answers the same for every card that is not let in."""

    def routes(self) -> Sequence[Route]:
        """Return the address of its form."""
        return (Route(f"{HOME}/sign-in", guarded(self._sign_in), methods=["POST"]),)

    def asks(self, request: Request, *, to: str) -> Response:
        """Show the form."""
        return _form(request, to)

    async def _sign_in(self, request: Request) -> Response:
        async with request.form(max_files=0) as form:
            to = on_this_site(text_in(form, "to"))
            try:
                named, pin = _read(form)
            except Mistyped as mistyped:
                return _form(request, to, mistyped)
        try:
            number = await request.app.state.chooser.let_in(named, pin)
        except Full:
            raise Problem(Answer.BUSY) from None
        response = None if number is None else await let_in(request, number, to=to)
        return _form(request, to, Mistyped("", "mycard.sign-in.no")) if response is None else response


def asks_to_sign_in(request: Request, *, to: str = "") -> Response:
    """Ask who is there, in the way of this service, and go on where somebody wanted to be."""
    sign_in: SignIn = request.app.state.sign_in
    return sign_in.asks(request, to=to)


async def let_in(request: Request, number: CardNumber, *, to: str) -> Response | None:
    """Remember who may look at a card, and lead to the page that was wanted; None for a card that is not there."""
    own = await run_in_threadpool(_card_of, request.app.state.store, number)
    if own is None:
        return None
    response = RedirectResponse(on_this_site(to) or HOME, 303)
    words = f"{own.card.holder}.{own.card.id}.{own.sequence}.{int(time.time()) + SECONDS}"
    cookie = signed(request.app.state.store.key, _PURPOSE, words)
    response.set_cookie(COOKIE, cookie, max_age=SECONDS, secure=True, httponly=True, samesite="strict")
    return response


async def holder_of(request: Request) -> Own | None:
    """Return whose session this is; None without one, and where it is over."""
    key = request.app.state.store.key
    words = None if key is None else words_of(key, _PURPOSE, request.cookies.get(COOKIE, ""))
    if words is None:
        return None
    holder, card, sequence, until = words.split(".")
    if time.time() >= int(until):
        return None
    own = await run_in_threadpool(_card_with, request.app.state.store, HolderId(holder), card)
    return own if own is not None and own.sequence == int(sequence) else None


def forget(response: Response) -> None:
    """Sign out who was there."""
    response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="strict")


def on_this_site(to: str) -> str:
    """Return where somebody wants to go on, where that is a page of ours that one can; nothing otherwise."""
    return to if _ON_THIS_SITE.fullmatch(to) else ""


def _card_of(store: Store, number: CardNumber) -> Own | None:
    with store.read() as reader:
        town = reader.load(Needs(cards={number}, pins={number}))
    card = town.cards.get(number)
    return None if card is None or card.state is CardState.REPLACED else _own(card, town.pins)


def _card_with(store: Store, holder: HolderId, card: str) -> Own | None:
    with store.read() as reader:
        found = next((one for one in reader.cards_of_holder(holder) if one.id == card), None)
    return None if found is None else _card_of(store, found.number)


def _own(card: Card, found: Mapping[CardId, Pin]) -> Own:
    return Own(card, found[card.id].sequence if card.id in found else _NO_PIN_YET)


def _read(form: FormData) -> tuple[CardNumber | TokenHash, str]:
    """Return what was typed. Raises `Mistyped` for what makes no sense; whether it is right is asked later."""
    try:
        named = card_named(text_in(form, "card"))
    except Misread as misread:
        raise Mistyped("card", f"fault.{misread.kind}", **misread.figures) from None
    pin = text_in(form, "pin")
    if pins.PIN.fullmatch(pin) is None:
        raise Mistyped("pin", "mycard.error.pin")
    return named, pin


def _form(request: Request, to: str, mistyped: Mistyped | None = None) -> Response:
    """Ask for card and PIN, and go on where somebody wanted to be."""
    back = {"language_at": f"{to}/language"} if to else {}
    return page_with_error(request, "sign_in.html", mistyped, to=to, **back)
