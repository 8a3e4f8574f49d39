"""Redemption: paid whole, by what may be spent here and now, or refused."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from pasledger.ledger import accounts
from pasledger.ledger.ids import CardId, EntitlementId, EntryId, HolderId, RedemptionId, TerminalId
from pasledger.ledger.journal import Entry, EntryKind
from pasledger.ledger.money import Money
from pasledger.ledger.periods import Period
from pasledger.ledger.refusals import Refusal
from pasledger.rules import postings
from pasledger.rules.cards import CardState, TokenHash
from pasledger.rules.records import Part, Redemption
from pasledger.rules.redemption import decide_redemption
from pasledger.rules.town import Needs, Town
from tests.support.town import (
    CAFE,
    CLUB,
    TODAY,
    a_budget,
    a_cafe,
    a_card,
    a_merchant,
    a_redemption,
    a_scheme,
    a_stamp,
    a_town,
    an_award,
    euros,
    grant,
    refuses,
)

_CLUB_WITH_MUSIC = a_merchant(categories=("culture", "sport"))
SPRING = Period(starts_on=date(2026, 3, 1), ends_before=date(2026, 6, 1))


def a_town_with_two_schemes() -> Town:
    """Return a town where the holder has € 50,00 for sport and € 20,00 that may be spent anywhere until June."""
    town = a_town(balance="50,00")
    for fact in (a_scheme("spring", categories=(), fixed=SPRING), a_cafe()):
        town.learn(fact)
    grant(town, a_budget("100,00", scheme="spring", number=2))
    grant(town, an_award("20,00", scheme="spring", number=2))
    return town


def left(town: Town, number: int, scheme: str = "culture") -> Money:
    """Return what is left of an entitlement."""
    return town.balance(accounts.entitlement(EntitlementId.of(number), scheme))


def test_a_redemption_is_owed_to_the_merchant() -> None:
    """What the holder pays is owed to the merchant from then on; the terminal did it, by the versions of that day."""
    town = a_town(balance="50,00")
    event = decide_redemption(replace(a_redemption("12,50"), terminal=TerminalId.of(7)), town, a_stamp())
    part = Part(EntitlementId.of(1), "culture", euros("12,50"))
    transfer = postings.redeemed(scheme="culture", entitlement=part.entitlement, merchant=CLUB, amount=part.amount)
    by_terminal = a_stamp(prepared_by=TerminalId.of(7), approved_by=None)
    assert event.stamp == by_terminal
    assert event.entry == Entry(
        EntryId.of(3_000_001),
        EntryKind.REDEEMED,
        by_terminal,
        (transfer,),
        versions=(f"merchant:{CLUB}@1", "scheme:culture@1"),
    )
    assert event.facts == (
        Redemption(
            RedemptionId.of(1),
            event.entry.id,
            CLUB,
            TerminalId.of(7),
            CardId.of(1),
            HolderId.of(1),
            part.amount,
            (part,),
        ),
    )


def test_a_decision_changes_nothing_by_itself() -> None:
    """Deciding twice gives the same event twice, for nothing was applied."""
    town = a_town(balance="50,00")
    first, second = (decide_redemption(a_redemption("50,00"), town, a_stamp()) for _ in range(2))
    assert first == second


def test_all_that_is_there_can_be_spent_and_not_a_cent_more() -> None:
    """A balance is spent to the last cent; the refusal tells how much was short."""
    town = a_town(balance="50,00")
    with refuses(Refusal.NOT_ENOUGH, short_by=Money(1)):
        grant(town, a_redemption("50,01"))
    grant(town, a_redemption("50,00"))
    with refuses(Refusal.NOT_ENOUGH, short_by=euros("5,00")):
        grant(town, a_redemption("5,00", number=2))


def test_a_payment_is_split_over_entitlements_in_one_entry() -> None:
    """What lapses first pays first, the next pays the rest, and the entry names both schemes."""
    town = a_town_with_two_schemes()
    event = grant(town, a_redemption("30,00"))
    assert event.entry is not None
    assert [transfer.amount for transfer in event.entry.transfers] == [euros("20,00"), euros("10,00")]
    assert event.entry.versions == (f"merchant:{CLUB}@1", "scheme:culture@1", "scheme:spring@1")
    assert (left(town, 1), left(town, 2, "spring")) == (euros("40,00"), euros("0,00"))


def test_only_what_may_be_spent_here_counts() -> None:
    """Money for sport buys no coffee, and is not named in the entry."""
    town = a_town_with_two_schemes()
    with refuses(Refusal.NOT_ENOUGH, short_by=euros("5,00")):
        grant(town, a_redemption("25,00", merchant=CAFE))
    event = grant(town, a_redemption("20,00", merchant=CAFE))
    assert event.entry is not None
    assert event.entry.versions == (f"merchant:{CAFE}@1", "scheme:spring@1")


@pytest.mark.parametrize(
    ("day", "refusal"),
    [
        (date(2026, 2, 28), Refusal.NOT_STARTED),
        (date(2026, 3, 1), None),
        (date(2026, 5, 31), None),
        (date(2026, 6, 1), Refusal.ENDED),
    ],
)
def test_an_entitlement_pays_from_its_first_to_its_last_day(day: date, refusal: Refusal | None) -> None:
    """The span is half-open: it pays on the first day and not on the day of its end."""
    town = a_town(scheme=a_scheme(fixed=SPRING), balance=None)
    grant(town, an_award("20,00", starts_on=SPRING.starts_on))
    if refusal:
        with refuses(refusal):
            grant(town, a_redemption(), on=day)
    else:
        assert grant(town, a_redemption(), on=day).entry is not None


def test_the_money_is_the_holders_and_not_the_cards() -> None:
    """Every active card of the holder pays from the same entitlements, by number or by token."""
    town = a_town(balance="10,00")
    town.learn(a_card(2, holder=1))
    grant(town, a_redemption("4,00", card=2))
    grant(town, a_redemption("6,00", card=TokenHash.of("token 1"), number=2))
    with refuses(Refusal.NOT_ENOUGH):
        grant(town, a_redemption("0,01", card=2, number=3))


def test_nobody_pays_with_anothers_money() -> None:
    """A card of a holder without entitlements is refused, however much others have."""
    town = a_town(balance="50,00")
    town.learn(a_card(2, holder=2))
    with refuses(Refusal.NO_ENTITLEMENT):
        grant(town, a_redemption(card=2))


@pytest.mark.parametrize("state", [state for state in CardState if state.refusal])
def test_only_an_active_card_pays(state: CardState) -> None:
    """A card in another state is refused, whatever its balance, by number and by token."""
    town = a_town(card=a_card(state=state), balance=None)
    town.carry_forward(accounts.entitlement(EntitlementId.of(1), "culture"), euros("50,00"))
    for name in (a_card().number, a_card().token_hash):
        assert state.refusal is not None
        with refuses(state.refusal):
            grant(town, a_redemption(card=name))


def test_the_merchant_is_taken_as_it_is_today() -> None:
    """A merchant pays out by the version of the day, and there is none before its first."""
    town = a_town(merchant=a_merchant(since=TODAY))
    town.learn(replace(a_merchant(categories=("catering",)), version=2, effective_from=TODAY + timedelta(days=1)))
    with refuses(Refusal.MERCHANT_UNKNOWN):
        grant(town, a_redemption(), on=TODAY - timedelta(days=1))
    grant(town, a_redemption(), on=TODAY)
    with refuses(Refusal.NOT_HERE):
        grant(town, a_redemption(number=2), on=TODAY + timedelta(days=1))


def test_a_merchant_of_several_categories_takes_each_of_their_schemes() -> None:
    """Culture is spent at a club with a music school as at any school of music, and not at a club without one."""
    town = a_town(balance="50,00", scheme=a_scheme(categories=("culture",)), merchant=_CLUB_WITH_MUSIC)
    town.learn(a_merchant(CAFE, name="De Andere Club"))
    town.learn(a_scheme("swimming"))
    grant(town, a_budget("100,00", scheme="swimming", number=2))
    grant(town, a_redemption("12,50"))
    with refuses(Refusal.NOT_HERE):
        grant(town, a_redemption("12,50", merchant=CAFE, number=2))
    grant(town, an_award("20,00", scheme="swimming", number=2))
    grant(town, a_redemption("57,50", number=3))
    assert (left(town, 1), left(town, 2, "swimming")) == (euros("0,00"), euros("0,00"))


def test_the_scheme_is_taken_as_it_is_today() -> None:
    """A new version of a scheme opens another door from its own day on, for awards of before too."""
    town = a_town()
    town.learn(a_cafe())
    wider = a_scheme(categories=("sport", "catering"))
    town.learn(replace(wider, version=2, effective_from=TODAY + timedelta(days=1)))
    with refuses(Refusal.NOT_HERE):
        grant(town, a_redemption(merchant=CAFE), on=TODAY)
    event = grant(town, a_redemption(merchant=CAFE), on=TODAY + timedelta(days=1))
    assert event.entry is not None
    assert event.entry.versions == (f"merchant:{CAFE}@1", "scheme:culture@2")


def test_a_redemption_needs_its_card_with_the_money_and_its_merchant() -> None:
    """What is loaded and locked is what the decision looks at."""
    needs = Needs()
    a_redemption().need(needs)
    assert needs == Needs(spending_cards={a_card().number}, merchants={CLUB})
