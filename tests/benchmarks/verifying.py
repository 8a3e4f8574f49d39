"""How fast sealed books are verified against reading their rows, and in how much memory.

Verifying is done in a process of its own, `python -m tests.benchmarks.verifying BOOKS`, so that its memory is too.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from itertools import product

from pasledger.store import Store
from pasledger.store.tables import metadata
from pasledger.usecases.minting import stamp_now
from pasledger.usecases.sealing import seal
from pasledger.usecases.verifying import verify
from tests.benchmarks.bench import Bench
from tests.benchmarks.bulk import grown
from tests.benchmarks.measure import Figure, peak_bytes, seconds, side_by_side
from tests.benchmarks.town import BenchTown
from tests.support.service import ROOT


@dataclass(frozen=True, slots=True)
class Seen:
    """What the process saw."""

    transfers: int
    unsealed: int
    findings: int
    seconds: float
    peak_bytes: int


def figures(bench: Bench) -> Iterator[Figure]:
    """Yield the speed of verifying books of each size, with the most memory that it took.

    The target is for the largest: small ones take about as long as the other processes need to start.
    """
    for size, database in product(bench.scale.verified, bench.databases):
        with grown(database, bench.scale.holders, size).copied() as town:
            with town.opened() as store:
                seal(store, stamp_now("clerk"))
            seen: list[Seen] = []
            # Once: it takes long, and differs little.
            value, least = side_by_side(partial(_verified, town, seen), partial(_read, town, seen), rounds=1)
        peak = max(one.peak_bytes for one in seen)
        yield Figure(
            f"verify {size:,} transfers, {database.name}, /s",
            value,
            least,
            target=1 / 3 if size == bench.scale.verified[-1] else 0,
            errors=sum(one.findings + one.unsealed for one in seen),
            remark=f"{peak / 2**20:.0f} MiB at most, in all processes",
        )


def _verified(town: BenchTown, seen: list[Seen], _round: int) -> float:
    command = (sys.executable, "-m", "tests.benchmarks.verifying", town.books)
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    seen.append(Seen(**json.loads(done.stdout)))
    return seen[-1].transfers / seen[-1].seconds


def _read(town: BenchTown, seen: list[Seen], _round: int) -> float:
    """Read each row that there is once, in the order of its table, and do nothing with it.

    These are the rows that verifying has to look at: all of them, for each is sealed, or is a seal, or is worked out
    again from others. It is one process, and no index is read beside the tables, nor anything twice. What verifying
    does beyond that (the indexes, the guards, each record beside its entry, all digests) is its own time.
    """
    with town.database.connected(town.books) as connection:

        def read() -> None:
            for table in metadata.tables:
                town.database.read(connection, table)

        return seen[-1].transfers / seconds(read)


def _verify(books: str) -> Seen:
    store = Store.open(books, reads_only=True)
    started = time.perf_counter()
    found = verify(store)
    took = time.perf_counter() - started
    store.close()
    return Seen(found.transfers, found.unsealed, len(found.findings), took, peak_bytes())


if __name__ == "__main__":
    print(json.dumps(asdict(_verify(sys.argv[1]))))  # noqa: T201
