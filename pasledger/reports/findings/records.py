"""What findings are made of: what was booked, as far as the rules look at it, with who did it and when."""

from dataclasses import dataclass
from datetime import date, datetime

from pasledger.ledger.ids import EntryId, MerchantId
from pasledger.ledger.journal import EntryKind
from pasledger.ledger.money import Money
from pasledger.rules.records import Entitlement


@dataclass(frozen=True, slots=True)
class Single:
    """A row that one person prepared and approved, or that nobody approved, where two are needed."""

    table: str
    key: str
    recorded_at: datetime
    prepared_by: str
    approved_by: str | None
    amount: Money


@dataclass(frozen=True, slots=True)
class Misdated:
    """An entry that counts on another day than that on which it was recorded."""

    entry: EntryId
    kind: EntryKind
    recorded_at: datetime
    effective_on: date
    amount: Money


@dataclass(frozen=True, slots=True)
class Approved:
    """An entry that two people made."""

    entry: EntryId
    recorded_at: datetime
    prepared_by: str
    approved_by: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Given:
    """An award, with the reference of its decision as long as that is there."""

    entitlement: Entitlement
    recorded_at: datetime
    effective_on: date
    budget: str
    """The account that it was taken from."""
    reference: str | None
    instalment: int | None
    is_withdrawn: bool


@dataclass(frozen=True, slots=True)
class SpentPart:
    """What one entitlement paid, as it was awarded; None where there is no such entitlement."""

    entitlement: Entitlement | None
    amount: Money


@dataclass(frozen=True, slots=True)
class Spent:
    """A payment at a merchant, or what was set aside for one, with the versions of the rules that decided it."""

    entry: EntryId
    id: str
    is_held: bool
    recorded_at: datetime
    effective_on: date
    merchant: MerchantId
    terminal: str | None
    card: str
    versions: tuple[str, ...]
    parts: tuple[SpentPart, ...]
    amount: Money
    is_asked: bool = False
    """Whether a holder paid it at home, of what the merchant had asked."""


@dataclass(frozen=True, slots=True)
class GivenBack:
    """A refund."""

    entry: EntryId
    id: str
    recorded_at: datetime
    effective_on: date
    merchant: MerchantId
    amount: Money
