"""What may stand in a cell, and what each kind of value says to what may not."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from pasledger.formats import cells
from pasledger.formats.faults import FaultKind, Misread
from pasledger.ledger.money import Money

F = FaultKind

READ: list[tuple[Callable[[str], Any], str, object]] = [
    (cells.words, "Café Het Bankje", "Café Het Bankje"),
    (cells.words, "x" * 140, "x" * 140),
    (cells.amount, "12", Money(1200)),
    (cells.amount, "12,50", Money(1250)),
    (cells.amount, "12.50", Money(1250)),
    (cells.amount, "€ 1.250,00", Money(125000)),
    (cells.amount, "0,01", Money(1)),
    (cells.signed_amount, "-1.250,00", Money(-125000)),
    (cells.signed_amount, "0", Money(0)),
    (cells.signed_amount, "-1.000.000.000,00", Money(-(10**11))),
    (cells.day, "31-12-2026", date(2026, 12, 31)),
    (cells.day, "1-2-2026", date(2026, 2, 1)),
    (cells.day, "2026-12-31", date(2026, 12, 31)),
    (cells.day, "29-02-2028", date(2028, 2, 29)),
    (cells.moment, "2026-12-31T22:59:59Z", datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC)),
    (cells.moment, "2026-12-31 23:59", datetime(2026, 12, 31, 22, 59, tzinfo=UTC)),
    (cells.moment, "2026-07-01T01:30:00.250", datetime(2026, 6, 30, 23, 30, 0, 250_000, tzinfo=UTC)),
    (cells.moment, "1-1-2027", datetime(2026, 12, 31, 23, tzinfo=UTC)),
    (cells.number(1, 99), "1", 1),
    (cells.number(1, 99), "99", 99),
    (cells.number(1, 99), "007", 7),
    (cells.code, "toegankelijkheidsbijdrage", "toegankelijkheidsbijdrage"),
    (cells.code, "a2", "a2"),
    (cells.card_number, "9123456789012317", "9123456789012317"),
    (cells.card_number, "9123 4567 8901 2317", "9123456789012317"),
    (cells.holder, "P-48213", "P-48213"),
    (cells.holder, "111222334", "111222334"),
    (cells.decision, "TB-2026-0001/2", "TB-2026-0001/2"),
    (cells.account_number, "NL91 ABNA 0417 1643 00", "NL91ABNA0417164300"),
    (cells.account_number, "be71 0961 2345 6769", "BE71096123456769"),
    (cells.kvk_number, "90009001", "90009001"),
]

MISREAD: list[tuple[Callable[[str], Any], str, FaultKind]] = [
    (cells.words, "x" * 141, F.CELL_TOO_LONG),
    *(
        (cells.amount, text, F.AMOUNT)
        for text in ("12,5", "12.505", "1,250.00", "abc", "--1", "1e3", "12,50 EUR", "١٢", "99999999999999", "", "€")
    ),
    *((cells.amount, text, F.AMOUNT_NOT_POSITIVE) for text in ("0", "0,00", "-1", "-12,50")),
    (cells.signed_amount, "1-", F.AMOUNT),
    (cells.amount, "1.000.000.000,01", F.AMOUNT),
    (cells.signed_amount, "-1.000.000.000,01", F.AMOUNT),
    *(
        (cells.day, text, F.DATE)
        for text in (
            "30-02-2026",
            "2026-02-30",
            "31/12/2026",
            "31-12-26",
            "12-31-2026",
            "0-1-2026",
            "20261231",
            "١-١-٢٠٢٦",
        )
    ),
    *(
        (cells.moment, text, F.MOMENT)
        for text in ("", "noon", "2026-02-30 12:00", "0001-01-01", "0001-01-01T00:00+14:00")
    ),
    *((cells.number(1, 99), text, F.NUMBER) for text in ("0", "100", "-1", "1,5", "1.0", "1e1", "²", "٣", "9" * 5000)),
    *((cells.code, text, F.CODE) for text in ("a", "Sport", "2a", "met spatie", "x" * 41, "café", "-a")),
    *((cells.card_number, text, F.CARD_NUMBER) for text in ("912345678901231", "8123456789012317", "kaart", "P-1")),
    (cells.card_number, "9123456789012318", F.CARD_CHECK_DIGITS),
    (cells.card_number, "9123 4567 8901 2371", F.CARD_CHECK_DIGITS),
    *((cells.holder, text, F.REFERENCE) for text in ("Jan Jansen", "x" * 36, "-1", "é", "a;b", "a\nb")),
    *(
        (cells.holder, text, F.LOOKS_LIKE_BSN)
        for text in ("111222333", "111.222.333", "111 222 333", "1112-22-333", "012345672")
    ),
    (cells.decision, "111222333", F.LOOKS_LIKE_BSN),
    *(
        (cells.account_number, text, F.IBAN)
        for text in ("NL91ABNA0417164301", "NL00", "XX", "", "ABNA0417164300", "NL٩١ABNA0417164300", "é" * 18)
    ),
    *((cells.kvk_number, text, F.KVK_NUMBER) for text in ("1234567", "123456789", "1234 5678", "١٢٣٤٥٦٧٨")),
]


def named(value: object) -> str:
    """Return how a value is called in the list of tests."""
    return str(getattr(value, "__qualname__", value)).split(".")[0][:20]


@pytest.mark.parametrize(("read", "text", "value"), READ, ids=named)
def test_what_is_read(read: Callable[[str], Any], text: str, value: object) -> None:
    """Each way in which a town writes it is read as the same value."""
    assert read(text) == value


@pytest.mark.parametrize(("read", "text", "kind"), MISREAD, ids=named)
def test_what_is_not_read(read: Callable[[str], Any], text: str, kind: FaultKind) -> None:
    """What could be meant otherwise, or cannot be, is refused with the kind of fault that it is."""
    with pytest.raises(Misread) as misread:
        read(text)
    assert misread.value.kind is kind


def test_a_number_says_between_what() -> None:
    """The fault carries the least and the most, so that its sentence can tell them."""
    with pytest.raises(Misread) as misread:
        cells.number(2000, 2199)("26")
    assert misread.value.figures == {"least": 2000, "most": 2199}
