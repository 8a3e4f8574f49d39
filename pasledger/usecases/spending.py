"""Redeeming and refunding, for staff at a desk and for the merchant service alike."""

from hashlib import sha256

from pasledger.ledger.ids import EntryId, MerchantId, RedemptionId, RefundId, TerminalId
from pasledger.ledger.money import Money
from pasledger.rules.attempts import AttemptKey, key_of
from pasledger.rules.card_entry import CardEntry, PinCheck
from pasledger.rules.cards import CardNumber, TokenHash
from pasledger.rules.redemption import RedemptionRequest
from pasledger.rules.refunds import RefundRequest
from pasledger.usecases.minting import new_id, opaque_id


def redemption(
    *,
    merchant: MerchantId,
    card: CardNumber | TokenHash,
    amount: Money,
    pin: PinCheck = PinCheck.BY_STAFF,
    terminal: TerminalId | None = None,
    key: str | None = None,
) -> RedemptionRequest:
    """Return the request to pay `amount` with a card. With a `key` it is booked once, however often it is asked.

    What became of the PIN is no part of what was asked: a repeat may send it again or not.
    """
    return RedemptionRequest(
        id=opaque_id(RedemptionId),
        entry=new_id(EntryId),
        merchant=merchant,
        terminal=terminal,
        card=CardEntry(card, pin),
        amount=amount,
        attempt=_attempt(merchant, key, "redemption", card, amount.plain),
    )


def refund(
    *,
    merchant: MerchantId,
    redemption: RedemptionId,
    amount: Money | None = None,
    terminal: TerminalId | None = None,
    key: str | None = None,
) -> RefundRequest:
    """Return the request to give back `amount` of a redemption, or all that is left of it."""
    return RefundRequest(
        id=opaque_id(RefundId),
        entry=new_id(EntryId),
        merchant=merchant,
        redemption=redemption,
        amount=amount,
        attempt=_attempt(merchant, key, "refund", redemption, amount.plain if amount else "all"),
        terminal=terminal,
    )


def _attempt(merchant: MerchantId, key: str | None, *asked: str) -> AttemptKey | None:
    """Return the key with the fingerprint of what was asked: SHA-256 over its parts, never the parts themselves."""
    if key is None:
        return None
    return AttemptKey(key_of(merchant, key), sha256("\n".join(asked).encode()).hexdigest())
