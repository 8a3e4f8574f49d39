"""Retention: how long references are kept, what is over, and unlinking that.

What is unlinked is gone for good. It goes in pieces, each of one kind, whole or not at all; where that is broken off,
what went is recorded, and asking again goes on with the rest.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from pasledger.ledger.ids import UnlinkingId
from pasledger.ledger.journal import Stamp, require_four_eyes
from pasledger.rules.records import Length, ReferenceKind, RetentionPeriod
from pasledger.rules.retention import RetentionRequest, decide_unlinking, limit, over_on, periods
from pasledger.rules.town import Needs
from pasledger.store import Reader, Store
from pasledger.usecases.booking import CHUNK, NothingBooked, Progress, book_all, patiently
from pasledger.usecases.minting import new_id


@dataclass(frozen=True, slots=True)
class Kept:
    """How references of one kind are kept, and how many of them are over on a day."""

    period: RetentionPeriod
    kept: int
    """How many there are, those that are over included."""
    over: int
    held_back: int
    """Whose term is over, but of which something still stands: money, a hold, or a card that can pay."""
    begun_by: date
    next_on: date | None
    """When the next one is over, if nothing changes."""


def keep(store: Store, kind: ReferenceKind, length: Length, source: str, stamp: Stamp) -> RetentionPeriod:
    """Set how long references of a kind are kept, and by which rule. Raises `Refused`."""
    try:
        book_all(store, [RetentionRequest(kind, length, source)], stamp)
    except NothingBooked as nothing:
        raise nothing.refusals[0] from None
    with store.read() as reader:
        return periods(_decided(reader))[kind]


def what_is_kept(reader: Reader, *, on: date) -> list[Kept]:
    """Return for each kind how it is kept, and what is over on a day."""
    held = periods(_decided(reader))
    found = []
    for kind in ReferenceKind:
        last = limit(kind, held, on)
        standing = reader.retention.standing(kind, last)
        following = standing.next_began and over_on(kind, held, standing.next_began)
        found.append(Kept(held[kind], standing.kept, standing.over, standing.held_back, last, following))
    return found


def unlink(
    store: Store, kinds: Collection[ReferenceKind], stamp: Stamp, progress: Progress = lambda _done: None
) -> dict[ReferenceKind, int]:
    """Unlink what is over of these kinds on the day of the stamp, and return how many went. Raises `Refused`."""
    require_four_eyes(stamp)
    return {kind: _unlink(store, kind, stamp, progress) for kind in ReferenceKind if kind in kinds}


def _unlink(store: Store, kind: ReferenceKind, stamp: Stamp, progress: Progress) -> int:
    """Unlink one kind, some at a time. What went once goes no second time, so that each may be asked again."""

    def once() -> int:
        with store.begin() as transaction:
            held = periods(transaction.load(Needs(retention=True)).retention)
            found = transaction.ready_to_unlink(kind).retention.over(
                kind, limit(kind, held, stamp.effective_on), most=CHUNK
            )
            unlinking = decide_unlinking(new_id(UnlinkingId), kind, found, held, stamp)
            if unlinking.keys:
                transaction.unlink(unlinking, stamp)
            return len(unlinking.keys)

    went = 0
    while number := patiently(once, may_repeat=True):
        went += number
        progress(number)
    return went


def _decided(reader: Reader) -> tuple[RetentionPeriod, ...]:
    return reader.load(Needs(retention=True)).retention
