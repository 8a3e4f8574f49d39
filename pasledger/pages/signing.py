"""Words with a signature that only one key makes: what a browser keeps of a session, and cannot change."""

import hmac

from pasledger.rules.keys import SecretKey


def signed(key: SecretKey, purpose: str, words: str) -> str:
    """Return words with their signature."""
    return f"{words}.{key.mac(purpose, words)}"


def words_of(key: SecretKey, purpose: str, text: str) -> str | None:
    """Return the words before a signature, or None where it is not theirs."""
    words, _, signature = text.rpartition(".")
    return words if hmac.compare_digest(key.mac(purpose, words).encode(), signature.encode()) else None
