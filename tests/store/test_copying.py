"""Books are copied whole or not at all, from each kind of database to each, and stay as they were."""

import os
import resource
import stat
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from pasledger.store import BooksProblem, BooksUnusable, Store, copying
from tests.support import postgresql
from tests.support.books import (
    A_LIVED_IN_TOWN,
    KINDS,
    POSTGRESQL,
    SQLITE,
    MakeBooks,
    a_sealed_file,
    content,
    granted,
    is_postgresql,
    opened,
    raw,
    unguarded,
    unusable,
    with_seals,
)
from tests.support.town import a_redemption

pytestmark = pytest.mark.slow

P = BooksProblem


@pytest.fixture
def books(make_books: MakeBooks) -> str:
    """Return books with rows in every table, the seals too."""
    return with_seals(make_books(*A_LIVED_IN_TOWN))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the same books, in a file."""
    return a_sealed_file(tmp_path / "books.db")


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return where there is nothing yet: once in each kind of database."""
    if request.param == SQLITE:
        yield str(tmp_path / "copy" / "copy.db")
        return
    address = postgresql.a_free_address()
    yield address
    postgresql.drop(address)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Path:
    """Make the folder for copies in files, and return it."""
    folder = tmp_path / "copy"
    folder.mkdir()
    return folder


def copy(books: Path | str, to: Path | str, progress: Callable[[int], None] = lambda _rows: None) -> None:
    """Copy books that are opened only to be read."""
    with closing(Store.open(str(books), reads_only=True)) as store, store.copied_to(str(to), progress):
        pass


def rows(books: Path | str) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table, in an order that is the same in each kind of database."""
    return {table: sorted(found, key=repr) for table, found in content(books).items()}


def is_free(place: str) -> bool:
    """Return whether there is nothing at a place."""
    if not is_postgresql(place):
        return list(Path(place).parent.iterdir()) == []
    with postgresql.raw(place) as connection:
        return not postgresql.run(connection, f"SELECT FROM pg_namespace WHERE nspname = {named(place)}").fetchall()


def named(place: str) -> str:
    """Return the name of a schema as a text of SQL."""
    return "'{}'".format(postgresql.schema_of(place).strip('"'))


# --- what is copied


def test_a_copy_is_the_books(books: str, place: str) -> None:
    """Every row of every table is there and no other, with every guard, and they can be written on."""
    before = rows(books)
    copy(books, place)
    assert all(before.values())
    assert rows(place) == before == rows(books)
    with opened(place) as store:
        granted(store, a_redemption("0,01", number=100))


def test_a_copy_of_a_copy_is_the_same_file(books: str, place: str, folder: Path) -> None:
    """Wherever they have been, the same rows make the same file, byte by byte."""
    copy(books, folder / "first.db")
    first = (folder / "first.db").read_bytes()
    (folder / "first.db").rename(folder.parent / "first.db")
    copy(folder.parent / "first.db", place)
    copy(place, folder / "second.db")
    assert (folder / "second.db").read_bytes() == first


def test_rows_are_held_a_chunk_at_a_time(books: str, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many there are; and who waits is told of every row."""
    monkeypatch.setattr(copying, "CHUNK", 2)
    told: list[int] = []
    copy(books, place, told.append)
    assert set(told) == {1, 2}
    assert sum(told) == sum(map(len, content(books).values()))


# --- how a copy in a file is made


def test_a_copy_is_one_file_for_its_owner(books: str, folder: Path) -> None:
    """Nothing is beside it, and nobody else may read it, whatever is usual for new files."""
    usual = os.umask(0)
    try:
        copy(books, folder / "copy.db")
    finally:
        os.umask(usual)
    assert [path.name for path in folder.iterdir()] == ["copy.db"]
    assert stat.S_IMODE((folder / "copy.db").stat().st_mode) == 0o600


def test_nobody_can_look_at_a_copy_that_is_being_made(books: str, folder: Path) -> None:
    """Until it has its name it is in a folder that only its owner may enter."""
    modes: set[int] = set()

    def look(_rows: int) -> None:
        (hidden,) = folder.iterdir()
        modes.add(stat.S_IMODE(hidden.stat().st_mode))

    copy(books, folder / "copy.db", look)
    assert modes == {0o700}


@pytest.mark.parametrize("mode", ["wal", "delete"])
def test_the_books_that_are_copied_are_left_alone(path: Path, folder: Path, mode: str) -> None:
    """Not one byte of the file changes, and nothing is left beside it, in whatever journal mode it is."""
    with raw(path) as connection:
        connection.execute(f"PRAGMA journal_mode = {mode}")
    before = path.read_bytes()
    copy(path, folder / "copy.db")
    assert path.read_bytes() == before
    assert {found.name for found in path.parent.iterdir()} == {"books.db", "copy"}


def test_books_that_are_opened_to_be_read_are_not_written(path: Path) -> None:
    """Whoever tries is told so, and nothing changes."""
    before = content(path)
    with closing(Store.open(str(path), reads_only=True)) as store, unusable(P.NOT_WRITABLE):
        granted(store, a_redemption())
    assert content(path) == before


# --- what stands in the way


@pytest.mark.parametrize("name", ["books.db", "copy", "dangling"])
def test_nothing_is_copied_over_something(path: Path, name: str) -> None:
    """Not over other books, over the books themselves, over a folder, or over a link that leads nowhere."""
    (path.parent / "dangling").symlink_to("nothing")
    before = path.read_bytes()
    with unusable(P.EXIST_ALREADY, books=str(path.parent / name)):
        copy(path, path.parent / name)
    assert path.read_bytes() == before
    assert {found.name for found in path.parent.iterdir()} == {"books.db", "copy", "dangling"}


