"""Holds, and what becomes of them."""

from typing import Self

from pydantic import Field

from merchant_api.schemas.cards import CardEntry
from merchant_api.schemas.common import OWN_REFERENCE, Amount, Body, Day, PossiblyNothing, Receipt, Reference
from merchant_api.schemas.redemptions import Refund
from pasledger.store.holding import RecordedHold


class NewHold(Body):
    """A payment that is set aside, to be taken by a day."""

    card: CardEntry
    amount: Amount
    last_day: Day = Field(description="the last day on which it can be taken", examples=["2026-12-20"])
    reference: Reference | None = OWN_REFERENCE


class Share(Body):
    """How much of a hold is to be taken, or let go."""

    amount: Amount


class Hold(Receipt):
    """A payment that was set aside."""

    id: str = Field(examples=["hol_0d1c2b3a4f5e60718293a4b5c6d7e8f9"])
    last_day: Day = Field(description="the last day on which it can be taken", examples=["2026-12-20"])
    reference: str | None = OWN_REFERENCE


class Capture(Receipt):
    """What was taken of a hold."""

    id: str = Field(examples=["cap_5e60718293a4b5c6d7e8f90d1c2b3a4f"])


class Release(Receipt):
    """What was let go of a hold, by the merchant or because it had ended."""

    id: str = Field(examples=["rel_718293a4b5c6d7e8f90d1c2b3a4f5e60"])


class HoldWithUses(Hold):
    """A hold with what became of it, what can still be taken, and what can be given back of what was."""

    captures: list[Capture]
    releases: list[Release]
    refunds: list[Refund]
    left: PossiblyNothing = Field(description="what is still held")
    refundable: PossiblyNothing = Field(description="what was taken and can still be given back")

    @classmethod
    def recorded(cls, recorded: RecordedHold) -> Self:
        """Write what the books have."""
        hold = recorded.hold
        return cls(
            id=hold.id,
            amount=Amount.of(hold.amount),
            created_at=recorded.at,
            last_day=hold.last_day,
            reference=recorded.references.get(hold.entry),
            captures=[Capture(id=one.id, amount=Amount.of(one.amount), created_at=at) for one, at in recorded.captures],
            releases=[Release(id=one.id, amount=Amount.of(one.amount), created_at=at) for one, at in recorded.releases],
            refunds=[Refund.recorded(one, at, recorded.references) for one, at in recorded.refunds],
            left=PossiblyNothing.of(recorded.left),
            refundable=PossiblyNothing.of(recorded.refundable),
        )
