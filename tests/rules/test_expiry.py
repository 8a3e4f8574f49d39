"""The end of a year: what has ended lapses, what lapsed and what is left is freed, and then the year is closed."""

from datetime import date

import pytest

from pasledger.ledger import accounts
from pasledger.ledger.ids import EntitlementId
from pasledger.ledger.journal import EntryKind
from pasledger.ledger.money import ZERO
from pasledger.ledger.refusals import Refusal
from pasledger.rules.deciding import Request
from tests.support.town import (
    TODAY,
    a_budget,
    a_budget_rest,
    a_freeing,
    a_lapse,
    a_redemption,
    a_refund,
    a_stamp,
    a_town,
    a_year_close,
    an_award,
    an_extension,
    euros,
    grant,
    refuses,
)

BUDGET, TREASURY = accounts.budget("culture", 2026), accounts.treasury("culture")
MINE, LAPSED = accounts.entitlement(EntitlementId.of(1), "culture"), accounts.lapsed("culture", 2026)
NEW_YEAR = date(2027, 1, 1)


def test_what_has_ended_lapses_in_the_year_of_its_last_day() -> None:
    """On the first of January the money of the year before is the year before's."""
    town = a_town()
    grant(town, a_redemption("20,00"))
    event = grant(town, a_lapse(), on=NEW_YEAR)
    assert event.entry is not None
    assert (event.entry.kind, event.entry.amount) == (EntryKind.LAPSED, euros("30,00"))
    assert (town.balance(MINE), town.balance(LAPSED)) == (ZERO, euros("30,00"))


def test_what_goes_on_does_not_lapse() -> None:
    """Neither on its last day, nor where the end was moved; and nothing lapses twice."""
    town = a_town()
    for on in (TODAY, date(2026, 12, 31)):
        with refuses(Refusal.NOTHING_TO_LAPSE):
            grant(town, a_lapse(), on=on)
    grant(town, an_extension())
    with refuses(Refusal.NOTHING_TO_LAPSE):
        grant(town, a_lapse(), on=NEW_YEAR)
    grant(town, a_lapse(), on=date(2027, 7, 1))
    with refuses(Refusal.NOTHING_TO_LAPSE):
        grant(town, a_lapse(number=2), on=date(2027, 7, 1))


def test_all_that_lapsed_is_freed() -> None:
    """It goes back to general means: out of what is set aside for the scheme."""
    town = a_town()
    grant(town, a_lapse(), on=NEW_YEAR)
    event = grant(town, a_freeing(), on=NEW_YEAR)
    assert event.entry is not None
    assert (event.entry.kind, event.entry.amount) == (EntryKind.FREED, euros("50,00"))
    assert (town.balance(LAPSED), town.balance(TREASURY)) == (ZERO, euros("950,00"))
    with refuses(Refusal.NOTHING_TO_FREE, year=2026):
        grant(town, a_freeing(number=2), on=NEW_YEAR)


def test_two_refunds_after_the_end_lapse_and_are_freed_together() -> None:
    """What a merchant gives back after the end is this year's, and never more than was paid."""
    town = a_town()
    grant(town, a_redemption("20,00"))
    grant(town, a_refund("5,00"), on=NEW_YEAR)
    grant(town, a_refund("15,00", number=2), on=NEW_YEAR)
    with refuses(Refusal.REFUND_TOO_LARGE):
        grant(town, a_refund("0,01", number=3), on=NEW_YEAR)
    assert grant(town, a_freeing(year=2027), on=NEW_YEAR).entry.amount == euros("20,00")  # type: ignore[union-attr]


