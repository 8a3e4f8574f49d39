"""Whether what is sealed is still what was sealed.

The leaves as they are now are held against those that were sealed, each by its digest, so that what is wrong has a
name; the digests against the trees, and the trees against the chain of roots. Who changes all of these at once is found
by a root that was published before.

What is compared comes in the order in which it is sealed, and memory grows with the seals and not with what they seal.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from pasledger.ledger.seals import NOTHING_BEFORE, Leaf, Seal, Sealed, Tree
from pasledger.rules.checks import Finding

LATEST = timedelta(hours=1)
"""How long what was recorded can take to be in the books: a whole town is credited in less."""


class SealCheck:
    """The seals of the books, and a comparison of everything with them."""

    def __init__(self, seals: Iterable[tuple[Seal, str]], *, deletable: frozenset[str] = frozenset()) -> None:
        self.seals = tuple(seals)
        self.unsealed = 0
        """How many leaves are in no seal."""
        self._deletable = deletable
        self._trees = {seal.number: Tree() for seal, _ in self.seals}
        self._not_before = _not_before(self.seals)

    def compare(self, leaves: Iterable[Leaf], sealed: Iterable[Sealed]) -> Iterator[Finding]:
        """Yield each leaf that is not what was sealed, each that is gone, and each that says it was there before."""
        expected = iter(sealed)
        waiting = next(expected, None)
        for leaf in leaves:
            place = leaf[:2]
            while waiting is not None and waiting[:2] < place:
                yield from self._gone(waiting)
                waiting = next(expected, None)
            if waiting is not None and waiting[:2] == place:
                yield from self._compared(leaf, waiting)
                waiting = next(expected, None)
            else:
                self.unsealed += 1
                yield from self._timely(leaf, len(self.seals) + 1)
        while waiting is not None:
            yield from self._gone(waiting)
            waiting = next(expected, None)

    def conclude(self) -> Iterator[Finding]:
        """Yield each seal that its leaves do not add up to, or that does not follow the one before it."""
        before = NOTHING_BEFORE
        for place, (seal, root) in enumerate(self.seals, start=1):
            tree = self._trees[seal.number]
            if seal.number != place:
                yield Finding("seal", f"seal {place}", "is not there")
                return
            if (seal.leaves, seal.tree) != (tree.leaves, tree.root):
                yield Finding("seal", f"seal {place}", "is not what the digests of its leaves add up to")
            if seal.previous != before:
                yield Finding("seal", f"seal {place}", f"does not follow seal {place - 1}")
            if root != seal.root:
                yield Finding("seal", f"seal {place}", "has a root that is not its own")
            before = seal.root

    def hold_against(self, number: int, root: str) -> Iterator[Finding]:
        """Yield what is wrong where a seal that was published is not in the books."""
        found = next((seal.root for seal, _ in self.seals if seal.number == number), None)
        if found is None:
            yield Finding("published", f"seal {number}", "was published, and is not there")
        elif found != root:
            yield Finding("published", f"seal {number}", "has another root than the one that was published")

    def _compared(self, leaf: Leaf, sealed: Sealed) -> Iterator[Finding]:
        if leaf.digest.hex() != sealed.digest:
            yield Finding("sealed", _named(sealed), f"is not what was sealed in seal {sealed.seal}")
        yield from self._timely(leaf, sealed.seal)
        yield from self._counted(sealed)

    def _gone(self, sealed: Sealed) -> Iterator[Finding]:
        if sealed.table not in self._deletable:
            yield Finding("sealed", _named(sealed), f"was sealed in seal {sealed.seal}, and is gone")
        yield from self._counted(sealed)

    def _counted(self, sealed: Sealed) -> Iterator[Finding]:
        """Add a digest to the tree of its seal, as it was sealed."""
        tree = self._trees.get(sealed.seal)
        if tree is None:
            yield Finding("seal", f"seal {sealed.seal}", f"is not there, and {_named(sealed)} was sealed in it")
            return
        try:
            tree.add(bytes.fromhex(sealed.digest))
        except ValueError:
            yield Finding("seal", _named(sealed), "has a digest that is none")

    def _timely(self, leaf: Leaf, seal: int) -> Iterator[Finding]:
        """A leaf that is first seen by a seal was not recorded long before the seal before that."""
        not_before = self._not_before.get(seal - 1, "")
        if "" < leaf.recorded_at < not_before:
            said = f"says {leaf.recorded_at}, and was not there yet when seal {seal - 1} was made"
            yield Finding("back-dated", f"{leaf.table} {leaf.key}", said)


def _named(sealed: Sealed) -> str:
    return f"{sealed.table} {sealed.key}"


def _not_before(seals: Iterable[tuple[Seal, str]]) -> dict[int, str]:
    """Return, for each seal, from when on what it does not hold can have been recorded.

    Where a later seal is of an earlier moment, the clock was put back, and that one counts.
    """
    moments: dict[int, str] = {}
    earliest = datetime.max.replace(tzinfo=UTC)
    for seal, _ in sorted(seals, key=lambda one: -one[0].number):
        try:
            earliest = min(earliest, datetime.fromisoformat(seal.sealed_at).astimezone(UTC) - LATEST)
        except (ValueError, OverflowError):  # no moment, so that its root is not its own either
            continue
        moments[seal.number] = earliest.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return moments
