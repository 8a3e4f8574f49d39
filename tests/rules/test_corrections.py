"""Corrections: once per entry, sides swapped, less what was given back, and never more than was paid."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pasledger.ledger import accounts
from pasledger.ledger.ids import EntitlementId, EntryId
from pasledger.ledger.journal import EntryKind
from pasledger.ledger.money import ZERO, Money
from pasledger.ledger.refusals import Refusal
from pasledger.rules.corrections import INSTEAD
from pasledger.rules.deciding import Request
from pasledger.rules.town import Town
from tests.docs.test_reference import commands
from tests.support.holds import a_capture, a_hold
from tests.support.town import (
    CLUB,
    a_budget,
    a_budget_rest,
    a_correction,
    a_freeing,
    a_lapse,
    a_redemption,
    a_refund,
    a_scheme,
    a_stamp,
    a_town,
    a_withdrawal,
    a_year_close,
    an_award,
    ask,
    euros,
    grant,
    refuses,
)

BUDGET, MINE = accounts.budget("culture", 2026), accounts.entitlement(EntitlementId.of(1), "culture")
OWED = accounts.payable(CLUB, "culture")
NEW_YEAR = date(2027, 1, 1)
CORRECTED_KINDS = {EntryKind.REDEEMED, EntryKind.REFUNDED, EntryKind.BUDGET_RAISED, EntryKind.BUDGET_LOWERED}


def at(town: Town) -> tuple[Money, Money]:
    """Return what the holder has and what the merchant is owed."""
    return town.balance(MINE), town.balance(OWED)


def test_a_redemption_is_countered_whole() -> None:
    """The holder has it again, the merchant is owed nothing, and no refund gives it back a second time."""
    town = a_town()
    grant(town, paid := a_redemption("20,00"))
    event = grant(town, a_correction(paid))
    assert event.entry is not None
    assert event.entry.kind is EntryKind.CORRECTED
    assert at(town) == (euros("50,00"), ZERO)
    with refuses(Refusal.REFUND_TOO_LARGE, most=ZERO):
        grant(town, a_refund("0,01"))
    with refuses(Refusal.CORRECTED_ALREADY):
        grant(town, a_correction(paid, number=2))


def test_what_was_refunded_is_not_given_back_again() -> None:
    """Less what came back already; where all of it did, there is nothing to counter."""
    town = a_town()
    grant(town, paid := a_redemption("20,00"))
    grant(town, a_refund("5,00"))
    grant(town, a_correction(paid))
    assert at(town) == (euros("50,00"), ZERO)
    grant(town, again := a_redemption("20,00", number=2))
    grant(town, a_refund(of=2, number=2))
    with refuses(Refusal.NOTHING_TO_CORRECT):
        grant(town, a_correction(again, number=2))


def test_each_entitlement_gets_its_own_part_back() -> None:
    """Of a split payment, every part goes back to where it came from."""
    town = a_town()
    grant(town, an_award("10,00", number=2))
    grant(town, paid := a_redemption("55,00"))
    grant(town, a_refund("7,00"))
    grant(town, a_correction(paid))
    assert at(town) == (euros("50,00"), ZERO)
    assert town.balance(accounts.entitlement(EntitlementId.of(2), "culture")) == euros("10,00")


def test_after_the_end_it_lapses() -> None:
    """Money for an ended entitlement goes to lapsed, in the year of the correction."""
    town = a_town()
    grant(town, paid := a_redemption("20,00"))
    grant(town, a_correction(paid), on=NEW_YEAR)
    assert at(town) == (euros("30,00"), ZERO)
    assert town.balance(accounts.lapsed("culture", 2027)) == euros("20,00")


def test_a_refund_is_countered() -> None:
    """The merchant is owed again; and what it then gives back can be given back once more."""
    town = a_town()
    grant(town, a_redemption("20,00"))
    grant(town, back := a_refund("8,00"))
    grant(town, a_correction(back))
    assert at(town) == (euros("30,00"), euros("20,00"))
    grant(town, a_refund("20,00", number=2))
    with refuses(Refusal.REFUND_TOO_LARGE):
        grant(town, a_refund("0,01", number=3))


def test_a_refund_that_lapsed_is_countered_until_it_is_freed() -> None:
    """It is taken from what lapsed; once that is freed it is gone, whatever else lapsed since."""
    town = a_town()
    grant(town, a_redemption("20,00"))
    grant(town, first := a_refund("8,00"), on=NEW_YEAR)
    grant(town, a_correction(first), on=NEW_YEAR)
    assert (town.balance(accounts.lapsed("culture", 2027)), town.balance(OWED)) == (ZERO, euros("20,00"))
    grant(town, second := a_refund("8,00", number=2), on=NEW_YEAR)
    grant(town, a_freeing(year=2027), on=NEW_YEAR)
    grant(town, a_refund("12,00", number=3), on=NEW_YEAR)
    with refuses(Refusal.GONE_SINCE):
        grant(town, a_correction(second, number=2), on=NEW_YEAR)


def test_a_refund_that_was_spent_is_not_taken_back() -> None:
    """No entitlement falls below zero for a merchant's mistake."""
    town = a_town()
    grant(town, a_redemption("50,00"))
    grant(town, back := a_refund("8,00"))
    grant(town, a_redemption("8,00", number=2))
    with refuses(Refusal.GONE_SINCE):
        grant(town, a_correction(back))


