"""Books from before payment requests, brought to this version: what was unlinked is still recorded, and guarded."""

from ast import literal_eval
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy.exc import DBAPIError

from pasledger.rules.records import ReferenceKind
from pasledger.rules.retention import length
from pasledger.store import BooksUnusable, Store, migrating
from pasledger.store.databases import database_of
from pasledger.usecases.retention import keep
from tests.support import postgresql
from tests.support.books import KINDS, SQLITE, content, opened
from tests.support.town import a_stamp

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
