"""Awards: once for each decision, within the rule of the scheme and the budget of its year."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from pasledger.ledger import accounts
from pasledger.ledger.ids import EntitlementId, EntryId, HolderId
from pasledger.ledger.journal import Entry, EntryKind
from pasledger.ledger.money import ZERO, Money
from pasledger.ledger.periods import Period
from pasledger.ledger.refusals import Refusal
from pasledger.rules import postings
from pasledger.rules.cards import CardState
from pasledger.rules.crediting import AwardRequest, decide_award
from pasledger.rules.records import AwardDecision, Entitlement, commitment
from pasledger.rules.registration import SchemeRequest
from pasledger.rules.schemes import ValidityRule
from pasledger.rules.town import Needs
from tests.support.town import (
    TODAY,
    a_budget,
    a_card,
    a_holder,
    a_scheme,
    a_stamp,
    a_town,
    an_award,
    euros,
    grant,
    refuses,
)


def test_an_award_puts_the_amount_on_the_holders_name() -> None:
    """From the budget to an entitlement of its own, valid as the scheme says, bound to the decision by commitment."""
    town = a_town(balance=None)
    event = decide_award(an_award("50,00", decision="Z-2026-17"), town, a_stamp())
    entry = Entry(
        EntryId.of(2_000_001),
        EntryKind.AWARDED,
        a_stamp(),
        (postings.awarded(scheme="culture", year=2026, entitlement=EntitlementId.of(1), amount=euros("50,00")),),
        versions=("scheme:culture@1",),
        commitment=commitment("salt 1", "Z-2026-17"),
    )
    valid = Period(starts_on=TODAY, ends_before=date(2027, 1, 1))
    assert event.entry == entry
    assert event.facts == (
        Entitlement(EntitlementId.of(1), entry.id, HolderId.of(1), "culture", 1, valid, euros("50,00")),
        AwardDecision(EntitlementId.of(1), entry.id, "culture", "Z-2026-17", HolderId.of(1), 1, "salt 1"),
    )


def test_the_entry_tells_nothing_of_the_decision_or_the_holder() -> None:
    """What is sealed for ever holds our own ids and a salted commitment, and no reference that others chose."""
    event = decide_award(an_award(decision="Z-2026-17"), a_town(balance=None), a_stamp())
    assert "Z-2026-17" not in repr(event.entry)
    assert a_holder().reference not in repr(event.entry)
    assert commitment("salt 1", "Z-2026-17") != commitment("salt 2", "Z-2026-17")


def test_the_holder_may_be_named_by_card() -> None:
    """A card number stands for its holder."""
    event = grant(a_town(balance=None), an_award(holder=a_card().number))
    assert isinstance(event.facts[0], Entitlement)
    assert event.facts[0].holder == HolderId.of(1)


@pytest.mark.parametrize(
    ("state", "refusal"),
    [
        (CardState.ISSUED, None),
        (CardState.ACTIVE, None),
        (CardState.BLOCKED, Refusal.CARD_BLOCKED),
        (CardState.REPLACED, Refusal.CARD_REPLACED),
    ],
)
def test_a_card_that_stands_for_nobody_any_more_names_nobody(state: CardState, refusal: Refusal | None) -> None:
    """A card still on its way names its holder; one that is lost or gone does not. A reference always does."""
    town = a_town(card=a_card(state=state), balance=None)
    if refusal:
        with refuses(refusal):
            grant(town, an_award(holder=a_card().number))
    else:
        grant(town, an_award(holder=a_card().number))
    grant(town, an_award(holder=1, number=2))


@pytest.mark.parametrize(
    ("again", "is_same"),
    [
        (an_award("20,00", decision="Z-1", starts_on=TODAY + timedelta(days=1), number=2), True),
        (an_award(decision="Z-1", holder=a_card().number, number=2), True),
        (an_award(decision="Z-1", instalment=2, number=2), False),
        (an_award(decision="Z-1", holder=2, number=2), False),
        (an_award(decision="Z-1", scheme="school", number=2), False),
        (an_award(decision="z-1", number=2), False),
    ],
)
def test_a_decision_is_awarded_once(again: AwardRequest, is_same: bool) -> None:  # noqa: FBT001
    """The same scheme, decision, holder and instalment is the same award, whatever else the row says."""
    town = a_town(balance=None)
    for fact in (a_scheme("school"), a_holder(2), a_card(2, holder=2)):
        town.learn(fact)
    grant(town, a_budget(scheme="school", number=2))
    grant(town, an_award(decision="Z-1"))
    if is_same:
        with refuses(Refusal.AWARD_REPEATED, decision="Z-1"):
            grant(town, again)
    else:
        grant(town, again)


@pytest.mark.parametrize("amount", ["0,01", "9,99", "100,01", "0", "-50,00"])
def test_an_amount_outside_the_rule_is_refused(amount: str) -> None:
    """Less than the least or more than the most is not awarded."""
    town = a_town(scheme=a_scheme(least="10,00", most="100,00"), balance=None)
    with refuses(Refusal.AMOUNT_OUTSIDE_RULE, least=euros("10,00"), most=euros("100,00")):
        grant(town, an_award(amount))


@pytest.mark.parametrize("amount", ["10,00", "100,00"])
def test_an_amount_at_the_bounds_is_within_the_rule(amount: str) -> None:
    """The least and the most may both be given."""
    grant(a_town(scheme=a_scheme(least="10,00", most="100,00"), balance=None), an_award(amount))


@pytest.mark.parametrize(
    ("validity", "starts_on", "is_within"),
    [
        (ValidityRule.CALENDAR_YEAR, date(2025, 12, 31), False),
        (ValidityRule.CALENDAR_YEAR, date(2026, 1, 1), True),
        (ValidityRule.CALENDAR_YEAR, date(2027, 12, 31), True),
        (ValidityRule.CALENDAR_YEAR, date(2028, 1, 1), False),
        (ValidityRule.SCHOOL_YEAR, date(2025, 7, 31), False),
        (ValidityRule.SCHOOL_YEAR, date(2025, 8, 1), True),
        (ValidityRule.SCHOOL_YEAR, date.min, False),
        (ValidityRule.CALENDAR_YEAR, date.max, False),
        (ValidityRule.SCHOOL_YEAR, date.max, False),
    ],
)
def test_an_award_starts_within_reach(validity: ValidityRule, starts_on: date, is_within: bool) -> None:  # noqa: FBT001
    """It is not over already, and starts next year at the latest; no date that can be typed is too much."""
    town = a_town(scheme=a_scheme(validity=validity), balance=None)
    for year in (2025, 2027):
        grant(town, a_budget(year=year))
    if is_within:
        grant(town, an_award(starts_on=starts_on))
    else:
        with refuses(Refusal.START_OUTSIDE_RULE, starts_on=starts_on):
            grant(town, an_award(starts_on=starts_on))


def test_what_ends_today_is_over() -> None:
    """On the last day an award can still be made; on the day of the end it would be valid on no day."""
    town = a_town(balance=None)
    grant(town, an_award(starts_on=date(2026, 12, 1)), on=date(2026, 12, 31))
    with refuses(Refusal.START_OUTSIDE_RULE):
        grant(town, an_award(starts_on=date(2026, 12, 1), number=2), on=date(2027, 1, 1))


def test_a_fixed_validity_takes_only_its_own_days() -> None:
    """A start outside the fixed days is refused."""
    summer = Period(starts_on=date(2026, 6, 1), ends_before=date(2026, 9, 1))
    with refuses(Refusal.START_OUTSIDE_RULE, starts_on=TODAY):
        grant(a_town(scheme=a_scheme(fixed=summer), balance=None), an_award())


def test_the_budget_is_a_ceiling() -> None:
    """A budget is awarded to the last cent, and not a cent more."""
    town = a_town(budget="100,00", balance=None)
    grant(town, an_award("60,00"))
    with refuses(Refusal.BUDGET_TOO_SMALL, short_by=Money(1)):
        grant(town, an_award("40,01", number=2))
    grant(town, an_award("40,00", number=3))
    assert town.balance(accounts.budget("culture", 2026)) == ZERO


def test_the_budget_is_that_of_the_year_it_starts_in() -> None:
    """What starts next year is paid from next year's budget, and from no other."""
    town = a_town(balance=None)
    with refuses(Refusal.BUDGET_UNKNOWN, scheme="culture", year=2027):
        grant(town, an_award(starts_on=date(2027, 1, 1)))
    grant(town, a_budget("80,00", year=2027, number=2))
    grant(town, an_award("50,00", starts_on=date(2027, 1, 1)))
    assert town.balance(accounts.budget("culture", 2027)) == euros("30,00")
    assert town.balance(accounts.budget("culture", 2026)) == euros("1.000,00")


