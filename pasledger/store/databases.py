"""The kinds of database that there are, and which one some books are in."""

from sqlalchemy import Connection

from pasledger.store.database import Database
from pasledger.store.errors import BooksProblem, BooksUnusable
from pasledger.store.postgresql import Postgresql
from pasledger.store.sqlite import Sqlite

_BY_DIALECT: dict[str, Database] = {"sqlite": Sqlite(), "postgresql": Postgresql()}


def database_of(books: str) -> Database:
    """Return the kind of database for a file path or a URL. Raises `BooksUnusable` for a kind that there is not."""
    kind, separator, _ = books.partition("://")
    if not separator:
        return _BY_DIALECT["sqlite"]
    if kind not in ("postgresql", "postgres"):
        raise BooksUnusable(BooksProblem.UNSUPPORTED, books=kind)
    return _BY_DIALECT["postgresql"]


def database_behind(connection: Connection) -> Database:
    """Return the kind of database that a connection leads to."""
    return _BY_DIALECT[connection.dialect.name]
