"""The file that says how the town pays."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pasledger.formats.faults import FaultKind, FileRefused
from pasledger.formats.payments import read_payment_settings
from pasledger.ledger.money import Money
from tests.docs.pages import ROOT

SAMPLE = Path(ROOT / "examples/dronten/betalen.toml").read_text(encoding="utf-8")


def test_the_sample_is_read() -> None:
    """Every key of it; a BIC may be left out."""
    found = read_payment_settings(SAMPLE.encode())
    assert (found.payer_iban, found.payer_bic, found.minimum) == ("NL13TEST0123456789", None, Money(100))
    assert (found.most_payment, found.most_run, found.most_in_file) == (Money(2_500_000), Money(50_000_000), 5000)
    assert found.is_dedicated
    assert read_payment_settings((SAMPLE + 'bic = "INGBNL2A"').encode()).payer_bic == "INGBNL2A"


@pytest.mark.parametrize(
    ("spoil", "reason", "key"),
    [
        (lambda text: text.replace("naam =", "name ="), FaultKind.COLUMN_UNKNOWN, "name"),
        (lambda text: text.replace("minimum =", "# "), FaultKind.COLUMN_MISSING, "minimum"),
        (lambda text: text.replace("true", '"ja"'), FaultKind.CHOICE, "eigen_rekening"),
        (lambda text: text.replace("5000", "0"), FaultKind.NUMBER, "betalingen_per_bestand"),
        (lambda text: text.replace("NL13", "NL14"), FaultKind.IBAN, "iban"),
        (lambda text: text.replace("25.000,00", "1.000.000.000,00"), FaultKind.AMOUNT, "hoogste_betaling"),
        (lambda text: text.replace("25.000,00", "0,99"), FaultKind.AMOUNT_BELOW, "hoogste_betaling"),
        (lambda text: text.replace("25.000,00", "500.000,01"), FaultKind.AMOUNT_BELOW, "hoogste_batch"),
        (lambda text: text + 'bic = "ing"', FaultKind.BIC, "bic"),
        (lambda text: text.replace('"1,00"', '""'), FaultKind.CELL_EMPTY, "minimum"),
        (lambda text: text + "[", FaultKind.FILE_NOT_TOML, None),
    ],
)
def test_what_is_wrong_is_named(spoil: Callable[[str], str], reason: FaultKind, key: str | None) -> None:
    """By the key that it is in."""
    with pytest.raises(FileRefused) as refused:
        read_payment_settings(spoil(SAMPLE).encode())
    assert (reason, key) in [(fault.reason, fault.column) for fault in refused.value.faults]
