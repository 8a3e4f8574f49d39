"""The key of the books: made once, kept in a file outside of them, and named by `PASLEDGER_KEY` to who needs it."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from pasledger.ledger.journal import Stamp
from pasledger.rules.keys import KEY_BYTES, SecretKey
from pasledger.store import BooksProblem, BooksUnusable, Store

VARIABLE = "PASLEDGER_KEY"
"""The environment variable that names the file of the key."""

_OWNERS_ONLY = 0o600


def key_of(environment: Mapping[str, str]) -> SecretKey | None:
    """Return the key in the file that the environment names; None where it names none. Raises `BooksUnusable`."""
    named = environment.get(VARIABLE)
    return read_key(Path(named)) if named else None


def read_key(path: Path) -> SecretKey:
    """Return the key in a file. Raises `BooksUnusable` for what is none; its words are never shown."""
    try:
        return SecretKey(bytes.fromhex(path.read_text(encoding="ascii").strip()))
    except (OSError, ValueError) as error:
        raise BooksUnusable(BooksProblem.KEY_UNREADABLE, file=str(path)) from error


def create_key(store: Store, path: Path, stamp: Stamp) -> None:
    """Make a key in a new file that only its owner can read, and let the books know it by its check value.

    The file is on the disk before the books ask for it, and gone again where they do not take it. Raises
    `BooksUnusable` for books that have a key, and `OSError` where there is a file already.
    """
    key = SecretKey(secrets.token_bytes(KEY_BYTES))
    _write(path, key)
    try:
        store.take_key(key, at=stamp.recorded_at, by=stamp.prepared_by)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def require_key(store: Store) -> SecretKey:
    """Return the key of the books. Raises `BooksUnusable` for books that have none."""
    if store.key is None:
        raise BooksUnusable(BooksProblem.KEY_NONE)
    return store.key


def _write(path: Path, key: SecretKey) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNERS_ONLY)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"{key.secret.hex()}\n")
        file.flush()
        os.fsync(file.fileno())
