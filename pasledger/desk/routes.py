"""The addresses of the desk. Nothing of a holder is in an address: it names a look-up, which is its clerk's alone."""

from collections.abc import Awaitable, Callable

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route

from pasledger.desk.guarding import Page, asks_to_sign_in, by_a_clerk, guarded, home, trouble
from pasledger.desk.pages import PAGES, page, paper
from pasledger.desk.sessions import forget
from pasledger.formats.faults import Misread
from pasledger.formats.paper import day, letters_page, overview_page, replacement_page
from pasledger.ledger.ids import ActId, CardId
from pasledger.ledger.refusals import Refused
from pasledger.rules.cards import CardState
from pasledger.rules.records import LookUpPurpose
from pasledger.store import Store
from pasledger.texts import say
from pasledger.usecases import desk
from pasledger.usecases.desk import Clerk, Found
from pasledger.usecases.minting import NETHERLANDS, stamp_now, today
from pasledger.usecases.overviews import CardOverview

_DONE = frozenset({"block", "unlock"})
"""What is done without a paper, and told on the page after it."""


def routes() -> list[Route | Mount]:
    """Return every address."""
    return [
        Route("/", by_a_clerk(first)),
        Route("/sign-in", guarded(sign_in), methods=["POST"]),
        Route("/sign-out", guarded(sign_out), methods=["POST"]),
        Route("/language/{language}", speak),
        Route("/look-ups", by_a_clerk(find), methods=["POST"]),
        Route("/look-ups/{id}", by_a_clerk(_under_a_look_up(show))),
        *(
            Route(f"/look-ups/{{id}}/{done.__name__}", by_a_clerk(_under_a_look_up(done)), methods=["POST"])
            for done in (overview, block, unlock, replace, letter)
        ),
        Mount("/static", PAGES.static),
    ]


async def sign_in(request: Request) -> Response:
    """Let somebody in by name, with the credential of an actor."""
    async with request.form(max_files=0) as form:
        name, credential = _typed(form, "name"), _typed(form, "credential")
    if not credential.isascii():
        return asks_to_sign_in(request, "desk.sign-in.wrong")
    response: Response = await request.app.state.door.let_in(request, name, credential)
    return response


async def sign_out(_request: Request) -> Response:
    """Forget who is there."""
    response = home()
    forget(response)
    return response


async def speak(request: Request) -> Response:
    """Speak another language on this device."""
    return PAGES.spoken_from_now_on(request.path_params["language"], back_to="/")


async def first(request: Request, clerk: Clerk) -> Response:
    """Show where a holder is looked up."""
    return _asks(request, clerk)


async def find(request: Request, clerk: Clerk) -> Response:
    """Look a holder up, and go to what was found."""
    async with request.form(max_files=0) as form:
        typed, purpose = _typed(form, "named"), _typed(form, "purpose")
    language = PAGES.language_of(request)
    if purpose not in set(LookUpPurpose):
        return _asks(request, clerk, "purpose", say("desk.find.no-purpose", language))
    try:
        meant = desk.named(typed)
    except Misread as misread:
        return _asks(request, clerk, "named", say(f"fault.{misread.kind}", language, **misread.figures), purpose)
    try:
        act = await run_in_threadpool(desk.find, _store(request), clerk, meant, LookUpPurpose(purpose))
    except Refused as refused:
        if refused.reason not in desk.NOT_FOUND:
            raise
        return _asks(request, clerk, "named", say("desk.find.nobody", language), purpose, status=404)
    return RedirectResponse(f"/look-ups/{act}", 303)


async def show(request: Request, clerk: Clerk, whom: Found) -> Response:
    """Show whom a look-up found: the cards, and how they are. What there is to spend is on the overview alone."""
    language, done = PAGES.language_of(request), request.query_params.get("done", "")
    return page(
        request,
        "holder.html",
        who=clerk.name,
        id=whom.look_up.act,
        reference=whom.reference or "",
        purpose=whom.look_up.purpose,
        done=done if done in _DONE else "",
        has_key=request.app.state.store.key is not None,
        cards=[
            {
                "id": card,
                "number": shown.number.printed,
                "state": shown.state,
                "may_block": shown.state is not CardState.BLOCKED,
                "pin": _pin(shown, language),
            }
            for card, shown in whom.cards
        ],
    )


