"""The leaves that are sealed, read from the tables as they are declared: a new table is sealed without a word here.

Each row is a leaf, under its key; an entry with its transfers and with all that is declared to be a part of it.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, cached_property, reduce
from itertools import islice
from operator import itemgetter
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, Table, bindparam, cast, exists, func, literal, select

from pasledger.ledger.seals import Kind, Leaves, heading, leaf_digests, row_writer
from pasledger.store import tables
from pasledger.store.statements import Query, Row
from pasledger.store.tables.columns import CHANGES
from pasledger.store.types import TEXT, WHOLE

_t = tables

PAGE = 250
"""How many rows are looked at together, with their parts: no more than a processor has at hand, which takes a sixth
off what it takes to look at them."""


class Rows:
    """The rows of one table, as they are sealed, or whole: their columns, and then the key where that is none of them.

    The key is that of the leaf: of a row its own, and of a part of an entry the id of that entry.
    """

    def __init__(self, table: Table, *, is_whole: bool = False, is_part: bool = False) -> None:
        self.table = table
        self.columns = tuple(column for column in table.columns if is_whole or column.name not in table.info[CHANGES])
        self.is_sealed = not is_part or table in _t.PARTS_OF_ENTRIES
        self._recorded_at = next((place for place, one in enumerate(self.columns) if one.name == "recorded_at"), None)
        begins = heading(table.name, [column.name for column in self.columns])
        kinds = [Kind(column.type is WHOLE, may_be_nothing=bool(column.nullable)) for column in self.columns]
        key, found = _after_its_entry(table, self.columns) if is_part else _keyed(table, self.columns)
        place = next((place for place, column in enumerate(self.columns) if column is key), len(self.columns))
        self.key_of: Callable[[Row], str] = itemgetter(place)
        """Returns the key of a row that was read."""
        self.texts = row_writer(begins, kinds, has_more=place == len(self.columns))
        """Returns the texts of rows that were read."""
        leaf_table = _t.entry if is_part else table
        is_sealed = exists().where(_t.sealed.c.in_table == leaf_table.name, _t.sealed.c.key == key)
        self._conditions = {
            "since": key >= bindparam("since"),
            "until": key < bindparam("until"),
            "through": key <= bindparam("through"),
            _UNSEALED: ~is_sealed,
        }
        # Never by the same column twice: SQLite would sort what lies in order.
        self._ordered = found.order_by(key, *(column for column in table.primary_key if column is not key))
        self._first = select(literal(1)).select_from(table).limit(1)
        self._questions: dict[tuple[str, ...], Query] = {}

    def one(self, connection: Connection, key: str) -> list[Row]:
        """Return the row with a key, or the rows of an entry."""
        return self._asking(self._ordered, "since", "through").fetch(connection, since=key, through=key)

    def within(
        self, connection: Connection, since: str | None, until: str | None, *, only_unsealed: bool = False
    ) -> Iterator[Row]:
        """Yield the rows in the order of the keys, from one key up to, and without, another one: where given."""
        ends = _given(since=since, until=until)
        return self._asking(self._ordered, *ends, *_only(only_unsealed)).stream(connection, **ends)

    def has_some(self, connection: Connection, since: str | None, until: str | None) -> bool:
        """Return whether there are any from one key up to, and without, another one: where given."""
        ends = _given(since=since, until=until)
        return bool(self._asking(self._first, *ends).fetch(connection, **ends))

    def recorded_at(self, found: list[Row]) -> list[str]:
        """Return when each of some rows was recorded, or nothing where they do not say."""
        place = self._recorded_at
        return [""] * len(found) if place is None else [row[place] or "" for row in found]

    def named(self, row: Row) -> dict[str, Any]:
        """Return the values of a row that was read, by column."""
        return {column.name: value for column, value in zip(self.columns, row, strict=False)}

    def _asking(self, question: Select[Any], *conditions: str) -> Query:
        asked = ("first" if question is self._first else "all", *conditions)
        if asked not in self._questions:
            self._questions[asked] = Query(question.where(*(self._conditions[one] for one in conditions)))
        return self._questions[asked]


_UNSEALED = "unsealed"


def _only(only_unsealed: bool) -> tuple[str, ...]:  # noqa: FBT001 - it is what it is called
    return (_UNSEALED,) if only_unsealed else ()


def _given(**ends: str | None) -> dict[str, str]:
    return {name: key for name, key in ends.items() if key is not None}


Parts = list[tuple[Rows, list[Row]]]
"""The rows that belong to an entry, by table."""


class Page:
    """Some rows of a table that follow each other, with the rows that belong to them."""

    def __init__(self, rows: Rows, found: list[Row], parts: Parts) -> None:
        self._rows = rows
        self._keys = [*map(rows.key_of, found)]
        self._parts = [(part, beside, [*map(part.key_of, beside)]) for part, beside in parts]
        self.found = found

    def parts_of(self, key: str) -> Parts:
        """Return the rows that belong to the row with a key, by table."""
        return [(part, by_entry[key]) for part, by_entry in self.by_entry if key in by_entry]

    @property
    def leaves(self) -> Leaves:
        """What is sealed of it."""
        texts = self._rows.texts(self.found)
        for part, found, keys in self._parts:
            if part.is_sealed:
                texts = _with_lines(texts, self._keys, part.texts(found), keys)
        return Leaves(self._rows.table.name, self._keys, leaf_digests(texts), self._rows.recorded_at(self.found))

    @property
    def strays(self) -> set[str]:
        """The tables of rows that stand beside it and belong to none of its own."""
        return {
            part.table.name
            for part, _, keys in self._parts
            if keys != self._keys and not {*self._keys}.issuperset(keys)
        }

    @cached_property
    def by_entry(self) -> list[tuple[Rows, dict[str, list[Row]]]]:
        """The rows that belong to an entry, by table and by its id."""
        return [(part, _grouped(found, keys)) for part, found, keys in self._parts]


def _grouped(found: list[Row], keys: list[str]) -> dict[str, list[Row]]:
    by_entry: dict[str, list[Row]] = {}
    for key, row in zip(keys, found, strict=True):
        if key in by_entry:
            by_entry[key].append(row)
        else:
            by_entry[key] = [row]
    return by_entry


def _with_lines(texts: list[str], keys: list[str], lines: list[str], keys_of_lines: list[str]) -> list[str]:
    """Return texts, each with the lines after it that have its key."""
    if keys_of_lines == keys:  # one for each
        return [f"{text}\n{line}" for text, line in zip(texts, lines, strict=True)]
    by_key: dict[str, str] = {}
    for key, line in zip(keys_of_lines, lines, strict=True):
        by_key[key] = f"{by_key.get(key, '')}\n{line}"
    return [text + by_key.get(key, "") for text, key in zip(texts, keys, strict=True)]


class _Following:
    """The rows of a table in the order of their keys, taken up to one key after the other."""

    def __init__(self, rows: Rows, stream: Iterator[Row]) -> None:
        self._key_of = rows.key_of
        self._stream = stream
        self._ahead: list[Row] = []

    def rest(self) -> Iterator[list[Row]]:
        """Yield all that is left."""
        while found := self._ahead or list(islice(self._stream, PAGE)):
            self._ahead = []
            yield found

    def through(self, key: str) -> list[Row]:
        """Return the rows up to a key, and with it."""
        found: list[Row] = []
        while (place := bisect_right(self._ahead, key, key=self._key_of)) == len(self._ahead):
            found += self._ahead
            self._ahead = list(islice(self._stream, PAGE))
            if not self._ahead:
                return found
        found += self._ahead[:place]
        del self._ahead[:place]
        return found


def pages(
    rows: Rows,
    parts: Iterable[Rows],
    connection: Connection,
    since: str | None = None,
    until: str | None = None,
    *,
    only_unsealed: bool = False,
) -> Iterator[Page]:
    """Yield rows with what belongs to them, a page at a time. What belongs to none stands beside them all the same.

    They go from one key up to, and without, another one: where given.
    """
    following = rows.within(connection, since, until, only_unsealed=only_unsealed)
    found = list(islice(following, PAGE))
    if only_unsealed:
        if not found:
            return
        since = rows.key_of(found[0])  # what stands before it is sealed, and need not be looked at
    beside = [
        (part, _Following(part, part.within(connection, since, until, only_unsealed=only_unsealed)))
        for part in parts
        if part.has_some(connection, since, until)
    ]
    while found:
        last = rows.key_of(found[-1])
        read = [(part, own.through(last)) for part, own in beside]
        yield Page(rows, found, [(part, own) for part, own in read if own])
        found = list(islice(following, PAGE))
    for part, own in beside:
        for strays in own.rest():
            yield Page(rows, [], [(part, strays)])


@cache
def rows_of(table: Table, *, is_whole: bool = False) -> Rows:
    """Return how a table is read whose rows are leaves."""
    return Rows(table, is_whole=is_whole)


@cache
def parts_of(table: Table) -> tuple[Rows, ...]:
    """Return how the tables are read whose rows are parts of the leaves of a table."""
    return tuple(Rows(part, is_part=True) for part in _t.PARTS_OF_ENTRIES) if table is _t.entry else ()


def _after_its_entry(table: Table, columns: Sequence[Column[Any]]) -> tuple[ColumnElement[str], Select[Any]]:
    return table.c.entry_id, select(*columns).where(table.c.entry_id.is_not(None))


def has_plain_key(table: Table) -> bool:
    """Return whether the key of a leaf is a column of its table, so that it can be looked for."""
    own = list(table.primary_key)
    return len(own) == 1 and own[0].type is TEXT


def _keyed(table: Table, columns: Sequence[Column[Any]]) -> tuple[ColumnElement[str], Select[Any]]:
    """Return the key of a row, as SQL, and what asks for the rows.

    It is the only column of a key, or all of its columns with a slash between. Of lines of a log that say the same,
    each has its number.
    """
    own = list(table.primary_key)
    if has_plain_key(table):
        return own[0], select(*columns)
    if own:
        key = _joined(map(_escaped, own))
        return key, select(*columns, key)
    number = func.row_number().over(partition_by=columns)
    counted = select(*columns, _joined([*map(_escaped, columns), cast(number, TEXT)]).label("key")).subquery()
    return counted.c.key, select(*counted.c)


def _joined(parts: Iterable[ColumnElement[str]]) -> ColumnElement[str]:
    return reduce(lambda key, part: key + literal("/") + part, parts)


def _escaped(column: Column[Any]) -> ColumnElement[str]:
    """Return a value without a slash of its own, so that no two keys are alike."""
    written = cast(column, TEXT)
    return func.coalesce(func.replace(func.replace(written, "%", "%25"), "/", "%2F"), "%0")
