"""Payment requests: what a merchant asks of whoever has the link, and what became of it.

A request names nobody. Its merchant's own reference is kept apart, and the request stays bound to it when it is gone.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from pasledger.ledger.ids import EntryId, MerchantId, PaymentRequestId, RequestListId
from pasledger.ledger.money import ZERO, Money
from pasledger.rules.records.commitments import commitment


@dataclass(frozen=True, slots=True)
class PaymentRequest:
    """What a merchant asks. It never changes: another request is another."""

    id: PaymentRequestId
    list: RequestListId
    place: int
    """Which one of those that were made at once."""
    merchant: MerchantId
    amount: Money
    is_up_to: bool
    """Whether the amount is the most, and any less is as good."""
    is_voluntary: bool
    """Whether its merchant says that nobody has to pay it."""
    words_nl: str
    words_en: str
    """What it is for; nothing where that is said in Dutch only."""
    asked_on: date
    ends_before: date
    commitment: str

    def __post_init__(self) -> None:
        if self.amount <= ZERO:
            raise ValueError("an amount is above zero")
        if self.asked_on >= self.ends_before:
            raise ValueError("a request ends after it was made")

    @property
    def last_day(self) -> date:
        """The last day on which it can be paid."""
        return self.ends_before - timedelta(days=1)

    def words(self, language: str) -> str:
        """Return what it is for, in English where that is said, and in Dutch otherwise."""
        return self.words_en if language != "nl" and self.words_en else self.words_nl


@dataclass(frozen=True, slots=True)
class PaymentRequestReference:
    """What its merchant calls a request. It can be deleted; the request stays bound."""

    request: PaymentRequestId
    text: str
    salt: str

    @property
    def commitment(self) -> str:
        """What stays when the reference is deleted."""
        return commitment(self.salt, self.text)


class PaymentRequestStep(StrEnum):
    """What can become of a request."""

    PAID = "paid"
    """By a redemption, of all that was open or of some of it."""
    REMINDED = "reminded"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class PaymentRequestStepped:
    """Something became of a request. No two steps have one number: of two at once, the second is decided anew."""

    request: PaymentRequestId
    number: int
    step: PaymentRequestStep
    on: date
    entry: EntryId | None = None
    """The redemption that paid."""
    amount: Money = ZERO
    """What it paid."""


@dataclass(frozen=True, slots=True)
class PaymentRequestProgress:
    """What became of a request until now."""

    steps: int = 0
    paid: Money = ZERO
    """What was paid, less what was given back of that."""
    reminders: int = 0
    reminded_on: date | None = None
    """The day of the last one."""
    is_withdrawn: bool = False

    def after(self, taken: PaymentRequestStepped) -> "PaymentRequestProgress":
        """Return the same, with one step more."""
        match taken.step:
            case PaymentRequestStep.PAID:
                return replace(self, steps=taken.number, paid=self.paid + taken.amount)
            case PaymentRequestStep.REMINDED:
                return replace(self, steps=taken.number, reminders=self.reminders + 1, reminded_on=taken.on)
            case PaymentRequestStep.WITHDRAWN:
                return replace(self, steps=taken.number, is_withdrawn=True)


NOTHING_YET = PaymentRequestProgress()
