"""The desk of the town hall: a holder is looked up for a purpose, and what is shown or done is one look-up more.

Each is an act in the log, with whom it was about and why beside it, before anything is shown. Nothing is shown or done
but under a look-up of one's own that is not old.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pasledger.formats import cells
from pasledger.formats.carriers import CarrierRow
from pasledger.formats.faults import Misread
from pasledger.formats.paper import Letter, Overview
from pasledger.ledger.ids import ActId, CardId, HolderId
from pasledger.ledger.journal import Stamp
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.rules.actors import Actor, Actors, Permission
from pasledger.rules.cards import CardNumber, CardState, TokenHash
from pasledger.rules.holders import HolderReference
from pasledger.rules.records import DONE, Card, LookUp, LookUpPurpose
from pasledger.rules.town import Needs
from pasledger.store import Store
from pasledger.usecases import cards, pins
from pasledger.usecases.acting import Claim, Task, acting, log
from pasledger.usecases.finding import TOKEN, card_named
from pasledger.usecases.minting import stamp_now
from pasledger.usecases.overviews import CardOverview, card_overview, holder_overview

LASTS = timedelta(minutes=30)
"""How long what was looked up can be shown and acted upon."""

_NOBODY = "…"
"""How the log calls who signs in under a name that nobody has: whatever was typed, it may be a secret."""

_DIGITS_OF_A_CARD = 16

NOT_FOUND = (Refusal.HOLDER_UNKNOWN, Refusal.CARD_UNKNOWN)
"""Why a look-up found nobody."""

Named = CardNumber | TokenHash | HolderReference


@dataclass(frozen=True, slots=True)
class Clerk:
    """Who stands at the desk, by a session, and where."""

    name: str
    origin: str


@dataclass(frozen=True, slots=True)
class Found:
    """Whom a look-up is about: what the municipality calls the holder, and the cards that were not replaced."""

    look_up: LookUp
    holder: HolderId
    reference: HolderReference | None
    cards: tuple[tuple[CardId, CardOverview], ...]


def sign_in(store: Store, name: str, credential: str, origin: str) -> Actor:
    """Return the actor who signs in at the desk. Wrong credentials make the next ones wait. Raises `Refused`."""
    actors = _actors(store, name)
    claim = Claim(name if actors.has(name) else _NOBODY, (credential,))
    with acting(store, Task("desk sign-in", "", origin, Permission.ASSIST), claim):
        return actors.named(name)


def actor_named(store: Store, name: str) -> Actor | None:
    """Return an actor that has not ended."""
    try:
        return _actors(store, name).named(name)
    except Refused:
        return None


def named(text: str) -> tuple[Named, ...]:
    """Return what may be meant by what was typed or scanned: a card by number or token, a holder by reference.

    Raises `Misread` for what is none of them.
    """
    typed = text.strip()
    if "#" in typed or _is_a_number(typed):
        return (card_named(typed),)
    if TOKEN.fullmatch(typed) is None:
        return (cells.holder(typed),)
    try:
        return card_named(typed), cells.holder(typed)
    except Misread:  # no reference begins as some tokens do
        return (card_named(typed),)


def find(store: Store, clerk: Clerk, meant: tuple[Named, ...], purpose: LookUpPurpose) -> ActId:
    """Look a holder up and return the look-up. That nobody was found is in the log too. Raises `Refused`."""
    with _at_the_desk(store, clerk, "find") as act:
        holder, card = _look(store, meant)
        log(store, LookUp(act, purpose, holder, None if card is None else card.id))
        if holder is None:
            raise Refused(Refusal.HOLDER_UNKNOWN if _is_a_holder(meant[-1]) else Refusal.CARD_UNKNOWN)
    return act


def found(store: Store, clerk: Clerk, act: ActId, *, at: datetime) -> Found | None:
    """Return whom a look-up is about; None for one that is somebody else's, is too old or is not there."""
    with store.read() as reader:
        known = reader.acting.look_up(act)
        if known is None:
            return None
        line, ended, look_up = known
        is_own = line.actor == clerk.name and at < line.recorded_at + LASTS
        if not is_own or ended is None or ended.result != DONE or look_up.holder is None:
            return None
        reference, held = reader.reference_of(look_up.holder), list(reader.cards_of_holder(look_up.holder))
    standing = [card for card in held if card.state is not CardState.REPLACED]
    shown = tuple((card.id, card_overview(store, card.number, at=at)) for card in standing)
    return Found(look_up, look_up.holder, reference, shown)


