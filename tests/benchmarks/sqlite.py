"""SQLite without our library."""

import shutil
import sqlite3
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from secrets import token_hex

from pasledger.store import Store
from tests.benchmarks.raw import Raw, Row

_AS_THE_BOOKS = ("journal_mode = wal", "synchronous = full", "foreign_keys = on", "cache_size = -65536")
_IN_A_HURRY = ("journal_mode = off", "synchronous = off", "foreign_keys = off", "cache_size = -2000000")


@dataclass(frozen=True)
class Sqlite(Raw):
    """Files in a folder."""

    folder: Path

    name = "SQLite"
    begin = "BEGIN IMMEDIATE"

    def a_free_place(self) -> str:
        """Return a path."""
        return str(self.folder / f"{token_hex(8)}.db")

    def copy(self, books: str) -> str:
        """Copy the file, which is all there is when nobody has it open."""
        return str(shutil.copy(books, self.a_free_place()))

    def drop(self, books: str) -> None:
        """Delete the file, with what was written ahead."""
        for path in self.folder.glob(f"{Path(books).name}*"):
            path.unlink()

    def size_bytes(self, books: str) -> int:
        """Return the size of the file."""
        return Path(books).stat().st_size

    @contextmanager
    def connected(self, books: str) -> Iterator[sqlite3.Connection]:
        """Connect with the settings that the books have."""
        with closing(sqlite3.connect(books, isolation_level=None)) as connection:
            for setting in _AS_THE_BOOKS:
                connection.execute(f"PRAGMA {setting}")
            yield connection

    @contextmanager
    def unguarded(self, books: str) -> Iterator[sqlite3.Connection]:
        """Connect, and drop every trigger."""
        with self.connected(books) as connection:
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                connection.execute(f"DROP TRIGGER {name}")
            yield connection

    @contextmanager
    def filling(self, books: str) -> Iterator[sqlite3.Connection]:
        """Connect without guards, which the product makes anew, as when it takes books to a new version."""
        with self.unguarded(books) as connection:
            for setting in _IN_A_HURRY:
                connection.execute(f"PRAGMA {setting}")
            connection.execute("BEGIN")
            yield connection
            connection.execute("COMMIT")
        Store.upgrade(books)

    def run(self, connection: sqlite3.Connection, sql: str, values: Iterable[object] = ()) -> sqlite3.Cursor:
        """Run a statement as it is."""
        return connection.execute(sql, tuple(values))

    def insert(self, connection: sqlite3.Connection, table: str, rows: Iterable[Row]) -> None:
        """Write the rows with `executemany`."""
        following = iter(rows)
        first = next(following)
        places = ", ".join("?" * len(first))
        connection.executemany(f"INSERT INTO {table} VALUES ({places})", chain((first,), following))

    def read(self, connection: sqlite3.Connection, table: str) -> None:
        """Take them from the cursor."""
        deque(connection.execute(f"SELECT * FROM {table}"), maxlen=0)
