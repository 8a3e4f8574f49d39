"""Attacks on the file itself, by somebody who needs no program of ours: what stops each, and what is let through."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pasledger.ledger.journal import FOUR_EYES, EntryKind
from pasledger.ledger.refusals import Refusal
from pasledger.rules.deciding import Outcome
from pasledger.store import BooksProblem, Store, tables
from pasledger.store.sqlite import Sqlite
from pasledger.usecases.verifying import verify
from tests.support.books import (
    a_sealed_file,
    columns_of,
    content,
    opened,
    raw,
    unguarded,
    unusable,
)

pytestmark = pytest.mark.slow

TABLES = sorted(tables.metadata.tables)
MAY_CHANGE = {
    *{("account", "balance_cents"), ("card", "state"), ("terminal", "revoked_at"), ("terminal", "revoked_by")},
    *{("tries", "number"), ("tries", "counted_at"), ("offer", "used")},
}
LOGS = {"card_change", "pin_unlock"}
MAY_BE_DELETED = {
    "holder_reference",
    "award_decision",
    "batch_row",
    "merchant_contact",
    "merchant_reference",
    "offer_mark",
    "payment_request_reference",
    "person_name",
}
FOREIGN_KEYS = pytest.mark.parametrize("foreign_keys", [True, False], ids=["foreign keys", "no foreign keys"])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the file of books with rows in every table."""
    return a_sealed_file(tmp_path / "books.db")


def insert(connection: sqlite3.Connection, table: str, row: tuple[Any, ...], *, how: str = "INSERT") -> None:
    """Write one row."""
    connection.execute(f"{how} INTO {table} VALUES ({marks(row)})", row)


def marks(row: tuple[Any, ...]) -> str:
    """Return a place for each value of a row."""
    return ", ".join("?" * len(row))


def a_row(connection: sqlite3.Connection, table: str, **changed: object) -> tuple[Any, ...]:
    """Return the last row of a table, with some columns changed."""
    columns = columns_of(connection, table)
    row = connection.execute(f"SELECT * FROM {table} ORDER BY 1 DESC").fetchone()
    return tuple(changed.get(column, value) for column, value in zip(columns, row, strict=True))


def other(value: object) -> object:
    """Return another value of the same type."""
    return value and (value + 1000 if isinstance(value, int) else f"{value}x")


def unique_keys(connection: sqlite3.Connection, table: str) -> list[tuple[str, ...]]:
    """Return the columns of each unique key of a table, the primary one included."""
    indexes = connection.execute(f"PRAGMA index_list({table})").fetchall()
    return [
        tuple(column[2] for column in connection.execute(f"PRAGMA index_info({name})"))
        for _, name, is_unique, *_ in indexes
        if is_unique
    ]


def updates(connection: sqlite3.Connection, table: str) -> Iterator[str]:
    """Yield an update of each column that never changes, in each of the ways to ask for it."""
    for column, kind in columns_of(connection, table).items():
        if (table, column) not in MAY_CHANGE:
            value = f"coalesce({column}, 0) + 1000" if kind == "INTEGER" else f"coalesce({column}, '') || 'x'"
            for how in ("UPDATE", "UPDATE OR REPLACE", "UPDATE OR IGNORE"):
                yield f"{how} {table} SET {column} = {value}"


def replacements(connection: sqlite3.Connection, table: str) -> Iterator[tuple[Any, ...]]:
    """Yield, for each unique key, a row with the key of one that is there, and in all else another."""
    columns = columns_of(connection, table)
    row = min(connection.execute(f"SELECT * FROM {table}"), key=lambda row: row.count(None))  # nothing stays nothing
    for key in unique_keys(connection, table):
        kept = (*key, "transfer_count")  # another count would be stopped for another reason
        yield tuple(value if column in kept else other(value) for column, value in zip(columns, row, strict=True))


def already_there(table: str) -> str:
    """Return what refuses a replacement; a transfer has two reasons, and SQLite chooses."""
    return "transfer: .* already" if table == "transfer" else f"{table}: this row is there already"


def test_no_table_is_without_guards() -> None:
    """The lists of guarded tables are all tables there are."""
    guarded = (*tables.NEVER_CHANGED, *tables.CHANGED_IN_PART, *tables.DELETED_ONLY, *tables.PASSING)
    assert sorted(guarded) == TABLES


def test_every_table_has_a_row_to_attack(path: Path) -> None:
    """An attack on an empty table would prove nothing."""
    assert [table for table, rows in content(path).items() if not rows] == []


