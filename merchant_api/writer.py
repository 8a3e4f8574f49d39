"""The one writer of a process: requests that arrive while a batch is being written are the next batch.

No timer: a lone request is a batch of one and waits for nobody; under load the batches grow by themselves, up to a
bound. Each request gets its own answer, and a fault of one never touches its neighbours.
"""

import asyncio
import queue
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from pasledger.rules.deciding import Outcome, Request
from pasledger.store import BooksUnusable, Store
from pasledger.usecases.booking import book
from pasledger.usecases.minting import stamp_now

_ACTOR = "merchant service"


class Full(Exception):  # noqa: N818 - a state, not an error
    """So many requests wait already that one more is asked to come back."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    request: Request
    future: "asyncio.Future[Outcome]"


class Writer:
    """A thread with the only writing connection of the process, and the queue before it."""

    def __init__(self, store: Store, *, most_waiting: int, most_in_a_batch: int) -> None:
        self._store = store
        self._most_in_a_batch = most_in_a_batch
        self._queue: queue.Queue[_Waiting | None] = queue.Queue(most_waiting)
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)

    def start(self) -> None:
        """Begin to take requests."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what was accepted, and end."""
        self._queue.put(None)
        self._thread.join()

    @property
    def is_alive(self) -> bool:
        """Whether there is a thread to answer."""
        return self._thread.is_alive()

    async def book(self, request: Request) -> Outcome:
        """Return the answer to a request, once it is on the disk. Raises `Full` or `BooksUnusable`."""
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        try:
            self._queue.put_nowait(_Waiting(request, future))
        except queue.Full:
            raise Full from None
        return await future

    def _run(self) -> None:
        while batch := self._gather():
            self._book(batch)

    def _gather(self) -> list[_Waiting]:
        """Wait for a request and take with it all that are there; nothing means the end."""
        batch: list[_Waiting] = []
        waiting = self._queue.get()
        while waiting is not None:
            batch.append(waiting)
            if len(batch) == self._most_in_a_batch:
                return batch
            try:
                waiting = self._queue.get_nowait()
            except queue.Empty:
                return batch
        if batch:
            self._queue.put(None)  # the end came behind a last batch; it is asked for once more
        return batch

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
