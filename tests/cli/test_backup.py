"""Backing up and restoring on the command line: what it says, what it refuses, and what a kill leaves."""

import json
import os
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Clerk
from tests.support import postgresql
from tests.support.books import KINDS, SQLITE, content, is_postgresql, raw, unguarded

SECRET = "open-sesame"
_LONGEST_WAIT_S = 60
_STEP_S = 0.02
_LOOK_EVERY_S = 0.005


@pytest.fixture
def free() -> Iterator[str]:
    """Return an address in PostgreSQL where there is nothing, with a password in it."""
    address = postgresql.a_free_address()
    yield address
    postgresql.drop(address)


@pytest.fixture
def backup(clerk: Clerk) -> Path:
    """Return a backup of the town."""
    clerk.done("backup", clerk.folder / "backup.db")
    return clerk.folder / "backup.db"


def rows(books: Path | str) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table, in an order that is the same in each kind of database."""
    return {table: sorted(found, key=repr) for table, found in content(books).items()}


# --- done


def test_a_backup_is_made_and_verified(clerk: Clerk) -> None:
    """It says where the file is, who can read what in it, and that the books in it are sound."""
    ran = clerk("backup", clerk.folder / "backup.db")
    assert (ran.code, ran.err) == (0, "")
    where, replayed, sealed, sound = ran.out.splitlines()
    assert where == (
        f"De reservekopie staat in {clerk.folder / 'backup.db'}. "
        "Wie dat bestand kan lezen, ziet alle pashouders en tegoeden."
    )
    assert replayed.startswith("Nagelopen: 4 journaalposten met 4 boekingsregels")
    assert "verzegeld" in sealed
    assert sound == "De boeken kloppen."
    assert rows(clerk.folder / "backup.db") == rows(clerk.books)


def test_a_backup_is_restored_and_verified(clerk: Clerk, backup: Path) -> None:
    """It says which books came from where, and that they are sound."""
    new = clerk.folder / "new.db"
    ran = clerk("restore", backup, "--books", new)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"De boeken in {new} zijn teruggezet uit {backup}.\nNagelopen: 4 journaalposten")
    assert ran.out.endswith("De boeken kloppen.\n")
    assert rows(new) == rows(clerk.books)


def test_a_program_is_told_the_same(clerk: Clerk) -> None:
    """With the name of what was made, and all that verifying tells."""
    verified = {**clerk.done("verify"), "seconds": 0}
    made = clerk.done("backup", clerk.folder / "backup.db")
    assert {**made, "seconds": 0} == {"file": str(clerk.folder / "backup.db"), **verified}
    restored = clerk.done("restore", clerk.folder / "backup.db", "--books", clerk.folder / "new.db")
    assert {**restored, "seconds": 0} == {"books": str(clerk.folder / "new.db"), **verified}


def test_a_town_moves_to_postgresql_and_back(clerk: Clerk, backup: Path, free: str) -> None:
    """Through two backups every row is what it was; and the password of the server is told nowhere."""
    there = postgresql.address(postgresql.schema_of(free).strip('"'), password=SECRET)
    told = [clerk("restore", backup, "--books", there, *mode) for mode in ((), ("--json",))]
    told += [clerk("backup", clerk.folder / "back.db", "--books", there)]
    assert [ran.code for ran in told] == [0, 1, 0]
    assert SECRET not in "".join(ran.out + ran.err for ran in told)
    assert rows(there) == rows(clerk.folder / "back.db") == rows(clerk.books)


def test_starting_books_tells_no_password(empty: Clerk, free: str) -> None:
    """The address that was given is said back without it, to a person and to a program."""
    there = postgresql.address(postgresql.schema_of(free).strip('"'), password=SECRET)
    start = ("start", "--municipality", "Dronten", "--books", there, "--json")
    told = [empty(*start), empty("upgrade", "--books", there)]
    assert [ran.code for ran in told] == [0, 0]
    assert SECRET not in "".join(ran.out + ran.err for ran in told)


def test_a_backup_of_unsound_books_is_kept_and_exits_with_1(clerk: Clerk) -> None:
    """A copy may be all there is; the exit code and the findings say that something is wrong with it."""
    with unguarded(clerk.books) as connection:
        connection.execute("UPDATE account SET balance_cents = balance_cents + 1 WHERE code LIKE 'budget/sport/%'")
    backup, new = clerk.folder / "backup.db", clerk.folder / "new.db"
    made = clerk("backup", backup)
    restored = clerk("restore", backup, "--books", new, "--json")
    assert (made.code, restored.code) == (1, 1)
    assert made.out.startswith(f"De reservekopie staat in {backup}.")
    assert "De boeken kloppen niet: 1 bevindingen" in made.out
    assert [finding["check"] for finding in restored.data["findings"]] == ["balance"]
    assert rows(new) == rows(backup) == rows(clerk.books)


# --- refused


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("town.db", "books-exist-already"),
        ("holders.csv", "books-exist-already"),
        (".", "books-exist-already"),
        ("no/backup.db", "books-no-place"),
        ("holders.csv/backup.db", "books-no-place"),
        ("x" * 300, "books-no-place"),
    ],
)
def test_a_backup_needs_a_name_of_its_own(clerk: Clerk, name: str, error: str) -> None:
    """Nothing is ever overwritten, least of all the books themselves, and nothing is left where it fails."""
    before = files_in(clerk.folder)
    assert error_of(clerk, "backup", clerk.folder / name) == error
    assert files_in(clerk.folder) == before


BAD: dict[str, tuple[str, Callable[[Path], object]]] = {
    "that is not there": ("file-missing", lambda path: path.unlink()),
    "that is a folder": ("file-is-folder", lambda path: path.rename(path.with_suffix("")).with_suffix(".db").mkdir()),
    "that is empty": ("books-not-books", lambda path: path.write_bytes(b"")),
    "that is something else": ("books-not-books", lambda path: path.write_text("regeling;kenmerk\n" * 1000)),
    "that is cut off": ("books-damaged", lambda path: path.write_bytes(path.read_bytes()[:-20_000])),
    "that is damaged": ("books-damaged", lambda path: path.write_bytes(_damaged(path.read_bytes()))),
    "of a newer program": ("books-newer", lambda path: _of_version(path, "9999")),
    "without its guards": ("books-unguarded", lambda path: _without_guard(path)),
}


def _damaged(data: bytes) -> bytes:
    """Keep the first page, and nothing sensible after it."""
    return data[:4096] + b"\x7f" * (len(data) - 4096)


def _of_version(path: Path, version: str) -> None:
    with unguarded(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", [version])


def _without_guard(path: Path) -> None:
    with raw(path) as connection:
        connection.execute("DROP TRIGGER transfer_is_never_changed")


@pytest.mark.parametrize("name", BAD)
def test_a_bad_backup_is_not_restored(clerk: Clerk, backup: Path, name: str) -> None:
    """A file says what it is instead of a backup; and there are no books after it."""
    error, spoil = BAD[name]
    spoil(backup)
    before = files_in(clerk.folder)
    assert error_of(clerk, "restore", backup, "--books", clerk.folder / "new.db") == error
    assert files_in(clerk.folder) == before


@pytest.mark.parametrize("name", ["town.db", "backup.db", "holders.csv", "."])
def test_nothing_is_restored_over_something(clerk: Clerk, backup: Path, name: str) -> None:
    """Neither over books, nor over the backup itself, nor over anything else."""
    before = files_in(clerk.folder)
    assert error_of(clerk, "restore", backup, "--books", clerk.folder / name) == "books-exist-already"
    assert files_in(clerk.folder) == before


def files_in(folder: Path) -> dict[str, bytes | None]:
    """Return all that is in a folder."""
    return {str(path): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


def error_of(clerk: Clerk, *arguments: object) -> str:
    """Return the code of what is wrong, which is said in a sentence too and is nothing but that."""
    said = [clerk(*arguments), clerk(*arguments, "--json")]
    assert [(ran.code, ran.out) for ran in said] == [(1, ""), (1, "")]
    assert len(said[0].err.splitlines()) == 1
    return str(json.loads(said[1].err)["error"])


# --- killed


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, clerk: Clerk) -> Iterator[str]:
    """Return where there is nothing yet: once in each kind of database."""
    if request.param == SQLITE:
        (clerk.folder / "new").mkdir()
        yield str(clerk.folder / "new" / "town.db")
        return
    address = postgresql.a_free_address()
    yield address
    postgresql.drop(address)


@pytest.fixture(params=KINDS)
def town(request: pytest.FixtureRequest, clerk: Clerk, backup: Path, free: str) -> str:
    """Return the books of the town: once in each kind of database."""
    if request.param == SQLITE:
        return str(clerk.books)
    clerk.done("restore", backup, "--books", free)
    return free


@pytest.mark.slow
def test_a_backup_that_is_killed_is_none(clerk: Clerk, town: str) -> None:
    """Killed earlier or later, until it is done first: what has the name of a backup is whole and sound."""
    (clerk.folder / "new").mkdir()
    file = str(clerk.folder / "new" / "backup.db")
    assert kill_until_done("backup", file, "--books", town, place=file) > 0
    assert clerk.done("verify", "--books", file)["is_sound"]
    assert rows(file) == rows(town)


@pytest.mark.slow
def test_a_restore_that_is_killed_leaves_no_books(clerk: Clerk, backup: Path, place: str) -> None:
    """Killed earlier or later, until it is done first: books that are there are whole and sound."""
    assert kill_until_done("restore", str(backup), "--books", place, place=place) > 0
    assert clerk.done("verify", "--books", place)["is_sound"]
    assert rows(place) == rows(clerk.books)


def kill_until_done(*arguments: str, place: str) -> int:
    """Run the program again and again, kill it each time twice as late, and return how often nothing was there."""
    killed, after = 0, 0.0
    while not is_there(place):
        assert after < _LONGEST_WAIT_S
        kill_under_way(*arguments, place=place, after=after)
        killed += not is_there(place)
        after = 2 * after or _STEP_S
    return killed


def kill_under_way(*arguments: str, place: str, after: float) -> None:
    """Run the program, kill it a while after something began to be made for a place, and clear away what it left."""
    environment = {**os.environ, "PASLEDGER_AS": "clerk"}
    process = subprocess.Popen(
        [sys.executable, "-m", "pasledger.cli", *arguments], env=environment, stdout=subprocess.DEVNULL
    )
    until = time.monotonic() + _LONGEST_WAIT_S
    try:
        while process.poll() is None and not is_under_way(place):
            assert time.monotonic() < until
            time.sleep(_LOOK_EVERY_S)
        time.sleep(after)
    finally:
        process.kill()
        process.wait()
    if not is_postgresql(place):
        for left in hidden(place):
            assert stat.S_IMODE(left.stat().st_mode) == 0o700
            shutil.rmtree(left)
    while is_under_way(place):  # until the server has noticed
        assert time.monotonic() < until
        time.sleep(_LOOK_EVERY_S)


def is_under_way(place: str) -> bool:
    """Return whether something is being made: in a hidden folder, or in a transaction that writes."""
    if not is_postgresql(place):
        return bool(hidden(place))
    with postgresql.raw(place) as connection:
        writing = "SELECT FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND datname = current_database()"
        return bool(postgresql.run(connection, writing).fetchall())


def hidden(place: str) -> list[Path]:
    """Return the folders in which something is made before it gets its name, or was."""
    return list(Path(place).parent.glob(".pasledger-*"))


def is_there(place: str) -> bool:
    """Return whether anything is at a place."""
    if not is_postgresql(place):
        return Path(place).exists()
    with postgresql.raw(place) as connection:
        schema = postgresql.schema_of(place).strip('"')
        return bool(postgresql.run(connection, "SELECT FROM pg_namespace WHERE nspname = %s", [schema]).fetchall())
