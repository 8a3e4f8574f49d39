"""The one writer of a process, for its one loop: requests that arrive while a batch is written are the next batch.

No timer: a lone request is a batch of one and waits for nobody; under load the batches grow by themselves, up to a
bound. Each request gets its own answer, and a fault of one never touches its neighbours.

The loop and the writer share one interpreter, and each statement hands it over. So they take turns: while the loop has
answers to give and requests to take in, no batch is begun, and then all that came are one.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from queue import SimpleQueue

from prometheus_client import Gauge, Histogram

from pasledger.rules.deciding import Outcome, Request
from pasledger.store import BooksUnusable, Store
from pasledger.usecases.booking import book
from pasledger.usecases.minting import stamp_now

_ACTOR = "merchant service"
_QUIET_TURNS = 2
"""In so many turns of the loop, one after another, nobody came: then those who wait are a batch."""

BATCH = Histogram("pas_batch_requests", "Requests in a batch.", buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256, 512))
WAITING = Gauge("pas_waiting_requests", "Requests that wait for the writer.")


class Full(Exception):  # noqa: N818 - a state, not an error
    """So many requests wait already that one more is asked to come back."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    request: Request
    future: "asyncio.Future[Outcome]"


class Writer:
    """A thread with the only writing connection of the process, those that wait for it, and the bell that wakes it."""

    def __init__(self, store: Store, *, most_waiting: int, most_in_a_batch: int) -> None:
        self._store = store
        self._most_waiting = most_waiting
        self._most_in_a_batch = most_in_a_batch
        self._waiting: deque[_Waiting] = deque()
        self._bell: SimpleQueue[None] = SimpleQueue()
        self._is_at_work = False
        self._is_ending = False
        WAITING.set_function(lambda: len(self._waiting))
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)

    def start(self) -> None:
        """Begin to take requests."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what was accepted, and end."""
        self._is_ending = True
        self._bell.put(None)
        self._thread.join()

    @property
    def is_alive(self) -> bool:
        """Whether there is a thread to answer."""
        return self._thread.is_alive()

    async def book(self, request: Request) -> Outcome:
        """Return the answer to a request, once it is on the disk. Raises `Full` or `BooksUnusable`."""
        if len(self._waiting) >= self._most_waiting:
            raise Full
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Outcome] = loop.create_future()
        self._waiting.append(_Waiting(request, future))
        self._begin(loop)
        return await future

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        """Have the next batch written, unless one is."""
        if not self._is_at_work:
            self._is_at_work = True
            loop.call_soon(self._settle, loop, 0, _QUIET_TURNS)

    def _settle(self, loop: asyncio.AbstractEventLoop, seen: int, turns: int) -> None:
        """Wake the writer once nobody has come for some turns of the loop, or there is a whole batch."""
        number = len(self._waiting)
        turns = _QUIET_TURNS if number > seen else turns - 1
        if turns and number < self._most_in_a_batch:
            loop.call_soon(self._settle, loop, number, turns)
        else:
            self._bell.put(None)

    def _rest(self, loop: asyncio.AbstractEventLoop) -> None:
        """See to those who came while a batch was being written."""
        self._is_at_work = False
        if self._waiting:
            self._begin(loop)

    def _run(self) -> None:
        while self._waiting or not self._is_ending:
            if not self._is_ending:
                self._bell.get()
            if batch := self._gather():
                BATCH.observe(len(batch))
                self._book(batch)
                loop = batch[0].future.get_loop()
                loop.call_soon_threadsafe(self._rest, loop)

    def _gather(self) -> list[_Waiting]:
        """Take all that are there, up to the bound."""
        number = min(len(self._waiting), self._most_in_a_batch)
        return [self._waiting.popleft() for _ in range(number)]

    def _book(self, batch: Sequence[_Waiting]) -> None:
        try:
            outcomes = book(self._store, [waiting.request for waiting in batch], stamp_now(_ACTOR))
        except BooksUnusable as unusable:
            _answer([(waiting, unusable) for waiting in batch])
        except Exception as fault:
            if len(batch) == 1:
                _answer([(batch[0], fault)])
            else:
                # Nothing of the batch was written. One by one, only the request at fault fails.
                for waiting in batch:
                    self._book([waiting])
        else:
            _answer(list(zip(batch, outcomes, strict=True)))


def _answer(answers: Sequence[tuple[_Waiting, Outcome | Exception]]) -> None:
    """Hand the answers to the loop, which may have lost interest in some of them."""

    def deliver() -> None:
        for waiting, answer in answers:
            if waiting.future.done():
                continue
            if isinstance(answer, Exception):
                waiting.future.set_exception(answer)
            else:
                waiting.future.set_result(answer)

    answers[0][0].future.get_loop().call_soon_threadsafe(deliver)
