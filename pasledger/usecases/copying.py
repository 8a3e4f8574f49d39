"""Backing up and restoring, which is the same the other way round: a backup is books in one file."""

from pasledger.store import Store
from pasledger.usecases.booking import Progress
from pasledger.usecases.verifying import Verification, verify_snapshot


def copy(store: Store, to: str, progress: Progress = lambda _done: None) -> Verification:
    """Copy one snapshot of the books to where there are none, and verify the copy before it is at its place.

    A copy of books that are not sound is made too: it may be all there is. Progress is told of rows copied, and then of
    entries replayed. Raises `BooksUnusable`, and then there is no copy.
    """
    with store.copied_to(to, progress) as copied:
        return verify_snapshot(copied, progress)