@FOREIGN_KEYS
@pytest.mark.parametrize("table", TABLES)
def test_nothing_is_ever_changed(path: Path, table: str, *, foreign_keys: bool) -> None:
    """No column changes but a balance, a card's state and the end of a terminal, whatever an UPDATE is called."""
    before = content(path)
    with raw(path, foreign_keys=foreign_keys) as connection:
        for attack in updates(connection, table):
            with pytest.raises(sqlite3.IntegrityError, match=f"{table}: nothing is ever changed"):
                connection.execute(attack)
    assert content(path) == before


@FOREIGN_KEYS
@pytest.mark.parametrize("table", sorted({*TABLES} - MAY_BE_DELETED))
def test_nothing_is_ever_deleted(path: Path, table: str, *, foreign_keys: bool) -> None:
    """Not one row and not all of them, with foreign keys or without."""
    before = content(path)
    with (
        raw(path, foreign_keys=foreign_keys) as connection,
        pytest.raises(sqlite3.IntegrityError, match=f"{table}: nothing is ever deleted"),
    ):
        connection.execute(f"DELETE FROM {table}")
    assert content(path) == before


@FOREIGN_KEYS
@pytest.mark.parametrize("table", sorted({*TABLES} - LOGS))
def test_nothing_is_ever_replaced(path: Path, table: str, *, foreign_keys: bool) -> None:
    """A row cannot take the place of another through any unique key: a REPLACE deletes without asking a trigger."""
    before = content(path)
    with raw(path, foreign_keys=foreign_keys) as connection:
        attacks = list(replacements(connection, table))
        assert attacks
        for row in attacks:
            with pytest.raises(sqlite3.IntegrityError, match=already_there(table)):
                insert(connection, table, row, how="INSERT OR REPLACE")
    assert content(path) == before


@FOREIGN_KEYS
@pytest.mark.parametrize("log", sorted(LOGS))
def test_no_line_of_a_log_is_replaced(path: Path, log: str, *, foreign_keys: bool) -> None:
    """A log has no key, but on SQLite each of its lines has a place, which cannot be taken either."""
    before = content(path)
    with raw(path, foreign_keys=foreign_keys) as connection:
        place, *row = connection.execute(f"SELECT rowid, * FROM {log}").fetchone()
        with pytest.raises(sqlite3.IntegrityError, match=already_there(log)):
            connection.execute(
                f"INSERT OR REPLACE INTO {log} (rowid, {', '.join(columns_of(connection, log))})"
                f" VALUES ({marks((place, *row))})",
                (place, *row),
            )
    assert content(path) == before


@pytest.mark.parametrize("table", TABLES)
def test_it_is_the_guards_that_stop_it(path: Path, table: str) -> None:
    """Each of these attacks does what it is meant to do where the triggers are gone: the tests above can fail."""
    before = content(path)[table]
    with unguarded(path) as connection:
        attacks = [
            *((sql, ()) for sql in updates(connection, table)),
            (f"DELETE FROM {table}", ()),
            *(
                (f"INSERT OR REPLACE INTO {table} VALUES ({marks(row)})", row)
                for row in replacements(connection, table)
                if row not in before  # where all of a row is its key, nothing in its place differs
            ),
        ]
        for sql, row in attacks:
            connection.execute("BEGIN")
            connection.execute(sql, row)
            after = connection.execute(f"SELECT * FROM {table}").fetchall()
            connection.execute("ROLLBACK")
            assert not set(before) <= set(after)


# --- entries and their transfers


@FOREIGN_KEYS
def test_nothing_is_added_to_an_entry_that_is_written(path: Path, *, foreign_keys: bool) -> None:
    """A balanced transfer more, under an entry that is there, is refused."""
    before = content(path)
    with raw(path, foreign_keys=foreign_keys) as connection:
        for how in ("INSERT", "INSERT OR REPLACE", "INSERT OR IGNORE"):
            with pytest.raises(sqlite3.IntegrityError, match="transfer: its entry is written already"):
                insert(connection, "transfer", a_row(connection, "transfer", position=9), how=how)
    assert content(path) == before


@FOREIGN_KEYS
@pytest.mark.parametrize(("says", "has"), [(1, 0), (2, 1), (1, 2), (3, 2)])
def test_an_entry_has_the_number_of_transfers_that_it_says(
    path: Path, says: int, has: int, *, foreign_keys: bool
) -> None:
    """An entry with too few or too many transfers cannot be written."""
    before = content(path)
    with raw(path, foreign_keys=foreign_keys) as connection:
        connection.execute("BEGIN")
        for position in range(has):
            insert(connection, "transfer", a_row(connection, "transfer", entry_id="jrn_new", position=position))
        with pytest.raises(sqlite3.IntegrityError, match="entry: not the number of transfers that it says"):
            insert(connection, "entry", a_row(connection, "entry", id="jrn_new", transfer_count=says))
    assert content(path) == before


