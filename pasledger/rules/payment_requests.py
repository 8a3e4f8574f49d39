"""Payment requests (betaalverzoeken): a merchant asks, and whoever has the link pays, wholly, in part, or not.

Paying is a redemption, decided as every other. Nobody pays more than is open: each payment of a request has the next
number of its steps, so that of two at one moment the second is decided anew. What is given back is open again, until
the request is over. The merchant sees how much was paid, and never by whom, or why not.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from pasledger.ledger.ids import (
    MerchantId,
    PaymentRequestId,
    PersonId,
    RedemptionId,
    RequestListId,
    TerminalId,
)
from pasledger.ledger.journal import Stamp
from pasledger.ledger.money import ZERO, Money
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.rules.attempts import AttemptKey
from pasledger.rules.records import (
    NOTHING_YET,
    Event,
    Fact,
    MerchantReference,
    PaymentRequest,
    PaymentRequestProgress,
    PaymentRequestReference,
    PaymentRequestStep,
    PaymentRequestStepped,
)
from pasledger.rules.redemption import RedemptionRequest, decide_redemption
from pasledger.rules.town import Needs, Town

MOST_DAYS = 731
"""For how many days from today a merchant can ask."""

MOST_REMINDERS = 2
"""How often a merchant can remind of one request."""

DAYS_BETWEEN_REMINDERS = 7
"""How many days lie between asking, the first reminder and the second."""


class PaymentRequestState(StrEnum):
    """How a request is on a day, as its merchant sees it."""

    OPEN = "open"
    PART = "paid-in-part"
    PAID = "paid"
    WITHDRAWN = "withdrawn"
    OVER = "over"

    @property
    def is_open(self) -> bool:
        """Whether something of it can be paid."""
        return self in (PaymentRequestState.OPEN, PaymentRequestState.PART)


def state_of(request: PaymentRequest, progress: PaymentRequestProgress, *, on: date) -> PaymentRequestState:
    """Return how a request is on a day."""
    if progress.paid >= request.amount:
        return PaymentRequestState.PAID
    if progress.is_withdrawn:
        return PaymentRequestState.WITHDRAWN
    if on >= request.ends_before:
        return PaymentRequestState.OVER
    return PaymentRequestState.PART if progress.paid > ZERO else PaymentRequestState.OPEN


def open_of(request: PaymentRequest, progress: PaymentRequestProgress, *, on: date) -> Money:
    """Return what can still be paid of a request on a day."""
    is_open = state_of(request, progress, on=on).is_open
    return request.amount - progress.paid if is_open else ZERO


@dataclass(frozen=True, slots=True)
class Terms:
    """What is asked of everybody to whom requests go that are made at once."""

    merchant: MerchantId
    words_nl: str
    words_en: str
    is_up_to: bool
    is_voluntary: bool
    last_day: date


@dataclass(frozen=True, slots=True)
class Ask:
    """How much is asked under one reference."""

    id: PaymentRequestId
    amount: Money
    reference: str
    salt: str


@dataclass(frozen=True, slots=True)
class AskingRequest:
    """A merchant asks to be paid: one request, or a list of them, all or none."""

    id: PaymentRequestId | RequestListId
    """What the merchant is to know it by."""
    list: RequestListId
    terms: Terms
    asks: tuple[Ask, ...]
    attempt: AttemptKey | None
    by: PersonId | TerminalId | None = None

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.merchants.add(self.terms.merchant)


def decide_asking(request: AskingRequest, town: Town, stamp: Stamp) -> Event:
    """Make the requests, or refuse a term that is over, or longer than requests are kept open."""
    terms, today = request.terms, stamp.effective_on
    town.merchant(terms.merchant, on=today)
    if not 0 <= (terms.last_day - today).days <= MOST_DAYS:
        raise Refused(Refusal.REQUEST_TERM, most_days=MOST_DAYS)
    facts: list[Fact] = []
    for place, ask in enumerate(request.asks, start=1):
        reference = PaymentRequestReference(ask.id, ask.reference, ask.salt)
        asked = PaymentRequest(
            ask.id,
            request.list,
            place,
            terms.merchant,
            ask.amount,
            terms.is_up_to,
            terms.is_voluntary,
            terms.words_nl,
            terms.words_en,
            today,
            terms.last_day + timedelta(days=1),
            reference.commitment,
        )
        facts += (asked, reference)
    return Event(stamp.by(request.by), tuple(facts))


@dataclass(frozen=True, slots=True)
class _StepsRequest:
    """Something is to become of those of the requests that are open; `merchant` is None where the town asks."""

    id: PaymentRequestId | RequestListId
    requests: tuple[PaymentRequestId, ...]
    merchant: MerchantId | None
    attempt: AttemptKey | None = None
    by: PersonId | TerminalId | None = None

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.payment_requests.update(self.requests)


@dataclass(frozen=True, slots=True)
class AskingWithdrawalRequest(_StepsRequest):
    """Requests are to be open no more."""


@dataclass(frozen=True, slots=True)
class ReminderRequest(_StepsRequest):
    """A merchant reminds of its requests, by mail of its own."""


def decide_asking_withdrawal(request: AskingWithdrawalRequest, town: Town, stamp: Stamp) -> Event:
    """Withdraw those that are open, for good; what was paid stays paid. Refuse where none of them is."""
    return _stepped(request, PaymentRequestStep.WITHDRAWN, _require_open, town, stamp)


def decide_reminder(request: ReminderRequest, town: Town, stamp: Stamp) -> Event:
    """Count a reminder of those that are open and of which it is time, or refuse where there is none."""
    return _stepped(request, PaymentRequestStep.REMINDED, _require_due, town, stamp)


@dataclass(frozen=True, slots=True)
class AskedPaymentRequest:
    """A holder pays what a merchant asked, or some of it, on the page of the holder."""

    id: RedemptionId
    request: PaymentRequestId
    payment: RedemptionRequest
    salt: str
    """Of the reference, which the payment gets from the request."""
    attempt: AttemptKey | None

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        self.payment.need(needs)
        needs.payment_requests.add(self.request)


def decide_asked_payment(request: AskedPaymentRequest, town: Town, stamp: Stamp) -> Event:
    """Pay of what is open, under the reference of the request, or refuse."""
    asked = _known(request.request, town)
    if asked.merchant != request.payment.merchant:
        raise Refused(Refusal.REQUEST_UNKNOWN)
    _require_open(asked, town, stamp)
    progress = _progress(asked, town)
    most = open_of(asked, progress, on=stamp.effective_on)
    if request.payment.amount > most:
        raise Refused(Refusal.REQUEST_LESS_OPEN, most=most)
    named = town.payment_request_references.get(asked.id)
    payment = request.payment
    if named is not None:
        payment = replace(payment, reference=MerchantReference(payment.entry, named, request.salt))
    paid = decide_redemption(payment, town, stamp)
    step = PaymentRequestStepped(
        asked.id, progress.steps + 1, PaymentRequestStep.PAID, stamp.effective_on, payment.entry, payment.amount
    )
    return replace(paid, facts=(*paid.facts, step))


def _stepped(request: _StepsRequest, step: PaymentRequestStep, require: "_Require", town: Town, stamp: Stamp) -> Event:
    """Take a step with each of the requests that can, or refuse with why the first of them cannot."""
    facts: list[Fact] = []
    why: Refused | None = None
    for named in dict.fromkeys(request.requests):
        asked = _known(named, town)
        if request.merchant is not None and asked.merchant != request.merchant:
            raise Refused(Refusal.REQUEST_UNKNOWN)
        try:
            require(asked, town, stamp)
        except Refused as refused:
            why = why or refused
            continue
        number = _progress(asked, town).steps + 1
        facts.append(PaymentRequestStepped(asked.id, number, step, stamp.effective_on))
    if not facts:
        raise why or Refused(Refusal.REQUEST_UNKNOWN)
    return Event(stamp.by(request.by), tuple(facts))


_Require = Callable[[PaymentRequest, Town, Stamp], None]


def _require_open(asked: PaymentRequest, town: Town, stamp: Stamp) -> None:
    state = state_of(asked, _progress(asked, town), on=stamp.effective_on)
    if not state.is_open:
        raise Refused(Refusal.REQUEST_CLOSED, state=state)


def _require_due(asked: PaymentRequest, town: Town, stamp: Stamp) -> None:
    _require_open(asked, town, stamp)
    progress = _progress(asked, town)
    last = progress.reminded_on or asked.asked_on
    too_soon = (stamp.effective_on - last).days < DAYS_BETWEEN_REMINDERS
    if too_soon or progress.reminders >= MOST_REMINDERS:
        raise Refused(Refusal.REMINDER_TOO_SOON, most=MOST_REMINDERS, days=DAYS_BETWEEN_REMINDERS)


def _known(named: PaymentRequestId, town: Town) -> PaymentRequest:
    found = town.payment_requests.get(named)
    if found is None:
        raise Refused(Refusal.REQUEST_UNKNOWN)
    return found


def _progress(asked: PaymentRequest, town: Town) -> PaymentRequestProgress:
    return town.payment_request_progress.get(asked.id, NOTHING_YET)
