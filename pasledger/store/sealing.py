"""What is sealed, read from the tables as they are declared: a new table is sealed without a word here.

Each row is a leaf, under its key; an entry with its transfers and with all that is declared to be a part of it. What is
not sealed yet is what has no row in `sealed`, whichever id it has and whenever it was committed, so that no lock is
needed to pass nothing over.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache, reduce
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, Table, bindparam, cast, exists, func, literal, select

from pasledger.ledger.seals import Leaf, Seal, Sealed, heading, leaf, row_text
from pasledger.store import tables
from pasledger.store.errors import BooksContended, BooksProblem
from pasledger.store.statements import Insertion, Query, Row
from pasledger.store.tables.columns import CHANGES
from pasledger.store.types import TEXT

_t = tables


class Sealing:
    """What one snapshot of the books says of seals."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def deletable(self) -> frozenset[str]:
        """The tables of which a row may be gone, although it was sealed: its term is over."""
        return frozenset(_t.DELETED_ONLY)

    def leaves(self, *, only_unsealed: bool = False) -> Iterator[Leaf]:
        """Yield every leaf, or those that are in no seal, in the order in which they are sealed."""
        for table in _t.LEAVES:
            parts = [_rows_of(part) for part in _t.PARTS_OF_ENTRIES] if table is _t.entry else []
            yield from _leaves_of(_rows_of(table), parts, self._connection, only_unsealed=only_unsealed)

    def sealed(self) -> Iterator[Sealed]:
        """Yield all that was sealed, in the order in which it was."""
        return map(Sealed._make, _SEALED.stream(self._connection))

    def seals(self) -> Iterator[tuple[Seal, str]]:
        """Yield every seal with the root that the books have for it."""
        for row in _SEALS.stream(self._connection):
            yield Seal(*row[:-1]), row[-1]

    def newest(self) -> Seal | None:
        """Return the newest seal."""
        found = _NEWEST.fetch(self._connection)
        return Seal(*found[0][:-1]) if found else None

    def seal_of(self, table: str, key: str) -> int | None:
        """Return the number of the seal that a leaf is in."""
        found = _SEALED_ONE.fetch(self._connection, table=table, key=key)
        return found[0][2] if found else None

    def sealed_in(self, seal: int) -> Iterator[Sealed]:
        """Yield what one seal sealed, in the order in which it did."""
        return map(Sealed._make, _SEALED_IN.stream(self._connection, number=seal))

    def rows_of(self, table: str, key: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the rows of a leaf, by table, each with the values that are sealed."""
        leaf_table = _t.metadata.tables[table]
        parts = _t.PARTS_OF_ENTRIES if leaf_table is _t.entry else ()
        for rows in map(_rows_of, (leaf_table, *parts)):
            for row in rows.one.fetch(self._connection, key=key):
                yield rows.table.name, rows.named(row)


def add_seal(connection: Connection, seal: Seal, sealed: Iterable[Leaf], *, after: Seal | None) -> None:
    """Write a seal after the newest one. Raises `BooksContended` where another one came in between."""
    if Sealing(connection).newest() != after:
        raise BooksContended(BooksProblem.BUSY)
    values = (seal.number, seal.sealed_at, seal.sealed_by, seal.leaves, seal.tree, seal.previous, seal.root)
    _ADD_SEAL.write(connection, [values])
    _ADD_SEALED.write(connection, [(one.table, one.key, seal.number, one.digest.hex()) for one in sealed])


class Rows:
    """The rows of one table, as they are sealed, or whole: each under its key, or under the id of its entry."""

    def __init__(self, table: Table, *, is_whole: bool = False) -> None:
        self.table = table
        self.columns = tuple(column for column in table.columns if is_whole or column.name not in table.info[CHANGES])
        self.begins = heading(table.name, [column.name for column in self.columns])
        self.recorded_at = next((place for place, one in enumerate(self.columns, 1) if one.name == "recorded_at"), None)
        self._all, self._unsealed, self.one = _questions(table, self.columns)

    def stream(self, connection: Connection, *, only_unsealed: bool) -> Iterator[Row]:
        """Yield the rows, each after its key, in the order of the keys."""
        return (self._unsealed if only_unsealed else self._all).stream(connection)

    def named(self, row: Row) -> dict[str, Any]:
        """Return the values of a row that was streamed, by column."""
        return {column.name: value for column, value in zip(self.columns, row[1:], strict=True)}

    def text(self, row: Row) -> str:
        """Return the text of a row that was streamed."""
        return row_text(self.begins, row[1:])


def _leaves_of(rows: Rows, parts: Sequence[Rows], connection: Connection, *, only_unsealed: bool) -> Iterator[Leaf]:
    followers = [Follower(part, part.stream(connection, only_unsealed=only_unsealed)) for part in parts]
    name, recorded_at = rows.table.name, rows.recorded_at
    for row in rows.stream(connection, only_unsealed=only_unsealed):
        texts = [rows.text(row)]
        for follower in followers:
            texts += map(follower.rows.text, follower.rows_of(row[0]))
        yield Leaf(name, row[0], leaf(*texts), row[recorded_at] if recorded_at else "")


class Follower:
    """The rows of one table that belong to entries, taken entry by entry."""

    def __init__(self, rows: Rows, stream: Iterator[Row]) -> None:
        self.rows = rows
        self._stream = stream
        self._next = next(stream, None)

    def rows_of(self, entry: str) -> list[Row]:
        """Return the rows of an entry; those of entries that are not there are passed over."""
        found: list[Row] = []
        while self._next is not None and self._next[0] <= entry:
            if self._next[0] == entry:
                found.append(self._next)
            self._next = next(self._stream, None)
        return found


@cache
def _rows_of(table: Table) -> Rows:
    return Rows(table)


def _questions(table: Table, columns: Sequence[Column[Any]]) -> tuple[Query, Query, Query]:
    """Return what asks for all rows of a table, for those that are not sealed, and for one; each after its key."""
    leaf_table = _t.entry if table in _t.PARTS_OF_ENTRIES else table
    key, found = _keyed(table, columns)
    sealed = exists().where(_t.sealed.c.in_table == leaf_table.name, _t.sealed.c.key == key)
    ordered = found.order_by(key, *table.primary_key)
    return Query(ordered), Query(ordered.where(~sealed)), Query(ordered.where(key == bindparam("key")))


def _keyed(table: Table, columns: Sequence[Column[Any]]) -> tuple[ColumnElement[str], Select[Any]]:
    """Return the key of a row, as SQL, and what asks for the rows after their keys.

    It is the entry of a part, the only column of a key, or all of its columns with a slash between. Of lines of a log
    that say the same, each has its number.
    """
    if table in _t.PARTS_OF_ENTRIES:
        return table.c.entry_id, select(table.c.entry_id, *columns)
    own = list(table.primary_key)
    if len(own) == 1 and own[0].type is TEXT:
        return own[0], select(*own, *columns)
    if own:
        key = _joined(map(_escaped, own))
        return key, select(key, *columns)
    number = func.row_number().over(partition_by=columns)
    counted = select(_joined([*map(_escaped, columns), cast(number, TEXT)]).label("key"), *columns).subquery()
    return counted.c.key, select(*counted.c)


def _joined(parts: Iterable[ColumnElement[str]]) -> ColumnElement[str]:
    return reduce(lambda key, part: key + literal("/") + part, parts)


def _escaped(column: Column[Any]) -> ColumnElement[str]:
    """Return a value without a slash of its own, so that no two keys are alike."""
    written = cast(column, TEXT)
    return func.coalesce(func.replace(func.replace(written, "%", "%25"), "/", "%2F"), "%0")


_in_order = select(_t.sealed).order_by(_t.sealed.c.in_table, _t.sealed.c.key)
_SEALED = Query(_in_order)
_SEALED_IN = Query(_in_order.where(_t.sealed.c.seal == bindparam("number")))
_SEALED_ONE = Query(
    select(_t.sealed).where(_t.sealed.c.in_table == bindparam("table"), _t.sealed.c.key == bindparam("key"))
)
_SEALS = Query(select(_t.seal).order_by(_t.seal.c.number))
_NEWEST = Query(select(_t.seal).order_by(_t.seal.c.number.desc()).limit(1))
_ADD_SEAL = Insertion(_t.seal)
_ADD_SEALED = Insertion(_t.sealed)
