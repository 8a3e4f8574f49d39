"""Refunds: back to exactly the entitlements that paid, never more than was paid, and nothing that ended revives."""

from dataclasses import replace
from datetime import date

import pytest

from pasledger.ledger import accounts
from pasledger.ledger.ids import EntitlementId, EntryId, MerchantId, RedemptionId, RefundId, TerminalId
from pasledger.ledger.journal import Entry, EntryKind
from pasledger.ledger.money import ZERO, Money
from pasledger.ledger.periods import Period
from pasledger.ledger.refusals import Refusal
from pasledger.rules import postings
from pasledger.rules.records import Part, Refund
from pasledger.rules.refunds import decide_refund
from pasledger.rules.town import Needs, Town
from tests.support.town import (
    CAFE,
    CLUB,
    a_budget,
    a_cafe,
    a_redemption,
    a_refund,
    a_scheme,
    a_stamp,
    a_town,
    an_award,
    euros,
    grant,
    refuses,
)

SPRING = Period(starts_on=date(2026, 3, 1), ends_before=date(2026, 6, 1))
AFTER_SPRING = date(2026, 6, 1)
FIRST, SECOND = EntitlementId.of(2), EntitlementId.of(1)


def a_town_that_paid() -> Town:
    """Return a town where € 30,00 was paid: 20,00 from an entitlement that ends in June, then 10,00 from another."""
    town = a_town(balance="50,00")
    town.learn(a_scheme("spring", fixed=SPRING))
    grant(town, a_budget("100,00", scheme="spring", number=2))
    grant(town, an_award("20,00", scheme="spring", number=2))
    grant(town, a_redemption("30,00"))
    return town


def parts_of(
    town: Town, amount: str | None, *, number: int = 1, on: date = SPRING.starts_on
) -> list[tuple[str, Money]]:
    """Return which entitlements a refund gives back to, and how much."""
    event = grant(town, a_refund(amount, number=number), on=on)
    (refund,) = event.facts
    assert isinstance(refund, Refund)
    return [(part.entitlement, part.amount) for part in refund.parts]


def test_a_refund_gives_back_what_was_paid() -> None:
    """The payable goes down, the entitlement up; the terminal did it, and the record says which part went where."""
    town = a_town(balance="50,00")
    grant(town, a_redemption("12,50"))
    event = decide_refund(replace(a_refund("2,50"), terminal=TerminalId.of(7)), town, a_stamp())
    part = Part(EntitlementId.of(1), "culture", euros("2,50"))
    transfer = postings.refunded(scheme="culture", entitlement=part.entitlement, merchant=CLUB, amount=part.amount)
    by_terminal = a_stamp(prepared_by=TerminalId.of(7), approved_by=None)
    assert event.stamp == by_terminal
    assert event.entry == Entry(EntryId.of(4_000_001), EntryKind.REFUNDED, by_terminal, (transfer,))
    assert event.facts == (Refund(RefundId.of(1), event.entry.id, RedemptionId.of(1), CLUB, (part,)),)


@pytest.mark.parametrize(
    ("amount", "parts"),
    [
        ("4,00", [(SECOND, euros("4,00"))]),
        ("10,00", [(SECOND, euros("10,00"))]),
        ("10,01", [(SECOND, euros("10,00")), (FIRST, euros("0,01"))]),
        ("30,00", [(SECOND, euros("10,00")), (FIRST, euros("20,00"))]),
        (None, [(SECOND, euros("10,00")), (FIRST, euros("20,00"))]),
    ],
)
def test_the_last_that_paid_gets_back_first(amount: str | None, parts: list[tuple[str, Money]]) -> None:
    """A refund in part goes back along the way the payment came; without an amount it is the whole."""
    assert parts_of(a_town_that_paid(), amount) == parts


