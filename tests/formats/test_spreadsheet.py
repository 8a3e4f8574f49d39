"""Spreadsheets: what a person saw is what is read, to the cent and to the day; the rest is refused with its place."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pasledger.formats import cells
from pasledger.formats.faults import Fault, FaultKind, FileRefused
from pasledger.formats.tabular import Column, read_lines
from pasledger.ledger.money import Money
from tests.support.spreadsheets import (
    MAIN,
    a_list_of_sheets,
    a_sheet,
    a_workbook,
    in_parts,
    related,
    written_out,
)

F = FaultKind
COLUMNS = (
    Column("naam", "name", cells.words),
    Column("bedrag", "amount", cells.amount, is_required=False),
    Column("dag", "day", cells.day, is_required=False),
    Column("aantal", "number", cells.number(1, 99), is_required=False),
    Column("kvk", "kvk_number", cells.kvk_number, is_required=False),
    Column("pas", "card", cells.card_number, is_required=False),
)
HEADER = [column.dutch for column in COLUMNS]


def read(data: bytes) -> tuple[list[tuple[int, Any]], list[Fault]]:
    """Return the rows of a file with where they stood, and the faults, also of one that is refused as a whole."""
    try:
        lines, faults = read_lines(data, COLUMNS)
    except FileRefused as refused:
        return [], list(refused.faults)
    return [(line.row, line.values) for line in lines], faults


def one(column: str, value: object, shown_as: str | None = None, *, date_1904: bool = False) -> Any:
    """Return what one cell is read as, or its fault."""
    data = a_workbook(
        [[column, "naam"], [value, "a"]] if column != "naam" else [[column], [value]],
        formats={0: shown_as} if shown_as else None,
        date_1904=date_1904,
    )
    lines, faults = read(data)
    english = next(one.english for one in COLUMNS if one.dutch == column)
    return faults[0] if faults else lines[0][1][english]


# --- what is read


def test_a_table_is_read_as_its_text_would_be() -> None:
    """Texts, numbers and days; columns in any order and in either language; rows that are not there are counted."""
    rows: list[list[object]] = [
        ["day", "NAAM", "Toelichting", "amount"],
        [date(2026, 12, 31), "Café", "vóór", 12.5],
        [None, None, None, None],
        ["31-12-2026", " Zoë ", None, "1.250,00"],
    ]
    assert read(a_workbook(rows)) == (
        [
            (2, {"name": "Café", "day": date(2026, 12, 31), "amount": Money(1250)}),
            (4, {"name": "Zoë", "day": date(2026, 12, 31), "amount": Money(125000)}),
        ],
        [],
    )


@pytest.mark.parametrize(
    ("value", "cents"),
    [
        *((12, 1200), (12.1, 1210), (12.100000000000001, 1210), (0.1 + 0.2, 30), (1234567.1, 123456710)),
        *((0.01, 1), (1e3, 100000), (999999999.99, 99999999999), (1.1 + 2.2, 330)),
    ],
    ids=repr,
)
def test_an_amount_is_exact_to_the_cent(value: float, cents: int) -> None:
    """The noise of a spreadsheet's arithmetic, which it does not show, is no part of the amount."""
    assert one("bedrag", value) == Money(cents)


@given(st.integers(1, 10**11))
def test_every_amount_that_a_float_can_hold_comes_back(cents: int) -> None:
    """What is typed as an amount is stored as a float, and read as the cents that were typed."""
    text = '<row><c t="str"><v>naam</v></c><c t="str"><v>bedrag</v></c></row><row><c t="str"><v>a</v></c>'
    sheet = a_sheet(f"{text}<c><v>{cents / 100!r}</v></c></row>")
    assert read(in_parts(sheet)) == ([(2, {"name": "a", "amount": Money(cents)})], [])


@pytest.mark.parametrize("value", [12.505, 12.001, 33.333333, 0.005, 12.00000000001], ids=repr)
def test_more_than_two_decimals_are_refused(value: float) -> None:
    """What is more exact than a cent in earnest is no amount."""
    assert one("bedrag", value).reason is F.AMOUNT


@pytest.mark.parametrize(
    ("value", "shown_as"),
    [(12.505, "0.00"), (12.5, "0"), (12.5, '"€" #,##0'), (0.5, "0%"), (1500, "#,##0,"), (12.5, "# ?/?"), (12, '"x"')],
)
def test_an_amount_that_is_shown_otherwise_is_refused(value: float, shown_as: str) -> None:
    """Who saw € 13 did not approve € 12,50."""
    assert one("bedrag", value, shown_as).reason is F.CELL_SHOWN_OTHERWISE


