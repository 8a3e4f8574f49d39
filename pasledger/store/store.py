"""A municipality's books on disk: opened, read in snapshots, and written in batches, each whole or not at all."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Self

from sqlalchemy import Connection, Engine

from pasledger.rules.deciding import Outcome
from pasledger.rules.town import Needs, Town
from pasledger.store import guards, migrating, rows, tables
from pasledger.store.engines import READS_ONLY, new_engine, open_engine
from pasledger.store.errors import naming_the_problem
from pasledger.store.loading import load
from pasledger.store.reading import Reader
from pasledger.store.recording import record
from pasledger.store.statements import Insertion


class Transaction:
    """One batch: what it loads stays as it is until the batch is recorded, because the write lock is held."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def load(self, needs: Needs) -> Town:
        """Return the town as far as `needs` go."""
        return load(self._connection, needs)

    def record(self, outcomes: Iterable[Outcome], town: Town) -> None:
        """Append what was decided upon `town`."""
        record(self._connection, outcomes, town)


class Store:
    """The books of one municipality. Use `Store.open`, or `Store.start` for new ones."""

    def __init__(self, engine: Engine, books: str) -> None:
        self._engine = engine
        self._books = books

    @classmethod
    def open(cls, books: str) -> Self:
        """Open existing books: of this version, with all their guards. Raises `BooksUnusable`."""
        store = cls(open_engine(books), books)
        with store._closed_if_it_fails(), store._connection(reads_only=True) as connection:
            migrating.require_newest(connection, books)
            guards.verify(connection)
        return store

    @classmethod
    def start(cls, books: str, *, municipality: str, at: datetime, by: str) -> Self:
        """Start the books of a municipality where there are none. Raises `BooksUnusable`."""
        store = cls(new_engine(books), books)
        try:
            with store._closed_if_it_fails(), store._connection() as connection:
                migrating.upgrade(connection)
                Insertion(tables.municipality).write(connection, [(1, municipality, rows.moment(at), by)])
                guards.verify(connection)
        except BaseException:
            Path(books).unlink(missing_ok=True)  # an empty file is no books, and would stand in the way of a new try
            raise
        return store

    @classmethod
    def upgrade(cls, books: str) -> tuple[str, str]:
        """Take older books to this version and return both versions. Raises `BooksUnusable`."""
        store = cls(open_engine(books), books)
        with store._closed_if_it_fails(), store._connection() as connection:
            found = migrating.require_known(connection, books)
            migrating.upgrade(connection)
            guards.verify(connection)
        store.close()
        return found, migrating.newest()

    @contextmanager
    def begin(self) -> Iterator[Transaction]:
        """Begin a batch. It is on the disk when the block ends, and wholly gone when the block raises."""
        with self._connection() as connection:
            yield Transaction(connection)

    @contextmanager
    def read(self) -> Iterator[Reader]:
        """Read one snapshot, while others write."""
        with self._connection(reads_only=True) as connection:
            yield Reader(connection)

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    @contextmanager
    def _closed_if_it_fails(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self.close()
            raise

    @contextmanager
    def _connection(self, *, reads_only: bool = False) -> Iterator[Connection]:
        with naming_the_problem(self._books), self._engine.connect() as connection:
            chosen = connection.execution_options(**{READS_ONLY: reads_only})
            with chosen.begin():
                yield chosen
