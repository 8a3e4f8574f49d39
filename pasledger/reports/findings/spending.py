"""What is to be looked at where money was spent: where and when it may not be, and habits that are unusual."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pasledger.ledger.ids import MerchantId
from pasledger.ledger.money import total
from pasledger.reports.findings.awards import Schemes
from pasledger.reports.findings.kinds import THRESHOLDS, Finding, FindingKind, Gathered, Thresholds, found_at
from pasledger.reports.findings.records import GivenBack, Spent
from pasledger.rules.known import LONGEST_WAIT
from pasledger.rules.records import Entitlement, Merchant
from pasledger.rules.schemes import Scheme


@dataclass(frozen=True, slots=True)
class Rules:
    """What was allowed: by the versions that payments name, and until when."""

    schemes: Schemes
    merchants: Mapping[tuple[MerchantId, int], Merchant]
    merchant_ends: Mapping[MerchantId, tuple[date, datetime]]
    """From which day a merchant had stopped, and when that was recorded."""
    ends_of: Callable[[Entitlement, datetime], set[date]]
    """The ends that an entry which was recorded at a moment may have seen."""


def spending_findings(
    booked: Iterable[Spent | GivenBack], rules: Rules, thresholds: Thresholds = THRESHOLDS
) -> Iterator[Finding]:
    """Yield what there is to find in payments and refunds, which come in the order in which they were made."""
    habits = _Habits(thresholds)
    for one in booked:
        if isinstance(one, Spent):
            yield from _where_it_may_not(one, rules)
            yield from _when_it_may_not(one, rules)
        yield from habits.add(one)
    yield from habits.conclude()


def _where_it_may_not(spent: Spent, rules: Rules) -> Iterator[Finding]:
    """Yield each scheme that paid at a merchant where it may not be spent, by the versions that decided it."""
    merchant = next(
        (
            rules.merchants[spent.merchant, version]
            for name, version in _named("merchant", spent)
            if name == spent.merchant and (spent.merchant, version) in rules.merchants
        ),
        None,
    )
    schemes = {code: rules.schemes.get((code, version)) for code, version in _named("scheme", spent)}
    for code in sorted({part.entitlement.scheme for part in spent.parts if part.entitlement is not None}):
        if not _accepts(schemes.get(code), merchant):
            paid = total(one.amount for one in spent.parts if one.entitlement and one.entitlement.scheme == code)
            yield found_at(
                FindingKind.SPENT_ELSEWHERE,
                f"{spent.entry}/{code}",
                (spent.id, spent.entry),
                spent.recorded_at,
                paid,
                scheme=code,
                merchant=spent.merchant,
                categories="" if merchant is None else ", ".join(merchant.categories),
            )


def _accepts(scheme: Scheme | None, merchant: Merchant | None) -> bool:
    return (
        scheme is not None
        and merchant is not None
        and scheme.accepts(name=merchant.name, categories=merchant.categories)
    )


def _when_it_may_not(spent: Spent, rules: Rules) -> Iterator[Finding]:
    """Yield each entitlement that paid outside its validity, and what was paid at a merchant that had stopped."""
    day = spent.effective_on
    for part in spent.parts:
        own = part.entitlement
        if own is not None and not own.valid.starts_on <= day < max(rules.ends_of(own, spent.recorded_at)):
            figures = {"scheme": own.scheme, "day": day, "first": own.valid.starts_on}
            about, evidence = f"{spent.entry}/{own.id}", (spent.id, spent.entry, own.id)
            yield found_at(FindingKind.SPENT_UNTIMELY, about, evidence, spent.recorded_at, part.amount, **figures)
    ended = rules.merchant_ends.get(spent.merchant)
    if ended is not None and (day > ended[0] or (day == ended[0] and spent.recorded_at > ended[1] + LONGEST_WAIT)):
        yield found_at(
            FindingKind.SPENT_AFTER_MERCHANT,
            spent.entry,
            (spent.id, spent.entry),
            spent.recorded_at,
            spent.amount,
            merchant=spent.merchant,
            day=ended[0],
        )


def _named(kind: str, spent: Spent) -> Iterator[tuple[str, int]]:
    """Yield the versions of a kind of thing that a payment names."""
    for reference in spent.versions:
        what, _, named = reference.partition(":")
        name, _, version = named.rpartition("@")
        if what == kind and version.isdecimal():
            yield name, int(version)


class _Habits:
    """Counts by merchant and month, and the payments of the last minutes; all else is forgotten."""

    def __init__(self, thresholds: Thresholds) -> None:
        self._thresholds = thresholds
        self._months: dict[tuple[MerchantId, str], _Month] = {}
        minutes = timedelta(minutes=thresholds.burst_minutes)
        self._of_cards = _Bursts(FindingKind.BURST_OF_CARD, thresholds.burst_of_card, minutes, thresholds.evidence)
        self._at_merchants = _Bursts(
            FindingKind.BURST_AT_MERCHANT, thresholds.burst_at_merchant, minutes, thresholds.evidence
        )

    def add(self, one: Spent | GivenBack) -> Iterator[Finding]:
        """Take one more, and yield the bursts that are over."""
        place = one.merchant, f"{one.effective_on:%Y-%m}"
        month = self._months.setdefault(place, _Month(self._thresholds))
        month.add(one)
        if isinstance(one, Spent):
            yield from self._of_cards.add((one.card, one.merchant), one)
            yield from self._at_merchants.add((one.merchant,), one)

    def conclude(self) -> Iterator[Finding]:
        """Yield the bursts that are not over, and what is unusual in a month."""
        yield from self._of_cards.conclude()
        yield from self._at_merchants.conclude()
        for (merchant, month), found in sorted(self._months.items()):
            yield from found.unusual(merchant, month)


class _Month:
    """What a merchant did in a month."""

    def __init__(self, thresholds: Thresholds) -> None:
        self._thresholds = thresholds
        self._payments = 0
        self._refunds, self._round, self._without_till = (Gathered(thresholds.evidence) for _ in range(3))

    def add(self, one: Spent | GivenBack) -> None:
        """Take one more; what is set aside is no payment yet."""
        if isinstance(one, GivenBack):
            self._refunds.add(one.id, one.amount, one.recorded_at)
            return
        if one.terminal is None and not one.is_asked:
            self._without_till.add(one.id, one.amount, one.recorded_at)
        if not one.is_held:
            self._payments += 1
            if one.amount.cents % self._thresholds.round_to.cents == 0:
                self._round.add(one.id, one.amount, one.recorded_at)

    def unusual(self, merchant: MerchantId, month: str) -> Iterator[Finding]:
        """Yield what is above its threshold."""
        least, about = self._thresholds, f"{merchant}/{month}"
        figures = {"merchant": merchant, "month": month, "payments": self._payments}
        if self._refunds.count >= least.refunds and _is_part(
            self._refunds.count, of=self._payments, percent=least.refunds_percent
        ):
            yield self._refunds.finding(FindingKind.MANY_REFUNDS, about, **figures)
        if self._payments >= least.round_payments and _is_part(
            self._round.count, of=self._payments, percent=least.round_percent
        ):
            yield self._round.finding(FindingKind.ROUND_AMOUNTS, about, **figures)
        if self._without_till.count:
            yield self._without_till.finding(FindingKind.SPENT_WITHOUT_TILL, about, **figures)


def _is_part(count: int, *, of: int, percent: int) -> bool:
    return count * 100 >= of * percent


class _Bursts:
    """Payments that follow each other fast, of one card or at one merchant.

    A payment is in a burst where it lies among so many within so many minutes. Bursts that share a payment are one.
    """

    def __init__(self, kind: FindingKind, least: int, within: timedelta, evidence: int) -> None:
        self._kind, self._least, self._within, self._evidence = kind, least, within, evidence
        self._recent: dict[tuple[str, ...], _Recent] = {}
        """By who they are of; who paid last comes last."""

    def add(self, whose: tuple[str, ...], spent: Spent) -> Iterator[Finding]:
        """Take one more, and yield each burst that is over."""
        since = spent.recorded_at - self._within
        yield from self._forget(since)
        recent = self._recent.pop(whose, None) or _Recent()
        recent.leave_behind(since)
        if recent.is_over:
            yield self._finding(recent)
            recent.burst = None
        recent.payments.append(spent)
        if len(recent.payments) > self._least:
            recent.leave_one()
        if len(recent.payments) == self._least:
            recent.gather(self._evidence)
        self._recent[whose] = recent

    def conclude(self) -> Iterator[Finding]:
        """Yield each burst that is not over yet."""
        for recent in self._recent.values():
            if recent.burst is not None:
                yield self._finding(recent)
        self._recent.clear()

    def _forget(self, before: datetime) -> Iterator[Finding]:
        """Let go of who has not paid for so long."""
        while self._recent:
            whose, recent = next(iter(self._recent.items()))
            if recent.payments[-1].recorded_at >= before:
                return
            del self._recent[whose]
            if recent.burst is not None:
                yield self._finding(recent)

    def _finding(self, recent: "_Recent") -> Finding:
        if recent.burst is None:
            raise ValueError("there is no burst")
        return recent.burst.finding(self._kind, recent.first, merchant=recent.merchant)


class _Recent:
    """The last payments of the last minutes, as many as make a burst, and the burst that they are in."""

    def __init__(self) -> None:
        self.payments: deque[Spent] = deque()
        self.burst: Gathered | None = None
        self.first: str = ""
        self.merchant: str = ""
        self._in_burst = 0
        """How many of the payments, from the first on, are in the burst."""

    @property
    def is_over(self) -> bool:
        """Whether there is a burst that none of the payments is in any more."""
        return self.burst is not None and self._in_burst == 0

    def leave_behind(self, before: datetime) -> None:
        """Forget the payments before a moment."""
        while self.payments and self.payments[0].recorded_at < before:
            self.leave_one()

    def leave_one(self) -> None:
        """Forget the oldest payment."""
        self.payments.popleft()
        self._in_burst = max(self._in_burst - 1, 0)

    def gather(self, evidence: int) -> None:
        """Let all of the payments be in the burst, and begin it where there is none."""
        if self.burst is None:
            self.burst = Gathered(evidence)
            self.first, self.merchant = self.payments[0].entry, self.payments[0].merchant
        for one in list(self.payments)[self._in_burst :]:
            self.burst.add(one.id, one.amount, one.recorded_at)
        self._in_burst = len(self.payments)
