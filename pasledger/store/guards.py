"""The triggers that make the books append-only, and the check at start that they are there.

They stop what constraints cannot: changing or deleting a row, replacing one under its own key (`INSERT OR REPLACE`
asks no delete trigger unless the connection wants it), adding a transfer to an entry that is already written, and an
entry whose number of transfers is not the number it says.
"""

from collections.abc import Collection, Iterator, Mapping

from sqlalchemy import Connection, PrimaryKeyConstraint, UniqueConstraint, text

from pasledger.store.errors import BooksProblem, BooksUnusable
from pasledger.store.tables import metadata

NEVER_CHANGED = (
    "municipality",
    "entry",
    "transfer",
    "scheme",
    "merchant",
    "holder",
    "card_change",
    "entitlement",
    "budget_decision",
    "redemption",
    "refund",
    "attempt",
)
"""Tables of which no row is ever changed or deleted."""

CHANGED_IN_PART = {
    "account": ("balance_cents",),
    "card": ("state",),
    "terminal": ("revoked_at", "revoked_by"),
}
"""Tables of which no row is deleted, with the only columns that change."""

DELETED_ONLY = ("holder_reference", "award_decision")
"""Tables of references, which can be deleted when their term is over, and never changed."""


def triggers() -> dict[str, str]:
    """Return every trigger of SQLite books, by name."""
    made: dict[str, str] = {}
    for table in NEVER_CHANGED:
        made |= _named(_no_delete(table), _no_update(table), _no_replace(table))
    for table, changing in CHANGED_IN_PART.items():
        made |= _named(_no_delete(table), _no_update(table, besides=changing), _no_replace(table))
    for table in DELETED_ONLY:
        made |= _named(_no_update(table), _no_replace(table))
    return made | _named(_NOTHING_ADDED_LATER, _ALL_TRANSFERS_THERE)


def install(connection: Connection, wanted: Mapping[str, str]) -> None:
    """Make the triggers, in the transaction of a migration."""
    for statement in wanted.values():
        connection.execute(text(statement))


def verify(connection: Connection) -> None:
    """Raise `BooksUnusable` where a trigger is missing, or is not the one that should be there."""
    for name in missing(connection):
        raise BooksUnusable(BooksProblem.UNGUARDED, guard=name)


def missing(connection: Connection) -> Iterator[str]:
    """Yield the name of each trigger that is missing or changed."""
    made = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
    found = {row.name: row.sql for row in made}
    for name, statement in triggers().items():
        if found.get(name) != statement:
            yield name


def _named(*statements: str) -> dict[str, str]:
    return {statement.split()[2]: statement for statement in statements}


def _refuse(name: str, when: str, says: str, *, condition: str = "") -> str:
    return f"CREATE TRIGGER {name} BEFORE {when} {condition}BEGIN SELECT RAISE(ABORT, '{says}'); END"


def _no_delete(table: str) -> str:
    return _refuse(f"{table}_is_never_deleted", f"DELETE ON {table}", f"{table}: nothing is ever deleted")


def _no_update(table: str, *, besides: Collection[str] = ()) -> str:
    columns = [column.name for column in metadata.tables[table].columns if column.name not in besides]
    of = f"OF {', '.join(columns)} " if besides else ""
    return _refuse(f"{table}_is_never_changed", f"UPDATE {of}ON {table}", f"{table}: nothing is ever changed")


def _no_replace(table: str) -> str:
    same = " OR ".join(" AND ".join(f"{column} = NEW.{column}" for column in key) for key in _keys(table))
    condition = f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) "  # noqa: S608 - our own names only
    return _refuse(
        f"{table}_is_never_replaced",
        f"INSERT ON {table}",
        f"{table}: this row is there already",
        condition=condition,
    )


def _keys(table: str) -> list[tuple[str, ...]]:
    """Return every unique key of a table: a row can be replaced through each of them, a line of a log by its place."""
    constraints = metadata.tables[table].constraints
    unique = [one for one in constraints if isinstance(one, PrimaryKeyConstraint | UniqueConstraint)]
    return sorted(tuple(column.name for column in one.columns) or ("rowid",) for one in unique)


_NOTHING_ADDED_LATER = _refuse(
    "transfer_is_never_added_later",
    "INSERT ON transfer",
    "transfer: its entry is written already",
    condition="WHEN EXISTS (SELECT 1 FROM entry WHERE id = NEW.entry_id) ",
)
_ALL_TRANSFERS_THERE = _refuse(
    "entry_has_its_transfers",
    "INSERT ON entry",
    "entry: not the number of transfers that it says",
    condition="WHEN NEW.transfer_count <> (SELECT count(*) FROM transfer WHERE entry_id = NEW.id) ",
)
