"""Where the administrator of a merchant keeps its terminals and persons: with a password and a code of the app.

What is another merchant's is not there. A credential or a start code is shown once, on the page that answers.
"""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from merchant_api.answers import Answer
from merchant_api.errors import Problem
from merchant_api.sessions import forget, known_person, let_in, remember, session_of
from merchant_api.till.guarding import Handler, guarded
from merchant_api.till.offering import uses_of
from merchant_api.till.pages import language_of, page
from merchant_api.writer import Full
from pasledger.ledger.ids import MerchantId, PersonId, TerminalId
from pasledger.ledger.refusals import Refusal
from pasledger.rules.deciding import Request as Asked
from pasledger.rules.offers import OfferState
from pasledger.rules.persons import PersonEndRequest
from pasledger.rules.records import OfferKind, PersonRole
from pasledger.rules.registration import RevocationRequest, TerminalRequest
from pasledger.store import KnownPerson, Store
from pasledger.store.credentials import KnownCredential
from pasledger.store.offers import KnownOffer
from pasledger.texts import say
from pasledger.usecases import persons
from pasledger.usecases.minting import today
from pasledger.usecases.registering import new_terminal

_MOST_SIGNS = 60

Page = Callable[[Request, KnownPerson], Awaitable[Response]]


def routes() -> list[Route]:
    """Return every address of an administrator."""
    return [
        Route("/manage", guarded(by_an_administrator(overview))),
        Route("/manage/sign-in", guarded(sign_in), methods=["POST"]),
        Route("/manage/sign-out", guarded(sign_out), methods=["POST"]),
        Route("/manage/terminals", guarded(by_an_administrator(add_terminal)), methods=["POST"]),
        Route("/manage/terminals/{id}/revoke", guarded(by_an_administrator(revoke)), methods=["POST"]),
        Route("/manage/persons", guarded(by_an_administrator(add_person)), methods=["POST"]),
        Route("/manage/persons/{id}/renew", guarded(by_an_administrator(renew)), methods=["POST"]),
        Route("/manage/persons/{id}/end", guarded(by_an_administrator(end)), methods=["POST"]),
    ]


def by_an_administrator(shown: Page) -> Handler:
    """Show a page to an administrator, and to everybody else where one signs in."""

    async def handle(request: Request) -> Response:
        known = await session_of(request, PersonRole.ADMINISTRATOR)
        if known is None:
            return _asks_to_sign_in(request)
        if known.secret.is_start:
            return RedirectResponse("/own-secret", 303)
        return await shown(request, known)

    return handle


async def sign_in(request: Request) -> Response:
    """Let an administrator in; with a start code, to choose a password."""
    number, secret, code = await typed(request, "number", "secret", "code")
    known = await known_person(request, number.replace(" ", ""))
    if known is not None and known.person.role is not PersonRole.ADMINISTRATOR:
        known = None
    if not await let_in(request, known, secret, code.replace(" ", "")) or known is None:
        return _asks_to_sign_in(request, say("till.error.manage", language_of(request)))
    response = RedirectResponse("/own-secret" if known.secret.is_start else "/manage", 303)
    remember(request, response, known, known.secret.sequence)
    return response


async def sign_out(_request: Request) -> Response:
    """Forget the administrator."""
    response = RedirectResponse("/manage", 303)
    forget(response, PersonRole.ADMINISTRATOR)
    return response


async def overview(request: Request, known: KnownPerson) -> Response:
    """Show the terminals and persons of the merchant."""
    return await shown_again(request, known)


async def add_terminal(request: Request, known: KnownPerson) -> Response:
    """Add a terminal, and show its credential."""
    (label,) = await typed(request, "label")
    if not _is_a_name(label):
        return await shown_again(request, known, "till.error.name")
    merchant = known.person.merchant
    made = new_terminal(merchant, "", label)
    await booked(request, TerminalRequest(made.terminal, by=known.person.id))
    return page(request, "shown.html", is_signed_in=False, what="terminal", name=label, number="", secret=made.secret)


async def revoke(request: Request, known: KnownPerson) -> Response:
    """Accept the credentials of a terminal no more."""
    await booked(request, RevocationRequest(TerminalId(request.path_params["id"]), by=known.person.id))
    return RedirectResponse("/manage", 303)


async def add_person(request: Request, known: KnownPerson) -> Response:
    """Add a person, and show the start code."""
    name, role = await typed(request, "name", "role")
    if not _is_a_name(name) or role not in set(PersonRole):
        return await shown_again(request, known, "till.error.name")
    key = request.app.state.store.key
    asked, made = await run_in_threadpool(
        persons.started, key, known.person.merchant, name, PersonRole(role), known.person.id
    )
    try:
        await booked(request, asked)
    except Problem as problem:
        if problem.figures.get("reason") is not Refusal.PERSON_REPEATED:
            raise
        return await shown_again(request, known, "till.error.person-repeated")
    return _shown(request, name, made)


