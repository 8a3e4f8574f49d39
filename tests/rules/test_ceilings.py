"""Ceilings: what one holder can spend of a scheme at one merchant on one day."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from pasledger.ledger.money import ZERO, Money, total
from pasledger.ledger.refusals import Refusal
from pasledger.rules.cards import CardState
from pasledger.rules.registration import CardRequest, MerchantRequest, SchemeRequest
from pasledger.rules.schemes import Scheme
from pasledger.rules.town import Town
from tests.support.holds import a_capture, a_hold, a_release
from tests.support.town import (
    TODAY,
    a_budget,
    a_cafe,
    a_card,
    a_redemption,
    a_refund,
    a_scheme,
    a_town,
    an_award,
    ask,
    euros,
    grant,
    refuses,
)


def with_ceiling(ceiling: str, code: str = "culture") -> Scheme:
    """Return a scheme for all merchants with a ceiling."""
    return replace(a_scheme(code, categories=()), day_ceiling=euros(ceiling))


def a_town_with_a_ceiling() -> Town:
    """Return a town with € 50,00 of which € 20,00 can be spent at one merchant in a day."""
    town = a_town(scheme=with_ceiling("20,00"))
    grant(town, MerchantRequest(a_cafe(), ()))
    return town


def test_no_more_than_the_ceiling_can_be_spent_at_a_merchant_in_a_day() -> None:
    """At once or bit by bit; another merchant and another day have a ceiling of their own."""
    town = a_town_with_a_ceiling()
    with refuses(Refusal.OVER_CEILING):
        grant(town, a_redemption("20,01"))
    grant(town, a_redemption("15,00", number=1))
    with refuses(Refusal.OVER_CEILING):
        grant(town, a_redemption("5,01", number=2))
    grant(town, a_redemption("5,00", number=3))
    with refuses(Refusal.OVER_CEILING):
        grant(town, a_redemption("0,01", number=4))

    grant(town, a_redemption("20,00", merchant=a_cafe().id, number=5))
    grant(town, a_redemption("10,00", number=6), on=TODAY + timedelta(days=1))


def test_too_little_money_comes_before_the_ceiling() -> None:
    """The ceiling is the reason only where there would have been enough."""
    with refuses(Refusal.NOT_ENOUGH, short_by=euros("0,01")):
        grant(a_town_with_a_ceiling(), a_redemption("50,01"))


def test_what_was_given_back_on_the_same_day_can_be_spent_again() -> None:
    """A slip of the finger is undone whole."""
    town = a_town_with_a_ceiling()
    grant(town, a_redemption("20,00", number=1))
    grant(town, a_refund("12,00", of=1))
    with refuses(Refusal.OVER_CEILING):
        grant(town, a_redemption("12,01", number=2))
    grant(town, a_redemption("12,00", number=3))


def test_what_is_held_counts_when_it_is_set_aside() -> None:
    """Not again when it is taken; and what is let go on the same day does not count."""
    town = a_town_with_a_ceiling()
    grant(town, a_hold("15,00", number=1))
    with refuses(Refusal.OVER_CEILING):
        grant(town, a_redemption("5,01", number=1))
    grant(town, a_capture("10,00", of=1, number=1))
    grant(town, a_release(of=1, number=2))
    with refuses(Refusal.OVER_CEILING):
        grant(town, a_hold("10,01", number=2))
    grant(town, a_redemption("10,00", number=3))


def test_a_new_card_is_no_new_ceiling() -> None:
    """It is counted by holder."""
    town = a_town_with_a_ceiling()
    grant(town, a_redemption("20,00", number=1))
    grant(town, CardRequest(a_card().number, CardState.REPLACED, a_card(2)))
    with refuses(Refusal.OVER_CEILING):
        grant(town, a_redemption("0,01", card=2, number=2))


def test_each_scheme_has_its_own_ceiling_and_what_has_none_pays_the_rest() -> None:
    """A payment is split so that it fits, and all entitlements of one scheme share its ceiling."""
    town = a_town_with_a_ceiling()
    grant(town, SchemeRequest(a_scheme("gift", categories=())))
    grant(town, a_budget(scheme="gift", number=2))
    grant(town, an_award("10,00", number=2, instalment=2))
    grant(town, an_award("30,00", scheme="gift", number=3))

    event = grant(town, a_redemption("45,00"))

    assert event.entry is not None
    paid: dict[str, list[Money]] = {}
    for transfer in event.entry.transfers:
        paid.setdefault(transfer.debit.scheme, []).append(transfer.amount)
    sums = {scheme: total(amounts) for scheme, amounts in paid.items()}
    assert sums == {"culture": euros("20,00"), "gift": euros("25,00")}


def test_a_new_version_brings_its_ceiling() -> None:
    """What was spent before it came counts too."""
    town = a_town(scheme=a_scheme())
    grant(town, a_redemption("10,00", number=1))
    grant(town, SchemeRequest(replace(with_ceiling("20,00"), effective_from=TODAY)))
    with refuses(Refusal.OVER_CEILING):
        grant(town, a_redemption("10,01", number=2))
    grant(town, a_redemption("10,00", number=3))


@given(st.lists(st.tuples(st.integers(1, 1500), st.booleans()), max_size=20))
def test_a_day_never_ends_above_the_ceiling(asked: list[tuple[int, bool]]) -> None:
    """Whatever is paid and given back in whatever order, what is left spent is never above it."""
    town = a_town_with_a_ceiling()
    spent = ZERO
    for number, (cents, is_given_back) in enumerate(asked):
        outcome = ask(town, a_redemption(Money(cents).plain.replace(".", ","), number=number))
        fits = spent + Money(cents) <= euros("20,00")
        assert (outcome.refused is None) == fits
        if not fits:
            continue
        spent += Money(cents)
        if is_given_back:
            grant(town, a_refund(of=number, number=number))
            spent -= Money(cents)
