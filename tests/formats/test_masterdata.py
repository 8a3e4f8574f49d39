"""The files that fill new books: budgets, merchants, holders and schemes."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pasledger.formats.faults import Fault, FaultKind
from pasledger.formats.masterdata import (
    BudgetRow,
    HolderRow,
    MerchantRow,
    read_budgets,
    read_holders,
    read_merchants,
    read_schemes,
)
from pasledger.ledger.periods import Period
from pasledger.rules.holders import HolderReference
from pasledger.rules.schemes import Scheme, ValidityRule
from tests.support.files import Read, faults_of, rows_or_faults
from tests.support.spreadsheets import a_workbook
from tests.support.town import a_card, euros

F = FaultKind
CARD = a_card().number
READERS: tuple[Read[Any], ...] = (read_budgets, read_merchants, read_holders, read_schemes)
OWN = "NL91ABNA0417164300;90009002"
HEADERS: dict[Read[Any], str] = {
    read_budgets: "regeling;jaar;bedrag;besluit\n",
    read_merchants: "naam;plaats;soort;iban;kvk;kassas\n",
    read_holders: "pashouder;pasnummer\n",
    read_schemes: "[[regeling]]\n",
}


# --- delimited


def test_budgets() -> None:
    """Up or down, by a decision, for a scheme in a year."""
    data = "regeling;jaar;bedrag;besluit\nculture;2026;425.000,00;R-1\nculture;2026;-25.000,00;R-2\n"
    assert read_budgets(data.encode()) == [
        BudgetRow(2, "culture", 2026, euros("425000,00"), "R-1"),
        BudgetRow(3, "culture", 2026, euros("-25000,00"), "R-2"),
    ]


def test_merchants() -> None:
    """With one terminal where nothing else is said; accents and ampersands as they are."""
    data = """naam;plaats;soort;iban;kvk;kassas
