"""Statements that are compiled once and run with plain values, which is what makes Python fast enough here.

SQLAlchemy builds the SQL; the driver gets it with tuples, for a batch of one as for a batch of thousands.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, cast

from sqlalchemy import Connection, Dialect, String, Table, bindparam, func, select
from sqlalchemy.sql import ClauseElement, ColumnElement
from sqlalchemy.sql.compiler import SQLCompiler

Row = tuple[Any, ...]


def one_of(column: ColumnElement[Any], parameter: str) -> ColumnElement[bool]:
    """Return the condition that `column` is one of a list of texts, however long, given as one value (see `keys`)."""
    listed = func.json_each(bindparam(parameter, type_=String)).table_valued("value")
    return column.in_(select(listed.c.value))


def keys(values: Iterable[str]) -> str:
    """Return a list of texts as the one value that `one_of` takes. Sorted, so that the same list is the same value."""
    return json.dumps(sorted(values))


class Statement:
    """A statement and, for each kind of database, its SQL."""

    def __init__(self, statement: ClauseElement) -> None:
        self._statement = statement
        self._compiled: dict[str, SQLCompiler] = {}

    def fetch(self, connection: Connection, **parameters: object) -> list[Row]:
        """Run it once and return all rows."""
        return list(self.stream(connection, **parameters))

    def stream(self, connection: Connection, **parameters: object) -> Iterator[Row]:
        """Run it once and return the rows as they come."""
        compiled = self._sql(connection.dialect)
        given = {**compiled.params, **parameters}
        values = tuple(given[name] for name in compiled.positiontup or ())
        return map(tuple, connection.exec_driver_sql(compiled.string, values))

    def write(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Run it for each of the rows, whose values stand in the order of its parameters. No rows: nothing runs."""
        if rows:
            connection.exec_driver_sql(self._sql(connection.dialect).string, list(rows))

    def _sql(self, dialect: Dialect) -> SQLCompiler:
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = cast("SQLCompiler", self._statement.compile(dialect=dialect))
            self._compiled[dialect.name] = compiled
        return compiled


def insertion(table: Table) -> Statement:
    """Return the statement that inserts rows whose values stand in the order of the table's columns."""
    return Statement(table.insert())
