"""What a redemption costs as the books grow, and how fast they are verified."""

import random
import sqlite3
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

from pasledger.ledger.money import Money
from pasledger.usecases.booking import book
from pasledger.usecases.minting import stamp_now
from pasledger.usecases.spending import redemption
from pasledger.usecases.verifying import verify
from tests.benchmarks.measure import Figure, seconds
from tests.benchmarks.town import BenchTown, a_bench_town

SIZES = (10_000, 100_000)
_HOLDERS = 5_000
_TRIED = 2_000
"""How many redemptions, in batches of 64, are timed at each size."""


def figures(folder: Path) -> Iterator[Figure]:
    """Yield the cost of a redemption against the smallest books, the size of a transfer, and the speed of verify."""
    town = a_bench_town(folder / "grow.db", holders=_HOLDERS)
    made = _HOLDERS + 1
    least = 0.0
    for size in SIZES:
        made += _grow(town, size - made)
        rate = _rate(town, _TRIED)
        made += _TRIED // 64 * 64
        least = least or rate
        yield Figure(f"redeem with {size:,} transfers, /s", rate, least, target=1 / 1.2)
        raw = made / seconds(lambda: _read_raw(town))
        verified = made / seconds(lambda: verify(town.store))
        peak = _peak_bytes(town)
        remark = f"{town.path.stat().st_size / made:.0f} bytes a transfer, {peak / 2**20:.0f} MiB at most"
        yield Figure(f"verify {size:,} transfers, /s", verified, raw, target=1 / 3, remark=remark)
    town.store.close()


def _grow(town: BenchTown, number: int) -> int:
    return sum(_batch(town, 2_000) for _ in range(number // 2_000))


def _rate(town: BenchTown, number: int) -> float:
    return number / seconds(lambda: [_batch(town, 64) for _ in range(number // 64)])


def _batch(town: BenchTown, size: int) -> int:
    requests = [
        redemption(merchant=town.merchant, card=card, amount=Money(1), key=uuid4().hex)
        for card in random.choices(town.cards, k=size)  # noqa: S311
    ]
    outcomes = book(town.store, requests, stamp_now("bench"))
    return sum(outcome.refused is None for outcome in outcomes)


def _peak_bytes(town: BenchTown) -> int:
    """Return the most memory that verifying takes; measured apart, because measuring it takes time."""
    tracemalloc.start()
    verify(town.store)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def _read_raw(town: BenchTown) -> int:
    connection = sqlite3.connect(town.path)
    return sum(
        len(row)
        for table in ("transfer", "entry", "redemption")
        for row in connection.execute(f"SELECT * FROM {table}")
    )
