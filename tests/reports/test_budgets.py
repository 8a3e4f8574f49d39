"""The overview of budgets: what was decided, used and left."""

from pasledger.ledger import accounts
from pasledger.ledger.ids import EntryId
from pasledger.ledger.money import Money
from pasledger.reports.budgets import BudgetLine, budget_lines
from pasledger.rules.records import BudgetDecision
from tests.support.town import a_budget, a_scheme, a_town, an_award, euros, grant


def a_decision(scheme: str, year: int, change: str, number: int) -> BudgetDecision:
    """Return a council decision."""
    return BudgetDecision(EntryId.of(number), scheme, year, f"council {number}", euros(change))


def test_decisions_of_one_scheme_and_year_are_one_line() -> None:
    """Decisions up and down are added; what is left is what the account stands at, by scheme and then by year."""
    decisions = (
        a_decision("music", 2026, "100,00", 1),
        a_decision("culture", 2027, "70,00", 2),
        a_decision("culture", 2026, "50,00", 3),
        a_decision("culture", 2026, "-20,00", 4),
    )
    standing = {
        accounts.budget("music", 2026): euros("100,00"),
        accounts.budget("culture", 2026): euros("12,50"),
        accounts.budget("culture", 2027): euros("0,00"),
    }
    assert budget_lines(decisions, lambda account: standing[account]) == (
        BudgetLine("culture", 2026, 2, euros("30,00"), euros("12,50")),
        BudgetLine("culture", 2027, 1, euros("70,00"), euros("0,00")),
        BudgetLine("music", 2026, 1, euros("100,00"), euros("100,00")),
    )


def test_what_was_awarded_is_used() -> None:
    """In a town whose budget paid two awards, these are what is used."""
    town = a_town(scheme=a_scheme(), budget=None, balance=None)
    decision = next(fact for fact in grant(town, a_budget("80,00")).facts if isinstance(fact, BudgetDecision))
    grant(town, an_award("30,00", number=1))
    grant(town, an_award("20,00", number=2))
    (line,) = budget_lines([decision], town.balance)
    assert (line.decided, line.used, line.left) == (Money(8000), Money(5000), Money(3000))


def test_no_decisions_no_lines() -> None:
    """Without decisions there is nothing to show."""
    assert budget_lines([], lambda _account: Money(0)) == ()
