"""Mijn pas: who knows the PIN of a card sees what is on it, blocks it at once, and changes the PIN.

Signing in costs and answers the same for every card that is not let in. A session is a few signed words, ends after a
quarter of an hour, and with the PIN that it began with. Nothing of a card is in an address.
"""

import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from hmac import compare_digest

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from merchant_api.answers import Answer
from merchant_api.errors import Problem
from merchant_api.mycard.pages import HOME, PAGES, guarded, language_of, page
from merchant_api.till.forms import Mistyped, text_in
from merchant_api.till.guarding import Handler
from merchant_api.writer import Full
from pasledger.formats.faults import Misread
from pasledger.formats.own_data import money_as_data
from pasledger.formats.paper import Available
from pasledger.ledger.ids import HolderId
from pasledger.pages.making import qr
from pasledger.pages.signing import signed, words_of
from pasledger.rules.cards import CardNumber, CardState, TokenHash
from pasledger.rules.records import Card
from pasledger.rules.registration import CardRequest
from pasledger.rules.town import Needs
from pasledger.store import Store
from pasledger.texts import say
from pasledger.usecases import pins
from pasledger.usecases.finding import card_named
from pasledger.usecases.minting import today
from pasledger.usecases.overviews import OwnMoney, money_of, places_of

COOKIE = "__Host-mycard"
SECONDS = 15 * 60
"""How long somebody stays signed in."""

_PURPOSE = "mycard"
_ENDS_SOON = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Own:
    """Whose card somebody looks at, and how often its PIN was set."""

    card: Card
    sequence: int


def routes() -> list[Route]:
    """Return every address."""
    return [
        Route(HOME, guarded(home)),
        Route(f"{HOME}/sign-in", guarded(sign_in), methods=["POST"]),
        Route(f"{HOME}/sign-out", guarded(sign_out), methods=["POST"]),
        Route(f"{HOME}/block", guarded(_by_the_holder(block)), methods=["GET", "POST"]),
        Route(f"{HOME}/change-pin", guarded(_by_the_holder(change_pin)), methods=["GET", "POST"]),
        Route(f"{HOME}/code", guarded(_by_the_holder(code)), methods=["GET", "POST"]),
        Route(f"{HOME}/data.json", guarded(_by_the_holder(data))),
        Route(f"{HOME}/own/language/{{language}}", speak),
    ]


def _by_the_holder(shown: Callable[[Request, Own], Awaitable[Response]]) -> Handler:
    """Show a page to who is signed in, and to others where one signs in."""

    async def handle(request: Request) -> Response:
        own = await _own(request)
        return RedirectResponse(HOME, 303) if own is None else await shown(request, own)

    return handle


async def home(request: Request) -> Response:
    """Show what is on the card, or where one signs in."""
    own = await _own(request)
    return _asks(request) if own is None else await _overview(request, own)


async def sign_in(request: Request) -> Response:
    """Let in who knows the PIN of a card."""
    async with request.form(max_files=0) as form:
        try:
            named, pin = _read(form)
        except Mistyped as mistyped:
            return _asks(request, mistyped)
    try:
        number = await request.app.state.chooser.let_in(named, pin)
    except Full:
        raise Problem(Answer.BUSY) from None
    own = None if number is None else await run_in_threadpool(_card_of, request.app.state.store, number)
    if own is None:
        return _asks(request, Mistyped("", "mycard.sign-in.no"))
    response = RedirectResponse(HOME, 303)
    words = f"{own.card.holder}.{own.card.id}.{own.sequence}.{int(time.time()) + SECONDS}"
    cookie = signed(request.app.state.store.key, _PURPOSE, words)
    response.set_cookie(COOKIE, cookie, max_age=SECONDS, secure=True, httponly=True, samesite="strict")
    return response


async def sign_out(_request: Request) -> Response:
    """Forget who was there."""
    response = RedirectResponse(HOME, 303)
    response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="strict")
    return response


async def block(request: Request, own: Own) -> Response:
    """Ask, and then block the card: it cannot pay from that moment."""
    if request.method == "POST" and own.card.state is CardState.ACTIVE:
        try:
            await request.app.state.writer.book(CardRequest(own.card.number, CardState.BLOCKED))
        except Full:
            raise Problem(Answer.BUSY) from None
    if request.method == "POST":
        return RedirectResponse(HOME, 303)
    return page(request, "block.html", number=own.card.number.printed)


