"""Books in PostgreSQL: one schema is one municipality's, chosen by the `schema` of the URL.

READ COMMITTED is enough, because every stored balance that a batch may change is locked first, in the order of the
codes, and read in the next statement; what was not locked is not looked at. All else that two writers could both do
is stopped by a unique key, and the batch that comes second is decided anew.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import psycopg
from psycopg.types.numeric import IntLoader
from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Select,
    create_engine,
    event,
    literal,
    make_url,
    or_,
    select,
    text,
    union,
)
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from pasledger.ledger.accounts import AccountKind
from pasledger.rules.cards import CardState
from pasledger.rules.town import Needs
from pasledger.store import tables
from pasledger.store.card_use import lock_pins
from pasledger.store.changes import locked_budgets, locked_entitlements
from pasledger.store.database import Database, Snapshot
from pasledger.store.errors import BooksContended, BooksLost, BooksProblem, BooksUnusable
from pasledger.store.offers import lock_offers
from pasledger.store.statements import OneOf, Query
from pasledger.store.tables import CHANGED_IN_PART, DELETED_ONLY, NEVER_CHANGED, PASSING, metadata

_SECONDS_TO_CONNECT = 3
_SIGNS_OF_LIFE = {
    "keepalives_idle": 5,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
"""A machine that lost its power says nothing: after twenty seconds its silence is taken for a lost connection."""

_LOCK_TIMEOUT = "30s"
_LONGEST_NAME_BYTES = 63


class Postgresql(Database):
    """One schema is one municipality's books."""

    has_roles = True

    def shown(self, books: str) -> str:
        """Return the address without its password."""
        return _without_secret(books)

    def open(self, books: str) -> Engine:
        """Return an engine for the books in a schema. Raises `BooksUnusable`, at the first connection, without them."""
        engine = _engine(books)
        event.listen(engine, "connect", partial(_require_books, books=books))
        return engine

    @contextmanager
    def filling(self, books: str) -> Iterator[Connection]:
        """Make the schema where there is none, and refuse one with tables in it: all in the one transaction."""
        engine = _engine(books)
        try:
            with engine.connect().execution_options(**self.options(reads_only=False)) as connection, connection.begin():
                _take(connection, books)
                yield connection
        finally:
            engine.dispose()

    def options(self, *, reads_only: bool) -> dict[str, Any]:
        """Read one snapshot, or write under row locks."""
        if reads_only:
            return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        return {"isolation_level": "READ COMMITTED", "postgresql_readonly": False}

    @contextmanager
    def shared(self, engine: Engine) -> Iterator[Snapshot]:
        """Export the snapshot. The nodes of a distributed server know nothing of it: there it cannot be shared."""
        with engine.connect().execution_options(**self.options(reads_only=True)) as connection, connection.begin():
            [(mark, is_distributed)] = connection.exec_driver_sql(_EXPORTED).fetchall()
            if is_distributed:
                raise BooksContended(BooksProblem.BUSY)
            yield Snapshot(connection, mark)

    def join(self, connection: Connection, mark: str) -> None:
        """Import the snapshot, before anything is read."""
        connection.exec_driver_sql("SET TRANSACTION SNAPSHOT '{}'".format(mark.replace("'", "''")))

    def lock(self, connection: Connection, needs: Needs) -> frozenset[str]:
        """Lock the balances of what cards can spend, of what redemptions and holds were paid from, and of budgets.

        Where something is changed that was booked, also of that, of what paid it, and of all budgets of its scheme.
        """
        lock_pins(connection, needs)
        lock_offers(connection, needs)
        named = {account.code for account in needs.budgets} | {f"{_ENTITLEMENT}{one}" for one in needs.entitlements}
        wanted = {
            "cards": sorted(needs.spending_cards),
            "redemptions": sorted(needs.redemptions),
            "holds": sorted(needs.holds),
            "named": sorted(named),
        }
        changes = {
            "entitlements": sorted(needs.entitlements),
            "corrected": sorted(needs.corrected_entries),
            "schemes": sorted(needs.closing_schemes),
        }
        if any(changes.values()):
            locked = _LOCK_FOR_CHANGES.fetch(connection, **wanted, **changes)
        else:
            locked = _LOCK.fetch(connection, **wanted)
        return frozenset(code for (code,) in locked)

    def guards(self) -> dict[str, str]:
        """Return the trigger functions and the triggers, by name."""
        made = _named(_REFUSES, _KEEPS, _IS_FINAL, _NOTHING_ADDED_LATER, _ALL_TRANSFERS_THERE)
        for table in NEVER_CHANGED:
            made |= _named(_no_delete(table), _no_update(table))
        for table, changing in CHANGED_IN_PART.items():
            made |= _named(_no_delete(table), _no_update(table, besides=changing))
        for table in DELETED_ONLY:
            made |= _named(_no_unrecorded_delete(table), _no_truncate(table), _no_update(table))
        for table in PASSING:
            made |= _named(_no_truncate(table), _no_update(table))
        return made | _named(_ON_TRANSFER, _ON_ENTRY, _ON_CARD, _ON_TERMINAL)

    def guards_found(self, connection: Connection) -> dict[str, str]:
        """Return the functions and triggers that the books have, but for triggers that are switched off."""
        found = connection.execute(text(_FOUND))
        return {row.name: row.sql for row in found}

    def damage(self, connection: Connection) -> Iterator[tuple[str, str]]:  # noqa: ARG002 - as it says
        """Return nothing: PostgreSQL does not look again at what it has taken."""
        return iter(())

    def make_ready_to_unlink(self, connection: Connection, table: str) -> None:
        """Let nobody award to a holder whose reference is about to go: who reads it now is waited for, and waits."""
        if table == _t.holder_reference.name:
            connection.exec_driver_sql(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")

    def trouble(self, error: DBAPIError, books: str) -> BooksUnusable | None:
        """Return what is the matter with the books, by the SQLSTATE of the error."""
        state = getattr(error.orig, "sqlstate", None) or _state_told(error)
        shown = _without_secret(books)
        if state in _CONTENDED or _SAME_RIGHT in str(error.orig):
            return BooksContended(BooksProblem.BUSY, books=shown)
        problem = next((_BY_STATE[state[:n]] for n in (5, 2) if state[:n] in _BY_STATE), None)
        if problem is BooksProblem.UNREACHABLE:
            return BooksLost(problem, books=shown)
        return None if problem is None else BooksUnusable(problem, books=shown)


_EXPORTED = "SELECT pg_export_snapshot(), EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')"

_CONTENDED = frozenset({"40001", "40P01", "23505"})
"""Serialization failure, deadlock, and a unique key that another writer was first to use."""

_SAME_RIGHT = "tuple concurrently updated"
"""What two who give rights on the same database at once are told, under a state that means damage."""

_BY_STATE = {
    "08": BooksProblem.UNREACHABLE,
    "57": BooksProblem.UNREACHABLE,
    "28": BooksProblem.NO_RIGHTS,
    "42501": BooksProblem.NO_RIGHTS,
    "3D": BooksProblem.MISSING,
    "3F": BooksProblem.MISSING,
    "25006": BooksProblem.NOT_WRITABLE,
    "53": BooksProblem.DISK_FULL,
    "53300": BooksProblem.BUSY,
    "55P03": BooksProblem.BUSY,
    "57014": BooksProblem.BUSY,
    "42P01": BooksProblem.DAMAGED,
    "42703": BooksProblem.DAMAGED,
    "XX": BooksProblem.DAMAGED,
}


_TOLD = {
    "too many": "53300",
    "remaining connection slots": "53300",
    "authentication failed": "28000",
    "no password supplied": "28000",
    "pg_hba.conf": "28000",
    "role ": "28000",
    "permission denied": "28000",
    "database ": "3D000",
}
"""What a refused connection says: the driver passes on the words, and not the SQLSTATE."""


def _state_told(error: DBAPIError) -> str:
    """Return the SQLSTATE for an error that has none; nothing where the fault is not the connection's."""
    if not isinstance(error.orig, psycopg.OperationalError) and not error.connection_invalidated:
        return "08000" if "connection option" in str(error.orig) else ""
    _, _, fatal = str(error.orig).partition("FATAL:")
    return next((state for words, state in _TOLD.items() if words in fatal), "08000")


def _engine(books: str) -> Engine:
    url = _url(books)
    # What is temporary comes last: it would come first where it is not named, and then a temporary table could stand
    # before one that a guard looks at.
    path = f"{_quoted(_schema(url, books))},pg_temp".replace("\\", "\\\\").replace(" ", "\\ ")
    # Foreign keys are checked by plans that are made once, and while a table is empty the planner likes a scan: the
    # 20,000 rows of a first batch would each read the whole table. Where there is an index, it is to be used.
    options = f"-c search_path={path} -c lock_timeout={_LOCK_TIMEOUT} -c synchronous_commit=on -c enable_seqscan=off"
    engine = create_engine(
        url.set(drivername="postgresql+psycopg").difference_update_query(["schema"]),
        connect_args={"options": options, "connect_timeout": _SECONDS_TO_CONNECT} | _SIGNS_OF_LIFE,
        pool_pre_ping=True,
    )
    event.listen(engine, "connect", _prepare)
    return engine


def _take(connection: Connection, books: str) -> None:
    schema = _schema(_url(books), books)
    connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {_quoted(schema)}".replace("%", "%%"))
    found = text("SELECT 1 FROM information_schema.tables WHERE table_schema = :schema")
    if connection.execute(found, {"schema": schema}).first() is not None:
        raise BooksUnusable(BooksProblem.EXIST_ALREADY, books=_without_secret(books))


class _Streaming(psycopg.ServerCursor[Any]):
    """A cursor that ends with its transaction, whether all of its rows were read or not."""

    def __del__(self, *_warn: object) -> None:
        """Say nothing of a cursor that was left half way: the server has closed it."""


def _prepare(connection: psycopg.Connection[Any], _record: object) -> None:
    connection.server_cursor_factory = _Streaming
    connection.adapters.register_loader("numeric", IntLoader)  # which is what a sum of whole numbers is


def _require_books(connection: psycopg.Connection[Any], _record: object, *, books: str) -> None:
    """Raise `BooksUnusable` where there is no schema, or no right to use it, or nothing of ours in it."""
    found = connection.execute(_BOOKS, [_schema(_url(books), books)]).fetchone()
    connection.rollback()
    if found is None:
        raise BooksUnusable(BooksProblem.MISSING, books=_without_secret(books))
    for is_so, problem in zip(found, (BooksProblem.NO_RIGHTS, BooksProblem.NOT_BOOKS), strict=True):
        if not is_so:
            raise BooksUnusable(problem, books=_without_secret(books))


_BOOKS = """
SELECT has_schema_privilege(oid, 'USAGE'),
       EXISTS (SELECT FROM pg_class WHERE relnamespace = pg_namespace.oid AND relname = 'alembic_version')
FROM pg_namespace WHERE nspname = %s
"""


def _url(books: str) -> URL:
    try:
        return make_url(books)
    except (ArgumentError, NoSuchModuleError, ValueError):
        raise BooksUnusable(BooksProblem.URL, books="postgresql://…") from None


def _schema(url: URL, books: str) -> str:
    schema = url.query.get("schema")
    if not isinstance(schema, str) or not _may_name_a_schema(schema):
        raise BooksUnusable(BooksProblem.URL, books=_without_secret(books))
    return schema


def _may_name_a_schema(name: str) -> bool:
    """PostgreSQL cuts off longer names, and keeps some for itself."""
    reserved = name.startswith("pg_") or name in ("$user", "information_schema")
    return 0 < len(name.encode()) <= _LONGEST_NAME_BYTES and "\0" not in name and not reserved


def _quoted(name: str) -> str:
    return '"{}"'.format(name.replace('"', '""'))


def _without_secret(books: str) -> str:
    url = _url(books).difference_update_query(["password", "sslpassword"])
    return url.render_as_string(hide_password=True)


# --- locks

_t = tables
_ENTITLEMENT = f"{AccountKind.ENTITLEMENT}/"
_holders = select(_t.card.c.holder_id).where(
    or_(OneOf(_t.card.c.token_hash, "cards"), OneOf(_t.card.c.number, "cards"))
)
_paid_by = (
    select(_t.transfer.c.debit)
    .join(_t.redemption, _t.redemption.c.entry_id == _t.transfer.c.entry_id)
    .where(OneOf(_t.redemption.c.id, "redemptions"))
)
_held_from = (
    select(_t.transfer.c.debit)
    .join(_t.hold, _t.hold.c.entry_id == _t.transfer.c.entry_id)
    .where(OneOf(_t.hold.c.id, "holds"))
)
_to_lock = (
    select(literal(_ENTITLEMENT) + _t.entitlement.c.id).where(_t.entitlement.c.holder_id.in_(_holders)),
    _paid_by,
    _held_from,
    select(_t.account.c.code).where(OneOf(_t.account.c.code, "named")),
)


def _locking(*codes: Select[Any]) -> Query:
    """Return what locks the accounts with these codes, in their order."""
    return Query(
        select(_t.account.c.code)
        .where(_t.account.c.code.in_(union(*codes)))
        .order_by(_t.account.c.code)
        .with_for_update(key_share=True)
    )


_LOCK = _locking(*_to_lock)
_LOCK_FOR_CHANGES = _locking(*_to_lock, locked_budgets, locked_entitlements)


# --- guards: written as PostgreSQL itself gives them back, so that they can be compared


def _named(*statements: str) -> dict[str, str]:
    return {statement.split()[2].partition("(")[0]: statement for statement in statements}


def _function(name: str, body: str) -> str:
    return f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $${body}$$"


# Functions carry the search path that they were made with, because on a distributed server the caller's does not reach
# the node; and a transition table is read into an array first, because there it cannot be joined with a table.
_REFUSES = _function(
    "refuses",
    " BEGIN RAISE USING ERRCODE = '23000', MESSAGE = TG_TABLE_NAME || ': nothing is ever ' || TG_ARGV[0]; END ",
)
# A reference goes with its record only: the key of the row, as `unlinked` has it, is made of the named columns.
_KEEPS = _function(
    "keeps",
    " DECLARE whose text;"
    " BEGIN SELECT string_agg(to_jsonb(OLD) ->> part, '/' ORDER BY place) INTO whose"
    " FROM unnest(TG_ARGV) WITH ORDINALITY AS named (part, place);"
    " IF NOT EXISTS (SELECT 1 FROM unlinked WHERE in_table = TG_TABLE_NAME AND key = whose) THEN"
    " RAISE EXCEPTION '%: no record says that its term is over', TG_TABLE_NAME USING ERRCODE = '23000'; END IF;"
    " RETURN OLD; END ",
)
# Cards and terminals are not locked when they are read. A writer who comes second finds the end of one only here, and
# decides anew.
_IS_FINAL = _function(
    "is_final",
    " BEGIN RAISE USING ERRCODE = '40001', MESSAGE = TG_TABLE_NAME || ': what has ended stays so'; END ",
)
_NOTHING_ADDED_LATER = _function(
    "refuses_what_comes_later",
    " DECLARE ids text[];"
    " BEGIN SELECT array_agg(DISTINCT entry_id) INTO ids FROM added;"
    " IF EXISTS (SELECT 1 FROM entry WHERE id = ANY (ids)) THEN"
    " RAISE EXCEPTION 'transfer: its entry is written already' USING ERRCODE = '23000'; END IF;"
    " RETURN NULL; END ",
)
_ALL_TRANSFERS_THERE = _function(
    "counts_transfers",
    " DECLARE ids text[]; numbers bigint[];"
    " BEGIN SELECT array_agg(id), array_agg(transfer_count) INTO ids, numbers FROM added;"
    " IF EXISTS (SELECT 1 FROM unnest(ids, numbers) AS said (id, number) LEFT JOIN"
    " (SELECT entry_id, count(*) AS number FROM transfer WHERE entry_id = ANY (ids) GROUP BY entry_id) AS has"
    " ON has.entry_id = said.id WHERE has.number IS DISTINCT FROM said.number) THEN"
    " RAISE EXCEPTION 'entry: not the number of transfers that it says' USING ERRCODE = '23000'; END IF;"
    " RETURN NULL; END ",
)
_ON_TRANSFER = (
    "CREATE TRIGGER transfer_is_never_added_later AFTER INSERT ON transfer REFERENCING NEW TABLE AS added"
    " FOR EACH STATEMENT EXECUTE FUNCTION refuses_what_comes_later()"
)
_ON_ENTRY = (
    "CREATE TRIGGER entry_has_its_transfers AFTER INSERT ON entry REFERENCING NEW TABLE AS added"
    " FOR EACH STATEMENT EXECUTE FUNCTION counts_transfers()"
)
_ON_CARD = (
    "CREATE TRIGGER card_stays_replaced BEFORE UPDATE OF state ON card"
    f" FOR EACH ROW WHEN (old.state = '{CardState.REPLACED}'::text) EXECUTE FUNCTION is_final()"
)
_ON_TERMINAL = (
    "CREATE TRIGGER terminal_stays_revoked BEFORE UPDATE OF revoked_at, revoked_by ON terminal"
    " FOR EACH ROW WHEN (old.revoked_at IS NOT NULL) EXECUTE FUNCTION is_final()"
)


def _refusing(name: str, when: str, table: str, what: str) -> str:
    return f"CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuses('{what}')"


def _no_delete(table: str) -> str:
    return _refusing(f"{table}_is_never_deleted", "DELETE OR TRUNCATE", table, "deleted")


def _no_unrecorded_delete(table: str) -> str:
    key = ", ".join(f"'{column.name}'" for column in metadata.tables[table].primary_key)
    return f"CREATE TRIGGER {table}_is_kept BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION keeps({key})"


def _no_truncate(table: str) -> str:
    return _refusing(f"{table}_is_never_emptied", "TRUNCATE", table, "emptied")


def _no_update(table: str, *, besides: tuple[str, ...] = ()) -> str:
    columns = ", ".join(column.name for column in metadata.tables[table].columns if column.name not in besides)
    return _refusing(f"{table}_is_never_changed", f"UPDATE OF {columns}" if besides else "UPDATE", table, "changed")


# A search path is written as it was set, or as a list by a dump. A decoy of the same name has arguments.
_FOUND = """
SELECT tgname AS name, pg_get_triggerdef(pg_trigger.oid, true) AS sql
FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE nspname = current_schema() AND NOT tgisinternal AND tgenabled IN ('O', 'A')
UNION ALL
SELECT proname, format('CREATE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$%s$$',
                       proname, prosrc)
FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace JOIN pg_language ON pg_language.oid = prolang
WHERE nspname = current_schema() AND pronargs = 0 AND prorettype = 'trigger'::regtype AND lanname = 'plpgsql'
  AND (proconfig = ARRAY['search_path="' || replace(current_schema(), '"', '""') || '",pg_temp']
       OR proconfig = ARRAY['search_path=' || quote_ident(current_schema()) || ', pg_temp'])
"""
