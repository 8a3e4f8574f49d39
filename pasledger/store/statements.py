"""Statements that are built once and run with plain values, which is what makes Python fast enough here.

SQLAlchemy compiles the questions. What is written goes to the driver many rows at a time: as `executemany` on SQLite,
and on PostgreSQL as one statement over arrays, for a batch of one as for a batch of thousands.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import BindParameter, Column, Connection, CursorResult, Dialect, Select, String, Table, bindparam
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.selectable import CompoundSelect

from pasledger.store.types import WHOLE

Row = tuple[Any, ...]
SQLITE, POSTGRESQL = "sqlite", "postgresql"

_AT_A_TIME = {SQLITE: 250, POSTGRESQL: 2_000}
"""How many rows are taken from a driver at a time: what a processor has at hand, or what is worth asking a server."""


class OneOf(ColumnElement[bool]):
    """The condition that a column is one of a list of texts, however long, given as the one value of a parameter."""

    inherit_cache = False

    def __init__(self, column: ColumnElement[Any], parameter: str) -> None:
        self.column = column
        self.listed: BindParameter[str] = bindparam(parameter, type_=String)


@compiles(OneOf, SQLITE)
def _one_of_in_sqlite(element: OneOf, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - SQLAlchemy's
    column, listed = compiler.process(element.column, **options), compiler.process(element.listed, **options)
    return f"{column} IN (SELECT value FROM json_each({listed}))"  # noqa: S608 - compiled, not pasted


@compiles(OneOf, POSTGRESQL)
def _one_of_in_postgresql(element: OneOf, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401 - as above
    column, listed = compiler.process(element.column, **options), compiler.process(element.listed, **options)
    return f"{column} = ANY(CAST({listed} AS text[]))"


class Query:
    """A question and, for each kind of database, its SQL."""

    def __init__(self, question: Select[Any] | CompoundSelect[Any]) -> None:
        self._question = question
        self._compiled: dict[str, SQLCompiler] = {}

    def fetch(self, connection: Connection, **parameters: object) -> list[Row]:
        """Return all rows. A list among the parameters is what `OneOf` takes."""
        found = self._run(connection, parameters, streams=False)
        # As the driver gives them: this is asked many times a second, and nobody needs names for the columns.
        try:
            rows = list(found.cursor.fetchall())
        except found.dialect.loaded_dbapi.Error as error:
            raise _as_sqlalchemy_tells(error) from error
        found.close()
        return rows

    def stream(self, connection: Connection, **parameters: object) -> Iterator[Row]:
        """Return the rows as they come, however many they are."""
        return chain.from_iterable(_streamed(self._run(connection, parameters, streams=True)))

    def _run(self, connection: Connection, parameters: dict[str, object], *, streams: bool) -> CursorResult[Any]:
        compiled = self._sql(connection.dialect)
        values: Any = {**compiled.params, **parameters}
        if compiled.positiontup is not None:
            values = tuple(_as_json(values[name]) for name in compiled.positiontup)
        options = {"stream_results": streams}
        return connection.exec_driver_sql(compiled.string, values, execution_options=options)

    def _sql(self, dialect: Dialect) -> SQLCompiler:
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._question.compile(dialect=dialect)
            self._compiled[dialect.name] = compiled
        return compiled


def _streamed(found: CursorResult[Any]) -> Iterator[Sequence[Row]]:
    """Yield rows as the driver gives them, some at a time."""
    first = found.fetchone()  # which SQLAlchemy has taken already from a cursor of the server
    if first is None:
        return
    yield [tuple(first)]
    try:
        while rows := found.cursor.fetchmany(_AT_A_TIME[found.dialect.name]):
            yield rows
    except found.dialect.loaded_dbapi.Error as error:
        raise _as_sqlalchemy_tells(error) from error
    found.close()


def _as_sqlalchemy_tells(error: Exception) -> DBAPIError:
    """Return what a driver says of rows that cannot be read, as it is told of statements that cannot be run."""
    return DBAPIError(None, None, error)


def _as_json(value: object) -> object:
    return json.dumps(value) if isinstance(value, list) else value


class Writing(ABC):
    """Something that is written for each of many rows."""

    def __init__(self, table: Table, columns: Iterable[Column[Any]]) -> None:
        self.table = table
        self.columns = tuple(columns)
        self._sql = {SQLITE: self.for_each_row(), POSTGRESQL: self.for_all_rows()}

    def write(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Write the rows, whose values stand in the order of the columns. No rows: nothing runs."""
        if not rows:
            return
        kind = connection.dialect.name
        values: Any = list(rows) if kind == SQLITE else tuple(map(list, zip(*rows, strict=True)))
        connection.exec_driver_sql(self._sql[kind], values)

    @abstractmethod
    def for_each_row(self) -> str:
        """Return the SQL for one row, with a place for each column."""

    @abstractmethod
    def for_all_rows(self) -> str:
        """Return the SQL for all rows, with a place for the array of each column."""

    @property
    def names(self) -> str:
        """The names of the columns."""
        return ", ".join(column.name for column in self.columns)

    @property
    def places(self) -> str:
        """A place for each column of one row."""
        return ", ".join("?" * len(self.columns))

    @property
    def arrays(self) -> str:
        """All rows as a table with the names of the columns."""
        kinds = ", ".join(f"%s::{'bigint' if column.type is WHOLE else 'text'}[]" for column in self.columns)
        return f"unnest({kinds}) AS new({self.names})"


