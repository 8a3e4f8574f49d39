"""Delimited text as towns export it: whatever the encoding, the separator, the header; and where a fault stands."""

import csv
from io import StringIO
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum.nl import bsn

from pasledger.formats import cells
from pasledger.formats.faults import Fault, FaultKind, FileRefused
from pasledger.formats.tabular import Column, read_lines

F = FaultKind
COLUMNS = (
    Column("naam", "name", cells.words),
    Column("aantal", "number", cells.number(1, 9)),
    Column("soort", "category", cells.code, is_required=False, absent="other"),
)
TABLE = [["naam", "aantal"], ["Café", "1"], ["Zoë", "2"]]
READ = [(2, {"name": "Café", "number": 1}), (3, {"name": "Zoë", "number": 2})]


def a_file(rows: list[list[str]], *, separator: str = ";", encoding: str = "utf-8", newline: str = "\r\n") -> bytes:
    """Return a file as a spreadsheet writes it."""
    text = StringIO(newline="")
    csv.writer(text, delimiter=separator, lineterminator=newline).writerows(rows)
    return text.getvalue().encode(encoding)


def read(data: bytes | str) -> tuple[list[tuple[int, Any]], list[Fault]]:
    """Return the rows of a file with where they stood, and the faults."""
    lines, faults = read_lines(data.encode() if isinstance(data, str) else data, COLUMNS)
    return [(line.row, line.values) for line in lines], faults


def faults_of(data: bytes | str) -> tuple[list[tuple[int, Any]], list[Fault]]:
    """Return the rows and the faults of a file, also of one that is refused as a whole."""
    try:
        return read(data)
    except FileRefused as refusal:
        return [], list(refusal.faults)


def refused(data: bytes | str) -> list[Fault]:
    """Return the faults of a file that is refused as a whole."""
    with pytest.raises(FileRefused) as refusal:
        read(data)
    return list(refusal.value.faults)


@pytest.mark.parametrize("newline", ["\r\n", "\n", "\r"], ids=repr)
@pytest.mark.parametrize("separator", [";", ",", "\t"], ids=repr)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_file_is_read_as_it_comes(encoding: str, separator: str, newline: str) -> None:
    """Every mixture of encoding, separator and line end says the same."""
    assert read(a_file(TABLE, encoding=encoding, separator=separator, newline=newline)) == (READ, [])


@pytest.mark.parametrize(
    "header", ["naam;aantal;soort", "name;number;category", "NAAM; Aantal ;Category", '"naam";"aantal";"soort"']
)
def test_a_header_is_dutch_or_english(header: str) -> None:
    """In capitals or not, quoted or not, also mixed."""
    assert read(f"{header}\nCafé;1;cafe\n") == ([(2, {"name": "Café", "number": 1, "category": "cafe"})], [])


@given(st.permutations(["naam", "aantal", "soort", "toelichting", "note"]))
def test_columns_stand_in_any_order(header: list[str]) -> None:
    """And columns with notes for people are passed over."""
    row = {"naam": "Café", "aantal": "1", "soort": "cafe", "toelichting": "€ 5, een <kop>", "note": ""}
    assert read(a_file([header, [row[title] for title in header]])) == (
        [(2, {"name": "Café", "number": 1, "category": "cafe"})],
        [],
    )


def test_what_is_not_required_may_be_empty_or_absent() -> None:
    """An empty cell stands for what the column says; a column that is not there says nothing."""
    assert read("naam;aantal;soort\na;1;\n") == ([(2, {"name": "a", "number": 1, "category": "other"})], [])
    assert read("naam;aantal\na;1\n") == ([(2, {"name": "a", "number": 1})], [])


def test_blank_rows_are_passed_over_and_counted() -> None:
    """A row is numbered as a person counts it in the file, whatever is blank before it."""
    data = "\r\n\r\nnaam;aantal\r\n\r\na;1\r\n;\r\n  ;  \r\n\r\nb;x\r\n\r\n"
    assert read(data) == (
        [(5, {"name": "a", "number": 1})],
        [Fault(F.NUMBER, 9, "aantal", "x", {"least": 1, "most": 9})],
    )


def test_a_cell_of_more_lines_is_one_cell() -> None:
    """A quoted cell may hold line ends, separators and quotes; the rows after it keep their numbers."""
    lines, faults = read('naam;aantal\n"een\r\ntwee;\n""drie""";1\n\n"vier";x\n')
    assert lines == [(2, {"name": 'een\r\ntwee;\n"drie"', "number": 1})]
    assert [(fault.row, fault.value) for fault in faults] == [(6, "x")]


