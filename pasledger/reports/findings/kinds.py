"""The kinds of finding, the lawfulness criterion that each is about, and the thresholds of all of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

from pasledger.ledger.ids import FindingId
from pasledger.ledger.money import ZERO, Money


class Criterion(StrEnum):
    """The nine criteria by which a municipality accounts for lawfulness (rechtmatigheid)."""

    BUDGET = "budget"
    CONDITIONS = "conditions"
    MISUSE = "misuse"
    CALCULATION = "calculation"
    TIMING = "timing"
    ADDRESSING = "addressing"
    COMPLETENESS = "completeness"
    ACCEPTABILITY = "acceptability"
    DELIVERY = "delivery"


class FindingKind(StrEnum):
    """What is found."""

    FOUR_EYES = "four-eyes"
    NO_RIGHT = "no-right"
    ROLES_COMBINED = "roles-combined"
    AWARD_OUTSIDE_RULE = "award-outside-rule"
    AWARD_AMOUNT = "award-amount"
    AWARD_NOT_IN_TABLE = "award-not-in-table"
    AWARD_OTHER_BUDGET = "award-other-budget"
    AWARD_TWICE = "award-twice"
    AWARD_SAME_PERIOD = "award-same-period"
    SPENT_ELSEWHERE = "spent-elsewhere"
    SPENT_UNTIMELY = "spent-untimely"
    SPENT_AFTER_MERCHANT = "spent-after-merchant"
    SPENT_WITHOUT_TILL = "spent-without-till"
    MANY_REFUNDS = "many-refunds"
    ROUND_AMOUNTS = "round-amounts"
    BURST_OF_CARD = "burst-of-card"
    BURST_AT_MERCHANT = "burst-at-merchant"
    BACK_DATED = "back-dated"
    PAID_UNCHECKED = "paid-unchecked"
    NUMBER_MISSING = "number-missing"
    LINE_WAITING = "line-waiting"

    @property
    def is_about_one_holder(self) -> bool:
        """Whether an amount would tell something of one holder."""
        return self in _ABOUT_ONE_HOLDER

    @property
    def is_about_payments(self) -> bool:
        """Whether it is about payments at a merchant, and nobody says of how many holders."""
        return self in _ABOUT_PAYMENTS


_ABOUT_ONE_HOLDER = frozenset(
    {
        FindingKind.AWARD_OUTSIDE_RULE,
        FindingKind.AWARD_AMOUNT,
        FindingKind.AWARD_NOT_IN_TABLE,
        FindingKind.AWARD_OTHER_BUDGET,
        FindingKind.AWARD_TWICE,
        FindingKind.AWARD_SAME_PERIOD,
        FindingKind.SPENT_ELSEWHERE,
        FindingKind.SPENT_UNTIMELY,
        FindingKind.SPENT_AFTER_MERCHANT,
        FindingKind.BURST_OF_CARD,
    }
)
_ABOUT_PAYMENTS = frozenset(
    {
        FindingKind.SPENT_WITHOUT_TILL,
        FindingKind.MANY_REFUNDS,
        FindingKind.ROUND_AMOUNTS,
        FindingKind.BURST_AT_MERCHANT,
    }
)
_C = Criterion
CRITERIA: dict[FindingKind, tuple[Criterion, ...]] = {
    FindingKind.FOUR_EYES: (_C.MISUSE,),
    FindingKind.NO_RIGHT: (_C.MISUSE,),
    FindingKind.ROLES_COMBINED: (_C.MISUSE,),
    FindingKind.AWARD_OUTSIDE_RULE: (_C.CONDITIONS,),
    FindingKind.AWARD_AMOUNT: (_C.CALCULATION, _C.CONDITIONS),
    FindingKind.AWARD_NOT_IN_TABLE: (_C.CALCULATION, _C.ACCEPTABILITY),
    FindingKind.AWARD_OTHER_BUDGET: (_C.BUDGET, _C.TIMING),
    FindingKind.AWARD_TWICE: (_C.MISUSE, _C.CONDITIONS),
    FindingKind.AWARD_SAME_PERIOD: (_C.MISUSE, _C.ACCEPTABILITY),
    FindingKind.SPENT_ELSEWHERE: (_C.CONDITIONS,),
    FindingKind.SPENT_UNTIMELY: (_C.CONDITIONS, _C.TIMING),
    FindingKind.SPENT_AFTER_MERCHANT: (_C.CONDITIONS, _C.ADDRESSING),
    FindingKind.SPENT_WITHOUT_TILL: (_C.DELIVERY,),
    FindingKind.MANY_REFUNDS: (_C.MISUSE, _C.DELIVERY),
    FindingKind.ROUND_AMOUNTS: (_C.ACCEPTABILITY, _C.DELIVERY),
    FindingKind.BURST_OF_CARD: (_C.MISUSE, _C.ACCEPTABILITY),
    FindingKind.BURST_AT_MERCHANT: (_C.MISUSE, _C.DELIVERY),
    FindingKind.BACK_DATED: (_C.TIMING,),
    FindingKind.PAID_UNCHECKED: (_C.ADDRESSING,),
    FindingKind.NUMBER_MISSING: (_C.COMPLETENESS,),
    FindingKind.LINE_WAITING: (_C.COMPLETENESS,),
}
"""What each kind can be evidence against."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From where on a habit is unusual. A month is that of the day on which a payment counts."""

    refunds: int = 5
    """So many refunds of a merchant in a month, and at least this part of its payments:"""
    refunds_percent: int = 25
    round_payments: int = 20
    """So many payments at a merchant in a month, of which at least this part is a multiple of this amount:"""
    round_percent: int = 90
    round_to: Money = field(default_factory=lambda: Money(1000))
    burst_of_card: int = 5
    """So many payments of one card at one merchant,"""
    burst_at_merchant: int = 40
    """or so many at one merchant by any card, each within these minutes of the first of as many:"""
    burst_minutes: int = 10
    waiting_days: int = 30
    """A line of the bank that waits for a person for so many days."""
    evidence: int = 20
    """Of so many of what a finding is about the ids are told, and of all of it number and amount."""


