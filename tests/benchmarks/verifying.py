"""How fast books are verified against reading their rows, and in how much memory.

Verifying is done in a process of its own, `python -m tests.benchmarks.verifying BOOKS`, so that its memory is too.
"""

import json
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from pasledger.store import Store
from pasledger.usecases.verifying import verify
from tests.benchmarks.bench import Bench
from tests.benchmarks.bulk import grown
from tests.benchmarks.measure import Figure, seconds, side_by_side
from tests.benchmarks.town import BenchTown
from tests.support.service import ROOT

_READ = ("account", "entry", "transfer", "entitlement", "redemption")
_TAKES_LONG = 500_000
"""From so many transfers on, it is measured once."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the process saw."""

    transfers: int
    findings: int
    seconds: float
    peak_bytes: int


def figures(bench: Bench) -> Iterator[Figure]:
    """Yield the speed of verifying books of each size, with the most memory that it took."""
    for size in bench.scale.verified:
        town = grown(bench.sqlite, bench.scale.holders, size)
        seen: list[Seen] = []
        rounds = 1 if size >= _TAKES_LONG else bench.scale.rounds
        value, least = side_by_side(partial(_verified, town, seen), partial(_read, town, seen), rounds)
        peak = max(one.peak_bytes for one in seen)
        yield Figure(
            f"verify {size:,} transfers, {bench.sqlite.name}, /s",
            value,
            least,
            target=1 / 3,
            errors=sum(one.findings for one in seen),
            remark=f"{peak / 2**20:.0f} MiB at most",
        )


def _verified(town: BenchTown, seen: list[Seen], _round: int) -> float:
    command = (sys.executable, "-m", "tests.benchmarks.verifying", town.books)
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    seen.append(Seen(**json.loads(done.stdout)))
    return seen[-1].transfers / seen[-1].seconds


def _read(town: BenchTown, seen: list[Seen], _round: int) -> float:
    """Read each row that verifying has to look at, and do nothing with it."""
    with town.database.connected(town.books) as connection:

        def read() -> None:
            for table in _READ:
                deque(connection.execute(f"SELECT * FROM {table}"), maxlen=0)

        return seen[-1].transfers / seconds(read)


def _verify(books: str) -> Seen:
    store = Store.open(books)
    started = time.perf_counter()
    found = verify(store)
    took = time.perf_counter() - started
    store.close()
    return Seen(found.transfers, len(found.findings), took, _peak_bytes())


def _peak_bytes() -> int:
    """Return the most memory that this process ever had, where the kernel tells; `getrusage` knows its parent's too."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0
    [kibibytes] = [line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM:")]
    return int(kibibytes) * 1024


if __name__ == "__main__":
    print(json.dumps(asdict(_verify(sys.argv[1]))))  # noqa: T201
