"""Schemes (regelingen) as data: what money is given for, where it may be spent, how long it is valid.

A scheme is versioned by the day from which it holds, and every decision records the version that it used. Another town
needs other data, and no release of ours.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import assert_never

from pasledger.ledger.money import Money
from pasledger.ledger.periods import Period, year_containing

CODE = re.compile(r"[a-z][a-z0-9-]{1,39}", re.ASCII)
"""How the code of a scheme or of a merchant category is written."""

_SCHOOL_YEAR_STARTS = 8


class ValidityRule(StrEnum):
    """How long an entitlement under a scheme is valid."""

    CALENDAR_YEAR = "calendar-year"
    SCHOOL_YEAR = "school-year"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True)
class Scheme:
    """One version of a scheme. Amounts are the least and the most that one award may give."""

    code: str
    version: int
    effective_from: date
    name_nl: str
    name_en: str
    categories: frozenset[str]
    """The kinds of merchant where it may be spent; empty for every merchant."""
    merchants: frozenset[str]
    """The names of the only merchants where it may be spent; empty for all of the categories."""
    validity: ValidityRule
    fixed_period: Period | None
    least: Money
    most: Money
    legal_basis: str
    task_field: str
    iv3_category: str
    amounts: tuple[tuple[str, Money], ...] = ()
    """What an award gives by category (age, household), in the order of the categories."""
    day_ceiling: Money | None = None
    """The most that one holder can spend of it at one merchant on one day; None for as much as there is."""

    def __post_init__(self) -> None:
        if CODE.fullmatch(self.code) is None:
            raise ValueError("a scheme's code is 2 to 40 small letters, digits and hyphens")
        if (self.validity is ValidityRule.FIXED) != (self.fixed_period is not None):
            raise ValueError("a fixed validity, and no other, names its first and its last day")
        if not Money(0) < self.least <= self.most:
            raise ValueError("the least amount is above zero and not above the most")
        if [category for category, _ in self.amounts] != sorted({category for category, _ in self.amounts}):
            raise ValueError("each category has one amount, and they stand in order")
        if any(not self.least <= amount <= self.most for _, amount in self.amounts):
            raise ValueError("the amount of each category lies from the least to the most")
        if self.day_ceiling is not None and not Money(0) < self.day_ceiling:
            raise ValueError("a ceiling is above zero")

    @property
    def reference(self) -> str:
        """How an entry names this version."""
        return f"scheme:{self.code}@{self.version}"

    @property
    def breadth(self) -> tuple[int, int]:
        """A measure of how many places it can be spent at, for sorting: named merchants, then kinds, then all."""
        if self.merchants:
            return 0, len(self.merchants)
        return (1, len(self.categories)) if self.categories else (2, 0)

    def accepts(self, *, name: str, categories: Iterable[str]) -> bool:
        """Return whether it may be spent at the merchant of this name: one of its categories is enough."""
        is_of_a_kind = not self.categories or not self.categories.isdisjoint(categories)
        return is_of_a_kind and (not self.merchants or name in self.merchants)

    def amount_of(self, category: str) -> Money | None:
        """Return what the table gives to a category; None where it has no such category."""
        return dict(self.amounts).get(category)

    def validity_from(self, starts_on: date) -> Period | None:
        """Return how long an award that starts on this day is valid; None where the scheme does not allow the day."""
        match self.validity:
            case ValidityRule.CALENDAR_YEAR:
                span = year_containing(starts_on)
            case ValidityRule.SCHOOL_YEAR:
                span = year_containing(starts_on, first_month=_SCHOOL_YEAR_STARTS)
            case ValidityRule.FIXED:
                if self.fixed_period is None or starts_on not in self.fixed_period:
                    return None
                span = self.fixed_period
            case _:
                assert_never(self.validity)
        return Period(starts_on=starts_on, ends_before=span.ends_before)
