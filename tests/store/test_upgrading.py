"""What older books hold is there after the upgrade, and protected as what is written now."""

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
    A_LIVED_IN_TOWN,
    A_SMALL_TOWN,
    KINDS,
    POSTGRESQL,
    SQLITE,
    MakeBooks,
    content,
    is_postgresql,
    opened,
    raw,
    with_seals,
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


_REDEMPTIONS_BEFORE = """
    CREATE TABLE redemption (
        id TEXT NOT NULL, entry_id TEXT NOT NULL, merchant_id TEXT NOT NULL, terminal_id TEXT, card_id TEXT NOT NULL,
        holder_id TEXT NOT NULL, amount_cents INTEGER NOT NULL,
        CONSTRAINT redemption_pk PRIMARY KEY (id), CONSTRAINT redemption_entry_id_uq UNIQUE (entry_id)
    ) STRICT, WITHOUT ROWID
"""
UNDOING = {
    ("0021", SQLITE): (
        "CREATE TABLE kept AS SELECT * FROM redemption",
        "DROP TABLE redemption",
        _REDEMPTIONS_BEFORE,
        "INSERT INTO redemption SELECT * FROM kept",
        "DROP TABLE kept",
    ),
    ("0021", POSTGRESQL): (
        "ALTER TABLE refund DROP CONSTRAINT refund_redemption_id_fk",
        "ALTER TABLE redemption DROP CONSTRAINT redemption_pk, DROP CONSTRAINT redemption_id_uq",
        "ALTER TABLE redemption ADD CONSTRAINT redemption_pk PRIMARY KEY (id),"
        " ADD CONSTRAINT redemption_entry_id_uq UNIQUE (entry_id)",
        "ALTER TABLE refund ADD CONSTRAINT refund_redemption_id_fk"
        " FOREIGN KEY (redemption_id) REFERENCES redemption (id) DEFERRABLE INITIALLY DEFERRED",
    ),
    **dict.fromkeys(
        [("0020", SQLITE), ("0020", POSTGRESQL)],
        ("ALTER TABLE merchant_contact DROP COLUMN salt",),
    ),
}
"""What takes back what a version did."""


def made_older(books: str, version: str) -> None:
    """Make books those of the version before one, by what takes back what it and those after it did."""
    scripts, kind = ScriptDirectory.from_config(migrating._config()), POSTGRESQL if is_postgresql(books) else SQLITE
    before = scripts.get_revision(version).down_revision
    statements = [
        statement for script in scripts.walk_revisions(version) for statement in UNDOING[script.revision, kind]
    ]
    for statement in (*statements, f"UPDATE alembic_version SET version_num = '{before}'"):
        if is_postgresql(books):
            with postgresql.raw(books) as connection:
                postgresql.run(connection, statement)
        else:
            with raw(Path(books), foreign_keys=False) as file:
                file.execute(statement)


def test_contacts_that_are_there_get_a_salt(make_books: MakeBooks) -> None:
    """Each its own, so that they are sealed with the next seal; nothing else of them is another."""
    books = make_books(*A_SMALL_TOWN, *(a_change(contact=name) for name in ("the treasurer", "the secretary")))
    before = [row[:-1] for row in content(books)["merchant_contact"]]
    made_older(books, "0020")
    Store.upgrade(books)
    after = content(books)["merchant_contact"]
    assert [row[:-1] for row in after] == before
    assert {len(row[-1]) for row in after} == {32}
    assert len({row[-1] for row in after}) == len(after) == 2
    with opened(books) as store:
        seal(store, a_stamp())
        assert verify(store).is_sound


def test_redemptions_are_found_by_their_entries(make_books: MakeBooks) -> None:
    """The new key takes nothing away: each is what it was, and can be changed no more than before."""
    books = with_seals(make_books(*A_LIVED_IN_TOWN))
    before = {table: sorted(map(repr, rows)) for table, rows in content(books).items()}
    made_older(books, "0021")
    Store.upgrade(books)
    assert {table: sorted(map(repr, rows)) for table, rows in content(books).items()} == before
    assert min(len(before["redemption"]), len(before["refund"])) > 0
    with opened(books) as store:
        with pytest.raises((DBAPIError, BooksUnusable)), store._connection() as connection:
            connection.exec_driver_sql("DELETE FROM redemption")
        assert verify(store).is_sound


def test_the_versions_are_those_of_the_migrations() -> None:
    """Each file is named after its version, in the order in which they follow each other."""
    scripts = ScriptDirectory.from_config(migrating._config())
    assert migrating._versions() == tuple(script.revision for script in scripts.walk_revisions())
