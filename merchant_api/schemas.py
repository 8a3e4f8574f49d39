"""The bodies of requests and responses. Nothing in a response depends on more than the request and its yes or no."""

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    model_validator,
)
from pydantic.alias_generators import to_camel

from merchant_api.faults import wrong
from merchant_api.requests import KEY
from pasledger.formats.faults import Misread
from pasledger.formats.payment_requests import MOST_SIGNS, WORDS, asked_words
from pasledger.ledger.ids import HoldId, PaymentRequestId
from pasledger.ledger.journal import EntryKind
from pasledger.ledger.money import ZERO, Money
from pasledger.reports.merchant_statement import MerchantStatement
from pasledger.rules.cards import CardNumber, TokenHash
from pasledger.rules.records import Attempt, Merchant, Offer
from pasledger.rules.references import LONGEST, PATTERN, merchant_reference
from pasledger.store.asking import KnownPaymentRequest
from pasledger.store.holding import RecordedHold
from pasledger.store.offers import KnownOffer
from pasledger.store.payouts import LineFound, SentPayout
from pasledger.store.reading import Recorded
from pasledger.store.selling import Listed
from pasledger.usecases.payment_requests import link_of


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

    @classmethod
    def of(cls, money: Money) -> Self:
        """Write an amount."""
        return cls(currency="EUR", value=money.plain)


def _no_citizen(text: str) -> str:
    try:
        return merchant_reference(text)
    except ValueError:
        raise wrong("citizen") from None


def _in_words(text: str) -> str:
    try:
        return asked_words(text.strip())
    except Misread:
        raise wrong("citizen") from None


Reference = Annotated[
    str,
    StringConstraints(pattern=f"^{PATTERN}$", max_length=LONGEST),
    AfterValidator(_no_citizen),
]
"""What a merchant calls what it books: a member number, an invoice, a pupil number."""

_reference = Field(
    default=None,
    description="the merchant's own name for it, which comes back in lists and statements; no citizen service number",
    examples=["Member 2026-0117"],
)


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


class CardEntry(_Body):
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


class NewRedemption(_Body):
    """A payment that is asked for, whole or not at all."""

    card: CardEntry
    amount: Amount
    reference: Reference | None = _reference


class NewRefund(_Body):
    """How much is to be given back."""

    amount: Amount
    reference: Reference | None = _reference


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


class _Receipt(_Body):
    id: str
    amount: Amount
    created_at: Moment

    @classmethod
    def of(cls, attempt: Attempt, amount: Money, **told: object) -> Self:
        """Write the answer to an attempt; the same attempt always has the same answer."""
        return cls.model_validate(
            {"id": attempt.result, "amount": Amount.of(amount), "created_at": attempt.recorded_at} | told
        )


class Redemption(_Receipt):
    """A payment that was made."""

    id: str = Field(examples=["red_3f0c9f6e4f6b4d0b8d5e0c6f3a2b1c0d"])
    reference: str | None = _reference


class Refund(_Receipt):
    """Money that was given back."""

    id: str = Field(examples=["rfd_9a1b2c3d4e5f60718293a4b5c6d7e8f9"])
    reference: str | None = _reference


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
            reference=recorded.references.get(redemption.entry),
            refunds=[
                Refund(
                    id=refund.id,
                    amount=Amount.of(refund.amount),
                    created_at=at,
                    reference=recorded.references.get(refund.entry),
                )
                for refund, at in recorded.refunds
            ],
            refundable=PossiblyNothing.of(recorded.refundable),
        )


class NewHold(_Body):
    """A payment that is set aside, to be taken by a day."""

    card: CardEntry
    amount: Amount
    last_day: Day = Field(description="the last day on which it can be taken", examples=["2026-12-20"])
    reference: Reference | None = _reference


class Share(_Body):
    """How much of a hold is to be taken, or let go."""

    amount: Amount


class Hold(_Receipt):
    """A payment that was set aside."""

    id: str = Field(examples=["hol_0d1c2b3a4f5e60718293a4b5c6d7e8f9"])
    last_day: Day = Field(description="the last day on which it can be taken", examples=["2026-12-20"])
    reference: str | None = _reference


class Capture(_Receipt):
    """What was taken of a hold."""

    id: str = Field(examples=["cap_5e60718293a4b5c6d7e8f90d1c2b3a4f"])


class Release(_Receipt):
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
            refunds=[
                Refund(
                    id=one.id,
                    amount=Amount.of(one.amount),
                    created_at=at,
                    reference=recorded.references.get(one.entry),
                )
                for one, at in recorded.refunds
            ],
            left=PossiblyNothing.of(recorded.left),
            refundable=PossiblyNothing.of(recorded.refundable),
        )


class _Listed(_Body):
    id: str
    amount: Amount
    created_at: Moment
    reference: str | None = _reference
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


class _Page(_Body):
    next: str | None = Field(
        default=None, description="what to send as `after` for the next page; nothing on the last one"
    )


