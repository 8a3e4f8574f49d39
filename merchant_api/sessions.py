"""Persons at a browser: who they are, by a secret that only they know, and for a while after that.

A session is a few words and a signature that only the key of the books makes: nothing of it is kept. It ends with its
time, with the person, and when another secret takes the place of the one that it began with.
"""

import time
from datetime import UTC, datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from merchant_api.answers import Answer
from merchant_api.errors import Problem
from merchant_api.writer import Full
from pasledger.pages.signing import signed, words_of
from pasledger.rules.card_entry import PinCheck
from pasledger.rules.one_time import second_factor, step_of
from pasledger.rules.persons import PersonTryRequest, SignInRequest
from pasledger.rules.records import PersonRole
from pasledger.store import KnownPerson, Store

COOKIES = {PersonRole.CASHIER: "__Host-person", PersonRole.ADMINISTRATOR: "__Host-administrator"}
SECONDS = {PersonRole.CASHIER: 12 * 60 * 60, PersonRole.ADMINISTRATOR: 30 * 60}
"""How long somebody stays signed in: a day at a till; half an hour where terminals and persons are kept."""

_NOBODY = "nobody"
"""Under what a try is counted for somebody who can be nobody's name or number."""


async def session_of(request: Request, role: PersonRole) -> KnownPerson | None:
    """Return the person in this role that is signed in at this browser."""
    key = request.app.state.store.key
    asked = None if key is None else words_of(key, "session", request.cookies.get(COOKIES[role], ""))
    if asked is None:
        return None
    person, sequence, until = asked.split(".")
    known = await known_person(request, person)
    is_good = (
        known is not None
        and known.person.role is role
        and known.secret.sequence == int(sequence)
        and time.time() < int(until)
    )
    return known if is_good else None


def remember(request: Request, response: Response, known: KnownPerson, sequence: int) -> None:
    """Keep a person signed in at this browser, by the secret with this sequence."""
    role = known.person.role
    asked = f"{known.person.id}.{sequence}.{int(time.time()) + SECONDS[role]}"
    cookie = signed(request.app.state.store.key, "session", asked)
    response.set_cookie(COOKIES[role], cookie, max_age=SECONDS[role], secure=True, httponly=True, samesite="strict")


def forget(response: Response, *roles: PersonRole) -> None:
    """Sign who is there in these roles out."""
    for role in roles:
        response.delete_cookie(COOKIES[role], secure=True, httponly=True, samesite="strict")


async def known_person(request: Request, called: str) -> KnownPerson | None:
    """Return the person with an id or a number, unless there is none or it has ended."""
    return await run_in_threadpool(_look_up, request.app.state.store, called)


async def let_in(request: Request, known: KnownPerson | None, secret: str, code: str = "") -> bool:
    """Return whether somebody gave the secret of a person and, for an administrator, a code that was not used before.

    It costs the same whether there is such a person or not: a count, and one verification.
    """
    subject = known.person.id if known else _NOBODY
    try:
        check = await request.app.state.presenter.looked_at(PersonTryRequest(subject), secret)
        if known is None or check is not PinCheck.RIGHT:
            return False
        step = code_step(request, known, code)
        outcome = await request.app.state.writer.book(SignInRequest(known.person.id, known.secret.sequence, step))
    except Full:
        raise Problem(Answer.BUSY) from None
    return outcome.refused is None


def code_step(request: Request, known: KnownPerson, code: str) -> int | None:
    """Return of which half minute a code of an administrator is; None for one that is wrong."""
    if known.person.role is not PersonRole.ADMINISTRATOR or not code.isascii():
        return None
    return step_of(second_factor(request.app.state.store.key, known.secret), code, at=datetime.now(UTC))


def _look_up(store: Store, called: str) -> KnownPerson | None:
    with store.read() as reader:
        return reader.person(called)
