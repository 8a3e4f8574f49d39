"""Figures about holders and merchants are those of the journal, on both databases."""

from collections import Counter
from dataclasses import replace
from datetime import date

from pasledger.ledger.ids import HolderId
from pasledger.ledger.periods import Period
from pasledger.ledger.views import EVERYTHING
from pasledger.reports.limited_network import limited_network, twelve_months
from pasledger.reports.reach import months_of, reach
from pasledger.reports.schemes import scheme_lines
from pasledger.rules.registration import MerchantRequest
from pasledger.usecases.guiding import guide_of
from pasledger.usecases.overviews import places_of
from tests.support.books import A_LIVED_IN_TOWN, A_SMALL_TOWN, MakeBooks, granted, holders, opened
from tests.support.holds import a_capture, a_hold
from tests.support.town import TODAY, a_cafe, a_correction, a_redemption, a_refund, an_award, euros

YEAR = Period(starts_on=date(2026, 1, 1), ends_before=date(2027, 1, 1))
MARCH = date(2026, 3, 1)


def test_what_is_used_is_what_the_schemes_say(make_books: MakeBooks) -> None:
    """Payments, what was taken of holds, refunds of both, and corrections: all of it, and each once."""
    with opened(make_books(*A_LIVED_IN_TOWN)) as store, store.read() as reader:
        used = Counter[str]()
        for one in reader.reaching.used(YEAR):
            used[one.scheme] += one.cents
        lines = scheme_lines(reader.ledger.flows(EVERYTHING), reader.ledger.left_by_year(EVERYTHING))
        redeemed = Counter[str]()
        for line in lines:
            redeemed[line.scheme] += line.redeemed.cents
        assert +used == +redeemed
        assert sum(used.values()) > 0
        assert list(reader.reaching.used(Period(starts_on=date(2025, 1, 1), ends_before=date(2026, 1, 1)))) == []


def test_a_merchant_of_several_kinds_is_told_under_each(make_books: MakeBooks) -> None:
    """In the figures, in what everybody reads, and where it is the place for what a holder has."""
    both = replace(a_cafe(), categories=("catering", "sport"))
    with opened(make_books(*A_SMALL_TOWN, MerchantRequest(both, ()))) as store:
        with store.read() as reader:
            network = limited_network(YEAR, [], reader.reaching.acceptors(YEAR))
            places = places_of(reader, HolderId.of(1), on=TODAY)
        guide = guide_of(store, on=TODAY)
    assert network.kinds == {"catering": 1, "sport": 2}
    assert [one.name for one in places] == ["De Club", "Het Café"]
    assert guide.categories == ["catering", "sport"]
    assert [[one.name for one in guide.merchants_in(None, kind)] for kind in ("catering", "sport", "school")] == [
        ["Het Café"],
        ["De Club", "Het Café"],
        [],
    ]


def test_a_street_of_holders(make_books: MakeBooks) -> None:
    """Six of twelve paid: one by a hold, one gave all of it back, and one was countered."""
    numbers = range(2, 13)
    awards = [an_award("20,00", holder=number, number=number) for number in numbers]
    with opened(make_books(*A_SMALL_TOWN, MerchantRequest(a_cafe(), ()), *holders(numbers), *awards)) as store:
        granted(store, *(a_redemption("2,00", card=number, number=number) for number in range(2, 8)))
        granted(store, a_hold("3,00", card=8, number=1), a_capture("3,00", number=1))
        granted(store, a_redemption("4,00", card=9, number=9), a_refund(of=9, number=9))
        granted(store, a_redemption("5,00", card=10, number=10), a_correction(a_redemption(number=10)))
        with store.read() as reader:
            (line, whole) = reach(
                reader.reaching.had(YEAR), reader.reaching.used(YEAR), months_of(2026, date(2026, 4, 1))[2:], {}
            )
            network = limited_network(
                twelve_months(date(2026, 12, 31)),
                reader.reaching.paid(YEAR),
                reader.reaching.acceptors(YEAR),
            )
    assert (line.month, line.holders, line.with_use, line.without_use) == (MARCH, 12, 7, 5)
    assert (line.spent, line.merchants) == (euros("15,00"), 1)
    assert (whole.with_use, whole.spent) == (7, euros("15,00"))
    assert network.value == euros("24,00")
    assert {one.name: one.categories for one in network.acceptors} == {
        "De Club": ("sport",),
        "Het Café": ("catering",),
    }
