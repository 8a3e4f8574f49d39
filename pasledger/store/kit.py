"""Everything in the books, as it leaves them and comes back: each leaf with its rows, its seal and its digest.

What there is is read from the tables as they are declared, so that a new table leaves the books without a word here.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, select

from pasledger.store import migrating, tables
from pasledger.store.copying import CHUNK, Chunk
from pasledger.store.leaves import pages, parts_of, rows_of
from pasledger.store.sealing import Sealing
from pasledger.store.statements import Query, Row
from pasledger.store.tables.columns import CHANGES, IS_PASSING, IS_REFERENCE, SEALED_AS
from pasledger.store.types import WHOLE

_t = tables

Named = tuple[str, dict[str, Any]]
"""A row of a table, by column."""


@dataclass(frozen=True, slots=True)
class KitLeaf:
    """A leaf with its rows, whole; without rows where its row is gone. Without a seal it is in none."""

    table: str
    key: str
    rows: tuple[Named, ...]
    seal: int | None
    digest: str | None


class Unfit(ValueError):  # noqa: N818 - an answer, not an error
    """Something does not fit into the books."""


def described() -> dict[str, dict[str, object]]:
    """Return each table with its columns, and with which of them are no part of a leaf."""
    return {
        table.name: {
            "columns": {column.name: "integer" if column.type is WHOLE else "text" for column in table.columns},
            "key": [column.name for column in table.primary_key],
            "sealed_as": table.info[SEALED_AS].value,
            "changes": list(table.info[CHANGES]),
            "may_be_deleted": table.info[IS_REFERENCE] or table.info[IS_PASSING],
        }
        for table in sorted(_t.metadata.tables.values(), key=lambda one: one.name)
    }


def version() -> str:
    """Return the version of the tables that this program writes."""
    return migrating.newest()


class Kit:
    """Everything that one snapshot of the books holds."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def leaves(self) -> Iterator[KitLeaf]:
        """Yield every leaf, in the order in which they are sealed, and those that are gone at their places."""
        expected = Sealing(self._connection).sealed()
        waiting = next(expected, None)
        for table, key, rows in self._grouped():
            while waiting is not None and waiting[:2] < (table, key):
                yield KitLeaf(waiting.table, waiting.key, (), waiting.seal, waiting.digest)
                waiting = next(expected, None)
            if waiting is not None and waiting[:2] == (table, key):
                yield KitLeaf(table, key, rows, waiting.seal, waiting.digest)
                waiting = next(expected, None)
            else:
                yield KitLeaf(table, key, rows, None, None)
        while waiting is not None:
            yield KitLeaf(waiting.table, waiting.key, (), waiting.seal, waiting.digest)
            waiting = next(expected, None)

    def loose(self) -> Iterator[Named]:
        """Yield every row that is no leaf and no part of one, but for the seals."""
        for table in _LOOSE:
            for row in _ALL[table].stream(self._connection):
                yield table.name, _named(table, row)

    def _grouped(self) -> Iterator[tuple[str, str, tuple[Named, ...]]]:
        for table in _t.LEAVES:
            main = rows_of(table, is_whole=True)
            for page in pages(main, parts_of(table), self._connection):
                for key, row in zip(map(main.key_of, page.found), page.found, strict=True):
                    rows = [(table.name, main.named(row))]
                    for part, found in page.parts_of(key):
                        rows += [(part.table.name, part.named(one)) for one in found]
                    yield table.name, key, tuple(rows)


def chunks_of(rows: Iterable[tuple[str, Row]]) -> Iterator[Chunk]:
    """Yield rows in chunks by table, to be written."""
    waiting: dict[str, list[Row]] = {}
    held = 0
    for name, row in rows:
        waiting.setdefault(name, []).append(row)
        held += 1
        if held >= CHUNK:
            yield from ((_t.metadata.tables[table], found) for table, found in waiting.items())
            waiting, held = {}, 0
    yield from ((_t.metadata.tables[table], found) for table, found in waiting.items())


def row_of(name: str, values: dict[str, Any]) -> Row:
    """Return a row as its table has it. Raises `Unfit` where no table has a place for it."""
    table = _t.metadata.tables.get(name)
    if table is None or set(values) != set(table.columns.keys()):
        raise Unfit(name)
    for column in table.columns:
        value = values[column.name]
        if not (value is None and column.nullable) and type(value) is not (int if column.type is WHOLE else str):
            raise Unfit(f"{name}.{column.name}")
    return tuple(values[column.name] for column in table.columns)


def _named(table: Table, row: Row) -> dict[str, Any]:
    return dict(zip(table.columns.keys(), row, strict=True))


_LOOSE = tuple(
    table
    for table in sorted(_t.metadata.tables.values(), key=lambda one: one.name)
    if table not in (*_t.LEAVES, *_t.PARTS_OF_ENTRIES, _t.seal, _t.sealed)
)
_ALL = {table: Query(select(table).order_by(*table.primary_key)) for table in _LOOSE}
