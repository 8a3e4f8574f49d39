"""Clock and chance, which no rule may have: stamps, ids, salts, secrets and card numbers."""

import secrets
import threading
import time
from datetime import UTC, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from pasledger.ledger.ids import RANDOM_BITS, Id
from pasledger.ledger.journal import Stamp
from pasledger.rules.cards import NUMBER_CHOICES, CardNumber, card_number

_NETHERLANDS = ZoneInfo("Europe/Amsterdam")
_SECRET_BYTES = 16
_CREDENTIAL_BYTES = 32
_PREFIX_BYTES = 4

AnyId = TypeVar("AnyId", bound=Id)


def stamp_now(prepared_by: str, approved_by: str | None = None) -> Stamp:
    """Return a stamp of this moment, to the millisecond, which counts on today's date in the Netherlands."""
    now = datetime.now(UTC)
    now = now.replace(microsecond=now.microsecond // 1000 * 1000)  # as the books keep it
    return Stamp(now, now.astimezone(_NETHERLANDS).date(), prepared_by, approved_by)


class _Moments:
    """Moments for ids, each after the last: within a millisecond, and when the clock goes back, by counting."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = (0, 0)

    def next(self) -> tuple[int, int]:
        """Return Unix time in milliseconds and a number within it, which starts at a random one in its lower half."""
        with self._lock:
            now = time.time_ns() // 1_000_000
            milliseconds, number = self._last
            if now > milliseconds:
                self._last = (now, secrets.randbits(RANDOM_BITS - 1))
            else:
                self._last = (milliseconds, number + 1)
            return self._last


_MOMENTS = _Moments()


def new_id(kind: type[AnyId]) -> AnyId:
    """Return a new id for one of our own rows. Ids of one process sort in the order in which they were made."""
    return kind.at(*_MOMENTS.next())


def opaque_id(kind: type[AnyId]) -> AnyId:
    """Return a new id for what a merchant sees, which says nothing."""
    return kind.of(secrets.randbits(128))


def new_salt() -> str:
    """Return a salt for a commitment."""
    return secrets.token_hex(_SECRET_BYTES)


def new_card_number() -> CardNumber:
    """Draw a card number. That no two cards have the same one is a constraint of the books."""
    return card_number(secrets.randbelow(NUMBER_CHOICES))


def new_token() -> str:
    """Return a card token: 128 random bits, safe in the fragment of a link."""
    return secrets.token_urlsafe(_SECRET_BYTES)


def new_credential() -> tuple[str, str]:
    """Return the credential of a terminal, and the prefix by which people tell it apart."""
    prefix = f"kassa_{secrets.token_hex(_PREFIX_BYTES)}"
    return f"{prefix}_{secrets.token_urlsafe(_CREDENTIAL_BYTES)}", prefix
