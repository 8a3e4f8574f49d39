"""A workbook (XLSX) is a zip of XML: its sheets, its shared texts, and how its numbers are shown.

It comes from outside, so that nothing of it is believed: what it unpacks to is bounded, part by part, and is never kept
whole.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from pasledger.formats.faults import Fault, FaultKind, FileRefused
from pasledger.formats.markup import Unreadable, attribute, read_whole
from pasledger.formats.numbers import GENERAL, NumberFormat, number_format

MOST_UNPACKED = 512 * 2**20
"""Bytes that one part may unpack to. A sheet of 500,000 rows has about 150 million."""
MOST_TEXT = 256 * 2**20
"""Bytes of the shared texts, which are kept while the rows are read."""
_MOST_SMALL = 16 * 2**20
_MOST_TEXTS = 4_000_000
_MOST_SHEETS = 200
_STEEPEST = 200
"""No sheet is packed to less than a two hundredth of its size, unless somebody made it so."""
_RATIO_COUNTS_FROM = 2**20
_LONGEST_CELL = 32_767
_CHUNK = 2**16
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet that is shown, and the part of the zip that it is in."""

    name: str
    part: str


@dataclass(frozen=True, slots=True)
class Workbook:
    """What the rows of a sheet need: the parts of the zip, the shared texts, and the formats by their places."""

    parts: ZipFile
    sheets: tuple[Sheet, ...]
    texts: tuple[str, ...]
    formats: tuple[NumberFormat, ...]
    is_from_1904: bool

    def chunks(self, sheet: Sheet) -> Iterator[bytes]:
        """Yield the XML of a sheet."""
        return _chunks(self.parts, sheet.part, MOST_UNPACKED)


def open_workbook(data: bytes) -> Workbook:
    """Return the workbook in a zip. Raises `FileRefused`, and what `zipfile` and `expat` raise, for what is none."""
    parts = ZipFile(BytesIO(data))
    names = parts.namelist()
    if len(set(names)) != len(names):
        raise Unreadable("two parts of one name")
    main = next(iter(_related(parts, "", "officeDocument").values()))
    listed = _Listed()
    read_whole(_chunks(parts, main, _MOST_SMALL), listed)
    found = _related(parts, main, "worksheet")
    sheets = tuple(Sheet(name, found[place]) for name, place in listed.sheets if place in found)
    texts, styles = _Texts(), _Styles()
    for part in _related(parts, main, "sharedStrings").values():
        read_whole(_chunks(parts, part, MOST_TEXT), texts)
    for part in _related(parts, main, "styles").values():
        read_whole(_chunks(parts, part, _MOST_SMALL), styles)
    return Workbook(parts, sheets, tuple(texts.found), styles.formats(), listed.is_from_1904)


def unescaped(text: str) -> str:
    """Return a text with the signs that XML cannot hold, which a workbook writes as `_x000D_`."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def too_large() -> FileRefused:
    """Return the refusal of a workbook that unpacks to more than any real one."""
    return FileRefused([Fault(FaultKind.FILE_TOO_LARGE)])


def _chunks(parts: ZipFile, name: str, most: int) -> Iterator[bytes]:
    """Yield a part of the zip, which is never more than it says that it is."""
    info = parts.getinfo(name)
    if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise Unreadable("packed in another way")
    is_steep = info.file_size > max(_RATIO_COUNTS_FROM, info.compress_size * _STEEPEST)
    if info.file_size > most or is_steep:
        raise too_large()
    with parts.open(info) as part:
        while chunk := part.read(_CHUNK):
            yield chunk


def _related(parts: ZipFile, name: str, kind: str) -> dict[str, str]:
    """Return the parts of a kind that a part refers to, by the id under which it does."""
    folder, _, own = name.rpartition("/")
    relations = _Relations(kind)
    read_whole(_chunks(parts, f"{folder}/_rels/{own}.rels".removeprefix("/"), _MOST_SMALL), relations)
    return {place: _joined(folder, target) for place, target in relations.found.items()}


def _joined(folder: str, target: str) -> str:
    if target.startswith("/"):
        return target[1:]
    steps = folder.split("/") if folder else []
    for step in target.split("/"):
        if step == "..":
            steps.pop()
        elif step != ".":
            steps.append(step)
    return "/".join(steps)


@dataclass(slots=True, frozen=True)
class _Relations:
    kind: str
    found: dict[str, str] = field(default_factory=dict)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship" and attributes["Type"].endswith(f"/{self.kind}"):
            self.found[attributes["Id"]] = attributes["Target"]

    def text(self, text: str) -> None:
        pass

    def end(self, name: str) -> None:
        pass


class _Listed:
    """The sheets that are shown, and from where days are counted."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str]] = []
        self.is_from_1904 = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheet" and attributes.get("state", "visible") == "visible":
            if len(self.sheets) == _MOST_SHEETS:
                raise too_large()
            self.sheets.append((attributes["name"], attribute(attributes, "id") or ""))
        elif name == "workbookPr":
            self.is_from_1904 = attributes.get("date1904") in ("1", "true")

    def text(self, text: str) -> None:
        pass

    def end(self, name: str) -> None:
        pass


class _Texts:
    """The shared texts, without what says how they are pronounced."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._own = ""
        self._is_wanted = self._is_pronounced = False

    def start(self, name: str, attributes: dict[str, str]) -> None:  # noqa: ARG002 - as every handler
        if name == "si":
            self._own = ""
        elif name == "rPh":
            self._is_pronounced = True
        elif name == "t":
            self._is_wanted = not self._is_pronounced

    def text(self, text: str) -> None:
        if self._is_wanted:
            self._own += text
            if len(self._own) > _LONGEST_CELL:
                raise too_large()

    def end(self, name: str) -> None:
        self._is_wanted = False
        if name == "rPh":
            self._is_pronounced = False
        elif name == "si":
            if len(self.found) == _MOST_TEXTS:
                raise too_large()
            self.found.append(unescaped(self._own))


class _Styles:
    """How numbers are shown, by the number that a cell has for its style."""

    def __init__(self) -> None:
        self._codes: dict[int, str] = {}
        self._used: list[int] = []
        self._is_of_cells = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt":
            self._codes[int(attributes["numFmtId"])] = attributes["formatCode"]
        elif name == "cellXfs":
            self._is_of_cells = True
        elif name == "xf" and self._is_of_cells:
            self._used.append(int(attributes.get("numFmtId", "0")))

    def text(self, text: str) -> None:
        pass

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._is_of_cells = False

    def formats(self) -> tuple[NumberFormat, ...]:
        """Return the format of each style; a workbook without styles shows all numbers as they are."""
        return tuple(number_format(number, self._codes.get(number)) for number in self._used) or (GENERAL,)
