"""A list of any length as delimited text, row by row: UTF-8 with a mark, `;` between, amounts the Dutch way.

Days are written as `2026-12-31` and moments in UTC, which every spreadsheet and every program reads.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime

from pasledger.formats.statements import MARK, in_euros
from pasledger.ledger.money import Money

_AT_A_TIME = 1000


def csv_pieces(names: Sequence[str], rows: Iterable[Mapping[str, object]]) -> Iterator[bytes]:
    """Yield the text piece by piece: the names of the columns, and then the rows."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    text.write(MARK)
    writer.writerow(names)
    for number, row in enumerate(rows, start=1):
        writer.writerow([_cell(row[name]) for name in names])
        if number % _AT_A_TIME == 0:
            yield _taken(text)
    yield _taken(text)


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _taken(text: io.StringIO) -> bytes:
    found = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return found


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case Money():
            return in_euros(value)
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case int():
            return str(value)
        case list() | tuple():
            return harmless(" ".join(map(str, value)))
        case _:
            return harmless(str(value))
