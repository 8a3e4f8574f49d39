"""In how much memory books are exported, large ones against small ones.

Each export is made in a process of its own, `python -m tests.benchmarks.exporting BOOKS FORMAT`, so that its memory is
too.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from functools import partial
from pathlib import Path

from pasledger.store import Reader, Store
from pasledger.usecases import exporting
from tests.benchmarks.bench import Bench
from tests.benchmarks.bulk import grown
from tests.benchmarks.measure import Figure, peak_bytes, seconds
from tests.benchmarks.town import BenchTown
from tests.support.service import ROOT

_MIB = 2**20
_CACHE_MIB = 64
"""The pages that the database keeps in memory (`cache_size`), which small books do not fill."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the process saw."""

    seconds: float
    peak_bytes: int


def figures(bench: Bench) -> Iterator[Figure]:
    """Yield the most memory that exports of large books take, against small ones and a cache that is full."""
    small, large = (grown(bench.sqlite, bench.scale.holders, size) for size in bench.scale.exported)
    size = bench.scale.exported[-1]
    for name in EXPORTS:
        least, most = _exported(small, name), _exported(large, name)
        yield Figure(
            f"export {size:,} transfers as {name}, {bench.sqlite.name}, MiB",
            most.peak_bytes / _MIB,
            least.peak_bytes / _MIB + _CACHE_MIB,
            target=1.0,
            remark=f"{size / most.seconds:,.0f} transfers/s",
            is_less_better=True,
        )


def _exported(town: BenchTown, name: str) -> Seen:
    command = (sys.executable, "-m", "tests.benchmarks.exporting", town.books, name)
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    return Seen(**json.loads(done.stdout))


def _xaf(reader: Reader) -> Iterator[str]:
    today = date.today()  # noqa: DTZ011 - of the year in which the books were made
    return exporting.xaf(reader, year=today.year, tax_number="001234567", made_on=today, software_version="0")


EXPORTS: dict[str, Callable[[Reader], Iterator[str]]] = {
    "jsonl": exporting.everything,
    "hledger": exporting.hledger,
    "beancount": exporting.beancount,
    "xaf": _xaf,
}


def _export(books: str, name: str) -> None:
    store = Store.open(books, reads_only=True)
    with store.read() as reader, Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        nowhere.writelines(EXPORTS[name](reader))
    store.close()


if __name__ == "__main__":
    _, its_books, its_name = sys.argv
    took = seconds(partial(_export, its_books, its_name))
    print(json.dumps(asdict(Seen(took, peak_bytes()))))  # noqa: T201
