"""Run every benchmark, print the table, and write the figures."""

import json
import os
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks import crediting, growing, redeeming, serving
from tests.benchmarks.measure import Figure

OUTPUT = Path("build/bench.json")


def main() -> int:
    """Return 1 when a target is missed."""
    console = Console(width=120)
    figures: list[Figure] = []
    for part in (crediting, redeeming, serving, growing):
        with tempfile.TemporaryDirectory() as folder:
            for figure in part.figures(Path(folder)):
                figures.append(figure)
                console.print(f"  {figure.name}: {figure.value:,.0f} of {figure.floor:,.0f}", style="dim")
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(json.dumps([figure.as_row() for figure in figures], indent=1) + "\n")
    console.print(as_table(figures))
    console.print(f"{os.cpu_count()} processors; the figures are in {OUTPUT}")
    return 0 if all(figure.holds for figure in figures) else 1


def as_table(figures: list[Figure]) -> Table:
    """Return the figures as people read them."""
    table = Table(box=None, header_style="bold")
    for title in ("what", "ours", "floor", "ratio", "target", "errors", ""):
        table.add_column(title, justify="left" if title in ("what", "") else "right")
    for figure in figures:
        target = f"{figure.target:.2f}" if figure.target else ""
        style = "" if figure.holds else "red"
        cells = (figure.name, f"{figure.value:,.0f}", f"{figure.floor:,.0f}", f"{figure.ratio:.2f}", target)
        table.add_row(*cells, str(figure.errors), figure.remark, style=style)
    return table


if __name__ == "__main__":
    sys.exit(main())
