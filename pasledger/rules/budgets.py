"""Budgets: what the council sets aside for a scheme in a fiscal year; with its floor, the ceiling of all awards."""

from dataclasses import dataclass

from pasledger.ledger import accounts
from pasledger.ledger.ids import EntryId
from pasledger.ledger.journal import Entry, EntryKind, Stamp, require_four_eyes
from pasledger.ledger.money import ZERO, Money
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.rules import postings
from pasledger.rules.records import BudgetDecision, Event
from pasledger.rules.town import Needs, Town


@dataclass(frozen=True, slots=True)
class BudgetRequest:
    """A council decision that changes the budget of a scheme in a year, up or (below zero) down."""

    entry: EntryId
    scheme: str
    year: int
    change: Money
    decision: str

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.budgets.add(accounts.budget(self.scheme, self.year))
        needs.budget_references.add(self.decision)
        needs.closing_schemes.add(self.scheme)


def decide_budget(request: BudgetRequest, town: Town, stamp: Stamp) -> Event:
    """Raise or lower the budget, once for each council decision, or refuse."""
    require_four_eyes(stamp)
    scheme = town.scheme(request.scheme, on=stamp.effective_on)
    if town.is_closed(scheme.code, request.year):
        raise Refused(Refusal.YEAR_CLOSED, scheme=scheme.code, year=request.year)
    if (scheme.code, request.year, request.decision) in town.budget_decisions:
        raise Refused(Refusal.BUDGET_REPEATED, decision=request.decision)
    left = town.balance(accounts.budget(scheme.code, request.year))
    if left + request.change < ZERO:
        raise Refused(Refusal.BUDGET_TOO_SMALL, short_by=-(left + request.change))
    if request.change > ZERO:
        kind, post, amount = EntryKind.BUDGET_RAISED, postings.budget_raised, request.change
    else:
        kind, post, amount = EntryKind.BUDGET_LOWERED, postings.budget_lowered, -request.change
    entry = Entry(
        request.entry,
        kind,
        stamp,
        (post(scheme=scheme.code, year=request.year, amount=amount),),
        versions=(scheme.reference,),
    )
    decision = BudgetDecision(entry.id, scheme.code, request.year, request.decision, request.change)
    return Event(stamp, (decision,), entry)
