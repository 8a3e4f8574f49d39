"""The trial balance (proef- en saldibalans): what was debited and credited on each account, and what remains."""

from collections.abc import Iterable
from dataclasses import dataclass

from pasledger.ledger.accounts import Account, AccountKind
from pasledger.ledger.money import Money, total


@dataclass(frozen=True, slots=True)
class Turnover:
    """What was debited and what was credited on an account, or on several taken together."""

    debits: Money
    credits: Money

    def balance(self, *, is_debit_normal: bool) -> Money:
        """Return what remains, on the normal side."""
        return self.debits - self.credits if is_debit_normal else self.credits - self.debits


@dataclass(frozen=True, slots=True)
class TrialBalanceLine:
    """All accounts of one kind of one scheme."""

    scheme: str
    kind: AccountKind
    accounts: int
    turnover: Turnover

    @property
    def balance(self) -> Money:
        """What remains, on the normal side of the kind."""
        return self.turnover.balance(is_debit_normal=self.kind.is_debit_normal)


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """The lines, by scheme and then in the order of the money's life, and their totals."""

    lines: tuple[TrialBalanceLine, ...]

    @property
    def total(self) -> Turnover:
        """All debits and all credits, which are the same amount in sound books."""
        return Turnover(
            total(line.turnover.debits for line in self.lines), total(line.turnover.credits for line in self.lines)
        )

    @property
    def is_balanced(self) -> bool:
        """Whether debits and credits are the same, in each scheme."""
        schemes = {line.scheme for line in self.lines}
        return all(
            total(line.turnover.debits for line in self.lines if line.scheme == scheme)
            == total(line.turnover.credits for line in self.lines if line.scheme == scheme)
            for scheme in schemes
        )


def trial_balance(turnovers: Iterable[tuple[Account, Turnover]]) -> TrialBalance:
    """Return the trial balance of accounts with their turnovers."""
    sums: dict[tuple[str, AccountKind], tuple[int, int, int]] = {}
    for account, turnover in turnovers:
        place = account.scheme, account.kind
        number, debits, credited = sums.get(place, (0, 0, 0))
        sums[place] = number + 1, debits + turnover.debits.cents, credited + turnover.credits.cents
    order = list(AccountKind)
    return TrialBalance(
        tuple(
            TrialBalanceLine(scheme, kind, number, Turnover(Money(debits), Money(credited)))
            for (scheme, kind), (number, debits, credited) in sorted(
                sums.items(), key=lambda item: (item[0][0], order.index(item[0][1]))
            )
        )
    )
