"""What a program without our library does with a database: connect to it, write many rows, copy it, look how big it is.

Floors are made of this. They are as durable as the books, and keep every constraint and foreign key; what they do
without is the guards, and all that is not SQL.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Any, ClassVar

from sqlalchemy import Table

from pasledger.store.tables import metadata

Row = tuple[Any, ...]


class Raw(ABC):
    """A kind of database, by its own driver."""

    name: ClassVar[str]
    begin: ClassVar[str]
    """What begins a transaction that writes."""

    @abstractmethod
    def a_free_place(self) -> str:
        """Return an address where there are no books yet."""

    @abstractmethod
    def copy(self, books: str) -> str:
        """Copy books that nobody has open, and return the address of the copy."""

    @abstractmethod
    def drop(self, books: str) -> None:
        """Take books away."""

    @abstractmethod
    def size_bytes(self, books: str) -> int:
        """Return how much place the books take, when nobody has them open."""

    @abstractmethod
    def connected(self, books: str) -> AbstractContextManager[Any]:
        """Connect with the durability and the constraints of the books. Nothing is a transaction but what is begun."""

    @abstractmethod
    def unguarded(self, books: str) -> AbstractContextManager[Any]:
        """Connect to books that have lost their guards for good."""

    @abstractmethod
    def filling(self, books: str) -> AbstractContextManager[Any]:
        """Connect so that nothing is checked and nothing is durable; the guards are there again when the block ends."""

    @abstractmethod
    def run(self, connection: Any, sql: str, values: Iterable[object] = ()) -> Any:
        """Run a statement with a `?` for each value, and return its cursor."""

    @abstractmethod
    def insert(self, connection: Any, table: str, rows: Iterable[Row]) -> None:
        """Write many rows as fast as the driver can."""

    @abstractmethod
    def read(self, connection: Any, table: str) -> None:
        """Read every row of a table, as it comes, and do nothing with it."""

    def rows(self, books: str, table: str) -> set[Row]:
        """Return every row of a table."""
        with self.connected(books) as connection:
            return set(map(tuple, self.run(connection, f"SELECT * FROM {table}").fetchall()))

    def extent(self, books: str) -> dict[str, Row]:
        """Return of each table how many rows it has, and how many characters each of its columns."""
        with self.connected(books) as connection:
            return {
                name: tuple(self.run(connection, f"SELECT count(*), {_characters(table)} FROM {name}").fetchone())
                for name, table in metadata.tables.items()
            }


def _characters(table: Table) -> str:
    return ", ".join(f"sum(length(CAST({column.name} AS text)))" for column in table.columns)