def test_an_entry_moves_something(path: Path) -> None:
    """An entry that says it has no transfers, and has none, is refused."""
    with raw(path) as connection, pytest.raises(sqlite3.IntegrityError, match="entry_moves_something_ck"):
        insert(connection, "entry", a_row(connection, "entry", id="jrn_new", transfer_count=0))


def test_transfers_without_an_entry_are_not_committed(path: Path) -> None:
    """The entry comes after its transfers; where it never comes, the database refuses the commit."""
    before = content(path)
    with raw(path) as connection:
        connection.execute("BEGIN")
        insert(connection, "transfer", a_row(connection, "transfer", entry_id="jrn_new"))
        with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
            connection.execute("COMMIT")
    assert content(path) == before


def test_without_foreign_keys_a_transfer_without_an_entry_is_found(path: Path) -> None:
    """Who turns foreign keys off can leave a transfer behind, and verifying finds it."""
    with raw(path, foreign_keys=False) as connection:
        insert(connection, "transfer", a_row(connection, "transfer", entry_id="jrn_new"))
    with opened(path) as store:
        assert [finding.check for finding in verify(store).findings] == ["reference"]


def test_a_transfer_cannot_be_unbalanced(path: Path) -> None:
    """It has one amount, above zero, and two accounts that are there and differ."""
    with raw(path) as connection:
        attacks = {
            "transfer_positive_ck": {"amount_cents": 0},
            "transfer_positive_ck ": {"amount_cents": -100},
            "transfer_two_accounts_ck": {"credit": a_row(connection, "transfer")[2]},
            "FOREIGN KEY": {"debit": "entitlement/nobody"},
            "NOT NULL": {"credit": None},
        }
        for stopped_by, changed in attacks.items():
            with pytest.raises(sqlite3.IntegrityError, match=stopped_by.strip()):
                insert(connection, "transfer", a_row(connection, "transfer", entry_id="jrn_new", **changed))


# --- values that cannot be


@pytest.mark.parametrize("value", [0.5, "much", b"1"], ids=["a real number", "a word", "bytes"])
@pytest.mark.parametrize("table", TABLES)
def test_a_whole_number_is_a_whole_number(path: Path, table: str, value: object) -> None:
    """No column of whole numbers takes anything else."""
    with raw(path, foreign_keys=False) as connection:
        keys = {column for key in unique_keys(connection, table) for column in key}
        fresh = {
            column: other(1 if kind == "INTEGER" else "new")
            for column, kind in columns_of(connection, table).items()
            if column in keys
        }
        for column, kind in columns_of(connection, table).items():
            if kind == "INTEGER":
                row = a_row(connection, table, **{**fresh, column: value})
                with pytest.raises(sqlite3.IntegrityError, match="cannot store"):
                    insert(connection, table, row)


@pytest.mark.parametrize(
    ("kind", "value", "stopped_by"),
    [
        ("budget", "-1", "account_floor_ck"),
        ("entitlement", "-1", "account_floor_ck"),
        ("entitlement", "balance_cents - 100000", "account_floor_ck"),
        ("entitlement", "balance_cents + 0.5", "cannot store REAL"),
        ("entitlement", "NULL", "account_stored_balance_ck"),
        ("payable", "0", "account_stored_balance_ck"),
        ("treasury", "100", "account_stored_balance_ck"),
    ],
)
def test_a_stored_balance_has_a_floor(path: Path, kind: str, value: str, stopped_by: str) -> None:
    """What is stored is at least zero, in whole cents, and stored for the two kinds that have a floor and no other."""
    before = content(path)
    with raw(path) as connection, pytest.raises(sqlite3.IntegrityError, match=stopped_by):
        connection.execute(f"UPDATE account SET balance_cents = {value} WHERE kind = ?", (kind,))
    assert content(path) == before


def test_a_card_is_in_a_state_that_there_is(path: Path) -> None:
    """The state of a card changes, and only into one that the program knows."""
    with raw(path) as connection:
        connection.execute("UPDATE card SET state = 'active'")
        with pytest.raises(sqlite3.IntegrityError, match="card_state_ck"):
            connection.execute("UPDATE card SET state = 'gold'")


# --- four eyes

ALONE = {"nobody": None, "the same": "clerk", "the same in capitals": "CLERK", "the same with a space": " clerk "}


