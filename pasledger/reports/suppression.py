"""Small numbers: what a statistic about persons may tell, whenever it leaves the auditor's hands. One rule for all.

A figure about fewer than five persons, nobody included, is not told. Neither is one that would give it back: who knows
the sum of all groups takes from it what is told, and what stays is about five persons or more, or about nobody.
"""

from collections.abc import Hashable, Mapping, Set
from typing import TypeVar

FEWEST = 5
"""Of how many persons a figure is told at least."""

Group = TypeVar("Group", bound=Hashable)


def is_small(persons: int) -> bool:
    """Return whether a figure about so many persons is not told."""
    return persons < FEWEST


def hidden(groups: Mapping[Group, Set[str]]) -> frozenset[Group]:
    """Return the groups of which no figure is told, by the persons of each.

    Those that are small and then, until what is hidden is about enough persons together, the smallest of the others.
    """
    kept_back = {group for group, persons in groups.items() if is_small(len(persons))}
    together = {person for group in kept_back for person in groups[group]}
    for group in sorted(groups.keys() - kept_back, key=lambda one: (len(groups[one]), str(one))):
        if not together or not is_small(len(together)):
            break
        kept_back.add(group)
        together |= groups[group]
    return frozenset(kept_back)
