"""Files for the bank: valid, the same each time, whole, and read back by another library."""

from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from importlib.resources import files
from typing import Any
from xml.etree import ElementTree

import pytest
import xmlschema
from hypothesis import given
from hypothesis import strategies as st

from pasledger.formats.pain001 import NAMESPACE, payment_files, remittance, rewritten
from pasledger.formats.sepa import in_sepa
from pasledger.ledger.ids import EntryId, MerchantId, PayoutId, RunId
from pasledger.ledger.money import Money, total
from pasledger.rules.records import PaymentSettings, Payout, PayoutRun, Share

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SETTINGS = PaymentSettings(
    1, "Gemeente Dronten", "NL13TEST0123456789", None, Money(1), Money(10**9), Money(10**11), 100, is_dedicated=True
)
RUN = PayoutRun(RunId.of(1), 2026, 7, date(2026, 11, 25), SETTINGS)
SCHEMA = xmlschema.XMLSchema(str(files("sepaxml").joinpath("schemas/pain.001.001.09.xsd")))
IN = {"p": NAMESPACE}


def a_payout(place: int = 1, cents: int = 1250, name: str = "SV De Club") -> Payout:
    """Return a payout of a run."""
    return Payout(
        PayoutId.of(place),
        EntryId.of(place),
        RUN.id,
        place,
        MerchantId.of(place),
        Money(cents),
        "NL91ABNA0417164300",
        name,
        date(2026, 11, 1),
        date(2026, 11, 24),
        (Share("culture", Money(cents)),),
    )


names = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=140)


@given(st.lists(st.tuples(st.integers(1, 10**9), names), min_size=1, max_size=5), st.none() | st.just("INGBNL2A"))
def test_a_file_is_valid_whatever_a_merchant_is_called(drawn: list[tuple[int, str]], bic: str | None) -> None:
    """The schema that another library bundles takes it, with and without a BIC."""
    payouts = [a_payout(place, cents, name) for place, (cents, name) in enumerate(drawn, start=1)]
    run = replace(RUN, settings=replace(SETTINGS, payer_bic=bic, payer_name=drawn[0][1]))
    (made,) = payment_files(run, payouts, NOON)
    SCHEMA.validate(made.data.decode())


def test_the_schema_refuses_something() -> None:
    """A check that cannot fail would prove nothing."""
    (made,) = payment_files(RUN, [a_payout()], NOON)
    with pytest.raises(xmlschema.XMLSchemaValidationError):
        SCHEMA.validate(made.data.replace(b"<ChrgBr>SLEV</ChrgBr>", b"").replace(b"TRF", b"CASH").decode())


def test_the_same_run_is_the_same_file() -> None:
    """Byte for byte; the record has the hash of exactly these bytes."""
    payouts = [a_payout(1), a_payout(2, 10**8)]
    (first,), (second,) = payment_files(RUN, payouts, NOON), payment_files(RUN, payouts, NOON)
    assert first == second
    assert first.record.sha256 == sha256(first.data).hexdigest()
    assert (first.record.payments, first.record.amount) == (2, Money(10**8 + 1250))


def test_another_library_reads_the_same() -> None:
    """What the schema's own decoder finds: who pays whom how much, under which id, and sums on both levels."""
    payouts = [a_payout(1, 1), a_payout(2, 99_999_999_999, "Café 't Hoekje & Zn.")]
    (made,) = payment_files(RUN, payouts, NOON)
    decoded: Any = SCHEMA.to_dict(made.data.decode())
    found = decoded["CstmrCdtTrfInitn"]
    (information,) = found["PmtInf"]
    assert (found["GrpHdr"]["NbOfTxs"], str(found["GrpHdr"]["CtrlSum"])) == ("2", "1000000000.00")
    assert (information["NbOfTxs"], str(information["CtrlSum"])) == ("2", "1000000000.00")
    assert information["BtchBookg"] is False
    assert information["ReqdExctnDt"] == {"Dt": "2026-11-25"}
    paid = [
        (
            one["PmtId"]["EndToEndId"],
            str(one["Amt"]["InstdAmt"]["$"]),
            one["Cdtr"]["Nm"],
            one["CdtrAcct"]["Id"]["IBAN"],
            one["RmtInf"]["Ustrd"],
        )
        for one in information["CdtTrfTxInf"]
    ]
    text = "Uitbetaling 2026-0007-{} periode 01-11-2026 t/m 24-11-2026"
    assert paid == [
        ("PL-2026-0007-0001", "0.01", "SV De Club", "NL91ABNA0417164300", [text.format("0001")]),
        ("PL-2026-0007-0002", "999999999.99", "Cafe 't Hoekje + Zn.", "NL91ABNA0417164300", [text.format("0002")]),
    ]


def test_a_run_is_cut_where_the_bank_takes_no_more() -> None:
    """Each file has its own id and sums, and together they are the run."""
    payouts = [a_payout(place, place * 100) for place in range(1, 8)]
    made = payment_files(replace(RUN, settings=replace(SETTINGS, most_in_file=3)), payouts, NOON)
    assert [(file.name, file.record.payments) for file in made] == [
        ("betaalbatch-2026-0007-1.xml", 3),
        ("betaalbatch-2026-0007-2.xml", 3),
        ("betaalbatch-2026-0007-3.xml", 1),
    ]
    assert total(file.record.amount for file in made) == total(payout.amount for payout in payouts)
    ids = [ElementTree.fromstring(file.data).findtext(".//p:PmtInfId", namespaces=IN) for file in made]  # noqa: S314
    assert ids == ["PL-2026-0007-F1", "PL-2026-0007-F2", "PL-2026-0007-F3"]
    for file in made:
        SCHEMA.validate(file.data.decode())


def test_a_file_has_no_address_and_no_scheme() -> None:
    """Addresses are refused by banks where they are unstructured, and a scheme is nobody's business."""
    (made,) = payment_files(RUN, [a_payout()], NOON)
    assert b"PstlAdr" not in made.data
    assert b"culture" not in made.data


def test_who_is_written_otherwise_is_told() -> None:
    """A name that the bank takes as it is is not told."""
    payouts = [a_payout(1), a_payout(2, name="Café Ørsted"), a_payout(3, name="x" * 80)]
    assert [(one.payout.place, one.written) for one in rewritten(payouts)] == [(2, "Cafe Orsted"), (3, "x" * 70)]


@given(names)
def test_every_text_becomes_one_that_banks_take(text: str) -> None:
    """Only signs of SEPA, not too long, no slash where none may be, and the same when written once more."""
    written = in_sepa(text)
    assert 0 < len(written) <= 70
    assert set(written) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-?:().,'+ ")
    assert not written.startswith("/")
    assert not written.endswith("/")
    assert "//" not in written
    assert in_sepa(written) == written


def test_the_remittance_text_fits() -> None:
    """Number and days, within what a payment can carry."""
    assert len(remittance(RUN, a_payout(99_999))) <= 140
