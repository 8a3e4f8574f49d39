"""Payment requests of the small town, each with a number of its own."""

from datetime import date

from pasledger.ledger.ids import EntryId, MerchantId, PaymentRequestId, RedemptionId, RequestListId
from pasledger.rules.attempts import AttemptKey, key_of
from pasledger.rules.card_entry import CardEntry, PinCheck
from pasledger.rules.cards import card_number
from pasledger.rules.payment_requests import (
    Ask,
    AskedPaymentRequest,
    AskingRequest,
    AskingWithdrawalRequest,
    ReminderRequest,
    Terms,
)
from pasledger.rules.redemption import RedemptionRequest
from tests.support.town import CLUB, euros

END = date(2026, 3, 31)


def terms(
    *, merchant: MerchantId = CLUB, last_day: date = END, is_up_to: bool = False, is_voluntary: bool = False
) -> Terms:
    """Return what is asked of everybody."""
    return Terms(merchant, "Kamp groep 7", "Camp of group 7", is_up_to, is_voluntary, last_day)


def an_ask(
    amount: str = "20,00",
    *,
    number: int = 1,
    merchant: MerchantId = CLUB,
    last_day: date = END,
    is_up_to: bool = False,
    key: str | None = None,
) -> AskingRequest:
    """Return one request; its list has the same number."""
    named = PaymentRequestId.of(number)
    attempt = AttemptKey(key_of(merchant, key), f"ask {number} {amount}") if key else None
    asks = (Ask(named, euros(amount), f"pupil {number}", f"salt {number}"),)
    said = terms(merchant=merchant, last_day=last_day, is_up_to=is_up_to)
    return AskingRequest(named, RequestListId.of(number), said, asks, attempt)


def asks_of(*numbers: int, amount: str = "20,00", listed: int = 1, key: str | None = None) -> AskingRequest:
    """Return a list of requests with these numbers."""
    asks = tuple(Ask(PaymentRequestId.of(one), euros(amount), f"pupil {one}", f"salt {one}") for one in numbers)
    named = RequestListId.of(listed)
    attempt = AttemptKey(key_of(CLUB, key), "a list") if key else None
    return AskingRequest(named, named, terms(), asks, attempt)


def an_asked_payment(
    amount: str = "20,00",
    *,
    of: int = 1,
    card: int = 1,
    number: int = 1,
    merchant: MerchantId = CLUB,
    key: str | None = None,
) -> AskedPaymentRequest:
    """Return what a holder pays at home; its redemption has the number."""
    request = PaymentRequestId.of(of)
    payment = RedemptionRequest(
        RedemptionId.of(number),
        EntryId.of(3_000_000 + number),
        merchant,
        None,
        CardEntry(card_number(card), PinCheck.BY_HOLDER),
        euros(amount),
        None,
    )
    attempt = AttemptKey(f"{request}/{key}", f"pay {card} {amount}") if key else None
    return AskedPaymentRequest(payment.id, request, payment, f"salt of {number}", attempt)


def a_withdrawal_of(*numbers: int, merchant: MerchantId | None = CLUB) -> AskingWithdrawalRequest:
    """Return what withdraws requests."""
    wanted = tuple(map(PaymentRequestId.of, numbers))
    return AskingWithdrawalRequest(wanted[0], wanted, merchant)


def a_reminder_of(*numbers: int, merchant: MerchantId | None = CLUB, key: str | None = None) -> ReminderRequest:
    """Return what reminds of requests."""
    wanted = tuple(map(PaymentRequestId.of, numbers))
    attempt = AttemptKey(key_of(CLUB, key), "remind") if key else None
    return ReminderRequest(wanted[0], wanted, merchant, attempt)
