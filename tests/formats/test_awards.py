"""Award files: who gets what under which decision, and every fault at once."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pasledger.formats.awards import AwardRow, read_awards
from pasledger.formats.faults import Fault, FaultKind
from pasledger.ledger.money import ZERO
from pasledger.rules.holders import HolderReference, looks_like_a_bsn
from tests.support.files import faults_of, rows_or_faults
from tests.support.town import a_card, euros

F = FaultKind
HEADER = "regeling;kenmerk;pashouder;pasnummer;bedrag;ingangsdatum;termijn\n"
CARD = a_card().number


def test_an_award_by_reference_and_by_card() -> None:
    """A holder is named in one way or the other; a start and an instalment may be left out."""
    awards = read_awards(
        f"{HEADER}culture;Z-1;P-1;;50,00;01-09-2026;2\nculture;Z-2;;{CARD.printed};1.250,00;;\n".encode()
    )
    assert awards == [
        AwardRow(2, "culture", "Z-1", HolderReference("P-1"), euros("50,00"), date(2026, 9, 1), 2),
        AwardRow(3, "culture", "Z-2", CARD, euros("1250,00"), None, 1),
    ]


def test_the_least_that_a_file_says() -> None:
    """Four columns are enough: everybody's first instalment, from the day of booking."""
    awards = read_awards(b"scheme,amount,holder,decision\nculture,50.00,P-1,Z-1\n")
    assert awards == [AwardRow(2, "culture", "Z-1", HolderReference("P-1"), euros("50,00"), None, 1)]


def test_an_award_by_category_with_an_end_of_its_own() -> None:
    """A category stands in the place of an amount, or beside it; it is written with spaces and capitals or without."""
    data = """scheme;decision;holder;amount;category;ends_on
culture;Z-1;P-1;;Alleenstaande ouder;30-06-2026
culture;Z-2;P-2;50,00;kind-4-11;
"""
    assert [(award.amount, award.category, award.ends_on) for award in read_awards(data.encode())] == [
        (None, "alleenstaande-ouder", date(2026, 6, 30)),
        (euros("50,00"), "kind-4-11", None),
    ]
    assert [fault.reason for fault in faults_of(read_awards, data.replace("kind-4-11", "kind 4/11"))] == [F.CODE]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("culture;Z-1;;;50,00;;", Fault(F.NO_HOLDER, 2, "pashouder")),
        (f"culture;Z-1;P-1;{CARD};50,00;;", Fault(F.TWO_HOLDERS, 2, "pashouder")),
        ("culture;Z-1;P-1;;0,00;;", Fault(F.AMOUNT_NOT_POSITIVE, 2, "bedrag", "0,00")),
        ("culture;Z-1;P-1;;12.505;;", Fault(F.AMOUNT, 2, "bedrag", "12.505")),
        ("culture;Z-1;P-1;;50,00;31-2-2026;", Fault(F.DATE, 2, "ingangsdatum", "31-2-2026")),
        ("culture;Z-1;P-1;;50,00;;0", Fault(F.NUMBER, 2, "termijn", "0", {"least": 1, "most": 99})),
        ("culture;Z-1;P-1;;;;", Fault(F.NO_AMOUNT, 2, "bedrag")),
        ("culture;;P-1;;50,00;;", Fault(F.CELL_EMPTY, 2, "kenmerk", "")),
        ("culture;Z-1;Jan Jansen;;50,00;;", Fault(F.REFERENCE, 2, "pashouder", "Jan Jansen")),
        ("culture;Z-1;111222333;;50,00;;", Fault(F.LOOKS_LIKE_BSN, 2, "pashouder")),
        ("culture;111222333;P-1;;50,00;;", Fault(F.LOOKS_LIKE_BSN, 2, "kenmerk")),
        ("culture;Z-1;;111222333;50,00;;", Fault(F.CARD_NUMBER, 2, "pasnummer")),
        ("culture;Z-1;;9000000000000000;50,00;;", Fault(F.CARD_CHECK_DIGITS, 2, "pasnummer", "9000000000000000")),
        ("culture;Z-1;P-1;50,00", Fault(F.CELLS_MISCOUNTED, 2, figures={"found": 4, "expected": 7})),
    ],
)
def test_what_is_wrong_with_a_row(row: str, fault: Fault) -> None:
    """Each fault has its row as people count it, its column, and what stands there unless that must not be shown."""
    assert faults_of(read_awards, HEADER + row) == [fault]


def test_every_fault_of_a_file_is_told_in_order() -> None:
    """Also those that show only beside another row: an award that the file gives twice."""
    data = f"""{HEADER}culture;Z-1;P-1;;50,00;;
culture;Z-1;P-1;;60,00;;1
culture;Z-1;P-1;;60,00;;2

culture;Z-1;;;x;;
school;Z-1;P-1;;50,00;;
culture;Z-1;P-1;;50,00;;
"""
    assert [(fault.reason, fault.row, fault.column) for fault in faults_of(read_awards, data)] == [
        (F.ROW_TWICE, 3, None),
        (F.AMOUNT, 6, "bedrag"),
        (F.ROW_TWICE, 8, None),
    ]
    assert faults_of(read_awards, data)[-1].figures == {"first": 2}


cells = st.sampled_from(
    [
        *("culture", "Z-1", "Z-2", "P-1", "P-2", "111222333"),
        CARD,
        CARD.printed,
        "50,00",
        "-1",
        "01-01-2026",
        "1",
        "",
        '"',
    ]
)
rows = st.lists(cells, min_size=6, max_size=8).map(";".join)


@given(st.binary(max_size=100) | st.binary(max_size=100).map(HEADER.encode().__add__))
def test_whatever_bytes_come(data: bytes) -> None:
    """Awards or faults, and never anything else."""
    rows_or_faults(read_awards, data)


@given(st.lists(rows, min_size=1, max_size=6).map("\n".join))
def test_whatever_rows_come(drawn: str) -> None:
    """What is read is what may be booked: above zero, for one holder who is no BSN, and nothing twice."""
    awards, faults = rows_or_faults(read_awards, HEADER + drawn)
    assert "111222333" not in str(faults)
    assert all(
        award.amount is not None and award.amount > ZERO and not looks_like_a_bsn(award.holder) for award in awards
    )
    assert len({(award.scheme, award.decision, award.holder, award.instalment) for award in awards}) == len(awards)
