"""How a card is presented."""

from typing import Annotated, Any, Self

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator

from merchant_api.faults import wrong
from merchant_api.schemas.common import Body
from pasledger.rules.cards import CardNumber, TokenHash


def _without_default(schema: dict[str, Any]) -> None:
    """What is not sent is empty here, which is nothing that could be sent."""
    schema.pop("default")


def _card_number(schema: dict[str, Any]) -> None:
    """Say that a pattern is not all there is to it."""
    _without_default(schema)
    schema["format"] = "card-number"


def _checked(text: str) -> str:
    try:
        return CardNumber.parse(text)
    except ValueError:
        raise wrong("card-number") from None


class CardEntry(Body):
    """How the card was presented: the token that its QR carries, with the PIN or without, or its number and the PIN."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"token": "Zm9vYmFyYmF6cXV4cXV1eA"}],
            # Not as two alternatives: of those, programs that make clients make no type at all.
            "if": {"required": ["number"]},
            "then": {"required": ["pin"], "not": {"required": ["token"]}},
            "else": {"required": ["token"]},
        },
    )

    token: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{22}$")] = Field(
        default="", examples=["Zm9vYmFyYmF6cXV4cXV1eA"], json_schema_extra=_without_default
    )
    number: Annotated[str, StringConstraints(pattern=r"^9[0-9]{15}$"), AfterValidator(_checked)] = Field(
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
            raise wrong("one-way")
        if self.number and not self.pin:
            raise wrong("pin-needed")
        return self

    @property
    def named(self) -> CardNumber | TokenHash:
        """How the books know the card."""
        return CardNumber(self.number) if self.number else TokenHash.of(self.token)
