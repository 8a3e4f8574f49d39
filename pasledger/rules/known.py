"""What has to be known before an entry can be held against anything: entitlements, their ends, and closed years.

Each decision has the moment at which it was recorded, so that it does not matter when it is learned. Where all of them
are known beforehand, entries come in any order, and parts of the journal are looked at apart.
"""

from collections import defaultdict
from datetime import date, datetime, timedelta

from pasledger.ledger.ids import ChangeId, EntitlementId
from pasledger.rules.records import Entitlement, EntitlementEnd, Fact, YearClosed

LONGEST_WAIT = timedelta(minutes=10)
"""More than a batch ever waits for others, in all of its tries."""


class Known:
    """The entitlements, the ends that were moved, and the years that were closed.

    What waits for another writer says a moment before the one in which it is decided. So a decision that was recorded
    within a few minutes of an entry may have been seen by it or not.
    """

    def __init__(self) -> None:
        self.entitlements: dict[EntitlementId, Entitlement] = {}
        self._ends: dict[EntitlementId, dict[ChangeId, tuple[datetime, date]]] = defaultdict(dict)
        self._closed: dict[str, dict[int, datetime]] = defaultdict(dict)

    def learn(self, fact: Fact, at: datetime) -> None:
        """Take over what is of use here, as it was recorded at a moment."""
        match fact:
            case Entitlement():
                self.entitlements[fact.id] = fact
            case EntitlementEnd():
                self._ends[fact.entitlement][fact.id] = at, fact.ends_before
            case YearClosed():
                self._closed[fact.scheme][fact.year] = at
            case _:
                pass

    def ends_of(self, entitlement: Entitlement, at: datetime, besides: ChangeId | None = None) -> set[date]:
        """Return the ends that an entry which was recorded at this moment may have seen: nearly always one."""
        if entitlement.id not in self._ends:
            return {entitlement.valid.ends_before}
        moved = [(when, change, end) for change, (when, end) in self._ends[entitlement.id].items() if change != besides]
        before = [one for one in moved if one[0] < at - LONGEST_WAIT]
        last = max(before)[-1] if before else entitlement.valid.ends_before
        return {last, *(end for when, _, end in moved if abs(when - at) <= LONGEST_WAIT)}

    def last_end_of(self, entitlement: Entitlement, at: datetime) -> date:
        """Return the last of the ends that an entry which was recorded at this moment may have seen."""
        if entitlement.id not in self._ends:
            return entitlement.valid.ends_before
        return max(self.ends_of(entitlement, at))

    def has_decided_on(self, entitlement: Entitlement) -> bool:
        """Return whether an end of an entitlement was ever moved, or a year of its scheme closed."""
        return entitlement.id in self._ends or entitlement.scheme in self._closed

    def was_closed(self, scheme: str, year: int, at: datetime) -> bool:
        """Return whether a year of a scheme, or a later one, had been closed for certain at this moment."""
        return scheme in self._closed and self._is_closed(scheme, year, at - LONGEST_WAIT)

    def may_be_closed(self, scheme: str, year: int, at: datetime) -> bool:
        """Return whether an entry that was recorded at this moment may have seen a year as closed."""
        return scheme in self._closed and self._is_closed(scheme, year, at + LONGEST_WAIT)

    def _is_closed(self, scheme: str, year: int, before: datetime) -> bool:
        return any(closed >= year and when < before for closed, when in self._closed[scheme].items())
