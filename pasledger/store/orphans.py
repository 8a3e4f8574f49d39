"""Rows that refer to rows that are not there, as can be where guards and foreign keys were switched off."""

from collections.abc import Iterator
from functools import cache
from operator import itemgetter

from sqlalchemy import Connection, Table, literal, select

from pasledger.store.journal import READ_BESIDE
from pasledger.store.statements import Query
from pasledger.store.tables import account, entry, metadata, seal, sealed, transfer


def orphaned(connection: Connection) -> Iterator[tuple[str, str]]:
    """Yield each table that has a row without what it refers to, and the table where that should be.

    What is seen anyway, where each row is looked at, is not asked: whether what is read beside entries belongs to one,
    the accounts of transfers, and the seals of what is sealed.
    """
    for table in metadata.sorted_tables:
        for parent, orphans in _questions(table):
            if orphans.fetch(connection):
                yield table.name, parent


def refers_to_nothing(table: str, parent: str) -> str:
    """Say that a table has such rows."""
    return f"a row of {table} refers to a row of {parent} that is not there"


_SEEN = {(transfer, account), (sealed, seal)}


@cache
def _questions(table: Table) -> list[tuple[str, Query]]:
    """Return, for each reference of a table, what it refers to, and what asks for a row where that is not there."""
    questions = []
    for reference in table.foreign_key_constraints:
        parent = reference.referred_table
        if (parent is entry and table in READ_BESIDE) or (table, parent) in _SEEN:
            continue
        pairs = [(key.parent, key.column) for key in reference.elements]
        there = select(literal(1)).where(*(mine == theirs for mine, theirs in pairs)).select_from(parent)
        is_set = [mine.is_not(None) for mine, _ in pairs]
        orphans = select(literal(1)).select_from(table).where(*is_set, ~there.correlate(table).exists()).limit(1)
        questions.append((parent.name, Query(orphans)))
    return sorted(questions, key=itemgetter(0))
