"""Users of a server, each with one role of some books."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from pasledger.store import Role
from tests.support import postgresql
from tests.support.books import opened
from tests.support.postgresql import drop, raw, run, server

PASSWORD = "of-a-user-in-a-test"


@contextmanager
def users_of(books: str) -> Iterator[dict[Role, str]]:
    """Make the roles of books and a user with each, and yield the address of the books for each of them.

    All of it is gone afterwards, also the books.
    """
    with opened(books) as store:
        roles = store.make_roles()
    with raw(books) as connection:
        for name in roles.values():
            run(connection, f"CREATE ROLE {name}_user LOGIN PASSWORD '{PASSWORD}' IN ROLE {name}")
    try:
        yield {role: as_user(books, f"{name}_user") for role, name in roles.items()}
    finally:
        drop(books)
        forget(*roles.values(), *(f"{name}_user" for name in roles.values()))


def as_user(books: str, user: str) -> str:
    """Return the address of books for one of these users."""
    return postgresql.as_user(books, user, PASSWORD)


def forget(*roles: str) -> None:
    """Take roles away that own nothing any more."""
    with psycopg.connect(server(), autocommit=True) as connection:
        for role in roles:
            connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))
