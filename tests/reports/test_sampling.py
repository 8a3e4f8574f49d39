"""Samples: the same seed draws the same, each item and each cent has its chance, and nothing is drawn twice."""

from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from pasledger.ledger.money import Money
from pasledger.reports.sampling import Item, monetary_unit_sample, random_sample

POPULATIONS = st.lists(st.integers(1, 5_000), min_size=1, max_size=60).map(
    lambda cents: [Item(f"item {number:02}", Money(one)) for number, one in enumerate(cents)]
)
SIZES = st.integers(1, 20)


def total_of(items: list[Item]) -> Money:
    """Return what items add up to."""
    return Money(sum(item.amount.cents for item in items))


@given(items=POPULATIONS, size=SIZES, seed=st.text(max_size=9))
def test_a_random_sample_has_the_lowest_digests(items: list[Item], size: int, seed: str) -> None:
    """Who has the list and the seed draws it again: sort by the digest, take the first, and put them in order."""
    found = random_sample(items, size=size, seed=seed)
    lowest = sorted(items, key=lambda item: sha256(f"{seed}:{item.id}".encode()).hexdigest())[:size]
    assert [one.item for one in found.drawn] == sorted(lowest, key=lambda item: item.id)
    assert (found.items, found.total, found.interval) == (len(items), total_of(items), None)
    assert random_sample(reversed(items), size=size, seed=seed) == found


@given(items=POPULATIONS, size=SIZES, seed=st.text(max_size=9))
def test_a_monetary_unit_sample_draws_every_so_many_cents(items: list[Item], size: int, seed: str) -> None:
    """Laid out cent by cent, the item under each drawn cent is drawn; one as large as the interval always is."""
    found = monetary_unit_sample(items, size=size, seed=seed, total=total_of(items))
    interval = max(total_of(items).cents // size, 1)
    start = int(sha256(f"{seed}:start".encode()).hexdigest(), 16) % interval
    under = [item for item in items for _ in range(item.amount.cents)][start::interval]
    assert [one.item for one in found.drawn for _ in range(one.hits)] == under
    assert len({one.item for one in found.drawn}) == len(found.drawn)
    assert {item for item in items if item.amount.cents >= interval} <= {one.item for one in found.drawn}
    assert (found.items, found.total, found.interval) == (len(items), total_of(items), Money(interval))
    assert found.amount == total_of([one.item for one in found.drawn])


def test_a_known_sample() -> None:
    """The algorithm is the one that is written down, and stays so: an old sample is drawn again in years."""
    items = [Item(f"item {number:02}", Money(100 * number)) for number in range(1, 21)]
    assert [one.item.id for one in random_sample(items, size=3, seed="2026").drawn] == ["item 02", "item 03", "item 12"]
    units = monetary_unit_sample(items, size=3, seed="2026", total=total_of(items))
    assert [one.item.id for one in units.drawn] == ["item 08", "item 14", "item 19"]


def test_each_item_is_drawn_about_as_often_as_another() -> None:
    """Over many seeds a random sample prefers nothing, and a monetary-unit sample what is worth more, in proportion."""
    items = [Item(f"item {number}", Money(cents)) for number, cents in enumerate((100, 100, 100, 300, 400))]
    times = dict.fromkeys((item.id for item in items), 0)
    hits = dict(times)
    for seed in map(str, range(2_000)):
        for drawn in random_sample(items, size=1, seed=seed).drawn:
            times[drawn.item.id] += 1
        for drawn in monetary_unit_sample(items, size=1, seed=seed, total=total_of(items)).drawn:
            hits[drawn.item.id] += drawn.hits
    assert all(abs(found - 400) < 100 for found in times.values()), times
    assert all(abs(hits[item.id] - 2 * item.amount.cents) < 100 for item in items), hits


def test_nothing_has_no_sample() -> None:
    """Of an empty population nothing is drawn."""
    assert random_sample([], size=5, seed="x").drawn == ()
    assert monetary_unit_sample([], size=5, seed="x", total=Money(0)).drawn == ()
