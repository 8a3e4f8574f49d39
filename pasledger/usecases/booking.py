"""The one write path: every change, from any channel, is a batch that goes through here.

Load what the requests need, decide them one after another, record what was decided: one database transaction, whether
the batch is one redemption, sixteen tills that pay at the same moment, or a town that is credited.
"""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from pasledger.ledger.journal import Stamp
from pasledger.ledger.refusals import Refused
from pasledger.rules.deciding import KeyedRequest, Outcome, Request, decide_each, needs_of
from pasledger.store import BooksContended, BooksLost, BooksUndecided, Store, Transaction

CHUNK = 20_000
"""How many requests are loaded and written at a time. Statements are constant per chunk, and memory stays bounded."""

_PAUSES_S = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
"""The longest pauses before a batch is decided anew; in all of them together a server has started again."""

Progress = Callable[[int], None]
"""Is told how many requests more have been decided."""


class NothingBooked(Exception):  # noqa: N818 - an answer, not an error
    """Of a sequence that is booked whole or not at all, something was refused, and so nothing was booked."""

    def __init__(self, refusals: dict[int, Refused]) -> None:
        super().__init__(f"{len(refusals)} refused")
        self.refusals = refusals
        """Each refusal, by the place of its request in the sequence."""


def book(store: Store, requests: Sequence[Request], stamp: Stamp) -> list[Outcome]:
    """Answer each request by itself, in one transaction. What is returned is on the disk."""
    asked = _keyed(requests, store)

    def once() -> list[Outcome]:
        with store.begin() as transaction:
            return _book(transaction, asked, stamp)

    return _patiently(once, asked)


def book_all(
    store: Store, requests: Sequence[Request], stamp: Stamp, progress: Progress = lambda _done: None
) -> list[Outcome]:
    """Book every request or none, in one transaction. Raises `NothingBooked` with every refusal there is."""
    asked = _keyed(requests, store)

    def once() -> list[Outcome]:
        outcomes: list[Outcome] = []
        with store.begin() as transaction:
            for chunk in _chunks(asked):
                outcomes += _book(transaction, chunk, stamp)
                progress(len(chunk))
            refusals = {place: one.refused for place, one in enumerate(outcomes) if one.refused is not None}
            if refusals:
                raise NothingBooked(refusals)
        return outcomes

    return _patiently(once, asked)


def _keyed(requests: Sequence[Request], store: Store) -> Sequence[Request]:
    """Return the requests, the fingerprints of those with a key of their own made with the key of the books."""
    if not any(isinstance(request, KeyedRequest) and request.attempt is not None for request in requests):
        return requests
    secret = store.key
    if secret is None:
        return requests
    return [
        replace(request, attempt=request.attempt.keyed(secret))
        if isinstance(request, KeyedRequest) and request.attempt is not None
        else request
        for request in requests
    ]


def _patiently(once: Callable[[], list[Outcome]], requests: Sequence[Request]) -> list[Outcome]:
    """Decide a batch anew while another writer was first or the connection was lost, a few times.

    Where nobody knows whether it was booked, it is asked again only if the books answer it from their record then.
    """
    for longest in _PAUSES_S:
        try:
            return once()
        except (BooksContended, BooksLost):
            pass
        except BooksUndecided:
            if not _are_booked_once(requests):
                raise
        time.sleep(random.uniform(longest / 2, longest))  # noqa: S311 - so that two writers do not meet again
    return once()


def _are_booked_once(requests: Sequence[Request]) -> bool:
    """Return whether each request carries a key, under which it is booked once, however often it is asked."""
    return all(isinstance(request, KeyedRequest) and request.attempt is not None for request in requests)


def _book(transaction: Transaction, requests: Sequence[Request], stamp: Stamp) -> list[Outcome]:
    needs = needs_of(requests)
    needs.today = stamp.effective_on
    town = transaction.load(needs)
    outcomes = decide_each(requests, town, stamp)
    transaction.record(outcomes, town)
    return outcomes


def _chunks(requests: Sequence[Request]) -> Iterator[Sequence[Request]]:
    for start in range(0, len(requests), CHUNK):
        yield requests[start : start + CHUNK]
