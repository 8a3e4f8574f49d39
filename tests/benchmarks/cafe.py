"""A busy café: four processes redeem at one merchant, in batches of 64, against four with the loop by hand."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier

from tests.benchmarks.bench import Bench, Scale
from tests.benchmarks.by_hand import ByHand
from tests.benchmarks.measure import Figure, side_by_side
from tests.benchmarks.redeeming import TARGETS, Redeem, redeem, require_same_rows
from tests.benchmarks.town import BenchTown, a_bench_town

_BATCH = 64
_SECONDS_TO_GET_READY = 60

Way = Callable[[BenchTown], AbstractContextManager[Redeem]]


@dataclass(frozen=True, slots=True)
class Work:
    """When a process began and ended, and how many it refused."""

    began: float
    ended: float
    refused: int


def figures(bench: Bench) -> Iterator[Figure]:
    """Yield the figure of the café."""
    scale = bench.scale
    town = a_bench_town(bench.postgresql, holders=scale.holders)
    cafe = replace(town, merchants=town.merchants[:1])
    refused: list[int] = []
    with cafe.copied() as ours, cafe.copied() as floor, _processes(scale.writers) as pool:
        with bench.postgresql.unguarded(floor.books):
            pass  # the guards are gone for good, and what follows does without
        value, least = side_by_side(
            partial(_rate, pool, ours, _through_the_library, scale, refused),
            partial(_rate, pool, floor, _by_hand, scale, refused),
            scale.rounds,
        )
        require_same_rows(ours, floor)
    name = f"redeem in one café from {scale.writers} processes, {bench.postgresql.name}, /s"
    yield Figure(name, value, least, TARGETS[_BATCH], errors=sum(refused))


def _rate(pool: ProcessPoolExecutor, town: BenchTown, way: Way, scale: Scale, refused: list[int], draw: int) -> float:
    """Return how many redemptions a second the processes make, from the first that begins to the last that ends."""
    seeds = range(draw * scale.writers, (draw + 1) * scale.writers)
    running = [pool.submit(_work, town, way, scale.of_each_writer, seed) for seed in seeds]
    done = [one.result() for one in running]
    refused.extend(one.refused for one in done)
    number = scale.writers * scale.of_each_writer
    return number / (max(one.ended for one in done) - min(one.began for one in done))


def _processes(writers: int) -> ProcessPoolExecutor:
    """Return the processes. Each gets one piece of work at a time, because all of them wait until all have one."""
    context = get_context("spawn")
    return ProcessPoolExecutor(writers, context, _take_part, (context.Barrier(writers),))


_ready: list[Barrier] = []


def _take_part(ready: Barrier) -> None:
    _ready.append(ready)


def _work(town: BenchTown, way: Way, number: int, seed: int) -> Work:
    batches = town.batches(number, _BATCH, seed)
    with way(town) as book:
        _ready[0].wait(_SECONDS_TO_GET_READY)
        began = time.monotonic()
        refused = sum(map(book, batches))
        return Work(began, time.monotonic(), refused)


@contextmanager
def _through_the_library(town: BenchTown) -> Iterator[Redeem]:
    with town.opened() as store:
        yield partial(redeem, store)


@contextmanager
def _by_hand(town: BenchTown) -> Iterator[Redeem]:
    with town.database.connected(town.books) as connection:
        yield ByHand(town.database, connection).redeem
