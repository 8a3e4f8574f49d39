"""Samples for an auditor: random, and by monetary unit; the same seed on the same population draws the same items.

Nothing here depends on how a program draws chance. The random numbers are SHA-256 of a seed and a number, so that
whoever has the list and the seed draws the sample again, with any tool:

- *random*: each item gets the digest of `SEED:ID`, as hexadecimal; the items with the lowest digests are the sample.
- *monetary unit*: with an interval of J = population / size cents, rounded down, the first cent is the digest of
  `SEED:start` modulo J, and then every J-th cent; the item in which such a cent lies is drawn. An item of at least J is
  certain to be drawn, and an item in which several cents lie is drawn once, with its hits.

Items are taken in the order of their ids. Memory grows with the sample and not with the population.
"""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from pasledger.ledger.money import Money


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that can be drawn."""

    id: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Drawn:
    """One thing that was drawn; in a monetary-unit sample, by how many of the cents."""

    item: Item
    hits: int = 1


@dataclass(frozen=True, slots=True)
class Sample:
    """What was drawn, and of what."""

    items: int
    """How many the population has."""
    total: Money
    """What the population adds up to."""
    interval: Money | None
    """Every how many cents one was drawn; None in a random sample."""
    drawn: tuple[Drawn, ...]

    @property
    def amount(self) -> Money:
        """What was drawn adds up to."""
        return Money(sum(one.item.amount.cents for one in self.drawn))


def random_sample(population: Iterable[Item], *, size: int, seed: str) -> Sample:
    """Draw so many items, each with the same chance; all of them where there are no more."""
    items = cents = 0

    def counted() -> Iterable[tuple[int, Item]]:
        nonlocal items, cents
        for item in population:
            items += 1
            cents += item.amount.cents
            yield _number(seed, item.id), item

    lowest = heapq.nsmallest(size, counted(), key=lambda one: one[0])
    return Sample(items, Money(cents), None, tuple(Drawn(item) for _, item in sorted(lowest, key=_by_id)))


def monetary_unit_sample(population: Iterable[Item], *, size: int, seed: str, total: Money) -> Sample:
    """Draw so many cents, each with the same chance, of a population that adds up to `total`; and so their items."""
    interval = max(total.cents // size, 1)
    next_hit = _number(seed, "start") % interval
    items = before = 0
    drawn: list[Drawn] = []
    for item in population:
        items += 1
        after = before + item.amount.cents
        hits = len(range(next_hit, after, interval))
        if hits:
            drawn.append(Drawn(item, hits))
            next_hit += hits * interval
        before = after
    return Sample(items, Money(before), Money(interval), tuple(drawn))


def _number(seed: str, name: str) -> int:
    return int.from_bytes(sha256(f"{seed}:{name}".encode()).digest())


def _by_id(one: tuple[int, Item]) -> str:
    return one[1].id