Café 't Hoekje & Zn;Dronten;cafe;NL91 ABNA 0417 1643 00;90009001;
Club;Dronten;sport;NL91ABNA0417164300;90009002;3
"""
    assert read_merchants(data.encode("cp1252")) == [
        MerchantRow(2, "Café 't Hoekje & Zn", "Dronten", ("cafe",), "NL91ABNA0417164300", "90009001", 1),
        MerchantRow(3, "Club", "Dronten", ("sport",), "NL91ABNA0417164300", "90009002", 3),
    ]
    without = "name,place,category,iban,kvk_number\nClub,Dronten,sport,NL91ABNA0417164300,90009002\n"
    assert read_merchants(without.encode())[0].terminals == 1


@pytest.mark.parametrize(
    ("cell", "categories"),
    [
        ("sport", ("sport",)),
        ("sport cultuur", ("cultuur", "sport")),
        (" sport   cultuur\tsport ", ("cultuur", "sport")),
        ("e-sport sport e-sport", ("e-sport", "sport")),
    ],
)
def test_a_merchant_of_several_categories(cell: str, categories: tuple[str, ...]) -> None:
    """In any order and more than once; they are kept in the order of the alphabet, as text and as spreadsheet."""
    [merchant] = read_merchants(f'{HEADERS[read_merchants]}Club;Dronten;"{cell}";{OWN};1\n'.encode())
    assert merchant.categories == categories
    sheet = [HEADERS[read_merchants].strip().split(";"), ["Club", "Dronten", cell, *OWN.split(";"), "1"]]
    assert read_merchants(a_workbook(sheet))[0].categories == categories


@pytest.mark.parametrize("cell", ["sport, cultuur", "sport,cultuur", "sport Cultuur", "sport x", "sport/cultuur", "-"])
def test_a_category_that_is_no_code_is_named(cell: str) -> None:
    """One that is wrong makes the cell wrong, in its row and column."""
    assert faults_of(read_merchants, f'{HEADERS[read_merchants]}Club;Dronten;"{cell}";{OWN};1\n') == [
        Fault(F.CODES, 2, "soort", cell)
    ]


def test_holders() -> None:
    """A reference, and the number of a card where one was printed before."""
    assert read_holders(b"pashouder\nP-1\n\nP-2\n") == [
        HolderRow(2, HolderReference("P-1"), None),
        HolderRow(4, HolderReference("P-2"), None),
    ]
    assert read_holders(f"holder;card\nP-1;{CARD.printed}\nP-2;\n".encode()) == [
        HolderRow(2, HolderReference("P-1"), CARD),
        HolderRow(3, HolderReference("P-2"), None),
    ]


@pytest.mark.parametrize(
    ("read", "rows", "faults"),
    [
        (read_budgets, "culture;1999;1;R-1", [Fault(F.NUMBER, 2, "jaar", "1999", {"least": 2000, "most": 2199})]),
        (read_budgets, "culture;2026;0;R-1", [Fault(F.AMOUNT_NOT_POSITIVE, 2, "bedrag", "0")]),
        (
            read_budgets,
            "culture;2026;1;R-1\nculture;2026;2;R-1\nculture;2027;1;R-1\nschool;2026;1;R-1",
            [Fault(F.ROW_TWICE, 3, figures={"first": 2})],
        ),
        (
            read_merchants,
            "Club;Dronten;Sport;NL00;123;x",
            [
                Fault(F.CODES, 2, "soort", "Sport"),
                Fault(F.IBAN, 2, "iban", "NL00"),
                Fault(F.KVK_NUMBER, 2, "kvk", "123"),
                Fault(F.NUMBER, 2, "kassas", "x", {"least": 0, "most": 99}),
            ],
        ),
        (
            read_merchants,
            "Club;A;sport;NL91ABNA0417164300;90009001;1\nx;;;;;\nClub;B;sport;NL91ABNA0417164300;90009001;1",
            [
                *(Fault(F.CELL_EMPTY, 3, column, "") for column in ("plaats", "soort", "iban", "kvk")),
                Fault(F.ROW_TWICE, 4, figures={"first": 2}),
            ],
        ),
        (
            read_holders,
            "P-1;\nP-1;\n111222333;\nJan Jansen;1\nP-1;",
            [
                Fault(F.ROW_TWICE, 3, figures={"first": 2}),
                Fault(F.LOOKS_LIKE_BSN, 4, "pashouder"),
                Fault(F.REFERENCE, 5, "pashouder", "Jan Jansen"),
                Fault(F.CARD_NUMBER, 5, "pasnummer", "1"),
                Fault(F.ROW_TWICE, 6, figures={"first": 2}),
            ],
        ),
    ],
)
def test_what_is_wrong_with_a_file(read: Read[Any], rows: str, faults: list[Fault]) -> None:
    """All faults at once, in the order of the rows."""
    assert faults_of(read, HEADERS[read] + rows) == faults


# --- schemes

A_SCHEME = """
[[regeling]]
code = "culture"
naam_nl = "Meedoen"
naam_en = "Take part"
geldig_vanaf = 2026-01-01
geldigheid = "calendar-year"
minste = "1,00"
meeste = "500,00"
grondslag = "Gemeentewet 108"
taakveld = "6.3"
iv3 = "4.3.3"
"""


def with_line(line: str) -> str:
    """Return the file of a scheme in which a key says something else, or with a key more."""
    key = line.split(" =")[0]
    others = [other for other in A_SCHEME.splitlines() if not other.startswith(f"{key} =")]
    return "\n".join([*others, line])


def test_a_scheme() -> None:
    """A table with its keys; kinds and names of merchants where there are any; notes are passed over."""
    data = f'{A_SCHEME}soorten = ["sport", "culture"]\naanbieders = ["De Club"]\ntoelichting = "Verzonnen."\n'
    assert read_schemes(b"\xef\xbb\xbf" + data.encode()) == [
        Scheme(
            "culture",
            1,
            date(2026, 1, 1),
            "Meedoen",
            "Take part",
            frozenset({"sport", "culture"}),
            frozenset({"De Club"}),
            ValidityRule.CALENDAR_YEAR,
            None,
            euros("1,00"),
            euros("500,00"),
            "Gemeentewet 108",
            "6.3",
            "4.3.3",
        )
    ]


def test_a_scheme_with_amounts_by_category() -> None:
    """They stand in order, whatever the order of the file."""
    data = f'{A_SCHEME}\n[regeling.bedragen]\nkind-4-11 = "100,00"\nalleenstaande = "80,00"\n'
    (scheme,) = read_schemes(data.encode())
    assert scheme.amounts == (("alleenstaande", euros("80,00")), ("kind-4-11", euros("100,00")))
    assert (scheme.amount_of("kind-4-11"), scheme.amount_of("kind")) == (euros("100,00"), None)


def test_every_fault_of_the_amounts_is_told() -> None:
    """Each by its category."""
    data = f'{A_SCHEME}\n[regeling.bedragen]\n"Kind!" = "1,00"\nkind-4 = 12.5\nouder = "12,5"\nsingle = ""\n'
    assert [(fault.reason, fault.column, fault.value) for fault in faults_of(read_schemes, data)] == [
        (F.CODE, "bedragen", "Kind!"),
        (F.CHOICE, "bedragen.kind-4", "12.5"),
        (F.AMOUNT, "bedragen.ouder", "12,5"),
        (F.CELL_EMPTY, "bedragen.single", ""),
    ]


def test_a_scheme_of_a_fixed_period() -> None:
    """Its last day is written as people write it: until and including."""
    data = with_line('geldigheid = "fixed"') + "\nvaste_periode = [2026-03-01, 2026-05-31]\n"
    (scheme,) = read_schemes(data.encode())
    assert scheme.fixed_period == Period(starts_on=date(2026, 3, 1), ends_before=date(2026, 6, 1))
    assert (scheme.categories, scheme.merchants) == (frozenset(), frozenset())


@pytest.mark.parametrize(
    ("line", "reason", "value"),
    [
        ('code = "Meedoen!"', F.CODE, "Meedoen!"),
        ('naam_nl = " "', F.CELL_EMPTY, " "),
        ("bedragen = 1", F.CHOICE, "1"),
        ("naam_nl = 7", F.CHOICE, "7"),
        ("minste = 12.50", F.CHOICE, "12.5"),
        ('minste = "12,5"', F.AMOUNT, "12,5"),
        ('minste = "0,00"', F.AMOUNT_NOT_POSITIVE, "0,00"),
        ('geldigheid = "forever"', F.CHOICE, "forever"),
        ('geldig_vanaf = "2026-01-01"', F.DATE, "2026-01-01"),
        ("geldig_vanaf = 2026-01-01T00:00:00", F.DATE, "2026-01-01 00:00:00"),
        ('soorten = "sport"', F.CHOICE, "sport"),
        ('soorten = ["sport", 1]', F.CHOICE, "['sport', 1]"),
        ('soorten = ["sport", "Sport en spel"]', F.CODE, "Sport en spel"),
        ("vaste_periode = [2026-01-01]", F.DATE, "2026-01-01"),
        ("vaste_periode = [2026-02-01, 2026-01-01]", F.DATE, "2026-02-01, 2026-01-01"),
        ("vaste_periode = [2026-01-01, 9999-12-31]", F.DATE, "2026-01-01, 9999-12-31"),
        ('vaste_periode = ["2026-01-01", "2026-12-31"]', F.CHOICE, "['2026-01-01', '2026-12-31']"),
        ('grondslag = "111222333"', None, None),
        ('code = "111222333"', F.CODE, None),
    ],
)
def test_what_is_wrong_with_a_key(line: str, reason: FaultKind | None, value: str | None) -> None:
    """A key that does not say what it should is named, with what it says."""
    if reason is None:
        assert len(read_schemes(with_line(line).encode())) == 1
    else:
        (fault,) = faults_of(read_schemes, with_line(line))
        assert (fault.reason, fault.row, fault.column, fault.value) == (reason, 1, line.split(" =")[0], value)


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ('meeste = "0,50"', "not above the most"),
        ('geldigheid = "fixed"', "a fixed validity"),
        ("vaste_periode = [2026-01-01, 2026-12-31]", "a fixed validity"),
        ('bedragen = { ouder = "500,01" }', "the amount of each category"),
        ('bedragen = { ouder = "0,99" }', "the amount of each category"),
    ],
)
def test_keys_that_do_not_go_together(line: str, rule: str) -> None:
    """What each key says may be right, and the scheme wrong."""
    (fault,) = faults_of(read_schemes, with_line(line))
    assert (fault.reason, fault.row) == (F.RULE, 1)
    assert rule in str(fault.figures["rule"])


def test_keys_that_are_missing_or_unknown() -> None:
    """All of them, for every scheme of the file, and schemes are counted from one."""
    data = f'{A_SCHEME}soort = "sport"\n[[regeling]]\ncode = "other"\n[[regeling]]\n{A_SCHEME.split("]]")[1]}kleur = 1'
    faults = [(fault.reason, fault.row, fault.column) for fault in faults_of(read_schemes, data)]
    assert faults[0] == (F.COLUMN_UNKNOWN, 1, "soort")
    assert faults[-1] == (F.COLUMN_UNKNOWN, 3, "kleur")
    assert {row for _, row, _ in faults[1:-1]} == {2}
    assert {column for reason, _, column in faults[1:-1] if reason is F.COLUMN_MISSING} == {
        *("naam_nl", "naam_en", "geldig_vanaf", "geldigheid", "minste", "meeste", "grondslag", "taakveld", "iv3")
    }


@pytest.mark.parametrize(
    "data",
    [
        b"regeling;kenmerk\n",
        b"[[regeling]]\ncode = 'a'\ncode = 'b'\n",
        "naam = 'é'".encode("cp1252"),
        b"a = " + b"[" * 10_000,
        b"a = " + b"9" * 10_000,
        b"a = 2026-13-45",
        b"\x00",
    ],
    ids=["a table", "a key twice", "another encoding", "lists without end", "a long number", "no date", "a zero byte"],
)
def test_what_is_not_toml(data: bytes) -> None:
    """A file of another kind is named as such, with where it stopped making sense if that can be told."""
    (fault,) = faults_of(read_schemes, data)
    assert fault.reason is F.FILE_NOT_TOML
    assert isinstance(fault.figures["where"], str)


@pytest.mark.parametrize(
    "data", ["", "a = 1", "regeling = 1", "regeling = []", "regeling = [1, 2]", "[regeling]\na = 1", A_SCHEME + "[x]\n"]
)
def test_what_holds_no_schemes(data: str) -> None:
    """Sound TOML that says something else is told what is expected."""
    (fault,) = faults_of(read_schemes, data)
    assert (fault.reason, fault.column) == (F.COLUMN_MISSING, "[[regeling]]")


# --- whatever comes


@pytest.mark.parametrize("read", READERS)
@given(data=st.binary(max_size=120), with_header=st.booleans())
def test_whatever_bytes_come(read: Read[Any], data: bytes, *, with_header: bool) -> None:
    """Something, or faults, and never anything else."""
    rows_or_faults(read, (HEADERS[read].encode() if with_header else b"") + data)


VALUES = [
    *("1", "-1", "1.5", "inf", "true", "''", "'culture'", "'fixed'", "'1,00'", "10:00:00", "2026-01-01", "9999-12-31"),
    *("[]", "['a1']", "{}", "[1]", "[[]]", "[{}]", "[2026-01-01, 2026-12-31]", "[2026-01-01, 9999-12-31]"),
]
A_TABLE = dict(line.split(" = ") for line in A_SCHEME.splitlines() if " = " in line)
KEYS = [*A_TABLE, "soorten", "aanbieders", "vaste_periode"]


@given(st.dictionaries(st.sampled_from(KEYS), st.sampled_from(VALUES), max_size=5))
def test_whatever_values_come(values: dict[str, str]) -> None:
    """A scheme that is read is a scheme that can be; all else is faults with a row."""
    table = "\n".join(f"{key} = {value}" for key, value in {**A_TABLE, **values}.items())
    _, faults = rows_or_faults(read_schemes, f"[[regeling]]\n{table}")
    assert {fault.row for fault in faults} <= {1}
