"""What is sealed, and in which seal.

What is not sealed yet is what has no row in `sealed`, whichever id it has and whenever it was committed, so that no
lock is needed to pass nothing over.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, select, tuple_

from pasledger.ledger.seals import Leaf, Leaves, Seal, Sealed
from pasledger.rules.sealing import SealedRow
from pasledger.store import tables
from pasledger.store.errors import BooksContended, BooksProblem
from pasledger.store.leaves import pages, parts_of, rows_of
from pasledger.store.statements import Insertion, Query
from pasledger.store.stretches import Stretch, has_more_entries_than, stretches

_t = tables


class Sealing:
    """What one snapshot of the books says of seals."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def deletable(self) -> frozenset[str]:
        """The tables of which a row may be gone, although it was sealed: its term is over."""
        return frozenset(_t.DELETED_ONLY)

    def leaves(self, *, only_unsealed: bool = False) -> Iterator[Leaf]:
        """Yield every leaf, or those that are in no seal, in the order in which they are sealed."""
        for table in _t.LEAVES:
            for page in pages(rows_of(table), parts_of(table), self._connection, only_unsealed=only_unsealed):
                yield from page.leaves

    def leaves_within(self, stretch: Stretch) -> Iterator[Leaves]:
        """Yield every leaf of a stretch, as many at a time as are on a page."""
        table = _t.metadata.tables[stretch.table]
        for page in pages(rows_of(table), parts_of(table), self._connection, *stretch.keys):
            yield page.leaves

    def stretches(self, most: int) -> list[Stretch]:
        """Return the stretches that everything is divided into, each of at most so many leaves."""
        return stretches(self._connection, most)

    def has_more_entries_than(self, number: int) -> bool:
        """Return whether there are more entries than so many."""
        return has_more_entries_than(self._connection, number)

    def sealed(self) -> Iterator[Sealed]:
        """Yield all that was sealed, in the order in which it was."""
        return map(Sealed._make, _SEALED.stream(self._connection))

    def sealed_within(self, stretch: Stretch) -> Iterator[SealedRow]:
        """Yield what was sealed in a stretch, in that order, whether its leaf is still there or not."""
        ends = {name: place for name, place in (("since", stretch.since), ("until", stretch.until)) if place}
        values = {
            f"{name}_{part}": value for name, place in ends.items() for part, value in zip(_PLACE, place, strict=True)
        }
        return _sealed_between(*ends).stream(self._connection, **values)

    def seals(self) -> Iterator[tuple[Seal, str]]:
        """Yield every seal with the root that the books have for it."""
        for row in _SEALS.stream(self._connection):
            yield Seal(*row[:-1]), row[-1]

    def newest(self) -> Seal | None:
        """Return the newest seal."""
        found = _NEWEST.fetch(self._connection)
        return Seal(*found[0][:-1]) if found else None

    def seal_of(self, table: str, key: str) -> int | None:
        """Return the number of the seal that a leaf is in."""
        found = _SEALED_ONE.fetch(self._connection, table=table, key=key)
        return found[0][2] if found else None

    def sealed_in(self, seal: int) -> Iterator[Sealed]:
        """Yield what one seal sealed, in the order in which it did."""
        return map(Sealed._make, _SEALED_IN.stream(self._connection, number=seal))

    def rows_of(self, table: str, key: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield the rows of a leaf, by table, each with the values that are sealed."""
        leaf_table = _t.metadata.tables[table]
        for rows in (rows_of(leaf_table), *parts_of(leaf_table)):
            for row in rows.one(self._connection, key):
                yield rows.table.name, rows.named(row)


def add_seal(connection: Connection, seal: Seal, sealed: Iterable[Leaf], *, after: Seal | None) -> None:
    """Write a seal after the newest one. Raises `BooksContended` where another one came in between."""
    if Sealing(connection).newest() != after:
        raise BooksContended(BooksProblem.BUSY)
    values = (seal.number, seal.sealed_at, seal.sealed_by, seal.leaves, seal.tree, seal.previous, seal.root)
    _ADD_SEAL.write(connection, [values])
    _ADD_SEALED.write(connection, [(one.table, one.key, seal.number, one.digest.hex()) for one in sealed])


_in_order = select(_t.sealed).order_by(_t.sealed.c.in_table, _t.sealed.c.key)
_SEALED = Query(_in_order)
_PLACE = ("table", "key")


@cache
def _sealed_between(*ends: str) -> Query:
    """Ask for what was sealed since one place and until another one, where there are such ends."""
    place = tuple_(_t.sealed.c.in_table, _t.sealed.c.key)
    since, until = (tuple_(*(bindparam(f"{name}_{part}") for part in _PLACE)) for name in ("since", "until"))
    conditions = {"since": place >= since, "until": place < until}
    return Query(_in_order.where(*(conditions[end] for end in ends)))


_SEALED_IN = Query(_in_order.where(_t.sealed.c.seal == bindparam("number")))
_SEALED_ONE = Query(
    select(_t.sealed).where(_t.sealed.c.in_table == bindparam("table"), _t.sealed.c.key == bindparam("key"))
)
_SEALS = Query(select(_t.seal).order_by(_t.seal.c.number))
_NEWEST = Query(select(_t.seal).order_by(_t.seal.c.number.desc()).limit(1))
_ADD_SEAL = Insertion(_t.seal)
_ADD_SEALED = Insertion(_t.sealed)