def test_the_rest_of_a_budget_is_freed_by_a_decision() -> None:
    """All that was never awarded, when the year is over, and once for each decision."""
    town = a_town()
    with refuses(Refusal.YEAR_NOT_OVER):
        grant(town, a_budget_rest())
    event = grant(town, a_budget_rest(), on=NEW_YEAR)
    assert event.entry is not None
    assert (event.entry.kind, event.entry.amount) == (EntryKind.BUDGET_LOWERED, euros("950,00"))
    assert (town.balance(BUDGET), town.balance(TREASURY)) == (ZERO, euros("50,00"))
    with refuses(Refusal.BUDGET_REPEATED):
        grant(town, a_budget_rest(number=2), on=NEW_YEAR)
    with refuses(Refusal.NOTHING_TO_FREE):
        grant(town, a_budget_rest(decision="council 10", number=3), on=NEW_YEAR)


def test_a_year_is_closed_when_its_budget_is_freed() -> None:
    """Not while it goes on, not with something left, and once."""
    town = a_town()
    with refuses(Refusal.YEAR_NOT_OVER):
        grant(town, a_year_close())
    with refuses(Refusal.BUDGET_LEFT, left=euros("950,00")):
        grant(town, a_year_close(), on=NEW_YEAR)
    grant(town, a_budget_rest(), on=NEW_YEAR)
    assert grant(town, a_year_close(), on=NEW_YEAR).entry is None
    for year in (2026, 2025):
        with refuses(Refusal.YEAR_CLOSED):
            grant(town, a_year_close(year=year, number=2), on=NEW_YEAR)


@pytest.mark.parametrize(
    ("request_", "on"),
    [
        (a_redemption("1,00"), date(2026, 12, 31)),
        (an_award("1,00", starts_on=date(2026, 12, 1), number=2), date(2026, 12, 31)),
        (a_budget("1,00", decision="council 2", number=2), NEW_YEAR),
        (a_budget_rest(decision="council 2", number=2), NEW_YEAR),
        (a_lapse(), date(2026, 12, 31)),
    ],
    ids=["a payment of before", "an award of before", "its budget", "the rest of it", "a lapse of before"],
)
def test_nothing_is_booked_in_a_closed_year(request_: Request, on: date) -> None:
    """Whatever says that it counts then, and whatever changes its budget."""
    town = a_town(balance=None)
    grant(town, an_award("50,00", starts_on=date(2026, 12, 1), number=1), on=date(2026, 12, 1))
    grant(town, a_budget_rest(), on=NEW_YEAR)
    grant(town, a_year_close(), on=NEW_YEAR)
    reason = Refusal.NOTHING_TO_LAPSE if request_ == a_lapse() else Refusal.YEAR_CLOSED
    with refuses(reason):
        grant(town, request_, on=on)


def test_what_ended_in_a_closed_year_lapses_in_this_one() -> None:
    """A lapse that was forgotten is this year's; so is what is freed of it."""
    town = a_town()
    grant(town, a_budget_rest(), on=NEW_YEAR)
    grant(town, a_year_close(), on=NEW_YEAR)
    grant(town, a_lapse(), on=date(2027, 3, 1))
    assert town.balance(accounts.lapsed("culture", 2027)) == euros("50,00")
    grant(town, a_freeing(year=2027), on=date(2027, 3, 1))


def test_an_award_of_a_later_year_goes_on() -> None:
    """Only the closed year is closed."""
    town = a_town()
    grant(town, a_budget_rest(), on=NEW_YEAR)
    grant(town, a_year_close(), on=NEW_YEAR)
    grant(town, a_budget("10,00", year=2027, decision="council 2", number=2), on=NEW_YEAR)
    grant(town, an_award("10,00", starts_on=NEW_YEAR, number=2), on=NEW_YEAR)
    grant(town, a_redemption("10,00"), on=NEW_YEAR)


@pytest.mark.parametrize(
    "request_", [a_lapse(), a_freeing(), a_budget_rest(), a_year_close()], ids=["lapse", "free", "rest", "close"]
)
def test_who_prepares_the_end_of_a_year_does_not_approve_it(request_: Request) -> None:
    """Four eyes for each step of it."""
    with refuses(Refusal.SAME_PERSON):
        grant(a_town(), request_, stamp=a_stamp(NEW_YEAR, approved_by="Clerk"))