def test_nothing_is_copied_over_books_in_postgresql(books: str, place: str) -> None:
    """What is there stays as it is, in PostgreSQL as in a file."""
    copy(books, place)
    with opened(place) as store:
        granted(store, a_redemption("0,01", number=100))
    before = content(place)
    with unusable(P.EXIST_ALREADY):
        copy(books, place)
    assert content(place) == before


@pytest.mark.parametrize("name", ["no/copy.db", "x" * 256, "file/copy.db"])
def test_a_copy_needs_a_place(path: Path, folder: Path, name: str) -> None:
    """Where nothing can be, that is said before anything is read."""
    (folder / "file").write_text("no folder")
    told: list[int] = []
    with unusable(P.NO_PLACE, books=str(folder / name)):
        copy(path, folder / name, told.append)
    assert (told, [found.name for found in folder.iterdir()]) == ([], ["file"])


@pytest.mark.parametrize("has_links", [True, False])
def test_what_somebody_put_there_meanwhile_stays(
    path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, *, has_links: bool
) -> None:
    """A copy gets its name only where nothing has it, also on a disk that knows no links."""
    if not has_links:
        monkeypatch.setattr(Path, "hardlink_to", no_links)

    def put(_rows: int) -> None:
        (folder / "copy.db").write_text("mine")

    with unusable(P.EXIST_ALREADY, books=str(folder / "copy.db")):
        copy(path, folder / "copy.db", put)
    assert [found.read_text() for found in folder.iterdir()] == ["mine"]


def test_a_disk_need_not_know_links(path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There a copy is given its name by renaming it."""
    monkeypatch.setattr(Path, "hardlink_to", no_links)
    copy(path, folder / "copy.db")
    assert [found.name for found in folder.iterdir()] == ["copy.db"]
    assert rows(folder / "copy.db") == rows(path)


def no_links(_self: Path, _target: Path) -> None:
    """Say what a disk says that knows no links."""
    raise PermissionError(1, "Operation not permitted")


# --- what goes wrong on the way


@pytest.mark.parametrize("fault", [KeyboardInterrupt(), BrokenPipeError()], ids=type)
@pytest.mark.parametrize("chunk", [1, 8, -1])
def test_a_copy_that_is_stopped_is_not_there(
    books: str, place: str, chunk: int, fault: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever stops it, and wherever: the place is as free as before, and the next try succeeds."""
    monkeypatch.setattr(copying, "CHUNK", 2)
    chunks = sum((len(found) + 1) // 2 for found in content(books).values())
    told = 0

    def stops(_rows: int) -> None:
        nonlocal told
        told += 1
        if told == chunk % (chunks + 1):
            raise fault

    with pytest.raises(type(fault)):
        copy(books, place, stops)
    assert told == chunk % (chunks + 1)
    assert is_free(place)
    copy(books, place)
    assert rows(place) == rows(books)


def test_a_copy_that_its_reader_refuses_is_not_there(books: str, place: str) -> None:
    """Whoever looks at the copy before it is at its place can still say no."""
    with closing(Store.open(books)) as store, unusable(P.DAMAGED), store.copied_to(place) as reader:
        assert reader.municipality() == "Dronten"
        raise BooksUnusable(P.DAMAGED)
    assert is_free(place)


@contextmanager
def a_full_disk(kilobytes: int) -> Iterator[None]:
    """Let no file become larger than this."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (kilobytes * 1024, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_a_full_disk_is_named(path: Path, folder: Path) -> None:
    """There is no half a copy on it, and the books are as they were."""
    before = path.read_bytes()
    with a_full_disk(64), unusable(P.DISK_FULL, books=str(folder / "copy.db")):
        copy(path, folder / "copy.db")
    assert list(folder.iterdir()) == []
    assert path.read_bytes() == before


DAMAGED = {
    "money below zero": ("UPDATE account SET balance_cents = -1 WHERE kind = 'budget'", KINDS),
    "a text that PostgreSQL cannot hold": ("UPDATE municipality SET name = 'Dron' || char(0) || 'ten'", [POSTGRESQL]),
    "a reference to nothing": ("DELETE FROM entry WHERE kind = 'redeemed'", [POSTGRESQL]),
    "no text at all": ("UPDATE municipality SET name = CAST(x'ff' AS TEXT)", KINDS),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_rows_that_no_books_can_have_are_damage(path: Path, place: str, name: str) -> None:
    """They are not copied, and the books that have them are named."""
    statement, kinds = DAMAGED[name]
    with unguarded(path) as connection:
        assert connection.execute(statement).rowcount > 0
    if (POSTGRESQL if is_postgresql(place) else SQLITE) in kinds:
        with unusable(P.DAMAGED, books=str(path)):
            copy(path, place)
        assert is_free(place)
    else:
        copy(path, place)
        assert rows(place) == rows(path)


def test_books_that_are_cut_off_are_damaged(path: Path, place: str) -> None:
    """Half a file is damage, whichever half it is."""
    data = path.read_bytes()
    for length in (len(data) // 2, len(data) - 4096):
        path.write_bytes(data[:length])
        with unusable(P.DAMAGED, books=str(path)):
            copy(path, place)
        assert is_free(place)
