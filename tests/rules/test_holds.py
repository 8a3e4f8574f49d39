"""Holds: set aside as a payment would be, taken by their last day, and back where they came from otherwise."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from pasledger.ledger import accounts
from pasledger.ledger.ids import (
    CaptureId,
    CardId,
    EntitlementId,
    EntryId,
    HolderId,
    HoldId,
    MerchantId,
    RefundId,
    ReleaseId,
    TerminalId,
)
from pasledger.ledger.journal import Entry, EntryKind
from pasledger.ledger.money import ZERO, Money
from pasledger.ledger.periods import Period
from pasledger.ledger.refusals import Refusal
from pasledger.rules import postings
from pasledger.rules.card_entry import CardEntry
from pasledger.rules.cards import CardState, TokenHash
from pasledger.rules.deciding import Request
from pasledger.rules.holds import decide_capture, decide_hold, decide_hold_refund, decide_release, left_of, taken_of
from pasledger.rules.records import (
    Hold,
    HoldCaptured,
    HoldRefunded,
    HoldReleased,
    HoldUse,
    MerchantReference,
    Part,
)
from pasledger.rules.registration import CardRequest
from pasledger.rules.town import Needs, Town
from tests.support.holds import MOST_DAYS, a_capture, a_hold, a_hold_refund, a_release, an_expiry
from tests.support.town import (
    CAFE,
    CLUB,
    TODAY,
    a_budget,
    a_cafe,
    a_card,
    a_redemption,
    a_scheme,
    a_stamp,
    a_town,
    an_award,
    euros,
    grant,
    refuses,
)

SPRING = Period(starts_on=date(2026, 3, 1), ends_before=date(2026, 6, 1))
AFTER_SPRING = SPRING.ends_before
LATE = date(2026, 6, 2)
FIRST, SECOND = EntitlementId.of(2), EntitlementId.of(1)
BY_TERMINAL = a_stamp(prepared_by=TerminalId.of(7), approved_by=None)


def a_town_that_held(amount: str = "30,00", last_day: date = LATE) -> Town:
    """Return a town where € 30,00 is held: 20,00 of an entitlement that ends in June, then 10,00 of another."""
    town = a_town(balance="50,00")
    town.learn(a_scheme("spring", fixed=SPRING))
    grant(town, a_budget("100,00", scheme="spring", number=2))
    grant(town, an_award("20,00", scheme="spring", number=2))
    grant(town, a_hold(amount, last_day=last_day))
    return town


def parts_of(town: Town, request: Request, *, on: date = TODAY) -> list[tuple[str, Money]]:
    """Return which entitlements a capture, a release or a refund was of, and how much."""
    use = grant(town, request, on=on).facts[0]
    assert isinstance(use, HoldUse)
    return [(part.entitlement, part.amount) for part in use.parts]


def held(town: Town) -> Money:
    """Return what is held in all."""
    return town.balance(accounts.held("culture")) + town.balance(accounts.held("spring"))


def test_a_hold_is_set_aside_as_a_redemption_would_pay() -> None:
    """The same entitlements in the same order, by the same versions; the terminal did it, until the end of a day."""
    town = a_town_that_held()
    request = replace(a_hold("10,00", number=2, reference="camp 7"), terminal=TerminalId.of(7))
    event = decide_hold(request, town, a_stamp())
    part = Part(SECOND, "culture", euros("10,00"))
    assert event.entry == Entry(
        request.entry,
        EntryKind.HELD,
        BY_TERMINAL,
        (postings.held(scheme="culture", entitlement=SECOND, amount=part.amount),),
        versions=(f"merchant:{CLUB}@1", "scheme:culture@1"),
        commitment=MerchantReference(request.entry, "camp 7", "salt of camp 7").commitment,
    )
    assert event.facts == (
        Hold(
            HoldId.of(2),
            request.entry,
            CLUB,
            TerminalId.of(7),
            CardId.of(1),
            HolderId.of(1),
            part.amount,
            request.last_day + timedelta(days=1),
            (part,),
        ),
        MerchantReference(request.entry, "camp 7", "salt of camp 7"),
    )


def test_what_is_held_cannot_be_spent() -> None:
    """It is gone from the entitlement, and is owed to nobody yet."""
    town = a_town(balance="50,00")
    grant(town, a_hold("30,00"))
    with refuses(Refusal.NOT_ENOUGH, short_by=Money(1)):
        grant(town, a_redemption("20,01"))
    assert (held(town), town.balance(accounts.payable(CLUB, "culture"))) == (euros("30,00"), ZERO)


@pytest.mark.parametrize(
    ("days", "refusal"), [(-1, Refusal.HOLD_TERM), (0, None), (MOST_DAYS, None), (MOST_DAYS + 1, Refusal.HOLD_TERM)]
)
def test_a_hold_is_for_so_many_days(days: int, refusal: Refusal | None) -> None:
    """From today to the most that is set, whatever the card."""
    town, asked = a_town(), a_hold(last_day=TODAY + timedelta(days=days))
    if refusal is None:
        grant(town, asked)
        return
    with refuses(refusal, most_days=MOST_DAYS):
        grant(town, asked)
    with refuses(refusal):
        grant(town, replace(asked, card=CardEntry(TokenHash.of("nobody"))))


def test_no_day_is_too_far_to_say_no() -> None:
    """The last day there is is refused like any other that is too late."""
    with refuses(Refusal.HOLD_TERM):
        grant(a_town(), a_hold(last_day=date.max))


@pytest.mark.parametrize(
    ("amount", "parts"),
    [
        ("4,00", [(FIRST, euros("4,00"))]),
        ("20,01", [(FIRST, euros("20,00")), (SECOND, euros("0,01"))]),
        (None, [(FIRST, euros("20,00")), (SECOND, euros("10,00"))]),
    ],
)
def test_what_pays_first_is_taken_first(amount: str | None, parts: list[tuple[str, Money]]) -> None:
    """A capture in part takes what ends soonest, as a redemption of that amount would have."""
    assert parts_of(a_town_that_held(), a_capture(amount)) == parts


@pytest.mark.parametrize(
    ("amount", "parts"),
    [
        ("4,00", [(SECOND, euros("4,00"))]),
        ("10,01", [(SECOND, euros("10,00")), (FIRST, euros("0,01"))]),
        (None, [(SECOND, euros("10,00")), (FIRST, euros("20,00"))]),
    ],
)
def test_what_pays_last_goes_back_first(amount: str | None, parts: list[tuple[str, Money]]) -> None:
    """A release goes the way back."""
    assert parts_of(a_town_that_held(), a_release(amount)) == parts


def test_a_capture_is_owed_to_the_merchant_and_the_rest_stays_held() -> None:
    """It may be taken bit by bit; as with card payments, what is not taken waits for the merchant or the last day."""
    town = a_town_that_held()
    request = replace(a_capture("25,00"), terminal=TerminalId.of(7))
    event = decide_capture(request, town, a_stamp())
    assert event.entry == Entry(
        EntryId.of(6_000_001),
        EntryKind.CAPTURED,
        BY_TERMINAL,
        (
            postings.captured(scheme="spring", merchant=CLUB, amount=euros("20,00")),
            postings.captured(scheme="culture", merchant=CLUB, amount=euros("5,00")),
        ),
    )
    grant(town, request)
    assert held(town) == euros("5,00")
    assert parts_of(town, a_capture(number=2)) == [(SECOND, euros("5,00"))]
    assert held(town) == ZERO


def test_captures_and_releases_meet_in_the_middle() -> None:
    """Each cent of a hold is taken or goes back once, in whatever order."""
    town = a_town_that_held()
    assert parts_of(town, a_release("12,00", number=1)) == [(SECOND, euros("10,00")), (FIRST, euros("2,00"))]
    assert parts_of(town, a_capture("10,00", number=1)) == [(FIRST, euros("10,00"))]
    with refuses(Refusal.HOLD_TOO_SMALL, most=euros("8,00")):
        grant(town, a_capture("8,01", number=2))
    with refuses(Refusal.HOLD_TOO_SMALL, most=euros("8,00")):
        grant(town, a_release("8,01", number=2))
    assert parts_of(town, a_release(number=3)) == [(FIRST, euros("8,00"))]
    for nothing_left in (a_capture(number=4), a_release(number=4)):
        with refuses(Refusal.HOLD_TOO_SMALL, most=ZERO):
            grant(town, nothing_left)
    assert held(town) == ZERO


@pytest.mark.parametrize("amount", ["0", "-1,00"])
def test_nothing_is_no_capture_and_no_release(amount: str) -> None:
    """An amount of nothing, or of less, is refused."""
    town = a_town_that_held()
    for request in (a_capture(amount), a_release(amount)):
        with refuses(Refusal.HOLD_TOO_SMALL):
            grant(town, request)


def test_a_capture_comes_by_the_last_day_of_the_hold() -> None:
    """On the last day it is taken, and on the day after it is refused, whether a sweeper was there or not."""
    town = a_town_that_held()
    grant(town, a_capture("1,00"), on=LATE)
    with refuses(Refusal.HOLD_ENDED):
        grant(town, a_capture("1,00", number=2), on=LATE + timedelta(days=1))
    grant(town, an_expiry(), on=LATE + timedelta(days=1))
    with refuses(Refusal.HOLD_ENDED):
        grant(town, a_capture("1,00", number=3), on=LATE + timedelta(days=1))


def test_it_was_held_in_time() -> None:
    """A capture is granted after an entitlement ended, and after the card was blocked."""
    town = a_town_that_held()
    grant(town, CardRequest(a_card().number, CardState.BLOCKED))
    assert parts_of(town, a_capture("20,00"), on=AFTER_SPRING) == [(FIRST, euros("20,00"))]


def test_what_ended_meanwhile_is_not_revived() -> None:
    """The share of an entitlement that ended lapses in the year of the release."""
    town = a_town_that_held()
    event = decide_release(replace(a_release(), terminal=TerminalId.of(7)), town, a_stamp(AFTER_SPRING))
    assert event.entry is not None
    assert (event.stamp.prepared_by, event.entry.kind) == (TerminalId.of(7), EntryKind.RELEASED)
    assert event.entry.transfers == (
        postings.released(scheme="culture", entitlement=SECOND, amount=euros("10,00")),
        postings.released_after_end(scheme="spring", year=2026, amount=euros("20,00")),
    )


def test_a_hold_that_ended_is_released_once() -> None:
    """All that is left goes back, by whoever noticed it, not before the day after its last, and not twice."""
    town = a_town_that_held()
    grant(town, a_capture("5,00"))
    with refuses(Refusal.HOLD_NOT_ENDED):
        grant(town, an_expiry(), on=LATE)
    event = grant(town, an_expiry(), on=LATE + timedelta(days=1))
    released = event.facts[0]
    assert isinstance(released, HoldReleased)
    assert (released.amount, event.stamp.prepared_by, event.stamp.approved_by) == (euros("25,00"), "clerk", None)
    with refuses(Refusal.HOLD_TOO_SMALL):
        grant(town, an_expiry(number=2), on=LATE + timedelta(days=1))
    with refuses(Refusal.HOLD_UNKNOWN):
        grant(town, an_expiry(of=99))


def test_a_merchant_may_release_what_ended() -> None:
    """It does no more than what would happen by itself."""
    town = a_town_that_held()
    grant(town, a_release(), on=LATE + timedelta(days=1))
    assert held(town) == ZERO


@pytest.mark.parametrize(("of", "merchant"), [(2, CLUB), (1, CAFE)])
def test_a_merchant_sees_only_its_own_holds(of: int, merchant: MerchantId) -> None:
    """Another merchant's hold is as unknown as one that never was."""
    town = a_town_that_held()
    town.learn(a_cafe())
    for request in (a_capture, a_release, a_hold_refund):
        with refuses(Refusal.HOLD_UNKNOWN):
            grant(town, request(of=of, merchant=merchant))


