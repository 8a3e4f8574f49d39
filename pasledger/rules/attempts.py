"""Idempotency: a key names one attempt for ever, and asking again gives the first answer."""

from dataclasses import dataclass

from pasledger.ledger.ids import MerchantId
from pasledger.rules.keys import SecretKey


@dataclass(frozen=True, slots=True)
class AttemptKey:
    """The key that a caller gave its attempt, and the fingerprint of what it asked for.

    `key` holds the caller's own name too, so that two merchants can never meet on one key.
    """

    key: str
    fingerprint: str
    older: str | None = None
    """The fingerprint that books had for the same before they had a key; they go on knowing it."""

    def keyed(self, secret: SecretKey) -> "AttemptKey":
        """Return the same with a fingerprint that only who has the key of the books can try out."""
        return AttemptKey(self.key, secret.mac("fingerprint", self.fingerprint), self.fingerprint)

    def is_the_same_as(self, fingerprint: str) -> bool:
        """Return whether the books know what is asked by this fingerprint."""
        return fingerprint in (self.fingerprint, self.older)


def key_of(merchant: MerchantId, key: str) -> str:
    """Return the name under which the books keep a merchant's key."""
    return f"{merchant}/{key}"
