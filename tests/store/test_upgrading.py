"""What older books hold is there after the upgrade, and protected as what is written now."""

import sqlite3
from ast import literal_eval
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DBAPIError

from pasledger.rules.records import ReferenceKind
from pasledger.rules.retention import length
from pasledger.store import BooksUnusable, Store, migrating
from pasledger.store.databases import database_of
from pasledger.usecases.retention import keep
from pasledger.usecases.sealing import seal
from pasledger.usecases.verifying import verify
from tests.support import postgresql
from tests.support.books import (
    A_SMALL_TOWN,
    KINDS,
    SQLITE,
    MakeBooks,
    a_sealed_file,
    content,
    is_postgresql,
    opened,
    raw,
)
from tests.support.town import a_change, a_stamp

BEFORE = "0018"
ROWS = {
    "municipality": "(1, 'Dronten', '2026-03-02T12:00:00.000Z', 'clerk')",
    "retention_period": "('person', 1, 'P1D', 'a rule', '2026-03-02T12:00:00.000Z', 'clerk', 'approver')",
    "unlinking": "('unl_1', 'person', '2026-03-02', 1, '2026-03-03T12:00:00.000Z', 'clerk', 'approver')",
    "unlinked": "('person_name', 'per_1', 'unl_1')",
}


@pytest.fixture(params=KINDS)
def older(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return where there are books of the version before, with something in the tables that are made anew."""
    books = str(tmp_path / "older.db") if request.param == SQLITE else postgresql.a_free_address()
    with database_of(books).filling(books) as connection:
        config = migrating._config()
        config.attributes["connection"] = connection
        command.upgrade(config, BEFORE)
        for table, row in ROWS.items():
            connection.exec_driver_sql(f"INSERT INTO {table} VALUES {row}")
    yield books
    if request.param != SQLITE:
        postgresql.drop(books)


def test_what_was_unlinked_is_still_recorded(older: str) -> None:
    """Each row is there, nothing of it can be changed, and a period of the new kind can be set."""
    assert Store.upgrade(older)[0] == BEFORE
    assert {table: content(older)[table] for table in ROWS} == {
        table: [literal_eval(row)] for table, row in ROWS.items()
    }
    with opened(older) as store:
        keep(store, ReferenceKind.PAYMENT_REQUEST, length("P1Y"), "B-2", a_stamp())
        for change in ("UPDATE unlinked SET key = 'per_2'", "DELETE FROM unlinking", "DELETE FROM retention_period"):
            with pytest.raises((DBAPIError, BooksUnusable)), store._connection() as connection:
                connection.exec_driver_sql(change)
    assert len(content(older)["retention_period"]) == 2


def made_older(books: str, version: str, *statements: str) -> None:
    """Make books those of the version before one, by what takes back what it did."""
    revision = ScriptDirectory.from_config(migrating._config()).get_revision(version)
    before = f"UPDATE alembic_version SET version_num = '{revision.down_revision}'"
    for statement in (*statements, before):
        if is_postgresql(books):
            with postgresql.raw(books) as connection:
                postgresql.run(connection, statement)
        else:
            with raw(Path(books)) as file:
                file.execute(statement)


def test_contacts_that_are_there_get_a_salt(make_books: MakeBooks) -> None:
    """Each its own, so that they are sealed with the next seal; nothing else of them is another."""
    books = make_books(*A_SMALL_TOWN, *(a_change(contact=name) for name in ("the treasurer", "the secretary")))
    before = [row[:-1] for row in content(books)["merchant_contact"]]
    made_older(books, "0020", "ALTER TABLE merchant_contact DROP COLUMN salt")
    Store.upgrade(books)
    after = content(books)["merchant_contact"]
    assert [row[:-1] for row in after] == before
    assert {len(row[-1]) for row in after} == {32}
    assert len({row[-1] for row in after}) == len(after) == 2
    with opened(books) as store:
        seal(store, a_stamp())
        assert verify(store).is_sound


def test_redemptions_are_laid_in_the_order_of_their_entries(tmp_path: Path) -> None:
    """Each is what it was, in the order of its making, and can be changed no more than before."""
    path = a_sealed_file(tmp_path / "books.db")
    before = {table: sorted(rows) for table, rows in content(path).items()}
    with raw(path, foreign_keys=False) as file:
        [(made,), (index,)] = file.execute(
            "SELECT sql FROM sqlite_master WHERE tbl_name = 'redemption' AND type <> 'trigger' AND sql IS NOT NULL"
        )
        file.execute("CREATE TABLE kept AS SELECT * FROM redemption")
        file.execute("DROP TABLE redemption")
        file.execute(f"{made}, WITHOUT ROWID")
        file.execute("INSERT INTO redemption SELECT * FROM kept")
        file.execute(index)
        file.execute("DROP TABLE kept")
    made_older(str(path), "0021")
    Store.upgrade(str(path))
    assert {table: sorted(rows) for table, rows in content(path).items()} == before
    with raw(path) as file:
        assert len(file.execute("SELECT * FROM refund").fetchall()) > 0
        entries = file.execute("SELECT entry_id FROM redemption ORDER BY rowid").fetchall()
        assert entries == sorted(entries)
        assert len(entries) > 1
        with pytest.raises(sqlite3.IntegrityError):
            file.execute("DELETE FROM redemption")
    with opened(path) as store:
        assert verify(store).is_sound
