"""How long references are kept, and which of them are over."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pasledger.ledger.ids import UnlinkingId
from pasledger.ledger.refusals import Refusal
from pasledger.rules.records import Length, ReferenceKind, RetentionPeriod
from pasledger.rules.retention import (
    FROM_THE_LIST,
    Reference,
    RetentionRequest,
    begun_by,
    decide_unlinking,
    first_day_over,
    latest_limit,
    length,
    limit,
    over_on,
    periods,
)
from tests.support.town import a_stamp, a_town, grant, refuses

K = ReferenceKind
DAYS = st.dates(date(1900, 1, 1), date(2200, 12, 31))
LENGTHS = st.builds(Length, st.integers(1, 400), st.sampled_from("YMD"))


def a_period(kind: ReferenceKind, text: str, version: int = 1) -> RetentionPeriod:
    """Return a period of a kind."""
    return RetentionPeriod(kind, version, length(text), "set by the town")


@given(kept=LENGTHS, began=DAYS, on=DAYS)
def test_both_ways_of_counting_agree(kept: Length, began: date, on: date) -> None:
    """A term is over from its first day over on, and on no day before; a day that is not there is the one after."""
    assert (began <= begun_by(kept, on)) == (first_day_over(kept, began) <= on)


def test_a_leap_day_is_no_day_early() -> None:
    """What began on 29 February is over on 1 March, where the year has no 29th."""
    assert first_day_over(length("P7Y"), date(2020, 2, 29)) == date(2027, 3, 1)
    assert begun_by(length("P7Y"), date(2027, 2, 28)) == date(2020, 2, 28)


def test_what_is_longer_than_the_calendar_is_kept() -> None:
    """No count of years leads to a fault."""
    assert begun_by(length("P999Y"), date(500, 1, 1)) == date.min
    assert first_day_over(length("P999Y"), date(9500, 1, 1)) == date.max
    assert (begun_by(length("P999D"), date(1, 2, 1)), first_day_over(length("P999D"), date.max)) == (date.min, date.max)


@pytest.mark.parametrize("text", ["", "7", "P0Y", "P7", "P7W", "P1Y6M", "P-1D", "P1000Y", "P٧Y"])
def test_what_is_no_period_is_refused(text: str) -> None:
    """One number of years, months or days, and not nothing."""
    with pytest.raises(ValueError, match="P7Y"):
        length(text)


def test_every_kind_has_a_period_from_the_list() -> None:
    """Nothing is kept for want of a rule."""
    assert set(FROM_THE_LIST) == set(periods()) == set(K)


def test_the_newest_period_holds() -> None:
    """Set again, it is another version, whatever order they come in."""
    held = periods([a_period(K.HOLDER, "P5Y", 2), a_period(K.HOLDER, "P9Y", 1)])
    assert str(held[K.HOLDER].length) == "P5Y"
    town = a_town()
    for version, text in enumerate(("P9Y", "P5Y"), start=1):
        (period,) = grant(town, RetentionRequest(K.HOLDER, length(text), "B-1")).facts
        assert period == RetentionPeriod(K.HOLDER, version, length(text), "B-1")


def test_rows_of_batches_are_kept_no_longer_than_what_they_name() -> None:
    """They hold references of holders and decisions, which would live on in them."""
    held = periods([a_period(K.HOLDER, "P1Y"), a_period(K.AWARD_ROW, "P7Y")])
    assert limit(K.AWARD_ROW, held, date(2026, 11, 24)) == date(2025, 11, 24)
    assert over_on(K.AWARD_ROW, held, date(2025, 11, 24)) == date(2026, 11, 24)
    assert limit(K.MERCHANT_REFERENCE, held, date(2026, 11, 24)) == date(2019, 11, 24)


def test_nobody_sets_a_period_or_unlinks_alone() -> None:
    """Who prepares it does not approve it."""
    alone = a_stamp(approved_by="clerk")
    with refuses(Refusal.SAME_PERSON):
        grant(a_town(), RetentionRequest(K.HOLDER, length("P1D"), "mine"), stamp=alone)
    with refuses(Refusal.SAME_PERSON):
        decide_unlinking(UnlinkingId.of(1), K.HOLDER, [], periods(), alone)


@given(began=st.none() | DAYS, stands=st.booleans(), on=DAYS)
def test_only_what_is_over_and_stands_no_more_goes(began: date | None, *, stands: bool, on: date) -> None:
    """Whatever was found, and whatever day it is."""
    found = Reference("hld_1", began, stands)
    unlinking = decide_unlinking(UnlinkingId.of(1), K.HOLDER, [found], periods(), a_stamp(on))
    is_over = began is not None and first_day_over(Length(7, "Y"), began) <= on
    assert unlinking.keys == (("hld_1",) if is_over and not stands else ())


def test_the_limit_of_a_moment_is_that_of_the_period_that_held_then() -> None:
    """A period that was set later, or long before another one, is none that was seen; one of the same minute can be."""
    at = datetime.combine(date(2026, 11, 24), time(12), UTC)
    decided = [
        (a_period(K.HOLDER, "P1D", 1), at - timedelta(days=9)),
        (a_period(K.HOLDER, "P2Y", 2), at - timedelta(days=8)),
        (a_period(K.HOLDER, "P3D", 3), at + timedelta(days=1)),
    ]
    assert latest_limit(K.HOLDER, decided, at) == date(2024, 11, 25)
    decided.append((a_period(K.HOLDER, "P1Y", 4), at + timedelta(minutes=1)))
    assert latest_limit(K.HOLDER, decided, at) == date(2025, 11, 25)
