"""The benchmarks, at a size that shows nothing but that they work and that their checks can fail."""

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from pasledger.rules.cards import TokenHash
from pasledger.usecases.verifying import verify
from tests.benchmarks.__main__ import PARTS, as_table, write
from tests.benchmarks.bench import Bench, Scale, a_bench
from tests.benchmarks.bulk import grown
from tests.benchmarks.measure import Figure
from tests.benchmarks.redeeming import redeem, require_same_rows
from tests.benchmarks.serving import Program, in_python, load, services, wrk
from tests.benchmarks.town import Sale, a_bench_town

pytestmark = pytest.mark.slow

A_LITTLE = Scale(
    rounds=1,
    credited=40,
    holders=40,
    batches=((1, 2), (8, 16)),
    writers=2,
    of_each_writer=64,
    clients=(64,),
    seconds_of_load=1,
    transfers=(500, 600),
    transfers_in_a_file=(700,),
    tries=4,
    verified=(600,),
    exported=(500, 600),
)
A_FIGURE = Figure("redeem, /s", value=600, floor=1000, target=0.5)
PROGRAMS = [
    in_python,
    pytest.param(
        wrk,
        marks=pytest.mark.skipif(
            shutil.which("wrk") is None and "CI" not in os.environ,
            reason="wrk is not installed: apt-get install wrk",
        ),
    ),
]


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    """Make place for a small run."""
    with a_bench(A_LITTLE) as made:
        yield made


@pytest.fixture(scope="module")
def address(bench: Bench) -> Iterator[str]:
    """Run the service that says yes to whoever is signed in."""
    with services(a_bench_town(bench.sqlite, holders=A_LITTLE.holders), "tests.benchmarks.constant") as [found]:
        yield found


@pytest.mark.parametrize("part", PARTS)
def test_a_part_measures_without_an_error(bench: Bench, part: str) -> None:
    """Each part yields figures that have a floor and no error, each under a name of its own."""
    figures = list(PARTS[part](bench))
    assert figures
    assert len({figure.name for figure in figures}) == len(figures)
    assert all(figure.value > 0 and figure.floor > 0 for figure in figures)
    assert [figure.name for figure in figures if figure.errors] == []


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_books_made_in_bulk_are_sound(bench: Bench, kind: str) -> None:
    """Books that were grown have the size that was asked for, their guards, and nothing that verifying finds."""
    with grown(getattr(bench, kind), A_LITTLE.holders, 550).opened() as store:
        found = verify(store)
    assert (found.transfers, found.findings) == (550, ())


def test_a_floor_that_writes_less_is_no_floor(bench: Bench) -> None:
    """When one of two did what the other did not, they are not compared."""
    town = a_bench_town(bench.sqlite, holders=A_LITTLE.holders)
    with town.copied() as ours, town.copied() as floor:
        with ours.opened() as store:
            redeem(store, ours.batches(1, 1, seed=1)[0])
        with pytest.raises(AssertionError):
            require_same_rows(ours, floor)


def test_a_refused_redemption_is_counted(bench: Bench) -> None:
    """A card that nobody knows is an error of the measurement."""
    with a_bench_town(bench.sqlite, holders=A_LITTLE.holders).copied() as town, town.opened() as store:
        assert redeem(store, [Sale(TokenHash.of("nobody's"), town.merchants[0])]) == 1


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_clients_count_what_is_not_a_yes(bench: Bench, address: str, program: Program) -> None:
    """With a credential that nobody has, every answer is an error."""
    town = replace(a_bench_town(bench.sqlite, holders=A_LITTLE.holders), credential="nobody's")
    assert load(town, 2, 1, address, program=program).errors > 0


def test_what_has_errors_does_not_hold() -> None:
    """A figure holds when its ratio is reached and nothing went wrong."""
    assert A_FIGURE.holds
    assert not replace(A_FIGURE, target=0.7).holds
    assert not replace(A_FIGURE, errors=1).holds


def test_of_a_time_less_is_better() -> None:
    """The ratio of a time is turned around, so that more of it is better too."""
    longest = Figure("p99, ms", value=80, floor=100, target=1, is_less_better=True)
    assert (longest.ratio, longest.holds) == (1.25, True)
    assert not replace(longest, value=101).holds


def test_figures_are_for_programs_and_for_people(tmp_path: Path) -> None:
    """The file has what is asked of each row, and the table shows the same figures."""
    write([A_FIGURE], tmp_path / "build" / "bench.json")
    [row] = json.loads((tmp_path / "build" / "bench.json").read_text(encoding="utf-8"))
    assert {"name", "value", "floor", "ratio", "target", "holds", "errors"} <= set(row)
    assert (row["ratio"], row["holds"]) == (0.6, True)
    console = Console(width=120)
    with console.capture() as shown:
        console.print(as_table([A_FIGURE]))
    assert shown.get().split()[-6:] == ["/s", "600", "1,000", "0.60", "0.50", "0"]