def test_the_rule_is_that_of_the_day() -> None:
    """A new version of a scheme counts from its own day on, and the entitlement names the version it was given by."""
    town = a_town(balance=None)
    town.learn(replace(a_scheme(least="100,00"), version=2, effective_from=TODAY + timedelta(days=1)))
    assert isinstance(first := grant(town, an_award("50,00")).facts[0], Entitlement)
    assert first.scheme_version == 1
    with refuses(Refusal.AMOUNT_OUTSIDE_RULE):
        grant(town, an_award("50,00", number=2), on=TODAY + timedelta(days=1))
    with refuses(Refusal.SCHEME_UNKNOWN, scheme="culture"):
        grant(town, an_award(number=3), on=date(2024, 12, 31))


@pytest.mark.parametrize(
    ("award", "needs"),
    [
        (an_award(holder=1), Needs(holders={a_holder().reference})),
        (an_award(holder=a_card().number), Needs(cards={a_card().number})),
    ],
)
def test_an_award_needs_its_holder_decision_and_budget(award: AwardRequest, needs: Needs) -> None:
    """What is loaded and locked is what the decision looks at."""
    found = Needs()
    award.need(found)
    expected = replace(needs, award_references={"Z-1"}, budgets={accounts.budget("culture", 2026)})
    assert found == expected


