"""What staff changed afterwards, beside what was booked: ends, lapses, freeings, corrections, closed years."""

from dataclasses import dataclass
from datetime import date

from pasledger.ledger.ids import ChangeId, EntitlementId, EntryId, MerchantId
from pasledger.ledger.money import ZERO, Money
from pasledger.rules.records.spending import Part


@dataclass(frozen=True, slots=True, kw_only=True)
class EntitlementEnd:
    """The end of an entitlement was moved, by decision. `amount` is what its entry moved; without an entry nothing."""

    id: ChangeId
    entitlement: EntitlementId
    ends_before: date
    is_withdrawn: bool
    """Whether it was withdrawn, so that no decision makes it longer again."""
    entry: EntryId | None = None
    amount: Money = ZERO
    lapse: EntryId | None = None
    """The lapse that came back; each comes back once."""


@dataclass(frozen=True, slots=True)
class Lapse:
    """What was left of an entitlement after its end lapsed, into the account of a fiscal year."""

    entry: EntryId
    entitlement: EntitlementId
    scheme: str
    year: int
    amount: Money
    freeings: int
    """How often that account had been freed before: it was freed itself when this number is higher."""


@dataclass(frozen=True, slots=True)
class Freeing:
    """All that had lapsed under a scheme in a year, and had not come back, went to general means."""

    entry: EntryId
    scheme: str
    year: int
    number: int
    """The how manieth freeing of this scheme and year."""
    amount: Money


@dataclass(frozen=True, slots=True)
class Correction:
    """Staff countered an entry.

    `amount` is by how much less the merchant is owed, or the budget is; below zero, by how much more. The parts are
    what each entitlement was given back or, where a refund was countered, gave.
    """

    entry: EntryId
    corrects: EntryId
    merchant: MerchantId | None
    amount: Money
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class YearClosed:
    """Nothing more is booked under a scheme in a fiscal year, nor in any year before."""

    id: ChangeId
    scheme: str
    year: int
