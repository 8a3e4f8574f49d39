"""PINs: a holder sets one with the code from a letter, and each try is counted before it is looked at.

So that a crash gives no free try, the count is on the disk before a PIN is verified. After three wrong tries one has to
wait, each time longer; after ten the PIN is locked until somebody at the desk has seen the holder. A code from a letter
is tried in the same way, and counted by itself: anybody can try one, and nobody may lock somebody else's PIN so.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hmac import compare_digest

from pasledger.ledger.journal import Stamp
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.rules.card_entry import PIN_REFUSALS, PinCheck, pin_subject
from pasledger.rules.cards import CardNumber, CardState, TokenHash
from pasledger.rules.records import (
    Activation,
    Card,
    CardChange,
    Event,
    Fact,
    FirstTries,
    Pin,
    PinToVerify,
    PinUnlocked,
    Tries,
)
from pasledger.rules.town import Needs, Town

LOCKED_AFTER = 10
"""Wrong tries after which only the desk can help."""

_NOBODY = CardNumber("nobody")
"""The number of every card that is not there, where codes are counted."""

_WAITS = {3: 1, 4: 5, 5: 15, 6: 30, 7: 60, 8: 120, 9: 240}
"""Minutes to wait after so many wrong tries."""


@dataclass(frozen=True, slots=True)
class TryRequest:
    """Somebody sends a PIN, or a code, for a card that may not even be there. `attempt` is the key it comes with."""

    card: CardNumber | TokenHash
    attempt: str | None = None

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.cards.add(self.card)
        needs.pin_tries.add(self.card)
        needs.pins.add(self.card)
        if self.attempt is not None:
            needs.attempts.add(self.attempt)


def decide_try(request: TryRequest, town: Town, stamp: Stamp) -> Event:
    """Count the try and say what to verify; a repeat that is answered from the record is not a try.

    A try that may not be looked at is not counted, and written all the same: it costs what every other costs.
    """
    if request.attempt is not None and request.attempt in town.attempts:
        return Event(stamp, ())
    subject = pin_subject(request.card, town)
    card = town.cards.get(request.card)
    pin = None if card is None else town.pins.get(card.id)
    return tried(subject, None if pin is None else pin.hash, town, stamp, has_pin=pin is not None or card is None)


@dataclass(frozen=True, slots=True)
class CodeTryRequest:
    """Somebody sends a code from a letter for a card; or for one that is not there, which has no number."""

    number: CardNumber | None

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        asked = self.number or _NOBODY
        needs.cards.add(asked)
        needs.pin_tries |= {asked, code_subject(asked)}


def decide_code_try(request: CodeTryRequest, town: Town, stamp: Stamp) -> Event:
    """Count the try, as that of a PIN is. Where the PIN is locked, a code does not help: only the desk does."""
    asked = request.number or _NOBODY
    card = town.cards.get(asked)
    tries = None if card is None else town.tries.get(card.id)
    is_locked = tries is not None and tries.number >= LOCKED_AFTER
    return tried(code_subject(asked), None, town, stamp, has_pin=True, is_locked=is_locked)


def tried(
    subject: str, secret_hash: str | None, town: Town, stamp: Stamp, *, has_pin: bool, is_locked: bool = False
) -> Event:
    """Count a try of a card's or a person's secret, unless it is locked or has to wait, and say what to verify."""
    before = town.tries.get(subject)
    count = before or FirstTries(subject, 0, stamp.recorded_at)
    to_verify = PinToVerify(
        hash=secret_hash,
        has_pin=has_pin,
        is_locked=is_locked or count.number >= LOCKED_AFTER,
        is_waiting=before is not None and stamp.recorded_at < may_try_at(before),
    )
    if to_verify.is_locked or to_verify.is_waiting:
        to_verify = replace(to_verify, hash=None)
    else:
        count = replace(count, number=count.number + 1, at=stamp.recorded_at)
    return Event(stamp, (count, to_verify))


def may_try_at(tries: Tries) -> datetime:
    """Return from when the next try is looked at."""
    return tries.at + timedelta(minutes=_WAITS.get(tries.number, 0))


def checked(to_verify: PinToVerify, *, is_right: bool) -> PinCheck:
    """Return what became of a PIN after it was verified, or after something else was, in its place."""
    if to_verify.is_locked:
        return PinCheck.LOCKED
    if to_verify.is_waiting:
        return PinCheck.WAITING
    if not to_verify.has_pin:
        return PinCheck.NOT_SET
    return PinCheck.RIGHT if is_right else PinCheck.WRONG


@dataclass(frozen=True, slots=True)
class ActivationRequest:
    """A letter with a code is to go to the holder of a card. An earlier code is worth nothing from now on."""

    number: CardNumber
    code_hash: str
    ends_before: date

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.cards.add(self.number)
        needs.activations.add(self.number)


def decide_activation(request: ActivationRequest, town: Town, stamp: Stamp) -> Event:
    """Take note of the code, or refuse for a card that cannot be used any more."""
    card = _usable(request.number, town)
    before = town.activations.get(card.id)
    sequence = 1 if before is None else before.sequence + 1
    return Event(stamp, (Activation(card.id, sequence, request.code_hash, request.ends_before),))


@dataclass(frozen=True, slots=True)
class PinRequest:
    """The PIN of a card is to be this one: with the code from the letter, or because the PIN before it was right."""

    number: CardNumber
    hash: str
    code_hash: str | None

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.cards.add(self.number)
        needs.pin_tries |= _counts_of(self.number)
        needs.pins.add(self.number)
        needs.activations.add(self.number)


def decide_pin(request: PinRequest, town: Town, stamp: Stamp) -> Event:
    """Set the PIN, and activate a card that waited for that; or refuse a code that is wrong, used or too old."""
    card = _usable(request.number, town)
    before = town.pins.get(card.id)
    activation = None if request.code_hash is None else _activation(request.code_hash, card, town, stamp)
    pin = Pin(card.id, 1 if before is None else before.sequence + 1, request.hash, activation)
    facts: tuple[Fact, ...] = (pin, *_forgiven(card, town, stamp))
    if card.state is CardState.ISSUED:
        return Event(stamp, (*facts, CardChange(card.id, CardState.ACTIVE)))
    return Event(stamp, facts)


def _activation(code_hash: str, card: Card, town: Town, stamp: Stamp) -> int:
    found = town.activations.get(card.id)
    is_good = (
        found is not None
        and compare_digest(found.code_hash, code_hash)
        and stamp.effective_on < found.ends_before
        and (card.id, found.sequence) not in town.used_activations
    )
    if found is None or not is_good:
        raise Refused(Refusal.CODE_WRONG)
    return found.sequence


@dataclass(frozen=True, slots=True)
class OwnTryRequest:
    """Somebody sends a PIN on the page of a holder, for a card or for one that is not there, which has no number."""

    number: CardNumber | None

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        asked = self.number or _NOBODY
        needs.cards.add(asked)
        needs.pins.add(asked)
        needs.pin_tries |= {asked, _own_subject(asked)}


def decide_own_try(request: OwnTryRequest, town: Town, stamp: Stamp) -> Event:
    """Count the try by itself: that page is open to everybody, and nobody may keep somebody's card from paying."""
    asked = request.number or _NOBODY
    card = town.cards.get(asked)
    pin = None if card is None else town.pins.get(card.id)
    tries = None if card is None else town.tries.get(card.id)
    return tried(
        _own_subject(asked),
        None if pin is None else pin.hash,
        town,
        stamp,
        has_pin=pin is not None or card is None,
        is_locked=tries is not None and tries.number >= LOCKED_AFTER,
    )


