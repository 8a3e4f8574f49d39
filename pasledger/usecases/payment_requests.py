"""Payment requests: asked one by one or as a list, paid by holders at home, withdrawn, and reminded of.

A list is known by what it says, so that the same file asks nothing twice.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from pasledger.formats.payment_requests import AskedLine, AskRow
from pasledger.ledger.ids import MerchantId, PaymentRequestId, PersonId, RequestListId, TerminalId
from pasledger.ledger.journal import Stamp
from pasledger.ledger.money import Money
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.rules.attempts import AttemptKey, key_of
from pasledger.rules.card_entry import PinCheck
from pasledger.rules.cards import CardNumber
from pasledger.rules.payment_requests import (
    Ask,
    AskedPaymentRequest,
    AskingRequest,
    AskingWithdrawalRequest,
    ReminderRequest,
    Terms,
)
from pasledger.store import Store
from pasledger.store.asking import KnownPaymentRequest
from pasledger.usecases.booking import NothingBooked, book_all
from pasledger.usecases.minting import new_salt, opaque_id
from pasledger.usecases.spending import attempt_under, fingerprint_of, redemption

PAGE = "/mycard/requests"
"""Where the service has the page of a request."""

Steps = AskingWithdrawalRequest | ReminderRequest
Who = PersonId | TerminalId | None


def ask_one(terms: Terms, amount: Money, reference: str, *, key: str | None = None, by: Who = None) -> AskingRequest:
    """Return what asks one payment; with a `key`, once."""
    ask = _ask(amount, reference)
    attempt = None
    if key is not None:
        told = (*_told(terms), amount.plain, reference)
        attempt = attempt_under(key_of(terms.merchant, key), "payment request", *told)
    return AskingRequest(ask.id, opaque_id(RequestListId), terms, (ask,), attempt, by)


def ask_all(terms: Terms, rows: Sequence[AskRow], *, by: Who = None) -> AskingRequest:
    """Return what asks all payments of a file, once for what it says."""
    asked = [f"{row.reference}\t{row.amount.plain}" for row in rows]
    told = fingerprint_of("payment requests", *_told(terms), *asked)
    named = opaque_id(RequestListId)
    asks = tuple(_ask(row.amount, row.reference) for row in rows)
    # No key of a merchant's own has a stroke in it.
    return AskingRequest(named, named, terms, asks, AttemptKey(key_of(terms.merchant, f"list/{told}"), told), by)


def ask(store: Store, request: AskingRequest, stamp: Stamp) -> tuple[RequestListId, bool]:
    """Ask a list, and return it, and whether it was there already. Raises `Refused`."""
    try:
        [outcome] = book_all(store, [request], stamp)
    except NothingBooked as nothing:
        raise nothing.refusals[0] from None
    made = request.list if outcome.attempt is None else outcome.attempt.result
    return RequestListId(made or request.list), outcome.is_repeat


def payment(
    asked: KnownPaymentRequest, card: CardNumber, amount: Money, *, key: str | None = None
) -> AskedPaymentRequest:
    """Return what pays of a request, by a holder whose PIN was right. The key is that of the page."""
    attempt = None if key is None else attempt_under(f"{asked.id}/{key}", "asked payment", card, amount.plain)
    paid = redemption(merchant=asked.request.merchant, card=card, amount=amount, pin=PinCheck.BY_HOLDER)
    return AskedPaymentRequest(paid.id, asked.id, paid, new_salt(), attempt)


def withdrawal(
    requests: Iterable[PaymentRequestId],
    *,
    merchant: MerchantId | None = None,
    named: PaymentRequestId | RequestListId | None = None,
    key: str | None = None,
    by: Who = None,
) -> AskingWithdrawalRequest:
    """Return what withdraws those that are open; `merchant` is None where the town does."""
    wanted = tuple(requests)
    attempt = _attempt("withdrawal", merchant, wanted, key)
    return AskingWithdrawalRequest(named or wanted[0], wanted, merchant, attempt, by)


def reminder(
    requests: Iterable[PaymentRequestId],
    merchant: MerchantId,
    *,
    named: PaymentRequestId | RequestListId | None = None,
    key: str | None = None,
    by: Who = None,
) -> ReminderRequest:
    """Return what counts a reminder of those of which it is time."""
    wanted = tuple(requests)
    return ReminderRequest(named or wanted[0], wanted, merchant, _attempt("reminder", merchant, wanted, key), by)


def known_request(store: Store, named: PaymentRequestId) -> KnownPaymentRequest:
    """Return a request as it stands now. Raises `Refused`."""
    with store.read() as reader:
        found = reader.payment_requests.one(named)
    if found is None:
        raise Refused(Refusal.REQUEST_UNKNOWN)
    return found


def line_of(known: KnownPaymentRequest, *, on: date, base: str, language: str) -> AskedLine:
    """Return a request as its merchant gets it back, with its link at the address of a service."""
    asked = known.request
    return AskedLine(
        known.id,
        known.reference or "",
        asked.words(language),
        asked.asked_on,
        asked.last_day,
        asked.amount,
        known.paid,
        known.open(on),
        known.state(on).value,
        known.progress.reminders,
        link_of(known.id, base),
    )


def link_of(request: PaymentRequestId, base: str) -> str:
    """Return the link of a request: it names nobody, no reference and no amount."""
    return f"{base.rstrip('/')}{PAGE}/{request}"


def _ask(amount: Money, reference: str) -> Ask:
    return Ask(opaque_id(PaymentRequestId), amount, reference, new_salt())


def _told(terms: Terms) -> tuple[str, ...]:
    kinds = ("up to" if terms.is_up_to else "fixed", "voluntary" if terms.is_voluntary else "")
    return (terms.words_nl, terms.words_en, *kinds, terms.last_day.isoformat())


def _attempt(
    what: str, merchant: MerchantId | None, requests: tuple[PaymentRequestId, ...], key: str | None
) -> AttemptKey | None:
    if key is None or merchant is None:
        return None
    return attempt_under(key_of(merchant, key), what, *requests)