async def overview(request: Request, clerk: Clerk, whom: Found) -> Response:
    """Show the holder their overview, to print."""
    made = await run_in_threadpool(desk.overview, _store(request), clerk, whom, on=today())
    return paper(request, overview_page(made, PAGES.language_of(request)))


async def block(request: Request, clerk: Clerk, whom: Found) -> Response:
    """Block a card, at once."""
    await run_in_threadpool(desk.block, _store(request), clerk, whom, await _card(request))
    return RedirectResponse(f"/look-ups/{whom.look_up.act}?done=block", 303)


async def unlock(request: Request, clerk: Clerk, whom: Found) -> Response:
    """Let the PIN of a card be tried again."""
    await run_in_threadpool(desk.unlock, _store(request), clerk, whom, await _card(request))
    return RedirectResponse(f"/look-ups/{whom.look_up.act}?done=unlock", 303)


async def replace(request: Request, clerk: Clerk, whom: Found) -> Response:
    """Put a new card in the place of one, and show what to print."""
    card, base = await _card(request), request.app.state.settings.link_base
    made, sent = await run_in_threadpool(desk.replace, _store(request), clerk, whom, card, link_base=base)
    municipality = await run_in_threadpool(_municipality, _store(request))
    return paper(request, replacement_page(made, sent, municipality, PAGES.language_of(request)))


async def letter(request: Request, clerk: Clerk, whom: Found) -> Response:
    """Make a letter with a new code for the PIN of a card, and show it to be printed."""
    card, base = await _card(request), request.app.state.settings.link_base
    sent = await run_in_threadpool(desk.write_letter, _store(request), clerk, whom, card, link_base=base)
    municipality = await run_in_threadpool(_municipality, _store(request))
    return paper(request, letters_page([sent], municipality, PAGES.language_of(request)))


def _under_a_look_up(shown: Callable[[Request, Clerk, Found], Awaitable[Response]]) -> Page:
    """Show what is about the holder of a look-up, unless that is not this clerk's, or too old."""

    async def handle(request: Request, clerk: Clerk) -> Response:
        act, now = ActId(request.path_params["id"]), stamp_now(clerk.name).recorded_at
        whom = await run_in_threadpool(desk.found, _store(request), clerk, act, at=now)
        if whom is None:
            return trouble(request, "desk.look-up-gone", 404, who=clerk.name)
        return await shown(request, clerk, whom)

    return handle


def _store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


def _typed(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value.strip() if isinstance(value, str) else ""


async def _card(request: Request) -> CardId:
    async with request.form(max_files=0) as form:
        return CardId(_typed(form, "card"))


def _municipality(store: Store) -> str:
    with store.read() as reader:
        return reader.municipality()


def _asks(
    request: Request, clerk: Clerk, wrong: str = "", error: str = "", chosen: str = "", *, status: int = 400
) -> Response:
    """Ask whom to look up, and why. What was typed is not repeated."""
    return page(
        request,
        "find.html",
        status=status if error else 200,
        who=clerk.name,
        purposes=list(LookUpPurpose),
        chosen=chosen,
        wrong=wrong,
        error=error,
    )


def _pin(card: CardOverview, language: str) -> list[str]:
    """Return how the PIN of a card is, in sentences."""
    said = [say("desk.pin.set" if card.has_pin else "desk.pin.none", language)]
    if card.is_locked:
        said.append(say("desk.pin.locked", language))
    elif card.may_try_at is not None:
        said.append(say("desk.pin.waits", language, at=f"{card.may_try_at.astimezone(NETHERLANDS):%H:%M}"))
    elif card.wrong_tries:
        said.append(say("desk.pin.tried", language, count=card.wrong_tries))
    if card.code_until is not None:
        said.append(say("desk.pin.letter", language, last_day=day(card.code_until, language)))
    return said