class Redemptions(_Page):
    """A page of payments, the newest first."""

    items: list[ListedRedemption]


class Refunds(_Page):
    """A page of refunds, the newest first."""

    items: list[ListedRefund]


class Holds(_Page):
    """A page of holds, the newest first."""

    items: list[ListedHold]


class Balance(_Body):
    """An amount in euros with two decimals, which may be below zero."""

    currency: Literal["EUR"] = Field(examples=["EUR"])
    value: Annotated[str, StringConstraints(pattern=r"^-?[0-9]{1,17}\.[0-9]{2}$")] = Field(examples=["-12.50"])

    @classmethod
    def of(cls, money: Money) -> Self:
        """Write an amount."""
        return cls(currency="EUR", value=money.plain)


class StatementLine(_Body):
    """One thing that happened, by how much it changed what is owed."""

    kind: Literal["redemption", "capture", "refund", "correction", "returned", "paid"]
    id: str | None = Field(default=None, examples=["red_3f0c9f6e4f6b4d0b8d5e0c6f3a2b1c0d"])
    created_at: Moment
    day: Day = Field(description="the day on which it counts", examples=["2026-11-24"])
    amount: Balance
    reference: str | None = Field(
        default=None,
        description="the merchant's own name for it; of what was paid and of what came back, the number of the payout",
        examples=["Member 2026-0117"],
    )
    terminal: str | None = Field(default=None, description="the label of the terminal", examples=["kassa 1"])


class ListedPayout(_Body):
    """What went to the merchant's bank account, as one payment."""

    id: str = Field(examples=["pay_5d4c3b2a190817161514131211100f0e"])
    number: str = Field(description="as it stands on the merchant's bank statement", examples=["2026-0007-0001"])
    amount: Amount
    state: Literal["sent", "paid", "returned", "cancelled"] = Field(
        description="sent to the bank; paid by it; came back from the merchant's bank; not made, and owed again",
        examples=["paid"],
    )
    pay_on: Day = Field(description="the day on which the bank pays", examples=["2026-11-27"])
    iban: str = Field(description="the account that it goes to", examples=["NL91ABNA0417164300"])
    first_day: Day = Field(description="the first day that it is about", examples=["2026-11-01"])
    last_day: Day = Field(description="the last day that it is about", examples=["2026-11-25"])
    created_at: Moment

    @classmethod
    def of(cls, one: SentPayout, **more: object) -> Self:
        """Write a payout."""
        return cls.model_validate(
            {
                "id": one.id,
                "number": one.number,
                "amount": Amount.of(one.amount),
                "state": "sent" if one.became is None else one.became.value,
                "pay_on": one.execute_on,
                "iban": one.iban,
                "first_day": one.first_day,
                "last_day": one.last_day,
                "created_at": one.sent_at,
            }
            | more
        )


class Payouts(_Page):
    """A page of payouts, the newest first."""

    items: list[ListedPayout]


class PayoutLine(_Body):
    """One thing behind a payout, by how much it changed what was owed."""

    kind: Literal["redemption", "capture", "refund", "correction", "returned"]
    id: str | None = Field(default=None, examples=["red_3f0c9f6e4f6b4d0b8d5e0c6f3a2b1c0d"])
    created_at: Moment
    day: Day = Field(description="the day on which it counts", examples=["2026-11-24"])
    amount: Balance
    reference: str | None = _reference


class Payout(ListedPayout):
    """A payout with all that is behind it: the lines add up to the amount."""

    lines: list[PayoutLine]

    @classmethod
    def with_lines(cls, one: SentPayout, lines: Iterable[LineFound]) -> Self:
        """Write a payout with its lines."""
        written = [
            PayoutLine(
                kind=_LINE_KINDS[line.kind],
                id=line.id or None,
                created_at=line.recorded_at,
                day=line.effective_on,
                amount=Balance.of(line.amount),
                reference=line.reference or None,
            )
            for line in lines
        ]
        return cls.of(one, lines=written)


_LINE_KINDS: dict[EntryKind, Literal["redemption", "capture", "refund", "correction", "returned"]] = {
    EntryKind.REDEEMED: "redemption",
    EntryKind.CAPTURED: "capture",
    EntryKind.REFUNDED: "refund",
    EntryKind.CORRECTED: "correction",
    EntryKind.WRITTEN_OFF: "correction",
    EntryKind.RETURNED: "returned",
}
"""What a merchant is told for each kind of entry that changes what it is owed."""


