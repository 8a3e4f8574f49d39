"""One run of the benchmarks: where it takes place, and how much of everything it does."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks import postgresql
from tests.benchmarks.postgresql import Postgresql
from tests.benchmarks.raw import Raw
from tests.benchmarks.sqlite import Sqlite


@dataclass(frozen=True)
class Scale:
    """How much is done. The tests do little of everything, so that no benchmark stops working unseen."""

    rounds: int = 3
    """How often a work and its floor are measured, side by side, where that does not take long."""
    credited: int = 40_000
    holders: int = 5_000
    batches: tuple[tuple[int, int], ...] = ((1, 200), (8, 800), (64, 2_560), (512, 3_072))
    """How many redemptions are made in batches of each size."""
    writers: int = 4
    of_each_writer: int = 1_280
    clients: tuple[int, ...] = (1, 16, 64)
    seconds_of_load: int = 3
    transfers: tuple[int, ...] = (10_000, 100_000, 1_000_000)
    """How many there are in the books, from small to large."""
    transfers_in_a_file: tuple[int, ...] = ()
    """Beyond those, on SQLite only."""
    tries: int = 100
    """How often one thing is done in each of them, in each round."""
    verified: tuple[int, ...] = (100_000, 1_000_000)
    exported: tuple[int, int] = (10_000, 100_000)


@dataclass(frozen=True)
class Bench:
    """A run."""

    folder: Path
    sqlite: Sqlite
    postgresql: Postgresql
    scale: Scale

    @property
    def databases(self) -> tuple[Raw, Raw]:
        """Both kinds."""
        return self.sqlite, self.postgresql


@contextmanager
def a_bench(scale: Scale) -> Iterator[Bench]:
    """Make place for a run, with a database server, and leave nothing of it behind."""
    with TemporaryDirectory(prefix="pasledger-bench-") as folder, postgresql.a_server() as server:
        yield Bench(Path(folder), Sqlite(Path(folder)), Postgresql(server), scale)
