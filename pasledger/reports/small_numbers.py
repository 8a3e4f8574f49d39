"""Small numbers are not told: what is about fewer than five holders could be about one that somebody knows.

A line of fewer is put together with all other such lines and with the smallest line that has enough, so that nothing is
missing from the sum and nothing can be worked out from it. Where no line has enough, all of them are one line, whose
amounts are left out. Of nobody there is nothing to hide: a scheme without holders is told.

This is for the lines of the ledger, which have to add up and of which the holders are counted and not kept. Of
statistics about holders the small groups are hidden, by `suppression`; how few are few is said there, for both.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from pasledger.reports.suppression import is_small

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
    small = {key for key, number in holders.items() if number and is_small(number)}
    if not small:
        return Groups(frozenset(), is_hidden=False)
    enough = [key for key, number in holders.items() if not is_small(number)]
    if not enough:
        return Groups(frozenset(small), is_hidden=True)
    smallest = min(enough, key=lambda key: (holders[key], str(key)))
    return Groups(frozenset({*small, smallest}), is_hidden=False)
