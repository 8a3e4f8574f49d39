"""Lists, page by page."""

from typing import Self

from pydantic import Field

from merchant_api.schemas.common import OWN_REFERENCE, Amount, Body, Day, Moment, Page, PossiblyNothing
from pasledger.ledger.ids import HoldId
from pasledger.ledger.money import ZERO
from pasledger.store.selling import Listed


class _Listed(Body):
    id: str
    amount: Amount
    created_at: Moment
    reference: str | None = OWN_REFERENCE
    terminal: str | None = Field(default=None, description="the label of the terminal", examples=["kassa 1"])

    @classmethod
    def of(cls, one: Listed, **more: object) -> Self:
        """Write one thing of a list."""
        common = {"id": one.id, "amount": Amount.of(one.amount), "created_at": one.at, "reference": one.reference}
        return cls.model_validate(common | {"terminal": one.terminal} | more)


class ListedRedemption(_Listed):
    """A payment in a list."""

    id: str = Field(examples=["red_3f0c9f6e4f6b4d0b8d5e0c6f3a2b1c0d"])


class ListedRefund(_Listed):
    """A refund in a list, with what it is of."""

    id: str = Field(examples=["rfd_9a1b2c3d4e5f60718293a4b5c6d7e8f9"])
    redemption: str | None = Field(default=None, description="the redemption that it is of, if it is of one")
    hold: str | None = Field(default=None, description="the hold that it is of, if it is of one")

    @classmethod
    def of(cls, one: Listed, **more: object) -> Self:
        """Write a refund."""
        kind = "hold" if (one.of or "").startswith(HoldId.prefix) else "redemption"
        return super().of(one, **{kind: one.of}, **more)


class ListedHold(_Listed):
    """A hold in a list, with what is left of it."""

    id: str = Field(examples=["hol_0d1c2b3a4f5e60718293a4b5c6d7e8f9"])
    last_day: Day = Field(description="the last day on which it can be taken", examples=["2026-12-20"])
    left: PossiblyNothing = Field(description="what is still held")

    @classmethod
    def of(cls, one: Listed, **more: object) -> Self:
        """Write a hold."""
        return super().of(one, last_day=one.last_day, left=PossiblyNothing.of(one.left or ZERO), **more)


class Redemptions(Page):
    """A page of payments, the newest first."""

    items: list[ListedRedemption]


class Refunds(Page):
    """A page of refunds, the newest first."""

    items: list[ListedRefund]


class Holds(Page):
    """A page of holds, the newest first."""

    items: list[ListedHold]
