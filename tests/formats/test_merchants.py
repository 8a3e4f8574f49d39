"""The file of checked accounts."""

from datetime import date

import pytest

from pasledger.formats.faults import FaultKind
from pasledger.formats.merchants import CheckRow, read_checks
from pasledger.rules.records import CheckResult, CheckWay
from tests.support.files import faults_of

HEADER = "aanbieder;iban;rekeninghouder;datum;wijze;uitkomst;door\n"
ROW = "De Club;NL91 ABNA 0417 1643 00;SV De Club;2-3-2026;Call-Back;match;caller\n"


def test_a_check_is_read() -> None:
    """Each cell by its own rule; an IBAN may be written in groups, a code in capitals."""
    assert read_checks((HEADER + ROW).encode()) == [
        CheckRow(
            2,
            "De Club",
            "NL91ABNA0417164300",
            "SV De Club",
            date(2026, 3, 2),
            CheckWay.CALL_BACK,
            CheckResult.MATCH,
            "caller",
        )
    ]


@pytest.mark.parametrize(
    ("cell", "wrong", "kind", "column"),
    [
        ("NL91 ABNA 0417 1643 00", "NL92 ABNA 0417 1643 00", FaultKind.IBAN, "iban"),
        ("2-3-2026", "2 maart", FaultKind.DATE, "datum"),
        ("Call-Back", "payment", FaultKind.CHOICE, "wijze"),
        ("Call-Back", "by ear", FaultKind.CHOICE, "wijze"),
        (";match;", ";returned;", FaultKind.CHOICE, "uitkomst"),
        (";caller", ";", FaultKind.CELL_EMPTY, "door"),
    ],
)
def test_a_cell_that_is_wrong_is_named(cell: str, wrong: str, kind: FaultKind, column: str) -> None:
    """What only a bank statement can say, no file says."""
    (fault,) = faults_of(read_checks, HEADER + ROW.replace(cell, wrong))
    assert (fault.reason, fault.row, fault.column) == (kind, 2, column)


def test_a_merchant_is_checked_once_in_a_file() -> None:
    """Two rows for one merchant would leave it to chance which is the newest."""
    (fault,) = faults_of(read_checks, HEADER + ROW + ROW)
    assert (fault.reason, fault.row, fault.figures) == (FaultKind.ROW_TWICE, 3, {"first": 2})