class Insertion(Writing):
    """Rows of a table, all columns in their order."""

    def __init__(self, table: Table) -> None:
        super().__init__(table, table.columns)

    def for_each_row(self) -> str:
        """Insert one row, or undo the transaction: SQLite need not prepare for undoing the row alone."""
        return f"INSERT OR ROLLBACK INTO {self.table.name} ({self.names}) VALUES ({self.places})"  # noqa: S608 - our names

    def for_all_rows(self) -> str:
        """Insert all rows."""
        return f"INSERT INTO {self.table.name} ({self.names}) SELECT * FROM {self.arrays}"  # noqa: S608 - as above


class InsertionWithout(Insertion):
    """Rows of a table whose one column is empty, and which is not so much as named: a right on it is not needed."""

    def __init__(self, table: Table, empty: Column[Any]) -> None:
        self._place = list(table.columns).index(empty)
        Writing.__init__(self, table, [column for column in table.columns if column is not empty])

    def write(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Write the rows, which have a value for each column of the table."""
        super().write(connection, [row[: self._place] + row[self._place + 1 :] for row in rows])


class InsertionIfMissing(Insertion):
    """Rows of a table, but for those that are there. On SQLite that is asked, for its guard refuses what is there."""

    def for_each_row(self) -> str:
        """Insert one row unless there is one with its key."""
        places = {column.name: f"?{place}" for place, column in enumerate(self.columns, start=1)}
        values = ", ".join(places.values())
        same = " AND ".join(f"{key.name} = {places[key.name]}" for key in self.table.primary_key.columns)
        there = f"SELECT 1 FROM {self.table.name} WHERE {same}"  # noqa: S608 - our own names
        return f"INSERT OR ROLLBACK INTO {self.table.name} ({self.names}) SELECT {values} WHERE NOT EXISTS ({there})"

    def for_all_rows(self) -> str:
        """Insert those rows that are not there."""
        return f"{super().for_all_rows()} ON CONFLICT DO NOTHING"


class Deletion(Writing):
    """Rows that go, found by one column."""

    def __init__(self, table: Table, column: Column[Any]) -> None:
        super().__init__(table, [column])

    def for_each_row(self) -> str:
        """Delete all that have one value."""
        return f"DELETE FROM {self.table.name} WHERE {self.names} = ?"  # noqa: S608 - our own names

    def for_all_rows(self) -> str:
        """Delete all that have one of the values."""
        return (
            f"DELETE FROM {self.table.name} USING {self.arrays} WHERE {self.table.name}.{self.names} = new.{self.names}"  # noqa: S608 - as above
        )


class Update(Writing):
    """New values for some columns of rows that are found by their key, which comes last."""

    def __init__(self, table: Table, *changing: Column[Any]) -> None:
        [self.key] = table.primary_key.columns
        self.changing = changing
        super().__init__(table, (*changing, self.key))

    def write(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Write the rows; of several for one key the last, for all of them are written at once."""
        super().write(connection, list({row[-1]: row for row in rows}.values()))

    def for_each_row(self) -> str:
        """Change one row."""
        changes = ", ".join(f"{column.name} = ?" for column in self.changing)
        return f"UPDATE {self.table.name} SET {changes} WHERE {self.key.name} = ?"  # noqa: S608 - our own names

    def for_all_rows(self) -> str:
        """Change all rows."""
        changes = ", ".join(f"{column.name} = new.{column.name}" for column in self.changing)
        same = f"{self.table.name}.{self.key.name} = new.{self.key.name}"
        return f"UPDATE {self.table.name} SET {changes} FROM {self.arrays} WHERE {same}"  # noqa: S608 - as above
