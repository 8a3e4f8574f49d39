"""Files that leave the books: a seal that is published, and the proof that something is in the books.

Both are JSON that people can read. What is signed is a line of text of its own, with Ed25519 (RFC 8032).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from pasledger.ledger.seals import Seal

SEAL_FORMAT, PROOF_FORMAT = "pasledger seal 1", "pasledger proof 1"


class NoSuchFile(ValueError):  # noqa: N818 - an answer, not an error
    """A file is not what it was taken for."""


@dataclass(frozen=True, slots=True)
class Published:
    """A seal as it was published, with the signature, where there is one."""

    municipality: str
    seal: Seal
    root: str
    signature: str | None


def write_seal(municipality: str, seal: Seal, key: Ed25519PrivateKey | None) -> str:
    """Return the file of a seal, signed where there is a key."""
    signature = key and key.sign(_signed(municipality, seal.number, seal.root)).hex()
    content = {"format": SEAL_FORMAT, "municipality": municipality, **_content(seal), "signature": signature}
    return _text(content)


def read_seal(data: bytes) -> Published:
    """Read the file of a seal. Raises `NoSuchFile`."""
    try:
        content = json.loads(data)
        if content["format"] != SEAL_FORMAT:
            raise NoSuchFile("another format")
        signature = content["signature"]
        municipality, root = content["municipality"], content["root"]
        seal = Seal(**{field.name: content[field.name] for field in fields(Seal)})
        texts = (municipality, root, seal.sealed_at, seal.sealed_by, seal.tree, seal.previous)
        numbers = (seal.number, seal.leaves)
        if not all(isinstance(text, str) for text in texts) or not all(type(number) is int for number in numbers):
            raise NoSuchFile("another kind of value")
        return Published(municipality, seal, root, signature if isinstance(signature, str) else None)
    except (ValueError, LookupError, TypeError) as fault:
        raise NoSuchFile(str(fault)) from fault


def is_signed(published: Published, key: Ed25519PublicKey) -> bool:
    """Return whether the owner of a key signed this root."""
    try:
        signed = _signed(published.municipality, published.seal.number, published.root)
        key.verify(bytes.fromhex(published.signature or ""), signed)
    except (InvalidSignature, ValueError):
        return False
    return True


def private_key(pem: bytes) -> Ed25519PrivateKey:
    """Read a private key, as `openssl genpkey -algorithm ed25519` makes one. Raises `NoSuchFile`."""
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as fault:
        raise NoSuchFile(str(fault)) from fault
    if not isinstance(key, Ed25519PrivateKey):
        raise NoSuchFile("a key of another kind")
    return key


def public_key(pem: bytes) -> Ed25519PublicKey:
    """Read a public key, as `openssl pkey -pubout` writes one. Raises `NoSuchFile`."""
    try:
        key = load_pem_public_key(pem)
    except (ValueError, TypeError, UnsupportedAlgorithm) as fault:
        raise NoSuchFile(str(fault)) from fault
    if not isinstance(key, Ed25519PublicKey):
        raise NoSuchFile("a key of another kind")
    return key


def write_proof(
    municipality: str,
    rows: Sequence[tuple[str, Mapping[str, object]]],
    seal: Seal,
    *,
    place: int,
    path: Sequence[str],
) -> str:
    """Return the file that proves that a leaf, of these rows, is in a seal."""
    content = {
        "format": PROOF_FORMAT,
        "municipality": municipality,
        "leaf": [{"table": table, "row": row} for table, row in rows],
        "place": place,
        "path": path,
        "seal": _content(seal),
    }
    return _text(content)


def _content(seal: Seal) -> dict[str, object]:
    return {field.name: getattr(seal, field.name) for field in fields(Seal)} | {"root": seal.root}


def _text(content: Mapping[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _signed(municipality: str, number: int, root: str) -> bytes:
    return f"pasledger root 1\n{municipality}\n{number}\n{root}\n".encode()
