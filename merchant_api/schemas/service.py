"""What became of a key, how the service is, and what is wrong."""

from typing import Literal

from pydantic import BaseModel, Field

from merchant_api.schemas.common import Body, Key


class KeyOutcome(Body):
    """What became of an idempotency key."""

    key: Key = Field(examples=["8e03978e-40d5-43e8-bc93-6894a57f9324"])
    outcome: Literal["accepted", "refused"]
    redemption: str | None = Field(default=None, description="the redemption that it led to, if any")
    refund: str | None = Field(default=None, description="the refund that it led to, if any")
    hold: str | None = Field(default=None, description="the hold that it led to, if any")
    capture: str | None = Field(default=None, description="the capture that it led to, if any")
    release: str | None = Field(default=None, description="the release that it led to, if any")
    offer_use: str | None = Field(
        default=None, description="the use of an offer that it led to, if any; one with a payment is a redemption"
    )
    payment_request: str | None = Field(
        default=None, description="the payment request that was made, withdrawn or reminded of, if any"
    )


class Condition(Body):
    """How the service is."""

    status: Literal["up", "ready"]


class FieldError(BaseModel):
    """One thing that is wrong with a request."""

    pointer: str = Field(examples=["#/amount/value"])
    detail: str


class ProblemDetails(BaseModel):
    """A problem, by RFC 9457."""

    type: str = Field(examples=["/problems/refused"])
    status: int = Field(examples=[402])
    title: str = Field(examples=["Not accepted"])
    detail: str = Field(examples=["This payment cannot be made with this card."])
    errors: list[FieldError] | None = Field(default=None, description="all that is wrong with an invalid request")
