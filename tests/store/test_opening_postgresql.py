"""Books in PostgreSQL are opened as they should be or not at all, and no answer ever tells a password."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier, Thread

import psycopg
import pytest
from sqlalchemy import make_url, text

from pasledger.store import BooksContended, BooksProblem, BooksUnusable, Store, guards, migrating, postgresql
from pasledger.usecases import booking
from pasledger.usecases.booking import book, book_all
from pasledger.usecases.verifying import verify
from tests.support.books import A_SMALL_TOWN, POSTGRESQL, MakeBooks, content, granted, opened, place_in, start, unusable
from tests.support.postgresql import (
    a_free_address,
    address,
    as_user,
    drop,
    is_our_own,
    raw,
    rules_of_entry,
    run,
    schema_of,
    server,
)
from tests.support.town import a_redemption, a_stamp

P = BooksProblem
SECRET = "open-sesame"


@pytest.fixture
def make_books(tmp_path: Path) -> Iterator[MakeBooks]:
    """Return what makes books in PostgreSQL."""
    with place_in(POSTGRESQL, tmp_path) as make:
        yield make


@pytest.fixture
def free() -> Iterator[str]:
    """Return an address where there is nothing."""
    books = a_free_address()
    yield books
    drop(books)


def problem_of(books: str, use: Callable[[str], object] = Store.open) -> BooksProblem:
    """Return why books cannot be used; the password in their address may be told nowhere."""
    with pytest.raises(BooksUnusable) as unusable_books:
        use(books)
    assert SECRET not in str(unusable_books.value.figures)
    return unusable_books.value.problem


# --- what is there, and what is not


@pytest.mark.parametrize(
    ("books", "problem"),
    [
        (f"postgresql://clerk:{SECRET}@localhost/books", P.URL),
        (f"postgresql://clerk:{SECRET}@localhost/books?schema=", P.URL),
        (f"postgresql://clerk:{SECRET}@localhost/books?schema=a&schema=b", P.URL),
        (f"postgresql://clerk:{SECRET}@localhost/books?schema=pg_catalog", P.URL),
        (f"postgresql://clerk:{SECRET}@localhost/books?schema=information_schema", P.URL),
        (f"postgresql://clerk:{SECRET}@localhost/books?schema=%24user", P.URL),
        (f"postgresql://clerk:{SECRET}@localhost/books?schema=a%00b", P.URL),
        (f"postgresql://clerk:{SECRET}@localhost/books?schema={'x' * 64}", P.URL),
        (f"postgresql://clerk:{SECRET}@localhost:port/books?schema=town", P.URL),
        (f"postgresql://clerk:{SECRET}@localhost:1/books?schema=town", P.UNREACHABLE),
        (f"postgresql://clerk:{SECRET}@/books?host=/nowhere&schema=town", P.UNREACHABLE),
        (f"postgresql://clerk:{SECRET}@nowhere.invalid/books?schema=town", P.UNREACHABLE),
        (f"postgresql://clerk@localhost:1/books?password={SECRET}&schema=town", P.UNREACHABLE),
        (f"postgresql://clerk:{SECRET}@localhost:1/books?colour=red&schema=town", P.UNREACHABLE),
        (f"postgres://clerk:{SECRET}@localhost:1/books?schema=town", P.UNREACHABLE),
    ],
)
@pytest.mark.parametrize("use", [Store.open, Store.upgrade, start])
def test_an_address_that_leads_nowhere(books: str, problem: BooksProblem, use: Callable[[str], object]) -> None:
    """It is said what is the matter with it: how it is written, or that nobody answers."""
    assert problem_of(books, use) is problem


@pytest.mark.parametrize("use", [Store.open, Store.upgrade])
def test_where_there_are_no_books(free: str, use: Callable[[str], object]) -> None:
    """A schema, a database or a user that is not there, and a schema of something else, are told apart."""
    schema = schema_of(free).strip('"')
    assert problem_of(address(schema, password=SECRET), use) is P.MISSING
    assert problem_of(address(schema, password=SECRET, database="nowhere"), use) is P.MISSING
    assert problem_of(address(schema, user="nobody", password=SECRET), use) is P.NO_RIGHTS
    with raw(free) as connection:
        run(connection, f"CREATE SCHEMA {schema}")
        run(connection, "CREATE TABLE photo (id integer)")
    assert problem_of(address(schema, password=SECRET), use) is P.NOT_BOOKS
    assert problem_of(address(schema, password=SECRET), start) is P.EXIST_ALREADY


@contextmanager
def a_teller() -> Iterator[str]:
    """Let there be a user with a password, and no rights, whose password is asked for."""
    rules = rules_of_entry()
    before = rules.read_text()
    with psycopg.connect(server(), autocommit=True) as connection:
        run(connection, "CREATE ROLE teller LOGIN PASSWORD 'right'")
        rules.write_text(f"local all teller scram-sha-256\nhost all teller all scram-sha-256\n{before}")
        run(connection, "SELECT pg_reload_conf()")
        try:
            yield "teller"
        finally:
            rules.write_text(before)
            run(connection, "SELECT pg_reload_conf()")
            run(connection, "DROP ROLE teller")


def test_who_may_not_come_in(make_books: MakeBooks) -> None:
    """A wrong password and a missing right are named as such, and so are more users than there may be."""
    if not is_our_own():
        pytest.skip("who may come in is a file of the server, which only a server of our own lets us write")
    books = make_books()
    with a_teller() as user:
        knocking = (problem_of(as_user(books, user, SECRET)) for _ in range(1000))
        assert P.NO_RIGHTS in knocking
        assert problem_of(as_user(books, user, "right")) is P.NO_RIGHTS
        assert problem_of(as_user(a_free_address(), user, "right"), start) is P.NO_RIGHTS
        with raw(books) as connection:
            run(connection, "ALTER ROLE teller CONNECTION LIMIT 0")
        assert problem_of(as_user(books, user, "right")) is P.BUSY


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["Dronten", "west-betuwe", "with space", "súdwest", 'q"uote', "a,b", "select", "back\\slash", "1%s", "'s"]
)
def test_a_schema_has_any_name(name: str) -> None:
    """Books in it are started, used and opened again, and not those of its neighbour."""
    books = address(f"{name}{a_free_address()[-6:]}")
    try:
        start(books)
        with opened(books) as store:
            granted(store, *A_SMALL_TOWN)
            assert verify(store).is_sound
        assert len(content(books)["entry"]) == 2
    finally:
        drop(books)


# --- versions


def test_books_of_another_version_are_not_opened(make_books: MakeBooks, monkeypatch: pytest.MonkeyPatch) -> None:
    """Newer ones are neither opened nor taken back; older ones wait for the upgrade."""
    books, newest = make_books(), migrating.newest()
    with monkeypatch.context() as patch:
        patch.setattr(migrating, "_versions", lambda: ("9998", newest))
        with unusable(P.OLDER, version=newest):
            Store.open(books)
    assert Store.upgrade(books) == (migrating.newest(), migrating.newest())
    with raw(books) as connection:
        run(connection, "UPDATE alembic_version SET version_num = '9999'")
    for use in (Store.open, Store.upgrade):
        with unusable(P.NEWER, version="9999"):
            use(books)


def test_a_version_is_told_without_the_password(make_books: MakeBooks) -> None:
    """That books are newer says where they are, and not how to get in."""
    books = make_books()
    with raw(books) as connection:
        run(connection, "UPDATE alembic_version SET version_num = '9999'")
    assert problem_of(as_user(books, str(make_url(books).username), SECRET)) is P.NEWER


# --- starting


@pytest.mark.parametrize("fault", [BooksUnusable(P.UNGUARDED), KeyboardInterrupt()], ids=type)
def test_a_failed_start_leaves_nothing(free: str, monkeypatch: pytest.MonkeyPatch, fault: BaseException) -> None:
    """Whatever stops it, the place is as free as before, and the next try succeeds."""

    def fails(_connection: object) -> None:
        raise fault

    with monkeypatch.context() as patch:
        patch.setattr(guards, "verify", fails)
        with pytest.raises(type(fault)):
            start(free)
    assert problem_of(free) is P.MISSING
    start(free)


def test_books_are_not_started_twice(make_books: MakeBooks) -> None:
    """What is there already stays as it is."""
    books = make_books(*A_SMALL_TOWN)
    before = content(books)
    assert problem_of(books, start) is P.EXIST_ALREADY
    assert content(books) == before


def test_of_some_who_start_at_once_one_wins(free: str) -> None:
    """The others are told that there are books already, or that they met another; the books are sound."""
    answers, together = list[str](), Barrier(4)

    def try_it() -> None:
        together.wait()
        try:
            start(free)
            answers.append("started")
        except BooksUnusable as unusable_books:
            answers.append(unusable_books.problem.value)

    threads = [Thread(target=try_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count("started") == 1
    assert set(answers) <= {"started", P.EXIST_ALREADY.value, P.BUSY.value}
    assert len(answers) == 4
    with opened(free) as store:
        assert verify(store).is_sound


# --- in use


def test_each_connection_is_told_to_lose_nothing(make_books: MakeBooks) -> None:
    """What was acknowledged is on the disk, and nobody waits for a lock for ever."""
    with opened(make_books()) as store, store.begin() as one, store.begin() as another:
        for transaction in (one, another):
            for setting, value in (
                ("synchronous_commit", "on"),
                ("transaction_isolation", "read committed"),
                ("lock_timeout", "30s"),
            ):
                assert transaction._connection.execute(text(f"SHOW {setting}")).scalar_one() == value


def test_a_reader_sees_one_moment(make_books: MakeBooks) -> None:
    """What others write while it reads is not there for it, it makes no writer wait, and it cannot write."""
    books = make_books(*A_SMALL_TOWN)
    with opened(books) as store, opened(books) as other, store.read() as reader:
        before = list(reader.turnovers())
        granted(other, a_redemption())
        assert list(reader.turnovers()) == before
        with store.read() as later:
            assert list(later.turnovers()) != before
    with opened(books) as store, unusable(P.NOT_WRITABLE), store.read() as reader:
        reader._connection.execute(text("DELETE FROM holder_reference"))


def test_a_writer_that_waits_too_long_says_so(make_books: MakeBooks, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program that keeps a balance locked makes the books busy, and nothing else."""
    monkeypatch.setattr(postgresql, "_LOCK_TIMEOUT", "10ms")
    books = make_books(*A_SMALL_TOWN)
    with opened(books) as store, raw(books) as other:
        with other.transaction():
            run(other, "SELECT * FROM account FOR UPDATE")
            with unusable(P.BUSY):
                granted(store, a_redemption())
        granted(store, a_redemption())


