"""Offers: what a merchant offers to every card, what became of an offer, and how often it was used.

A use is kept by offer, day and terminal, and by no card. Where an offer has a limit for each card, a mark is kept that
only the key of the books can make of a holder and this one offer, and that goes when the offer is over.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pasledger.ledger.ids import MerchantId, OfferId, TerminalId, UseId
from pasledger.ledger.money import ZERO, Money
from pasledger.ledger.periods import Period

MOST_PERCENT = 100


class OfferKind(StrEnum):
    """What an offer comes to, beside its words."""

    PERCENTAGE = "percentage"
    AMOUNT_OFF = "amount-off"
    PRICE = "price"
    TEXT = "text"
    """Its words say all of it."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a merchant offers in a period to every card that is active. It never changes: another offer is another."""

    id: OfferId
    merchant: MerchantId
    words_nl: str
    words_en: str
    kind: OfferKind
    percent: int | None
    amount: Money | None
    """What goes off, or what is to be paid."""
    valid: Period
    per_card: int | None
    """How often one holder can use it; None for always."""
    stock: int | None
    """How often it can be used in all; None for always."""
    branches: tuple[str, ...] = ()
    """The labels of the only terminals where it can be used; none for all of the merchant's."""

    def __post_init__(self) -> None:
        if (self.percent is not None) != (self.kind is OfferKind.PERCENTAGE):
            raise ValueError("an offer of a percentage, and no other, has one")
        if (self.amount is not None) != (self.kind in (OfferKind.AMOUNT_OFF, OfferKind.PRICE)):
            raise ValueError("an offer of an amount off or of a price, and no other, has an amount")
        if self.percent is not None and not 0 < self.percent <= MOST_PERCENT:
            raise ValueError("a percentage is above zero and at most a hundred")
        if self.amount is not None and self.amount <= ZERO:
            raise ValueError("an amount is above zero")
        if any(most is not None and most < 1 for most in (self.per_card, self.stock)):
            raise ValueError("a limit is at least one")

    def words(self, language: str) -> str:
        """Return what is offered, in Dutch or else in English."""
        return self.words_nl if language == "nl" else self.words_en

    def is_at(self, branch: str | None) -> bool:
        """Return whether it can be used at the terminal with a label."""
        return not self.branches or branch in self.branches


class OfferStep(StrEnum):
    """What can become of an offer that was proposed."""

    APPROVED = "approved"
    STOPPED = "stopped"
    FORGOTTEN = "forgotten"
    """It is over, and which cards used it cannot be told any more."""


@dataclass(frozen=True, slots=True)
class OfferApproved:
    """The municipality lets an offer run."""

    offer: OfferId
    prepared_by: str
    """Who proposed it."""
    approved_by: str


@dataclass(frozen=True, slots=True)
class OfferStopped:
    """An offer runs no more, or never did. No two steps have one number."""

    offer: OfferId
    number: int


@dataclass(frozen=True, slots=True)
class OfferUsed:
    """An offer was used, by somebody with a card. The id is told to nobody, so that no answer and no key leads here."""

    id: UseId
    offer: OfferId
    on: date
    terminal: TerminalId | None
    number: int
    """How often it was used by then."""


@dataclass(frozen=True, slots=True)
class OfferMarked:
    """Somebody used an offer that has a limit for each card, for so many times."""

    offer: OfferId
    mark: str
    number: int


@dataclass(frozen=True, slots=True)
class OfferForgotten:
    """The marks of an offer that is over are gone."""

    offer: OfferId
    number: int