@pytest.mark.parametrize(
    "shown_as",
    [
        *("0.00", "#,##0.00", '"€" #,##0.00;[Red]-"€" #,##0.00', "[$€-413] #,##0.00"),
        *('_-€* #,##0.00_-;_-€* "-"_-', "@", "General", "0.000", "\\x0.00"),
    ],
)
def test_an_amount_in_the_format_of_its_currency(shown_as: str) -> None:
    """Whatever the sign and wherever it stands."""
    assert one("bedrag", 1250.5, shown_as) == Money(125050)


@pytest.mark.parametrize(
    ("value", "shown_as", "day"),
    [
        (46387, "dd-mm-yyyy", date(2026, 12, 31)),
        (46387, "d mmmm yyyy", date(2026, 12, 31)),
        (46387, "[$-413]d/mmm/yy;@", date(2026, 12, 31)),
        (1, "yyyy-mm-dd", date(1900, 1, 1)),
        (59, "yyyy-mm-dd", date(1900, 2, 28)),
        (61, "yyyy-mm-dd", date(1900, 3, 1)),
        (2958465, "yyyy-mm-dd", date(9999, 12, 31)),
    ],
)
def test_a_day_is_a_number_that_is_shown_as_one(value: int, shown_as: str, day: date) -> None:
    """In whatever order and language it is shown, also around the day that never was."""
    assert one("dag", value, shown_as) == day


def test_days_are_counted_from_1904_where_the_workbook_says_so() -> None:
    """As it was on the first Macintosh."""
    assert one("dag", date(2026, 12, 31), date_1904=True) == date(2026, 12, 31)
    assert one("dag", 0, "dd-mm-yyyy", date_1904=True).reason is F.DATE


@pytest.mark.parametrize(
    ("value", "shown_as"),
    [
        *((value, "dd-mm-yyyy") for value in (0, 60, -1, 46387.5, 2958466)),
        (46387, None),
        (46387, "0"),
        (0.5, "hh:mm"),
        (1.5, "[h]:mm"),
    ],
)
def test_what_is_no_day(value: float, shown_as: str | None) -> None:
    """A time, a number that is shown as a number, and a day that never was."""
    assert one("dag", value, shown_as).reason is F.DATE


def test_a_day_with_a_time_is_no_day() -> None:
    """Midnight is what a database writes for a day; another time means something."""
    assert one("dag", datetime(2026, 12, 31)) == date(2026, 12, 31)  # noqa: DTZ001 - a spreadsheet knows no zones
    assert one("dag", datetime(2026, 12, 31, 14, 30)).reason is F.DATE  # noqa: DTZ001 - as above


@pytest.mark.parametrize("column", ["naam", "bedrag", "aantal", "kvk", "pas"])
def test_a_day_where_none_is_asked_for(column: str) -> None:
    """A spreadsheet makes days of what looks like one: `1-2` is no reference any more, and `1.50` no amount."""
    assert one(column, date(2026, 2, 1)) == Fault(F.CELL_IS_DATE, 2, column, "2026-02-01")


def test_numbers_in_columns_of_text() -> None:
    """A number is read as its digits, with the zeros in front that it is shown with."""
    assert one("naam", 12345) == "12345"
    assert one("kvk", 1234567, "00000000") == "01234567"
    assert one("kvk", 1234567).reason is F.KVK_NUMBER
    assert one("aantal", 7) == 7
    assert one("aantal", 1.5).reason is F.NUMBER


def test_digits_that_a_spreadsheet_does_not_keep() -> None:
    """A card number that was typed as a number has lost its last digit: nobody can tell which it was."""
    assert one("pas", 9123456789012317) == Fault(F.CELL_DIGITS_LOST, 2, "pas", "9123456789012320")
    assert one("pas", "9123 4567 8901 2317") == "9123456789012317"
    assert one("naam", 999999999999999) == "999999999999999"


def test_what_a_formula_came_to() -> None:
    """The result that was shown is read; a formula that was never worked out, and one that failed, are refused."""

    def finish(_workbook: Any, sheet: Any) -> None:
        sheet.write_formula("B2", "=10+2.5", None, 12.5)
        sheet.write_formula("B4", "=NA()", None, "#N/A")
        sheet.write_formula("A5", '=IF(TRUE;"x";"y")', None, "x")

    lines, faults = read(a_workbook([["naam", "bedrag"], ["a"], ["b"], ["c"], []], finish=finish))
    assert lines == [
        (2, {"name": "a", "amount": Money(1250)}),
        (3, {"name": "b", "amount": None}),
        (5, {"name": "x", "amount": None}),
    ]
    assert faults == [Fault(F.CELL_ERROR, 4, "bedrag", "#N/A")]


