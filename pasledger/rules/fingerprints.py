"""Fingerprints of what a file says: whether two say the same can be told, and nothing else, by who has the key."""

from hashlib import blake2b

_BYTES = 32


class Fingerprint:
    """A keyed BLAKE2b over lines of text, in their order. A line has no line break in it."""

    def __init__(self, key: str) -> None:
        self._hash = blake2b(key=bytes.fromhex(key), digest_size=_BYTES)

    def add(self, line: str) -> None:
        """Take the next line."""
        self._hash.update(f"{line}\n".encode())

    def __str__(self) -> str:
        return self._hash.hexdigest()


class FingerprintInAnyOrder:
    """The sum of the keyed BLAKE2b of each line: the same lines in another order have the same one."""

    def __init__(self, key: str) -> None:
        self._key = bytes.fromhex(key)
        self._sum = 0

    def add(self, line: str) -> None:
        """Take one more line."""
        self._sum += int.from_bytes(blake2b(line.encode(), key=self._key, digest_size=_BYTES).digest())

    def __str__(self) -> str:
        return f"{self._sum % (1 << 8 * _BYTES):0{2 * _BYTES}x}"
