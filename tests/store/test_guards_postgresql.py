"""Attacks on the schema itself, by its owner with a client of his own: what stops each, and what is let through."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from psycopg import errors
from sqlalchemy import Connection

from pasledger.ledger.journal import FOUR_EYES, EntryKind
from pasledger.store import BooksProblem, Store, guards, tables
from pasledger.store.postgresql import Postgresql
from pasledger.store.types import WHOLE
from pasledger.usecases.verifying import verify
from tests.support.books import A_LIVED_IN_TOWN, POSTGRESQL, content, opened, place_in, unusable, with_seals
from tests.support.postgresql import raw, rows, run

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
GUARDS = Postgresql().guards()
TRIGGERS = {name: sql.split(" ON ")[1].split()[0] for name, sql in GUARDS.items() if "CREATE TRIGGER" in sql}
"""The table of each trigger."""


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return books with rows in every table. Every attack on them is taken back, should it succeed."""
    with place_in(POSTGRESQL, tmp_path_factory.mktemp("no-file")) as make:
        yield with_seals(make(*A_LIVED_IN_TOWN))


@pytest.fixture
def own_books(tmp_path: Path) -> Iterator[str]:
    """Return the same books, for one test only."""
    with place_in(POSTGRESQL, tmp_path) as make:
        yield with_seals(make(*A_LIVED_IN_TOWN))


@pytest.fixture
def attacker(books: str) -> Iterator[psycopg.Connection]:
    """Return a connection whose transaction is not committed."""
    with raw(books) as connection, connection.transaction(force_rollback=True):
        yield connection


def refused(connection: psycopg.Connection, says: str, sql: str, values: object = None) -> None:
    """Run a statement that must be refused for this reason, and go on as if it had not been tried."""
    with pytest.raises(psycopg.Error, match=says), connection.transaction():
        run(connection, sql, values)


def columns_of(table: str) -> dict[str, bool]:
    """Return the columns of a table, with whether it holds whole numbers."""
    return {column.name: column.type is WHOLE for column in tables.metadata.tables[table].columns}


def insert(connection: psycopg.Connection, table: str, **changed: object) -> None:
    """Write a copy of the last row of a table, with some columns changed."""
    row = run(connection, f"SELECT * FROM {table} ORDER BY 1 DESC LIMIT 1").fetchall()[0]
    values = [changed.get(column, value) for column, value in zip(columns_of(table), row, strict=True)]
    run(connection, f"INSERT INTO {table} VALUES ({', '.join(['%s'] * len(values))})", values)


def refused_row(connection: psycopg.Connection, says: str, table: str, **changed: object) -> None:
    """Write a row that must be refused for this reason."""
    with pytest.raises(psycopg.Error, match=says), connection.transaction():
        insert(connection, table, **changed)


# --- rows


@pytest.mark.parametrize("table", TABLES)
def test_nothing_is_ever_changed(attacker: psycopg.Connection, table: str) -> None:
    """No column changes but a balance, a card's state and the end of a terminal, whatever an UPDATE is called."""
    for column, is_whole in columns_of(table).items():
        if (table, column) not in MAY_CHANGE:
            value = f"{column} + 1000" if is_whole else f"{column} || 'x'"
            says = f"{table}: nothing is ever changed"
            refused(attacker, says, f"UPDATE {table} SET {column} = {value}")
            refused(attacker, says, f"UPDATE {table} SET {column} = {value} WHERE false")
            refused(
                attacker,
                says,
                f"MERGE INTO {table} AS old USING (SELECT 1) AS new ON true WHEN MATCHED THEN UPDATE"
                f" SET {column} = old.{value}",
            )


@pytest.mark.parametrize("table", sorted({*TABLES} - LOGS))
def test_nothing_is_changed_by_inserting_it_again(attacker: psycopg.Connection, table: str) -> None:
    """A row that is there already is not changed by an INSERT that would rather update."""
    key = ", ".join(column.name for column in tables.metadata.tables[table].primary_key.columns)
    for column in columns_of(table):
        if (table, column) not in MAY_CHANGE:
            refused(
                attacker,
                f"{table}: nothing is ever changed",
                f"INSERT INTO {table} SELECT * FROM {table} LIMIT 1"
                f" ON CONFLICT ({key}) DO UPDATE SET {column} = excluded.{column}",
            )