@pytest.mark.parametrize("cell", ["<c><f>1+1</f></c>", "<c><f>1+1</f><v></v></c>", "<c><f>1+1</f><v/></c>"])
def test_a_formula_that_was_never_worked_out(cell: str) -> None:
    """A program that writes formulas need not know what they come to."""
    sheet = a_sheet(written_out([["naam", "bedrag"]]) + f'<row><c t="str"><v>a</v></c>{cell}</row>')
    assert read(in_parts(sheet)) == ([], [Fault(F.CELL_FORMULA, 2, "bedrag", "")])


def test_a_formula_that_came_to_nothing_is_an_empty_cell() -> None:
    """Its result is the empty text, which is another thing than no result."""
    cell = '<c t="str"><f>""</f><v></v></c>'
    sheet = a_sheet(written_out([["naam", "bedrag"]]) + f'<row><c t="str"><v>a</v></c>{cell}</row>')
    assert read(in_parts(sheet)) == ([(2, {"name": "a", "amount": None})], [])


# --- what was not seen


def test_hidden_rows_are_refused() -> None:
    """Who filters a list sees some of its rows: the others are not meant, or forgotten."""

    def finish(_workbook: Any, sheet: Any) -> None:
        for row in (2, 3, 7):
            sheet.set_row(row, None, None, {"hidden": True})

    rows = [["naam"], ["a"], ["b"], ["c"], ["d"]]
    assert read(a_workbook(rows, finish=finish))[1] == [Fault(F.ROWS_HIDDEN, 3, figures={"count": 2})]


def test_hidden_columns_are_refused() -> None:
    """A column that has a title is shown, or it is not there."""
    rows: list[list[object]] = [["naam", "bedrag", "dag"], ["a", 12]]

    def hides(columns: str) -> list[Fault]:
        return read(
            a_workbook(rows, finish=lambda _book, sheet: sheet.set_column(columns, None, None, {"hidden": True}))
        )[1]

    assert hides("B:C") == [Fault(F.COLUMN_HIDDEN, 1, "bedrag"), Fault(F.COLUMN_HIDDEN, 1, "dag")]
    assert hides("D:XFD") == []


def test_merged_cells_are_refused() -> None:
    """One value over two rows is a value for one of them, and nothing for the other."""
    rows: list[list[object]] = [["naam", "bedrag"], ["a", 12], ["b", None]]
    data = a_workbook(rows, finish=lambda _book, sheet: sheet.merge_range("B2:B3", 12))
    assert read(data)[1] == [Fault(F.CELLS_MERGED, 2, figures={"cells": "B2:B3"})]


def test_one_sheet_has_the_rows() -> None:
    """Sheets that are empty, hidden or for people are passed over; of two with rows nobody can tell which is meant."""

    def more(name: str, *rows: Sequence[object], hidden: bool = False) -> list[Fault]:
        def finish(workbook: Any, _sheet: Any) -> None:
            sheet = workbook.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
            if hidden:
                sheet.hide()

        return read(a_workbook([["naam"], ["a"]], finish=finish))[1]

    assert more("Blad2") == more("Toelichting", ["x"]) == more("note", ["x"]) == more("Lijst", ["x"], hidden=True) == []
    assert more("Januari", ["naam"], ["b"]) == [Fault(F.SHEETS_SEVERAL, figures={"sheets": "Blad1, Januari"})]
    assert more("111222333", ["naam"]) == [Fault(F.SHEETS_SEVERAL, figures={"sheets": "Blad1, …"})]


def test_the_first_row_may_stand_anywhere() -> None:
    """Blank rows above the header are counted; the sheet that is read need not be the first."""
    lines, faults = read(a_workbook([[], [" "], ["naam", "aantal"], ["a", 100]]))
    assert (lines, faults) == ([], [Fault(F.NUMBER, 4, "aantal", "100", {"least": 1, "most": 99})])


def test_cells_beside_the_table_are_found() -> None:
    """What stands where no title is, is told with how many cells there are."""
    data = a_workbook([["naam"], ["a", None, "x"], ["b"]])
    assert read(data) == ([(3, {"name": "b"})], [Fault(F.CELLS_MISCOUNTED, 2, figures={"found": 3, "expected": 1})])