def test_what_was_taken_can_be_given_back() -> None:
    """To the entitlements that paid, the last one first, never more than was taken; what ended lapses."""
    town = a_town_that_held()
    grant(town, a_capture("25,00"))
    with refuses(Refusal.REFUND_TOO_LARGE, most=euros("25,00")):
        grant(town, a_hold_refund("25,01"))
    event = decide_hold_refund(a_hold_refund("7,00", reference="rain"), town, a_stamp(AFTER_SPRING))
    assert event.entry is not None
    assert event.entry.kind is EntryKind.REFUNDED
    assert event.entry.commitment is not None
    assert event.entry.transfers == (
        postings.refunded(scheme="culture", entitlement=SECOND, merchant=CLUB, amount=euros("5,00")),
        postings.refunded_after_end(scheme="spring", merchant=CLUB, year=2026, amount=euros("2,00")),
    )
    assert isinstance(event.facts[0], HoldRefunded)
    grant(town, a_hold_refund("7,00"))
    assert parts_of(town, a_hold_refund(number=2)) == [(FIRST, euros("18,00"))]
    with refuses(Refusal.REFUND_TOO_LARGE, most=ZERO):
        grant(town, a_hold_refund(number=3))
    assert held(town) == euros("5,00")


def test_how_a_hold_stands_follows_from_what_became_of_it() -> None:
    """What is left is neither taken nor released; what can be given back is taken and not given back yet."""
    parts = (Part(FIRST, "spring", Money(20)), Part(SECOND, "culture", Money(10)))
    hold = Hold(HoldId.of(1), EntryId.of(1), CLUB, None, CardId.of(1), HolderId.of(1), Money(30), LATE, parts)
    uses: list[HoldUse] = [
        HoldCaptured(CaptureId.of(1), EntryId.of(2), hold.id, CLUB, (Part(FIRST, "spring", Money(15)),)),
        HoldReleased(ReleaseId.of(1), EntryId.of(3), hold.id, CLUB, (Part(SECOND, "culture", Money(10)),)),
        HoldRefunded(RefundId.of(1), EntryId.of(4), hold.id, CLUB, (Part(FIRST, "spring", Money(4)),)),
    ]
    assert left_of(hold, uses) == [Part(FIRST, "spring", Money(5))]
    assert taken_of(hold, uses) == [Part(FIRST, "spring", Money(11))]
    assert (left_of(hold, []), taken_of(hold, [])) == (list(parts), [])


def test_what_is_loaded_is_what_is_looked_at() -> None:
    """A hold needs the card with its money and the merchant; all that becomes of it needs the hold."""
    needs = Needs()
    a_hold().need(needs)
    assert needs == Needs(spending_cards={a_card().number}, merchants={CLUB})
    for request in (a_capture(of=7), a_release(of=7), an_expiry(of=7), a_hold_refund(of=7)):
        needs = Needs()
        request.need(needs)
        assert needs == Needs(holds={HoldId.of(7)})