@pytest.mark.parametrize("table", sorted({*TABLES} - MAY_BE_DELETED))
def test_nothing_is_ever_deleted(attacker: psycopg.Connection, table: str) -> None:
    """Not one row and not all of them, by DELETE or by MERGE."""
    says = f"{table}: nothing is ever deleted"
    refused(attacker, says, f"DELETE FROM {table}")
    refused(attacker, says, f"DELETE FROM {table} WHERE ctid = (SELECT min(ctid) FROM {table})")
    refused(attacker, says, f"MERGE INTO {table} USING (SELECT 1) AS new ON true WHEN MATCHED THEN DELETE")


@pytest.mark.parametrize("table", TABLES)
def test_no_table_is_ever_emptied(attacker: psycopg.Connection, table: str) -> None:
    """TRUNCATE asks no row trigger, and is refused all the same: with what refers to it, too."""
    refused(attacker, "nothing is ever (deleted|emptied)", f"TRUNCATE {table} CASCADE")
    refused(attacker, f"{table}: nothing is ever|cannot truncate", f"TRUNCATE {table}")
    refused(attacker, "nothing is ever", f"TRUNCATE {', '.join(TABLES)} RESTART IDENTITY CASCADE")


@pytest.mark.parametrize("table", TABLES)
def test_it_is_the_guards_that_stop_it(attacker: psycopg.Connection, table: str) -> None:
    """Where the triggers are off, each row can be deleted: the tests above can fail."""
    run(attacker, "SET LOCAL session_replication_role = replica")
    assert run(attacker, f"DELETE FROM {table}").rowcount > 0


@pytest.mark.parametrize("table", sorted(MAY_BE_DELETED - {*tables.PASSING}))
def test_a_reference_goes_with_its_record_only(attacker: psycopg.Connection, table: str) -> None:
    """Without one nothing goes, and with a record of one row that row goes and no other."""
    says = f"{table}: no record says that its term is over"
    refused(attacker, says, f"DELETE FROM {table}")
    key = " || '/' || ".join(column.name for column in tables.metadata.tables[table].primary_key)
    one = f"(SELECT min({key}) FROM {table})"
    run(attacker, f"INSERT INTO unlinked SELECT '{table}', {one}, min(id) FROM unlinking")
    assert run(attacker, f"DELETE FROM {table} WHERE {key} = {one}").rowcount == 1
    if run(attacker, f"SELECT 1 FROM {table}").fetchone():
        refused(attacker, says, f"DELETE FROM {table}")


# --- entries and their transfers


def test_nothing_is_added_to_an_entry_that_is_written(attacker: psycopg.Connection) -> None:
    """A balanced transfer more, under an entry that is there, is refused, however it comes."""
    says = "transfer: its entry is written already"
    refused_row(attacker, says, "transfer", position=9)
    more = "SELECT entry_id, 9, debit, credit, 1 FROM transfer LIMIT 1"
    for sql in (
        f"INSERT INTO transfer {more}",
        f"INSERT INTO transfer {more} ON CONFLICT DO NOTHING",
        f"WITH more AS ({more}) INSERT INTO transfer SELECT * FROM more",
        f"MERGE INTO transfer USING ({more}) AS new (entry_id, position, debit, credit, amount_cents)"
        " ON false WHEN NOT MATCHED THEN INSERT VALUES (entry_id, 9, debit, credit, 1)",
    ):
        refused(attacker, says, sql)
    entry, _, *others = rows(attacker, "transfer")[0]
    with pytest.raises(psycopg.Error, match=says), attacker.cursor().copy("COPY transfer FROM STDIN") as copy:
        copy.write_row((entry, 9, *others))


