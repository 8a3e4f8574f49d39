"""Clock and chance, which no rule may have: stamps, ids, salts, secrets and card numbers."""

import os
import secrets
import threading
import time
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from pasledger.ledger.ids import RANDOM_BITS, Id
from pasledger.ledger.journal import Stamp
from pasledger.rules.cards import NUMBER_CHOICES, CardNumber, card_number
from pasledger.store import BooksProblem, BooksUnusable, Store

NETHERLANDS = ZoneInfo("Europe/Amsterdam")
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_MOST_BEHIND = timedelta(minutes=5)
_SECRET_BYTES = 16
_CREDENTIAL_BYTES = 32
_PREFIX_BYTES = 4

AnyId = TypeVar("AnyId", bound=Id)


class _Clock:
    """A clock that never goes back: when it is set back a little it stands still, and by more it is not believed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._newest = _LONG_AGO

    def now(self, *, after: datetime = _LONG_AGO) -> datetime:
        """Return this moment to the millisecond, as the books keep it, or the newest there was, here or in `after`.

        Raises `BooksUnusable` when that one is too far ahead for a clock that was merely put right.
        """
        with self._lock:
            now = datetime.now(UTC)
            now = now.replace(microsecond=now.microsecond // 1000 * 1000)
            newest = max(self._newest, after)
            if newest - now > _MOST_BEHIND:
                raise BooksUnusable(BooksProblem.CLOCK_BEHIND, clock=now, newest=newest)
            self._newest = max(newest, now)
            return self._newest


_CLOCK = _Clock()


def stamp_now(prepared_by: str, approved_by: str | None = None) -> Stamp:
    """Return a stamp of this moment, which counts on today's date in the Netherlands.

    Stamps of one process never go back. Raises `BooksUnusable` when the clock went back by more than five minutes.
    """
    now = _CLOCK.now()
    return Stamp(now, now.astimezone(NETHERLANDS).date(), prepared_by, approved_by)


def today() -> date:
    """Return today's date in the Netherlands."""
    return datetime.now(NETHERLANDS).date()


def require_clock(store: Store) -> None:
    """Let no later stamp be from before the newest entry of the books. Raises `BooksUnusable` as `stamp_now` does.

    Asked once, before the first batch. Where `PASLEDGER_CLOCK` is `trusted`, somebody has looked at the clock, and it
    was an earlier one that was wrong: nothing is asked, and what is booked now is older than what was booked before.
    """
    if os.environ.get("PASLEDGER_CLOCK") == "trusted":
        return
    with store.read() as reader:
        newest = reader.newest()
    if newest is not None:
        _CLOCK.now(after=newest)


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


def new_key() -> str:
    """Return the credential of an actor: 128 random bits, which nobody has to remember."""
    return f"key_{secrets.token_hex(_SECRET_BYTES)}"


def new_credential() -> tuple[str, str]:
    """Return the credential of a terminal, and the prefix by which people tell it apart."""
    prefix = f"kassa_{secrets.token_hex(_PREFIX_BYTES)}"
    return f"{prefix}_{secrets.token_urlsafe(_CREDENTIAL_BYTES)}", prefix
