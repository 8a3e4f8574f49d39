"""Whether what is sealed is still what was sealed.

The leaves as they are now are held against those that were sealed, each by its digest, so that what is wrong has a
name; the digests against the trees, and the trees against the chain of roots. Who changes all of these at once is found
by a root that was published before.

What is compared comes in the order in which it is sealed. A stretch of it can be compared apart; what comes of that is
taken in that order too. Memory grows with the seals and the stretch, and not with what the seals seal.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain, groupby, islice
from operator import itemgetter

from pasledger.ledger.seals import DIGEST_BYTES, NOTHING_BEFORE, Leaf, Leaves, Seal, Sealed, Tree
from pasledger.rules.findings import Finding

SealedRow = tuple[str, str, int, str]
"""What a `Sealed` says, as it was read: there is one for each leaf, and hardly any of them is looked at by itself."""

_SEAL = itemgetter(Sealed._fields.index("seal"))

LATEST = timedelta(hours=1)
"""How long what was recorded can take to be in the books: a whole town is credited in less."""


class Compared:
    """What came of comparing a stretch."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.unsealed = 0
        """How many leaves are in no seal."""
        self.digests: list[tuple[int, bytearray]] = []
        """What was sealed in it, in order: a seal, with the digests that come one after another in it, in a row."""


class SealCheck:
    """The seals of the books, and a comparison of everything with them."""

    def __init__(self, seals: Iterable[tuple[Seal, str]], *, deletable: frozenset[str] = frozenset()) -> None:
        self.seals = tuple(seals)
        self.unsealed = 0
        """How many leaves are in no seal, as far as was compared."""
        self.deletable = deletable
        self.not_before = _not_before(self.seals)
        self._trees = {seal.number: Tree() for seal, _ in self.seals}

    def take(self, compared: Compared) -> Iterator[Finding]:
        """Yield what was found in the stretch that follows those that were taken."""
        yield from compared.findings
        self.unsealed += compared.unsealed
        for number, digests in compared.digests:
            self._trees[number].extend(bytes(digests))

    def knows(self, number: int) -> bool:
        """Return whether there is a seal with this number."""
        return number in self._trees

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


class Comparison:
    """A comparison of the leaves of a stretch, as they come, with what was sealed there."""

    def __init__(self, check: SealCheck, sealed: Iterable[SealedRow], compared: Compared) -> None:
        self._check = check
        self._sealed = iter(sealed)
        self._ahead: deque[SealedRow] = deque()
        """What was taken from there already."""
        self._compared = compared

    def see(self, leaves: Leaves) -> None:
        """Compare the leaves that follow: all at once where nothing is wrong, and else one by one."""
        self._ahead.extend(islice(self._sealed, max(0, len(leaves.keys) - len(self._ahead))))
        if not leaves.keys:
            return
        if self._are_as_sealed(leaves):
            digests = iter(leaves.digests)
            for seal, sealed in groupby(map(_SEAL, self._ahead)):
                self._count(seal, bytes.fromhex("".join(islice(digests, len([*sealed])))))
            self._ahead.clear()
        else:
            for leaf in leaves:
                self._see(leaf)

    def end(self) -> None:
        """Tell that there are no leaves any more."""
        for sealed in chain(self._ahead, self._sealed):
            self._gone(Sealed._make(sealed))

    def _are_as_sealed(self, leaves: Leaves) -> bool:
        """Return whether each leaf is what was sealed in its place, in a seal that there is, and none is dated back."""
        if len(self._ahead) != len(leaves.keys):
            return False
        tables, keys, numbers, digests = zip(*self._ahead, strict=True)
        seals = {*numbers}
        if {*tables} != {leaves.table} or [*keys] != leaves.keys or not all(map(self._check.knows, seals)):
            return False
        latest = max(self._check.not_before.get(seal - 1, "") for seal in seals)
        is_dated_back = min(filter(None, leaves.recorded_at), default=latest) < latest
        return not is_dated_back and [*digests] == leaves.digests

    def _see(self, leaf: Leaf) -> None:
        place = leaf[:2]
        while (sealed := self._next()) is not None and sealed[:2] < place:
            self._gone(sealed)
            self._ahead.popleft()
        if sealed is None or sealed[:2] != place:
            self._compared.unsealed += 1
            seal = len(self._check.seals) + 1
        else:
            seal = sealed.seal
            if leaf.digest.hex() != sealed.digest:
                self._find("sealed", sealed, f"is not what was sealed in seal {seal}")
            self._count_one(sealed)
            self._ahead.popleft()
        # A leaf that is first seen by a seal was not recorded long before the seal before that.
        if "" < leaf.recorded_at < self._check.not_before.get(seal - 1, ""):
            said = f"says {leaf.recorded_at}, and was not there yet when seal {seal - 1} was made"
            self._find("back-dated", leaf, said)

    def _next(self) -> Sealed | None:
        if not self._ahead:
            self._ahead.extend(islice(self._sealed, 1))
        return Sealed._make(self._ahead[0]) if self._ahead else None

    def _gone(self, sealed: Sealed) -> None:
        if sealed.table not in self._check.deletable:
            self._find("sealed", sealed, f"was sealed in seal {sealed.seal}, and is gone")
        self._count_one(sealed)

    def _count_one(self, sealed: Sealed) -> None:
        """Add a digest to those of its seal, as it was sealed."""
        if not self._check.knows(sealed.seal):
            missing = f"is not there, and {sealed.table} {sealed.key} was sealed in it"
            self._compared.findings.append(Finding("seal", f"seal {sealed.seal}", missing))
            return
        try:
            digest = bytes.fromhex(sealed.digest)
        except ValueError:
            digest = b""
        if len(digest) == DIGEST_BYTES:
            self._count(sealed.seal, digest)
        else:
            self._find("seal", sealed, "has a digest that is none")

    def _count(self, seal: int, digests: bytes) -> None:
        runs = self._compared.digests
        if not runs or runs[-1][0] != seal:
            runs.append((seal, bytearray()))
        runs[-1][1].extend(digests)

    def _find(self, check: str, where: Leaf | Sealed, detail: str) -> None:
        self._compared.findings.append(Finding(check, f"{where.table} {where.key}", detail))


def _not_before(seals: Iterable[tuple[Seal, str]]) -> dict[int, str]:
    """Return, for each seal, from when on what it does not hold can have been recorded.

    Where a later seal is of an earlier moment, the clock was put back, and that one counts.
    """
    moments: dict[int, str] = {}
    earliest = datetime.max.replace(tzinfo=UTC)
    for seal, _ in sorted(seals, key=lambda one: -one[0].number):
        try:
            earliest = min(earliest, datetime.fromisoformat(seal.sealed_at).astimezone(UTC) - LATEST)
        except (ValueError, TypeError, OverflowError):  # no moment, so that its root is not its own either
            continue
        moments[seal.number] = earliest.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return moments
