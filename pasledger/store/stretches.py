"""Everything that is sealed, divided into stretches that can be looked at apart, by several who do it at once.

A stretch is what lies between two places in the order in which leaves are sealed: of one table, and of no more than so
many leaves where the table has a key that can be looked for. Whatever says that it was sealed is in one of them, also
when there is no such table.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from sqlalchemy import Connection, Table, bindparam, select

from pasledger.store import tables
from pasledger.store.leaves import has_plain_key
from pasledger.store.statements import Query

Place = tuple[str, str]
"""A table, by its name, and a key."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """The leaves of a table from one place up to, and without, another one."""

    table: str
    since: Place | None
    """None for the beginning of everything."""
    until: Place | None
    """None for the end of everything."""

    @property
    def is_of_entries(self) -> bool:
        """Whether its leaves are entries."""
        return self.table == tables.entry.name

    @property
    def keys(self) -> tuple[str | None, str | None]:
        """The keys in its table from which, and up to which, it goes; None where it goes as far as the table does."""
        since, until = self.since, self.until
        return (
            since[1] or None if since and since[0] == self.table else None,
            until[1] or None if until and until[0] == self.table else None,
        )


def stretches(connection: Connection, most: int) -> list[Stretch]:
    """Return all of them, in their order, each of at most so many leaves where its table lets it."""
    begins = [(table.name, key) for table in tables.LEAVES for key in ("", *_keys(connection, table, most))]
    places: list[Place | None] = [None, *begins[1:], None]
    return [Stretch(table, *ends) for (table, _), ends in zip(begins, pairwise(places), strict=True)]


def has_more_entries_than(connection: Connection, number: int) -> bool:
    """Return whether there are more entries than so many, without counting them all."""
    return bool(_one_further(tables.entry).fetch(connection, since="", most=number))


def _keys(connection: Connection, table: Table, most: int) -> Iterator[str]:
    """Yield the keys at which a table is divided."""
    last = ""
    while has_plain_key(table) and (found := _one_further(table).fetch(connection, since=last, most=most)):
        last = found[0][0]
        yield last


@cache
def _one_further(table: Table) -> Query:
    [key] = table.primary_key
    return Query(select(key).where(key >= bindparam("since")).order_by(key).limit(1).offset(bindparam("most")))
