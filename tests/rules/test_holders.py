"""Holder references: opaque, and never what could be a citizen service number."""

import pytest

from pasledger.rules.holders import holder_reference, looks_like_a_bsn

A_BSN = "111222333"


@pytest.mark.parametrize(
    "text", ["P-48213", "a", "7", "2026/0001_x.y", "A" * 35, "111222334", "11122233", "P111222333"]
)
def test_an_opaque_reference_is_taken_as_it_is(text: str) -> None:
    """Letters, digits and a few signs, and nine digits only if they fail the eleven-test."""
    assert holder_reference(text) == text


@pytest.mark.parametrize("text", [A_BSN, "111.222.333", "111-222-333", "1112 22 333", "111/222_333", "\t111222333\n"])
def test_what_could_be_a_bsn_is_refused(text: str) -> None:
    """Nine digits that pass the eleven-test are refused, whatever stands between them."""
    assert looks_like_a_bsn(text)
    with pytest.raises(ValueError, match="BSN"):
        holder_reference(text)


@pytest.mark.parametrize("text", ["", " ", "-P1", "P 1", "P1\n", "Jansén", "jan@dronten.nl", "A" * 36, "P;1", "٣"])
def test_what_is_no_reference_is_refused(text: str) -> None:
    """What could break a file, a page or a promise is not a reference."""
    with pytest.raises(ValueError, match="at most 35"):
        holder_reference(text)


@pytest.mark.parametrize("digits", ["٩٩٩٩٩٩٩٩٩", "000000000", "11122233³"])
def test_the_eleven_test_takes_only_what_can_be_a_bsn(digits: str) -> None:
    """Digits of other scripts and nine zeros are not a BSN, and break nothing."""
    assert not looks_like_a_bsn(digits)
