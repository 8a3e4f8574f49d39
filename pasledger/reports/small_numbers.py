"""Small numbers are not told: what is about fewer than five holders could be about one that somebody knows.

A line of fewer is put together with all other such lines and with the smallest line that has enough, so that nothing is
missing from the sum and nothing can be worked out from it. Where no line has enough, all of them are one line, whose
amounts are left out.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

FEWEST_HOLDERS = 5
"""What is about fewer holders than these is not told by itself. Of nobody there is nothing to tell."""

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Groups(Generic[Key]):
    """Which lines are told together, and whether even these are too few."""

    together: frozenset[Key]
    is_hidden: bool

    def __contains__(self, key: Key) -> bool:
        return key in self.together


def grouped(holders: Mapping[Key, int]) -> Groups[Key]:
    """Return which lines are told together; each has so many holders, of whom nobody knows how many are the same."""
    small = {key for key, number in holders.items() if 0 < number < FEWEST_HOLDERS}
    if not small:
        return Groups(frozenset(), is_hidden=False)
    enough = [key for key, number in holders.items() if number >= FEWEST_HOLDERS]
    if not enough:
        return Groups(frozenset(small), is_hidden=True)
    smallest = min(enough, key=lambda key: (holders[key], str(key)))
    return Groups(frozenset({*small, smallest}), is_hidden=False)
