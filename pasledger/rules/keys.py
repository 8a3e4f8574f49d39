"""The key of the books: a secret that is kept outside of them, so that who has the books alone can guess nothing.

A PIN has few choices, and so has a card number with an amount. Hashed by themselves they could be found by trying all.
Keyed with a secret that is in no table and in no backup, they cannot.
"""

import hmac
from dataclasses import dataclass, field
from hashlib import sha256

KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class SecretKey:
    """256 random bits. It is never shown and never written in the books; they keep a check value."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != KEY_BYTES:
            raise ValueError("a key has 32 bytes")

    @property
    def check(self) -> str:
        """What the books keep, to tell this key from any other. It says nothing of the key."""
        return self.mac("check")

    def mac(self, purpose: str, *parts: str) -> str:
        """Return the HMAC-SHA-256 of some parts for one purpose, in hexadecimal."""
        return hmac.new(self.secret, "\n".join((purpose, *parts)).encode(), sha256).hexdigest()
