"""What an auditor's report is made of: totals of a period, with small numbers told together or not at all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pasledger.ledger.accounts import AccountKind
from pasledger.ledger.journal import EntryKind
from pasledger.ledger.money import ZERO, Money, total
from pasledger.ledger.periods import Period
from pasledger.reports.cover import Cover
from pasledger.reports.findings import Criterion, Finding
from pasledger.reports.schemes import SchemeLine, scheme_total
from pasledger.reports.small_numbers import Groups, grouped
from pasledger.reports.trial_balance import TrialBalance, TrialBalanceLine, Turnover
from pasledger.rules.records import FollowUpState

TOLERANCE_PERCENT = 2
"""From the fiscal year 2025 on, errors and uncertainties together may be so much of what was spent (Bado)."""

COUNTS_AGAINST = frozenset({FollowUpState.ERROR, FollowUpState.UNCERTAIN})
"""What counts against the tolerance."""


@dataclass(frozen=True, slots=True)
class MerchantTotal:
    """What a merchant, or several together, sold in the period, and what it is owed at its end."""

    name: str
    holders: int
    payments: int
    redeemed: Money
    refunded: Money
    owed: Money


@dataclass(frozen=True, slots=True)
class Checked:
    """What verifying came to, in few words."""

    is_sound: bool
    entries: int
    transfers: int
    accounts: int
    seals: int
    unsealed: int
    first: str
    """What was found first; empty where nothing was."""


@dataclass(frozen=True, slots=True)
class SealTold:
    """The newest seal."""

    number: int
    sealed_at: str
    root: str


@dataclass(frozen=True, slots=True)
class FindingTold:
    """A finding with what became of it."""

    finding: Finding
    reason: str
    state: FollowUpState
    note: str
    said_by: str

    @property
    def is_unjudged(self) -> bool:
        """Whether nobody has said yet what it is."""
        return self.state in (FollowUpState.OPEN, FollowUpState.EXAMINING)


@dataclass(frozen=True, slots=True)
class AuditReport:
    """All of it."""

    municipality: str
    period: Period
    made_at: datetime
    program: str
    checked: Checked
    seal: SealTold | None
    cover: Cover
    """As it is when the report is made."""
    balance: TrialBalance
    hidden_schemes: bool
    """Whether the schemes that are told together are about too few holders to tell their amounts."""
    schemes: tuple[SchemeLine, ...]
    merchants: tuple[MerchantTotal, ...]
    hidden_merchants: bool
    entries: tuple[tuple[EntryKind, int], ...]
    """How many entries of each kind count in the period."""
    findings: tuple[FindingTold, ...]
    by_hand: int
    changes: int

    @property
    def spent(self) -> Money:
        """What was spent in the period: paid with cards, less what merchants gave back."""
        return total(one.redeemed - one.refunded for one in self.merchants)

    @property
    def tolerated(self) -> Money:
        """What errors and uncertainties may come to."""
        return Money(self.spent.cents * TOLERANCE_PERCENT // 100)

    @property
    def counted(self) -> Money:
        """What errors and uncertainties come to."""
        return total(one.finding.amount for one in self.findings if one.state in COUNTS_AGAINST)

    def number_of(self, criterion: Criterion) -> tuple[int, int]:
        """Return how many findings there are about a criterion, and how many of them nobody has judged."""
        about = [one for one in self.findings if criterion in one.finding.criteria]
        return len(about), sum(one.is_unjudged for one in about)


OF_HOLDERS = frozenset(EntryKind) - {
    EntryKind.BUDGET_RAISED,
    EntryKind.BUDGET_LOWERED,
    EntryKind.PUT_IN_PAYOUT,
    EntryKind.PAYOUT_CANCELLED,
    EntryKind.PAID,
    EntryKind.RETURNED,
    EntryKind.WRITTEN_OFF,
    EntryKind.FREED,
}
"""Entries that are each about one holder."""

TOGETHER = "…"
"""What lines are called that are told together."""


def told_balance(balance: TrialBalance, small: Groups[str]) -> TrialBalance:
    """Return the trial balance with small schemes together."""
    sums: dict[tuple[str, AccountKind], tuple[int, Money, Money]] = {}
    for line in balance.lines:
        place = TOGETHER if line.scheme in small else line.scheme, line.kind
        accounts, debits, credited = sums.get(place, (0, ZERO, ZERO))
        sums[place] = accounts + line.accounts, debits + line.turnover.debits, credited + line.turnover.credits
    order = list(AccountKind)
    return TrialBalance(
        tuple(
            TrialBalanceLine(scheme, kind, accounts, Turnover(debits, credited))
            for (scheme, kind), (accounts, debits, credited) in sorted(
                sums.items(), key=lambda one: (one[0][0] == TOGETHER, one[0][0], order.index(one[0][1]))
            )
        )
    )


def told_schemes(lines: Iterable[SchemeLine], small: Groups[str]) -> tuple[SchemeLine, ...]:
    """Return what became of the money of each scheme, over all years, small schemes together."""
    by_name: dict[str, list[SchemeLine]] = {}
    for line in lines:
        by_name.setdefault(TOGETHER if line.scheme in small else line.scheme, []).append(line)
    return tuple(replace(scheme_total(found), scheme=name) for name, found in by_name.items())


def told_merchants(merchants: Iterable[MerchantTotal]) -> tuple[tuple[MerchantTotal, ...], bool]:
    """Return what each merchant sold, small ones together, and whether the amounts of these are hidden."""
    every = tuple(merchants)
    small = grouped({one.name: one.holders for one in every})
    told = tuple(one for one in every if one.name not in small)
    together = [one for one in every if one.name in small]
    return (*told, *([_together(together)] if together else ())), small.is_hidden


def _together(found: Sequence[MerchantTotal]) -> MerchantTotal:
    return MerchantTotal(
        TOGETHER,
        max(one.holders for one in found),
        sum(one.payments for one in found),
        total(one.redeemed for one in found),
        total(one.refunded for one in found),
        total(one.owed for one in found),
    )
