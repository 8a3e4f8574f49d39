"""The leaves that are sealed, read from the tables as they are declared: a new table is sealed without a word here.

Each row is a leaf, under its key; an entry with its transfers and with all that is declared to be a part of it.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache, cached_property, reduce
from itertools import islice
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, Table, bindparam, cast, exists, func, literal, select

from pasledger.ledger.seals import Kind, Leaves, heading, leaf, row_writer
from pasledger.store import tables
from pasledger.store.statements import Query, Row
from pasledger.store.tables.columns import CHANGES
from pasledger.store.types import TEXT, WHOLE

_t = tables

PAGE = 2_000
"""Of how many rows the parts are read together."""


class Rows:
    """The rows of one table, as they are sealed, or whole: each after its key, or after the id of its entry."""

    def __init__(self, table: Table, *, is_whole: bool = False, is_part: bool = False) -> None:
        self.table = table
        self.columns = tuple(column for column in table.columns if is_whole or column.name not in table.info[CHANGES])
        self.is_sealed = not is_part or table in _t.PARTS_OF_ENTRIES
        self.recorded_at = next((place for place, one in enumerate(self.columns, 1) if one.name == "recorded_at"), None)
        begins = heading(table.name, [column.name for column in self.columns])
        kinds = [Kind(column.type is WHOLE, may_be_nothing=bool(column.nullable)) for column in self.columns]
        self.texts = row_writer(begins, kinds)
        """Returns the texts of rows that were read."""
        key, found = _after_its_entry(table, self.columns) if is_part else _keyed(table, self.columns)
        leaf_table = _t.entry if is_part else table
        is_sealed = exists().where(_t.sealed.c.in_table == leaf_table.name, _t.sealed.c.key == key)
        ordered = found.order_by(key, *table.primary_key)
        since, until, through = key >= bindparam("since"), key < bindparam("until"), key <= bindparam("through")
        self._one = Query(ordered.where(key == bindparam("key")))
        self._all, self._unsealed = Query(ordered), Query(ordered.where(~is_sealed))
        self._since, self._until = Query(ordered.where(since)), Query(ordered.where(until))
        self._between = Query(ordered.where(since, until))
        self._through, self._unsealed_through = (
            Query(ordered.where(since, through)),
            Query(ordered.where(since, through, ~is_sealed)),
        )

    def one(self, connection: Connection, key: str) -> list[Row]:
        """Return the row with a key, or the rows of an entry."""
        return self._one.fetch(connection, key=key)

    def stream(self, connection: Connection, *, only_unsealed: bool = False) -> Iterator[Row]:
        """Yield the rows in the order of the keys."""
        return (self._unsealed if only_unsealed else self._all).stream(connection)

    def within(self, connection: Connection, since: str | None, until: str | None) -> Iterator[Row]:
        """Yield the rows from one key up to, and without, another one, where there are such ends."""
        ends = {name: key for name, key in (("since", since), ("until", until)) if key is not None}
        question = {(): self._all, ("since",): self._since, ("until",): self._until}.get((*ends,), self._between)
        return question.stream(connection, **ends)

    def through(self, connection: Connection, first: str, last: str, *, only_unsealed: bool) -> list[Row]:
        """Return the rows of the entries from the first through the last."""
        question = self._unsealed_through if only_unsealed else self._through
        return question.fetch(connection, since=first, through=last)

    def named(self, row: Row) -> dict[str, Any]:
        """Return the values of a row that was read, by column."""
        return {column.name: value for column, value in zip(self.columns, row[1:], strict=True)}


Parts = list[tuple[Rows, list[Row]]]
"""The rows that belong to an entry, by table."""


class Page:
    """Some rows of a table that follow each other, with the rows that belong to them."""

    def __init__(self, rows: Rows, found: list[Row], parts: Parts) -> None:
        self._rows = rows
        self._parts = parts
        self.found = found

    def parts_of(self, key: str) -> Parts:
        """Return the rows that belong to the row with a key, by table."""
        return [(part, by_entry[key]) for part, by_entry in self.by_entry if key in by_entry]

    @property
    def leaves(self) -> Leaves:
        """What is sealed of it."""
        keys = [row[0] for row in self.found]
        # By key: where the file is damaged, two rows can say to have the same.
        texts = dict(zip(keys, self._rows.texts(self.found), strict=True))
        for part, found in self._parts:
            for row, text in zip(found, part.texts(found), strict=True) if part.is_sealed else ():
                if row[0] in texts:
                    texts[row[0]] += f"\n{text}"
        place = self._rows.recorded_at
        recorded_at = [row[place] or "" for row in self.found] if place else [""] * len(keys)
        return Leaves(self._rows.table.name, keys, [leaf(texts[key]) for key in keys], recorded_at)

    @cached_property
    def by_entry(self) -> list[tuple[Rows, dict[str, list[Row]]]]:
        """The rows that belong to an entry, by table and by its id."""
        return [(part, grouped(found)) for part, found in self._parts]


def grouped(found: Iterable[Row]) -> dict[str, list[Row]]:
    """Return rows by their entries."""
    by_entry: dict[str, list[Row]] = {}
    for row in found:
        if row[0] in by_entry:
            by_entry[row[0]].append(row)
        else:
            by_entry[row[0]] = [row]
    return by_entry


def pages(
    rows: Rows, stream: Iterable[Row], parts: Sequence[Rows], connection: Connection, *, only_unsealed: bool = False
) -> Iterator[Page]:
    """Yield rows with what belongs to them, a page at a time. What belongs to no row is passed over."""
    following = iter(stream)
    while found := list(islice(following, PAGE)):
        ends = found[0][0], found[-1][0]
        read = [(part, part.through(connection, *ends, only_unsealed=only_unsealed)) for part in parts]
        yield Page(rows, found, [(part, own) for part, own in read if own])


@cache
def rows_of(table: Table, *, is_whole: bool = False) -> Rows:
    """Return how a table is read whose rows are leaves."""
    return Rows(table, is_whole=is_whole)


@cache
def parts_of(table: Table) -> tuple[Rows, ...]:
    """Return how the tables are read whose rows are parts of the leaves of a table."""
    return tuple(Rows(part, is_part=True) for part in _t.PARTS_OF_ENTRIES) if table is _t.entry else ()


def _after_its_entry(table: Table, columns: Sequence[Column[Any]]) -> tuple[ColumnElement[str], Select[Any]]:
    return table.c.entry_id, select(table.c.entry_id, *columns)


def has_plain_key(table: Table) -> bool:
    """Return whether the key of a leaf is a column of its table, so that it can be looked for."""
    own = list(table.primary_key)
    return len(own) == 1 and own[0].type is TEXT


def _keyed(table: Table, columns: Sequence[Column[Any]]) -> tuple[ColumnElement[str], Select[Any]]:
    """Return the key of a row, as SQL, and what asks for the rows after their keys.

    It is the only column of a key, or all of its columns with a slash between. Of lines of a log that say the same,
    each has its number.
    """
    own = list(table.primary_key)
    if has_plain_key(table):
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