def test_faults_of_the_file_and_of_its_rows_are_told_together() -> None:
    """Every row is looked at, also of a file that is refused for something else."""
    data = a_workbook(
        [["naam", "bedrag"], ["a", "x"], ["b", 12]],
        finish=lambda _book, sheet: sheet.set_row(2, None, None, {"hidden": True}),
    )
    assert [(fault.reason, fault.row) for fault in read(data)[1]] == [(F.AMOUNT, 2), (F.ROWS_HIDDEN, 3)]


def test_an_empty_workbook() -> None:
    """No rows, or a header alone."""
    assert read(a_workbook([])) == ([], [Fault(F.FILE_EMPTY)])
    assert read(a_workbook([["naam"]])) == ([], [Fault(F.NO_ROWS, 2)])


# --- how other programs write


def test_texts_of_their_own_and_shared() -> None:
    """Rich text is its text; how it is pronounced is no part of it; signs that XML cannot hold are written as codes."""
    texts = (
        f'<sst xmlns="{MAIN}"><si><t>naam</t></si><si><r><t>Ca</t></r><r><t xml:space="preserve">fé </t></r>'
        "<rPh><t>x</t></rPh></si><si><t>a_x0041_</t></si></sst>"
    )
    rows = "".join(f'<row><c t="s"><v>{place}</v></c></row>' for place in (0, 1, 2))
    assert read(in_parts(a_sheet(rows), texts=texts))[0] == [(2, {"name": "Café"}), (3, {"name": "aA"})]
    in_constant_memory = a_workbook([["naam"], ["Café"]], constant_memory=True)
    assert read(in_constant_memory)[0] == [(2, {"name": "Café"})]


def test_names_with_a_prefix_and_places_left_out() -> None:
    """A namespace may have a prefix, and cells and rows need not say where they stand."""
    sheet = a_sheet('<row r="3"><c t="str"><v>naam</v></c></row><row><c t="d"><v>2026-12-31</v></c></row>')
    prefixed = sheet.replace("<", "<x:").replace("<x:/", "</x:").replace("xmlns=", "xmlns:x=")
    assert read(in_parts(sheet)) == read(in_parts(prefixed))
    assert read(in_parts(sheet))[1] == [Fault(F.CELL_IS_DATE, 4, "naam", "2026-12-31")]


def test_truth_is_a_word() -> None:
    """As it is shown in Dutch."""
    assert one("naam", value=True) == "WAAR"
    assert one("bedrag", value=False) == Fault(F.AMOUNT, 2, "bedrag", "ONWAAR")


# --- what somebody sends who means no good

SMALL = a_sheet(written_out([["naam"], ["a"]]))
ENTITY = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    "data",
    [
        in_parts(a_sheet(written_out([["naam"], ["&b;"]]), head=ENTITY)),
        in_parts(a_sheet(written_out([["naam"], ["a"]]), head='<!DOCTYPE x SYSTEM "file:///etc/passwd">')),
        in_parts(SMALL, workbook=a_list_of_sheets(head=ENTITY)),
        in_parts(SMALL, texts=f'{ENTITY}<sst xmlns="{MAIN}"/>'),
        in_parts(SMALL, styles=f'{ENTITY}<styleSheet xmlns="{MAIN}"/>'),
        in_parts(SMALL, parts={"_rels/.rels": f"{ENTITY}{related(('officeDocument', 'xl/workbook.xml'))}".encode()}),
    ],
    ids=["sheet", "outside", "workbook", "texts", "styles", "relations"],
)
def test_no_entity_is_resolved(data: bytes) -> None:
    """A document type makes it no workbook, in whatever part it stands."""
    assert read(data) == ([], [Fault(F.FILE_NOT_XLSX)])


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"])
def test_what_unpacks_to_too_much_is_refused(part: str) -> None:
    """A part that is packed to almost nothing is not unpacked."""
    empty = {"texts": f'<sst xmlns="{MAIN}"/>', "styles": f'<styleSheet xmlns="{MAIN}"/>'}
    data = in_parts(SMALL, **empty, parts={part: b"<x>" + b" " * 20 * 2**20})
    assert len(data) < 100_000
    assert read(data) == ([], [Fault(F.FILE_TOO_LARGE)])


