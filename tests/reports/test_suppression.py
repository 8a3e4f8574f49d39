"""Small numbers are not told, and nothing that is told gives them back."""

from hypothesis import given
from hypothesis import strategies as st

from pasledger.reports.suppression import FEWEST, hidden, is_small

GROUPS = st.dictionaries(
    st.integers(1, 12), st.frozensets(st.sampled_from("abcdefghijklmnop"), max_size=16), max_size=8
)


def test_fewer_than_five_is_small() -> None:
    """Nobody is, and five are not."""
    assert [number for number in range(8) if is_small(number)] == [0, 1, 2, 3, 4]


@given(groups=GROUPS)
def test_what_is_hidden_is_about_enough_persons_together(groups: dict[int, frozenset[str]]) -> None:
    """Who takes what is told from the sum of all is left with five persons or more, with nobody, or nothing is told."""
    kept_back = hidden(groups)
    assert all(group in kept_back for group, persons in groups.items() if is_small(len(persons)))
    together = frozenset().union(*(groups[group] for group in kept_back))
    assert not together or len(together) >= FEWEST or kept_back == groups.keys()


@given(groups=GROUPS)
def test_nothing_is_hidden_where_nothing_is_small(groups: dict[int, frozenset[str]]) -> None:
    """And no more than has to be: without the last one that was added it would be too few."""
    kept_back = hidden(groups)
    small = {group for group, persons in groups.items() if is_small(len(persons))}
    added = sorted(kept_back - small, key=lambda group: (len(groups[group]), str(group)))
    if not small:
        assert not kept_back
    if added:
        without = frozenset().union(*(groups[group] for group in kept_back - {added[-1]}))
        assert len(without) < FEWEST
