"""What differs from one kind of database to another, and nothing else does."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from pasledger.rules.town import Needs
from pasledger.store.errors import BooksUnusable


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What one transaction reads, and others can."""

    connection: Connection
    mark: str
    """What others `join` it by."""
    is_the_same: Callable[[], bool] = lambda: True
    """Whether those who joined by now read the same."""


class Database(ABC):
    """A kind of database that books can be in."""

    has_roles: ClassVar[bool]
    """Whether its users can be given less than all rights."""

    @abstractmethod
    def shown(self, books: str) -> str:
        """Return how books are named to people: without a secret that their address may hold."""

    @abstractmethod
    def open(self, books: str) -> Engine:
        """Return an engine for existing books. Raises `BooksUnusable` where there are none."""

    def open_to_read(self, books: str) -> Engine:
        """Return an engine for existing books that nobody writes to. Raises `BooksUnusable` where there are none."""
        return self.open(books)

    @abstractmethod
    def filling(self, books: str) -> AbstractContextManager[Connection]:
        """Yield a connection to fill new books in one transaction. Raises `BooksUnusable` where there is something.

        They are at their place, whole and on the disk, when the block ends, and wholly absent when it raises.
        """

    @abstractmethod
    def options(self, *, reads_only: bool) -> dict[str, Any]:
        """Return the options of a transaction that reads one snapshot, or that writes a batch."""

    @abstractmethod
    def shared(self, engine: Engine) -> AbstractContextManager[Snapshot]:
        """Read a snapshot that others can `join` as long as it is read. Raises `BooksContended` where they cannot."""

    @abstractmethod
    def join(self, connection: Connection, mark: str) -> None:
        """Let a transaction that has only begun read the snapshot that is marked."""

    @abstractmethod
    def lock(self, connection: Connection, needs: Needs) -> frozenset[str] | None:
        """Lock the stored balances that a batch may change, in the order of their codes, and return the codes.

        None where the transaction has locked all of the books.
        """

    @abstractmethod
    def guards(self) -> dict[str, str]:
        """Return what has to be there to make the books append-only: its SQL, by name."""

    @abstractmethod
    def guards_found(self, connection: Connection) -> dict[str, str]:
        """Return what is there of it."""

    @abstractmethod
    def damage(self, connection: Connection) -> Iterator[tuple[str, str]]:
        """Yield what the database itself finds wrong: the check that found it, and what it says."""

    @abstractmethod
    def make_ready_to_unlink(self, connection: Connection, table: str) -> None:
        """Make ready for the deletion of rows of a table of references, in the transaction that deletes them."""

    @abstractmethod
    def trouble(self, error: DBAPIError, books: str) -> BooksUnusable | None:
        """Return what is the matter with the books; None for what is a fault of the program."""
