"""Budgets: raised and lowered by council decisions, each counted once."""

import pytest

from pasledger.ledger import accounts
from pasledger.ledger.ids import EntryId
from pasledger.ledger.journal import Entry, EntryKind, Transfer
from pasledger.ledger.money import ZERO
from pasledger.ledger.refusals import Refusal
from pasledger.rules import postings
from pasledger.rules.budgets import BudgetRequest, decide_budget
from pasledger.rules.records import BudgetDecision
from pasledger.rules.town import Needs
from tests.support.town import TODAY, a_budget, a_stamp, a_town, an_award, euros, grant, refuses


@pytest.mark.parametrize(
    ("change", "kind", "transfer"),
    [
        (
            "250,00",
            EntryKind.BUDGET_RAISED,
            postings.budget_raised(scheme="culture", year=2026, amount=euros("250,00")),
        ),
        (
            "-250,00",
            EntryKind.BUDGET_LOWERED,
            postings.budget_lowered(scheme="culture", year=2026, amount=euros("250,00")),
        ),
    ],
)
def test_the_council_raises_and_lowers(change: str, kind: EntryKind, transfer: Transfer) -> None:
    """A change above zero sets money aside, one below zero takes it back, and the record keeps its sign."""
    event = decide_budget(a_budget(change, decision="council 2"), a_town(balance=None), a_stamp())
    assert event.entry == Entry(EntryId.of(1_000_001), kind, a_stamp(), (transfer,), versions=("scheme:culture@1",))
    assert event.facts == (BudgetDecision(event.entry.id, "culture", 2026, "council 2", euros(change)),)


@pytest.mark.parametrize(
    ("again", "is_same"),
    [
        (a_budget("5,00"), True),
        (a_budget("-5,00"), True),
        (a_budget(decision="council 2"), False),
        (a_budget(year=2027), False),
    ],
)
def test_a_council_decision_counts_once(again: BudgetRequest, is_same: bool) -> None:  # noqa: FBT001
    """The same decision on the same scheme and year is refused, whatever its amount."""
    town = a_town(balance=None)
    if is_same:
        with refuses(Refusal.BUDGET_REPEATED, decision="council 1"):
            grant(town, again)
    else:
        grant(town, again)


def test_what_was_awarded_cannot_be_taken_back() -> None:
    """A budget is lowered to what is left of it, and not below."""
    town = a_town(budget="100,00", balance="60,00")
    with refuses(Refusal.BUDGET_TOO_SMALL, short_by=euros("0,01")):
        grant(town, a_budget("-40,01", decision="council 2"))
    grant(town, a_budget("-40,00", decision="council 2"))
    assert town.balance(accounts.budget("culture", 2026)) == ZERO
    assert town.balance(accounts.treasury("culture")) == euros("60,00")


def test_a_budget_lowered_to_nothing_stays_known() -> None:
    """An empty budget is too small for an award; it is not unknown."""
    town = a_town(budget="100,00", balance=None)
    grant(town, a_budget("-100,00", decision="council 2"))
    with refuses(Refusal.BUDGET_TOO_SMALL):
        grant(town, an_award(starts_on=TODAY))


def test_a_budget_needs_its_account_and_its_decision() -> None:
    """What is loaded and locked is what the decision looks at."""
    needs = Needs()
    a_budget().need(needs)
    assert needs == Needs(
        budgets={accounts.budget("culture", 2026)}, budget_references={"council 1"}, closing_schemes={"culture"}
    )
