"""Offers, their use, and what everybody can read of them."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints

from merchant_api.schemas.cards import CardEntry
from merchant_api.schemas.common import OWN_REFERENCE, Amount, Body, Day, Moment, Reference
from pasledger.reports.suppression import FEWEST
from pasledger.rules.records import Attempt, Merchant, Offer
from pasledger.store.offers import KnownOffer

_OFFER_ID = "off_1f2e3d4c5b6a79880716253443526170"
_CATEGORIES = Field(description="what kinds of merchant it is", min_length=1, examples=[["culture", "sport"]])
_OFFER_KINDS = Literal["percentage", "amount-off", "price", "text"]


class NewOfferUse(Body):
    """The use of an offer and, with an amount, a payment in the same gesture."""

    card: CardEntry
    offer: Annotated[str, StringConstraints(pattern=r"^off_[0-9a-f]{32}$")] = Field(examples=[_OFFER_ID])
    amount: Amount | None = Field(
        default=None,
        description="what is left to pay after the discount; nothing where nothing is paid with the card",
        examples=[{"currency": "EUR", "value": "12.50"}],
    )
    reference: Reference | None = OWN_REFERENCE


class OfferUse(Body):
    """An offer that was used. Where something was paid, the id is that of a redemption, which can be given back."""

    id: str = Field(examples=["red_3f0c9f6e4f6b4d0b8d5e0c6f3a2b1c0d"])
    offer: str = Field(examples=[_OFFER_ID])
    amount: Amount | None = Field(default=None, examples=[{"currency": "EUR", "value": "12.50"}])
    created_at: Moment
    reference: str | None = OWN_REFERENCE

    @classmethod
    def of(cls, attempt: Attempt, asked: NewOfferUse) -> Self:
        """Write the answer to an attempt: what was asked, and that it was done."""
        return cls.model_validate(
            {
                "id": attempt.result,
                "offer": asked.offer,
                "amount": asked.amount,
                "created_at": attempt.recorded_at,
                "reference": asked.reference,
            }
        )


class _Offer(Body):
    id: str = Field(examples=[_OFFER_ID])
    words_nl: str = Field(description="what is offered, in Dutch", examples=["10% korting op een strippenkaart"])
    words_en: str = Field(description="the same in English", examples=["10% off a ten-ride card"])
    kind: _OFFER_KINDS
    percentage: int | None = Field(default=None, description="so many per cent off", examples=[10])
    amount: Amount | None = Field(
        default=None,
        description="so much off, or what it costs",
        examples=[{"currency": "EUR", "value": "2.50"}],
    )
    first_day: Day = Field(examples=["2026-11-01"])
    last_day: Day = Field(examples=["2026-12-31"])
    per_card: int | None = Field(default=None, description="how often with one card at most", examples=[2])


def _told(offer: Offer) -> dict[str, object]:
    return {
        "id": offer.id,
        "words_nl": offer.words_nl,
        "words_en": offer.words_en,
        "kind": offer.kind.value,
        "percentage": offer.percent,
        "amount": None if offer.amount is None else Amount.of(offer.amount),
        "first_day": offer.valid.starts_on,
        "last_day": offer.valid.last_day,
        "per_card": offer.per_card,
    }


class OwnOffer(_Offer):
    """An offer of the merchant, with how often it was used; by whom nobody can tell."""

    stock: int | None = Field(default=None, description="how often in all at most", examples=[100])
    branches: list[str] = Field(
        description="the labels of the only terminals where it can be used; none for all", examples=[["kassa 1"]]
    )
    state: Literal["proposed", "coming", "running", "over", "stopped"]
    uses: int | None = Field(description=f"null for fewer than {FEWEST}", examples=[17])
    usable: bool = Field(description="today, at this terminal, while there is stock", examples=[True])

    @classmethod
    def known(cls, known: KnownOffer, *, on: date, at: str) -> Self:
        """Write an offer as it is on a day, for a terminal."""
        offer = known.offer
        return cls.model_validate(
            _told(offer)
            | {
                "stock": offer.stock,
                "branches": list(offer.branches),
                "state": known.state(on).value,
                "uses": known.uses_told,
                "usable": known.is_usable(on, at),
            }
        )


class Offers(Body):
    """The merchant's own offers, the oldest first."""

    items: list[OwnOffer]


class PublicOffer(_Offer):
    """An offer that runs today, and whose it is."""

    merchant: str = Field(examples=["Zwemclub De Dolfijn"])
    place: str = Field(examples=["Dronten"])
    categories: list[str] = _CATEGORIES


class PublicOffers(Body):
    """Every offer that runs today, by the name of its merchant."""

    items: list[PublicOffer]

    @classmethod
    def of(cls, found: Iterable[tuple[KnownOffer, Merchant]]) -> Self:
        """Write offers with their merchants."""
        return cls(
            items=[
                PublicOffer.model_validate(
                    _told(known.offer)
                    | {"merchant": merchant.name, "place": merchant.place, "categories": list(merchant.categories)}
                )
                for known, merchant in found
            ]
        )


class PublicMerchant(Body):
    """A merchant that accepts the card."""

    name: str = Field(examples=["Zwemclub De Dolfijn"])
    place: str = Field(examples=["Dronten"])
    categories: list[str] = _CATEGORIES


class PublicMerchants(Body):
    """Every merchant that accepts the card today, by name."""

    items: list[PublicMerchant]

    @classmethod
    def of(cls, found: Iterable[Merchant]) -> Self:
        """Write merchants."""
        return cls(
            items=[PublicMerchant(name=one.name, place=one.place, categories=list(one.categories)) for one in found]
        )
