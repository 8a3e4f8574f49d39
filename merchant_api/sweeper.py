"""Releases holds that have ended and forgets who used offers that are over, through the one writer of the process."""

import asyncio
import logging
from contextlib import suppress
from datetime import date

from merchant_api.writer import Full, Writer
from pasledger.rules.deciding import Request
from pasledger.store import Store
from pasledger.usecases import holds, offers
from pasledger.usecases.minting import stamp_now

_ACTOR = "merchant service"

_log = logging.getLogger("merchant_api")


class Sweeper:
    """A task that looks at once, and then again and again. What has ended is no use to anybody before that."""

    def __init__(self, store: Store, writer: Writer, *, seconds: float) -> None:
        self._store = store
        self._writer = writer
        self._seconds = seconds
        self._swept_by: date | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """End. What is being released is released whole or not at all."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while True:
            try:
                await self.sweep(stamp_now(_ACTOR).effective_on)
            except Exception as fault:
                _log.error("what has ended waits: %s", type(fault).__name__)
            await asyncio.sleep(self._seconds)

    async def sweep(self, today: date) -> None:
        """Release and forget what has ended by today.

        Holds that ended before the last sweep of this process were released by it. An offer can be stopped at any time.
        """
        ended = await asyncio.to_thread(holds.ended, self._store, since=self._swept_by, on=today)
        over = await asyncio.to_thread(offers.to_forget, self._store, on=today)
        due: list[Request] = [*map(holds.expiry, ended), *over]
        for asked in due:
            try:
                await self._writer.book(asked)
            except Full:
                return  # tills come first
        self._swept_by = today
