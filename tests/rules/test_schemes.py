"""Schemes as data: where they may be spent, how long they are valid, and which versions make sense."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from pasledger.ledger.money import ZERO
from pasledger.ledger.periods import Period
from pasledger.rules.schemes import Scheme, ValidityRule
from tests.support.town import a_scheme, euros

SUMMER = Period(starts_on=date(2026, 6, 1), ends_before=date(2026, 9, 1))


@pytest.mark.parametrize(
    ("scheme", "is_accepted"),
    [
        (a_scheme(categories=()), True),
        (a_scheme(categories=("sport",)), True),
        (a_scheme(categories=("sport", "culture")), True),
        (a_scheme(categories=("school",)), False),
        (a_scheme(categories=(), merchants=("De Club",)), True),
        (a_scheme(categories=(), merchants=("Het Café",)), False),
        (a_scheme(categories=("school",), merchants=("De Club",)), False),
        (a_scheme(categories=("sport",), merchants=("Het Café",)), False),
    ],
)
def test_a_scheme_accepts_its_categories_and_names(scheme: Scheme, is_accepted: bool) -> None:  # noqa: FBT001
    """No list means everywhere; where there are two lists, a merchant is on both."""
    assert scheme.accepts(name="De Club", categories=("sport",)) is is_accepted


def test_one_of_several_categories_is_enough() -> None:
    """A club with a music school is a place for sport and one for culture, and none for meals."""
    both = ("culture", "sport")
    for category, is_accepted in (("sport", True), ("culture", True), ("catering", False)):
        assert a_scheme(categories=(category,)).accepts(name="De Club", categories=both) is is_accepted
    assert a_scheme(categories=()).accepts(name="De Club", categories=both)
    assert not a_scheme(categories=("sport",), merchants=("A",)).accepts(name="De Club", categories=both)


def test_breadth_sorts_by_how_many_places_there_are() -> None:
    """Named merchants are fewest, then kinds of merchant, then everybody."""
    breadths = [
        a_scheme(categories=("sport",), merchants=("A",)).breadth,
        a_scheme(categories=(), merchants=("A", "B")).breadth,
        a_scheme(categories=("sport",)).breadth,
        a_scheme(categories=("sport", "school")).breadth,
        a_scheme(categories=()).breadth,
    ]
    assert breadths == sorted(set(breadths))


@pytest.mark.parametrize(
    ("scheme", "starts_on", "ends_before"),
    [
        (a_scheme(), date(2026, 3, 2), date(2027, 1, 1)),
        (a_scheme(), date(2026, 12, 31), date(2027, 1, 1)),
        (a_scheme(validity=ValidityRule.SCHOOL_YEAR), date(2026, 3, 2), date(2026, 8, 1)),
        (a_scheme(validity=ValidityRule.SCHOOL_YEAR), date(2026, 8, 1), date(2027, 8, 1)),
        (a_scheme(fixed=SUMMER), date(2026, 6, 1), date(2026, 9, 1)),
        (a_scheme(fixed=SUMMER), date(2026, 8, 31), date(2026, 9, 1)),
    ],
)
def test_an_award_is_valid_from_its_start_to_the_end_that_the_rule_says(
    scheme: Scheme, starts_on: date, ends_before: date
) -> None:
    """An award that starts later ends no later."""
    assert scheme.validity_from(starts_on) == Period(starts_on=starts_on, ends_before=ends_before)


@pytest.mark.parametrize("starts_on", [date(2026, 5, 31), date(2026, 9, 1)])
def test_a_fixed_validity_takes_no_start_outside_it(starts_on: date) -> None:
    """Outside the fixed days there is nothing to be valid in."""
    assert a_scheme(fixed=SUMMER).validity_from(starts_on) is None


@pytest.mark.parametrize(
    "change",
    [
        {"code": ""},
        {"code": "a"},
        {"code": "Culture"},
        {"code": "cul/ture"},
        {"code": "2culture"},
        {"code": "c" * 41},
        {"code": "culture\n"},
        {"fixed_period": SUMMER},
        {"validity": ValidityRule.FIXED},
        {"least": ZERO},
        {"least": euros("5,01"), "most": euros("5,00")},
    ],
)
def test_a_scheme_that_makes_no_sense_cannot_be_written(change: dict[str, Any]) -> None:
    """The code can stand in an account, the validity is complete, and there is an amount that may be given."""
    with pytest.raises(ValueError, match=r"code|validity|amount"):
        replace(a_scheme(), **change)


@pytest.mark.parametrize(("least", "most"), [("0,01", "500,00"), ("50,00", "50,00")])
def test_the_amounts_may_be_small_and_may_be_one(least: str, most: str) -> None:
    """A cent is the least that can be given, and a scheme may give the same to everybody."""
    scheme = a_scheme(least=least, most=most)
    assert (scheme.least, scheme.most) == (euros(least), euros(most))


def test_an_entry_names_the_version() -> None:
    """The reference tells the scheme and the version."""
    assert replace(a_scheme(), version=3).reference == "scheme:culture@3"
