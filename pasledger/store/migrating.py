"""Bringing books to the version of this program, and knowing which version they are."""

from functools import cache
from pkgutil import iter_modules
from threading import Lock
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text

from pasledger.store import guards
from pasledger.store.errors import BooksProblem, BooksUnusable
from pasledger.store.migrations import versions

if TYPE_CHECKING:
    from alembic.config import Config

_ONE_AT_A_TIME = Lock()
"""Alembic keeps the connection that it works on where all threads of a process see it."""


def newest() -> str:
    """Return the version that this program writes."""
    return _versions()[0]


def require_known(connection: Connection, books: str) -> str:
    """Return the version of the books. Raises `BooksUnusable` for what is no books, or newer than this program."""
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if found is None:
        raise BooksUnusable(BooksProblem.NOT_BOOKS, books=books)
    if found not in _versions():
        raise BooksUnusable(BooksProblem.NEWER, books=books, version=found)
    return found


def require_newest(connection: Connection, books: str) -> None:
    """Raise `BooksUnusable` for books of another version, saying which way it differs."""
    found = require_known(connection, books)
    if found != newest():
        raise BooksUnusable(BooksProblem.OLDER, books=books, version=found)


def upgrade(connection: Connection) -> None:
    """Take the books to the newest version, with all its guards, in the transaction of `connection`."""
    upgrade_tables(connection)
    guards.install(connection)


def upgrade_tables(connection: Connection) -> None:
    """Take the tables to the newest version, and leave the guards to who fills them."""
    from alembic import command  # here, for it takes a tenth of a second to be there, and hardly any command needs it

    config = _config()
    config.attributes["connection"] = connection
    with _ONE_AT_A_TIME:
        command.upgrade(config, "head")


@cache
def _versions() -> tuple[str, ...]:
    """Return every version there was, the newest first: each migration is named after the one that it makes."""
    return tuple(sorted((one.name.partition("_")[0] for one in iter_modules(versions.__path__)), reverse=True))


def _config() -> "Config":
    from alembic.config import Config  # as above

    config = Config()
    config.set_main_option("script_location", "pasledger.store:migrations")
    config.set_main_option("path_separator", "os")
    return config
