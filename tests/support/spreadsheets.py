"""Spreadsheets, as another program writes them, and as somebody with bad intent does."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import xlsxwriter

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_KINDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

Finish = Callable[[Any, Any], None]


def nothing_more(_workbook: Any, _sheet: Any) -> None:
    """Leave a sheet as it is."""


def a_workbook(
    rows: Sequence[Sequence[object]],
    *,
    formats: Mapping[int, str] | None = None,
    finish: Finish = nothing_more,
    date_1904: bool = False,
    constant_memory: bool = False,
) -> bytes:
    """Return a workbook with rows of texts, numbers and dates; `formats` are those of its columns, by their place."""
    data = BytesIO()
    options = {"default_date_format": "dd-mm-yyyy", "date_1904": date_1904, "constant_memory": constant_memory}
    workbook = xlsxwriter.Workbook(data, {**options, "in_memory": not constant_memory})
    sheet = workbook.add_worksheet("Blad1")
    shown = {place: workbook.add_format({"num_format": code}) for place, code in (formats or {}).items()}
    for number, row in enumerate(rows):
        for place, value in enumerate(row):
            arguments = [shown[place]] if place in shown and number else []
            if isinstance(value, str):
                sheet.write_string(number, place, value, *arguments)
            elif value is not None:
                sheet.write(number, place, value, *arguments)
    finish(workbook, sheet)
    workbook.close()
    return data.getvalue()


def in_parts(
    sheet: str | bytes,
    *,
    workbook: str = "",
    styles: str | None = None,
    texts: str | None = None,
    parts: Mapping[str, bytes] | None = None,
) -> bytes:
    """Return a workbook that is made by hand: a sheet is its XML, and so are the others."""
    named = {
        "_rels/.rels": related(("officeDocument", "xl/workbook.xml")),
        "xl/_rels/workbook.xml.rels": related(
            ("worksheet", "worksheets/sheet1.xml"),
            *([("styles", "styles.xml")] if styles is not None else []),
            *([("sharedStrings", "/xl/sharedStrings.xml")] if texts is not None else []),
        ),
        "xl/workbook.xml": workbook or a_list_of_sheets(),
        "xl/worksheets/sheet1.xml": sheet,
        "xl/styles.xml": styles,
        "xl/sharedStrings.xml": texts,
        **(parts or {}),
    }
    data = BytesIO()
    with ZipFile(data, "w", ZIP_DEFLATED) as file:
        for name, part in named.items():
            if part is not None:
                file.writestr(name, part)
    return data.getvalue()


def related(*parts: tuple[str, str]) -> str:
    """Return the part of a zip that says where other parts are: each a kind and a target."""
    listed = "".join(
        f'<Relationship Id="rId{place}" Type="{_KINDS}/{kind}" Target="{target}"/>'
        for place, (kind, target) in enumerate(parts, start=1)
    )
    return f'<Relationships xmlns="{_RELATIONS}">{listed}</Relationships>'


def a_list_of_sheets(inside: str = "", *, head: str = "") -> str:
    """Return the part that lists the sheets, by default one."""
    sheets = inside or '<sheet name="Blad1" sheetId="1" r:id="rId1"/>'
    return f'{head}<workbook xmlns="{MAIN}" xmlns:r="{_KINDS}"><sheets>{sheets}</sheets></workbook>'


def a_sheet(rows: str, *, before: str = "", after: str = "", head: str = "") -> str:
    """Return the XML of a sheet around its rows."""
    return f'{head}<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def written_out(rows: Iterable[Sequence[str]]) -> str:
    """Return rows as XML, each cell a text of its own."""
    return "".join(
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in row) + "</row>" for row in rows
    )
