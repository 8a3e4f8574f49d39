"""The triggers that make the books append-only, and the check at start that they are there.

They stop what constraints cannot: changing or deleting a row, replacing one under its own key (`INSERT OR REPLACE`
asks no delete trigger unless the connection wants it), adding a transfer to an entry that is already written, and an
entry whose number of transfers is not the number it says.
"""

from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import Connection, text

from pasledger.store.errors import BooksProblem, BooksUnusable

NEVER_CHANGED = {
    "municipality": ("id",),
    "entry": ("id",),
    "transfer": ("entry_id", "position"),
    "scheme": ("code", "version"),
    "merchant": ("id", "version"),
    "holder": ("id",),
    "card_change": ("card_id", "recorded_at", "state"),
    "entitlement": ("id", "entry_id"),
    "budget_decision": ("entry_id",),
    "redemption": ("id", "entry_id"),
    "refund": ("id", "entry_id"),
    "attempt": ("key",),
}
"""Tables of which no row is ever changed or deleted, with their keys."""

CHANGED_IN_PART = {
    "account": (("code",), ("kind", "scheme")),
    "card": (("id", "number", "token_hash"), ("holder_id", "recorded_at", "prepared_by")),
    "terminal": (
        ("id", "credential_hash"),
        ("merchant_id", "label", "credential_prefix", "recorded_at", "prepared_by"),
    ),
}
"""Tables of which no row is deleted and some columns never change: their keys, and the other such columns."""

DELETED_ONLY = {
    "holder_reference": ("holder_id", "reference"),
    "award_decision": ("entitlement_id",),
}
"""Tables of references, which can be deleted when their term is over, and never changed."""


def triggers() -> dict[str, str]:
    """Return every trigger of SQLite books, by name."""
    made: dict[str, str] = {}
    for table, keys in NEVER_CHANGED.items():
        made |= _named(_no_delete(table), _no_update(table), _no_replace(table, keys))
    for table, (keys, columns) in CHANGED_IN_PART.items():
        made |= _named(_no_delete(table), _no_update(table, (*keys, *columns)), _no_replace(table, keys))
    for table, keys in DELETED_ONLY.items():
        made |= _named(_no_update(table), _no_replace(table, keys))
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


def _no_update(table: str, columns: Iterable[str] = ()) -> str:
    of = f"OF {', '.join(columns)} " if columns else ""
    return _refuse(f"{table}_is_never_changed", f"UPDATE {of}ON {table}", f"{table}: nothing is ever changed")


def _no_replace(table: str, keys: tuple[str, ...]) -> str:
    # The columns of a composite key belong together; where there are several keys of one column each, each counts.
    joint = " AND " if table in _COMPOSITE else " OR "
    same = joint.join(f"{key} = NEW.{key}" for key in keys)
    condition = f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) "  # noqa: S608 - our own names only
    return _refuse(
        f"{table}_is_never_replaced",
        f"INSERT ON {table}",
        f"{table}: this row is there already",
        condition=condition,
    )


_COMPOSITE = frozenset({"transfer", "scheme", "merchant", "card_change"})

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