def test_a_budget_is_countered_as_far_as_it_was_not_awarded() -> None:
    """Up and down; what was awarded already stays awarded."""
    town = a_town(balance=None)
    grant(town, raised := a_budget("500,00", decision="council 2", number=2))
    grant(town, lowered := a_budget("-300,00", decision="council 3", number=3))
    grant(town, a_correction(raised))
    assert town.balance(BUDGET) == euros("700,00")
    grant(town, a_correction(lowered, number=2))
    assert town.balance(BUDGET) == euros("1.000,00")
    grant(town, an_award("1,00"))
    with refuses(Refusal.BUDGET_TOO_SMALL, short_by=euros("1,00")):
        grant(town, a_correction(a_budget(), number=3))


def test_the_budget_of_a_closed_year_stays_as_it_is() -> None:
    """A correction is no way around the close."""
    town = a_town()
    grant(town, rest := a_budget_rest(), on=NEW_YEAR)
    grant(town, a_year_close(), on=NEW_YEAR)
    with refuses(Refusal.YEAR_CLOSED):
        grant(town, a_correction(rest), on=NEW_YEAR)


def test_an_entry_that_is_not_there() -> None:
    """An id that nobody knows is said to be unknown."""
    with refuses(Refusal.ENTRY_UNKNOWN):
        grant(a_town(), a_correction(EntryId.of(99)))


@pytest.mark.parametrize(
    ("done", "command"),
    [
        (an_award("1,00", number=2), "pasledger entitlements withdraw, pasledger awards reverse"),
        (a_withdrawal(), "pasledger award"),
        (a_lapse(), "pasledger entitlements extend"),
    ],
    ids=["award", "withdrawal", "lapse"],
)
def test_what_is_undone_otherwise_says_how(done: Request, command: str) -> None:
    """The refusal names the right command."""
    town, on = a_town(), date(2026, 3, 2) if not isinstance(done, type(a_lapse())) else NEW_YEAR
    grant(town, done, on=on)
    with refuses(Refusal.NOT_CORRECTED_SO, command=command):
        grant(town, a_correction(done), on=on)


def test_what_was_captured_is_given_back_instead() -> None:
    """The hold may be over, so that nothing could be put back into it."""
    town = a_town()
    grant(town, a_hold())
    grant(town, taken := a_capture())
    with refuses(Refusal.NOT_CORRECTED_SO, command="pasledger holds refund"):
        grant(town, a_correction(taken))


def test_a_correction_is_not_corrected() -> None:
    """It is countered by booking what is right."""
    town = a_town()
    grant(town, paid := a_redemption("20,00"))
    grant(town, done := a_correction(paid))
    with refuses(Refusal.NOT_CORRECTED_SO):
        grant(town, a_correction(done, number=2))


def test_the_commands_that_are_named_are_there() -> None:
    """What a refusal names can be typed, and no event is both countered and undone otherwise."""
    there = commands()
    for named in INSTEAD.values():
        for command in named.split(", "):
            assert any(usage == command or usage.startswith(f"{command} ") for usage in there), command
    assert not CORRECTED_KINDS & set(INSTEAD)


def test_who_prepares_a_correction_does_not_approve_it() -> None:
    """Four eyes."""
    town = a_town()
    grant(town, paid := a_redemption("20,00"))
    with refuses(Refusal.SAME_PERSON):
        grant(town, a_correction(paid), stamp=a_stamp(approved_by="Clerk"))


@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["refund", "counter payment", "counter refund"]), st.integers(1, 12)), max_size=12
    )
)
def test_never_is_more_given_back_than_was_paid(steps: list[tuple[str, int]]) -> None:
    """Whatever is refunded, countered and countered again: the merchant keeps between nothing and what it was paid."""
    town = a_town(scheme=a_scheme())
    grant(town, paid := a_redemption("10,00"))
    refunded: list[Request] = []
    for number, (step, euro) in enumerate(steps, start=1):
        if step == "refund":
            back = a_refund(f"{euro},00", number=number)
            if ask(town, back).event is not None:
                refunded.append(back)
        elif step == "counter payment":
            ask(town, a_correction(paid, number=number))
        elif refunded:
            ask(town, a_correction(refunded[euro % len(refunded)], number=number))
        assert ZERO <= town.balance(OWED) <= euros("10,00")
        assert town.balance(OWED) + town.balance(MINE) == euros("50,00")
