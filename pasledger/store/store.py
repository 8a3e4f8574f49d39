"""A municipality's books on disk: opened, read in snapshots, and written in batches, each whole or not at all."""

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from hmac import compare_digest
from typing import Self

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from pasledger.ledger.journal import Stamp
from pasledger.ledger.seals import Leaf, Seal
from pasledger.rules.deciding import Outcome
from pasledger.rules.keys import SecretKey
from pasledger.rules.records import Act, ActResult, LookUp, ReferenceKind, Unlinking
from pasledger.rules.town import Needs, Town
from pasledger.store import copying, guards, migrating, retention, roles, rows, tables
from pasledger.store.acting import log
from pasledger.store.database import Database, Snapshot
from pasledger.store.databases import database_behind, database_of
from pasledger.store.errors import BooksContended, BooksLost, BooksProblem, BooksUndecided, BooksUnusable
from pasledger.store.loading import load_and_lock
from pasledger.store.reading import Reader
from pasledger.store.recording import record
from pasledger.store.roles import Role
from pasledger.store.sealing import add_seal
from pasledger.store.statements import Insertion, Query

KEY_CHECK = Query(select(tables.books_key.c.check_value))
"""What tells the key of the books from any other."""

_TRIES = 10
"""How often rights are given anew when somebody gave some on the same database at the same moment."""


class Transaction:
    """One batch: what it loads stays as it is until the batch is recorded, because the write lock is held."""

    def __init__(self, connection: Connection, store: "Store") -> None:
        self._connection = connection
        self._store = store

    @property
    def key(self) -> SecretKey | None:
        """The key of the books, as `Store.key` has it."""
        return self._store.key

    def load(self, needs: Needs) -> Town:
        """Return the town as far as `needs` go, its stored balances locked."""
        return load_and_lock(self._connection, needs)

    @property
    def reader(self) -> Reader:
        """What reads what stands there, what this batch recorded included."""
        return Reader(self._connection)

    def record(self, outcomes: Iterable[Outcome], town: Town) -> None:
        """Append what was decided upon `town`."""
        record(self._connection, outcomes, town)

    def log(self, *lines: Act | ActResult | LookUp) -> None:
        """Append lines to the log, but for those that are there already."""
        log(self._connection, lines)

    def ready_to_unlink(self, kind: ReferenceKind) -> Reader:
        """Return what reads the references of a kind, of which none is used anew until this batch is recorded."""
        retention.make_ready(self._connection, database_behind(self._connection), kind)
        return self.reader

    def unlink(self, unlinking: Unlinking, stamp: Stamp) -> None:
        """Delete references for good, each after its record. Raises `BooksContended` for one that is gone."""
        retention.unlink(self._connection, unlinking, stamp)

    def seal(self, seal: Seal, leaves: Iterable[Leaf], *, after: Seal | None) -> None:
        """Append a seal of these leaves after the newest one. Raises `BooksContended` where that is another one."""
        add_seal(self._connection, seal, leaves, after=after)


