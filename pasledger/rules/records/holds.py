"""Holds: what was set aside for a merchant, and what became of it.

How a hold stands is in no record. It follows from what was captured, released and given back, each set down once.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Generic, TypeVar

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

_Id = TypeVar("_Id", CaptureId, ReleaseId, RefundId)


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
class _Use(Generic[_Id]):
    """Something became of a part of a hold, or of all of it."""

    id: _Id
    entry: EntryId
    hold: HoldId
    merchant: MerchantId
    parts: tuple[Part, ...]

    @property
    def amount(self) -> Money:
        """How much, in all."""
        return total(part.amount for part in self.parts)


@dataclass(frozen=True, slots=True)
class HoldCaptured(_Use[CaptureId]):
    """The merchant took this much of a hold, by part."""


@dataclass(frozen=True, slots=True)
class HoldReleased(_Use[ReleaseId]):
    """This much of a hold went back to where it came from, by part; what had ended lapsed."""


@dataclass(frozen=True, slots=True)
class HoldRefunded(_Use[RefundId]):
    """Money given back of what was captured of a hold, by part."""


HoldUse = HoldCaptured | HoldReleased | HoldRefunded
"""What can become of a hold."""
