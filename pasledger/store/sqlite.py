"""Books in one file: SQLite, and how it is told to lose nothing and to change nothing."""

import errno
import os
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    PoolProxiedConnection,
    PrimaryKeyConstraint,
    UniqueConstraint,
    create_engine,
    event,
    text,
)
from sqlalchemy.exc import DBAPIError

from pasledger.rules.town import Needs
from pasledger.store.database import Database, Snapshot
from pasledger.store.errors import BooksProblem, BooksUnusable
from pasledger.store.filesystems import network_file_system
from pasledger.store.tables import CHANGED_IN_PART, DELETED_ONLY, NEVER_CHANGED, PASSING, metadata

BUSY_TIMEOUT_S = 30
"""How long a writer waits for another one: staff crediting a town holds SQLite's write lock for seconds."""

READS_ONLY = "reads_only"
"""The execution option of a connection that takes no write lock."""

_OWNERS_ONLY = 0o600
"""The mode of a new file: who can read it sees the references and balances of a whole town."""

_PRAGMAS: dict[str, str | int] = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: what was acknowledged is on the disk
    "foreign_keys": 1,
    "recursive_triggers": 1,
    "busy_timeout": BUSY_TIMEOUT_S * 1000,
    "cache_size": -65536,  # kibibytes
    # Pages, of 4 KiB each. A batch of payments writes some hundreds of them, many of these again and again: of the
    # usual 1,000 they would be put in their places after every few batches, and payments wait for that.
    "wal_autocheckpoint": 8_000,
}
_WHILE_READING: dict[str, str | int] = {"query_only": 1, "cache_size": -65536}
_WHILE_FILLING: dict[str, str | int] = {
    "journal_mode": "memory",  # what fails is thrown away, and what does not is one file from the first moment
    "synchronous": 0,  # it is put on the disk whole, before it gets its name
    "foreign_keys": 0,  # verifying looks at all references at once
    "cache_size": _PRAGMAS["cache_size"],
}


class Sqlite(Database):
    """One file is one municipality's books."""

    has_roles = False

    def shown(self, books: str) -> str:
        """Return the path."""
        return books

    def open(self, books: str) -> Engine:
        """Return an engine for the books that are at a file path. Raises `BooksUnusable` where there are none."""
        # Looked at before anything is set: setting the journal mode writes into whatever file this is.
        return _engine(_existing(books), partial(_require_books, books=books), partial(_prepare, _PRAGMAS))

    def open_to_read(self, books: str) -> Engine:
        """Return an engine for the books at a file path, of which it does not even set the journal mode."""
        return _engine(_existing(books), partial(_require_books, books=books), partial(_prepare, _WHILE_READING))

    @contextmanager
    def filling(self, books: str) -> Iterator[Connection]:
        """Fill a file in a folder beside its place, which nobody else can look into, and name it when it is whole."""
        path = _local(books)
        with _naming_the_place(books):
            _require_free(path)
            folder = TemporaryDirectory(prefix=".pasledger-", dir=path.parent)
        with folder:
            new = Path(folder.name) / "books.db"
            with _naming_the_place(books):
                new.touch(mode=_OWNERS_ONLY)
            engine = _engine(new, partial(_prepare, _WHILE_FILLING))
            try:
                with engine.connect() as connection, connection.begin():
                    yield connection
            finally:
                engine.dispose()
            with _naming_the_place(books):
                _on_the_disk(new)
                _name(new, path)

    def options(self, *, reads_only: bool) -> dict[str, Any]:
        """Say whether the transaction takes the write lock at once."""
        return {READS_ONLY: reads_only}

    @contextmanager
    def shared(self, engine: Engine) -> Iterator[Snapshot]:
        """Begin to read: who begins before anybody has written reads the same.

        That is seen by a connection that is in no transaction. Nobody who writes waits for it.
        """
        with closing(engine.raw_connection()) as beside:
            before = _data_version(beside)
            reading = engine.connect().execution_options(**self.options(reads_only=True))
            with reading as connection, connection.begin():
                self.join(connection, "")
                yield Snapshot(connection, "", lambda: _data_version(beside) == before)

    def join(self, connection: Connection, mark: str) -> None:  # noqa: ARG002 - here it is the moment that counts
        """Read something: a snapshot is taken at the first read."""
        connection.exec_driver_sql("SELECT 1 FROM sqlite_master LIMIT 1").close()

    def lock(self, connection: Connection, needs: Needs) -> None:
        """Return nothing: the write lock is on the whole file."""

    def guards(self) -> dict[str, str]:
        """Return every trigger, by name."""
        made: dict[str, str] = {}
        for table in NEVER_CHANGED:
            made |= _named(_no_delete(table), _no_update(table), _no_replace(table))
        for table, changing in CHANGED_IN_PART.items():
            made |= _named(_no_delete(table), _no_update(table, besides=changing), _no_replace(table))
        for table in DELETED_ONLY:
            made |= _named(_no_unrecorded_delete(table), _no_update(table), _no_replace(table))
        for table in PASSING:
            made |= _named(_no_update(table), _no_replace(table))
        return made | _named(_NOTHING_ADDED_LATER, _ALL_TRANSFERS_THERE)

    def guards_found(self, connection: Connection) -> dict[str, str]:
        """Return the triggers that the books have."""
        made = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
        return {row.name: row.sql for row in made}

    def damage(self, connection: Connection) -> Iterator[tuple[str, str]]:
        """Yield what SQLite itself finds wrong."""
        # It looks up each row in each index, all over the file: what it read is of no use to it any more, and a large
        # cache keeps it from what a processor has at hand.
        with _a_small_cache(connection):
            for (says,) in connection.execute(text("PRAGMA integrity_check")):
                if says != "ok":
                    yield "integrity", str(says)

    def make_ready_to_unlink(self, connection: Connection, table: str) -> None:  # noqa: ARG002 - for all tables
        """Let what is deleted be overwritten: it would stay in the file until something else needs the place."""
        connection.exec_driver_sql("PRAGMA secure_delete = 1")

    def trouble(self, error: DBAPIError, books: str) -> BooksUnusable | None:
        """Return what is the matter with the books, by what SQLite says."""
        said = str(error.orig)
        problem = next((problem for words, problem in _SAID.items() if words in said), None)
        return None if problem is None else BooksUnusable(problem, books=books)


