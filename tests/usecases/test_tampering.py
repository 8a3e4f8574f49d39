"""Whatever somebody with every right does to sealed books behind the back of the program is found, and named.

The guards are taken away first and put back after, as who owns the database can. Each of these is tried on every table
that there is, so that a new one is tried too.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import CursorResult, PrimaryKeyConstraint, Table, UniqueConstraint

from pasledger.ledger.journal import Stamp
from pasledger.ledger.seals import heading, leaf_digests, row_text
from pasledger.rules.findings import Finding
from pasledger.store import Reader, Store, tables
from pasledger.store.sqlite import Sqlite
from pasledger.store.tables.columns import CHANGES
from pasledger.store.types import WHOLE
from pasledger.usecases.booking import book
from pasledger.usecases.sealing import seal
from pasledger.usecases.verifying import Verification, verify, verify_snapshot
from tests.support.books import A_LIVED_IN_TOWN, KINDS, a_file, opened, place_in, unguarded
from tests.support.town import a_redemption, a_stamp

pytestmark = pytest.mark.slow

NOT_BOUND = ("batch_row", "offer_mark", "tries")
"""Counters and marks bind nobody, and the rows of a batch are bound by a fingerprint; nothing of them may stay."""
TABLES = sorted(set(tables.metadata.tables) - {*NOT_BOUND})

Run = Callable[..., Any]


@pytest.fixture(scope="module", params=KINDS)
def sealed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Return books with rows in every table, two seals, and something in no seal. What is done to them is undone."""
    with place_in(request.param, tmp_path_factory.mktemp("sealed")) as make, opened(make(*A_LIVED_IN_TOWN)) as store:
        seal(store, _later(1))
        book(store, [a_redemption("0,50", number=50, key="later")], _later(1))
        seal(store, _later(2))
        book(store, [a_redemption("0,25", number=51)], _later(2))
        yield store


def _later(days: int) -> Stamp:
    stamp = a_stamp()
    return Stamp(stamp.recorded_at + timedelta(days=days), stamp.effective_on, "clerk", "approver")


Verify = Callable[..., Verification]


class _UndoneError(Exception):
    """Takes back whatever was done."""


@contextmanager
def attacked(store: Store, *names: str) -> Iterator[tuple[Run, Verify]]:
    """Do something to tables with their guards gone, verify with every guard back, and take all of it back."""
    with suppress(_UndoneError), store._connection() as connection:
        is_file = connection.dialect.name == "sqlite"
        guards = {name: made for name, made in Sqlite().guards().items() if is_file and name.startswith(names)}

        def run(sql: str, *values: object) -> CursorResult[Any]:
            return connection.exec_driver_sql(sql if is_file else sql.replace("?", "%s"), values)

        def verified() -> Verification:
            for statement in guards.values():
                run(statement)
            run(_CHECKED if is_file else "SET LOCAL session_replication_role = origin")
            return verify_snapshot(Reader(connection), lambda _done: None)

        run(_UNCHECKED if is_file else "SET LOCAL session_replication_role = replica")
        for name in guards:
            run(f"DROP TRIGGER {name}")
        for name in () if is_file else names:
            _drop_checks(run, name)
        yield run, verified
        raise _UndoneError


_UNCHECKED, _CHECKED = "PRAGMA ignore_check_constraints = 1", "PRAGMA ignore_check_constraints = 0"


def _drop_checks(run: Run, table: str) -> None:
    """Take the constraints on values away: who owns the schema can."""
    checks = "SELECT conname FROM pg_constraint WHERE contype = 'c' AND conrelid = CAST(? AS regclass)"
    for (check,) in run(checks, table).fetchall():
        run(f"ALTER TABLE {table} DROP CONSTRAINT {check}")


