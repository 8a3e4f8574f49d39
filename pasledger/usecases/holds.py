"""Holds that have ended are found and released: by the service from time to time, and by staff."""

from collections.abc import Iterable
from datetime import date

from pasledger.ledger.ids import EntryId, HoldId, ReleaseId
from pasledger.ledger.journal import Stamp
from pasledger.rules.holds import ExpiryRequest
from pasledger.rules.records import HoldReleased
from pasledger.store import Store
from pasledger.usecases.booking import CHUNK, book
from pasledger.usecases.minting import new_id, opaque_id


def expiry(hold: HoldId) -> ExpiryRequest:
    """Return the request to release a hold that has ended."""
    return ExpiryRequest(opaque_id(ReleaseId), new_id(EntryId), hold)


def ended(store: Store, *, since: date | None, on: date) -> list[HoldId]:
    """Return the holds that have something left and ended by a day; later than `since`, where that is known."""
    with store.read() as reader:
        return list(reader.holds.ended(since=since, by=on))


def sweep(store: Store, stamp: Stamp) -> list[HoldReleased]:
    """Release every hold that has ended, and return what was released.

    Another sweeper, or the merchant, may be first with some of them: those are left alone.
    """
    released: list[HoldReleased] = []
    found = ended(store, since=None, on=stamp.effective_on)
    for start in range(0, len(found), CHUNK):
        released += _released(store, found[start : start + CHUNK], stamp)
    return released


def _released(store: Store, holds: Iterable[HoldId], stamp: Stamp) -> list[HoldReleased]:
    outcomes = book(store, [expiry(hold) for hold in holds], stamp)
    facts = (fact for outcome in outcomes if outcome.event is not None for fact in outcome.event.facts)
    return [fact for fact in facts if isinstance(fact, HoldReleased)]
