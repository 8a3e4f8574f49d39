"""Tables as towns export them, delimited text or a spreadsheet, and the columns that we read of them.

Columns stand in any order, with Dutch or English titles, or with those of another application where a source says what
they mean. Every row is read, and all faults are reported at once.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pasledger.formats import cells
from pasledger.formats.delimited import rows_of_text
from pasledger.formats.faults import Fault, FaultKind, FileRefused, Misread, shown
from pasledger.formats.numbers import Cell, Held
from pasledger.formats.spreadsheet import SIGNATURES, rows_of_spreadsheet

NOTES = frozenset({"toelichting", "note"})
"""Columns and sheets for people, which no program reads."""

Titles = Mapping[str, str | None]
"""What the titles of a source mean: the Dutch name of our column, or None for one that is not read."""

OUR_OWN: Titles = {}


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


def read_lines(data: bytes, columns: Sequence[Column], titles: Titles = OUR_OWN) -> tuple[list[Line], list[Fault]]:
    """Return the rows of a file that could be read, and the faults of the others.

    Raises `FileRefused` where the file as a whole cannot be read: empty, of another kind, or with other columns.
    """
    faults: list[Fault] = []
    return list(lines_of(data, columns, faults, titles)), faults


def lines_of(data: bytes, columns: Sequence[Column], faults: list[Fault], titles: Titles = OUR_OWN) -> Iterator[Line]:
    """Yield the rows as `read_lines` returns them, one at a time, and add what is wrong with the others to `faults`."""
    rows: Iterator[tuple[int, Sequence[Cell]]]
    rows = rows_of_spreadsheet(data, NOTES) if data.startswith(SIGNATURES) else rows_of_text(data)
    header_row, header = next(rows, (1, []))
    if not header:
        raise FileRefused([Fault(FaultKind.FILE_EMPTY)])
    places = _places(header_row, list(map(_as_text, header)), columns, titles)
    is_empty = True
    try:
        for row, found in rows:
            is_empty = False
            if len(found) != len(places):
                faults.append(_miscounted(row, found, places))
            elif (line := _read_row(row, found, places, faults)) is not None:
                yield line
    except FileRefused as unfinished:
        is_empty = False
        faults += unfinished.faults
    if is_empty:
        raise FileRefused([Fault(FaultKind.NO_ROWS, row=header_row + 1)])


def lines_in(data: bytes) -> int | None:
    """Return about how many rows a file has, for who shows progress; None where that is not seen at once."""
    return None if data.startswith(SIGNATURES) else data.count(b"\n")


def _places(row: int, header: Sequence[str], columns: Sequence[Column], titles: Titles) -> list[Column | None]:
    """Return which column stands at each place; None for one that nobody reads."""
    named = {name: column for column in columns for name in (column.dutch, column.english)}
    meant = [titles.get(title, title) for title in map(folded, header)]
    places = [None if title is None else named.get(title) for title in meant]
    faults = [
        Fault(FaultKind.COLUMN_UNKNOWN, row, shown(title.strip()), figures={"columns": _names(columns)})
        for title, meaning, column in zip(header, meant, places, strict=True)
        if column is None and meaning is not None and meaning not in NOTES
    ]
    for column in columns:
        if places.count(column) > 1:
            faults.append(Fault(FaultKind.COLUMN_TWICE, row, column.dutch))
        elif column.is_required and column not in places:
            faults.append(Fault(FaultKind.COLUMN_MISSING, row, column.dutch, figures={"columns": _names(columns)}))
    if faults:
        raise FileRefused(faults)
    return places


def folded(title: str) -> str:
    """Return a title as it is looked up: without spaces around it, and in small letters."""
    return title.strip().casefold()


def _names(columns: Sequence[Column]) -> str:
    return ", ".join(column.dutch for column in columns)


def _read_row(row: int, found: Sequence[Cell], places: Sequence[Column | None], faults: list[Fault]) -> Line | None:
    values: dict[str, Any] = {}
    is_sound = True
    for cell, column in zip(found, places, strict=True):
        if column is None:
            continue
        text = cell.strip() if isinstance(cell, str) else cell.text
        try:
            if not isinstance(cell, str):
                _require_readable(cell, column)
            values[column.english] = _read_cell(text, column)
        except Misread as misread:
            is_sound = False
            faults.append(Fault(misread.kind, row, column.dutch, shown(text), misread.figures))
    return Line(row, values) if is_sound else None


def _as_text(cell: Cell) -> str:
    return cell if isinstance(cell, str) else cell.text


def _require_readable(cell: Held, column: Column) -> None:
    """Raise `Misread` for what a spreadsheet holds and does not show; a day is right where a day is asked for."""
    if not (cell.is_day and column.read is cells.day):
        raise Misread(cell.fault)


def _read_cell(text: str, column: Column) -> Any:  # noqa: ANN401 - its column says of which type it is
    if text:
        return column.read(text)
    if column.is_required:
        raise Misread(FaultKind.CELL_EMPTY)
    return column.absent


def _miscounted(row: int, found: Sequence[Cell], places: Sequence[Column | None]) -> Fault:
    return Fault(FaultKind.CELLS_MISCOUNTED, row, figures={"found": len(found), "expected": len(places)})
