"""Processes that write at the same moment, as several programs on several machines would."""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context

from sqlalchemy import event

from pasledger.ledger.refusals import Refusal
from pasledger.rules.deciding import Request
from pasledger.usecases.booking import book
from tests.support.books import opened
from tests.support.town import a_stamp

WRITERS = 3
_UNTIL_ALL_ARE_READY_S = 0.2


@dataclass(frozen=True, slots=True)
class Answer:
    """What one request was answered."""

    refusal: Refusal | None
    is_repeat: bool
    result: str | None


@dataclass(slots=True)
class Asked:
    """What one process, or all, were answered, in their order; and the states of what the database would not do."""

    answers: list[Answer] = field(default_factory=list)
    states: list[str | None] = field(default_factory=list)

    def refusals(self) -> dict[Refusal | None, int]:
        """Count the answers by refusal; None is what was granted."""
        kinds = [answer.refusal for answer in self.answers]
        return {kind: kinds.count(kind) for kind in {*kinds}}


Batches = Sequence[Sequence[Request]]


def ask(books: str, batches: Batches, begins_at: float) -> Asked:
    """Ask one batch after another, from a moment on."""
    asked = Asked()
    with opened(books) as store:
        event.listen(
            store._engine,
            "handle_error",
            lambda context: asked.states.append(getattr(context.original_exception, "sqlstate", None)),
        )
        time.sleep(max(0, begins_at - time.time()))
        for batch in batches:
            for outcome in book(store, batch, a_stamp()):
                result = str(outcome.attempt.result) if outcome.attempt else None
                refusal = outcome.refused.reason if outcome.refused else None
                asked.answers.append(Answer(refusal, outcome.is_repeat, result))
    return asked


@contextmanager
def processes() -> Iterator[ProcessPoolExecutor]:
    """Start the processes, which takes about a second, and let them wait for work."""
    with ProcessPoolExecutor(WRITERS, mp_context=get_context("spawn")) as pool:
        yield pool


def ask_at_once(pool: ProcessPoolExecutor, books: str, each: Sequence[Batches]) -> Asked:
    """Let each process ask its batches, all from the same moment on, and return all that they were told."""
    begins_at = time.time() + _UNTIL_ALL_ARE_READY_S
    all_asked = Asked()
    for asked in [pool.submit(ask, books, batches, begins_at) for batches in each]:
        all_asked.answers += asked.result().answers
        all_asked.states += asked.result().states
    return all_asked