_SAID = {
    "locked": BooksProblem.BUSY,
    "readonly": BooksProblem.NOT_WRITABLE,
    "unable to open": BooksProblem.NO_PLACE,
    "disk is full": BooksProblem.DISK_FULL,
    "disk I/O": BooksProblem.DISK_FULL,
    "not a database": BooksProblem.NOT_BOOKS,
    "malformed": BooksProblem.DAMAGED,
    "decode to UTF-8": BooksProblem.DAMAGED,
    "foreign key mismatch": BooksProblem.DAMAGED,
    "no such column": BooksProblem.DAMAGED,
    "no such table": BooksProblem.DAMAGED,
}


@contextmanager
def _a_small_cache(connection: Connection) -> Iterator[None]:
    before = connection.exec_driver_sql("PRAGMA cache_size").scalar_one()
    connection.exec_driver_sql("PRAGMA cache_size = -2000")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA cache_size = {before}")


def _data_version(connection: PoolProxiedConnection) -> int:
    """Return what is another number each time somebody else has written."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA data_version")
    found: int = cursor.fetchall()[0][0]
    return found


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that is too long, a folder that may not be looked into
        return False


def _local(books: str) -> Path:
    """Return the path of books. Raises `BooksUnusable` where other machines could have the same file open."""
    path = Path(books).absolute()
    kind = network_file_system(path)
    if kind is not None:
        raise BooksUnusable(BooksProblem.ON_A_NETWORK, books=books, kind=kind)
    return path


def _existing(books: str) -> Path:
    path = _local(books)
    if not _is_file(path):
        raise BooksUnusable(BooksProblem.MISSING, books=books)
    return path


@contextmanager
def _naming_the_place(books: str) -> Iterator[None]:
    """Turn what the file system says of the place of new books into a `BooksUnusable`."""
    try:
        yield
    except OSError as error:
        raise BooksUnusable(_OF_A_PLACE.get(error.errno or 0, BooksProblem.NO_PLACE), books=books) from error


_OF_A_PLACE = {
    errno.EEXIST: BooksProblem.EXIST_ALREADY,
    errno.ENOSPC: BooksProblem.DISK_FULL,
    errno.EDQUOT: BooksProblem.DISK_FULL,
    errno.EIO: BooksProblem.DISK_FULL,
}


def _require_free(path: Path) -> None:
    """Raise `OSError` where something is, and where nothing can be."""
    try:
        path.lstat()
    except FileNotFoundError:
        return
    raise FileExistsError(errno.EEXIST, "")


def _on_the_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _name(new: Path, path: Path) -> None:
    """Give a file its name, for good, where nothing has it yet: a rename would pass over what somebody put there."""
    try:
        path.hardlink_to(new)
    except FileExistsError:
        raise
    except OSError:  # a disk that knows no links
        _require_free(path)
        new.rename(path)
    if os.name == "posix":  # elsewhere a folder cannot be opened
        _on_the_disk(path.parent)


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


def _prepare(pragmas: dict[str, str | int], connection: SqliteConnection, _record: object) -> None:
    """Set the pragmas, and read each back: SQLite passes over one that it does not know or cannot do."""
    for name, value in pragmas.items():
        connection.execute(f"PRAGMA {name} = {value}")
        found = connection.execute(f"PRAGMA {name}").fetchone()[0]
        if found != value:
            raise BooksUnusable(BooksProblem.NOT_WRITABLE, setting=name)


def _begin(connection: Connection) -> None:
    reads_only = connection.get_execution_options().get(READS_ONLY, False)
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")


# --- guards


def _named(*statements: str) -> dict[str, str]:
    return {statement.split()[2]: statement for statement in statements}


def _refuse(name: str, when: str, says: str, *, condition: str = "") -> str:
    # Of what breaks a rule, the whole transaction is undone. That leaves SQLite nothing to prepare for undoing one row
    # alone, which would cost more than all guards together.
    return f"CREATE TRIGGER {name} BEFORE {when} {condition}BEGIN SELECT RAISE(ROLLBACK, '{says}'); END"


def _no_delete(table: str) -> str:
    return _refuse(f"{table}_is_never_deleted", f"DELETE ON {table}", f"{table}: nothing is ever deleted")


def _no_unrecorded_delete(table: str) -> str:
    key = " || '/' || ".join(f"OLD.{column.name}" for column in metadata.tables[table].primary_key)
    record = f"SELECT 1 FROM unlinked WHERE in_table = '{table}' AND key = {key}"  # noqa: S608 - our own names
    return _refuse(
        f"{table}_is_kept",
        f"DELETE ON {table}",
        f"{table}: no record says that its term is over",
        condition=f"WHEN NOT EXISTS ({record}) ",
    )


def _no_update(table: str, *, besides: Collection[str] = ()) -> str:
    columns = [column.name for column in metadata.tables[table].columns if column.name not in besides]
    of = f"OF {', '.join(columns)} " if besides else ""
    return _refuse(f"{table}_is_never_changed", f"UPDATE {of}ON {table}", f"{table}: nothing is ever changed")


def _no_replace(table: str) -> str:
    same = [" AND ".join(f"{column} = NEW.{column}" for column in key) for key in _keys(table)]
    there = " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE {key})" for key in same)  # noqa: S608 - our own names
    condition = f"WHEN {there} "
    return _refuse(
        f"{table}_is_never_replaced",
        f"INSERT ON {table}",
        f"{table}: this row is there already",
        condition=condition,
    )


def _keys(table: str) -> list[tuple[str, ...]]:
    """Return every unique key of a table: a row can be replaced through each of them, a line of a log by its place."""
    constraints = metadata.tables[table].constraints
    unique = [one for one in constraints if isinstance(one, PrimaryKeyConstraint | UniqueConstraint)]
    return sorted(tuple(column.name for column in one.columns) or ("rowid",) for one in unique)


_NOTHING_ADDED_LATER = _refuse(
    "transfer_is_never_added_later",
    "INSERT ON transfer",
    "transfer: its entry is written already",
    condition="WHEN EXISTS (SELECT 1 FROM entry WHERE id = NEW.entry_id) ",
)
_ALL_TRANSFERS_THERE = _refuse(
    "entry_has_its_transfers",
    "INSERT ON entry",
    "entry: not the number of transfers that it says",
    condition="WHEN NEW.transfer_count <> (SELECT count(*) FROM transfer WHERE entry_id = NEW.id) ",
)
