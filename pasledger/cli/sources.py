"""Sources of files: what the titles of another application mean."""

from typing import Annotated

import typer

from pasledger.cli.arguments import File
from pasledger.cli.calls import Call
from pasledger.cli.errors import reading
from pasledger.cli.printing import Row, answer, table
from pasledger.formats import cells
from pasledger.formats.sources import NOT_READ
from pasledger.rules.records import FileSource
from pasledger.usecases.sources import add_source


def add(
    context: typer.Context,
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="What you call it: 2 to 40 small letters and digits.")
    ],
    file: File,
) -> None:
    """Say what the titles of another application mean.

    The columns of the file, CSV or XLSX: titel;kolom (one of ours, or - for a column that is not to be read). A source
    that is there already gets a new version, and the newest one holds.

    JSON: as `sources list`.
    """
    call: Call = context.obj
    stamp, code = call.stamp(), call.read("SOURCE", source, cells.code)
    with call.store() as store, reading(file) as data:
        made = add_source(store, code, data, stamp)
    _answer(call, _rows(made))


def show(context: typer.Context) -> None:
    """List every version of every source.

    JSON: titles (source, version, title, column; the column is null where it is not read).
    """
    call: Call = context.obj
    with call.reader() as reader:
        rows = [row for source in reader.file_sources() for row in _rows(source)]
    _answer(call, rows)


def _rows(source: FileSource) -> list[Row]:
    return [
        {"source": source.code, "version": source.version, "title": title, "column": column}
        for title, column in source.titles
    ]


def _answer(call: Call, rows: list[Row]) -> None:
    shown = [{**row, "column": row["column"] or NOT_READ} for row in rows]
    answer(call, {"titles": rows}, table(call, shown, "source", "version", "title", "column"))
