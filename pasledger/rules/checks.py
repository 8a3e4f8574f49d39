"""What can be wrong although every transfer is balanced, and the checks that find it.

The journal is held against what was set down beside it: each entry against its own record (`entry_checks`), and the
balances against all records together (`books_checks`).
"""

from collections.abc import Iterator

from pasledger.ledger.books import cents_moved
from pasledger.rules.books_checks import BOOKS_CHECKS
from pasledger.rules.entry_checks import ENTRY_CHECKS
from pasledger.rules.findings import Finding
from pasledger.rules.known import Known
from pasledger.rules.records import Event
from pasledger.rules.sums import Sums


class Replay:
    """The journal, or a part of it, replayed from nothing beside the record of each event.

    What is known is learned on the way, in the order of the events, or has been learned before; then parts of the
    journal can be replayed apart, and their sums added.
    """

    def __init__(self, known: Known | None = None, sums: Sums | None = None) -> None:
        self.known = known or Known()
        self.sums = sums or Sums()

    def add(self, event: Event) -> Iterator[Finding]:
        """Take one event and yield what is wrong with it."""
        for fact in event.facts:
            self.known.learn(fact, event.stamp.recorded_at)
            self.sums.record(fact)
        if event.entry is None:
            return
        moved = cents_moved(event.entry.transfers)
        for check in ENTRY_CHECKS:
            yield from check(event.entry, event.facts, moved, self.known)
        self.sums.post(event.entry, moved)

    def conclude(self) -> Iterator[Finding]:
        """Yield what is wrong with the books as a whole, after the last event."""
        return conclude(self.sums)


def conclude(sums: Sums) -> Iterator[Finding]:
    """Yield what is wrong with books that come to these sums."""
    for check in BOOKS_CHECKS:
        yield from check(sums)