def test_a_cell_that_is_too_long_is_refused() -> None:
    """In the sheet and among the shared texts: no program writes more than 32,767 signs."""
    text = "x" * 32_768
    shared = in_parts(
        a_sheet('<row><c t="s"><v>0</v></c></row>'), texts=f'<sst xmlns="{MAIN}"><si><t>{text}</t></si></sst>'
    )
    assert read(in_parts(a_sheet(written_out([["naam"], [text]])))) == ([], [Fault(F.FILE_TOO_LARGE)])
    assert read(shared) == ([], [Fault(F.FILE_TOO_LARGE)])


def test_a_tag_without_end_is_refused() -> None:
    """It is not looked at again and again until memory is full."""
    tag = "".join(f' a{number}="{number:0100}"' for number in range(20_000))
    assert read(in_parts(a_sheet(f"<row{tag}/>"))) == ([], [Fault(F.FILE_NOT_XLSX)])


def test_a_table_that_is_too_wide_is_refused() -> None:
    """No file of ours has more than 256 columns."""
    sheet = a_sheet('<row r="1"><c r="A1" t="str"><v>naam</v></c><c r="XFD1" t="str"><v>x</v></c></row>')
    assert read(in_parts(sheet)) == ([], [Fault(F.FILE_TOO_LARGE)])


@pytest.mark.parametrize(
    "row",
    [
        '<row r="2"/><row r="2"/>',
        '<row r="0"/>',
        '<row r="1048577"/>',
        '<row r="x"/>',
        '<row><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>',
        '<row><c r="AAAA1"><v>1</v></c></row>',
        '<row><c r="1"><v>1</v></c></row>',
        '<row><c t="s"><v>0</v></c></row>',
        '<row><c t="s"><v>-1</v></c></row>',
        '<row><c s="99"><v>1</v></c></row>',
        '<row><c s="-1"><v>1</v></c></row>',
        '<row><c t="?"><v>1</v></c></row>',
        "<row><c><v>1e9999</v></c></row>",
        "<row><c><v>NaN</v></c></row>",
        "<row><c><v>1 000</v></c></row>",
        "<row><c><v>1</v></row>",
        "<c><v>1</v></c>",
        "<row>",
    ],
)
def test_a_sheet_that_is_not_sound(row: str) -> None:
    """Rows and cells stand in order, and what they refer to is there."""
    assert read(in_parts(a_sheet(row))) == ([], [Fault(F.FILE_NOT_XLSX)])


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04\x14\x00\x06\x00",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        in_parts(SMALL)[:-30],
        in_parts(SMALL, workbook=a_list_of_sheets()[:-5]),
        in_parts(SMALL, parts={"_rels/.rels": b"<x/>"}),
        in_parts(SMALL, parts={"xl/_rels/workbook.xml.rels": related(("worksheet", "../../x.xml")).encode()}),
        in_parts(SMALL, parts={"xl/_rels/workbook.xml.rels": related(("worksheet", "nowhere.xml")).encode()}),
    ],
    ids=["cut", "locked, or from before 2007", "no end", "no XML", "no workbook", "outside", "no sheet"],
)
def test_what_is_no_workbook(data: bytes) -> None:
    """It is named as such."""
    assert read(data) == ([], [Fault(F.FILE_NOT_XLSX)])


A_ROW = ["a", "12,50", "31-12-2026", "1", "", ""]
WHOLE = in_parts(a_sheet(written_out([HEADER, A_ROW])), texts=f'<sst xmlns="{MAIN}"/>')


@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=8))
def test_whatever_bytes_come(changes: list[tuple[int, int]]) -> None:
    """A workbook in which some bytes are changed is read or refused, and never anything else."""
    whole = bytearray(WHOLE)
    for place, byte in changes:
        whole[place] = byte
    lines, faults = read(bytes(whole))
    assert lines or faults


marks = st.sampled_from(
    [
        *("<row>", "</row>", "<c>", "</c>", "<v>", "</v>", "<f>", "</f>", "<is>", "</is>", "<t>", "</t>", "naam", "1"),
        *('<row r="2" hidden="1">', '<c t="s">', '<c r="B2" s="0">', '<c t="inlineStr">', "<rPh>", "</rPh>", "46387"),
        *('<c t="e">', '<c t="d">', "<v/>", "</sheetData>", '<mergeCell ref="A1"/>', "&amp;", "&b;", "12,5"),
    ]
)


@given(st.lists(marks, max_size=30).map("".join))
def test_whatever_a_sheet_is_made_of(inside: str) -> None:
    """XML that is nearly a sheet is read or refused."""
    header = '<row><c t="str"><v>naam</v></c></row>'
    lines, faults = read(in_parts(a_sheet(header + inside)))
    assert lines or faults
