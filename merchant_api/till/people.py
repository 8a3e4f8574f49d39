"""Who stands at a till: its terminal is enrolled, and its cashiers sign in there by name.

Where a merchant has no cashiers, the terminal is enough: it is that of one person, or a till of a system that knows who
works at it.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from merchant_api.answers import Answer
from merchant_api.errors import Problem
from merchant_api.sessions import code_step, let_in, remember, session_of
from merchant_api.till.guarding import guarded, trouble
from merchant_api.till.pages import language_of, page
from merchant_api.writer import Full
from pasledger.ledger.ids import MerchantId, PersonId
from pasledger.pages.making import qr
from pasledger.rules.persons import OwnSecretRequest
from pasledger.rules.records import PersonRole, Terminal
from pasledger.store import KnownPerson, Store
from pasledger.texts import say
from pasledger.usecases import persons, pins

COOKIE = "__Host-till"
_HOME = {PersonRole.CASHIER: "/", PersonRole.ADMINISTRATOR: "/manage"}


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A terminal at a browser, what its merchant is called, and who stands there, where people sign in."""

    terminal: Terminal
    merchant: str
    person: PersonId | None = None


Page = Callable[[Request, SignedIn], Awaitable[Response]]


def routes() -> list[Route]:
    """Return the addresses where a person signs in at a till, and chooses a secret."""
    return [
        Route("/who", guarded(sign_in), methods=["POST"]),
        Route("/own-secret", guarded(own_secret), methods=["GET", "POST"]),
    ]


async def terminal_at(request: Request, credential: str) -> Terminal | None:
    """Return the terminal with a credential."""
    if not credential or not credential.isascii():
        return None
    found: Terminal | None = await request.app.state.terminals.find(credential)
    return found


async def cashiers_of(request: Request, merchant: MerchantId) -> list[KnownPerson]:
    """Return who can sign in at the tills of a merchant, by name."""
    return await run_in_threadpool(_cashiers_of, request.app.state.store, merchant)


def ask_who(request: Request, merchant: str, cashiers: Sequence[KnownPerson], error: str = "") -> Response:
    """Ask who is there."""
    return page(
        request,
        "who.html",
        status=Answer.UNAUTHORIZED.status if error else 200,
        merchant=merchant,
        cashiers=[(known.person.id, known.person.name) for known in cashiers],
        error=error,
    )


async def sign_in(request: Request) -> Response:
    """Let a cashier of the terminal's merchant in."""
    terminal = await terminal_at(request, request.cookies.get(COOKIE, ""))
    if terminal is None:
        return RedirectResponse("/", 303)
    async with request.form(max_files=0) as form:
        named, secret = str(form.get("person", "")), _typed(form.get("secret"))
    cashiers = await cashiers_of(request, terminal.merchant)
    known = next((one for one in cashiers if one.person.id == named), None)
    if not await let_in(request, known, secret) or known is None:
        return ask_who(request, "", cashiers, say("till.error.who", language_of(request)))
    response = RedirectResponse("/own-secret" if known.secret.is_start else "/", 303)
    remember(request, response, known, known.secret.sequence)
    return response


async def own_secret(request: Request) -> Response:
    """Let somebody who came with a start code, and nobody else, choose a secret."""
    for role in PersonRole:
        known = await session_of(request, role)
        if known is not None and known.secret.is_start:
            return await _choose(request, known) if request.method == "POST" else _asks_to_choose(request, known)
    return RedirectResponse("/", 303)


async def _choose(request: Request, known: KnownPerson) -> Response:
    async with request.form(max_files=0) as form:
        secret, again, code = (_typed(form.get(name)) for name in ("secret", "again", "code"))
    role = known.person.role
    if not persons.is_fit(role, secret):
        return _asks_to_choose(request, known, f"till.error.unfit-{role.value}")
    if secret != again:
        return _asks_to_choose(request, known, "till.error.differs")
    step = code_step(request, known, code)
    if role is PersonRole.ADMINISTRATOR and step is None:
        return _asks_to_choose(request, known, "till.error.code")
    hashed = await run_in_threadpool(pins.hash_pin, request.app.state.store.key, secret)
    try:
        chosen = OwnSecretRequest(known.person.id, known.secret.sequence, hashed, step)
        outcome = await request.app.state.writer.book(chosen)
    except Full:
        raise Problem(Answer.BUSY) from None
    if outcome.refused is not None:
        return _asks_to_choose(request, known, "till.error.code")
    response = RedirectResponse(_HOME[role], 303)
    remember(request, response, known, known.secret.sequence + 1)
    return response


def _asks_to_choose(request: Request, known: KnownPerson, error: str = "") -> Response:
    key = request.app.state.store.key
    if key is None:
        return trouble(request, Answer.BUSY)
    typed, link = persons.app_of(key, known.person, known.secret, issuer=say("till.name", language_of(request)))
    is_administrator = known.person.role is PersonRole.ADMINISTRATOR
    return page(
        request,
        "own_secret.html",
        status=Answer.INVALID.status if error else 200,
        is_signed_in=False,
        role=known.person.role.value,
        name=known.person.name,
        number=known.person.number,
        code=qr(link) if is_administrator else "",
        typed=typed if is_administrator else "",
        error=say(error, language_of(request)) if error else "",
    )


def _typed(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _cashiers_of(store: Store, merchant: MerchantId) -> list[KnownPerson]:
    with store.read() as reader:
        return [one for one in reader.persons_of(merchant) if one.person.role is PersonRole.CASHIER]
