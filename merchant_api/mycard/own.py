"""Mijn pas: who is let in sees what is on the card, blocks it at once, and changes the PIN.

Who somebody is, is told by `signing_in`. Nothing of a card is in an address.
"""

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from hmac import compare_digest

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from merchant_api.answers import Answer
from merchant_api.errors import Problem
from merchant_api.mycard.pages import HOME, PAGES, guarded, language_of, page, page_with_error
from merchant_api.mycard.signing_in import Own, asks_to_sign_in, forget, holder_of
from merchant_api.till.forms import Mistyped, text_in
from merchant_api.till.guarding import Handler
from merchant_api.writer import Full
from pasledger.formats.own_data import money_as_data
from pasledger.formats.paper import Available
from pasledger.ledger.ids import HolderId
from pasledger.pages.making import qr
from pasledger.rules.cards import CardState, TokenHash
from pasledger.rules.registration import CardRequest
from pasledger.store import Store
from pasledger.usecases import pins
from pasledger.usecases.minting import today
from pasledger.usecases.overviews import OwnMoney, money_of, places_of

_ENDS_SOON = timedelta(days=60)


def routes() -> list[Route]:
    """Return every address."""
    return [
        Route(HOME, guarded(home)),
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
        own = await holder_of(request)
        return RedirectResponse(HOME, 303) if own is None else await shown(request, own)

    return handle


async def home(request: Request) -> Response:
    """Show what is on the card, or where one signs in."""
    own = await holder_of(request)
    return asks_to_sign_in(request) if own is None else await _overview(request, own)


async def sign_out(_request: Request) -> Response:
    """Forget who was there."""
    response = RedirectResponse(HOME, 303)
    forget(response)
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


def _asks_for_pins(request: Request, mistyped: Mistyped | None = None) -> Response:
    return page_with_error(request, "change_pin.html", mistyped)