@pytest.mark.parametrize(("says", "has"), [(1, 0), (2, 1), (1, 2), (3, 2)])
def test_an_entry_has_the_number_of_transfers_that_it_says(attacker: psycopg.Connection, says: int, has: int) -> None:
    """An entry with too few or too many transfers cannot be written."""
    for position in range(has):
        insert(attacker, "transfer", entry_id="jrn_new", position=position)
    refused_row(attacker, "entry: not the number of transfers that it says", "entry", id="jrn_new", transfer_count=says)


def test_an_entry_moves_something(attacker: psycopg.Connection) -> None:
    """An entry that says it has no transfers, and has none, is refused."""
    refused_row(attacker, "entry_moves_something_ck", "entry", id="jrn_new", transfer_count=0)


def test_transfers_without_an_entry_are_not_committed(books: str) -> None:
    """The entry comes after its transfers; where it never comes, the database refuses the commit."""
    before = content(books)
    with raw(books) as connection, pytest.raises(errors.ForeignKeyViolation), connection.transaction():
        insert(connection, "transfer", entry_id="jrn_new")
    assert content(books) == before


def test_a_transfer_cannot_be_unbalanced(attacker: psycopg.Connection) -> None:
    """It has one amount, above zero, and two accounts that are there and differ."""
    (debit,) = run(attacker, "SELECT debit FROM transfer ORDER BY 1 DESC LIMIT 1").fetchall()[0]
    attacks: list[tuple[str, dict[str, Any]]] = [
        ("transfer_positive_ck", {"amount_cents": 0}),
        ("transfer_positive_ck", {"amount_cents": -100}),
        ("transfer_two_accounts_ck", {"debit": debit, "credit": debit}),
        ("null value", {"credit": None}),
    ]
    for says, changed in attacks:
        refused_row(attacker, says, "transfer", entry_id="jrn_new", **changed)
    run(attacker, "SET CONSTRAINTS transfer_debit_fk IMMEDIATE")  # which else is looked at when it commits
    refused_row(attacker, "transfer_debit_fk", "transfer", entry_id="jrn_new", debit="entitlement/nobody")


def test_a_temporary_table_does_not_stand_before_a_guard(books: str) -> None:
    """A guard looks at the entries of the books, and not at a table of the same name that its caller made."""
    for table, says, attack in (
        ("entry", "its entry is written already", {"position": 9}),
        ("transfer", "not the number of transfers", {"id": "jrn_new", "transfer_count": 1}),
    ):
        attacked = "transfer" if table == "entry" else "entry"
        with raw(books) as connection, connection.transaction(force_rollback=True):
            row = rows(connection, attacked)[-1]
            values = [attack.get(column, value) for column, value in zip(columns_of(attacked), row, strict=True)]
            run(connection, f"CREATE TEMPORARY TABLE {table} AS SELECT * FROM {table} LIMIT 0")
            if table == "transfer":
                run(connection, "INSERT INTO pg_temp.transfer VALUES ('jrn_new', 0, 'a', 'b', 1)")
            (schema,) = run(connection, "SELECT current_schema()").fetchall()[0]
            places = ", ".join(["%s"] * len(values))
            refused(connection, says, f"INSERT INTO {schema}.{attacked} VALUES ({places})", values)


# --- values that cannot be


@pytest.mark.parametrize(
    ("kind", "value", "stopped_by"),
    [
        ("budget", "-1", "account_floor_ck"),
        ("entitlement", "-1", "account_floor_ck"),
        ("entitlement", "balance_cents - 100000", "account_floor_ck"),
        ("entitlement", "NULL", "account_stored_balance_ck"),
        ("payable", "0", "account_stored_balance_ck"),
        ("treasury", "100", "account_stored_balance_ck"),
    ],
)
def test_a_stored_balance_has_a_floor(attacker: psycopg.Connection, kind: str, value: str, stopped_by: str) -> None:
    """What is stored is at least zero, and stored for the two kinds that have a floor and no other."""
    refused(attacker, stopped_by, f"UPDATE account SET balance_cents = {value} WHERE kind = '{kind}'")


