"""Redeeming, holding and refunding, for staff at a desk and for the merchant service alike.

With a `key` a request is booked once, however often it is asked.
"""

from datetime import date
from hashlib import sha256

from pasledger.ledger.ids import (
    CaptureId,
    EntryId,
    HoldId,
    MerchantId,
    OfferId,
    PersonId,
    RedemptionId,
    RefundId,
    ReleaseId,
    TerminalId,
    UseId,
)
from pasledger.ledger.money import Money
from pasledger.rules.attempts import AttemptKey, key_of
from pasledger.rules.card_entry import CardEntry, PinCheck
from pasledger.rules.cards import CardNumber, TokenHash
from pasledger.rules.holds import CaptureRequest, HoldRefundRequest, HoldRequest, ReleaseRequest
from pasledger.rules.offers import OfferUseRequest
from pasledger.rules.records import MerchantReference
from pasledger.rules.redemption import RedemptionRequest
from pasledger.rules.refunds import RefundRequest
from pasledger.usecases.minting import new_id, new_salt, opaque_id

MOST_DAYS_HELD = 92
"""For how many days a hold can be asked where nothing else is set."""


def redemption(
    *,
    merchant: MerchantId,
    card: CardNumber | TokenHash,
    amount: Money,
    pin: PinCheck = PinCheck.BY_STAFF,
    terminal: TerminalId | None = None,
    person: PersonId | None = None,
    key: str | None = None,
    reference: str | None = None,
) -> RedemptionRequest:
    """Return the request to pay `amount` with a card; `reference` is what the merchant calls it.

    What became of the PIN is no part of what was asked: a repeat may send it again or not.
    """
    entry = new_id(EntryId)
    return RedemptionRequest(
        id=opaque_id(RedemptionId),
        entry=entry,
        merchant=merchant,
        terminal=terminal,
        card=CardEntry(card, pin),
        amount=amount,
        attempt=_attempt(merchant, key, "redemption", card, amount.plain, *_told(reference)),
        reference=_bound(reference, entry),
        person=person,
    )


def offer_use(
    *,
    merchant: MerchantId,
    card: CardNumber | TokenHash,
    offer: OfferId,
    amount: Money | None = None,
    pin: PinCheck = PinCheck.BY_STAFF,
    terminal: TerminalId | None = None,
    branch: str | None = None,
    person: PersonId | None = None,
    key: str | None = None,
    reference: str | None = None,
) -> OfferUseRequest:
    """Return the request to use an offer with a card and, with an `amount`, to pay that in the same gesture."""
    payment = None
    if amount is not None:
        payment = redemption(
            merchant=merchant,
            card=card,
            amount=amount,
            pin=pin,
            terminal=terminal,
            person=person,
            reference=reference,
        )
    return OfferUseRequest(
        id=opaque_id(UseId) if payment is None else payment.id,
        use=opaque_id(UseId),
        merchant=merchant,
        terminal=terminal,
        card=CardEntry(card, pin),
        offer=offer,
        attempt=_attempt(
            merchant, key, "offer use", card, offer, amount.plain if amount else "nothing", *_told(reference)
        ),
        branch=branch,
        payment=payment,
        person=person,
    )


def refund(
    *,
    merchant: MerchantId,
    redemption: RedemptionId,
    amount: Money | None = None,
    terminal: TerminalId | None = None,
    person: PersonId | None = None,
    key: str | None = None,
    reference: str | None = None,
) -> RefundRequest:
    """Return the request to give back `amount` of a redemption, or all that is left of it."""
    entry = new_id(EntryId)
    return RefundRequest(
        id=opaque_id(RefundId),
        entry=entry,
        merchant=merchant,
        redemption=redemption,
        amount=amount,
        attempt=_attempt(merchant, key, "refund", redemption, _plain(amount), *_told(reference)),
        terminal=terminal,
        reference=_bound(reference, entry),
        person=person,
    )


def hold(
    *,
    merchant: MerchantId,
    card: CardNumber | TokenHash,
    amount: Money,
    last_day: date,
    pin: PinCheck = PinCheck.BY_STAFF,
    most_days: int = MOST_DAYS_HELD,
    terminal: TerminalId | None = None,
    key: str | None = None,
    reference: str | None = None,
) -> HoldRequest:
    """Return the request to set `amount` aside until the end of `last_day`."""
    entry = new_id(EntryId)
    return HoldRequest(
        id=opaque_id(HoldId),
        entry=entry,
        merchant=merchant,
        terminal=terminal,
        card=CardEntry(card, pin),
        amount=amount,
        last_day=last_day,
        most_days=most_days,
        attempt=_attempt(merchant, key, "hold", card, amount.plain, last_day.isoformat(), *_told(reference)),
        reference=_bound(reference, entry),
    )


def capture(
    *,
    merchant: MerchantId,
    hold: HoldId,
    amount: Money | None = None,
    terminal: TerminalId | None = None,
    key: str | None = None,
) -> CaptureRequest:
    """Return the request to take `amount` of a hold, or all that is left of it."""
    attempt = _attempt(merchant, key, "capture", hold, _plain(amount))
    return CaptureRequest(opaque_id(CaptureId), new_id(EntryId), merchant, hold, amount, attempt, terminal)


def release(
    *,
    merchant: MerchantId,
    hold: HoldId,
    amount: Money | None = None,
    terminal: TerminalId | None = None,
    key: str | None = None,
) -> ReleaseRequest:
    """Return the request to let `amount` of a hold go, or all that is left of it."""
    attempt = _attempt(merchant, key, "release", hold, _plain(amount))
    return ReleaseRequest(opaque_id(ReleaseId), new_id(EntryId), merchant, hold, amount, attempt, terminal)


def hold_refund(
    *,
    merchant: MerchantId,
    hold: HoldId,
    amount: Money | None = None,
    terminal: TerminalId | None = None,
    key: str | None = None,
    reference: str | None = None,
) -> HoldRefundRequest:
    """Return the request to give back `amount` of what was taken of a hold, or all of that."""
    entry = new_id(EntryId)
    attempt = _attempt(merchant, key, "hold refund", hold, _plain(amount), *_told(reference))
    return HoldRefundRequest(
        opaque_id(RefundId), entry, merchant, hold, amount, attempt, terminal, _bound(reference, entry)
    )


def _plain(amount: Money | None) -> str:
    return amount.plain if amount else "all"


def _told(reference: str | None) -> tuple[str, ...]:
    """Return the part that a reference is of what was asked; without one, the same was asked as ever."""
    return () if reference is None else (reference,)


def _bound(reference: str | None, entry: EntryId) -> MerchantReference | None:
    return None if reference is None else MerchantReference(entry, reference, new_salt())


def _attempt(merchant: MerchantId, key: str | None, *asked: str) -> AttemptKey | None:
    return None if key is None else attempt_under(key_of(merchant, key), *asked)


def attempt_under(name: str, *asked: str) -> AttemptKey:
    """Return a key with the fingerprint of what was asked: SHA-256 over its parts, never the parts themselves."""
    return AttemptKey(name, fingerprint_of(*asked))


def fingerprint_of(*asked: str) -> str:
    """Return what tells what was asked from all else."""
    return sha256("\n".join(asked).encode()).hexdigest()
