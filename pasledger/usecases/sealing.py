"""Sealing: what was recorded since the last seal is made provable, beside all that goes on."""

import time
from collections.abc import Iterator
from itertools import islice

from pasledger.ledger.journal import Stamp
from pasledger.ledger.seals import NOTHING_BEFORE, Leaf, Seal, Tree
from pasledger.store import BooksContended, BooksLost, BooksUndecided, Store
from pasledger.store.rows import moment
from pasledger.usecases.booking import Progress

MOST_LEAVES = 100_000
"""How many leaves one seal holds at most: they are written at once, and a proof is made of all of them."""

_PAUSES_S = (0.0, 0.05, 0.5, 2.0)
"""How long is waited before sealing goes on, after somebody else sealed or the connection was lost."""


def seal(store: Store, stamp: Stamp, progress: Progress = lambda _done: None) -> tuple[Seal, ...]:
    """Seal everything that is in no seal yet, and return the seals that were made: none where nothing was recorded.

    Nobody who writes waits for it. What is committed meanwhile is in the next seal.
    """
    made: list[Seal] = []
    for pause in _PAUSES_S:
        try:
            for one in _sealed(store, stamp, progress):
                made.append(one)  # noqa: PERF402 - what was made before it fails stays made
        except (BooksContended, BooksLost, BooksUndecided):
            time.sleep(pause)
        else:
            return tuple(made)
    return (*made, *_sealed(store, stamp, progress))


def _sealed(store: Store, stamp: Stamp, progress: Progress) -> Iterator[Seal]:
    """Yield each seal when it is on the disk. All that is sealed here was there at one moment."""
    with store.read() as reader:
        newest, waiting = reader.seals.newest(), reader.seals.leaves(only_unsealed=True)
        while leaves := list(islice(waiting, MOST_LEAVES)):
            following = _seal_of(leaves, stamp, newest)
            with store.begin() as transaction:
                transaction.seal(following, leaves, after=newest)
            progress(len(leaves))
            yield following
            newest = following


def _seal_of(leaves: list[Leaf], stamp: Stamp, newest: Seal | None) -> Seal:
    tree = Tree()
    for one in leaves:
        tree.add(one.digest)
    number = newest.number + 1 if newest else 1
    previous = newest.root if newest else NOTHING_BEFORE
    return Seal(number, moment(stamp.recorded_at), stamp.prepared_by, tree.leaves, tree.root, previous)
