"""Run the benchmarks, print the table, and write the figures: `python -m tests.benchmarks [--large] [PART ...]`."""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks import cafe, crediting, exporting, growing, redeeming, refusing, serving, verifying
from tests.benchmarks.bench import Bench, Scale, a_bench
from tests.benchmarks.measure import Figure

PARTS: dict[str, Callable[[Bench], Iterator[Figure]]] = {
    "crediting": crediting.figures,
    "redeeming": redeeming.figures,
    "cafe": cafe.figures,
    "serving": serving.figures,
    "refusing": refusing.figures,
    "growing": growing.figures,
    "verifying": verifying.figures,
    "exporting": exporting.figures,
}
_OUTPUT = Path("build/bench.json")


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    # No part at all is a choice too, which argparse has to be told.
    parser.add_argument("part", nargs="*", metavar="PART", choices=[[], *PARTS], help=f"only {', '.join(PARTS)}")
    parser.add_argument("--large", action="store_true", help="also with ten million transfers")
    asked = parser.parse_args(arguments)
    scale = (
        replace(Scale(), transfers_in_a_file=(10_000_000,), exported=(100_000, 1_000_000)) if asked.large else Scale()
    )
    console = Console(width=160)
    figures: list[Figure] = []
    with a_bench(scale) as bench:
        for part in asked.part or PARTS:
            began = time.monotonic()
            for figure in PARTS[part](bench):
                figures.append(figure)
                console.print(f"  {figure.name}: {figure.value:,.0f} of {figure.floor:,.0f}", style="dim")
            console.print(f"{part}: {time.monotonic() - began:.0f} s", style="dim")
    write(figures, _OUTPUT)
    console.print(as_table(figures))
    console.print(f"{os.cpu_count()} processors; the figures are in {_OUTPUT}")
    return 0 if all(figure.holds for figure in figures) else 1


def write(figures: Sequence[Figure], output: Path) -> None:
    """Write the figures as programs read them."""
    output.parent.mkdir(exist_ok=True)
    output.write_text(json.dumps([figure.as_row() for figure in figures], indent=1) + "\n", encoding="utf-8")


def as_table(figures: Sequence[Figure]) -> Table:
    """Return the figures as people read them."""
    table = Table(box=None, header_style="bold")
    for title in ("what", "ours", "floor", "ratio", "target", "errors", ""):
        table.add_column(title, justify="left" if title in ("what", "") else "right", no_wrap=title == "what")
    for figure in figures:
        target = f"{figure.target:.2f}" if figure.target else ""
        style = "" if figure.holds else "red"
        cells = (figure.name, f"{figure.value:,.0f}", f"{figure.floor:,.0f}", f"{figure.ratio:.2f}", target)
        table.add_row(*cells, str(figure.errors), figure.remark, style=style)
    return table


if __name__ == "__main__":
    sys.exit(main())
