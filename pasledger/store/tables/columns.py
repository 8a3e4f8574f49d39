"""How a table is made: strict, its constraints named, and with what may happen to its rows later."""

from enum import Enum
from typing import Any

from sqlalchemy import Column, ForeignKey, MetaData, Table
from sqlalchemy.sql.schema import SchemaItem
from sqlalchemy.types import TypeEngine

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pk",
        "fk": "%(table_name)s_%(column_0_N_name)s_fk",
        "uq": "%(table_name)s_%(column_0_N_name)s_uq",
        "ck": "%(table_name)s_%(constraint_name)s_ck",
        "ix": "%(table_name)s_%(column_0_N_name)s_ix",
    }
)

CHANGES, IS_REFERENCE, IS_PASSING, SEALED_AS = "changes", "is reference", "is passing", "sealed as"


class SealedAs(Enum):
    """How the rows of a table are sealed."""

    LEAF = "leaf"
    """Each by itself: all of its columns but those that change."""
    PART_OF_ENTRY = "part of entry"
    """With the entry that `entry_id` names, in one transaction with which they are written."""
    NOTHING = "nothing"
    """Not at all: they follow from what is sealed, or are the seals."""


def table(
    name: str,
    *items: SchemaItem,
    changes: tuple[str, ...] = (),
    is_reference: bool = False,
    is_log: bool = False,
    is_passing: bool = False,
    sealed_as: SealedAs = SealedAs.LEAF,
) -> Table:
    """Make a table of which no row is ever deleted, and nothing is changed but the columns that are named.

    A table of references is never changed, and its rows can be deleted when their term is over. A log has no key: two
    of its lines may say the same. What is passing is deleted with what it was kept for, and never changed either.
    """
    info = {CHANGES: changes, IS_REFERENCE: is_reference, IS_PASSING: is_passing, SEALED_AS: sealed_as}
    return Table(name, metadata, *items, info=info, sqlite_strict=True, sqlite_with_rowid=is_log)


def column(
    name: str, kind: TypeEngine[Any], *items: SchemaItem, nullable: bool = False, primary_key: bool = False
) -> Column[Any]:
    """Make a column, which has a value in every row unless it is said to be nullable."""
    return Column(name, kind, *items, nullable=nullable, primary_key=primary_key)


# What refers and what it refers to are written in any order, and looked at together when the transaction ends.
AT_COMMIT: dict[str, Any] = {"deferrable": True, "initially": "DEFERRED"}


def refers_to(column: str) -> ForeignKey:
    """Make a reference to a column of another table."""
    return ForeignKey(column, **AT_COMMIT)


def one_of(column: str, values: frozenset[str] | tuple[str, ...]) -> str:
    """Return the SQL for a column that has one of a closed list of values."""
    return f"{column} IN ({', '.join(repr(str(value)) for value in sorted(values))})"


DIFFERENT_PEOPLE = "approved_by IS NOT NULL AND lower(trim(approved_by)) <> lower(trim(prepared_by))"
"""Four eyes, as SQL."""