@pytest.mark.parametrize("sign", ["\x85", "\u2028", "\u2029", "\xa0"], ids=ascii)
def test_a_line_ends_where_the_file_says(sign: str) -> None:
    """Signs that some programs take for a line end are part of a cell."""
    assert read(f"naam;aantal\neen{sign}twee;1\n") == ([(2, {"name": f"een{sign}twee", "number": 1})], [])


def test_all_faults_are_told_at_once() -> None:
    """Every row and every cell is looked at; sound rows are returned beside the faults of the others."""
    lines, faults = read("naam;aantal;soort\n;0;Sport\na;1;cafe\nb;1\nc;1;cafe;d\n")
    assert lines == [(3, {"name": "a", "number": 1, "category": "cafe"})]
    assert faults == [
        Fault(F.CELL_EMPTY, 2, "naam", ""),
        Fault(F.NUMBER, 2, "aantal", "0", {"least": 1, "most": 9}),
        Fault(F.CODE, 2, "soort", "Sport"),
        Fault(F.CELLS_MISCOUNTED, 4, figures={"found": 2, "expected": 3}),
        Fault(F.CELLS_MISCOUNTED, 5, figures={"found": 4, "expected": 3}),
    ]


def test_a_long_cell_is_shown_in_part() -> None:
    """What is repeated in a fault fits on a line."""
    _, (fault,) = read(f"naam;aantal\n{'x' * 500};1\n")
    assert (fault.reason, fault.value) == (F.CELL_TOO_LONG, "x" * 60)


NAMES = "naam, aantal, soort"


@pytest.mark.parametrize(
    ("header", "faults"),
    [
        ("naam", [Fault(F.COLUMN_MISSING, 1, "aantal", figures={"columns": NAMES})]),
        ("naam;aantal;name", [Fault(F.COLUMN_TWICE, 1, "naam")]),
        ("naam;aantal;bedrag", [Fault(F.COLUMN_UNKNOWN, 1, "bedrag", figures={"columns": NAMES})]),
        (
            "bedrag;soort;soort",
            [
                Fault(F.COLUMN_UNKNOWN, 1, "bedrag", figures={"columns": NAMES}),
                Fault(F.COLUMN_MISSING, 1, "naam", figures={"columns": NAMES}),
                Fault(F.COLUMN_MISSING, 1, "aantal", figures={"columns": NAMES}),
                Fault(F.COLUMN_TWICE, 1, "soort"),
            ],
        ),
    ],
)
def test_a_header_with_other_columns(header: str, faults: list[Fault]) -> None:
    """What is missing, unknown or there twice is told together, with the names that there are."""
    assert refused(f"{header}\na;1;b\n") == faults


def test_a_fault_of_the_header_stands_where_the_header_stands() -> None:
    """Also below blank lines."""
    assert [fault.row for fault in refused("\n\nnaam\na\n")] == [3]


@pytest.mark.parametrize(
    "data",
    [b"", b"\n\r\n \t\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\r\n", "\xa0\n".encode(), b";;\n;\n", b'""'],
    ids=repr,
)
def test_an_empty_file(data: bytes) -> None:
    """Nothing, or only blanks, is an empty file."""
    assert refused(data) == [Fault(F.FILE_EMPTY)]


@pytest.mark.parametrize(
    "data",
    [
        b"naam;aantal\n\x00;1\n",
        b"%PDF-1.7\n\x01",
        "naam;aantal\na;1\n".encode("utf-16"),
        b"\x81\x8d",
    ],
    ids=["a zero byte", "a PDF", "UTF-16", "no encoding"],
)
def test_what_is_not_text(data: bytes) -> None:
    """A file of another kind is named as such, whatever its name ends on."""
    assert refused(data) == [Fault(F.FILE_NOT_TEXT)]


def test_a_header_alone() -> None:
    """A file without rows is refused: somebody meant to send something."""
    assert refused("naam;aantal\n\n;\n") == [Fault(F.NO_ROWS, 2)]


@pytest.mark.parametrize(
    ("data", "row"),
    [
        ('"naam;aantal\na;1\n', 1),
        ('"naam"x;aantal\na;1\n', 1),
    ],
)
def test_an_open_quote_in_the_header(data: str, row: int) -> None:
    """The file is refused, with the row."""
    assert refused(data) == [Fault(F.QUOTE_OPEN, row)]