async def change_pin(request: Request, own: Own) -> Response:
    """Change the PIN, by who knows the one before. Whoever else is signed in with that one is out then."""
    if request.method == "GET":
        return _asks_for_pins(request)
    async with request.form(max_files=0) as form:
        before, chosen, again = (text_in(form, name) for name in ("before", "pin", "again"))
    if pins.PIN.fullmatch(chosen) is None or pins.is_guessable(chosen):
        return _asks_for_pins(request, Mistyped("pin", "till.error.unfit-cashier"))
    if chosen != again:
        return _asks_for_pins(request, Mistyped("again", "till.error.differs"))
    try:
        is_changed = await request.app.state.chooser.change(own.card.number, before, chosen)
    except Full:
        raise Problem(Answer.BUSY) from None
    if not is_changed:
        return _asks_for_pins(request, Mistyped("before", "mycard.change.no"))
    response = await sign_out(request)
    response.headers["Location"] = "/mycard/done"
    return response


async def code(request: Request, own: Own) -> Response:
    """Draw the code of the card, to be printed, for who has it already: the books keep a hash of its token.

    The page of a card that was scanned sends the token along; it is in no address and in no log, and kept nowhere.
    """
    token = ""
    if request.method == "POST":
        async with request.form(max_files=0) as form:
            token = text_in(form, "card")
    base = request.app.state.settings.link_base
    is_its_own = compare_digest(TokenHash.of(token), own.card.token_hash) and own.card.state is CardState.ACTIVE
    drawn = qr(f"{base}#{token}") if is_its_own and base is not None else ""
    return page(request, "code.html", number=own.card.number.printed, code=drawn)


async def data(request: Request, own: Own) -> Response:
    """Give all of it as a file."""
    language = language_of(request)
    town, money, _ = await run_in_threadpool(_look, request.app.state.store, own.card.holder)
    text = json.dumps(
        {"municipality": town, "on": today().isoformat(), "card": own.card.number, "state": own.card.state.value}
        | money_as_data(money.available, money.ended, money.held, money.payments, language),
        ensure_ascii=False,
        indent=2,
    )
    headers = {"Content-Disposition": 'attachment; filename="mijn-pas.json"', "Content-Language": language}
    return Response(text, headers=headers, media_type="application/json")


async def speak(request: Request) -> Response:
    """Speak another language on this device."""
    return PAGES.spoken_from_now_on(request.path_params["language"], back_to=HOME)


async def _own(request: Request) -> Own | None:
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


def _card_of(store: Store, number: CardNumber) -> Own | None:
    with store.read() as reader:
        town = reader.load(Needs(cards={number}, pins={number}))
    card = town.card(number)
    return Own(card, town.pins[card.id].sequence) if card.id in town.pins else None


def _card_with(store: Store, holder: HolderId, card: str) -> Own | None:
    with store.read() as reader:
        found = next((one for one in reader.cards_of_holder(holder) if one.id == card), None)
        if found is None or found.state is CardState.REPLACED:
            return None
        town = reader.load(Needs(cards={found.number}, pins={found.number}))
    return Own(found, town.pins[found.id].sequence) if found.id in town.pins else None


def _look(store: Store, holder: HolderId) -> tuple[str, OwnMoney, list[tuple[str, str]]]:
    """Return the town, the money of a holder, and where it can be spent."""
    with store.read() as reader:
        money = money_of(reader, holder, on=today(), decisions={})
        places = [(one.name, one.place) for one in places_of(reader, holder, on=today())]
        return reader.municipality(), money, places


async def _overview(request: Request, own: Own) -> Response:
    language = language_of(request)
    _, money, places = await run_in_threadpool(_look, request.app.state.store, own.card.holder)
    return page(
        request,
        "own.html",
        on=f"{today():%d-%m-%Y}",
        number=own.card.number.printed,
        is_active=own.card.state is CardState.ACTIVE,
        left=str(money.left),
        available=[_shown(one, language) for one in money.available if one.left],
        held=[(f"{one.until:%d-%m-%Y}", one.merchant, str(one.amount)) for one in money.held],
        payments=[(f"{one.on:%d-%m-%Y}", one.merchant, str(one.amount)) for one in reversed(money.payments)],
        places=places,
    )


def _shown(one: Available, language: str) -> dict[str, object]:
    last_day = one.valid.last_day
    return {
        "name": one.name_in(language),
        "name_language": "en" if language == "en" else "nl",
        "left": str(one.left),
        "from": f"{one.valid.starts_on:%d-%m-%Y}" if one.valid.starts_on > today() else "",
        "until": f"{last_day:%d-%m-%Y}",
        "ends_soon": last_day - today() < _ENDS_SOON,
    }


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


def _asks(request: Request, mistyped: Mistyped | None = None) -> Response:
    return _with_error(request, "sign_in.html", mistyped)


def _asks_for_pins(request: Request, mistyped: Mistyped | None = None) -> Response:
    return _with_error(request, "change_pin.html", mistyped)


def _with_error(request: Request, template: str, mistyped: Mistyped | None) -> Response:
    error = say(mistyped.code, language_of(request), **mistyped.figures) if mistyped else ""
    status = Answer.INVALID.status if mistyped else 200
    return page(request, template, status=status, error=error, wrong=mistyped.field if mistyped else "")