THRESHOLDS = Thresholds()


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to look at. What it is about never changes, so that it has the same id whenever it is found again."""

    kind: FindingKind
    about: str
    """What makes it the same finding; never shown, for it can be a holder."""
    first_at: datetime | None
    last_at: datetime | None
    count: int
    """Of how many entries, or of what the evidence names, it is made."""
    amount: Money
    """What those come to; zero where no amount is at stake."""
    evidence: tuple[str, ...]
    """Ids and names that can be followed."""
    figures: Mapping[str, object] = field(default_factory=dict)
    """What its reason is told with."""

    @property
    def id(self) -> FindingId:
        """Its id, which follows from its kind and what it is about."""
        return FindingId.of(int.from_bytes(sha256(f"{self.kind}\n{self.about}".encode()).digest()[:16]))

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """The criteria that it is about."""
        return CRITERIA[self.kind]


class Gathered:
    """What a finding is made of, added up one by one; of the first few the ids are kept."""

    def __init__(self, most: int) -> None:
        self.count = 0
        self._cents = 0
        self._most = most
        self._evidence: list[str] = []
        self._first: datetime | None = None
        self._last: datetime | None = None

    def add(self, evidence: str, amount: Money, at: datetime) -> None:
        """Take one more."""
        self.count += 1
        self._cents += amount.cents
        self._first = at if self._first is None else min(self._first, at)
        self._last = at if self._last is None else max(self._last, at)
        if len(self._evidence) < self._most:
            self._evidence.append(evidence)

    def finding(self, kind: FindingKind, about: str, **figures: object) -> Finding:
        """Return all of it as one finding."""
        amount = Money(self._cents)
        return Finding(kind, about, self._first, self._last, self.count, amount, tuple(self._evidence), figures)


def found_at(
    kind: FindingKind,
    about: str,
    evidence: Iterable[str],
    at: datetime | None,
    amount: Money = ZERO,
    **figures: object,
) -> Finding:
    """Return a finding about one thing."""
    return Finding(kind, about, at, at, 1, amount, tuple(evidence), figures)
