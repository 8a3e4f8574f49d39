"""Retention: how long each kind of reference is kept, and which of them are over.

A reference is over when its term began so long ago, and nothing that it names still stands: no money, no hold, no card
that can pay. What is over is unlinked: the reference goes, the entries keep their salted commitments, and a record says
what went. The periods are those of the Selectielijst gemeenten 2020 until the municipality sets others.

>>> print(length("P7Y"), begun_by(length("P7Y"), date(2026, 11, 24)))
P7Y 2019-11-24
>>> first_day_over(length("P6M"), date(2026, 8, 31))
datetime.date(2027, 3, 1)
"""

import re
from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pasledger.ledger.ids import UnlinkingId
from pasledger.ledger.journal import Stamp, require_four_eyes
from pasledger.rules.known import LONGEST_WAIT
from pasledger.rules.records import Event, Length, ReferenceKind, RetentionPeriod, Unlinking
from pasledger.rules.town import Needs, Town

_LENGTH = re.compile(r"P([1-9][0-9]{0,2})([YMD])", re.ASCII)
_MONTHS_IN_A_YEAR = 12


def length(text: str) -> Length:
    """Return `text` as a length. Raises `ValueError`."""
    found = _LENGTH.fullmatch(text.upper())
    if found is None:
        raise ValueError("a period is a number of years, months or days: P7Y, P6M, P42D")
    return Length(int(found[1]), found[2])


def begun_by(kept: Length, on: date) -> date:
    """Return the last day on which a term can have begun that is over on a day. Where there is no such day, earlier."""
    if kept.unit == "D":
        return date.min if kept.number > (on - date.min).days else on - timedelta(days=kept.number)
    year, month = divmod(_months(on) - _in_months(kept), _MONTHS_IN_A_YEAR)
    if year < date.min.year:
        return date.min
    return date(year, month + 1, min(on.day, monthrange(year, month + 1)[1]))


def first_day_over(kept: Length, began: date) -> date:
    """Return the first day on which a term that began on a day is over. Where there is no such day, the one after."""
    if kept.unit == "D":
        return date.max if kept.number > (date.max - began).days else began + timedelta(days=kept.number)
    year, month = divmod(_months(began) + _in_months(kept), _MONTHS_IN_A_YEAR)
    if year > date.max.year:
        return date.max
    last = monthrange(year, month + 1)[1]
    return date(year, month + 1, min(began.day, last)) + timedelta(days=int(began.day > last))


def _months(day: date) -> int:
    return day.year * _MONTHS_IN_A_YEAR + day.month - 1


def _in_months(kept: Length) -> int:
    return kept.number * (_MONTHS_IN_A_YEAR if kept.unit == "Y" else 1)


_K = ReferenceKind
FROM_THE_LIST: Mapping[ReferenceKind, tuple[Length, str]] = {
    _K.AWARD_DRAFT: (Length(42, "D"), "8.4.1"),
    _K.AWARD_ROW: (Length(7, "Y"), "19.1.1"),
    _K.MERCHANT_REFERENCE: (Length(7, "Y"), "18.1"),
    _K.PAYMENT_REQUEST: (Length(7, "Y"), "18.1"),
    _K.CONTACT: (Length(10, "Y"), "16.1"),
    _K.PERSON: (Length(6, "M"), "19.1.24"),
    _K.DECISION: (Length(10, "Y"), "8.1"),
    _K.HOLDER: (Length(7, "Y"), "5.1.1"),
}
"""The period of each kind that the municipality has set none for, with its number in the Selectielijst 2020."""

_NAMES_OTHERS = frozenset({_K.AWARD_DRAFT, _K.AWARD_ROW})
_NAMED = (_K.HOLDER, _K.DECISION)

Periods = Mapping[ReferenceKind, RetentionPeriod]


def periods(decided: Iterable[RetentionPeriod] = ()) -> dict[ReferenceKind, RetentionPeriod]:
    """Return the period that holds for each kind: the newest that was decided, or that of the list."""
    held = {kind: RetentionPeriod(kind, 0, *listed) for kind, listed in FROM_THE_LIST.items()}
    for one in sorted(decided, key=lambda period: period.version):
        held[one.kind] = one
    return held


def limit(kind: ReferenceKind, held: Periods, on: date) -> date:
    """Return the last day on which the term of a reference can have begun that is over on a day.

    The rows of award batches name holders and decisions, so that none is kept longer than these would be.
    """
    return max(begun_by(kept, on) for kept in _lengths(kind, held))


def over_on(kind: ReferenceKind, held: Periods, began: date) -> date:
    """Return the first day on which the term of a reference is over that began on a day."""
    return min(first_day_over(kept, began) for kept in _lengths(kind, held))


def _lengths(kind: ReferenceKind, held: Periods) -> list[Length]:
    return [held[one].length for one in ((kind, *_NAMED) if kind in _NAMES_OTHERS else (kind,))]


def latest_limit(kind: ReferenceKind, decided: Sequence[tuple[RetentionPeriod, datetime]], at: datetime) -> date:
    """Return the latest limit that can have held for what was recorded at a moment.

    What waits for another writer says a moment before the one in which it is decided, so that a period which was
    recorded within a few minutes of it may have been seen or not; and the day had a few hours to go.
    """
    on = (at + timedelta(days=1)).date()
    before = [one for one, recorded in decided if recorded < at - LONGEST_WAIT]
    near = [one for one, recorded in decided if abs(recorded - at) <= LONGEST_WAIT]
    return max(limit(kind, periods([*before, *some]), on) for some in ((), *((one,) for one in near)))


@dataclass(frozen=True, slots=True)
class RetentionRequest:
    """From now on, references of a kind are kept so long, by this rule."""

    kind: ReferenceKind
    length: Length
    source: str

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.retention = True


def decide_retention(request: RetentionRequest, town: Town, stamp: Stamp) -> Event:
    """Set the period, or refuse it of one person alone."""
    require_four_eyes(stamp)
    version = max((one.version for one in town.retention if one.kind is request.kind), default=0) + 1
    return Event(stamp, (RetentionPeriod(request.kind, version, request.length, request.source),))


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference that can be unlinked: whose it is, and when its term began; None where it did not begin."""

    key: str
    began_on: date | None
    stands: bool
    """Whether something that it names still stands, so that it is never over."""


def decide_unlinking(
    unlinking: UnlinkingId, kind: ReferenceKind, found: Iterable[Reference], held: Periods, stamp: Stamp
) -> Unlinking:
    """Return what is unlinked of what was found: what is over, and nothing that still stands. Two people decide it."""
    require_four_eyes(stamp)
    last = limit(kind, held, stamp.effective_on)
    keys = tuple(one.key for one in found if not one.stands and one.began_on is not None and one.began_on <= last)
    return Unlinking(unlinking, kind, last, keys)
