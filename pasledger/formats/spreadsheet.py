"""Spreadsheets (XLSX): the rows of the one sheet that has data, with the numbers that a spreadsheet program shows.

What the person who looked at it did not see is not read: hidden rows and columns, merged cells and formulas without a
value are refused, with what to do.
"""

import zlib
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain
from string import ascii_uppercase
from struct import error as StructError  # noqa: N812 - a name that says what it is
from xml.parsers.expat import ExpatError
from zipfile import BadZipFile

from pasledger.formats.faults import Fault, FaultKind, FileRefused, shown
from pasledger.formats.markup import Unreadable, pull
from pasledger.formats.numbers import Cell, Held, iso_day, number_cell
from pasledger.formats.workbook import Sheet, Workbook, open_workbook, too_large, unescaped

SIGNATURES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How a workbook begins, and how one begins that is locked or from before 2007."""

Rows = Iterator[tuple[int, list[Cell]]]

_MOST_ROWS = 1_048_576
_MOST_COLUMNS = 256
_LONGEST_CELL = 32_767
_MOST_MERGED = 1000
_NOT_A_WORKBOOK = (
    *(BadZipFile, zlib.error, EOFError, StructError, ExpatError),
    *(LookupError, ValueError, OverflowError, RuntimeError, NotImplementedError, StopIteration),
)


def rows_of_spreadsheet(data: bytes, passed_over: frozenset[str]) -> Rows:
    """Yield the rows that are not blank, the header first, each with its number in the spreadsheet.

    A sheet whose name is `passed_over` is for people. Raises `FileRefused`; at the end for what is hidden or merged.
    """
    try:
        yield from _table(_only_sheet(open_workbook(data), passed_over))
    except _NOT_A_WORKBOOK:
        raise FileRefused([Fault(FaultKind.FILE_NOT_XLSX)]) from None


def _only_sheet(workbook: Workbook, passed_over: frozenset[str]) -> Rows:
    """Return the rows of the only sheet that has any."""
    filled: dict[str, Rows] = {}
    for sheet in workbook.sheets:
        rows = _rows(workbook, sheet)
        first = next(rows, None)
        if first is not None and sheet.name.strip().casefold() not in passed_over:
            filled[sheet.name] = chain([first], rows)
    if len(filled) > 1:
        names = ", ".join(shown(name) or "…" for name in filled)
        raise FileRefused([Fault(FaultKind.SHEETS_SEVERAL, figures={"sheets": names})])
    return next(iter(filled.values()), iter(()))


def _table(rows: Rows) -> Rows:
    """Yield the rows, each as wide as the header: what is empty at the end of a row is not in the file."""
    width = 0
    for number, cells in rows:
        width = width or len(cells)
        yield number, cells + [""] * (width - len(cells))


def _rows(workbook: Workbook, sheet: Sheet) -> Rows:
    found = _Rows(workbook)
    for _ in pull(workbook.chunks(sheet), found):
        yield from found.rows
        found.rows.clear()
    if found.faults or found.hidden_rows:
        raise FileRefused([*found.hidden_faults(), *found.faults])


class _Rows:
    """Gathers the rows of a sheet while its XML goes by."""

    def __init__(self, workbook: Workbook) -> None:
        self.rows: list[tuple[int, list[Cell]]] = []
        self.faults: list[Fault] = []
        self.hidden_rows: list[int] = []
        self._workbook = workbook
        self._hidden_columns: list[range] = []
        self._number = 0
        self._cells: list[Cell] = []
        self._is_hidden = self._has_header = False
        self._place, self._type, self._style = -1, "n", "0"
        self._text: str | None = None
        self._has_formula = self._is_wanted = self._is_pronounced = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take over that an element begins."""
        if name == "c":
            self._place = _place(attributes["r"].rstrip("0123456789")) if "r" in attributes else self._place + 1
            self._type, self._style = attributes.get("t", "n"), attributes.get("s", "0")
            self._text, self._has_formula = None, False
        elif name in ("v", "t"):
            self._is_wanted = not self._is_pronounced
            self._text = self._text or ""
        elif name == "f":
            self._has_formula = True
        elif name == "row":
            self._begin_row(attributes)
        else:
            self._see(name, attributes)

    def text(self, text: str) -> None:
        """Take over a piece of text."""
        if self._is_wanted:
            self._text = f"{self._text}{text}"
            if len(self._text) > _LONGEST_CELL:
                raise too_large()

    def end(self, name: str) -> None:
        """Take over that an element ends."""
        self._is_wanted = False
        if name == "c":
            self._end_cell()
        elif name == "row":
            self._end_row()
        elif name == "rPh":
            self._is_pronounced = False

    def hidden_faults(self) -> Iterator[Fault]:
        """Yield one fault for all rows that are hidden."""
        if self.hidden_rows:
            yield Fault(FaultKind.ROWS_HIDDEN, self.hidden_rows[0], figures={"count": len(self.hidden_rows)})

    def _see(self, name: str, attributes: dict[str, str]) -> None:
        if name == "rPh":
            self._is_pronounced = True
        elif name == "col" and attributes.get("hidden") in ("1", "true"):
            self._hidden_columns.append(range(int(attributes["min"]) - 1, int(attributes["max"])))
        elif name == "mergeCell" and len(self.faults) < _MOST_MERGED:
            merged = attributes["ref"]
            row = int(merged.partition(":")[0].lstrip(ascii_uppercase))
            self.faults.append(Fault(FaultKind.CELLS_MERGED, row, figures={"cells": merged[:20]}))

    def _begin_row(self, attributes: dict[str, str]) -> None:
        number = int(attributes.get("r", self._number + 1))
        if not self._number < number <= _MOST_ROWS:
            raise Unreadable("rows out of order")
        self._number, self._cells, self._place = number, [], -1
        self._is_hidden = attributes.get("hidden") in ("1", "true")

    def _end_cell(self) -> None:
        cell = self._cell()
        if cell == "":
            return
        missing = self._place - len(self._cells)
        if missing < 0 or not self._number:
            raise Unreadable("cells out of order")
        if self._place >= _MOST_COLUMNS:
            raise too_large()
        if missing:
            self._cells.extend([""] * missing)
        self._cells.append(cell)

    def _end_row(self) -> None:
        if not any(not isinstance(cell, str) or cell.strip() for cell in self._cells):
            return
        if not self._has_header:
            self._has_header = True
            self._require_shown_columns()
        if self._is_hidden:
            self.hidden_rows.append(self._number)
        self.rows.append((self._number, self._cells))

    def _require_shown_columns(self) -> None:
        faults = [
            Fault(FaultKind.COLUMN_HIDDEN, self._number, shown(cell if isinstance(cell, str) else cell.text))
            for place, cell in enumerate(self._cells)
            if cell != "" and any(place in hidden for hidden in self._hidden_columns)
        ]
        if faults:
            raise FileRefused(faults)

    def _cell(self) -> Cell:
        text, kind = self._text, self._type
        if text is None or (text == "" and kind == "n"):
            return Held("", FaultKind.CELL_FORMULA) if self._has_formula else ""
        match kind:
            case "s":
                return self._workbook.texts[_whole(text)]
            case "n":
                shown_as = self._workbook.formats[_whole(self._style)]
                return number_cell(text, shown_as, from_1904=self._workbook.is_from_1904)
            case "str" | "inlineStr":
                return unescaped(text)
            case "b":
                return "WAAR" if text == "1" else "ONWAAR"
            case "d":
                return iso_day(text)
            case "e":
                return Held(text, FaultKind.CELL_ERROR)
            case _:
                raise Unreadable("a cell of no known kind")


def _whole(text: str) -> int:
    """Return a place in a list; one below zero would be counted from its end."""
    if not text.isdecimal():
        raise Unreadable("no place")
    return int(text)


@lru_cache(maxsize=1024)
def _place(letters: str) -> int:
    """Return the place of a column: 0 for A, 26 for AA."""
    if not 1 <= len(letters) <= 3:
        raise Unreadable("no column")
    place = 0
    for letter in letters:
        place = place * 26 + ascii_uppercase.index(letter) + 1
    return place - 1
