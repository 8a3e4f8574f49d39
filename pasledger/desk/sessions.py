"""Who is at the desk: somebody who signed in by name, for as long as they work there, and no longer.

A session is a few words and a signature: nothing of it is kept. It ends a while after it was used last, with the
working day, with the process, and when its actor ends or gets another credential.
"""

import secrets
import time

from starlette.requests import Request
from starlette.responses import Response

from pasledger.pages.signing import signed, words_of
from pasledger.rules.actors import Actor
from pasledger.rules.keys import KEY_BYTES, SecretKey
from pasledger.store import Store
from pasledger.usecases.desk import actor_named

COOKIE = "__Host-desk"
SECONDS_UNUSED = 15 * 60
SECONDS_AT_MOST = 9 * 60 * 60


class Sessions:
    """Begins sessions, and knows them again. Their key is of this process alone."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._key = SecretKey(secrets.token_bytes(KEY_BYTES))

    def begin(self, response: Response, actor: Actor) -> None:
        """Keep an actor signed in at a browser."""
        self._keep(response, actor, int(time.time()))

    def go_on(self, request: Request, response: Response, actor: Actor) -> None:
        """Let the time that a session may be unused begin anew."""
        _, began, _ = request.cookies[COOKIE].rpartition(".")[0].split(".")
        self._keep(response, actor, int(began))

    def actor_in(self, request: Request) -> Actor | None:
        """Return the actor that is signed in at a browser."""
        words = words_of(self._key, "desk", request.cookies.get(COOKIE, ""))
        if words is None:
            return None
        named, began, used = words.split(".")
        now = time.time()
        if now >= int(used) + SECONDS_UNUSED or now >= int(began) + SECONDS_AT_MOST:
            return None
        name, _, proof = bytes.fromhex(named).decode().partition("\n")
        actor = actor_named(self._store, name)
        return actor if actor is not None and self._proof(actor) == proof else None

    def _keep(self, response: Response, actor: Actor, began: int) -> None:
        named = f"{actor.name}\n{self._proof(actor)}".encode().hex()
        cookie = signed(self._key, "desk", f"{named}.{began}.{int(time.time())}")
        response.set_cookie(COOKIE, cookie, secure=True, httponly=True, samesite="strict")

    def _proof(self, actor: Actor) -> str:
        """Return what stands for the credential that a session began with."""
        return self._key.mac("credential", actor.credential_hash or "")[:16]


def forget(response: Response) -> None:
    """Sign who is there out."""
    response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="strict")
