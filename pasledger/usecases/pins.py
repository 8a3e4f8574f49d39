"""PINs and the letters they begin with. No hash is computed while a transaction is open."""

import re
import secrets
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import cache
from itertools import pairwise

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from pasledger.formats.carriers import CarrierRow
from pasledger.formats.faults import Fault, FileRefused
from pasledger.formats.paper import Letter
from pasledger.ledger.journal import Stamp
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.rules.card_entry import PinCheck
from pasledger.rules.cards import CardNumber, card_number
from pasledger.rules.keys import SecretKey
from pasledger.rules.pins import ActivationRequest, CodeTryRequest, PinRequest, TryRequest, UnlockRequest, checked
from pasledger.rules.records import Event, PinToVerify
from pasledger.store import Store
from pasledger.usecases.booking import NothingBooked, book_all
from pasledger.usecases.keys import require_key

PIN = re.compile(r"[0-9]{4,8}", re.ASCII)
"""How a PIN is written."""

PIN_PAGE = "/mycard/pin"
"""Where the service has the page on which a holder chooses a PIN."""

DAYS_TO_ACTIVATE = 60
"""How long the code of a letter can be used."""

_SIGNS = "ACDEFGHJKLMNPQRTUVWXY34679"
"""Those of a code: none that looks like another."""
CODE_LENGTH = 12
_NO_CARD = card_number(0)

# 19 MiB and two passes, as OWASP advises for a machine that has other work: about 40 ms. The key does the rest: without
# it the few choices of a PIN cannot be tried at all.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def is_guessable(pin: str) -> bool:
    """Return whether a PIN is among those that a thief tries first: one digit only, or digits in a row."""
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    return len(steps) == 1 and steps <= {0, 1, 9}


def hash_pin(key: SecretKey, pin: str) -> str:
    """Return what the books keep of a PIN: argon2 over what the key makes of it."""
    return _HASHER.hash(key.mac("pin", pin))


def is_right(key: SecretKey, hashed: str | None, pin: str) -> bool:
    """Return whether a PIN is the one behind a hash. Without a hash the work is the same, and the answer no."""
    try:
        _HASHER.verify(hashed or _dummy(), key.mac("pin", pin))
    except VerificationError:
        return False
    return hashed is not None


def prepare() -> None:
    """Make ready what the first verification needs, so that it takes no longer than the next."""
    _dummy()


@cache
def _dummy() -> str:
    return _HASHER.hash(secrets.token_hex())


def send_letters(
    store: Store,
    cards: Sequence[CarrierRow],
    stamp: Stamp,
    hand_out: Callable[[Sequence[Letter]], None],
) -> list[Letter]:
    """Make a letter with a code for each card of a file. Raises `FileRefused`.

    `hand_out` gets the letters before anything is booked, so that no code is in the books and nowhere else. A code that
    was sent to the same card before is worth nothing any more.
    """
    key = require_key(store)
    last_day = stamp.effective_on + timedelta(days=DAYS_TO_ACTIVATE)
    letters = [Letter(card.reference, card.number, new_code(), last_day, _where(card.link)) for card in cards]
    requests = [
        ActivationRequest(one.number, _code_hash(key, one.number, one.code), last_day + timedelta(days=1))
        for one in letters
    ]
    hand_out(letters)
    try:
        book_all(store, requests, stamp)
    except NothingBooked as nothing:
        raise FileRefused(
            [
                Fault(refused.reason, cards[place].row, "pasnummer", cards[place].number, refused.figures)
                for place, refused in nothing.refusals.items()
            ]
        ) from None
    return letters


def set_pin(store: Store, number: CardNumber, code: str, pin: str, stamp: Stamp) -> Event:
    """Set the PIN of a card with the code from the letter, which activates a new card too. Raises `Refused`."""
    key = require_key(store)
    _require_open(_count(store, CodeTryRequest(number), stamp))
    return _set(store, with_code(key, number, code, pin), stamp)


def with_code(key: SecretKey, number: CardNumber | None, code: str, pin: str, *, may_try: bool = True) -> PinRequest:
    """Return what somebody asks who typed a code and chose a PIN.

    For a card that is not there, and for a code that may not be looked at, the work is the same, and the answer no.
    """
    asked = number or _NO_CARD
    hashed, code_hash = hash_pin(key, pin), _code_hash(key, asked, code)
    return PinRequest(asked, hashed, code_hash if number is not None and may_try else "")


def change_pin(store: Store, number: CardNumber, before: str, pin: str, stamp: Stamp) -> Event:
    """Change the PIN of a card, by who knows it. Raises `Refused`."""
    key = require_key(store)
    to_verify = _count(store, TryRequest(number), stamp)
    _require_open(to_verify)
    match checked(to_verify, is_right=is_right(key, to_verify.hash, before)):
        case PinCheck.RIGHT:
            return _set(store, PinRequest(number, hash_pin(key, pin), None), stamp)
        case PinCheck.NOT_SET:
            raise Refused(Refusal.PIN_NOT_SET)
        case _:
            raise Refused(Refusal.PIN_WRONG)


def unlock(store: Store, number: CardNumber, stamp: Stamp) -> None:
    """Let a PIN be tried again, by somebody who has seen the holder. Raises `NothingBooked`."""
    book_all(store, [UnlockRequest(number)], stamp)


def to_verify(events: Event) -> PinToVerify | None:
    """Return what a counted try is to be held against; None for a repeat, which is no try."""
    return next((fact for fact in events.facts if isinstance(fact, PinToVerify)), None)


def _count(store: Store, asked: TryRequest | CodeTryRequest, stamp: Stamp) -> PinToVerify:
    (outcome,) = book_all(store, [asked], stamp)
    found = None if outcome.event is None else to_verify(outcome.event)
    if found is None:
        raise TypeError("a try without a key is never a repeat")
    return found


def _require_open(tried: PinToVerify) -> None:
    if tried.is_locked:
        raise Refused(Refusal.PIN_LOCKED)
    if tried.is_waiting:
        raise Refused(Refusal.PIN_WAITING)


def _set(store: Store, request: PinRequest, stamp: Stamp) -> Event:
    try:
        (outcome,) = book_all(store, [request], stamp)
    except NothingBooked as nothing:
        raise nothing.refusals[0] from None
    if outcome.event is None:
        raise TypeError("what was not refused led to something")
    return outcome.event


def new_code() -> str:
    """Return a code that is typed from paper: random, of signs that cannot be taken for others."""
    return "".join(secrets.choice(_SIGNS) for _ in range(CODE_LENGTH))


def _where(link: str) -> str:
    """Return where the holder of a card chooses its PIN, as people type it: at the address that its QR opens."""
    return f"{link.partition('#')[0].removeprefix('https://').rstrip('/')}{PIN_PAGE}"


def bare(code: str) -> str:
    """Return the signs of a code, however it was typed."""
    return "".join(sign for sign in code.upper() if sign.isalnum())


def _code_hash(key: SecretKey, number: CardNumber, code: str) -> str:
    """Return what the books keep of a code."""
    return key.mac("activation", number, bare(code))