@pytest.mark.parametrize("amount", [None, "80,00"])
def test_a_category_stands_for_its_amount(amount: str | None) -> None:
    """The version of the scheme that holds says how much; an amount beside it may only say the same."""
    town = a_town(scheme=a_scheme(amounts={"child": "80,00", "adult": "60,00"}), balance=None)
    event = grant(town, an_award(amount, category="child"))
    assert isinstance(event.facts[0], Entitlement)
    assert event.facts[0].amount == euros("80,00")
    assert town.balance(accounts.budget("culture", 2026)) == euros("920,00")


def test_a_category_that_is_not_in_the_table() -> None:
    """The words that may stand there are told."""
    town = a_town(scheme=a_scheme(amounts={"child": "80,00", "adult": "60,00"}), balance=None)
    with refuses(Refusal.CATEGORY_UNKNOWN, scheme="culture", categories="adult, child"):
        grant(town, an_award(None, category="pensioner"))
    with refuses(Refusal.CATEGORY_DISAGREES, category="child", amount=euros("80,00")):
        grant(town, an_award("60,00", category="child"))


def test_the_amounts_of_the_newest_version_hold() -> None:
    """A new version may have another table, and says something new by that alone."""
    town = a_town(scheme=a_scheme(amounts={"child": "80,00"}), balance=None)
    new = replace(a_scheme(amounts={"child": "90,00"}), effective_from=TODAY)
    grant(town, SchemeRequest(new))
    event = grant(town, an_award(None, category="child"))
    assert isinstance(event.facts[0], Entitlement)
    assert (event.facts[0].scheme_version, event.facts[0].amount) == (2, euros("90,00"))


def test_an_award_says_how_much() -> None:
    """Without an amount and without a category there is nothing to decide on."""
    with pytest.raises(ValueError, match="an amount or a category"):
        an_award(None)


@pytest.mark.parametrize("last_day", [TODAY, TODAY + timedelta(days=1), date(2026, 12, 31)])
def test_an_award_may_end_before_its_scheme_does(last_day: date) -> None:
    """From today to the last day that the scheme allows."""
    event = grant(a_town(balance=None), an_award(ends_on=last_day))
    assert isinstance(event.facts[0], Entitlement)
    assert event.facts[0].valid == Period(TODAY, last_day + timedelta(days=1))


@pytest.mark.parametrize(
    ("starts_on", "last_day"),
    [
        (TODAY, TODAY - timedelta(days=1)),
        (TODAY, date(2027, 1, 1)),
        (TODAY, date.max),
        (TODAY + timedelta(days=9), TODAY + timedelta(days=8)),
        (date(2026, 1, 1), TODAY - timedelta(days=1)),
    ],
)
def test_an_award_does_not_end_outside_its_scheme(starts_on: date, last_day: date) -> None:
    """Not before it starts, not before today, and not after the last day that the scheme allows."""
    with refuses(Refusal.END_OUTSIDE_RULE, last_day=date(2026, 12, 31)):
        grant(a_town(balance=None), an_award(starts_on=starts_on, ends_on=last_day))
