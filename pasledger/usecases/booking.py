"""The one write path: every change, from any channel, is a batch that goes through here.

Load what the requests need, decide them one after another, record what was decided: one database transaction, whether
the batch is one redemption, sixteen tills that pay at the same moment, or a town that is credited.
"""

import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from pasledger.ledger.journal import Stamp
from pasledger.ledger.refusals import Refused
from pasledger.rules.deciding import KeyedRequest, Outcome, Request, decide_each, needs_of
from pasledger.rules.keys import SecretKey
from pasledger.rules.offers import OfferUseRequest
from pasledger.store import BooksContended, BooksLost, BooksUndecided, Reader, Store, Transaction

CHUNK = 20_000
"""How many requests are loaded and written at a time. Statements are constant per chunk, and memory stays bounded."""

_PAUSES_S = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0)
"""The longest pauses before a batch is decided anew; in all of them together a server has started again."""

Done = TypeVar("Done")

Progress = Callable[[int], None]
"""Is told how many requests more have been decided."""

Pieces = Callable[[Reader], Iterable[Sequence[Request]]]
"""Makes the requests of one transaction, some at a time, from what its reader reads."""


class NothingBooked(Exception):  # noqa: N818 - an answer, not an error
    """Of a sequence that is booked whole or not at all, something was refused, and so nothing was booked."""

    def __init__(self, refusals: dict[int, Refused]) -> None:
        super().__init__(f"{len(refusals)} refused")
        self.refusals = refusals
        """Each refusal, by the place of its request in the sequence."""


def book(store: Store, requests: Sequence[Request], stamp: Stamp) -> list[Outcome]:
    """Answer each request by itself, in one transaction. What is returned is on the disk."""

    def once() -> list[Outcome]:
        with store.begin() as transaction:
            return _book(transaction, requests, stamp)

    return patiently(once, may_repeat=_are_booked_once(requests))


def book_all(
    store: Store, requests: Sequence[Request], stamp: Stamp, progress: Progress = lambda _done: None
) -> list[Outcome]:
    """Book every request or none, in one transaction. Raises `NothingBooked` with every refusal there is."""
    outcomes: list[Outcome] = []

    def pieces(_reader: Reader) -> Iterator[Sequence[Request]]:
        outcomes.clear()
        return chunks(requests)

    book_pieces(store, pieces, stamp, progress, keep=outcomes.extend, is_booked_once=_are_booked_once(requests))
    return outcomes


def book_pieces(
    store: Store,
    pieces: Pieces,
    stamp: Stamp,
    progress: Progress = lambda _done: None,
    *,
    keep: Callable[[list[Outcome]], None] = lambda _outcomes: None,
    is_booked_once: bool = False,
) -> None:
    """Book every request of all pieces or none, in one transaction, in as much memory as one piece takes.

    `pieces` makes them anew each time that it is tried, from what stands in the books then. What is booked once,
    however often it is asked, is asked again where nobody knows whether it was. Raises `NothingBooked` with every
    refusal there is.
    """

    def once() -> None:
        refusals: dict[int, Refused] = {}
        booked = 0
        with store.begin() as transaction:
            for piece in pieces(transaction.reader):
                outcomes = _book(transaction, piece, stamp)
                refusals |= {
                    place: one.refused for place, one in enumerate(outcomes, start=booked) if one.refused is not None
                }
                booked += len(piece)
                keep(outcomes)
                progress(len(piece))
            if refusals:
                raise NothingBooked(refusals)

    patiently(once, may_repeat=is_booked_once)


def preview(
    store: Store, requests: Sequence[Request], stamp: Stamp, progress: Progress = lambda _done: None
) -> list[Outcome]:
    """Return what the answers would be, by one snapshot of the books. Nothing is booked, and nobody is kept waiting."""
    outcomes: list[Outcome] = []
    with store.read() as reader:
        for chunk in chunks(requests):
            outcomes += decide_each(chunk, reader.load(needs_of(chunk)), stamp)
            progress(len(chunk))
    return outcomes


def patiently(once: Callable[[], Done], *, may_repeat: bool) -> Done:
    """Decide a batch anew while another writer was first or the connection was lost, a few times.

    Where nobody knows whether it was written, it is asked again only if it may be: when a second time changes nothing.
    """
    for longest in _PAUSES_S:
        try:
            return once()
        except (BooksContended, BooksLost):
            pass
        except BooksUndecided:
            if not may_repeat:
                raise
        time.sleep(random.uniform(longest / 2, longest))  # noqa: S311 - so that two writers do not meet again
    return once()


def _are_booked_once(requests: Sequence[Request]) -> bool:
    """Return whether each request carries a key, under which it is booked once, however often it is asked."""
    return all(isinstance(request, KeyedRequest) and request.attempt is not None for request in requests)


def _book(transaction: Transaction, requests: Sequence[Request], stamp: Stamp) -> list[Outcome]:
    asked = _keyed(requests, transaction)
    needs = needs_of(asked)
    needs.today = stamp.effective_on
    town = transaction.load(needs)
    outcomes = decide_each(asked, town, stamp)
    transaction.record(outcomes, town)
    return outcomes


def _keyed(requests: Sequence[Request], transaction: Transaction) -> Sequence[Request]:
    """Return the requests, with what the key of the books makes of them: fingerprints, and marks of offers."""
    if not any(map(_is_keyed, requests)):
        return requests
    secret = transaction.key
    return requests if secret is None else [_with(secret, request) for request in requests]


def _is_keyed(request: Request) -> bool:
    return isinstance(request, OfferUseRequest) or (isinstance(request, KeyedRequest) and request.attempt is not None)


def _with(secret: SecretKey, request: Request) -> Request:
    if isinstance(request, OfferUseRequest):
        request = replace(request, secret=secret)
    if isinstance(request, KeyedRequest) and request.attempt is not None:
        return replace(request, attempt=request.attempt.keyed(secret))
    return request


def chunks(requests: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Yield what is loaded and written at a time."""
    for start in range(0, len(requests), CHUNK):
        yield requests[start : start + CHUNK]
