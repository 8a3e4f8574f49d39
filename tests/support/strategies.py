"""Requests drawn at random in a busy town, so small that they often meet.

What is drawn is a request that lacks only its number: two with one number would be the same row twice.
"""

from datetime import date, timedelta
from functools import partial
from typing import Protocol

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from pasledger.ledger.ids import EntryId, MerchantId
from pasledger.ledger.money import Money
from pasledger.ledger.periods import Period
from pasledger.rules.cards import CardState, card_number
from pasledger.rules.deciding import Request
from pasledger.rules.registration import CardRequest, HolderRequest, MerchantRequest, SchemeRequest
from pasledger.rules.schemes import ValidityRule
from tests.support.holds import a_capture, a_hold, a_hold_refund, a_release, an_expiry
from tests.support.town import (
    CAFE,
    CLUB,
    TODAY,
    a_budget,
    a_budget_rest,
    a_cafe,
    a_card,
    a_correction,
    a_freeing,
    a_holder,
    a_lapse,
    a_merchant,
    a_redemption,
    a_refund,
    a_scheme,
    a_withdrawal,
    a_year_close,
    an_award,
    an_extension,
)


class Numbered(Protocol):
    """A request that lacks only its number."""

    def __call__(self, *, number: int) -> Request:
        """Return the request under this number."""


SPRING = Period(starts_on=date(2026, 3, 1), ends_before=date(2026, 6, 1))
SCHEMES = (
    a_scheme("culture", most="50,00"),
    a_scheme("school", categories=(), validity=ValidityRule.SCHOOL_YEAR, most="50,00"),
    a_scheme("spring", categories=(), merchants=("De Club",), fixed=SPRING, most="50,00"),
)
HOLDERS = range(1, 4)
NOBODY = MerchantId.of(99)
A_BUSY_TOWN: tuple[Request, ...] = (
    *(SchemeRequest(scheme) for scheme in SCHEMES),
    *(MerchantRequest(merchant, ()) for merchant in (a_merchant(), a_cafe())),
    *(HolderRequest(a_holder(number), a_card(number, holder=number)) for number in HOLDERS),
    *(
        a_budget("150,00", scheme=scheme.code, year=year, number=year * 10 + place)
        for place, scheme in enumerate(SCHEMES)
        for year in (2026, 2027)
    ),
    *(
        an_award("20,00", scheme=scheme.code, holder=holder, number=900_000 + 10 * holder + place)
        for place, scheme in enumerate(SCHEMES)
        for holder in HOLDERS
    ),
)
"""Three schemes of three validities, two merchants, three holders with a card and € 20,00 in each scheme."""

_AWARDED = [900_000 + 10 * holder + place for place, _ in enumerate(SCHEMES) for holder in HOLDERS]

codes = st.sampled_from([scheme.code for scheme in SCHEMES] * 3 + ["nothing"])
merchants = st.sampled_from([CLUB, CAFE] * 4 + [NOBODY])
card_places = st.sampled_from([*HOLDERS, *HOLDERS, 4, 5])
cards = card_places.map(card_number) | card_places.map(lambda place: a_card(place).token_hash)
keys = st.none() | st.sampled_from("abcdef")


def amounts(most_cents: int) -> SearchStrategy[str]:
    """Return amounts above zero, written as programs write them."""
    return st.integers(1, most_cents).map(lambda cents: Money(cents).plain)


def budgets() -> SearchStrategy[Numbered]:
    """Return council decisions, up and down, now and then one that was taken before."""
    change = amounts(10_000) | amounts(10_000).map(lambda amount: f"-{amount}")
    years = st.sampled_from([2026, 2027, 2028])
    decisions = st.sampled_from([f"council {number}" for number in range(1, 6)])
    return st.builds(partial, st.just(a_budget), change, scheme=codes, year=years, decision=decisions)


def awards() -> SearchStrategy[Numbered]:
    """Return awards to holders, by reference or by card, that start from a month ago to two years from now."""
    holders = st.integers(1, 4) | card_places.map(card_number)
    starts = st.just(TODAY) | st.integers(-30, 700).map(lambda days: TODAY + timedelta(days=days))
    decisions = st.none() | st.sampled_from(["Z-a", "Z-b"])
    return st.builds(
        partial,
        st.just(an_award),
        amounts(5_500),
        scheme=codes,
        holder=holders,
        starts_on=starts,
        decision=decisions,
        instalment=st.integers(1, 2),
    )


