"""Reach: who has something to spend under a scheme and who spent it, by month, held against those it is meant for.

A holder has use in a month when what was spent is more than what was given back. The sum of a year counts each holder
once. Of small groups nothing is told, by the rule of `suppression`; nor of those who did not use it where they are few,
for then the others would tell.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import date

from pasledger.ledger.money import Money
from pasledger.ledger.periods import Period
from pasledger.reports.suppression import hidden, is_small


@dataclass(frozen=True, slots=True)
class Had:
    """A holder had something to spend under a scheme for a while."""

    scheme: str
    holder: str
    valid: Period


@dataclass(frozen=True, slots=True)
class Used:
    """What a holder spent at a merchant under a scheme in a month, less what was given back."""

    scheme: str
    month: date
    """Its first day."""
    holder: str
    merchant: str
    cents: int


@dataclass(frozen=True, slots=True)
class ReachLine:
    """A scheme in a month or, where there is no month, in all of them. What is None is not told."""

    scheme: str
    month: date | None
    holders: int | None
    with_use: int | None
    without_use: int | None
    spent: Money | None
    average: Money | None
    """What those with use spent, each."""
    merchants: int | None
    baseline: int | None
    """For how many residents the scheme is meant, where that was given (nulmeting)."""

    @property
    def reached_percent(self) -> int | None:
        """How many of those it is meant for have it."""
        return _percent(self.holders, self.baseline)

    @property
    def take_up_percent(self) -> int | None:
        """How many of those it is meant for used it."""
        return _percent(self.with_use, self.baseline)


def months_of(year: int, until: date) -> list[Period]:
    """Return the months of a year that are over on a day."""
    starts = [date(year, month, 1) for month in range(1, 13)]
    ends = [*starts[1:], date(year + 1, 1, 1)]
    return [Period(starts_on=start, ends_before=end) for start, end in zip(starts, ends, strict=True) if end <= until]


def reach(
    had: Iterable[Had], used: Iterable[Used], months: Iterable[Period], baselines: Mapping[str, int]
) -> tuple[ReachLine, ...]:
    """Return a line for each month of each scheme in which somebody had something, and one for all months of it."""
    months = tuple(months)
    groups = _grouped(had, used, months)
    found: list[ReachLine] = []
    for scheme in sorted({scheme for scheme, _ in groups}):
        own = {month: group for (of, month), group in groups.items() if of == scheme}
        kept_back = hidden({month: group.movers for month, group in own.items()})
        baseline = baselines.get(scheme)
        found += [
            _line(scheme, month, group, baseline, tells=month not in kept_back) for month, group in sorted(own.items())
        ]
        found.append(_line(scheme, None, _together(own.values()), baseline, tells=True))
    return tuple(found)


class _Group:
    """Holders of a scheme in a month, and what they spent."""

    def __init__(self) -> None:
        self.holders: set[str] = set()
        self.spent: dict[str, int] = defaultdict(int)
        self.merchants: dict[str, int] = defaultdict(int)

    @property
    def users(self) -> Set[str]:
        """Those who spent more than they were given back."""
        return {holder for holder, cents in self.spent.items() if cents > 0}

    @property
    def movers(self) -> Set[str]:
        """Those who spent anything, or were given it back."""
        return self.spent.keys()

    def add(self, other: "_Group") -> None:
        """Take over another group."""
        self.holders |= other.holders
        for mine, theirs in ((self.spent, other.spent), (self.merchants, other.merchants)):
            for name, cents in theirs.items():
                mine[name] += cents


def _grouped(had: Iterable[Had], used: Iterable[Used], months: tuple[Period, ...]) -> dict[tuple[str, date], _Group]:
    groups: dict[tuple[str, date], _Group] = defaultdict(_Group)
    for one in had:
        for month in months:
            if one.valid.starts_on < month.ends_before and month.starts_on < one.valid.ends_before:
                groups[one.scheme, month.starts_on].holders.add(one.holder)
    wanted = {month.starts_on for month in months}
    for use in used:
        if use.month in wanted:
            group = groups[use.scheme, use.month]
            group.holders.add(use.holder)  # what was held in time is taken after the end
            group.spent[use.holder] += use.cents
            group.merchants[use.merchant] += use.cents
    return groups


def _together(groups: Iterable[_Group]) -> _Group:
    whole = _Group()
    for group in groups:
        whole.add(group)
    return whole


def _line(scheme: str, month: date | None, group: _Group, baseline: int | None, *, tells: bool) -> ReachLine:
    holders, users = len(group.holders), len(group.users)
    if is_small(holders):
        return ReachLine(scheme, month, *(None,) * 6, baseline)
    if not tells or is_small(users) or is_small(holders - users):
        return ReachLine(scheme, month, holders, *(None,) * 5, baseline)
    cents = sum(group.spent.values())
    reached = sum(1 for spent in group.merchants.values() if spent > 0)
    average = Money(_rounded(cents, users))
    return ReachLine(scheme, month, holders, users, holders - users, Money(cents), average, reached, baseline)


def _percent(part: int | None, whole: int | None) -> int | None:
    return None if part is None or not whole else _rounded(100 * part, whole)


def _rounded(amount: int, parts: int) -> int:
    return (2 * amount + parts) // (2 * parts)
