"""Which part of the journal is looked at: all of it, or the books as at any moment."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pasledger.ledger.journal import Stamp


@dataclass(frozen=True, slots=True)
class View:
    """What counts by the end of a day and was recorded before a moment; without them, everything.

    The two differ: an entry can count on a day long before it was recorded, in a year that is not closed yet.
    """

    as_at: date | None = None
    recorded_before: datetime | None = None

    def __contains__(self, stamp: Stamp) -> bool:
        return (self.as_at is None or stamp.effective_on <= self.as_at) and (
            self.recorded_before is None or stamp.recorded_at < self.recorded_before
        )

    def before(self, day: date) -> "View":
        """Return what is seen of all that counts before a day."""
        eve = max(day, date.min + timedelta(days=1)) - timedelta(days=1)
        return View(eve if self.as_at is None else min(eve, self.as_at), self.recorded_before)


EVERYTHING = View()
