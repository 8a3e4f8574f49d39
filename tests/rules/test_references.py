"""References of merchants: what a bank takes, and no citizen service number."""

import pytest

from pasledger.ledger.ids import EntryId
from pasledger.rules.records import MerchantReference, commitment
from pasledger.rules.references import merchant_reference


@pytest.mark.parametrize(
    "text",
    ["7", "Lid 2026-0117", "F/2026/1", "a (b), c.d: e? 'f' + g", "x" * 35, "111222334", "F111222333", "1112223331"],
)
def test_a_reference_is_what_fits_in_a_payment(text: str) -> None:
    """Up to 35 signs that every bank takes."""
    assert merchant_reference(text) == text


@pytest.mark.parametrize(
    "text", ["", " x", "x ", "x" * 36, "=1+1", "+31", "-1", "@x", "é", "a\nb", "a;b", '"', "a\u200bb", "٣"]
)
def test_anything_else_is_refused(text: str) -> None:
    """Also what a spreadsheet would take for a formula."""
    with pytest.raises(ValueError, match="35 letters"):
        merchant_reference(text)


@pytest.mark.parametrize(
    "text", ["111222333", "111.222.333", "111 222 333", "pupil 111222333", "(111222333)", "1/111222333"]
)
def test_what_looks_like_a_bsn_is_refused(text: str) -> None:
    """By itself, with anything between its digits, or as a word among others."""
    with pytest.raises(ValueError, match="BSN"):
        merchant_reference(text)


def test_an_entry_is_bound_to_it_by_a_salt() -> None:
    """Who has the commitment alone cannot try out references."""
    assert MerchantReference(EntryId.of(1), "camp", "salt").commitment == commitment("salt", "camp")
