"""The limited network: what was paid with cards in twelve months, and who accepts them.

Whoever offers payments of its own in a limited network, or for a very limited range of goods, tells De Nederlandsche
Bank when they come to more than a million euros in twelve months (PSD2, Directive (EU) 2015/2366, article 37(2), for
article 3(k)(i) and (ii); Wft, article 1:5a(2)(k)). Cards that a public body orders for social purposes (iii) are not
told. Which of the three holds is for a lawyer of the municipality to say; this has the figures.

Nothing is told of a scheme that fewer than five persons paid under, nor what would give it back.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from pasledger.ledger.money import Money
from pasledger.ledger.periods import Period
from pasledger.reports.suppression import hidden, is_small

THRESHOLD = Money(1_000_000_00)
"""Above this in twelve months it is told, where it has to be told."""

SOURCE = "PSD2 (EU) 2015/2366, art. 37(2), 3(k); Wft art. 1:5a(2)(k)"


@dataclass(frozen=True, slots=True)
class Paid:
    """What a holder paid under a scheme, before anything was given back."""

    scheme: str
    holder: str
    cents: int


@dataclass(frozen=True, slots=True)
class Acceptor:
    """Who accepts cards, since when, and until when where it stopped."""

    name: str
    categories: tuple[str, ...]
    place: str
    since: date
    ends_before: date | None


@dataclass(frozen=True, slots=True)
class NetworkLine:
    """What was paid under a scheme; None where it is not told."""

    scheme: str
    value: Money | None


@dataclass(frozen=True, slots=True)
class LimitedNetwork:
    """Twelve months: the value, by scheme and in all, and the acceptors."""

    period: Period
    lines: tuple[NetworkLine, ...]
    value: Money | None
    acceptors: tuple[Acceptor, ...]

    @property
    def kinds(self) -> dict[str, int]:
        """How many acceptors there are of each kind; one of several kinds counts under each."""
        return dict(sorted(Counter(kind for one in self.acceptors for kind in one.categories).items()))

    @property
    def is_above(self) -> bool | None:
        """Whether the value is above the threshold."""
        return None if self.value is None else self.value > THRESHOLD


def twelve_months(until: date) -> Period:
    """Return the twelve months that end with a day."""
    ends_before = date.fromordinal(until.toordinal() + 1)
    last_year = ends_before.year - 1
    is_leap_day = (ends_before.month, ends_before.day) == (2, 29)
    starts_on = date(last_year, 3, 1) if is_leap_day else ends_before.replace(year=last_year)
    return Period(starts_on=starts_on, ends_before=ends_before)


def limited_network(period: Period, paid: Iterable[Paid], acceptors: Iterable[Acceptor]) -> LimitedNetwork:
    """Return what was paid in a period and who accepted it."""
    persons: dict[str, set[str]] = defaultdict(set)
    cents: Counter[str] = Counter()
    for one in paid:
        persons[one.scheme].add(one.holder)
        cents[one.scheme] += one.cents
    kept_back = hidden(persons)
    lines = tuple(
        NetworkLine(scheme, None if scheme in kept_back else Money(cents[scheme])) for scheme in sorted(persons)
    )
    everybody = {holder for holders in persons.values() for holder in holders}
    value = None if everybody and is_small(len(everybody)) else Money(sum(cents.values()))
    return LimitedNetwork(period, lines, value, tuple(acceptors))