def redemptions() -> SearchStrategy[Numbered]:
    """Return redemptions by number and by token, with and without a key."""
    return st.builds(partial, st.just(a_redemption), amounts(4_500), card=cards, merchant=merchants, key=keys)


def refunds(of: SearchStrategy[int], merchant: SearchStrategy[MerchantId]) -> SearchStrategy[Numbered]:
    """Return refunds, part and whole, by these merchants of the redemptions with these numbers."""
    given_back = st.none() | amounts(4_500) | amounts(500)
    return st.builds(partial, st.just(a_refund), given_back, of=of, merchant=merchant, key=keys)


def changes() -> SearchStrategy[Numbered]:
    """Return what staff changes afterwards: ends, lapses, freeings, closed years and corrections of anything."""
    entitlements = st.sampled_from([*_AWARDED, *range(1, 13)])
    days = st.integers(-10, 500).map(lambda days: TODAY + timedelta(days=days))
    years = st.sampled_from([2025, 2026, 2027])
    ends = st.builds(partial, st.just(a_withdrawal), entitlements, from_day=st.none() | days)
    ends |= st.builds(partial, st.just(an_extension), entitlements, until=days)
    of_years = st.builds(partial, st.just(a_freeing), codes, year=years)
    of_years |= st.builds(partial, st.just(a_budget_rest), codes, year=years, decision=st.sampled_from(["rest", "all"]))
    of_years |= st.builds(partial, st.just(a_year_close), codes, year=years)
    entries = st.builds(
        lambda kind, number: EntryId.of(kind + number),
        st.sampled_from([1_000_000, 2_000_000, 3_000_000, 3_000_000, 4_000_000]),
        st.integers(1, 20) | st.sampled_from(_AWARDED),
    )
    lapses = st.builds(partial, st.just(a_lapse), entitlements)
    return ends | lapses | of_years | st.builds(partial, st.just(a_correction), entries)


def holds() -> SearchStrategy[Numbered]:
    """Return holds that end within days or months, now and then one that is too long."""
    last_days = st.integers(0, 100).map(lambda days: TODAY + timedelta(days=days))
    named = st.none() | st.sampled_from(["camp 7", "Lid 12"])
    return st.builds(
        partial,
        st.just(a_hold),
        amounts(3_000),
        card=cards,
        merchant=merchants,
        last_day=last_days,
        key=keys,
        reference=named,
    )


def hold_uses(of: SearchStrategy[int], merchant: SearchStrategy[MerchantId]) -> SearchStrategy[Numbered]:
    """Return what can become of the holds with these numbers, part and whole."""
    some = st.none() | amounts(3_000) | amounts(500)
    uses = st.sampled_from([a_capture, a_capture, a_release, a_hold_refund])
    asked = st.builds(partial, uses, some, of=of, merchant=merchant, key=keys)
    return asked | st.builds(partial, st.just(an_expiry), of=of)


def card_steps() -> SearchStrategy[Numbered]:
    """Return cards that are activated, blocked or replaced."""
    numbers = card_places.map(card_number)
    changed = st.builds(CardRequest, numbers, st.sampled_from([CardState.ISSUED, CardState.ACTIVE, CardState.BLOCKED]))
    replaced = st.builds(CardRequest, numbers, st.just(CardState.REPLACED), st.integers(4, 6).map(a_card))
    return (changed | replaced).map(_as_it_is)


def registrations() -> SearchStrategy[Numbered]:
    """Return holders with a card, new and not."""
    return st.builds(
        lambda holder, card: HolderRequest(a_holder(holder), a_card(card, holder=holder)),
        st.integers(1, 5),
        card_places,
    ).map(_as_it_is)


def anything() -> SearchStrategy[Numbered]:
    """Return a request of any kind; merchants ask most often."""
    merchants_ask = redemptions() | redemptions() | refunds(st.integers(1, 12), merchants)
    merchants_ask |= holds() | hold_uses(st.integers(1, 12), merchants)
    return merchants_ask | awards() | budgets() | changes() | card_steps() | registrations()


def _as_it_is(request: Request) -> Numbered:
    return partial(_under_any, request)


def _under_any(request: Request, *, number: int) -> Request:  # noqa: ARG001 - it has names enough of its own
    return request
