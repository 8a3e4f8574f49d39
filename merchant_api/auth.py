"""Who asks: a terminal, by its credential. It sees its own merchant only."""

import asyncio
import time
from datetime import date
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from merchant_api.answers import Answer
from merchant_api.errors import Problem
from merchant_api.writer import Full, Writer
from pasledger.rules.credentials import UseRequest
from pasledger.rules.records import Terminal
from pasledger.store import BooksUnusable, Store
from pasledger.usecases.minting import today
from pasledger.usecases.registering import credential_hash

SECONDS_REMEMBERED = 1.0
"""How long a revoked credential may still be taken for good, so that a busy till asks the books once a second."""


class Terminals:
    """Looks up credentials, and remembers for a moment those that were good."""

    def __init__(self, store: Store, writer: Writer) -> None:
        self._store = store
        self._writer = writer
        self._noted: dict[str, date] = {}
        self._notes: set[asyncio.Task[None]] = set()
        self._good: dict[str, tuple[Terminal, float]] = {}
        self._asked: dict[str, asyncio.Task[Terminal | None]] = {}

    async def find(self, credential: str) -> Terminal | None:
        """Return the terminal with this credential, unless it is unknown or revoked."""
        hashed = credential_hash(credential)
        terminal, until = self._good.get(hashed, (None, 0.0))
        if time.monotonic() < until:
            return terminal
        if hashed not in self._asked:
            self._asked[hashed] = asyncio.create_task(self._ask(hashed))
        return await asyncio.shield(self._asked[hashed])  # one who hangs up does not take the answer from the others

    async def _ask(self, hashed: str) -> Terminal | None:
        """Ask the books, once for all who wait for it."""
        try:
            found = await asyncio.to_thread(self._look_up, hashed)
        finally:
            del self._asked[hashed]
        if found is None:
            self._good.pop(hashed, None)
        else:
            self._good[hashed] = (found, time.monotonic() + SECONDS_REMEMBERED)
            self._note_use(hashed)
        return found

    def _note_use(self, hashed: str) -> None:
        """Let the books know the day, once, beside the request, which does not wait for it."""
        day = today()
        if self._noted.get(hashed) != day:
            self._noted[hashed] = day
            note = asyncio.create_task(self._note(hashed, day))
            self._notes.add(note)
            note.add_done_callback(self._notes.discard)

    async def _note(self, hashed: str, day: date) -> None:
        try:
            await self._writer.book(UseRequest(hashed, day))
        except (Full, BooksUnusable):
            del self._noted[hashed]  # the next request of that terminal tries again

    def _look_up(self, hashed: str) -> Terminal | None:
        with self._store.read() as reader:
            return reader.terminal(hashed, on=today())


_SCHEME = HTTPBearer(auto_error=False, description="The credential of a terminal", scheme_name="terminal")


async def signed_in(request: Request, _documented: Annotated[object, Depends(_SCHEME)]) -> Terminal:
    """Return the terminal that asks, or answer 401; or 429 where it asks too often."""
    scheme, _, credential = request.headers.get("authorization", "").partition(" ")
    if scheme.casefold() == "bearer" and credential.isascii():
        terminal = await request.app.state.terminals.find(credential.strip())
        if isinstance(terminal, Terminal):
            request.app.state.limits.count(request, terminal.id)
            return terminal
    raise Problem(Answer.UNAUTHORIZED)


SignedIn = Annotated[Terminal, Depends(signed_in)]
