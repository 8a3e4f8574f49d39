"""How a card is presented: one place for all routes that are paid by card.

A PIN is counted first, durably, by the writer; then it is verified, in a small pool that stands before the writer; and
what became of it goes with the request. Whatever the card, known or not, a PIN costs one count and one verification. A
repeat that is answered from the record costs neither.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from merchant_api.schemas.cards import CardEntry
from merchant_api.writer import Full, Writer
from pasledger.ledger.ids import MerchantId
from pasledger.rules.attempts import key_of
from pasledger.rules.card_entry import CardEntry as Presented
from pasledger.rules.card_entry import PinCheck
from pasledger.rules.persons import PersonTryRequest
from pasledger.rules.pins import TryRequest, checked
from pasledger.store import Store
from pasledger.usecases import pins


class Presenter:
    """Turns what a till sent into a card whose PIN was looked at."""

    def __init__(self, store: Store, writer: Writer, *, most_waiting: int) -> None:
        self._store = store
        self._writer = writer
        self._most_waiting = most_waiting
        self._waiting = 0
        self._pool = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="pins")
        self._asked: dict[str, tuple[asyncio.Lock, int]] = {}

    def start(self) -> None:
        """Make ready, so that the first PIN takes no longer than the next."""
        pins.prepare()

    def stop(self) -> None:
        """End, when nobody asks any more."""
        self._pool.shutdown()

    @asynccontextmanager
    async def presented(self, card: CardEntry, *, merchant: MerchantId, key: str) -> AsyncIterator[Presented]:
        """Yield the card for as long as it takes to book what it pays. Raises `Full` or `BooksUnusable`.

        Two requests with one key and a PIN are handled one after the other, so that the second finds the answer of the
        first and is no try.
        """
        named = card.named
        if not card.pin:
            yield Presented(named, PinCheck.NOT_SENT)
            return
        attempt = key_of(merchant, key)
        async with self._alone(attempt):
            yield Presented(named, await self.looked_at(TryRequest(named, attempt), card.pin))

    async def looked_at(self, asked: TryRequest | PersonTryRequest, secret: str) -> PinCheck:
        """Count a try, and return what became of the secret that came with it. Raises `Full` or `BooksUnusable`."""
        key = self._store.key
        if key is None:
            return PinCheck.NOT_SET
        if self._waiting >= self._most_waiting:
            raise Full
        self._waiting += 1
        try:
            outcome = await self._writer.book(asked)
            tried = None if outcome.event is None else pins.to_verify(outcome.event)
            if tried is None:
                return PinCheck.NOT_SENT  # a repeat: its answer is in the books, whatever PIN came with it
            verify = asyncio.get_running_loop().run_in_executor(self._pool, pins.is_right, key, tried.hash, secret)
            return checked(tried, is_right=await verify)
        finally:
            self._waiting -= 1

    @asynccontextmanager
    async def _alone(self, attempt: str) -> AsyncIterator[None]:
        lock, others = self._asked.get(attempt, (asyncio.Lock(), 0))
        self._asked[attempt] = (lock, others + 1)
        try:
            async with lock:
                yield
        finally:
            lock, others = self._asked[attempt]
            if others == 1:
                del self._asked[attempt]
            else:
                self._asked[attempt] = (lock, others - 1)