def test_a_connection_that_is_lost_is_made_again(make_books: MakeBooks) -> None:
    """A server that starts again is not noticed between batches; within one, nothing is booked and it is said."""
    books = make_books(*A_SMALL_TOWN)
    with opened(books) as store, raw(books) as other:

        def all_are_cut_off() -> None:
            run(
                other,
                "SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity"
                " WHERE pid <> pg_backend_pid() AND datname = current_database() AND query ILIKE '%account%'",
            )

        granted(store, a_redemption(number=1))
        with store.read() as reader:
            list(reader.stored_balances())
        all_are_cut_off()
        granted(store, a_redemption(number=2))
        before = content(books)
        with unusable(P.UNREACHABLE), store.begin() as transaction:
            transaction._connection.execute(text("SELECT 1 FROM account"))
            all_are_cut_off()
            transaction._connection.execute(text("SELECT 1 FROM account"))
        assert content(books) == before
        granted(store, a_redemption(number=3))
        assert verify(store).is_sound


def test_other_faults_pass_as_they_are(make_books: MakeBooks) -> None:
    """What is no trouble of the books, but a fault of the program, is not dressed up as one."""
    with (
        opened(make_books()) as store,
        pytest.raises(Exception, match="syntax error") as fault,
        store.begin() as transaction,
    ):
        transaction._connection.execute(text("SELECT FROM WHERE"))
    assert not isinstance(fault.value, BooksUnusable)


