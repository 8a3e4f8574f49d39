"""Memory does not grow with the journal: not by verifying it, and not by any export."""

import tracemalloc
from collections import deque
from collections.abc import Callable

import pytest

from pasledger.store import Reader, leaves, statements
from pasledger.usecases import verifying
from pasledger.usecases.sealing import seal
from tests.benchmarks.bulk import grown
from tests.benchmarks.exporting import EXPORTS
from tests.benchmarks.sqlite import Sqlite
from tests.benchmarks.town import BenchTown
from tests.support.town import a_stamp

SMALL, LARGE = 600, 6_000
HOLDERS = 30
AT_A_TIME = 100

WORK: dict[str, Callable[[Reader], object]] = {
    "verify": lambda reader: verifying.verify_snapshot(reader, lambda _done: None),
    **{name: lambda reader, export=export: deque(export(reader), maxlen=0) for name, export in EXPORTS.items()},  # type: ignore[misc]
}


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> list[BenchTown]:
    """Return books of two sizes, sealed."""
    database = Sqlite(tmp_path_factory.mktemp("towns"))
    made = [grown(database, HOLDERS, size) for size in (SMALL, LARGE)]
    for town in made:
        with town.opened() as store:
            seal(store, a_stamp())
    return made


@pytest.mark.parametrize("name", WORK)
def test_memory_does_not_grow_with_the_journal(
    towns: list[BenchTown], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten times as many entries take no more at any moment, when as many are looked at at a time."""
    monkeypatch.setattr(statements, "_AT_A_TIME", dict.fromkeys(statements._AT_A_TIME, AT_A_TIME))
    monkeypatch.setattr(leaves, "PAGE", AT_A_TIME)
    monkeypatch.setattr(verifying, "STRETCH", AT_A_TIME)
    _, small, large = (peak_of(WORK[name], town) for town in (towns[0], *towns))  # once to have all modules there
    assert large < 1.5 * small, f"{large:,} bytes, against {small:,}"


def peak_of(work: Callable[[Reader], object], town: BenchTown) -> int:
    """Return the most memory, in bytes, that Python had for some work at once."""
    with town.opened() as store, store.read() as reader:
        tracemalloc.start()
        work(reader)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    return peak