@dataclass(frozen=True, slots=True)
class OwnCardRequest:
    """A holder wants to see what is on a card; `pin` is what became of the PIN that was typed."""

    number: CardNumber | None
    pin: PinCheck

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        asked = self.number or _NOBODY
        needs.cards.add(asked)
        needs.pin_tries |= {asked, _own_subject(asked)}


def decide_own_card(request: OwnCardRequest, town: Town, stamp: Stamp) -> Event:
    """Let in who knows the PIN, which ends the count of wrong ones, or refuse. A blocked card can be looked at."""
    card = _usable(request.number or _NOBODY, town)
    if request.pin is not PinCheck.RIGHT:
        raise Refused(PIN_REFUSALS.get(request.pin, Refusal.PIN_NEEDED))
    return Event(stamp, (Tries(_own_subject(card.number), 0, stamp.recorded_at),))


@dataclass(frozen=True, slots=True)
class UnlockRequest:
    """Somebody at the desk has seen the holder: the PIN can be tried again."""

    number: CardNumber

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.cards.add(self.number)
        needs.pin_tries |= _counts_of(self.number)


def decide_unlock(request: UnlockRequest, town: Town, stamp: Stamp) -> Event:
    """Forget the wrong tries, of the PIN and of codes, and say who did."""
    card = _usable(request.number, town)
    return Event(stamp, (*_forgiven(card, town, stamp), PinUnlocked(card.id)))


def _usable(number: CardNumber, town: Town) -> Card:
    """Return a card that is not replaced, or refuse."""
    card = town.card(number)
    if card.state is CardState.REPLACED:
        raise Refused(Refusal.CARD_REPLACED)
    return card


def _forgiven(card: Card, town: Town, stamp: Stamp) -> tuple[Tries, ...]:
    subjects = (card.id, code_subject(card.number), _own_subject(card.number))
    return tuple(Tries(subject, 0, stamp.recorded_at) for subject in subjects if subject in town.tries)


def _counts_of(number: CardNumber) -> set[str]:
    """Return under what the tries with a card are counted: at tills, with codes, and on the page of its holder."""
    return {number, code_subject(number), _own_subject(number)}


def _own_subject(number: CardNumber) -> str:
    """Return under what the tries on the page of a holder are counted."""
    return f"own/{number}"


def code_subject(number: CardNumber) -> str:
    """Return under what the tries with a code are counted; those for cards that are not there are one count."""
    return f"code/{number}"
