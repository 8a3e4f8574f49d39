"""The triggers that make the books append-only, and the check at every opening that they are there.

They stop what constraints cannot: changing or deleting a row, replacing one under its own key, adding a transfer to an
entry that is already written, and an entry whose number of transfers is not the number it says. Each database has its
own, in its module; which tables they guard is said once, in `tables`.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, text

from pasledger.store.databases import database_behind
from pasledger.store.errors import BooksProblem, BooksUnusable


def install(connection: Connection) -> None:
    """Make the guards that are missing, in the transaction that brings the books to this version.

    A migration that changes a guard takes the old one away; this makes the new one, for all tables there are by then.
    """
    made = database_behind(connection).guards()
    for name in list(missing(connection)):
        connection.execute(text(made[name].replace(":", "\\:")))  # a colon is no parameter here


def verify(connection: Connection) -> None:
    """Raise `BooksUnusable` where a guard is missing, or is not the one that should be there."""
    for name in missing(connection):
        raise BooksUnusable(BooksProblem.UNGUARDED, guard=name)


def missing(connection: Connection) -> Iterator[str]:
    """Yield the name of each guard that is missing or changed."""
    database = database_behind(connection)
    found = database.guards_found(connection)
    for name, statement in database.guards().items():
        if found.get(name) != statement:
            yield name
