"""Lists of any length, as at any moment: as a table, as CSV or as JSON, in as much memory as a page of it takes."""

import json
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Annotated

import typer

from pasledger.cli.calls import Call
from pasledger.cli.printing import Row, answer, paper, plain, table
from pasledger.formats import cells
from pasledger.formats.listing import csv_pieces
from pasledger.ledger.views import View

AsAt = Annotated[
    str | None, typer.Option("--as-at", metavar="DAY", help="The books at the end of a day, by when entries count.")
]
RecordedBefore = Annotated[
    str | None,
    typer.Option("--recorded-before", metavar="MOMENT", help="The books as they were known before a moment."),
]
AsCsv = Annotated[bool, typer.Option("--csv", help="Answer as CSV, for a spreadsheet.")]

_PAGE = 10_000
"""How many lines of a table stand below one line of titles."""


def view_of(call: Call, as_at: str | None, recorded_before: str | None, *, as_csv: bool) -> View:
    """Return what is looked at. Raises a usage error, also where two forms of an answer are asked for."""
    require_one_form(call, as_csv=as_csv)
    return View(
        None if as_at is None else call.read("--as-at", as_at, cells.day),
        None if recorded_before is None else call.read("--recorded-before", recorded_before, cells.moment),
    )


def require_one_form(call: Call, *, as_csv: bool) -> None:
    """Raise a usage error where two forms of an answer are asked for."""
    if as_csv and call.as_json:
        raise typer.BadParameter(call.say("cli.csv-or-json"), param_hint=("--csv", "--json"))


def seen(view: View) -> Row:
    """Return what JSON says of a view."""
    return {"as_at": view.as_at, "recorded_before": view.recorded_before}


def in_view(call: Call, view: View) -> list[str]:
    """Return the sentences that say what is looked at; none for everything."""
    said = []
    if view.as_at is not None:
        said.append(call.say("cli.as-at", day=view.as_at))
    if view.recorded_before is not None:
        said.append(call.say("cli.recorded-before", moment=view.recorded_before))
    return said


def answer_listed(
    call: Call,
    data: Row,
    name: str,
    rows: Iterable[Row],
    shown: Sequence[str],
    *sentences: str,
    fields: Sequence[str],
    as_csv: bool,
) -> None:
    """Print a list as it comes: its `fields` for a program, after `data`; for a person what is `shown` of them."""
    if answered_for_programs(call, data, name, rows, fields=fields, as_csv=as_csv):
        return
    pages = iter(rows)
    first = list(islice(pages, _PAGE))
    answer(call, {}, *sentences, table(call, first, *shown))
    while page := list(islice(pages, _PAGE)):
        paper().print()
        answer(call, {}, table(call, page, *shown))


def answered_for_programs(
    call: Call, data: Row, name: str, rows: Iterable[Row], *, fields: Sequence[str], as_csv: bool
) -> bool:
    """Print a list as it comes, as CSV or as JSON, where one of these was asked for, and return whether it was."""
    if as_csv:
        print_csv(fields, rows)
    elif call.as_json:
        _print_json(data, name, rows)
    return as_csv or call.as_json


def print_csv(names: Sequence[str], rows: Iterable[Row]) -> None:
    """Print rows as CSV. It is UTF-8 whatever the locale is, as its mark says."""
    stream = typer.get_binary_stream("stdout")
    for piece in csv_pieces(names, rows):
        stream.write(piece)
    stream.flush()


def _print_json(data: Row, name: str, rows: Iterable[Row]) -> None:
    """Print `data` with the rows under a name behind it, as `print_json` would."""
    head = json.dumps(data, default=plain, ensure_ascii=True, indent=2).removesuffix("}").rstrip()
    typer.echo(f"{head}{',' if data else ''}\n  {json.dumps(name)}: [", nl=False)
    between = ""
    for row in rows:
        written = json.dumps(row, default=plain, ensure_ascii=True, indent=2).replace("\n", "\n    ")
        typer.echo(f"{between}\n    {written}", nl=False)
        between = ","
    typer.echo("\n  ]\n}" if between else "]\n}")
