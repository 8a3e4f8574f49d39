"""How the PIN of a card is set on a page that anybody can open.

As with a PIN at a till, a try is on the disk before it is looked at, and costs the same whatever the card: a look-up, a
count, one argon2 and a decision. Tills have a pool of their own, so that strangers who try do not keep them waiting.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from starlette.concurrency import run_in_threadpool

from merchant_api.writer import Full, Writer
from pasledger.rules.card_entry import PinCheck
from pasledger.rules.cards import CardNumber, TokenHash
from pasledger.rules.pins import CodeTryRequest, checked
from pasledger.store import Store
from pasledger.usecases import pins
from pasledger.usecases.finding import number_of
from pasledger.usecases.keys import require_key

MOST_WAITING = 16
"""How many can choose at the same moment; one more is asked to come back."""


class Chooser:
    """Sets PINs with codes from letters."""

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
        if self._waiting >= MOST_WAITING:
            raise Full
        self._waiting += 1
        try:
            number = await run_in_threadpool(number_of, self._store, card)
            tried = await self._writer.book(CodeTryRequest(number))
            found = None if tried.event is None else pins.to_verify(tried.event)
            may_try = found is not None and checked(found, is_right=True) is PinCheck.RIGHT
            chosen = partial(pins.with_code, key, number, code, pin, may_try=may_try)
            asked = await asyncio.get_running_loop().run_in_executor(self._pool, chosen)
            outcome = await self._writer.book(asked)
        finally:
            self._waiting -= 1
        return outcome.refused is None
