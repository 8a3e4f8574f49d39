"""The limited network: twelve months, by scheme and in all, and nobody to be found in it."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from pasledger.ledger.money import Money
from pasledger.ledger.periods import Period
from pasledger.reports.limited_network import THRESHOLD, Acceptor, Paid, limited_network, twelve_months
from tests.support.town import euros

SPAN = twelve_months(date(2026, 11, 24))


def paid(scheme: str, *holders: int, cents: int = 1000) -> list[Paid]:
    """Let each of these holders pay as much."""
    return [Paid(scheme, f"hld_{holder}", cents) for holder in holders]


def test_twelve_months_end_with_a_day() -> None:
    """The day is the last of them; a leap day is no thirteenth month."""
    assert Period(starts_on=date(2025, 11, 25), ends_before=date(2026, 11, 25)) == SPAN
    assert twelve_months(date(2028, 2, 28)).starts_on == date(2027, 3, 1)
    assert twelve_months(date(2028, 2, 29)).starts_on == date(2027, 3, 1)


def test_the_value_is_told_by_scheme_and_in_all() -> None:
    """With how many acceptors there are of each kind."""
    shops = [Acceptor(name, ("cafe",), "Dronten", date(2020, 1, 1), None) for name in ("A", "B")]
    found = limited_network(SPAN, [*paid("sport", *range(5)), *paid("gift", *range(6))], shops)
    assert [(line.scheme, line.value) for line in found.lines] == [("gift", euros("60,00")), ("sport", euros("50,00"))]
    assert (found.value, found.kinds, found.is_above) == (euros("110,00"), {"cafe": 2}, False)


def test_an_acceptor_of_several_kinds_counts_under_each() -> None:
    """So that the kinds can come to more than the acceptors."""
    kinds = (("culture", "sport"), ("sport",))
    shops = [Acceptor(f"Club {number}", one, "Dronten", date(2020, 1, 1), None) for number, one in enumerate(kinds)]
    assert limited_network(SPAN, [], shops).kinds == {"culture": 1, "sport": 2}


def test_a_million_is_not_above_a_million() -> None:
    """A cent more is."""
    assert not limited_network(SPAN, paid("sport", *range(5), cents=200_000_00), []).is_above
    assert limited_network(SPAN, paid("sport", *range(5), cents=200_000_01), []).is_above
    assert Money(1_000_000_00) == THRESHOLD


def test_the_sum_does_not_give_a_small_scheme_back() -> None:
    """The smallest of the others is not told either; where all of it is small, nor is the sum."""
    found = limited_network(SPAN, [*paid("a", 1, 2), *paid("b", *range(9)), *paid("c", *range(7))], [])
    assert {line.scheme: line.value for line in found.lines} == {"a": None, "b": euros("90,00"), "c": None}
    assert limited_network(SPAN, paid("a", 1, 2), []).value is None
    assert limited_network(SPAN, [], []).value == euros("0,00")


@given(
    found=st.lists(
        st.builds(Paid, st.sampled_from("abc"), st.sampled_from("123456789"), st.integers(1, 1000)), max_size=30
    )
)
def test_what_is_left_of_the_sum_is_of_five_or_more(found: list[Paid]) -> None:
    """Whoever paid what."""
    told = limited_network(SPAN, found, [])
    untold = {line.scheme for line in told.lines if line.value is None}
    if told.value is not None and untold:
        assert len({one.holder for one in found if one.scheme in untold}) >= 5
