"""What merchants and holders did: redemptions and refunds; and what became of each attempt."""

from dataclasses import dataclass
from datetime import datetime

from pasledger.ledger.ids import (
    CaptureId,
    CardId,
    EntitlementId,
    EntryId,
    HolderId,
    HoldId,
    MerchantId,
    PaymentRequestId,
    RedemptionId,
    RefundId,
    ReleaseId,
    RequestListId,
    TerminalId,
    UseId,
)
from pasledger.ledger.money import Money, total
from pasledger.ledger.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Part:
    """What one entitlement pays of a redemption."""

    entitlement: EntitlementId
    scheme: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Redemption:
    """A payment at a merchant, in the order in which the entitlements paid."""

    id: RedemptionId
    entry: EntryId
    merchant: MerchantId
    terminal: TerminalId | None
    card: CardId
    holder: HolderId
    amount: Money
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Refund:
    """Money given back for a redemption, by part."""

    id: RefundId
    entry: EntryId
    redemption: RedemptionId
    merchant: MerchantId
    parts: tuple[Part, ...]

    @property
    def amount(self) -> Money:
        """What was given back in all."""
        return total(part.amount for part in self.parts)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of a request with an idempotency key: what it led to, or why it was refused. Never its body."""

    key: str
    fingerprint: str
    recorded_at: datetime
    result: "ResultId | None"
    refusal: Refusal | None


ResultId = RedemptionId | RefundId | HoldId | CaptureId | ReleaseId | UseId | PaymentRequestId | RequestListId
"""What an attempt can lead to."""
