"""The trial balance."""

from hypothesis import given
from hypothesis import strategies as st

from pasledger.ledger import accounts
from pasledger.ledger.accounts import Account, AccountKind
from pasledger.ledger.ids import EntitlementId
from pasledger.ledger.money import Money
from pasledger.reports.trial_balance import TrialBalanceLine, Turnover, trial_balance
from tests.support.town import CLUB, euros


def a_turnover(debits: str, credited: str) -> Turnover:
    """Return what was debited and credited on an account."""
    return Turnover(euros(debits), euros(credited))


TURNOVERS = (
    (accounts.entitlement(EntitlementId.of(1), "culture"), a_turnover("20,00", "50,00")),
    (accounts.entitlement(EntitlementId.of(2), "culture"), a_turnover("0,00", "10,00")),
    (accounts.budget("culture", 2026), a_turnover("60,00", "100,00")),
    (accounts.treasury("culture"), a_turnover("100,00", "0,00")),
    (accounts.payable(CLUB, "culture"), a_turnover("0,00", "20,00")),
    (accounts.treasury("art"), a_turnover("5,00", "0,00")),
    (accounts.budget("art", 2026), a_turnover("0,00", "5,00")),
)


def test_accounts_of_one_kind_are_one_line() -> None:
    """Lines stand by scheme and then in the order of the money's life, each with how many accounts it sums up."""
    found = trial_balance(TURNOVERS)
    assert [(line.scheme, line.kind.value, line.accounts) for line in found.lines] == [
        ("art", "treasury", 1),
        ("art", "budget", 1),
        ("culture", "treasury", 1),
        ("culture", "budget", 1),
        ("culture", "entitlement", 2),
        ("culture", "payable", 1),
    ]
    assert found.lines[4] == TrialBalanceLine("culture", AccountKind.ENTITLEMENT, 2, a_turnover("20,00", "60,00"))


def test_a_balance_is_on_its_normal_side() -> None:
    """Money stands in debit and all that it stands for in credit, so that sound balances are positive."""
    assert [line.balance for line in trial_balance(TURNOVERS).lines] == [
        *(euros("5,00"), euros("5,00")),
        *(euros("100,00"), euros("40,00"), euros("40,00"), euros("20,00")),
    ]


def test_debits_are_credits() -> None:
    """Sound books balance, in all and in each scheme."""
    found = trial_balance(TURNOVERS)
    assert (found.total, found.is_balanced) == (a_turnover("185,00", "185,00"), True)


def test_books_balance_in_each_scheme_or_not_at_all() -> None:
    """A cent too much in one scheme is not made good by a cent too little in another."""
    planted = (
        (accounts.treasury("art"), a_turnover("5,01", "0,00")),
        (accounts.budget("art", 2026), a_turnover("0,00", "5,00")),
        (accounts.treasury("music"), a_turnover("4,99", "0,00")),
        (accounts.budget("music", 2026), a_turnover("0,00", "5,00")),
    )
    found = trial_balance(planted)
    assert found.total.debits == found.total.credits
    assert not found.is_balanced


def test_no_accounts_balance() -> None:
    """Nothing is in balance."""
    assert (trial_balance([]).lines, trial_balance([]).is_balanced) == ((), True)


ACCOUNTS = st.sampled_from([account for account, _ in TURNOVERS if account.scheme == "culture"])


@given(st.lists(st.tuples(ACCOUNTS, ACCOUNTS, st.integers(1, 10**6)), max_size=20))
def test_whatever_is_transferred_balances(transfers: list[tuple[Account, Account, int]]) -> None:
    """Debits and credits that came in pairs balance, and lose no cent in the lines."""
    turnovers = [(debit, Turnover(Money(cents), Money(0))) for debit, _, cents in transfers]
    turnovers += [(credit, Turnover(Money(0), Money(cents))) for _, credit, cents in transfers]
    found = trial_balance(turnovers)
    moved = Money(sum(cents for _, _, cents in transfers))
    assert (found.is_balanced, found.total) == (True, Turnover(moved, moved))
