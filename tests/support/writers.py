"""Processes that write at the same moment, as several programs on several machines would."""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from multiprocessing import get_context

from sqlalchemy import event

from pasledger.ledger.refusals import Refusal
from pasledger.rules.deciding import Outcome, Request
from pasledger.usecases.booking import book
from tests.support.books import opened
from tests.support.town import TODAY, a_stamp

WRITERS = 3
"""How many processes write."""
CLIENTS = 64
"""How many ask at the same moment for one account or one key, each in a thread of one of the processes."""
_UNTIL_ALL_ARE_READY_S = 0.2


@dataclass(frozen=True, slots=True)
class Answer:
    """What one request was answered."""

    refusal: Refusal | None
    is_repeat: bool
    result: str | None


@dataclass(slots=True)
class Asked:
    """What clients were answered, and the states of what the database would not do."""

    answers: list[Answer] = field(default_factory=list)
    states: list[str | None] = field(default_factory=list)

    def refusals(self) -> dict[Refusal | None, int]:
        """Count the answers by refusal; None is what was granted."""
        kinds = [answer.refusal for answer in self.answers]
        return {kind: kinds.count(kind) for kind in {*kinds}}


Batches = Sequence[Sequence[Request]]


def alone(*requests: Request) -> Batches:
    """Return requests that are asked one by one."""
    return [[request] for request in requests]


@contextmanager
def processes() -> Iterator[ProcessPoolExecutor]:
    """Start the processes, which takes about a second, and let them wait for work."""
    with ProcessPoolExecutor(WRITERS, mp_context=get_context("spawn")) as pool:
        yield pool


def ask_at_once(pool: ProcessPoolExecutor, books: str, each: Sequence[Batches], *, on: date = TODAY) -> Asked:
    """Let each client ask its batches, all from the same moment on, and return all that they were told."""
    begins_at = time.monotonic() + _UNTIL_ALL_ARE_READY_S
    all_asked = Asked()
    of_each = [each[process::WRITERS] for process in range(WRITERS)]
    for asked in [pool.submit(_ask, books, of_one, begins_at, on) for of_one in of_each]:
        all_asked.answers += asked.result().answers
        all_asked.states += asked.result().states
    return all_asked


def _ask(books: str, each: Sequence[Batches], begins_at: float, on: date) -> Asked:
    """Let the clients of one process ask, with the store that a process has."""
    asked = Asked()

    def ask(batches: Batches) -> None:
        time.sleep(max(0, begins_at - time.monotonic()))
        for batch in batches:
            asked.answers += map(_answer, book(store, batch, a_stamp(on)))

    with opened(books) as store, ThreadPoolExecutor(len(each)) as clients:
        event.listen(
            store._engine,
            "handle_error",
            lambda context: asked.states.append(getattr(context.original_exception, "sqlstate", None)),
        )
        for client in [clients.submit(ask, batches) for batches in each]:
            client.result()
    return asked


def _answer(outcome: Outcome) -> Answer:
    result = str(outcome.attempt.result) if outcome.attempt else None
    return Answer(outcome.refused.reason if outcome.refused else None, outcome.is_repeat, result)
