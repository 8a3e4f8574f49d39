"""The budgets: what the council decided for each scheme and year, and what of it can still be awarded."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pasledger.ledger import accounts
from pasledger.ledger.accounts import Account
from pasledger.ledger.money import Money, total
from pasledger.rules.records import BudgetDecision


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """The budget of one scheme in one year."""

    scheme: str
    year: int
    decisions: int
    decided: Money
    """What all decisions together come to."""
    left: Money

    @property
    def used(self) -> Money:
        """What was awarded, less what came back."""
        return self.decided - self.left


def budget_lines(decisions: Iterable[BudgetDecision], balance: Callable[[Account], Money]) -> tuple[BudgetLine, ...]:
    """Return the budgets by scheme and year; `balance` tells what an account stands at."""
    changes: dict[tuple[str, int], list[Money]] = {}
    for decision in decisions:
        changes.setdefault((decision.scheme, decision.year), []).append(decision.change)
    return tuple(
        BudgetLine(scheme, year, len(found), total(found), balance(accounts.budget(scheme, year)))
        for (scheme, year), found in sorted(changes.items())
    )
