"""Copying books, row by row: from any kind of database to any kind, in as much memory as one chunk of rows takes.

So a backup is not a form of its own. It is books in one file, which every command can read, and restoring it is copying
it back.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from sqlalchemy import Connection, Table, select

from pasledger.store import guards, migrating
from pasledger.store.statements import Insertion, Query, Row
from pasledger.store.tables import metadata

CHUNK = 20_000
"""How many rows are held at a time."""

Chunk = tuple[Table, list[Row]]
"""Some rows of one table."""


def rows_of(source: Connection) -> Iterator[Chunk]:
    """Yield every row of every table, each table after those that it refers to."""
    for table in metadata.sorted_tables:
        found = _ALL[table].stream(source)
        while chunk := list(islice(found, CHUNK)):
            yield table, chunk


def fill(target: Connection, chunks: Iterable[Chunk], progress: Callable[[int], None]) -> None:
    """Make new books out of the rows of others, and tell of each chunk how many rows there were.

    The guards come last. They forbid what happens here: that a transfer is added to an entry that is already there.
    """
    migrating.upgrade_tables(target)
    for table, rows in chunks:
        _INSERTIONS[table].write(target, rows)
        progress(len(rows))
    guards.install(target)


# The lines of a log, which has no key, come as they are found.
_ALL = {table: Query(select(table).order_by(*table.primary_key)) for table in metadata.sorted_tables}
_INSERTIONS = {table: Insertion(table) for table in metadata.sorted_tables}
