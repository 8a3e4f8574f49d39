"""Connections to books: which database, and how it is told to lose nothing."""

from pathlib import Path
from sqlite3 import Connection as SqliteConnection

from sqlalchemy import URL, Connection, Engine, create_engine, event

from pasledger.store.errors import BooksProblem, BooksUnusable

BUSY_TIMEOUT_S = 30
"""How long a writer waits for another one: staff crediting a town holds SQLite's write lock for seconds."""

READS_ONLY = "reads_only"
"""The execution option of a connection that takes no write lock."""

_PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: what was acknowledged is on the disk
    "foreign_keys": 1,
    "recursive_triggers": 1,
    "busy_timeout": BUSY_TIMEOUT_S * 1000,
    "cache_size": -65536,  # kibibytes
}


def open_engine(books: str) -> Engine:
    """Return an engine for the books at a file path. Raises `BooksUnusable` for any other place."""
    if "://" in books:
        raise BooksUnusable(BooksProblem.UNSUPPORTED, books=books.split("://")[0])
    engine = create_engine(
        URL.create("sqlite", database=str(Path(books).absolute())),
        # Transactions are begun by hand, because the driver would take the write lock too late.
        connect_args={"isolation_level": None, "timeout": BUSY_TIMEOUT_S},
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: SqliteConnection, _record: object) -> None:
    """Set the pragmas, and read each back: SQLite passes over one that it does not know or cannot do."""
    for name, value in _PRAGMAS.items():
        connection.execute(f"PRAGMA {name} = {value}")
        found = connection.execute(f"PRAGMA {name}").fetchone()[0]
        if found != value:
            raise BooksUnusable(BooksProblem.NOT_WRITABLE, setting=name)


def _begin(connection: Connection) -> None:
    reads_only = connection.get_execution_options().get(READS_ONLY, False)
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")
