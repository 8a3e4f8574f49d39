"""Delimited text as towns export it: `;`, `,` or tab; UTF-8 with or without BOM, or cp1252."""

import csv
import re
from collections.abc import Iterator
from io import BytesIO, TextIOWrapper

from pasledger.formats.faults import Fault, FaultKind, FileRefused

_SEPARATORS = ";,\t"
_NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_SEEN = re.compile(r"\S")
_LINE_END = re.compile(r"[\r\n]")


def rows_of_text(data: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that are not blank, the header first, each with the number of its first line.

    Raises `FileRefused` for what is no text, and where a quote is not closed: what comes after it cannot be told apart.
    """
    encoding, header = _look(data)
    separator = max(_SEPARATORS, key=header.count)
    # A line ends where the file says: `splitlines` would also cut at signs that a cell may hold.
    reader = csv.reader(TextIOWrapper(BytesIO(data), encoding, newline=""), delimiter=separator, strict=True)
    while True:
        row = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise FileRefused([Fault(FaultKind.QUOTE_OPEN, row)]) from None
        if any(map(str.strip, cells)):
            yield row, cells


def _look(data: bytes) -> tuple[str, str]:
    """Return the encoding of a text, and its first line that is not blank."""
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _NOT_TEXT.search(text) is None:
            return encoding, _first_line(text)
    raise FileRefused([Fault(FaultKind.FILE_NOT_TEXT)])


def _first_line(text: str) -> str:
    first = _SEEN.search(text)
    if first is None:
        return ""
    before = max(text.rfind("\n", 0, first.start()), text.rfind("\r", 0, first.start()))
    end = _LINE_END.search(text, first.start())
    return text[before + 1 : end.start() if end else None]
