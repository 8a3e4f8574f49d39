"""Withdrawing and extending: the end is moved, the award stays what it was, and the money goes where the table says."""

from datetime import date

import pytest

from pasledger.ledger import accounts
from pasledger.ledger.ids import EntitlementId
from pasledger.ledger.journal import EntryKind
from pasledger.ledger.money import ZERO, Money
from pasledger.ledger.refusals import Refusal
from pasledger.rules.deciding import Request
from pasledger.rules.records import EntitlementEnd
from pasledger.rules.town import Town
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
    a_withdrawal,
    a_year_close,
    an_award,
    an_extension,
    euros,
    grant,
    refuses,
)

BUDGET, MINE = accounts.budget("culture", 2026), accounts.entitlement(EntitlementId.of(1), "culture")
NEW_YEAR, SUMMER = date(2027, 1, 1), date(2027, 6, 30)


def lapsed(town: Town, year: int) -> Money:
    """Return what has lapsed in a year."""
    return town.balance(accounts.lapsed("culture", year))


def test_what_is_left_goes_back_to_the_budget() -> None:
    """The unspent part is budget again, what was spent stays spent, and nothing can be spent any more."""
    town = a_town()
    grant(town, a_redemption("20,00"))
    event = grant(town, a_withdrawal())
    assert event.entry is not None
    assert (event.entry.kind, event.entry.amount) == (EntryKind.WITHDRAWN, euros("30,00"))
    assert (town.balance(MINE), town.balance(BUDGET)) == (ZERO, euros("980,00"))
    with refuses(Refusal.ENDED):
        grant(town, a_redemption("0,01", number=2))


def test_what_a_merchant_gives_back_later_does_not_revive_it() -> None:
    """A refund on the very day of the withdrawal lapses."""
    town = a_town()
    grant(town, a_redemption("20,00"))
    grant(town, a_withdrawal())
    grant(town, a_refund())
    assert (town.balance(MINE), lapsed(town, 2026)) == (ZERO, euros("20,00"))


def test_of_what_has_ended_the_rest_lapses_in_this_year() -> None:
    """It is too late for the budget of its year."""
    town = a_town()
    grant(town, a_withdrawal(), on=date(2027, 2, 1))
    assert (town.balance(MINE), lapsed(town, 2027), town.balance(BUDGET)) == (ZERO, euros("50,00"), euros("950,00"))


def test_of_a_closed_year_the_rest_lapses_too() -> None:
    """A school year goes on when the fiscal year of its budget is closed: its budget is not touched any more."""
    town = a_town()
    grant(town, an_extension(until=SUMMER))
    grant(town, a_budget_rest(), on=NEW_YEAR)
    grant(town, a_year_close(), on=NEW_YEAR)
    grant(town, a_withdrawal(), on=NEW_YEAR)
    assert (lapsed(town, 2027), town.balance(BUDGET)) == (euros("50,00"), ZERO)


def test_what_was_all_spent_ends_without_an_entry() -> None:
    """Only the end moves: there is no money to move."""
    town = a_town()
    grant(town, a_redemption("50,00"))
    event = grant(town, a_withdrawal())
    (end,) = event.facts
    assert event.entry is None
    assert isinstance(end, EntitlementEnd)
    assert (end.ends_before, end.entry, end.amount) == (TODAY, None, ZERO)
    assert town.entitlements[EntitlementId.of(1)].valid.ends_before == TODAY


def test_from_a_day_to_come_only_the_end_moves() -> None:
    """Until then it can be spent; then it has ended, and can be withdrawn at once before that."""
    town, moves_on = a_town(), date(2026, 4, 1)
    assert grant(town, a_withdrawal(from_day=moves_on)).entry is None
    grant(town, a_redemption("1,00"), on=date(2026, 3, 31))
    with refuses(Refusal.ENDED):
        grant(town, a_redemption("1,00", number=2), on=moves_on)
    grant(town, a_withdrawal(number=2), on=date(2026, 3, 31))
    assert town.balance(BUDGET) == euros("999,00")


