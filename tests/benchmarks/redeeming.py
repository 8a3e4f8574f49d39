"""Redemptions through the library, by batch size, against a loop written by hand that writes the same rows."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from uuid import uuid4

from pasledger.ledger.money import Money
from pasledger.store import Store
from pasledger.usecases.booking import book
from pasledger.usecases.minting import stamp_now
from pasledger.usecases.spending import redemption
from tests.benchmarks.bench import Bench
from tests.benchmarks.by_hand import ByHand
from tests.benchmarks.measure import Figure, seconds, side_by_side
from tests.benchmarks.town import BenchTown, Sale, a_bench_town

TARGETS = {64: 0.5}

Redeem = Callable[[Sequence[Sale]], int]
"""Books a batch of sales in one transaction, and returns how many were refused."""


def figures(bench: Bench) -> Iterator[Figure]:
    """Yield a figure for each kind of database and each batch size."""
    for database in bench.databases:
        town = a_bench_town(database, holders=bench.scale.holders)
        with town.copied() as ours, town.copied() as floor:
            yield from _figures(bench, ours, floor)
            require_same_rows(ours, floor)


def _figures(bench: Bench, ours: BenchTown, floor: BenchTown) -> Iterator[Figure]:
    database = ours.database
    with ours.opened() as store, database.unguarded(floor.books) as connection:
        by_hand = ByHand(database, connection).redeem
        for size, number in bench.scale.batches:
            refused: list[int] = []
            value, least = side_by_side(
                partial(_rate, ours, size, number, partial(redeem, store), refused),
                partial(_rate, floor, size, number, by_hand, refused),
                bench.scale.rounds,
            )
            name = f"redeem in batches of {size}, {database.name}, /s"
            yield Figure(name, value, least, TARGETS.get(size, 0.0), errors=sum(refused))


def _rate(town: BenchTown, size: int, number: int, way: Redeem, refused: list[int], draw: int) -> float:
    """Return how many redemptions a second are made in one way; in each round, the same sales in both."""
    batches = town.batches(number, size, draw)
    return number / seconds(lambda: refused.extend(map(way, batches)))


def redeem(store: Store, batch: Sequence[Sale]) -> int:
    """Redeem through the library and return how many were refused."""
    requests = [redemption(merchant=sale.merchant, card=sale.card, amount=Money(1), key=uuid4().hex) for sale in batch]
    outcomes = book(store, requests, stamp_now("merchant service"))
    return sum(outcome.refused is not None for outcome in outcomes)


def require_same_rows(ours: BenchTown, floor: BenchTown) -> None:
    """Assert that both wrote as many rows, as long in each column, and left the same balances."""
    [of_ours, of_floor] = [
        (town.database.extent(town.books), town.database.rows(town.books, "account")) for town in (ours, floor)
    ]
    assert of_ours == of_floor
