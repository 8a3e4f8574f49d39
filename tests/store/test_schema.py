"""The tables on the disk are the tables of the program, and hold whole numbers and texts only."""

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from pasledger.store import tables
from pasledger.store.sqlite import Sqlite
from tests.support.books import a_file, columns_of, raw, tables_in

LOGS = ("card_change", "pin_unlock")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the file of new books, as the migrations made them."""
    return a_file(tmp_path / "books.db")


def definitions(connection: sqlite3.Connection, kind: str) -> dict[str, list[str]]:
    """Return the SQL of all tables or indexes, as lines in any order: the order of constraints means nothing."""
    made = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = ? AND sql IS NOT NULL", (kind,))
    return {
        name: sorted(line.strip().rstrip(",").replace('"', "") for line in sql.splitlines() if line.strip())
        for name, sql in made
        if name != "alembic_version"
    }


@pytest.mark.parametrize("kind", ["table", "index"])
def test_the_migrations_make_what_the_program_knows(path: Path, tmp_path: Path, kind: str) -> None:
    """Every column, constraint and index is as `tables` says, to the letter."""
    engine = create_engine(f"sqlite:///{tmp_path / 'from-metadata.db'}")
    tables.metadata.create_all(engine)
    engine.dispose()
    with raw(path) as migrated, raw(tmp_path / "from-metadata.db") as expected:
        assert definitions(migrated, kind) == definitions(expected, kind)
        assert definitions(migrated, kind)


def test_alembic_finds_nothing_to_migrate(path: Path) -> None:
    """A change of a table without its migration would be found here."""
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []
    engine.dispose()


def test_the_comparison_sees_a_difference(path: Path) -> None:
    """One constraint more, and the definitions are not the same any more: the tests above can fail."""
    with raw(path) as connection:
        before = definitions(connection, "table")
        connection.execute("ALTER TABLE holder ADD COLUMN birth_date TEXT")
        assert definitions(connection, "table") != before


def test_every_table_is_strict_and_clustered(path: Path) -> None:
    """A strict table takes no value of another type; without row ids, the key is where the row is. A log has no key."""
    with raw(path) as connection:
        made = {name: (strict, wr) for _, name, _, _, wr, strict in connection.execute("PRAGMA main.table_list")}
        expected = dict.fromkeys(tables.metadata.tables, (1, 1)) | dict.fromkeys(LOGS, (1, 0))
        assert {name: made[name] for name in tables_in(connection)} == expected


def test_there_are_whole_numbers_and_texts_only(path: Path) -> None:
    """No column can hold a real number, and a column of cents is a whole number."""
    with raw(path) as connection:
        columns = {
            f"{table}.{column}": kind
            for table in tables_in(connection)
            for column, kind in columns_of(connection, table).items()
        }
    assert set(columns.values()) == {"INTEGER", "TEXT"}
    assert {kind for column, kind in columns.items() if column.endswith("_cents")} == {"INTEGER"}


def test_no_column_asks_for_a_person() -> None:
    """There is no place for a name, a birth date, an address or a citizen service number of a resident."""
    columns = {f"{table.name}.{column.name}" for table in tables.metadata.tables.values() for column in table.columns}
    personal = ("name", "birth", "bsn", "address", "mail", "phone")
    assert {column for column in columns if any(word in column.partition(".")[2] for word in personal)} == {
        *("municipality.name", "merchant.name", "scheme.name_nl", "scheme.name_en"),
        *(
            "merchant_check.name",
            "merchant_check.account_name",
            "payout.account_name",
            "payment_settings.payer_name",
            "bank_line.name",
        ),
        *("merchant_contact.name", "merchant_contact.email", "merchant_contact.phone", "person_name.name"),
    }


def test_the_guards_are_the_only_triggers(path: Path) -> None:
    """What the migrations made is what is looked for at every start."""
    with raw(path) as connection:
        made = dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall())
    assert made == Sqlite().guards()
