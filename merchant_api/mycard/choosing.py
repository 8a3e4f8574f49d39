"""How a holder is let in, and the PIN of a card is set, on pages that anybody can open.

As with a PIN at a till, a try is on the disk before it is looked at, and costs the same whatever the card: a look-up, a
count, one argon2 and a decision. Tills have a pool of their own, so that strangers who try do not keep them waiting.
"""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import TypeVar

from starlette.concurrency import run_in_threadpool

from merchant_api.writer import Full, Writer
from pasledger.rules.card_entry import PinCheck
from pasledger.rules.cards import CardNumber, TokenHash
from pasledger.rules.pins import CodeTryRequest, OwnCardRequest, OwnTryRequest, PinRequest, checked
from pasledger.store import Store
from pasledger.usecases import pins
from pasledger.usecases.finding import number_of
from pasledger.usecases.keys import require_key

_Made = TypeVar("_Made")

MOST_WAITING = 16
"""How many can choose at the same moment; one more is asked to come back."""


class Chooser:
    """Looks at the PINs of holders, and sets them: with codes from letters, or by who knows the one before."""

    def __init__(self, store: Store, writer: Writer) -> None:
        self._store = store
        self._writer = writer
        self._waiting = 0
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="holders")

    def stop(self) -> None:
        """End, when nobody asks any more."""
        self._pool.shutdown()

    async def choose(self, card: CardNumber | TokenHash, code: str, pin: str) -> bool:
        """Set a PIN and return whether the code was the right one. Raises `Full` or `BooksUnusable`."""
        key = require_key(self._store)
        with self._turn():
            number = await run_in_threadpool(number_of, self._store, card)
            tried = await self._writer.book(CodeTryRequest(number))
            found = None if tried.event is None else pins.to_verify(tried.event)
            may_try = found is not None and checked(found, is_right=True) is PinCheck.RIGHT
            asked = await self._worked(partial(pins.with_code, key, number, code, pin, may_try=may_try))
            outcome = await self._writer.book(asked)
        return outcome.refused is None

    async def let_in(self, card: CardNumber | TokenHash, pin: str) -> CardNumber | None:
        """Return the number of a card, where somebody knows its PIN. Raises `Full` or `BooksUnusable`."""
        with self._turn():
            number = await run_in_threadpool(number_of, self._store, card)
            return number if await self._is_let_in(number, pin) else None

    async def change(self, number: CardNumber, before: str, pin: str) -> bool:
        """Change the PIN of a card, and return whether the one before was right. Raises `Full` or `BooksUnusable`."""
        with self._turn():
            if not await self._is_let_in(number, before):
                return False
            hashed = await self._worked(partial(pins.hash_pin, require_key(self._store), pin))
            outcome = await self._writer.book(PinRequest(number, hashed, None))
        return outcome.refused is None

    async def _is_let_in(self, number: CardNumber | None, pin: str) -> bool:
        """Count a try, look at the PIN, and let in who knows it."""
        key = require_key(self._store)
        tried = await self._writer.book(OwnTryRequest(number))
        found = None if tried.event is None else pins.to_verify(tried.event)
        if found is None:
            return False
        check = checked(found, is_right=await self._worked(partial(pins.is_right, key, found.hash, pin)))
        outcome = await self._writer.book(OwnCardRequest(number, check))
        return outcome.refused is None

    async def _worked(self, work: Callable[[], _Made]) -> _Made:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if self._waiting >= MOST_WAITING:
            raise Full
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1
