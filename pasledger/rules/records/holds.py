"""Holds: what was set aside for a merchant, and what became of it.

How a hold stands is in no record. It follows from what was captured, released and given back, each set down once.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from pasledger.ledger.ids import (
    CaptureId,
    CardId,
    EntryId,
    HolderId,
    HoldId,
    MerchantId,
    RefundId,
    ReleaseId,
    TerminalId,
)
from pasledger.ledger.money import Money, total
from pasledger.rules.records.spending import Part


@dataclass(frozen=True, slots=True)
class Hold:
    """An amount set aside for a merchant, by part, until a day on which it may not be taken any more."""

    id: HoldId
    entry: EntryId
    merchant: MerchantId
    terminal: TerminalId | None
    card: CardId
    holder: HolderId
    amount: Money
    ends_before: date
    parts: tuple[Part, ...]

    @property
    def last_day(self) -> date:
        """The last day on which it can be taken."""
        return self.ends_before - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class HoldCaptured:
    """The merchant took this much of a hold, by part."""

    id: CaptureId
    entry: EntryId
    hold: HoldId
    merchant: MerchantId
    parts: tuple[Part, ...]

    @property
    def amount(self) -> Money:
        """What was taken in all."""
        return total(part.amount for part in self.parts)


@dataclass(frozen=True, slots=True)
class HoldReleased:
    """This much of a hold went back to where it came from, by part; what had ended lapsed."""

    id: ReleaseId
    entry: EntryId
    hold: HoldId
    merchant: MerchantId
    parts: tuple[Part, ...]

    @property
    def amount(self) -> Money:
        """What went back in all."""
        return total(part.amount for part in self.parts)


@dataclass(frozen=True, slots=True)
class HoldRefunded:
    """Money given back of what was captured of a hold, by part."""

    id: RefundId
    entry: EntryId
    hold: HoldId
    merchant: MerchantId
    parts: tuple[Part, ...]

    @property
    def amount(self) -> Money:
        """What was given back in all."""
        return total(part.amount for part in self.parts)


HoldUse = HoldCaptured | HoldReleased | HoldRefunded
"""What can become of a hold."""