def test_a_card_is_in_a_state_that_there_is(attacker: psycopg.Connection) -> None:
    """The state of a card changes, and only into one that the program knows."""
    run(attacker, "UPDATE card SET state = 'active'")
    refused(attacker, "card_state_ck", "UPDATE card SET state = 'gold'")


def test_what_has_ended_stays_so(attacker: psycopg.Connection) -> None:
    """A card that was replaced lives no second time, and a terminal is revoked once."""
    run(attacker, "UPDATE card SET state = 'replaced'")
    refused(attacker, "card: what has ended stays so", "UPDATE card SET state = 'active'")
    refused(attacker, "terminal: what has ended stays so", "UPDATE terminal SET revoked_at = NULL")
    refused(attacker, "terminal: what has ended stays so", "UPDATE terminal SET revoked_by = 'somebody'")


@pytest.mark.parametrize("kind", EntryKind)
def test_who_prepares_does_not_approve(attacker: psycopg.Connection, kind: EntryKind) -> None:
    """The database refuses an entry of one pair of eyes where two are needed, and only there."""
    insert(attacker, "transfer", entry_id="jrn_new", position=0)
    changed = {"id": "jrn_new", "kind": kind.value, "prepared_by": "clerk", "transfer_count": 1}
    for approved_by in (None, "clerk", "CLERK", " clerk "):
        if kind in FOUR_EYES:
            refused_row(attacker, "entry_four_eyes_ck", "entry", **changed, approved_by=approved_by)
        else:
            with attacker.transaction(force_rollback=True):
                insert(attacker, "entry", **changed, approved_by=approved_by)
    insert(attacker, "entry", **changed, approved_by="approver")


@pytest.mark.parametrize(("table", "key"), [("scheme", "code"), ("merchant", "id")])
def test_schemes_and_merchants_need_four_eyes_too(attacker: psycopg.Connection, table: str, key: str) -> None:
    """They decide where money can go."""
    new = {key: "new", "name": "New", "prepared_by": "clerk"}
    for approved_by in (None, "clerk", "CLERK", " clerk "):
        refused_row(attacker, f"{table}_four_eyes_ck|null value", table, **new, approved_by=approved_by)
    insert(attacker, table, **new, approved_by="approver")


# --- the guards themselves


@pytest.fixture
def owner(books: str) -> Iterator[Connection]:
    """Return a connection of the program, for what its owner could do to the guards; nothing of it is committed."""
    with opened(books) as store, store._engine.connect() as connection:
        yield connection
        connection.rollback()


def unguarded_after(owner: Connection, guard: str, *attack: str) -> None:
    """Pass only if the guards are there before the attack, and this one is missed after it."""
    assert list(guards.missing(owner)) == []
    for sql in attack:
        owner.exec_driver_sql(sql.replace("%", "%%"))
    assert guard in list(guards.missing(owner))
    with unusable(BooksProblem.UNGUARDED):
        guards.verify(owner)
    owner.rollback()


@pytest.mark.parametrize("name", TRIGGERS)
def test_a_trigger_that_is_gone_is_missed(owner: Connection, name: str) -> None:
    """One that was dropped, switched off, kept for copies only, or that does something else than it should."""
    table = TRIGGERS[name]
    drop = f"DROP TRIGGER {name} ON {table}"
    unguarded_after(owner, name, drop)
    unguarded_after(owner, name, f"ALTER TABLE {table} DISABLE TRIGGER {name}")
    unguarded_after(owner, name, f"ALTER TABLE {table} DISABLE TRIGGER ALL")
    unguarded_after(owner, name, f"ALTER TABLE {table} ENABLE REPLICA TRIGGER {name}")
    unguarded_after(owner, name, f"ALTER TRIGGER {name} ON {table} RENAME TO other")
    sql = GUARDS[name]
    unguarded_after(
        owner,
        name,
        drop,
        sql.replace(" EXECUTE", " WHEN (false) EXECUTE") if "WHEN" not in sql else sql.replace("old.", "new."),
    )


