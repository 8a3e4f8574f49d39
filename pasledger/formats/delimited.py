"""Delimited text as towns export it: `;`, `,` or tab; UTF-8 with or without BOM, or cp1252; Dutch or English headers.

Columns stand in any order. Every row is read, and all faults are reported at once.
"""

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any

from pasledger.formats.faults import Fault, FaultKind, FileRefused, Misread, shown

_SEPARATORS = ";,\t"
_NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_NOTES = frozenset({"toelichting", "note"})
"""Columns for people, which no program reads."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its names in Dutch and English, what reads its cells, and what stands for an empty one."""

    dutch: str
    english: str
    read: Callable[[str], Any]
    is_required: bool = True
    absent: Any = None


@dataclass(frozen=True, slots=True)
class Line:
    """A row that was read: where it stood, and its values by the English names of their columns."""

    row: int
    values: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - its column says of which type a value is
        return self.values[name]


def read_lines(data: bytes, columns: Sequence[Column]) -> tuple[list[Line], list[Fault]]:
    """Return the rows of a file that could be read, and the faults of the others.

    Raises `FileRefused` where the file as a whole cannot be read: empty, not text, or with other columns.
    """
    rows = _rows(_decode(data))
    header_row, header = next(rows, (1, []))
    if not header:
        raise FileRefused([Fault(FaultKind.FILE_EMPTY)])
    places = _places(header_row, header, columns)
    lines: list[Line] = []
    faults: list[Fault] = []
    try:
        for row, cells in rows:
            if len(cells) != len(places):
                faults.append(_miscounted(row, cells, places))
            else:
                _read_row(row, cells, places, lines, faults)
    except FileRefused as unclosed:
        faults += unclosed.faults
    if not lines and not faults:
        raise FileRefused([Fault(FaultKind.NO_ROWS, row=header_row + 1)])
    return lines, faults


def _decode(data: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _NOT_TEXT.search(text) is None:
            return text
    raise FileRefused([Fault(FaultKind.FILE_NOT_TEXT)])


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that are not blank, the header first, each with the number of its first line.

    Raises `FileRefused` where a quote is not closed: what comes after it cannot be told apart.
    """
    header = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(_SEPARATORS, key=header.count)
    # A line ends where the file says: `splitlines` would also cut at signs that a cell may hold.
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        row = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise FileRefused([Fault(FaultKind.QUOTE_OPEN, row)]) from None
        if any(cell.strip() for cell in cells):
            yield row, cells


def _places(row: int, header: Sequence[str], columns: Sequence[Column]) -> list[Column | None]:
    """Return which column stands at each place; None for one that nobody reads."""
    named = {name: column for column in columns for name in (column.dutch, column.english)}
    titles = [title.strip().casefold() for title in header]
    places = [named.get(title) for title in titles]
    faults = [
        Fault(FaultKind.COLUMN_UNKNOWN, row, shown(title), figures={"columns": _names(columns)})
        for title, column in zip(titles, places, strict=True)
        if column is None and title not in _NOTES
    ]
    for column in columns:
        if places.count(column) > 1:
            faults.append(Fault(FaultKind.COLUMN_TWICE, row, column.dutch))
        elif column.is_required and column not in places:
            faults.append(Fault(FaultKind.COLUMN_MISSING, row, column.dutch, figures={"columns": _names(columns)}))
    if faults:
        raise FileRefused(faults)
    return places


def _names(columns: Sequence[Column]) -> str:
    return ", ".join(column.dutch for column in columns)


def _read_row(row: int, cells: list[str], places: list[Column | None], lines: list[Line], faults: list[Fault]) -> None:
    values: dict[str, Any] = {}
    is_sound = True
    for cell, column in zip(cells, places, strict=True):
        if column is None:
            continue
        text = cell.strip()
        try:
            values[column.english] = _read_cell(text, column)
        except Misread as misread:
            is_sound = False
            faults.append(Fault(misread.kind, row, column.dutch, shown(text), misread.figures))
    if is_sound:
        lines.append(Line(row, values))


def _read_cell(text: str, column: Column) -> Any:  # noqa: ANN401 - its column says of which type it is
    if text:
        return column.read(text)
    if column.is_required:
        raise Misread(FaultKind.CELL_EMPTY)
    return column.absent


def _miscounted(row: int, cells: list[str], places: list[Column | None]) -> Fault:
    return Fault(FaultKind.CELLS_MISCOUNTED, row, figures={"found": len(cells), "expected": len(places)})
