"""Writers that are taken one statement further at a time, so that a test chooses how their transactions interleave.

Each has a thread and a connection of its own. It stands still before every statement and before its commit, until it is
told to go on; where it then waits for another one's lock, that is seen and the others can be taken further meanwhile.
"""

import queue
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, event

from pasledger.ledger.journal import Stamp
from pasledger.rules.deciding import Outcome, Request
from pasledger.usecases.booking import book
from tests.support import postgresql
from tests.support.books import is_postgresql, opened

_A_MOMENT_S = 0.002
_TAKES_THE_FILE = "BEGIN IMMEDIATE"


@dataclass
class Stepped:
    """One writer, which books one batch after another."""

    is_blocked: Callable[["Stepped"], bool]
    stands_before: str | None = None
    """The statement that comes next; nothing while it waits for a lock, and when there is nothing to do."""
    is_busy: bool = False
    backend: int | None = None
    has_the_file: bool = False
    answers: list[Outcome] | Exception | None = None
    _reached: "queue.SimpleQueue[str | None]" = field(default_factory=queue.SimpleQueue)
    _may_go_on: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def begin(self, books: Any, requests: Sequence[Request], stamp: Stamp) -> None:
        """Begin to book a batch, as far as its first statement."""

        def work() -> None:
            try:
                self.answers = book(books, requests, stamp)
            except Exception as fault:
                self.answers = fault
            self.has_the_file = False
            self._reached.put(None)

        self.is_busy = True
        threading.Thread(target=work, daemon=True).start()
        self.settle()

    def go_on(self) -> None:
        """Let the statement that comes next run, to its end or until it waits for a lock."""
        self.stands_before = None
        self._may_go_on.release()
        self.settle()

    def settle(self) -> None:
        """Wait until it stands still, is done, or waits for a lock that another one holds."""
        while self.is_busy and self.stands_before is None:
            try:
                self.stands_before = self._reached.get(timeout=_A_MOMENT_S)
            except queue.Empty:
                if self.is_blocked(self):
                    return
            else:
                self.is_busy = self.stands_before is not None

    def stand_still(self, connection: Connection, statement: str) -> None:
        """Say where it is, and wait until it may go on."""
        if self.backend is None and connection.dialect.name == "postgresql":
            self.backend = connection.connection.dbapi_connection.info.backend_pid  # type: ignore[union-attr]
        self._reached.put(statement)
        self._may_go_on.acquire()


class Interleaving:
    """Some writers on the same books."""

    def __init__(self, books: str, writers: int) -> None:
        self._open = ExitStack()
        self._stores = [self._open.enter_context(opened(books)) for _ in range(writers)]
        blocked = self._waits_for_a_row if is_postgresql(books) else self._waits_for_the_file
        if is_postgresql(books):
            self._watching = self._open.enter_context(postgresql.raw(books))
        self.writers = [Stepped(blocked) for _ in range(writers)]
        for writer, store in zip(self.writers, self._stores, strict=True):
            _take_hold(writer, store._engine)

    def idle(self) -> list[int]:
        """Return the writers that have nothing to do."""
        return [place for place, writer in enumerate(self.writers) if not writer.is_busy]

    def ready(self) -> list[int]:
        """Return the writers that could go on."""
        return [place for place, writer in enumerate(self.writers) if writer.stands_before is not None]

    def begin(self, place: int, requests: Sequence[Request], stamp: Stamp) -> None:
        """Let a writer begin to book a batch."""
        self.writers[place].begin(self._stores[place], requests, stamp)

    def go_on(self, place: int) -> None:
        """Take a writer one statement further; others, whom it made wait, may then be further too."""
        self.writers[place].go_on()
        for writer in self.writers:
            writer.settle()

    def finish(self) -> None:
        """Let everybody come to an end."""
        while len(self.idle()) < len(self.writers):
            for place in self.ready():
                self.go_on(place)
            for writer in self.writers:
                writer.settle()

    def close(self) -> None:
        """Let go of the books."""
        self.finish()
        self._open.close()

    def _waits_for_a_row(self, writer: Stepped) -> bool:
        found = self._watching.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [writer.backend]).fetchone()
        return found is not None and bool(found[0])

    def _waits_for_the_file(self, writer: Stepped) -> bool:
        return any(other.has_the_file for other in self.writers if other is not writer)


def _take_hold(writer: Stepped, engine: Any) -> None:
    def before(connection: Connection, _cursor: object, statement: str, *_others: object) -> None:
        writer.stand_still(connection, statement)

    def after(_connection: object, _cursor: object, statement: str, *_others: object) -> None:
        writer.has_the_file = writer.has_the_file or statement == _TAKES_THE_FILE

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
    event.listen(engine, "commit", lambda connection: writer.stand_still(connection, "COMMIT"))