@pytest.mark.parametrize("name", sorted({*GUARDS} - {*TRIGGERS}))
def test_a_function_that_was_changed_is_missed(owner: Connection, name: str) -> None:
    """One that is gone, does nothing, looks at another schema, or hides behind another of its name."""
    does_nothing = (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql"
        " SET search_path FROM CURRENT AS $$ BEGIN RETURN NULL; END $$"
    )
    unguarded_after(owner, name, f"DROP FUNCTION {name} CASCADE")
    unguarded_after(owner, name, does_nothing)
    unguarded_after(owner, name, f"ALTER FUNCTION {name}() RENAME TO other")
    unguarded_after(owner, name, f"ALTER FUNCTION {name}() RESET search_path")
    unguarded_after(owner, name, f"ALTER FUNCTION {name}() SET search_path TO other, pg_temp")
    unguarded_after(owner, name, f"ALTER FUNCTION {name}() SET enable_seqscan TO on")
    for kind in ("(integer) RETURNS integer", "(integer) RETURNS trigger"):
        decoy = GUARDS[name].replace("() RETURNS trigger", kind)
        unguarded_after(owner, name, "SET LOCAL check_function_bodies = off", decoy, does_nothing)


def test_guards_that_a_dump_brought_back_are_the_same(owner: Connection) -> None:
    """A dump writes a search path as a list, and says nothing else about it."""
    (schema,) = owner.exec_driver_sql("SELECT quote_ident(current_schema())").one()
    for name in sorted({*GUARDS} - {*TRIGGERS}):
        owner.exec_driver_sql(f"ALTER FUNCTION {name}() SET search_path TO {schema}, pg_temp")
    assert list(guards.missing(owner)) == []


def test_books_without_a_guard_are_not_opened(own_books: str) -> None:
    """The guard is named, and the books stay shut; while they are open, verifying finds it."""
    with opened(own_books) as store, raw(own_books) as connection:
        run(connection, "ALTER TABLE entry DISABLE TRIGGER entry_is_never_deleted")
        assert [(finding.check, finding.detail) for finding in verify(store).findings] == [
            ("guard", "entry_is_never_deleted")
        ]
    with unusable(BooksProblem.UNGUARDED, guard="entry_is_never_deleted"):
        Store.open(own_books)
    with raw(own_books) as connection:
        run(connection, "ALTER TABLE entry ENABLE TRIGGER entry_is_never_deleted")
    Store.open(own_books).close()


# --- the schema


def test_alembic_finds_nothing_to_migrate(owner: Connection) -> None:
    """Every table is as the program knows it."""
    assert compare_metadata(MigrationContext.configure(owner), tables.metadata) == []


def test_every_constraint_is_there(owner: Connection) -> None:
    """Alembic does not compare what a CHECK says: each is there under its name, and looked at by the database."""
    found = owner.exec_driver_sql(
        "SELECT conname FROM pg_constraint JOIN pg_namespace n ON n.oid = connamespace"
        " WHERE nspname = current_schema() AND contype <> 'n' AND convalidated AND conenforced"
    )
    expected = {str(one.name) for table in tables.metadata.tables.values() for one in table.constraints if one.name}
    assert {name for (name,) in found} - {"alembic_version_pkc"} == expected - {f"{log}_pk" for log in LOGS}


def test_texts_are_in_the_order_of_their_code_points(owner: Connection) -> None:
    """As Python orders them, and as SQLite does: whatever the server's language."""
    found = owner.exec_driver_sql(
        "SELECT DISTINCT collation_name FROM information_schema.columns"
        " WHERE table_schema = current_schema() AND data_type = 'text'"
    )
    assert found.scalars().all() == ["C"]


def test_the_guards_are_the_only_triggers(owner: Connection) -> None:
    """What the migrations made is what is looked for at every start."""
    assert Postgresql().guards_found(owner) == GUARDS
