"""What bodies have in common."""

import re
from datetime import date, datetime
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
)
from pydantic.alias_generators import to_camel

from merchant_api.faults import wrong
from merchant_api.requests import KEY
from pasledger.ledger.money import Money
from pasledger.rules.records import Attempt
from pasledger.rules.references import LONGEST, PATTERN, merchant_reference


class Body(BaseModel):
    """What is sent or answered, and nothing beside what is named."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid", strict=True, frozen=True)


Key = Annotated[str, StringConstraints(pattern=f"^{KEY}$")]
"""An idempotency key: unique for each attempt of a merchant, for ever."""


_ABOVE_ZERO = r"^([0-9]*[1-9][0-9]*\.[0-9]{2}|[0-9]+\.([0-9][1-9]|[1-9][0-9]))$"


class Amount(Body):
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


class PossiblyNothing(Body):
    """An amount in euros with two decimals, which may be zero."""

    currency: Literal["EUR"] = Field(examples=["EUR"])
    value: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,7}\.[0-9]{2}$")] = Field(examples=["0.00"])

    @classmethod
    def of(cls, money: Money) -> Self:
        """Write an amount."""
        return cls(currency="EUR", value=money.plain)


def _no_citizen(text: str) -> str:
    try:
        return merchant_reference(text)
    except ValueError:
        raise wrong("citizen") from None


Reference = Annotated[
    str,
    StringConstraints(pattern=f"^{PATTERN}$", max_length=LONGEST),
    AfterValidator(_no_citizen),
]
"""What a merchant calls what it books: a member number, an invoice, a pupil number."""

OWN_REFERENCE = Field(
    default=None,
    description="the merchant's own name for it, which comes back in lists and statements; no citizen service number",
    examples=["Member 2026-0117"],
)


def _to_the_millisecond(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _a_day(value: object) -> date:
    """Read a day, which is written in one way."""
    if isinstance(value, date):
        return value
    try:
        if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value, re.ASCII):
            return date.fromisoformat(value)
    except ValueError:
        pass  # as it is written, and no day: the 31st of a month that has none
    raise wrong("day")


Day = Annotated[date, BeforeValidator(_a_day)]
"""A day in the Netherlands."""

# As the books keep it, so that the first answer and its repeats are the same, and always of one length.
Moment = Annotated[datetime, PlainSerializer(_to_the_millisecond), Field(examples=["2026-11-21T22:15:34.856Z"])]


class Receipt(Body):
    """The answer to something that was booked."""

    id: str
    amount: Amount
    created_at: Moment

    @classmethod
    def of(cls, attempt: Attempt, amount: Money, **told: object) -> Self:
        """Write the answer to an attempt; the same attempt always has the same answer."""
        return cls.model_validate(
            {"id": attempt.result, "amount": Amount.of(amount), "created_at": attempt.recorded_at} | told
        )


class Page(Body):
    """A page of a list."""

    next: str | None = Field(
        default=None, description="what to send as `after` for the next page; nothing on the last one"
    )


class Balance(Body):
    """An amount in euros with two decimals, which may be below zero."""

    currency: Literal["EUR"] = Field(examples=["EUR"])
    value: Annotated[str, StringConstraints(pattern=r"^-?[0-9]{1,17}\.[0-9]{2}$")] = Field(examples=["-12.50"])

    @classmethod
    def of(cls, money: Money) -> Self:
        """Write an amount."""
        return cls(currency="EUR", value=money.plain)
