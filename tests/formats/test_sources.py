"""What the titles of another application mean, as a file says it and as an export is read by it."""

import pytest

from pasledger.formats.awards import read_awards
from pasledger.formats.faults import Fault, FaultKind, FileRefused
from pasledger.formats.masterdata import read_holders
from pasledger.formats.sources import read_titles
from tests.support.spreadsheets import a_workbook
from tests.support.town import euros

F = FaultKind
TITLES = "titel;kolom\nCliënt ;Pashouder\nBEDRAG;amount\nRegeling X;regeling\nBesluit;kenmerk\nTeam;-\nMemo;note\n"
EXPORT = "Regeling X;besluit;CLIËNT;bedrag;Team;Memo\nculture;Z-1;P-1;50,00;team 2;=1+1\n"


def test_titles_are_read() -> None:
    """In capitals or not; our columns by either of their names; a hyphen or a column for notes is not read."""
    assert read_titles(TITLES.encode("cp1252")) == (
        ("bedrag", "bedrag"),
        ("besluit", "kenmerk"),
        ("cliënt", "pashouder"),
        ("memo", None),
        ("regeling x", "regeling"),
        ("team", None),
    )


def test_every_fault_of_the_titles_is_told() -> None:
    """A column that is not ours, a title that is there twice, and one without a meaning."""
    with pytest.raises(FileRefused) as refused:
        read_titles(b"titel;kolom\nA;naam\nB;leeftijd\na;plaats\nC;\n")
    assert [(fault.reason, fault.row, fault.column) for fault in refused.value.faults] == [
        (F.CHOICE, 3, "kolom"),
        (F.ROW_TWICE, 4, None),
        (F.CELL_EMPTY, 5, "kolom"),
    ]


@pytest.mark.parametrize(
    "write", [str.encode, lambda text: a_workbook([line.split(";") for line in text.splitlines()])]
)
def test_an_export_is_read_by_its_source(write: object) -> None:
    """The titles of the source, and our own where it says nothing; also in a spreadsheet."""
    assert callable(write)
    titles = dict(read_titles(TITLES.encode()))
    (award,) = read_awards(write(EXPORT), titles)
    assert (award.scheme, award.decision, award.holder, award.amount) == ("culture", "Z-1", "P-1", euros("50,00"))
    assert [holder.reference for holder in read_holders(write("Cliënt;Team\nP-1;x\n"), titles)] == ["P-1"]


def test_a_title_that_the_source_does_not_name() -> None:
    """It is named as it stands in the file; two titles may not mean the same column."""
    titles = dict(read_titles(TITLES.encode()))
    with pytest.raises(FileRefused) as refused:
        read_holders("Cliënt;Leeftijd\nP-1;42\n".encode(), titles)
    (fault,) = refused.value.faults
    assert (fault.reason, fault.row, fault.column) == (F.COLUMN_UNKNOWN, 1, "Leeftijd")
    with pytest.raises(FileRefused) as refused:
        read_holders("Cliënt;pashouder\nP-1;P-1\n".encode(), titles)
    assert refused.value.faults == (Fault(F.COLUMN_TWICE, 1, "pashouder"),)
