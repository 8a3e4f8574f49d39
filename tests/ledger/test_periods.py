"""Periods: half-open spans of days."""

from datetime import date

import pytest

from pasledger.ledger.periods import Period, year_containing

MARCH = Period(starts_on=date(2026, 3, 1), ends_before=date(2026, 4, 1))


@pytest.mark.parametrize(
    ("day", "is_within"),
    [
        (date(2026, 2, 28), False),
        (date(2026, 3, 1), True),
        (date(2026, 3, 31), True),
        (date(2026, 4, 1), False),
    ],
)
def test_a_period_has_its_first_day_and_not_its_end(day: date, is_within: bool) -> None:  # noqa: FBT001
    """It starts on one day and ends before another."""
    assert (day in MARCH) is is_within


def test_people_read_the_last_day() -> None:
    """What people call `until and including` is the day before the end."""
    assert MARCH.last_day == date(2026, 3, 31)


@pytest.mark.parametrize("ends_before", [date(2026, 3, 1), date(2026, 2, 28)])
def test_a_period_has_at_least_a_day(ends_before: date) -> None:
    """An end that is not after the start makes no period."""
    with pytest.raises(ValueError, match="ends after it starts"):
        Period(starts_on=date(2026, 3, 1), ends_before=ends_before)


@pytest.mark.parametrize(
    ("day", "first_month", "starts_on"),
    [
        (date(2026, 1, 1), 1, date(2026, 1, 1)),
        (date(2026, 12, 31), 1, date(2026, 1, 1)),
        (date(2026, 7, 31), 8, date(2025, 8, 1)),
        (date(2026, 8, 1), 8, date(2026, 8, 1)),
        (date(2028, 2, 29), 8, date(2027, 8, 1)),
    ],
)
def test_a_year_may_start_in_any_month(day: date, first_month: int, starts_on: date) -> None:
    """A calendar year and a school year are both the twelve months that hold the day."""
    year = year_containing(day, first_month=first_month)
    assert year == Period(starts_on=starts_on, ends_before=starts_on.replace(year=starts_on.year + 1))
    assert day in year
