"""What comes out: tables and sentences for people; with `--json` the same data for programs.

JSON has amounts as `"12.50"`, days as `"2026-12-31"`, and the codes of closed lists as they stand in the books.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import date

import typer
from rich.console import Console

from pasledger.cli.calls import Call
from pasledger.cli.tables import Column, Table
from pasledger.cli.wording import in_words
from pasledger.ledger.money import Money

Row = Mapping[str, object]

_NO_END = 10_000
"""Where no terminal is, nothing is wrapped: a line is a line."""

_NARROWEST = 80
"""Below this a table would lose figures; a terminal that is narrower wraps the lines itself."""


def answer(call: Call, data: Row, *paragraphs: Table | str) -> None:
    """Print `data` for a program, or the paragraphs for a person."""
    if call.as_json:
        print_json(data)
        return
    console = paper()
    for above, paragraph in zip([None, *paragraphs], paragraphs, strict=False):
        if isinstance(above, Table) or (above and isinstance(paragraph, Table)):
            console.print()
        if isinstance(paragraph, Table):
            paragraph.print(console)
        else:
            console.print(paragraph)


def table(
    call: Call,
    rows: Sequence[Row],
    *names: str,
    grouped_by: str | None = None,
    totals: Row | None = None,
) -> Table | str:
    """Return the named columns of the rows as a table, or a sentence where there are none.

    A table that is `grouped_by` a column names each of its values once.
    """
    if not rows:
        return call.say("cli.nothing-there")
    columns: list[Column] = []
    for name in names:
        *cells, foot = _cells(call, [*(row[name] for row in rows), (totals or {}).get(name)])
        title, is_figure = call.say(f"cli.column.{name}"), isinstance(rows[0][name], int | Money)
        columns.append(Column(title, _once(cells) if name == grouped_by else cells, foot, is_figure))
    return Table(columns, has_totals=totals is not None)


def print_json(data: Row, *, for_errors: bool = False) -> None:
    """Print data for a program, in signs that the stream can take."""
    encoding = (sys.stderr if for_errors else sys.stdout).encoding
    typer.echo(
        json.dumps(data, default=plain, ensure_ascii=not encoding.lower().startswith("utf"), indent=2), err=for_errors
    )


def paper(*, for_errors: bool = False) -> Console:
    """Return where text for people goes. Nothing in it is markup."""
    console = Console(stderr=for_errors, markup=False, emoji=False, highlight=False)
    console.width = max(console.width, _NARROWEST) if console.is_terminal else _NO_END
    return console


def _cells(call: Call, values: Sequence[object]) -> list[str]:
    """Return the cells of a column; the signs of amounts stand below each other."""
    amounts = {place: str(value)[2:] for place, value in enumerate(values) if isinstance(value, Money)}
    width = max(map(len, amounts.values()), default=0)
    return [
        f"€ {amounts[place]:>{width}}" if place in amounts else in_words(value, call.language)
        for place, value in enumerate(values)
    ]


def _once(cells: Sequence[str]) -> list[str]:
    """Return the cells with those that repeat the one above left empty."""
    return [cell if above != cell else "" for above, cell in zip([None, *cells], cells, strict=False)]


def plain(value: object) -> str:
    """Return a value as JSON has it. Raises `TypeError`."""
    match value:
        case Money():
            return value.plain
        case date():
            return value.isoformat()
        case _:
            raise TypeError(f"no JSON for {type(value).__name__}")
