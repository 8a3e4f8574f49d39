"""Leaves, trees and the chain of seals: no two things have one digest, and a place in a tree can be proven."""

from collections.abc import Sequence
from hashlib import sha256
from itertools import islice

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pasledger.ledger.seals import (
    NOTHING_BEFORE,
    Kind,
    Seal,
    Tree,
    heading,
    leaf_digests,
    path_to,
    root_by,
    row_text,
    row_writer,
)

VALUES = st.lists(st.one_of(st.none(), st.integers(), st.text(max_size=5)), max_size=4)


def digests(number: int) -> list[bytes]:
    """Return as many leaves, all different."""
    return [*map(bytes.fromhex, leaf_digests(map(str, range(number))))]


def tree_of(leaves: Sequence[bytes]) -> Tree:
    """Return the tree of these leaves."""
    tree = Tree()
    for one in leaves:
        tree.add(one)
    return tree


def by_the_book(leaves: Sequence[bytes]) -> bytes:
    """Return the root as RFC 6962 defines it, word for word."""
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return sha256(b"\1" + by_the_book(leaves[:half]) + by_the_book(leaves[half:])).digest()


@given(VALUES, VALUES)
def test_no_two_rows_have_one_text(one: list[str | int | None], other: list[str | int | None]) -> None:
    """Whatever stands in them: a text that looks like a number, an end or a length is none."""
    assert (row_text("", one) == row_text("", other)) == (one == other)


def test_a_row_is_written_as_the_reference_says() -> None:
    """Texts after their length in characters, numbers with their end, nothing as a dash."""
    assert row_text(heading("seat", ("name", "number", "by")), ("Café", -12, None)) == "seat(name,number,by)4:Café-12;-"
    assert leaf_digests(["a()\nb()"]) == [sha256(b"\0pasledger leaf 1\na()\nb()").hexdigest()]


@given(VALUES.filter(bool), st.lists(st.builds(Kind, st.booleans(), st.booleans()), min_size=4, max_size=4))
@example(["long" * 2_000, 1], [Kind(is_whole=False), Kind(is_whole=True)])
def test_many_rows_are_written_as_one_is(values: list[str | int | None], kinds: list[Kind]) -> None:
    """Whatever kinds they are said to be of, and whatever they are."""
    write = row_writer("seat(a,b)", kinds[: len(values)])
    assert write([tuple(values)] * 2) == [row_text("seat(a,b)", values)] * 2


@given(st.lists(st.integers(0, 9), max_size=12))
def test_leaves_can_be_added_many_at_a_time(numbers: list[int]) -> None:
    """However they are divided, the tree is the one that they grow to one by one."""
    leaves, tree = iter(digests(sum(numbers))), Tree()
    for number in numbers:
        tree.extend(b"".join(islice(leaves, number)))
    one_by_one = tree_of(digests(sum(numbers)))
    assert (tree.leaves, tree.root) == (one_by_one.leaves, one_by_one.root)


@pytest.mark.parametrize("number", range(1, 34))
def test_a_tree_is_that_of_the_standard(number: int) -> None:
    """Whatever the number of leaves is, the root is that of RFC 6962."""
    leaves = digests(number)
    assert tree_of(leaves).root == by_the_book(leaves).hex()
    assert tree_of(leaves).leaves == number


@pytest.mark.parametrize("number", [1, 2, 3, 7, 8, 13])
def test_each_leaf_can_be_proven_and_no_other(number: int) -> None:
    """From its place a leaf leads to the root; from another place, or another leaf from there, does not."""
    *leaves, another = digests(number + 1)
    root = tree_of(leaves).root
    for place, one in enumerate(leaves):
        path = path_to(place, leaves)
        assert root_by(path, digest=one, place=place, leaves=number) == root
        assert root_by(path, digest=another, place=place, leaves=number) != root
        for wrong in set(range(number)) - {place}:
            try:
                found = root_by(path, digest=one, place=wrong, leaves=number)
            except ValueError:
                continue
            assert found != root


@pytest.mark.parametrize(("place", "leaves"), [(0, 0), (1, 1), (-1, 2), (2, 2), (0, 3)])
def test_a_path_of_another_tree_is_none(place: int, leaves: int) -> None:
    """A path that does not fit the size is refused."""
    with pytest.raises(ValueError, match="does not belong"):
        root_by((), digest=digests(1)[0], place=place, leaves=leaves)


def test_the_order_of_leaves_counts() -> None:
    """Two leaves that change places are another tree."""
    one, other = digests(2)
    assert tree_of([one, other]).root != tree_of([other, one]).root


def test_a_tree_without_leaves_is_the_digest_of_nothing() -> None:
    """As the standard has it."""
    assert Tree().root == sha256().hexdigest()


@pytest.mark.parametrize(
    "other",
    [
        Seal(2, "2026-01-01T00:00:00.000Z", "clerk", 1, "a", NOTHING_BEFORE),
        Seal(1, "2026-01-01T00:00:00.001Z", "clerk", 1, "a", NOTHING_BEFORE),
        Seal(1, "2026-01-01T00:00:00.000Z", "other", 1, "a", NOTHING_BEFORE),
        Seal(1, "2026-01-01T00:00:00.000Z", "clerk", 2, "a", NOTHING_BEFORE),
        Seal(1, "2026-01-01T00:00:00.000Z", "clerk", 1, "b", NOTHING_BEFORE),
        Seal(1, "2026-01-01T00:00:00.000Z", "clerk", 1, "a", "b"),
    ],
)
def test_a_root_is_of_all_that_a_seal_says(other: Seal) -> None:
    """Whatever is another in a seal, its root is another."""
    assert other.root != Seal(1, "2026-01-01T00:00:00.000Z", "clerk", 1, "a", NOTHING_BEFORE).root