class Store:
    """The books of one municipality. Use `Store.open`, or `Store.start` for new ones."""

    def __init__(self, engine: Engine, books: str, key: SecretKey | None = None) -> None:
        self._engine = engine
        self._books = books
        self._given_key = key
        self._key_check: str | None = None

    @classmethod
    def open(cls, books: str, *, reads_only: bool = False, key: SecretKey | None = None) -> Self:
        """Open existing books: of this version, with all their guards. Raises `BooksUnusable`.

        Books that are opened to be read only, as a backup is, may be where nothing can be written. The key is looked at
        when something needs it.
        """
        database = database_of(books)
        store = cls(database.open_to_read(books) if reads_only else database.open(books), books, key)
        with store._closed_if_it_fails(), store._connection(reads_only=True) as connection:
            migrating.require_newest(connection, database.shown(books))
            guards.verify(connection)
            store._key_check = next((check for (check,) in KEY_CHECK.fetch(connection)), None)
        return store

    @classmethod
    def start(cls, books: str, *, municipality: str, at: datetime, by: str) -> Self:
        """Start the books of a municipality where there are none. Raises `BooksUnusable`."""
        with _filling(books) as connection:
            migrating.upgrade(connection)
            Insertion(tables.municipality).write(connection, [(1, municipality, rows.moment(at), by)])
            guards.verify(connection)
        return cls.open(books)

    @classmethod
    def upgrade(cls, books: str) -> tuple[str, str]:
        """Take older books to this version and return both versions. Raises `BooksUnusable`."""
        database = database_of(books)
        store = cls(database.open(books), books)
        with store._closed_if_it_fails(), store._connection() as connection:
            found = migrating.require_known(connection, database.shown(books))
            migrating.upgrade(connection)
            guards.verify(connection)
            if database.has_roles:
                roles.renew(connection)
        store.close()
        return found, migrating.newest()

    @property
    def key(self) -> SecretKey | None:
        """The key of the books; None for books that have none. Raises `BooksUnusable` without the one they have."""
        given = self._given_key
        if self._key_check is None and given is None:
            return None
        if self._key_check is None:
            raise BooksUnusable(BooksProblem.KEY_NONE, books=self._shown)
        if given is None:
            raise BooksUnusable(BooksProblem.KEY_MISSING, books=self._shown)
        if not compare_digest(self._key_check, given.check):
            raise BooksUnusable(BooksProblem.KEY_OTHER, books=self._shown)
        return given

    def take_key(self, key: SecretKey, *, at: datetime, by: str) -> None:
        """Let books that have no key have this one from now on. Raises `BooksUnusable`."""
        with self._connection() as connection:
            if KEY_CHECK.fetch(connection):
                raise BooksUnusable(BooksProblem.KEY_TAKEN, books=self._shown)
            Insertion(tables.books_key).write(connection, [(1, key.check, rows.moment(at), by)])
        self._given_key, self._key_check = key, key.check

    @property
    def books(self) -> str:
        """Where they are."""
        return self._books

    @property
    def _shown(self) -> str:
        return database_of(self._books).shown(self._books)

    @contextmanager
    def begin(self) -> Iterator[Transaction]:
        """Begin a batch. It is on the disk when the block ends, and wholly gone when the block raises.

        Unless it raises `BooksUndecided`: then the answer to the commit was lost.
        """
        with self._connection() as connection:
            yield Transaction(connection, self)
            try:
                with _naming_the_trouble(database_of(self._books), self._books):
                    connection.commit()
            except BooksLost as lost:
                raise BooksUndecided(BooksProblem.UNDECIDED, **lost.figures) from lost

    @contextmanager
    def read(self) -> Iterator[Reader]:
        """Read one snapshot, while others write."""
        with self._connection(reads_only=True) as connection:
            yield Reader(connection)

    @contextmanager
    def read_shared(self) -> Iterator[tuple[Reader, Snapshot]]:
        """Read one snapshot, while others write, which another process can `join`. Raises `BooksContended`."""
        database = database_of(self._books)
        with _naming_the_trouble(database, self._books), database.shared(self._engine) as snapshot:
            yield Reader(snapshot.connection), snapshot

    @contextmanager
    def join(self, mark: str) -> Iterator[Reader]:
        """Read the snapshot that another process reads, by its mark."""
        with self._connection(reads_only=True) as connection:
            database_of(self._books).join(connection, mark)
            yield Reader(connection)

    @contextmanager
    def copied_to(self, books: str, progress: Callable[[int], None] = lambda _rows: None) -> Iterator[Reader]:
        """Copy one snapshot to where there are no books yet, while others write, and yield what reads the copy.

        It is there, whole and on the disk, when the block ends, and wholly absent when it raises.
        """
        try:
            with _filling(books) as connection, closing(self._rows()) as copied:
                copying.fill(connection, copied, progress)
                yield Reader(connection)
        except (IntegrityError, DataError) as error:  # rows that no books can have
            raise self._damaged() from error

    @classmethod
    @contextmanager
    def filled(
        cls, books: str, chunks: Iterable[copying.Chunk], progress: Callable[[int], None] = lambda _rows: None
    ) -> Iterator[Reader]:
        """Make books where there are none out of rows that come from elsewhere, and yield what reads them.

        They are there, whole and on the disk, when the block ends, and wholly absent when it raises.
        """
        try:
            with _filling(books) as connection:
                copying.fill(connection, chunks, progress)
                yield Reader(connection)
        except (IntegrityError, DataError) as error:  # rows that no books can have
            raise BooksUnusable(BooksProblem.DAMAGED, books=database_of(books).shown(books)) from error

    def make_roles(self, *, prefix: str | None = None) -> dict[Role, str]:
        """Make the roles of the books, each with its rights and no more, and return their names.

        They are called after `prefix`, or after the schema. Raises `BooksUnusable`.
        """
        if not database_of(self._books).has_roles:
            raise BooksUnusable(BooksProblem.NO_ROLES, books=self._books)
        for _ in range(_TRIES):
            with suppress(BooksContended), self._connection() as connection:
                return roles.make(connection, prefix)
        raise BooksUnusable(BooksProblem.BUSY, books=database_of(self._books).shown(self._books))

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    def _rows(self) -> Generator[copying.Chunk, None, None]:
        with self._connection(reads_only=True) as connection:
            yield from copying.rows_of(connection)

    def _damaged(self) -> BooksUnusable:
        return BooksUnusable(BooksProblem.DAMAGED, books=self._shown)

    @contextmanager
    def _closed_if_it_fails(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self.close()
            raise

    @contextmanager
    def _connection(self, *, reads_only: bool = False) -> Iterator[Connection]:
        database = database_of(self._books)
        with _naming_the_trouble(database, self._books), self._engine.connect() as connection:
            chosen = connection.execution_options(**database.options(reads_only=reads_only))
            with chosen.begin():
                yield chosen


@contextmanager
def _filling(books: str) -> Iterator[Connection]:
    """Yield a connection to new books: there when the block ends, absent when it raises. Raises `BooksUnusable`."""
    database = database_of(books)
    with _naming_the_trouble(database, books), database.filling(books) as connection:
        yield connection


@contextmanager
def _naming_the_trouble(database: Database, books: str) -> Iterator[None]:
    """Turn what a database says of its own trouble into a `BooksUnusable`; any other fault passes."""
    try:
        yield
    except DBAPIError as error:
        trouble = database.trouble(error, books)
        if trouble is None:
            raise
        raise trouble from error
    except UnicodeDecodeError as error:  # what SQLite says of a damaged table repeats the damage
        raise BooksUnusable(BooksProblem.DAMAGED, books=database.shown(books)) from error
