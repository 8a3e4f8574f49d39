"""Money is whole cents: read in one way only, printed the Dutch way, and never a float."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pasledger.ledger.money import LARGEST_CENTS, ZERO, Money, total

amounts = st.integers(0, 10**13).map(Money)


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("12", 1200),
        ("12,50", 1250),
        ("12.50", 1250),
        ("€ 12,50", 1250),
        ("€12,50", 1250),
        (" 12,50 ", 1250),
        ("0,05", 5),
        ("0", 0),
        ("1.250,00", 125_000),
        ("12.505,00", 1_250_500),
        ("100.000.000.000,00", 10**13),
    ],
)
def test_an_amount_is_read_as_the_dutch_write_it(text: str, cents: int) -> None:
    """Whole euros, or two decimals after a comma or a point, with thousands points only where cents follow."""
    assert Money.read(text) == Money(cents)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "€",
        "12,5",
        "12.505",
        "12,505",
        "1.250",
        "1,250.00",
        "1.25,00",
        "1250.00,00",
        "-3",
        "+3",
        "1e3",
        "1_000",
        "12 50",
        "12,50 €",
        "٣,٠٠",
        "²",
        "twaalf",
        "12,50\n1",
        "9" * 4_000,
    ],
)
def test_an_amount_that_could_be_meant_otherwise_is_refused(text: str) -> None:
    """What is not surely an amount raises `ValueError`, and nothing else."""
    with pytest.raises(ValueError, match=r"amount|books can hold"):
        Money.read(text)


@pytest.mark.parametrize(("text", "cents"), [("12.50", 1250), ("0.00", 0), ("1250.00", 125_000)])
def test_programs_write_a_point_and_two_decimals(text: str, cents: int) -> None:
    """What a program wrote is read back as the same amount."""
    assert Money.parse(text) == Money(cents)


@pytest.mark.parametrize("text", ["12", "12,50", "12.5", "-1.00", "1.250.00", "€ 1.00", " 1.00", "1.00\n", "٣.٠٠", ""])
def test_programs_write_it_in_no_other_way(text: str) -> None:
    """Between programs there is one notation."""
    with pytest.raises(ValueError, match="not an amount"):
        Money.parse(text)


@given(amounts)
def test_what_is_printed_reads_back(amount: Money) -> None:
    """Both notations lose nothing, for every amount that the books can hold."""
    assert Money.read(str(amount)) == amount
    assert Money.parse(amount.plain) == amount


@pytest.mark.parametrize(
    ("cents", "printed", "plain"),
    [
        (0, "€ 0,00", "0.00"),
        (5, "€ 0,05", "0.05"),
        (125_000, "€ 1.250,00", "1250.00"),
        (-5, "€ -0,05", "-0.05"),
        (-123_456_789, "€ -1.234.567,89", "-1234567.89"),
    ],
)
def test_money_is_printed_for_people_and_for_programs(cents: int, printed: str, plain: str) -> None:
    """People read points, a comma and the sign behind the €; programs read a point."""
    assert (str(Money(cents)), Money(cents).plain) == (printed, plain)


@pytest.mark.parametrize("cents", [12.5, 12.0, True, "12", None])
def test_only_whole_cents_are_money(cents: Any) -> None:
    """A float, a truth value or a text is never money."""
    with pytest.raises(TypeError):
        Money(cents)


@pytest.mark.parametrize("cents", [LARGEST_CENTS + 1, -LARGEST_CENTS - 1])
def test_more_than_the_books_can_hold_is_not_money(cents: int) -> None:
    """An amount beyond the largest is a mistake, whatever its sign."""
    with pytest.raises(ValueError, match="more cents than the books can hold"):
        Money(cents)


def test_money_adds_subtracts_and_compares_by_the_cent() -> None:
    """Arithmetic is that of whole cents, and only zero is false."""
    assert Money(1250) + Money(50) == Money(1300)
    assert Money(1250) - Money(1300) == -Money(50)
    assert Money(1) > ZERO > Money(-1)
    assert [bool(Money(cents)) for cents in (-1, 0, 1)] == [True, False, True]
    assert total([]) == ZERO
    assert total(Money(cents) for cents in (1, 2, 3)) == Money(6)