def block(store: Store, clerk: Clerk, whom: Found, card: CardId) -> None:
    """Block a card of the holder, at once. Raises `Refused` or `NothingBooked`."""
    number = _number(whom, card)
    with _about(store, clerk, "block", whom, card) as stamp:
        cards.block(store, number, stamp)


def unlock(store: Store, clerk: Clerk, whom: Found, card: CardId) -> None:
    """Let the PIN of a card, and the code of a letter, be tried again. Raises `Refused` or `NothingBooked`."""
    number = _number(whom, card)
    with _about(store, clerk, "unlock", whom, card) as stamp:
        pins.unlock(store, number, stamp)


def replace(
    store: Store, clerk: Clerk, whom: Found, card: CardId, *, link_base: str
) -> tuple[CarrierRow, Letter | None]:
    """Put a new card in the place of one, and return what to print: the card and, where the books have a key, a letter.

    Neither is shown again. Raises `Refused` or `NothingBooked`.
    """
    number = _number(whom, card)
    with _about(store, clerk, "replace", whom, card) as stamp:
        made = cards.replace(store, number, stamp)
        carrier = _carrier(whom, made.card.number, f"{link_base}#{made.token}")
        return carrier, None if store.key is None else _letter(store, carrier, stamp)


def write_letter(store: Store, clerk: Clerk, whom: Found, card: CardId, *, link_base: str) -> Letter:
    """Make a letter with a new code for a card; one that was sent before is worth nothing. Raises `BooksUnusable`."""
    carrier = _carrier(whom, _number(whom, card), link_base)
    with _about(store, clerk, "letter", whom, card) as stamp:
        return _letter(store, carrier, stamp)


def overview(store: Store, clerk: Clerk, whom: Found, *, on: date) -> Overview:
    """Return all that a holder may know of its own name. Raises `Refused`."""
    with _about(store, clerk, "overview", whom):
        if whom.reference is None:
            raise Refused(Refusal.HOLDER_UNKNOWN)
        return holder_overview(store, whom.reference, on=on)


@contextmanager
def _at_the_desk(store: Store, clerk: Clerk, action: str, about: str = "") -> Iterator[ActId]:
    task = Task(f"desk {action}", about, clerk.origin, Permission.ASSIST)
    with acting(store, task, Claim(clerk.name, is_in_session=True)) as act:
        yield act


@contextmanager
def _about(store: Store, clerk: Clerk, action: str, whom: Found, card: CardId | None = None) -> Iterator[Stamp]:
    """Let something be shown of a holder, or done with one of its cards, by who may do so at this moment."""
    with _at_the_desk(store, clerk, action, whom.look_up.act) as act:
        log(store, LookUp(act, whom.look_up.purpose, whom.holder, card))
        yield stamp_now(clerk.name)


def _number(whom: Found, card: CardId) -> CardNumber:
    """Return the number of a card of the holder, or refuse: another's is not there."""
    for known, shown in whom.cards:
        if known == card:
            return shown.number
    raise Refused(Refusal.CARD_UNKNOWN)


def _actors(store: Store, name: str) -> Actors:
    with store.read() as reader:
        return reader.load(Needs(actors={name})).actors


def _is_a_number(typed: str) -> bool:
    digits = typed.replace(" ", "")
    return len(digits) == _DIGITS_OF_A_CARD and digits.isdecimal()


def _is_a_holder(one: Named) -> bool:
    return isinstance(one, HolderReference)


def _look(store: Store, meant: tuple[Named, ...]) -> tuple[HolderId | None, Card | None]:
    """Return the holder that is meant and, where it was named, the card."""
    needs = Needs(
        cards={one for one in meant if not isinstance(one, HolderReference)},
        holders={one for one in meant if isinstance(one, HolderReference)},
    )
    with store.read() as reader:
        town = reader.load(needs)
    for one in meant:
        if isinstance(one, HolderReference):
            if one in town.holders:
                return town.holders[one].id, None
        elif one in town.cards:
            return town.cards[one].holder, town.cards[one]
    return None, None


def _carrier(whom: Found, number: CardNumber, link: str) -> CarrierRow:
    return CarrierRow(1, whom.reference or HolderReference(""), number, link)


def _letter(store: Store, carrier: CarrierRow, stamp: Stamp) -> Letter:
    [letter] = pins.send_letters(store, [carrier], stamp, lambda _letters: None)
    return letter
