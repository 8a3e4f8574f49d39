"""The proof of cover: what it adds up, and that it can fail in each way that it looks for."""

from dataclasses import replace
from datetime import date

import pytest

from pasledger.formats.cover_page import cover_page
from pasledger.ledger import accounts
from pasledger.ledger.accounts import Account
from pasledger.ledger.ids import EntitlementId, StatementId
from pasledger.ledger.money import ZERO, Money
from pasledger.reports.cover import Told, TreasuryMove, bank_cover, cover
from pasledger.rules.records import BankLine, BankStatement, LinePurpose, StatementLine
from tests.support.town import CAFE, CLUB, a_stamp

DAY = date(2026, 3, 2)
SOUND: dict[Account, int] = {
    accounts.treasury("culture"): 10_000,
    accounts.budget("culture", 2026): 4_000,
    accounts.entitlement(EntitlementId.of(1), "culture"): 3_000,
    accounts.held("culture"): 500,
    accounts.payable(CLUB, "culture"): 2_000,
    accounts.payable(CAFE, "culture"): -700,
    accounts.in_payment(CLUB, "culture"): 900,
    accounts.lapsed("culture", 2026): 300,
}


def a_line(position: int, cents: int) -> StatementLine:
    """Return a line of the statement."""
    return StatementLine(StatementId.of(1), position, Money(cents), DAY, "", "", "", "", "", "")


def told(position: int, cents: int, purpose: LinePurpose | None) -> Told:
    """Return a line that was settled as something, or waits."""
    line = a_line(position, cents)
    settled = (
        None
        if purpose is None
        else BankLine(line.statement, position, purpose, None, Money(-cents), (), is_matched=False)
    )
    return Told(f"2026-001/{position}", line, settled)


STATEMENT = BankStatement(StatementId.of(1), "NL13TEST0123456789", "S1", 1, DAY, Money(100), Money(9_355), "hash")
MOVES = (TreasuryMove(DAY, "raised", Money(12_000)), TreasuryMove(DAY, "freed", Money(-1_000)))
LINES = (
    told(1, 11_000, LinePurpose.BUDGET_IN),
    told(2, -400, LinePurpose.FREED_OUT),
    told(3, 60, None),
    told(4, -5, LinePurpose.OTHER),
)


def test_what_is_promised_is_there() -> None:
    """Debts of merchants cover nothing: they are a line of their own."""
    found = cover([(account, Money(cents)) for account, cents in SOUND.items()], None)
    (line,) = found.lines
    assert (line.promised, line.left, line.debts) == (Money(6_400), Money(3_600), Money(700))
    assert line.difference == ZERO
    assert found.is_met
    assert found.adds_up
    assert replace(found.total, scheme="culture") == line


def test_cover_that_rests_on_debts_is_not_met() -> None:
    """Where only what merchants owe would fill the hole, it is not met, although every sum is right."""
    balances = {
        accounts.treasury("culture"): 1_000,
        accounts.payable(CLUB, "culture"): 1_500,
        accounts.payable(CAFE, "culture"): -500,
    }
    found = cover([(account, Money(cents)) for account, cents in balances.items()], None)
    assert found.adds_up
    assert not found.is_met


@pytest.mark.parametrize("kind", ["treasury", "budget", "entitlement", "held", "in_payment", "lapsed"])
def test_a_cent_that_came_from_nowhere_is_found(kind: str) -> None:
    """In whichever account it is."""
    changed = [
        (account, Money(cents + int(account.kind.value.replace("-", "_") == kind))) for account, cents in SOUND.items()
    ]
    assert not cover(changed, None).adds_up


def test_the_bank_is_explained_to_the_cent() -> None:
    """Each term is a list, and together they are the bank's closing balance."""
    # Set aside 12.000, freed 1.000, paid 300 through the bank: the treasury is 10.700.
    bank = bank_cover(Money(10_700), [STATEMENT], LINES, MOVES, elsewhere=())
    assert bank is not None
    amounts = {term.name: term.amount.cents for term in bank.terms}
    assert amounts == {"before": 100, "budgets": -1_000, "freed": 600, "waiting": 60, "other": -5, "elsewhere": 0}
    assert bank.closing.cents - bank.treasury.cents - sum(amounts.values()) == bank.difference.cents
    right = bank_cover(Money(10_700), [replace(STATEMENT, closing=Money(10_455))], LINES, MOVES, elsewhere=())
    assert right is not None
    assert right.difference == ZERO
    assert [item.name for term in right.terms if term.name == "budgets" for item in term.items] == [
        "raised",
        "2026-001/1",
    ]


def test_what_was_paid_from_another_account_is_explained() -> None:
    """A town that changes its bank: what the other account paid left the treasury, and not this account."""
    elsewhere = (
        told(1, -300, LinePurpose.PAID),
        told(2, 100, LinePurpose.RETURNED),
        told(3, -50, LinePurpose.OTHER),
        told(4, 9, None),
    )
    closing = replace(STATEMENT, closing=Money(10_655))
    bank = bank_cover(Money(10_700), [closing], LINES, MOVES, elsewhere=elsewhere)
    assert bank is not None
    assert {term.name: term.amount.cents for term in bank.terms}["elsewhere"] == 200
    assert bank.difference == ZERO


def test_a_bank_that_differs_is_found() -> None:
    """One cent, and it does not add up."""
    bank = bank_cover(Money(10_700), [replace(STATEMENT, closing=Money(10_456))], LINES, MOVES, elsewhere=())
    found = cover([(account, Money(cents)) for account, cents in SOUND.items()], bank)
    assert found.is_met
    assert not found.adds_up


def test_without_a_statement_there_is_no_bank_to_compare_with() -> None:
    """The books alone are proved."""
    assert bank_cover(ZERO, [], [], MOVES, elsewhere=()) is None


def test_the_page_says_what_it_draws() -> None:
    """Every amount of the chart stands in the table, and what is not met is said so."""
    words = dict.fromkeys(
        ("scheme", "treasury", "entitlements", "held", "payable", "in_payment", "promised", "left", "debts", "total"),
        "x",
    ) | {"language": "nl", "title": "Dekking", "met": "IN ORDE", "not_met": "NIET", "difference": "verschil"}
    words |= {"bank": "bank {day}", "bank_agrees": "sluit", "bank_differs": "sluit niet"}
    words |= {f"term_{name}": name for name in ("before", "budgets", "freed", "waiting", "other", "elsewhere")}
    bank = bank_cover(Money(10_700), [STATEMENT], LINES, MOVES, elsewhere=())
    balances = [(account, Money(cents)) for account, cents in SOUND.items()]
    at = a_stamp().recorded_at
    right, wrong = (cover_page(cover(balances, one), words, municipality="A & B", at=at) for one in (None, bank))
    assert "IN ORDE" in right
    assert "NIET" in wrong
    assert "sluit niet" in wrong
    assert "A &amp; B" in right
    for text in ("€ 100,00", "€ 64,00", "€ 36,00", "€ 7,00"):
        assert text in right
    assert "http" not in right
    assert bank is not None
    for item in (item for term in bank.terms for item in term.items):
        assert f"<td>{item.name}</td><td>{item.amount}</td>" in wrong
