"""The kinds of database that there are, and which one some books are in."""

from sqlalchemy import Connection

from pasledger.store.database import Database
from pasledger.store.errors import BooksProblem, BooksUnusable
from pasledger.store.sqlite import Sqlite

_BY_DIALECT: dict[str, Database] = {"sqlite": Sqlite()}
"""Each kind that was asked for."""


def database_of(books: str) -> Database:
    """Return the kind of database for a file path or a URL.

    Raises `BooksUnusable` for a kind that there is not, and for one without what is needed to talk to it.
    """
    kind, separator, _ = books.partition("://")
    if not separator:
        return _named("sqlite")
    if kind not in ("postgresql", "postgres"):
        raise BooksUnusable(BooksProblem.UNSUPPORTED, books=kind)
    return _named("postgresql")


def database_behind(connection: Connection) -> Database:
    """Return the kind of database that a connection leads to."""
    return _named(connection.dialect.name)


def _named(dialect: str) -> Database:
    if dialect not in _BY_DIALECT:
        _BY_DIALECT[dialect] = _postgresql()
    return _BY_DIALECT[dialect]


def _postgresql() -> Database:
    """Return PostgreSQL. It is looked for where books are in it only: its driver needs a library of the machine."""
    try:
        import psycopg  # noqa: F401
    except ImportError as missing:
        raise BooksUnusable(BooksProblem.NO_DRIVER) from missing
    from pasledger.store.postgresql import Postgresql

    return Postgresql()
