"""Rows that refer to rows that are not there, as can be where guards and foreign keys were switched off."""

from collections.abc import Iterator
from functools import cache
from operator import itemgetter

from sqlalchemy import Connection, Table, literal, select

from pasledger.store.journal import READ_BESIDE
from pasledger.store.statements import Query
from pasledger.store.tables import entry, metadata


def orphaned(connection: Connection) -> Iterator[tuple[str, str]]:
    """Yield each table that has a row without what it refers to, and the table where that should be.

    Whether rows belong to an entry is not asked where they are read beside it: it is seen there.
    """
    for table in metadata.sorted_tables:
        for parent, orphans in _questions(table):
            if orphans.fetch(connection):
                yield table.name, parent


def refers_to_nothing(table: str, parent: str) -> str:
    """Say that a table has such rows."""
    return f"a row of {table} refers to a row of {parent} that is not there"


@cache
def _questions(table: Table) -> list[tuple[str, Query]]:
    """Return, for each reference of a table, what it refers to, and what asks for a row where that is not there."""
    questions = []
    for reference in table.foreign_key_constraints:
        parent = reference.referred_table
        if parent is entry and table in READ_BESIDE:
            continue
        pairs = [(key.parent, key.column) for key in reference.elements]
        there = select(literal(1)).where(*(mine == theirs for mine, theirs in pairs)).select_from(parent)
        is_set = [mine.is_not(None) for mine, _ in pairs]
        orphans = select(literal(1)).select_from(table).where(*is_set, ~there.correlate(table).exists()).limit(1)
        questions.append((parent.name, Query(orphans)))
    return sorted(questions, key=itemgetter(0))