def content(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table, in one order on both databases."""
    with store._connection(reads_only=True) as connection:
        return {
            name: sorted((tuple(row) for row in connection.exec_driver_sql(f"SELECT * FROM {name}")), key=repr)
            for name in tables.metadata.tables
        }


def named(found: Verification, *words: str) -> bool:
    """Return whether a finding names all of this."""
    return any(all(word in f"{one.check} {one.subject} {one.detail}" for word in words) for one in found.findings)


def key_of(table: Table, row: tuple[Any, ...]) -> str:
    """Return a value by which people know a row; a part of an entry is known by its entry."""
    columns = list(table.columns)
    known = table.c.entry_id if table in tables.PARTS_OF_ENTRIES else next(iter(table.primary_key), columns[0])
    return str(row[columns.index(known)])


def unlike(table: Table, row: tuple[Any, ...], *kept: str) -> list[Any]:
    """Return the row with other values wherever the table wants each value once, save in what is kept."""
    keys = (one.columns for one in table.constraints if isinstance(one, PrimaryKeyConstraint | UniqueConstraint))
    indexes = (one.columns for one in table.indexes if one.unique)
    once = {column.name for columns in (*keys, *indexes) for column in columns} - {*kept}
    return [
        another(value, is_whole=column.type is WHOLE) if column.name in once else value
        for column, value in zip(table.columns, row, strict=True)
    ]


def where(table: Table, row: tuple[Any, ...]) -> tuple[str, tuple[Any, ...]]:
    """Return the condition that finds one row, by all of its columns."""
    is_same = {column.name: value for column, value in zip(table.columns, row, strict=True)}
    condition = " AND ".join(f"{name} IS NULL" if value is None else f"{name} = ?" for name, value in is_same.items())
    return condition, tuple(value for value in row if value is not None)


def a_sealed_row(store: Store, table: Table) -> tuple[Any, ...]:
    """Return a row that is in a seal: the first there is."""
    return content(store)[table.name][0]


def another(value: object, *, is_whole: bool) -> object:
    """Return another value of the same kind."""
    if is_whole:
        return value + 1000 if isinstance(value, int) else 1
    return f"{value or ''}x"


def test_nothing_is_wrong_before(sealed: Store) -> None:
    """What is found below was not there, and the way of tampering leaves no trace itself."""
    with attacked(sealed, *TABLES) as (_run, verified):
        found = verified()
    assert (found.findings, found.seals, found.unsealed) == ((), 2, 1)


@pytest.mark.parametrize("name", TABLES)
def test_a_change_of_any_column_is_found(sealed: Store, name: str) -> None:
    """Each column of each table, and the finding names the row."""
    table = tables.metadata.tables[name]
    for place, column in enumerate(table.columns):
        row = a_sealed_row(sealed, table)
        condition, values = where(table, row)
        changed = another(row[place], is_whole=column.type is WHOLE)
        with attacked(sealed, name) as (run, verified):
            run(f"UPDATE {name} SET {column.name} = ? WHERE {condition}", changed, *values)
            found = verified()
        assert named(found, key_of(table, row)) or named(found, str(changed)) or named(found, "reference", name), (
            f"{column}: {found.findings}"
        )


@pytest.mark.parametrize("name", [*TABLES, "batch_row"])
def test_a_row_that_is_gone_is_found(sealed: Store, name: str) -> None:
    """One of each table. A reference may go when its term is over, and then a record says so."""
    table = tables.metadata.tables[name]
    row = a_sealed_row(sealed, table)
    condition, values = where(table, row)
    with attacked(sealed, name) as (run, verified):
        run(f"DELETE FROM {name} WHERE {condition}", *values)
        found = verified()
    assert named(found, key_of(table, row)) or named(found, "reference", name), found.findings


@pytest.mark.parametrize("name", [name for name in TABLES if "recorded_at" in tables.metadata.tables[name].columns])
def test_a_row_that_is_added_and_dated_back_is_found(sealed: Store, name: str) -> None:
    """What says that it was recorded before a seal that does not hold it was not."""
    table = tables.metadata.tables[name]
    row = unlike(table, a_sealed_row(sealed, table))
    with attacked(sealed, name) as (run, verified):
        run(f"INSERT INTO {name} VALUES ({', '.join('?' * len(row))})", *row)
        found = verified()
    assert named(found, "back-dated", name), found.findings


@pytest.mark.parametrize("name", [table.name for table in tables.PARTS_OF_ENTRIES])
def test_a_row_that_is_added_to_a_sealed_entry_is_found(sealed: Store, name: str) -> None:
    """A transfer or a record that its entry was not sealed with."""
    table = tables.metadata.tables[name]
    columns = [column.name for column in table.columns]
    row = unlike(table, a_sealed_row(sealed, table), "entry_id")
    entry = str(row[columns.index("entry_id")])
    if name != "transfer":  # the entry of another record, so that no unique key is in the way
        others = {str(other[0]) for other in content(sealed)["entry"]} - {
            str(other[columns.index("entry_id")]) for other in content(sealed)[name]
        }
        entry = min(others)
        row[columns.index("entry_id")] = entry
    with attacked(sealed, name) as (run, verified):
        run(f"INSERT INTO {name} VALUES ({', '.join('?' * len(row))})", *row)
        found = verified()
    assert named(found, "sealed", f"entry {entry}"), found.findings


SWAPPED = {
    "merchant": "name",
    "card": "number",
    "holder": "commitment",
    "holder_reference": "reference",
    "terminal": "label",
    "person": "number",
    "person_name": "name",
    "entry": "kind",
    "redemption": "amount_cents",
    "entitlement": "holder_id",
    "attempt": "result",
    "seal": "root",
    "sealed": "digest",
}


@pytest.mark.parametrize("name", SWAPPED)
def test_two_values_that_changed_places_are_found(sealed: Store, name: str) -> None:
    """Nothing is added or lost, and both rows are named."""
    table, column = tables.metadata.tables[name], SWAPPED[name]
    place = [one.name for one in table.columns].index(column)
    rows = content(sealed)[name]
    one, other = next((a, b) for a in rows for b in rows if a[place] is not None and a[place] != b[place] is not None)
    with attacked(sealed, name) as (run, verified):
        for row, value in ((one, "-1" if table.c[column].type is not WHOLE else 10**9), (other, one[place])):
            condition, values = where(table, row)
            run(f"UPDATE {name} SET {column} = ? WHERE {condition}", value, *values)
        moved = tuple("-1" if at == place else value for at, value in enumerate(one))
        if table.c[column].type is WHOLE:
            moved = tuple(10**9 if at == place else value for at, value in enumerate(one))
        condition, values = where(table, moved)
        run(f"UPDATE {name} SET {column} = ? WHERE {condition}", other[place], *values)
        found = verified()
    assert named(found, key_of(table, one)), found.findings
    assert named(found, key_of(table, other)), found.findings


def test_what_a_batch_said_is_found_when_it_changed(sealed: Store) -> None:
    """Its rows are in no seal, for they go when their term is over; the fingerprint of the batch tells."""
    with attacked(sealed, "batch_row") as (run, verified):
        (batch,) = run("SELECT batch_id FROM batch_row").fetchone()
        run("UPDATE batch_row SET text = 'something else'")
        found = verified()
    assert named(found, "batch_row", batch, "fingerprint"), found.findings


def test_transfers_in_another_order_are_found(sealed: Store) -> None:
    """The order in which entitlements paid is part of the entry."""
    with attacked(sealed, "transfer") as (run, verified):
        (entry,) = run("SELECT entry_id FROM transfer WHERE position = 1").fetchone()
        for now, then in ((0, 7), (1, 0), (7, 1)):
            run("UPDATE transfer SET position = ? WHERE entry_id = ? AND position = ?", then, entry, now)
        found = verified()
    assert named(found, "sealed", f"entry {entry}")


def test_seals_in_another_order_are_found(sealed: Store) -> None:
    """Each holds the root of the one before."""
    with attacked(sealed, "seal") as (run, verified):
        for now, then in ((1, 9), (2, 1), (9, 2)):
            run("UPDATE seal SET number = ? WHERE number = ?", then, now)
            run("UPDATE sealed SET seal = ? WHERE seal = ?", then, now)
        found = verified()
    assert named(found, "seal 1", "does not follow")


def test_a_sale_that_is_wholly_gone_is_found(sealed: Store) -> None:
    """With its entry, its transfers and its record, and with the balance set to fit: only its seal tells."""
    with attacked(sealed, *TABLES) as (run, verified):
        entry, debit, cents = run(
            "SELECT entry_id, debit, amount_cents FROM transfer"
            " WHERE entry_id = (SELECT entry_id FROM redemption WHERE amount_cents = 100)"
        ).fetchone()
        for table in ("transfer", "redemption"):
            run(f"DELETE FROM {table} WHERE entry_id = ?", entry)
        run("DELETE FROM entry WHERE id = ?", entry)
        run("UPDATE account SET balance_cents = balance_cents + ? WHERE code = ?", cents, debit)
        found = verified()
    assert found.findings == (Finding("sealed", f"entry {entry}", "was sealed in seal 1, and is gone"),)


CHANGED_IBAN = (
    "UPDATE merchant SET iban = 'NL20INGB0001234567' WHERE id = (SELECT min(id) FROM merchant) AND version = 1"
)


def test_changing_what_was_sealed_too_is_found(sealed: Store) -> None:
    """With the digest made to fit, the tree does not."""
    with attacked(sealed, "merchant", "sealed") as (run, verified):
        run(CHANGED_IBAN)
        (wrong,) = verified().findings
    assert (wrong.check, wrong.detail) == ("sealed", "is not what was sealed in seal 1")
    with attacked(sealed, "merchant", "sealed") as (run, verified):
        run(CHANGED_IBAN)
        run(
            "UPDATE sealed SET digest = ? WHERE in_table || ' ' || key = ?",
            _digest_now(run, wrong.subject),
            wrong.subject,
        )
        found = verified()
    assert [(one.check, one.subject) for one in found.findings] == [("seal", "seal 1")]


def _digest_now(run: Run, subject: str) -> str:
    """Return what a merchant's row comes to, worked out here."""
    table = tables.merchant
    for row in run("SELECT * FROM merchant").fetchall():
        if subject == f"merchant {row[0]}/{row[1]}":
            [digest] = leaf_digests([row_text(heading("merchant", table.columns.keys()), row)])
            return digest
    raise AssertionError(subject)


def test_rewriting_everything_is_found_by_a_root_that_was_published(tmp_path: Path) -> None:
    """Who changes a row and makes all seals anew has sound books, and another root than the town has seen."""
    path = a_file(tmp_path / "books.db", *A_LIVED_IN_TOWN)
    with opened(path) as store:
        (published,) = seal(store, a_stamp())
    with unguarded(path) as file:
        for statement in ("DELETE FROM sealed", "DELETE FROM seal", CHANGED_IBAN):
            file.execute(statement)
    with opened(path) as store:
        seal(store, a_stamp())
        assert verify(store).is_sound
        (wrong,) = verify(store, kept=(published.number, published.root)).findings
        assert (wrong.check, wrong.subject) == ("published", "seal 1")
        (gone,) = verify(store, kept=(2, published.root)).findings
        assert (gone.check, gone.detail) == ("published", "was published, and is not there")


def test_every_table_is_tried() -> None:
    """Of each table, each column that does not change is in a seal, or worked out again."""
    not_sealed = {table.name for table in tables.metadata.sorted_tables} - {
        table.name for table in (*tables.LEAVES, *tables.PARTS_OF_ENTRIES)
    }
    assert not_sealed == {"account", "seal", "sealed", *NOT_BOUND}
    changing = {name for name in TABLES if tables.metadata.tables[name].info[CHANGES]}
    assert changing == set(tables.CHANGED_IN_PART) - {*NOT_BOUND}
