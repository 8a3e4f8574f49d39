"""Holds and what becomes of them, asked in the town of `tests.support.town`."""

from datetime import date, timedelta

from pasledger.ledger.ids import CaptureId, EntryId, HoldId, MerchantId, RefundId, ReleaseId
from pasledger.ledger.money import Money
from pasledger.rules.attempts import AttemptKey, key_of
from pasledger.rules.card_entry import CardEntry, PinCheck
from pasledger.rules.cards import CardNumber, TokenHash, card_number
from pasledger.rules.holds import CaptureRequest, ExpiryRequest, HoldRefundRequest, HoldRequest, ReleaseRequest
from pasledger.rules.records import MerchantReference
from tests.support.town import CLUB, TODAY, euros

MOST_DAYS = 92


def a_hold(
    amount: str = "5,00",
    *,
    card: int | CardNumber | TokenHash = 1,
    merchant: MerchantId = CLUB,
    last_day: date = TODAY + timedelta(days=30),
    number: int = 1,
    key: str | None = None,
    reference: str | None = None,
    pin: PinCheck = PinCheck.BY_STAFF,
) -> HoldRequest:
    """Return a hold, for thirty days where nothing else is said."""
    named = card_number(card) if isinstance(card, int) else card
    entry = EntryId.of(5_000_000 + number)
    return HoldRequest(
        HoldId.of(number),
        entry,
        merchant,
        None,
        CardEntry(named, pin),
        euros(amount),
        last_day,
        MOST_DAYS,
        _attempt(merchant, key, f"hold {named} {amount} {last_day}"),
        a_reference(entry, reference),
    )


def a_capture(
    amount: str | None = None, *, of: int = 1, merchant: MerchantId = CLUB, number: int = 1, key: str | None = None
) -> CaptureRequest:
    """Return a capture of the hold with the number `of`; without an amount, of all that is left of it."""
    entry, attempt = EntryId.of(6_000_000 + number), _attempt(merchant, key, f"capture {of} {amount}")
    return CaptureRequest(CaptureId.of(number), entry, merchant, HoldId.of(of), _money(amount), attempt)


def a_release(
    amount: str | None = None, *, of: int = 1, merchant: MerchantId = CLUB, number: int = 1, key: str | None = None
) -> ReleaseRequest:
    """Return a release of the hold with the number `of`; without an amount, of all that is left of it."""
    entry, attempt = EntryId.of(7_000_000 + number), _attempt(merchant, key, f"release {of} {amount}")
    return ReleaseRequest(ReleaseId.of(number), entry, merchant, HoldId.of(of), _money(amount), attempt)


def an_expiry(*, of: int = 1, number: int = 1) -> ExpiryRequest:
    """Return what releases the hold with the number `of` when it has ended."""
    return ExpiryRequest(ReleaseId.of(500_000 + number), EntryId.of(7_500_000 + number), HoldId.of(of))


def a_hold_refund(
    amount: str | None = None,
    *,
    of: int = 1,
    merchant: MerchantId = CLUB,
    number: int = 1,
    key: str | None = None,
    reference: str | None = None,
) -> HoldRefundRequest:
    """Return a refund of what was taken of the hold with the number `of`."""
    entry, attempt = EntryId.of(8_000_000 + number), _attempt(merchant, key, f"refund of hold {of} {amount}")
    return HoldRefundRequest(
        RefundId.of(500_000 + number),
        entry,
        merchant,
        HoldId.of(of),
        _money(amount),
        attempt,
        reference=a_reference(entry, reference),
    )


def a_reference(entry: EntryId, text: str | None) -> MerchantReference | None:
    """Return a merchant's reference of an entry."""
    return None if text is None else MerchantReference(entry, text, salt=f"salt of {text}")


def _money(amount: str | None) -> Money | None:
    return None if amount is None else euros(amount)


def _attempt(merchant: MerchantId, key: str | None, asked: str) -> AttemptKey | None:
    return AttemptKey(key_of(merchant, key), asked) if key else None
