"""Payment requests."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints

from merchant_api.faults import wrong
from merchant_api.schemas.common import Amount, Body, Day, Moment, Page, PossiblyNothing, Receipt, Reference
from pasledger.formats.faults import Misread
from pasledger.formats.payment_requests import MOST_SIGNS, WORDS, asked_words
from pasledger.ledger.ids import PaymentRequestId
from pasledger.rules.records import Attempt
from pasledger.store.asking import KnownPaymentRequest
from pasledger.usecases.payment_requests import link_of


def _in_words(text: str) -> str:
    try:
        return asked_words(text.strip())
    except Misread:
        raise wrong("citizen") from None


_REQUEST_ID = "pre_1f2e3d4c5b6a79880716253443526170"
Words = Annotated[
    str,
    StringConstraints(pattern=f"^{WORDS}$", max_length=MOST_SIGNS),
    AfterValidator(_in_words),
]
"""What a payment is asked for, on one line."""


class NewPaymentRequest(Body):
    """A payment that is asked for."""

    amount: Amount
    reference: Reference = Field(
        description="the merchant's own name for it; no citizen service number, and better no name",
        examples=["7A-01"],
    )
    words_nl: Words = Field(description="what it is for, in Dutch", examples=["Schoolreis groep 7"])
    words_en: Words | None = Field(default=None, description="the same in English", examples=["Trip of group 7"])
    last_day: Day = Field(description="the last day on which it can be paid", examples=["2026-12-20"])
    up_to: bool = Field(
        default=False, description="whether the amount is the most, and any less is as good", examples=[False]
    )
    voluntary: bool = Field(
        default=False, description="whether the page says that nobody has to pay it", examples=[True]
    )


class MadePaymentRequest(Receipt):
    """A payment request, as it was made."""

    id: str = Field(examples=[_REQUEST_ID])
    link: str = Field(
        description="for whoever may pay: it names nobody, no reference and no amount",
        examples=[f"https://pas.example/mycard/requests/{_REQUEST_ID}"],
    )
    reference: str | None = Field(default=None, examples=["7A-01"])
    words_nl: str = Field(examples=["Schoolreis groep 7"])
    words_en: str | None = Field(default=None, examples=["Trip of group 7"])
    last_day: Day = Field(description="the last day on which it can be paid", examples=["2026-12-20"])
    up_to: bool = Field(examples=[False])
    voluntary: bool = Field(examples=[True])

    @classmethod
    def of(cls, attempt: Attempt, asked: NewPaymentRequest, *, base: str) -> Self:  # type: ignore[override]
        """Write the answer to an attempt: what was asked, and its link."""
        return cls.model_validate(
            {
                "id": attempt.result,
                "amount": asked.amount,
                "created_at": attempt.recorded_at,
                "link": link_of(PaymentRequestId(str(attempt.result)), base),
                "reference": asked.reference,
                "words_nl": asked.words_nl,
                "words_en": asked.words_en,
                "last_day": asked.last_day,
                "up_to": asked.up_to,
                "voluntary": asked.voluntary,
            }
        )


class PaymentRequest(MadePaymentRequest):
    """A payment request as it stands: how much was paid, and neither by whom, nor why not."""

    state: Literal["open", "paid-in-part", "paid", "withdrawn", "over"]
    paid: PossiblyNothing = Field(description="what was paid, less what was given back")
    open: PossiblyNothing = Field(description="what can still be paid")
    reminders: int = Field(description="how often the merchant reminded of it", examples=[0])

    @classmethod
    def known(cls, known: KnownPaymentRequest, *, on: date, base: str) -> Self:
        """Write what the books have."""
        asked = known.request
        return cls.model_validate(
            {
                "id": asked.id,
                "amount": Amount.of(asked.amount),
                "created_at": known.asked_at,
                "link": link_of(asked.id, base),
                "reference": known.reference,
                "words_nl": asked.words_nl,
                "words_en": asked.words_en or None,
                "last_day": asked.last_day,
                "up_to": asked.is_up_to,
                "voluntary": asked.is_voluntary,
                "state": known.state(on).value,
                "paid": PossiblyNothing.of(known.paid),
                "open": PossiblyNothing.of(known.open(on)),
                "reminders": known.progress.reminders,
            }
        )


class PaymentRequests(Page):
    """A page of payment requests, the newest first."""

    items: list[PaymentRequest]


class PaymentRequestStep(Body):
    """What became of a payment request: it was withdrawn, or its merchant reminded of it."""

    id: str = Field(description="the payment request", examples=[_REQUEST_ID])
    created_at: Moment

    @classmethod
    def of(cls, attempt: Attempt) -> Self:
        """Write the answer to an attempt."""
        return cls.model_validate({"id": attempt.result, "created_at": attempt.recorded_at})
