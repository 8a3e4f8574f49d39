"""The end of time: what has ended lapses (verval), what lapsed is freed (vrijval), and a fiscal year is closed."""

from dataclasses import dataclass

from pasledger.ledger import accounts
from pasledger.ledger.accounts import AccountKind
from pasledger.ledger.ids import ChangeId, EntitlementId, EntryId
from pasledger.ledger.journal import Entry, EntryKind, Stamp, require_four_eyes
from pasledger.ledger.money import ZERO, total
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.rules import postings
from pasledger.rules.records import BudgetDecision, Event, Freeing, Lapse, YearClosed
from pasledger.rules.town import Needs, Town


@dataclass(frozen=True, slots=True)
class LapseRequest:
    """What is left of an entitlement that has ended is to lapse."""

    entry: EntryId
    entitlement: EntitlementId

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.entitlements.add(self.entitlement)


def decide_lapse(request: LapseRequest, town: Town, stamp: Stamp) -> Event:
    """Let it lapse in the year of its last day, or in this one where that is closed; or refuse."""
    require_four_eyes(stamp)
    entitlement = town.entitlements.get(request.entitlement)
    if entitlement is None:
        raise Refused(Refusal.ENTITLEMENT_UNKNOWN)
    left = town.balance(accounts.entitlement(entitlement.id, entitlement.scheme))
    if stamp.effective_on < entitlement.valid.ends_before or left == ZERO:
        raise Refused(Refusal.NOTHING_TO_LAPSE)
    scheme, year = entitlement.scheme, entitlement.valid.last_day.year
    if town.is_closed(scheme, year):
        year = stamp.effective_on.year
    transfer = postings.lapsed(scheme=scheme, entitlement=entitlement.id, year=year, amount=left)
    entry = Entry(request.entry, EntryKind.LAPSED, stamp, (transfer,))
    lapse = Lapse(entry.id, entitlement.id, scheme, year, left, town.freeings.get((scheme, year), 0))
    return Event(stamp, (lapse,), entry)


@dataclass(frozen=True, slots=True)
class FreeingRequest:
    """All that lapsed under a scheme in a year is to go to general means."""

    entry: EntryId
    scheme: str
    year: int

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.closing_schemes.add(self.scheme)


def decide_freeing(request: FreeingRequest, town: Town, stamp: Stamp) -> Event:
    """Free all of it, or refuse where there is nothing."""
    require_four_eyes(stamp)
    scheme = town.scheme(request.scheme, on=stamp.effective_on)
    rest = town.balance(accounts.lapsed(scheme.code, request.year))
    if rest <= ZERO:
        raise Refused(Refusal.NOTHING_TO_FREE, scheme=scheme.code, year=request.year)
    transfer = postings.freed(scheme=scheme.code, year=request.year, amount=rest)
    entry = Entry(request.entry, EntryKind.FREED, stamp, (transfer,), versions=(scheme.reference,))
    number = town.freeings.get((scheme.code, request.year), 0) + 1
    return Event(stamp, (Freeing(entry.id, scheme.code, request.year, number, rest),), entry)


@dataclass(frozen=True, slots=True)
class BudgetRestRequest:
    """What is left of a budget, when its year is over, is to go to general means by a decision of the council."""

    entry: EntryId
    scheme: str
    year: int
    decision: str

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.budgets.add(accounts.budget(self.scheme, self.year))
        needs.budget_references.add(self.decision)
        needs.closing_schemes.add(self.scheme)


def decide_budget_rest(request: BudgetRestRequest, town: Town, stamp: Stamp) -> Event:
    """Lower the budget to nothing, once for each decision; or refuse."""
    require_four_eyes(stamp)
    scheme, year = town.scheme(request.scheme, on=stamp.effective_on), request.year
    _require_over(scheme.code, year, town, stamp)
    if (scheme.code, year, request.decision) in town.budget_decisions:
        raise Refused(Refusal.BUDGET_REPEATED, decision=request.decision)
    rest = town.balance(accounts.budget(scheme.code, year))
    if rest == ZERO:
        raise Refused(Refusal.NOTHING_TO_FREE, scheme=scheme.code, year=year)
    transfer = postings.budget_lowered(scheme=scheme.code, year=year, amount=rest)
    entry = Entry(request.entry, EntryKind.BUDGET_LOWERED, stamp, (transfer,), versions=(scheme.reference,))
    return Event(stamp, (BudgetDecision(entry.id, scheme.code, year, request.decision, -rest),), entry)


@dataclass(frozen=True, slots=True)
class YearCloseRequest:
    """A fiscal year of a scheme is to be closed, with every year before it."""

    id: ChangeId
    scheme: str
    year: int

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.closing_schemes.add(self.scheme)


def decide_year_close(request: YearCloseRequest, town: Town, stamp: Stamp) -> Event:
    """Close the year, or refuse while it goes on or something is left of its budget."""
    require_four_eyes(stamp)
    scheme = town.scheme(request.scheme, on=stamp.effective_on)
    _require_over(scheme.code, request.year, town, stamp)
    left = total(
        town.balance(account)
        for account in town.accounts()
        if account.kind is AccountKind.BUDGET
        and account.scheme == scheme.code
        and int(account.code.rpartition("/")[2]) <= request.year
    )
    if left != ZERO:
        raise Refused(Refusal.BUDGET_LEFT, scheme=scheme.code, left=left)
    return Event(stamp, (YearClosed(request.id, scheme.code, request.year),))


def _require_over(scheme: str, year: int, town: Town, stamp: Stamp) -> None:
    if town.is_closed(scheme, year):
        raise Refused(Refusal.YEAR_CLOSED, scheme=scheme, year=year)
    if stamp.effective_on.year <= year:
        raise Refused(Refusal.YEAR_NOT_OVER, year=year)
