"""Seals (zegels): what makes a later change of what was written visible, with SHA-256 and nothing else.

What is sealed is a leaf: one row or, for an entry, the entry with its transfers and records. A leaf depends on nothing
but itself, so that nobody who writes waits for who seals. The leaves of a seal are a Merkle tree as in RFC 6962, in the
order of their tables and keys, and each seal holds the root of the seal before it.

Everything that is hashed begins with a sign that says what it is, so that nothing can stand in the place of another:
0 a leaf, 1 two parts of a tree, 2 a seal. The version stands in the text of each.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple

Value = str | int | None

_NODE, _SEAL = b"\1", b"\2"
_LEAF_BEGINS = "\0pasledger leaf 1\n"
_SEAL_FORMAT = "pasledger seal 1\n"

DIGEST_BYTES = sha256().digest_size

NOTHING_BEFORE = "0" * 64
"""What the first seal has in the place of the root of the seal before it."""


def heading(table: str, columns: Iterable[str]) -> str:
    """Return how the text of each row of a table begins: what it is, and which values follow."""
    return f"{table}({','.join(columns)})"


def row_text(begins: str, values: Iterable[Value]) -> str:
    """Return the text of a row: each text after its length in characters, each number with its end, nothing as a dash.

    >>> row_text(heading("seat", ("name", "number", "taken_by")), ("left", 12, None))
    'seat(name,number,taken_by)4:left12;-'
    """
    return begins + "".join(
        [
            f"{len(value)}:{value}" if isinstance(value, str) else "-" if value is None else f"{value};"
            for value in values
        ]
    )


class Kind(NamedTuple):
    """What the values of a column are."""

    is_whole: bool
    """Whole numbers, and else texts."""
    may_be_nothing: bool = False


_BEGIN = tuple(f"{length}:" for length in range(4_096))
"""What texts begin with, by their length, written beforehand: of nearly all there are."""


def row_writer(
    begins: str, kinds: Sequence[Kind], *, has_more: bool = False
) -> Callable[[Sequence[Sequence[Any]]], list[str]]:
    """Return what writes rows of one table as `row_text` does, in a third of the time.

    It is made for values of these kinds, and where the rows have more, for one more, which is not written. What is of
    another kind is written too.

    >>> row_writer(heading("seat", ("name", "number")), (Kind(False), Kind(True)))([("left", 12)])
    ['seat(name,number)4:left12;']
    >>> row_writer(heading("seat", ("name", "number")), (Kind(False), Kind(True)), has_more=True)([("up", None, "key")])
    ['seat(name,number)2:up-']
    """
    names = [f"value{place}" for place in range(len(kinds))]
    written = "".join(map(_as_in_an_f_string, names, kinds))
    unpacked = ", ".join([*names, "_"] if has_more else names)
    each_row = f"[f{begins + written!r} for {unpacked}, in rows]"
    # Made of our own headings and of places. Of another kind than was said is what has no length, or is no number.
    write: Callable[[Sequence[Sequence[Any]]], list[str]] = eval(f"lambda rows: {each_row}", {"begin": _BEGIN})  # noqa: S307

    def write_all(rows: Sequence[Sequence[Any]]) -> list[str]:
        try:
            return write(rows)
        except (TypeError, ValueError, IndexError):
            return [row_text(begins, row[: len(kinds)]) for row in rows]

    return write_all


def _as_in_an_f_string(name: str, kind: Kind) -> str:
    written = f"{{{name}:d}};" if kind.is_whole else f"{{begin[len({name})]}}{{{name}}}"
    return f"{{'-' if {name} is None else f'{written}'}}" if kind.may_be_nothing else written


def leaf_digests(texts: Iterable[str]) -> list[str]:
    """Return the digest of each leaf, in hexadecimal, from the texts of its rows, each on a line of its own."""
    return [sha256(f"{_LEAF_BEGINS}{text}".encode()).hexdigest() for text in texts]


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(_NODE + left + right).digest()


class Tree:
    """A Merkle tree that grows leaf by leaf and holds no more than one digest for each level."""

    def __init__(self) -> None:
        self.leaves = 0
        self._whole: list[bytes] = []
        """The roots of the whole trees so far, the largest first: one for each bit of the number of leaves."""

    def add(self, digest: bytes, *, leaves: int = 1) -> None:
        """Add a leaf after the others; or the root of a whole tree of so many, where one of that size has its place."""
        number = self.leaves // leaves
        while number & 1:
            digest = _node(self._whole.pop(), digest)
            number >>= 1
        self._whole.append(digest)
        self.leaves += leaves

    def extend(self, digests: bytes) -> None:
        """Add leaves after the others, by their digests in a row: as many at a time as are a whole tree there."""
        done, number = 0, len(digests) // DIGEST_BYTES
        while done < number:
            leaves = 1 << (number - done).bit_length() - 1
            if self.leaves:
                leaves = min(leaves, self.leaves & -self.leaves)
            level = digests[done * DIGEST_BYTES : (done + leaves) * DIGEST_BYTES]
            while len(level) > DIGEST_BYTES:
                pairs = range(0, len(level), 2 * DIGEST_BYTES)
                level = b"".join([sha256(_NODE + level[at : at + 2 * DIGEST_BYTES]).digest() for at in pairs])
            self.add(level, leaves=leaves)
            done += leaves

    @property
    def root(self) -> str:
        """The root of all leaves, in hexadecimal."""
        if not self._whole:
            return sha256().hexdigest()
        *others, root = self._whole
        for whole in reversed(others):
            root = _node(whole, root)
        return root.hex()


def path_to(place: int, digests: Sequence[bytes]) -> tuple[str, ...]:
    """Return the digests that lead from a leaf to the root, from the leaf upwards."""
    if len(digests) == 1:
        return ()
    half = 1 << (len(digests) - 1).bit_length() - 1
    left, right = digests[:half], digests[half:]
    if place < half:
        return (*path_to(place, left), _root(right))
    return (*path_to(place - half, right), _root(left))


def root_by(path: Sequence[str], *, digest: bytes, place: int, leaves: int) -> str:
    """Return the root that a leaf at a place leads to by a path. Raises `ValueError` for the path of another tree."""
    if (place, leaves) == (0, 1) and not path:
        return digest.hex()
    if not 0 <= place < leaves or not path:
        raise ValueError("the path does not belong to a tree of this size")
    half = 1 << (leaves - 1).bit_length() - 1
    beside = bytes.fromhex(path[-1])
    if place < half:
        return _node(bytes.fromhex(root_by(path[:-1], digest=digest, place=place, leaves=half)), beside).hex()
    below = root_by(path[:-1], digest=digest, place=place - half, leaves=leaves - half)
    return _node(beside, bytes.fromhex(below)).hex()


def _root(digests: Iterable[bytes]) -> str:
    tree = Tree()
    for digest in digests:
        tree.add(digest)
    return tree.root


class Leaf(NamedTuple):
    """A leaf as it is now: where it is, what it comes to, and when it was recorded, where its row says so."""

    table: str
    key: str
    digest: bytes
    recorded_at: str


@dataclass(frozen=True, slots=True)
class Leaves:
    """Leaves of one table that follow each other: the same as lists, of what each has. Digests are hexadecimal."""

    table: str
    keys: Sequence[str]
    digests: Sequence[str]
    recorded_at: Sequence[str]

    def __iter__(self) -> Iterator[Leaf]:
        for key, digest, recorded_at in zip(self.keys, self.digests, self.recorded_at, strict=True):
            yield Leaf(self.table, key, bytes.fromhex(digest), recorded_at)


class Sealed(NamedTuple):
    """In which seal a leaf is, and what it came to then, in hexadecimal."""

    table: str
    key: str
    seal: int
    digest: str


@dataclass(frozen=True, slots=True)
class Seal:
    """What was sealed at one moment. `sealed_at` is written as the books write moments; digests are hexadecimal."""

    number: int
    sealed_at: str
    sealed_by: str
    leaves: int
    tree: str
    """The root of the tree of its leaves."""
    previous: str
    """The root of the seal before it."""

    @property
    def root(self) -> str:
        """What stands for everything that is sealed up to here."""
        values = (self.number, self.sealed_at, self.sealed_by, self.leaves, self.tree, self.previous)
        return sha256(_SEAL + (_SEAL_FORMAT + row_text("", values)).encode()).hexdigest()
