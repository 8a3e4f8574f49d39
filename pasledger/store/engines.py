"""Connections to books: which database, and how it is told to lose nothing."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from sqlite3 import Connection as SqliteConnection

from sqlalchemy import URL, Connection, Engine, create_engine, event

from pasledger.store.errors import BooksProblem, BooksUnusable

BUSY_TIMEOUT_S = 30
"""How long a writer waits for another one: staff crediting a town holds SQLite's write lock for seconds."""

READS_ONLY = "reads_only"
"""The execution option of a connection that takes no write lock."""

_READABLE = 0o644
"""The mode of a new file: its owner writes, as SQLite would have made it."""

_PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: what was acknowledged is on the disk
    "foreign_keys": 1,
    "recursive_triggers": 1,
    "busy_timeout": BUSY_TIMEOUT_S * 1000,
    "cache_size": -65536,  # kibibytes
}


def open_engine(books: str) -> Engine:
    """Return an engine for the books that are at a file path. Raises `BooksUnusable` where there are none."""
    path = _path(books)
    if not _is_file(path):
        raise BooksUnusable(BooksProblem.MISSING, books=books)
    # Looked at before anything is set: setting the journal mode writes into whatever file this is.
    return _engine(path, partial(_require_books, books=books), _prepare)


def new_engine(books: str) -> Engine:
    """Return an engine for new books at a file path, which is taken from now on. Raises `BooksUnusable`."""
    path = _path(books)
    try:
        path.touch(mode=_READABLE, exist_ok=False)
    except FileExistsError:
        raise BooksUnusable(BooksProblem.EXIST_ALREADY, books=books) from None
    except OSError as error:
        raise BooksUnusable(BooksProblem.NO_PLACE, books=books) from error
    return _engine(path, _prepare)


def _path(books: str) -> Path:
    kind, separator, _ = books.partition("://")
    if separator:
        raise BooksUnusable(BooksProblem.UNSUPPORTED, books=kind)
    return Path(books).absolute()


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that is too long, a folder that may not be looked into
        return False


def _engine(path: Path, *on_connect: Callable[[SqliteConnection, object], None]) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        # Transactions are begun by hand, because the driver would take the write lock too late.
        connect_args={"isolation_level": None, "timeout": BUSY_TIMEOUT_S},
    )
    for listener in on_connect:
        event.listen(engine, "connect", listener)
    event.listen(engine, "begin", _begin)
    return engine


def _require_books(connection: SqliteConnection, _record: object, *, books: str) -> None:
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone() is None:
        raise BooksUnusable(BooksProblem.NOT_BOOKS, books=books)


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