def an_entry(connection: sqlite3.Connection, kind: EntryKind, approved_by: str | None) -> None:
    """Write an entry of one transfer that clerk prepared."""
    insert(connection, "transfer", a_row(connection, "transfer", entry_id="jrn_new", position=0))
    changed = {"kind": kind.value, "prepared_by": "clerk", "approved_by": approved_by, "transfer_count": 1}
    insert(connection, "entry", a_row(connection, "entry", id="jrn_new", **changed))


@pytest.mark.parametrize("kind", EntryKind)
def test_who_prepares_does_not_approve(path: Path, kind: EntryKind) -> None:
    """The database refuses an entry of one pair of eyes where two are needed, and only there."""
    with raw(path) as connection:
        for approved_by in ALONE.values():
            connection.execute("BEGIN")
            if kind in FOUR_EYES:
                with pytest.raises(sqlite3.IntegrityError, match="entry_four_eyes_ck"):
                    an_entry(connection, kind, approved_by)
            else:
                an_entry(connection, kind, approved_by)
            connection.execute("ROLLBACK")
        connection.execute("BEGIN")
        an_entry(connection, kind, "approver")
        connection.execute("COMMIT")


@pytest.mark.parametrize("approved_by", ALONE.values(), ids=ALONE)
@pytest.mark.parametrize(("table", "key"), [("scheme", "code"), ("merchant", "id")])
def test_schemes_and_merchants_need_four_eyes_too(path: Path, table: str, key: str, approved_by: str | None) -> None:
    """They decide where money can go."""
    with raw(path) as connection:
        new = {key: "new", "name": "New", "prepared_by": "clerk"}
        with pytest.raises(sqlite3.IntegrityError, match=f"{table}_four_eyes_ck|NOT NULL"):
            insert(connection, table, a_row(connection, table, **new, approved_by=approved_by))
        insert(connection, table, a_row(connection, table, **new, approved_by="approver"))


# --- the guards themselves


@pytest.mark.parametrize("name", Sqlite().guards())
def test_books_without_a_guard_are_not_opened(path: Path, name: str) -> None:
    """A trigger that is missing, or does something else than it should, is named, and the books stay shut."""
    with raw(path) as connection:
        connection.execute(f"DROP TRIGGER {name}")
    with unusable(BooksProblem.UNGUARDED, guard=name):
        Store.open(str(path))
    with raw(path) as connection:
        connection.execute(f"CREATE TRIGGER {name} BEFORE INSERT ON entry WHEN 0 BEGIN SELECT 1; END")
    with unusable(BooksProblem.UNGUARDED, guard=name):
        Store.open(str(path))


def test_a_guard_that_goes_while_the_books_are_open_is_found(path: Path) -> None:
    """Verifying looks again."""
    with opened(path) as store:
        with raw(path) as connection:
            connection.execute("DROP TRIGGER entry_is_never_deleted")
        assert [(finding.check, finding.detail) for finding in verify(store).findings] == [
            ("guard", "entry_is_never_deleted")
        ]


# --- what may be done


def reason(outcome: Outcome) -> Refusal | None:
    """Return why a request was refused."""
    return outcome.refused.reason if outcome.refused else None


@FOREIGN_KEYS
@pytest.mark.parametrize("table", sorted(MAY_BE_DELETED - {*tables.PASSING}))
def test_a_reference_goes_with_its_record_only(path: Path, table: str, *, foreign_keys: bool) -> None:
    """Without one nothing goes, and with a record of one row that row goes and no other."""
    before = content(path)[table]
    key = "||'/'||".join(unique_key(path, table))
    with raw(path, foreign_keys=foreign_keys) as connection:
        with pytest.raises(sqlite3.IntegrityError, match=f"{table}: no record says that its term is over"):
            connection.execute(f"DELETE FROM {table}")
        (first,) = connection.execute(f"SELECT {key} FROM {table} ORDER BY 1").fetchone()
        run = connection.execute("SELECT id FROM unlinking").fetchone()[0]
        connection.execute("INSERT INTO unlinked VALUES (?, ?, ?)", (table, first, run))
        assert connection.execute(f"DELETE FROM {table} WHERE {key} = ?", (first,)).rowcount == 1
        if len(before) > 1:
            with pytest.raises(sqlite3.IntegrityError, match=f"{table}: no record says"):
                connection.execute(f"DELETE FROM {table}")
    assert len(content(path)[table]) == len(before) - 1


def unique_key(path: Path, table: str) -> tuple[str, ...]:
    """Return the columns of the primary key of a table."""
    with raw(path) as connection:
        found = connection.execute(f"PRAGMA table_info({table})").fetchall()
    return tuple(column[1] for column in sorted(found, key=lambda one: one[5]) if column[5])