async def renew(request: Request, known: KnownPerson) -> Response:
    """Give a person a new start code, and show it."""
    found = await _own_person(request, known)
    asked, made = await run_in_threadpool(
        persons.started_anew, request.app.state.store.key, found.person, known.person.id
    )
    await booked(request, asked)
    return _shown(request, found.person.name, made)


async def end(request: Request, known: KnownPerson) -> Response:
    """Let a person sign in no more."""
    await booked(request, PersonEndRequest(PersonId(request.path_params["id"]), by=known.person.id))
    return RedirectResponse("/manage", 303)


async def _own_person(request: Request, known: KnownPerson) -> KnownPerson:
    found = await known_person(request, request.path_params["id"])
    if found is None or found.person.merchant != known.person.merchant:
        raise Problem(Answer.NOT_FOUND)
    return found


async def booked(request: Request, asked: Asked) -> None:
    """Book what an administrator asks, or answer why not: what is not its own is not there."""
    try:
        outcome = await request.app.state.writer.book(asked)
    except Full:
        raise Problem(Answer.BUSY) from None
    if outcome.refused is not None:
        raise Problem(Answer.NOT_FOUND, reason=outcome.refused.reason)


async def shown_again(request: Request, known: KnownPerson, error: str = "") -> Response:
    """Show all that is kept, under what is wrong with what was typed, if something is."""
    store, merchant = request.app.state.store, known.person.merchant
    language, day = language_of(request), today()
    terminals, people, offers = await run_in_threadpool(_kept, store, merchant, day)
    return page(
        request,
        "manage.html",
        status=Answer.INVALID.status if error else 200,
        is_signed_in=False,
        who=known.person.name,
        terminals=[
            {
                "id": one.terminal.id,
                "label": one.terminal.label,
                "prefix": one.prefix,
                "last_used_on": _day(one.last_used_on),
                "last_day": _day(one.ends_before and one.ends_before - timedelta(days=1)),
            }
            for one in terminals
        ],
        people=[
            {
                "id": one.person.id,
                "name": one.person.name,
                "role": one.person.role.value,
                "number": _grouped(one.person.number),
                "is_oneself": one.person.id == known.person.id,
            }
            for one in people
        ],
        roles=[role.value for role in PersonRole],
        offers=[
            {
                "id": one.offer.id,
                "words": one.offer.words(language),
                "state": one.state(day).value,
                "branches": ", ".join(one.offer.branches),
                "last_day": _day(one.offer.valid.last_day),
                "uses": uses_of(one, language),
                "may_stop": one.state(day) in (OfferState.PROPOSED, OfferState.COMING, OfferState.RUNNING),
            }
            for one in offers
        ],
        kinds=[kind.value for kind in OfferKind],
        today=f"{day}",
        error=say(error, language) if error else "",
    )


def _kept(
    store: Store, merchant: MerchantId, day: date
) -> tuple[list[KnownCredential], list[KnownPerson], list[KnownOffer]]:
    with store.read() as reader:
        terminals = [
            one for one in reader.credentials() if one.terminal.merchant == merchant and one.is_accepted(on=day)
        ]
        return terminals, reader.persons_of(merchant), reader.offers.of(merchant)


def _asks_to_sign_in(request: Request, error: str = "") -> Response:
    status = Answer.UNAUTHORIZED.status if error else 200
    return page(request, "manage_sign_in.html", status=status, is_signed_in=False, error=error)


def _shown(request: Request, name: str, made: persons.Started) -> Response:
    number = _grouped(made.number)
    return page(request, "shown.html", is_signed_in=False, what="person", name=name, number=number, secret=made.code)


async def typed(request: Request, *names: str) -> list[str]:
    """Return what was typed in some fields of a form."""
    async with request.form(max_files=0) as form:
        return [value.strip() if isinstance(value := form.get(name), str) else "" for name in names]


async def ticked(request: Request, name: str) -> tuple[str, ...]:
    """Return what was ticked in the boxes of one name, each once."""
    async with request.form(max_files=0) as form:
        return tuple(dict.fromkeys(value for value in form.getlist(name) if isinstance(value, str)))


def _is_a_name(text: str) -> bool:
    return 0 < len(text) <= _MOST_SIGNS and text.isprintable()


def _grouped(number: str) -> str:
    return f"{number[:4]} {number[4:]}"


def _day(day: date | None) -> str:
    return f"{day:%d-%m-%Y}" if day else ""
