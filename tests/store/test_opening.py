"""Books are opened as they should be or not at all, and what is no books is left as it was."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import text

from pasledger.store import BooksProblem, BooksUnusable, Store, guards, migrating, sqlite
from pasledger.usecases.verifying import verify
from tests.support.books import content, granted, opened, raw, unusable
from tests.support.town import a_redemption

P = BooksProblem
PRAGMAS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "recursive_triggers": 1}


def start(path: Path | str) -> None:
    """Start new books at a path."""
    Store.start(str(path), municipality="Dronten", at=datetime(2026, 1, 1, tzinfo=UTC), by="clerk").close()


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    """Return the file of a small town's books, open."""
    with opened(path) as opened_store:
        yield opened_store


@contextmanager
def nothing_changes(folder: Path) -> Iterator[None]:
    """Pass only if every file in the folder is afterwards what it was before."""
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    yield
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


# --- what is there, and what is not

NOT_BOOKS: dict[str, Callable[[Path], object]] = {
    "an empty file": lambda path: path.write_bytes(b""),
    "a text": lambda path: path.write_text("regeling;kenmerk\n" * 1000),
    "the start of a database": lambda path: path.write_bytes(b"SQLite format 3\x00"),
    "another program's database": lambda path: _another_database(path),
}


def _another_database(path: Path) -> None:
    with raw(path) as connection:
        connection.execute("CREATE TABLE photo (id INTEGER)")


@pytest.mark.parametrize("use", [Store.open, Store.upgrade])
@pytest.mark.parametrize("make", NOT_BOOKS.values(), ids=NOT_BOOKS)
def test_what_is_no_books_is_left_alone(
    tmp_path: Path, make: Callable[[Path], object], use: Callable[[str], Any]
) -> None:
    """It is refused with its name, and not one byte of it or beside it is written."""
    path = tmp_path / "photos.db"
    make(path)
    with nothing_changes(tmp_path), unusable(P.NOT_BOOKS, books=str(path)):
        use(str(path))


@pytest.mark.parametrize("use", [Store.open, Store.upgrade])
@pytest.mark.parametrize("name", ["missing.db", "no/folder/books.db", ".", "x" * 400, "file/books.db"])
def test_where_there_are_no_books(tmp_path: Path, name: str, use: Callable[[str], Any]) -> None:
    """Books that are not there are not made by opening them."""
    (tmp_path / "file").write_text("no folder")
    with nothing_changes(tmp_path), unusable(P.MISSING, books=str(tmp_path / name)):
        use(str(tmp_path / name))


@pytest.mark.parametrize("use", [Store.open, Store.upgrade, lambda books: start(books)])
def test_a_kind_of_database_that_is_not_known(use: Callable[[str], Any]) -> None:
    """Its kind is told, and not the password that may stand in the address."""
    with unusable(P.UNSUPPORTED, books="mysql"):
        use("mysql://dronten:secret@db/books")


# --- versions


