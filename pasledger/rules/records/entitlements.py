"""What was decided for a scheme and for a holder: budgets, and awards with the entitlements that they make."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from pasledger.ledger.ids import EntitlementId, EntryId, HolderId
from pasledger.ledger.money import Money
from pasledger.ledger.periods import Period


@dataclass(frozen=True, slots=True)
class BudgetDecision:
    """The council's decision that raised (or, below zero, lowered) the budget of a scheme in a year."""

    entry: EntryId
    scheme: str
    year: int
    reference: str
    change: Money


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What one award put on a holder's name: one amount, one scheme, one decision, one validity."""

    id: EntitlementId
    entry: EntryId
    holder: HolderId
    scheme: str
    scheme_version: int
    valid: Period
    amount: Money

    def ending(self, ends_before: date) -> "Entitlement":
        """Return it with the end that holds now. One that was withdrawn before its start had the day before its end."""
        starts_on = min(self.valid.starts_on, ends_before - timedelta(days=1))
        return replace(self, valid=Period(starts_on, ends_before))


@dataclass(frozen=True, slots=True)
class AwardDecision:
    """The decision behind an award. The same scheme, reference, holder and instalment is never awarded twice."""

    entitlement: EntitlementId
    entry: EntryId
    scheme: str
    reference: str
    holder: HolderId
    instalment: int
    salt: str

    @property
    def unique_key(self) -> "AwardKey":
        """What makes it the same award."""
        return self.scheme, self.reference, self.holder, self.instalment


AwardKey = tuple[str, str, HolderId, int]
