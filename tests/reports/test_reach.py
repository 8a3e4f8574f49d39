"""Reach: who has something and who uses it, and that nobody can be found in it."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from pasledger.ledger.periods import Period
from pasledger.reports.reach import Had, ReachLine, Used, months_of, reach
from pasledger.reports.suppression import FEWEST
from tests.support.town import euros

YEAR = Period(starts_on=date(2026, 1, 1), ends_before=date(2027, 1, 1))
MONTHS = months_of(2026, date(2026, 4, 1))
JANUARY, FEBRUARY, MARCH = (month.starts_on for month in MONTHS)


def had(*holders: int, scheme: str = "sport", valid: Period = YEAR) -> list[Had]:
    """Let holders have something."""
    return [Had(scheme, f"hld_{holder}", valid) for holder in holders]


def used(month: date, *holders: int, cents: int = 1000, merchant: str = "club", scheme: str = "sport") -> list[Used]:
    """Let each of these holders spend as much."""
    return [Used(scheme, month, f"hld_{holder}", merchant, cents) for holder in holders]


def told(lines: tuple[ReachLine, ...], month: date | None) -> ReachLine:
    """Return the line of a month."""
    return next(line for line in lines if line.month == month)


def test_a_month_counts_holders_and_what_they_spent() -> None:
    """With and without use, the average of those with use, merchants, and against those it is meant for."""
    spent = [*used(JANUARY, *range(6)), *used(JANUARY, 0, 1, cents=500, merchant="pool")]
    lines = reach(had(*range(20)), spent, MONTHS[:1], {"sport": 40})
    line = told(lines, JANUARY)
    assert (line.holders, line.with_use, line.without_use, line.merchants) == (20, 6, 14, 2)
    assert (line.spent, line.average) == (euros("70,00"), euros("11,67"))
    assert (line.reached_percent, line.take_up_percent) == (50, 15)
    assert told(reach(had(*range(20)), spent, MONTHS[:1], {}), JANUARY).take_up_percent is None


def test_a_year_counts_each_holder_once() -> None:
    """Also one who used it in every month; who was given all of it back did not."""
    spent = [*used(JANUARY, *range(6)), *used(FEBRUARY, *range(6)), *used(MARCH, *range(7))]
    spent += [*used(JANUARY, 8), *used(FEBRUARY, 8, cents=-1000)]
    line = told(reach(had(*range(20)), spent, MONTHS, {}), None)
    assert (line.with_use, line.without_use, line.spent) == (7, 13, euros("190,00"))


def test_who_has_it_for_a_part_of_a_month_has_it() -> None:
    """From the first day to the last; a month before and after it is not."""
    short = Period(starts_on=date(2026, 2, 28), ends_before=date(2026, 3, 1))
    lines = reach(had(*range(9), valid=short), used(FEBRUARY, *range(5)), MONTHS, {})
    assert [line.month for line in lines] == [FEBRUARY, None]


def test_small_groups_are_not_told() -> None:
    """Of few holders nothing at all; of few with use, or few without, no more than how many holders there are."""
    assert told(reach(had(1, 2, 3, 4), used(JANUARY, 1), MONTHS, {}), JANUARY).holders is None
    for users in (range(4), range(16, 20), range(17)):
        line = told(reach(had(*range(20)), used(JANUARY, *users), MONTHS[:1], {"sport": 40}), JANUARY)
        assert (line.holders, line.with_use, line.without_use, line.spent, line.average) == (20, *(None,) * 4)
        assert (line.merchants, line.take_up_percent) == (None, None)


def test_a_year_less_its_months_tells_nothing_of_a_small_one() -> None:
    """One month that is hidden hides the smallest of the others too."""
    spent = [*used(JANUARY, *range(9)), *used(FEBRUARY, 1, 2), *used(MARCH, *range(8))]
    lines = reach(had(*range(30)), spent, MONTHS, {})
    assert told(lines, None).spent == euros("190,00")
    assert told(lines, JANUARY).spent == euros("90,00")
    assert (told(lines, FEBRUARY).spent, told(lines, MARCH).spent) == (None, None)


SPENT = st.lists(
    st.builds(
        Used,
        st.just("sport"),
        st.sampled_from([JANUARY, FEBRUARY, MARCH]),
        st.sampled_from([f"hld_{number}" for number in range(12)]),
        st.just("club"),
        st.integers(-100, 1000),
    ),
    max_size=40,
)


@given(spent=SPENT, holders=st.integers(0, 12))
def test_no_figure_is_about_fewer_than_five(spent: list[Used], holders: int) -> None:
    """No count that is told is below five, and the year less the months that are told is of five holders or more."""
    lines = reach(had(*range(holders)), spent, MONTHS, {})
    for line in lines:
        assert all(count is None or count >= FEWEST for count in (line.holders, line.with_use, line.without_use))
    whole = next((line for line in lines if line.month is None), None)
    if whole is not None and whole.spent is not None:
        untold = {line.month for line in lines if line.month is not None and line.spent is None}
        of_these = {one.holder for one in spent if one.month in untold}
        assert not of_these or len(of_these) >= FEWEST