def test_newer_books_are_not_opened(path: Path) -> None:
    """Books of a later program are neither opened nor taken back."""
    with raw(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    for use in (Store.open, Store.upgrade):
        with nothing_changes(path.parent), unusable(P.NEWER, books=str(path), version="9999"):
            use(str(path))


def test_older_books_are_not_opened(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Books of an earlier program are left as they are until somebody asks for the upgrade."""
    newest = migrating.newest()
    monkeypatch.setattr(migrating, "_versions", lambda: ("9998", newest))
    with nothing_changes(path.parent), unusable(P.OLDER, books=str(path), version=newest):
        Store.open(str(path))


def test_upgrading_the_newest_books_changes_nothing(path: Path) -> None:
    """It says from which version to which it went, and nothing is written."""
    with nothing_changes(path.parent):
        assert Store.upgrade(str(path)) == (migrating.newest(), migrating.newest())


# --- starting


def test_new_books_say_whose_they_are(tmp_path: Path) -> None:
    """They have a name, nothing else, and are sound from the first moment."""
    start(tmp_path / "books.db")
    assert list(tmp_path.iterdir()) == [tmp_path / "books.db"]
    assert {table for table, rows in content(tmp_path / "books.db").items() if rows} == {"municipality"}
    with opened(tmp_path / "books.db") as store:
        assert verify(store).is_sound
        with store.read() as reader:
            assert reader.municipality() == "Dronten"


@pytest.mark.parametrize("name", ["books.db", "."])
def test_books_are_not_started_over_something(path: Path, name: str) -> None:
    """What is there already, a file or a folder, stays as it is."""
    with nothing_changes(path.parent), unusable(P.EXIST_ALREADY, books=str(path.parent / name)):
        start(path.parent / name)


@pytest.mark.parametrize("name", ["no/folder/books.db", "x" * 400, "file/books.db"])
def test_books_need_a_place(tmp_path: Path, name: str) -> None:
    """Where nothing can be written, it says so and leaves nothing behind."""
    (tmp_path / "file").write_text("no folder")
    with nothing_changes(tmp_path), unusable(P.NO_PLACE, books=str(tmp_path / name)):
        start(tmp_path / name)


@pytest.mark.parametrize("fault", [BooksUnusable(P.UNGUARDED), KeyboardInterrupt()], ids=type)
def test_a_failed_start_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: BaseException) -> None:
    """Whatever stops it, the place is as free as before, and the next try succeeds."""

    def fails(_connection: object) -> None:
        raise fault

    with monkeypatch.context() as patch:
        patch.setattr(guards, "verify", fails)
        with pytest.raises(type(fault)):
            start(tmp_path / "books.db")
    assert list(tmp_path.iterdir()) == []
    start(tmp_path / "books.db")


def test_of_two_who_start_at_once_one_wins(tmp_path: Path) -> None:
    """The other is told that there are books already, and does not clear them away as its own failure."""
    path, answers, together = tmp_path / "books.db", list[str](), Barrier(4)

    def try_it() -> None:
        together.wait()
        try:
            start(path)
            answers.append("started")
        except BooksUnusable as unusable_books:
            answers.append(unusable_books.problem.value)

    threads = [Thread(target=try_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["books-exist-already"] * 3 + ["started"]
    with opened(path) as store:
        assert verify(store).is_sound


# --- how they are open


def test_each_connection_is_told_to_lose_nothing(store: Store) -> None:
    """Not only the first: the write-ahead log, FULL synchronisation, foreign keys and guards against REPLACE."""
    with store._connection(reads_only=True) as one, store._connection(reads_only=True) as another:
        for connection in (one, another):
            found = {name: connection.execute(text(f"PRAGMA {name}")).scalar_one() for name in PRAGMAS}
            assert found == PRAGMAS


def test_a_setting_that_does_not_take_is_no_setting(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite passes over what it cannot do in silence; the books then stay shut."""
    monkeypatch.setitem(sqlite._PRAGMAS, "synchronous", 9)
    with unusable(P.NOT_WRITABLE, setting="synchronous"):
        Store.open(str(path))


def test_books_in_another_journal_mode_are_books(path: Path) -> None:
    """A copy that a backup program made is opened, and gets its write-ahead log back."""
    with raw(path) as connection:
        connection.execute("PRAGMA journal_mode = delete")
    with opened(path) as store, store._engine.connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"


def test_closed_books_are_one_file(path: Path) -> None:
    """After closing, and after an opening that failed, all is in the one file that people copy."""
    with opened(path) as store:
        granted(store, a_redemption())
    assert list(path.parent.iterdir()) == [path]
    with raw(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with unusable(P.NEWER):
        Store.open(str(path))
    assert list(path.parent.iterdir()) == [path]


def test_a_reader_sees_one_moment(path: Path) -> None:
    """What others write while it reads is not there for it, and it never makes a writer wait."""
    with opened(path) as store, opened(path) as other, store.read() as reader:
        before = list(reader.turnovers())
        granted(other, a_redemption())
        assert list(reader.turnovers()) == before
        with store.read() as later:
            assert list(later.turnovers()) != before


# --- when the database is in trouble


def test_a_writer_that_waits_too_long_says_so(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program that keeps the write lock makes the books busy, and nothing else."""
    monkeypatch.setitem(sqlite._PRAGMAS, "busy_timeout", 1)
    with opened(path) as store, raw(path) as other:
        other.execute("BEGIN IMMEDIATE")
        with unusable(P.BUSY, books=str(path)):
            granted(store, a_redemption())
        other.execute("ROLLBACK")
        granted(store, a_redemption())


@pytest.mark.parametrize(
    ("pragma", "problem"), [("query_only = 1", P.NOT_WRITABLE), ("max_page_count = 1", P.DISK_FULL)]
)
def test_books_that_cannot_be_written_can_be_read(path: Path, pragma: str, problem: BooksProblem) -> None:
    """A disk that is full or write-protected is named; nothing is half done, and reading goes on."""
    requests = [a_redemption("0,01", number=number) for number in range(1, 500)]
    with opened(path) as store:
        with store._engine.connect() as connection:
            connection.exec_driver_sql(f"PRAGMA {pragma}")
        before = content(path)
        with unusable(problem, books=str(path)):
            granted(store, *requests)
        assert content(path) == before
        with store.read() as reader:
            assert reader.municipality() == "Dronten"


def test_a_damaged_file_is_named(path: Path) -> None:
    """Pages that make no sense are damage, wherever they are met."""
    data = bytearray(path.read_bytes())
    data[4096:] = b"\x7f" * (len(data) - 4096)
    path.write_bytes(data)
    with unusable(P.DAMAGED, books=str(path)):
        Store.open(str(path))


def test_other_faults_pass_as_they_are(store: Store) -> None:
    """What is no trouble of the books, but a fault of the program, is not dressed up as one."""
    with pytest.raises(Exception, match="syntax error") as fault, store.begin() as transaction:
        transaction._connection.execute(text("SELECT FROM WHERE"))
    assert not isinstance(fault.value, BooksUnusable)
    assert isinstance(fault.value.__cause__, sqlite3.OperationalError)
