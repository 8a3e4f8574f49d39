"""Rows of payment requests."""

from pasledger.ledger.ids import MerchantId, PaymentRequestId, RequestListId
from pasledger.ledger.journal import Stamp
from pasledger.ledger.money import Money
from pasledger.rules.records import (
    PaymentRequest,
    PaymentRequestProgress,
    PaymentRequestReference,
    PaymentRequestStepped,
)
from pasledger.store.rows.values import moment, read_day
from pasledger.store.statements import Row


def payment_request_row(request: PaymentRequest, stamp: Stamp) -> Row:
    """Write a request."""
    return (
        request.id,
        request.list,
        request.place,
        request.merchant,
        request.amount.cents,
        int(request.is_up_to),
        int(request.is_voluntary),
        request.words_nl,
        request.words_en,
        request.asked_on.isoformat(),
        request.ends_before.isoformat(),
        request.commitment,
        moment(stamp.recorded_at),
        stamp.prepared_by,
    )


def read_payment_request(row: Row) -> PaymentRequest:
    """Read a request."""
    named, list_id, place, merchant, cents, is_up_to, is_voluntary, nl, en, asked_on, ends_before, bound = row[:12]
    return PaymentRequest(
        PaymentRequestId(named),
        RequestListId(list_id),
        place,
        MerchantId(merchant),
        Money(cents),
        bool(is_up_to),
        bool(is_voluntary),
        nl,
        en,
        read_day(asked_on),
        read_day(ends_before),
        bound,
    )


def payment_request_reference_row(reference: PaymentRequestReference) -> Row:
    """Write what a merchant calls a request."""
    return (reference.request, reference.text, reference.salt)


def payment_request_step_row(taken: PaymentRequestStepped, stamp: Stamp) -> Row:
    """Write what became of a request."""
    return (
        taken.request,
        taken.number,
        taken.step.value,
        taken.entry,
        taken.on.isoformat(),
        moment(stamp.recorded_at),
        stamp.prepared_by,
    )


def read_progress(row: Row) -> PaymentRequestProgress:
    """Read what became of a request until now."""
    steps, cents, reminders, reminded_on, withdrawals = row
    return PaymentRequestProgress(
        steps, Money(int(cents)), reminders, None if reminded_on is None else read_day(reminded_on), withdrawals > 0
    )
