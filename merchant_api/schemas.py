"""The bodies of requests and responses. Nothing in a response depends on more than the request and its yes or no."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    model_validator,
)
from pydantic.alias_generators import to_camel

from merchant_api.requests import KEY
from pasledger.ledger.money import Money
from pasledger.rules.cards import CardNumber, TokenHash
from pasledger.rules.records import Attempt
from pasledger.store.reading import Recorded


class _Body(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid", strict=True, frozen=True)


Key = Annotated[str, StringConstraints(pattern=f"^{KEY}$")]
"""An idempotency key: unique for each attempt of a merchant, for ever."""


_ABOVE_ZERO = r"^([0-9]*[1-9][0-9]*\.[0-9]{2}|[0-9]+\.([0-9][1-9]|[1-9][0-9]))$"


class Amount(_Body):
    """An amount above zero, in euros with two decimals."""

    currency: Literal["EUR"] = Field(examples=["EUR"])
    value: Annotated[str, StringConstraints(pattern=_ABOVE_ZERO, max_length=10)] = Field(examples=["12.50"])

    @property
    def money(self) -> Money:
        """The amount in cents."""
        return Money.parse(self.value)

    @classmethod
    def of(cls, money: Money) -> Self:
        """Write an amount."""
        return cls(currency="EUR", value=money.plain)


class PossiblyNothing(_Body):
    """An amount in euros with two decimals, which may be zero."""

    currency: Literal["EUR"] = Field(examples=["EUR"])
    value: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,7}\.[0-9]{2}$")] = Field(examples=["0.00"])


def _without_default(schema: dict[str, Any]) -> None:
    """What is not sent is empty here, which is nothing that could be sent."""
    schema.pop("default")


def _card_number(schema: dict[str, Any]) -> None:
    """Say that a pattern is not all there is to it."""
    _without_default(schema)
    schema["format"] = "card-number"


class CardEntry(_Body):
    """How the card was presented: the token that its QR carries, with the PIN or without, or its number and the PIN."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {"required": ["token"], "not": {"required": ["number"]}},
                {"required": ["number", "pin"], "not": {"required": ["token"]}},
            ]
        },
    )

    token: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{22}$")] = Field(
        default="", examples=["Zm9vYmFyYmF6cXV4cXV1eA"], json_schema_extra=_without_default
    )
    number: Annotated[str, StringConstraints(pattern=r"^9[0-9]{15}$"), AfterValidator(CardNumber.parse)] = Field(
        default="",
        description="the 16 digits on the card, the last two of which check the others",
        examples=["9123456789012317"],
        json_schema_extra=_card_number,
    )
    pin: Annotated[str, StringConstraints(pattern=r"^[0-9]{4,8}$")] = Field(
        default="", repr=False, examples=["4711"], json_schema_extra=_without_default
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if bool(self.token) == bool(self.number):
            raise ValueError("a card has either its token or its number")
        if self.number and not self.pin:
            raise ValueError("a number needs the PIN")
        return self

    @property
    def named(self) -> CardNumber | TokenHash:
        """How the books know the card."""
        return CardNumber(self.number) if self.number else TokenHash.of(self.token)


class NewRedemption(_Body):
    """A payment that is asked for, whole or not at all."""

    card: CardEntry
    amount: Amount


class NewRefund(_Body):
    """How much of a redemption is to be given back."""

    amount: Amount


def _to_the_millisecond(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


# As the books keep it, so that the first answer and its repeats are the same, and always of one length.
Moment = Annotated[datetime, PlainSerializer(_to_the_millisecond)]


class _Receipt(_Body):
    id: str
    amount: Amount
    created_at: Moment

    @classmethod
    def of(cls, attempt: Attempt, amount: Money) -> Self:
        """Write the answer to an attempt; the same attempt always has the same answer."""
        return cls(id=str(attempt.result), amount=Amount.of(amount), created_at=attempt.recorded_at)


class Redemption(_Receipt):
    """A payment that was made."""

    id: str = Field(examples=["red_3f0c9f6e4f6b4d0b8d5e0c6f3a2b1c0d"])


class Refund(_Receipt):
    """Money that was given back."""

    id: str = Field(examples=["rfd_9a1b2c3d4e5f60718293a4b5c6d7e8f9"])


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
            refunds=[
                Refund(id=refund.id, amount=Amount.of(refund.amount), created_at=at) for refund, at in recorded.refunds
            ],
            refundable=PossiblyNothing(currency="EUR", value=recorded.refundable.plain),
        )


class KeyOutcome(_Body):
    """What became of an idempotency key."""

    key: Key
    outcome: Literal["accepted", "refused"]
    redemption: str | None = Field(default=None, description="the redemption that it led to, if any")
    refund: str | None = Field(default=None, description="the refund that it led to, if any")


class Condition(_Body):
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