@pytest.mark.parametrize("cell", ['"b', '"b"c', f'"{"x" * 200_000}'])
def test_an_open_quote_in_a_row(cell: str) -> None:
    """It is told with the row in which it was opened, and with the faults before it."""
    lines, faults = read(f"naam;aantal\na;x\nb;1\n{cell};1\nc;1\n\nd;1\n")
    assert lines == [(3, {"name": "b", "number": 1})]
    assert [(fault.reason, fault.row) for fault in faults] == [(F.NUMBER, 2), (F.QUOTE_OPEN, 4)]


# --- what must not be repeated


def with_check_digit(eight: int) -> str:
    """Return a number that passes the eleven-test and starts with these eight digits, or nearly."""
    return next(filter(bsn.is_valid, map(str, range(eight * 10, eight * 10 + 30))))


bsns = st.integers(10**7, 10**8 - 10).map(with_check_digit)
WRITTEN = ("{}{}{}", "{}.{}.{}", "{} {} {}", "{}--{} - {}", "BSN {}{}{}", "x{}{}{}y", "777 {} {} {}")


@given(
    bsns,
    st.sampled_from(WRITTEN),
    st.sampled_from(["naam", "aantal", "soort", "header", "extra"]),
    st.integers(0, 70).map("x".__mul__),
)
def test_a_citizen_service_number_is_never_repeated(number: str, form: str, where: str, before: str) -> None:
    """Wherever it stands, in whatever column or in the header, no fault shows it or a part that tells it."""
    cell = before + form.format(number[:3], number[3:6], number[6:])
    row = {"header": "naam", "naam": "x" * 141, "aantal": "0", "soort": "Sport", "extra": "", where: cell}
    data = "{header};aantal;soort\n{naam};{aantal};{soort}{extra}\n".format(**row)
    _, faults = faults_of(data if where != "extra" else data.replace(cell, f";{cell}"))
    assert faults
    for fault in faults:
        assert number[:6] not in "".join(filter(str.isdigit, f"{fault.column} {fault.value} {fault.figures}"))


# --- whatever comes


@given(st.binary(max_size=200) | st.binary(max_size=200).map(b"naam;aantal\n".__add__))
def test_whatever_bytes_come(data: bytes) -> None:
    """No bytes lead to anything but rows, faults, or a refused file."""
    lines, faults = faults_of(data)
    assert lines or faults


fragments = st.sampled_from(
    [
        "naam",
        "aantal",
        "soort",
        ";",
        ";",
        ",",
        "\t",
        '"',
        '""',
        "\n",
        "\r\n",
        "\r",
        "1",
        "a",
        "é",
        "\ufeff",
        "\u2028",
        "\x85",
        " ",
        "€",
    ]
)


@given(st.lists(fragments, max_size=40).map("".join), st.sampled_from(["utf-8", "utf-8-sig", "cp1252"]))
def test_whatever_text_comes(text: str, encoding: str) -> None:
    """Text that is nearly right is read, or refused with where it is wrong: within the file, in order."""
    data = f"naam;aantal;soort\n{text}".encode(encoding, errors="replace")
    lines, faults = faults_of(data)
    rows = [fault.row for fault in faults if fault.row is not None]
    assert rows == sorted(rows)
    assert [row for row, _ in lines] == sorted({row for row, _ in lines})
    assert all(1 <= row <= data.count(b"\n") + data.count(b"\r") + 2 for row in [*rows, *(row for row, _ in lines)])


@given(
    st.lists(
        st.tuples(
            st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=30), st.integers(1, 9)
        ),
        min_size=1,
        max_size=8,
    ),
    st.sampled_from(";,\t"),
    st.sampled_from(["\r\n", "\n"]),
)
def test_what_a_spreadsheet_writes_is_read_back(table: list[tuple[str, int]], separator: str, newline: str) -> None:
    """Whatever names there are, quoted as they must be."""
    assume(all(name.strip() for name, _ in table))
    rows = [["naam", "aantal"], *([name, str(number)] for name, number in table)]
    lines, faults = read(a_file(rows, separator=separator, newline=newline))
    assert faults == []
    assert [values for _, values in lines] == [{"name": name.strip(), "number": number} for name, number in table]
