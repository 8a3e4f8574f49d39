"""Payments and refunds."""

from collections.abc import Mapping
from datetime import datetime
from typing import Self

from pydantic import Field

from merchant_api.schemas.cards import CardEntry
from merchant_api.schemas.common import OWN_REFERENCE, Amount, Body, PossiblyNothing, Receipt, Reference
from pasledger.ledger.ids import EntryId
from pasledger.rules import records
from pasledger.store.reading import Recorded


class NewRedemption(Body):
    """A payment that is asked for, whole or not at all."""

    card: CardEntry
    amount: Amount
    reference: Reference | None = OWN_REFERENCE


class NewRefund(Body):
    """How much is to be given back."""

    amount: Amount
    reference: Reference | None = OWN_REFERENCE


class Redemption(Receipt):
    """A payment that was made."""

    id: str = Field(examples=["red_3f0c9f6e4f6b4d0b8d5e0c6f3a2b1c0d"])
    reference: str | None = OWN_REFERENCE


class Refund(Receipt):
    """Money that was given back."""

    id: str = Field(examples=["rfd_9a1b2c3d4e5f60718293a4b5c6d7e8f9"])
    reference: str | None = OWN_REFERENCE

    @classmethod
    def recorded(
        cls, refund: records.Refund | records.HoldRefunded, at: datetime, references: Mapping[EntryId, str | None]
    ) -> Self:
        """Write what the books have."""
        amount, reference = Amount.of(refund.amount), references.get(refund.entry)
        return cls(id=refund.id, amount=amount, created_at=at, reference=reference)


class RedemptionWithRefunds(Redemption):
    """A payment with what was given back of it, and what can still be."""

    refunds: list[Refund]
    refundable: PossiblyNothing

    @classmethod
    def recorded(cls, recorded: Recorded) -> Self:
        """Write what the books have."""
        redemption = recorded.redemption
        return cls(
            id=redemption.id,
            amount=Amount.of(redemption.amount),
            created_at=recorded.at,
            reference=recorded.references.get(redemption.entry),
            refunds=[Refund.recorded(refund, at, recorded.references) for refund, at in recorded.refunds],
            refundable=PossiblyNothing.of(recorded.refundable),
        )