class Statement(_Body):
    """What a merchant sold, gave back and was paid in a period.

    Opening + redemptions + captures - refunds + corrections + returned = paid + in payment + closing.
    """

    merchant: str = Field(examples=["Zwemclub De Dolfijn"])
    first_day: Day = Field(examples=["2026-11-01"])
    last_day: Day = Field(examples=["2026-11-30"])
    opening_owed: Balance = Field(description="owed when the period began, in payment or not")
    redemptions: Balance
    captures: Balance
    refunds: Balance
    corrections: Balance = Field(description="countered by the municipality, and debts that are not collected any more")
    returned: Balance = Field(description="came back from the bank, or was repaid by the merchant")
    paid: Balance
    in_payment: Balance = Field(description="on its way when the period ended")
    closing_owed: Balance = Field(description="owed when the period ended, and not on its way")
    lines: list[StatementLine]

    @classmethod
    def of(cls, statement: MerchantStatement) -> Self:
        """Write a statement."""
        sums = (
            *("opening_owed", "redemptions", "captures", "refunds", "corrections", "returned"),
            *("paid", "in_payment", "closing_owed"),
        )
        return cls.model_validate(
            {
                "merchant": statement.merchant,
                "first_day": statement.period.starts_on,
                "last_day": statement.period.last_day,
                "lines": [
                    StatementLine(
                        kind=line.kind.value,
                        id=line.id,
                        created_at=line.at,
                        day=line.on,
                        amount=Balance.of(line.amount),
                        reference=line.reference,
                        terminal=line.terminal,
                    )
                    for line in statement.lines
                ],
            }
            | {name: Balance.of(getattr(statement, name)) for name in sums}
        )


class KeyOutcome(_Body):
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


class Condition(_Body):
    """How the service is."""

    status: Literal["up", "ready"]


_OFFER_ID = "off_1f2e3d4c5b6a79880716253443526170"
_OFFER_KINDS = Literal["percentage", "amount-off", "price", "text"]


class NewOfferUse(_Body):
    """The use of an offer and, with an amount, a payment in the same gesture."""

    card: CardEntry
    offer: Annotated[str, StringConstraints(pattern=r"^off_[0-9a-f]{32}$")] = Field(examples=[_OFFER_ID])
    amount: Amount | None = Field(
        default=None,
        description="what is left to pay after the discount; nothing where nothing is paid with the card",
        examples=[{"currency": "EUR", "value": "12.50"}],
    )
    reference: Reference | None = _reference


class OfferUse(_Body):
    """An offer that was used. Where something was paid, the id is that of a redemption, which can be given back."""

    id: str = Field(examples=["red_3f0c9f6e4f6b4d0b8d5e0c6f3a2b1c0d"])
    offer: str = Field(examples=[_OFFER_ID])
    amount: Amount | None = Field(default=None, examples=[{"currency": "EUR", "value": "12.50"}])
    created_at: Moment
    reference: str | None = _reference

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


class _Offer(_Body):
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
    uses: int = Field(examples=[17])
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
                "uses": known.used,
                "usable": known.is_usable(on, at),
            }
        )


class Offers(_Body):
    """The merchant's own offers, the oldest first."""

    items: list[OwnOffer]


class PublicOffer(_Offer):
    """An offer that runs today, and whose it is."""

    merchant: str = Field(examples=["Zwemclub De Dolfijn"])
    place: str = Field(examples=["Dronten"])
    category: str = Field(description="what kind of merchant it is", examples=["sport"])


class PublicOffers(_Body):
    """Every offer that runs today, by the name of its merchant."""

    items: list[PublicOffer]

    @classmethod
    def of(cls, found: Iterable[tuple[KnownOffer, Merchant]]) -> Self:
        """Write offers with their merchants."""
        return cls(
            items=[
                PublicOffer.model_validate(
                    _told(known.offer)
                    | {"merchant": merchant.name, "place": merchant.place, "category": merchant.category}
                )
                for known, merchant in found
            ]
        )


class PublicMerchant(_Body):
    """A merchant that accepts the card."""

    name: str = Field(examples=["Zwemclub De Dolfijn"])
    place: str = Field(examples=["Dronten"])
    category: str = Field(description="what kind of merchant it is", examples=["sport"])


class PublicMerchants(_Body):
    """Every merchant that accepts the card today, by name."""

    items: list[PublicMerchant]

    @classmethod
    def of(cls, found: Iterable[Merchant]) -> Self:
        """Write merchants."""
        return cls(items=[PublicMerchant(name=one.name, place=one.place, category=one.category) for one in found])


_REQUEST_ID = "pre_1f2e3d4c5b6a79880716253443526170"
Words = Annotated[
    str,
    StringConstraints(pattern=f"^{WORDS}$", max_length=MOST_SIGNS),
    AfterValidator(_in_words),
]
"""What a payment is asked for, on one line."""


class NewPaymentRequest(_Body):
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


class MadePaymentRequest(_Receipt):
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


class PaymentRequests(_Page):
    """A page of payment requests, the newest first."""

    items: list[PaymentRequest]


class PaymentRequestStep(_Body):
    """What became of a payment request: it was withdrawn, or its merchant reminded of it."""

    id: str = Field(description="the payment request", examples=[_REQUEST_ID])
    created_at: Moment

    @classmethod
    def of(cls, attempt: Attempt) -> Self:
        """Write the answer to an attempt."""
        return cls.model_validate({"id": attempt.result, "created_at": attempt.recorded_at})


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
