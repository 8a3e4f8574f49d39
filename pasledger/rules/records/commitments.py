"""What binds an entry to a reference that is kept apart and can be deleted."""

from hashlib import sha256


def commitment(salt: str, text: str) -> str:
    """Return what binds an entry to `text` without telling it: SHA-256 over a random salt and the text."""
    return sha256(f"{salt}:{text}".encode()).hexdigest()