def test_what_starts_later_than_that_day_is_withdrawn_now() -> None:
    """It would never be valid."""
    town = a_town(balance=None)
    grant(town, an_award(starts_on=date(2026, 6, 1)))
    grant(town, a_withdrawal(from_day=date(2026, 4, 1)))
    assert town.balance(BUDGET) == euros("1000,00")
    with refuses(Refusal.ENDED):
        grant(town, a_redemption("1,00"), on=date(2026, 6, 2))


def test_an_extension_before_the_lapse_moves_no_money() -> None:
    """What is left stays where it is, and can be spent for longer."""
    town = a_town()
    assert grant(town, an_extension()).entry is None
    grant(town, a_redemption("50,00"), on=SUMMER)
    with refuses(Refusal.ENDED):
        grant(town, a_redemption("0,01", number=2), on=date(2027, 7, 1))


def test_after_the_lapse_the_money_comes_back() -> None:
    """As much as lapsed, from the year that it lapsed in."""
    town = a_town()
    grant(town, a_redemption("20,00"))
    grant(town, a_lapse(), on=NEW_YEAR)
    assert (town.balance(MINE), lapsed(town, 2026)) == (ZERO, euros("30,00"))
    event = grant(town, an_extension(), on=NEW_YEAR)
    assert event.entry is not None
    assert event.entry.kind is EntryKind.EXTENDED
    assert (town.balance(MINE), lapsed(town, 2026)) == (euros("30,00"), ZERO)
    grant(town, a_lapse(number=2), on=date(2027, 7, 1))
    assert lapsed(town, 2027) == euros("30,00")


def test_what_was_freed_does_not_come_back() -> None:
    """Beyond what lapsed and was not freed it is a new award; what lapsed of others is theirs."""
    town = a_town()
    grant(town, an_award("10,00", number=2))
    grant(town, a_lapse(1), on=NEW_YEAR)
    grant(town, a_freeing(), on=NEW_YEAR)
    grant(town, a_lapse(2, number=2), on=NEW_YEAR)
    with refuses(Refusal.LAPSE_FREED, amount=euros("50,00")):
        grant(town, an_extension(1), on=NEW_YEAR)
    grant(town, an_extension(2, number=2), on=NEW_YEAR)
    assert (lapsed(town, 2026), town.balance(accounts.entitlement(EntitlementId.of(2), "culture"))) == (
        ZERO,
        euros("10,00"),
    )


@pytest.mark.parametrize("until", [date(2026, 12, 30), date(2026, 12, 31), date(2037, 1, 1)])
def test_an_end_is_later_than_it_was_and_within_reach(until: date) -> None:
    """No extension makes an entitlement shorter, or lasts for ever."""
    with refuses(Refusal.END_UNFIT, last_day=date(2026, 12, 31)):
        grant(a_town(), an_extension(until=until))


def test_an_end_in_the_past_is_none() -> None:
    """An extension that would be over already is refused."""
    with refuses(Refusal.END_UNFIT):
        grant(a_town(), an_extension(until=date(2027, 1, 31)), on=date(2027, 2, 1))


def test_what_was_withdrawn_is_not_extended() -> None:
    """Neither what was ended at once, nor what will end on a day."""
    for from_day in (None, date(2026, 4, 1)):
        town = a_town()
        grant(town, a_withdrawal(from_day=from_day))
        with refuses(Refusal.WITHDRAWN_ALREADY):
            grant(town, an_extension())


ALONE = a_stamp(approved_by="Clerk")


@pytest.mark.parametrize("request_", [a_withdrawal(), an_extension()], ids=["withdraw", "extend"])
def test_who_prepares_an_end_does_not_approve_it(request_: Request) -> None:
    """Four eyes, also where no money moves."""
    town = a_town()
    grant(town, a_redemption("50,00"))
    with refuses(Refusal.SAME_PERSON):
        grant(town, request_, stamp=ALONE)


def test_the_budget_can_be_awarded_again() -> None:
    """What came back is there for the next holder."""
    town = a_town(budget="50,00")
    with refuses(Refusal.BUDGET_TOO_SMALL):
        grant(town, an_award("50,00", number=2))
    grant(town, a_withdrawal())
    grant(town, an_award("50,00", number=2))
    with refuses(Refusal.BUDGET_TOO_SMALL):
        grant(town, a_budget("-0,01", decision="council 2", number=2))
