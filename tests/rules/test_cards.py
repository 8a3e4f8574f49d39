"""Cards: a printed number that a slip of the finger cannot turn into another, and a token of which only the hash stays.

The check digits are ISO 7064 mod 97-10: the whole number leaves 1 when divided by 97.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pasledger.ledger.refusals import Refusal
from pasledger.rules.cards import NUMBER_CHOICES, CardNumber, CardState, TokenHash, card_number

draws = st.integers(0, NUMBER_CHOICES - 1)


@given(draws)
def test_every_draw_is_a_card_number(draw: int) -> None:
    """16 digits, the first a 9, the draw within, check digits right; it reads back as drawn and as printed."""
    number = card_number(draw)
    assert len(number) == 16
    assert int(number) % 97 == 1
    assert int(number[1:14]) == draw
    assert number[0] == "9"
    assert CardNumber.parse(number) == CardNumber.parse(number.printed) == number


def test_a_number_is_printed_in_groups_of_four() -> None:
    """People read and type four digits at a time."""
    assert card_number(1234567890123).printed == "9123 4567 8901 2317"


def test_there_are_as_many_numbers_as_thirteen_digits_can_write() -> None:
    """The last draw is a card number, and one more would be a digit too long."""
    assert CardNumber.parse(card_number(NUMBER_CHOICES - 1))
    with pytest.raises(ValueError, match="16 digits"):
        CardNumber.parse(card_number(NUMBER_CHOICES))


@given(draws, st.integers(1, 15), st.integers(1, 9))
def test_one_wrong_digit_is_found(draw: int, place: int, by: int) -> None:
    """A number with one digit mistyped is no card number."""
    number = card_number(draw)
    mistyped = number[:place] + str((int(number[place]) + by) % 10) + number[place + 1 :]
    with pytest.raises(ValueError, match="check digits"):
        CardNumber.parse(mistyped)


@given(draws, st.integers(1, 14))
def test_two_digits_swapped_are_found(draw: int, place: int) -> None:
    """A number with two neighbours swapped is no card number, unless they are the same digit."""
    number = card_number(draw)
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    if swapped == number:
        assert CardNumber.parse(swapped) == number
    else:
        with pytest.raises(ValueError, match="check digits"):
            CardNumber.parse(swapped)


@pytest.mark.parametrize(
    "text",
    ["", "9", "8123456789012317", "912345678901237", "91234567890123177", "9123-4567-8901-2317", "٩123456789012317"],
)
def test_what_does_not_look_like_a_card_number_is_none(text: str) -> None:
    """Anything but 16 digits with a 9 in front is told so."""
    with pytest.raises(ValueError, match="16 digits"):
        CardNumber.parse(text)


def test_only_the_hash_of_a_token_stays() -> None:
    """The hash is SHA-256 of the token, so that what is kept opens nothing."""
    assert TokenHash.of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_only_an_active_card_can_pay() -> None:
    """Every other state has its own reason."""
    assert {state: state.refusal for state in CardState} == {
        CardState.ISSUED: Refusal.CARD_NOT_ACTIVE,
        CardState.ACTIVE: None,
        CardState.BLOCKED: Refusal.CARD_BLOCKED,
        CardState.REPLACED: Refusal.CARD_REPLACED,
    }