# --- another writer was first


class _Contended:
    """A store in which another writer is first, a number of times."""

    def __init__(self, store: Store, times: int) -> None:
        self.store, self.times, self.tried = store, times, 0

    @contextmanager
    def begin(self) -> Iterator[object]:
        """Begin a batch, or meet another writer."""
        self.tried += 1
        if self.tried <= self.times:
            with self.store.begin() as transaction:
                yield transaction
                raise BooksContended(P.BUSY)
        with self.store.begin() as transaction:
            yield transaction


@pytest.mark.parametrize("book_them", [book, book_all])
def test_a_batch_that_met_another_writer_is_decided_anew(
    make_books: MakeBooks, monkeypatch: pytest.MonkeyPatch, book_them: Callable[..., object]
) -> None:
    """It is tried a few times with pauses, is booked once, and gives up at last with nothing booked."""
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    books = make_books(*A_SMALL_TOWN)
    most = len(booking._PAUSES_S)
    with opened(books) as store:
        before = content(books)
        always = _Contended(store, most + 1)
        with pytest.raises(BooksContended):
            book_them(always, [a_redemption()], a_stamp())
        assert (always.tried, len(pauses)) == (most + 1, most)
        assert all(0 <= pause <= longest for pause, longest in zip(pauses, booking._PAUSES_S, strict=True))
        assert content(books) == before
        book_them(_Contended(store, most), [a_redemption()], a_stamp())
        assert len(content(books)["redemption"]) == 1
        assert verify(store).is_sound