def test_refunds_go_on_where_the_last_one_stopped() -> None:
    """Several refunds together give back each part once."""
    town = a_town_that_paid()
    assert parts_of(town, "4,00", number=1) == [(SECOND, euros("4,00"))]
    assert parts_of(town, "8,00", number=2) == [(SECOND, euros("6,00")), (FIRST, euros("2,00"))]
    assert parts_of(town, None, number=3) == [(FIRST, euros("18,00"))]
    assert town.balance(accounts.payable(CLUB, "culture")) == ZERO
    assert town.balance(accounts.payable(CLUB, "spring")) == ZERO


@pytest.mark.parametrize("already", [None, "0,01", "29,99", "30,00"])
def test_never_more_is_given_back_than_was_paid(already: str | None) -> None:
    """One cent above what is left is refused, with what is left."""
    town = a_town_that_paid()
    if already:
        grant(town, a_refund(already))
    most = euros("30,00") - euros(already or "0")
    with refuses(Refusal.REFUND_TOO_LARGE, most=most):
        grant(town, a_refund((most + Money(1)).plain, number=2))


@pytest.mark.parametrize("amount", [None, "0", "-1,00"])
def test_nothing_is_no_refund(amount: str | None) -> None:
    """A refund of nothing, of less, or of all that is left when nothing is left, is refused."""
    town = a_town_that_paid()
    grant(town, a_refund())
    with refuses(Refusal.REFUND_TOO_LARGE, most=ZERO):
        grant(town, a_refund(amount, number=2))


@pytest.mark.parametrize(("of", "merchant"), [(2, CLUB), (1, CAFE)])
def test_a_merchant_refunds_only_its_own_redemptions(of: int, merchant: MerchantId) -> None:
    """Another merchant's redemption is as unknown as one that never was."""
    town = a_town_that_paid()
    town.learn(a_cafe())
    with refuses(Refusal.REDEMPTION_UNKNOWN):
        grant(town, a_refund(of=of, merchant=merchant))


def test_what_ended_is_not_revived() -> None:
    """The share of an ended entitlement lapses in the year of the refund; what is still valid gets its share back."""
    town = a_town_that_paid()
    event = grant(town, a_refund(), on=AFTER_SPRING)
    assert event.entry is not None
    assert event.entry.transfers == (
        postings.refunded(scheme="culture", entitlement=SECOND, merchant=CLUB, amount=euros("10,00")),
        postings.refunded_after_end(scheme="spring", merchant=CLUB, year=2026, amount=euros("20,00")),
    )
    assert town.balance(accounts.entitlement(FIRST, "spring")) == ZERO


def test_on_the_last_day_it_still_goes_back() -> None:
    """The day before the end is within the validity."""
    town = a_town_that_paid()
    grant(town, a_refund(), on=SPRING.last_day)
    assert town.balance(accounts.entitlement(FIRST, "spring")) == euros("20,00")


def test_a_merchant_may_owe() -> None:
    """A refund after the payable was put in a payout leaves the merchant owing, until the next one nets it."""
    town = a_town(balance="50,00")
    grant(town, a_redemption("30,00"))
    paid = postings.put_in_payout(scheme="culture", merchant=CLUB, amount=euros("30,00"))
    town.post(Entry(EntryId.of(9), EntryKind.PUT_IN_PAYOUT, a_stamp(), (paid,)))
    grant(town, a_refund("12,00"))
    assert town.balance(accounts.payable(CLUB, "culture")) == euros("-12,00")


def test_a_card_that_was_blocked_since_still_gets_its_money_back() -> None:
    """A refund asks nothing of the card: the money is the holder's."""
    town = a_town(balance="50,00")
    grant(town, a_redemption("30,00"))
    town.cards.clear()
    grant(town, a_refund())
    assert town.balance(accounts.entitlement(EntitlementId.of(1), "culture")) == euros("50,00")


def test_a_refund_needs_its_redemption() -> None:
    """What is loaded and locked is what the decision looks at."""
    needs = Needs()
    a_refund(of=7).need(needs)
    assert needs == Needs(redemptions={RedemptionId.of(7)})
