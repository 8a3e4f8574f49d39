"""Small numbers are not told, and cannot be worked out from what is told."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pasledger.ledger.accounts import AccountKind
from pasledger.ledger.money import Money, total
from pasledger.reports.audit import TOGETHER, MerchantTotal, told_balance, told_merchants, told_schemes
from pasledger.reports.schemes import SchemeLine, scheme_total
from pasledger.reports.small_numbers import grouped
from pasledger.reports.suppression import FEWEST
from pasledger.reports.trial_balance import TrialBalance, TrialBalanceLine, Turnover

NUMBERS = st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.integers(0, 12), max_size=8)


@given(NUMBERS)
def test_no_line_of_few_stands_alone(holders: dict[str, int]) -> None:
    """A small line is told with one that has enough, and never alone with nothing around it; of nobody all is told."""
    groups = grouped(holders)
    small = {name for name, number in holders.items() if 0 < number < FEWEST}
    assert small <= groups.together
    enough = [holders[name] for name in groups.together - small]
    assert len(enough) <= 1
    assert groups.is_hidden == bool(small and not enough)
    if enough:
        assert enough == [min(number for number in holders.values() if number >= FEWEST)]
    assert bool(groups.together) == bool(small)


def a_merchant(name: str, holders: int, cents: int) -> MerchantTotal:
    """Return what a merchant sold."""
    return MerchantTotal(name, holders, holders, Money(cents), Money(1), Money(2))


@given(NUMBERS)
def test_nothing_is_missing_from_the_sum(holders: dict[str, int]) -> None:
    """What is told adds up to what there is."""
    every = [a_merchant(name, number, 100 + number) for name, number in holders.items()]
    told, _ = told_merchants(every)
    assert total(one.redeemed for one in told) == total(one.redeemed for one in every)
    assert sum(one.payments for one in told) == sum(one.payments for one in every)


def a_line(scheme: str, year: int, cents: int) -> SchemeLine:
    """Return a line of which each amount is the same."""
    return replace(scheme_total(()), scheme=scheme, year=year, awarded=Money(cents), left=Money(cents))


def test_schemes_are_told_over_their_years_and_small_ones_together() -> None:
    """A year of few within a large scheme is not told apart; a scheme of few is told with the smallest other one."""
    lines = [a_line("big", 2026, 900), a_line("big", 2027, 30), a_line("few", 2026, 50), a_line("some", 2026, 70)]
    told = told_schemes(lines, grouped({"big": 90, "few": 3, "some": 7}))
    assert {line.scheme: line.left for line in told} == {"big": Money(930), TOGETHER: Money(120)}


def test_the_trial_balance_stays_balanced() -> None:
    """Schemes that are told together have each kind of account once, with the sums of all."""
    lines = tuple(
        TrialBalanceLine(scheme, kind, 1, Turnover(Money(debits), Money(credited)))
        for scheme in ("big", "few", "some")
        for kind, debits, credited in ((AccountKind.TREASURY, 10, 0), (AccountKind.BUDGET, 0, 10))
    )
    told = told_balance(TrialBalance(lines), grouped({"big": 90, "few": 3, "some": 7}))
    assert told.is_balanced
    assert [(line.scheme, line.kind, line.accounts) for line in told.lines][2:] == [
        (TOGETHER, AccountKind.TREASURY, 2),
        (TOGETHER, AccountKind.BUDGET, 2),
    ]
