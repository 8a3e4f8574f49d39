"""Half-open spans of days. A day is a day in the Netherlands."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Self


@dataclass(frozen=True, slots=True)
class Period:
    """From `starts_on` up to, and without, `ends_before`."""

    starts_on: date
    ends_before: date

    def __post_init__(self) -> None:
        if not self.starts_on < self.ends_before:
            raise ValueError("a period ends after it starts")

    def __contains__(self, day: date) -> bool:
        return self.starts_on <= day < self.ends_before

    @classmethod
    def through(cls, starts_on: date, last_day: date) -> Self:
        """Return the span from a day through another, as people write it."""
        return cls(starts_on, last_day + timedelta(days=1))

    @property
    def last_day(self) -> date:
        """The last day within the period, as people write it: `valid until and including`."""
        return self.ends_before - timedelta(days=1)


@lru_cache(maxsize=1024)  # all of a batch ask for the same few
def year_containing(day: date, *, first_month: int = 1) -> Period:
    """Return the twelve months that hold `day` and start on the first of `first_month`."""
    year = day.year if day.month >= first_month else day.year - 1
    return Period(starts_on=date(year, first_month, 1), ends_before=date(year + 1, first_month, 1))
