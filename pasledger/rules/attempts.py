"""Idempotency: a key names one attempt for ever, and asking again gives the first answer."""

from dataclasses import dataclass

from pasledger.ledger.ids import MerchantId


@dataclass(frozen=True, slots=True)
class AttemptKey:
    """The key that a caller gave its attempt, and the fingerprint of what it asked for.

    `key` holds the caller's own name too, so that two merchants can never meet on one key.
    """

    key: str
    fingerprint: str


def key_of(merchant: MerchantId, key: str) -> str:
    """Return the name under which the books keep a merchant's key."""
    return f"{merchant}/{key}"
