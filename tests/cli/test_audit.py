"""Accounts, movements and the trial balance on the command line."""

import pytest

from pasledger.ledger.accounts import AccountKind
from tests.cli.conftest import CLUB, YEAR, Clerk
from tests.support.books import unguarded


@pytest.fixture
def lived_in(clerk: Clerk) -> Clerk:
    """A clerk in the town after a payment of € 20,00 of which € 5,00 was given back."""
    paid = clerk.done("redeem", "--card", clerk.card("P-1"), "--merchant", CLUB, "--amount", "20,00")["redemption"]
    clerk.done("refund", paid, "--amount", "5,00")
    return clerk


def test_accounts_are_listed_by_kind_and_scheme(lived_in: Clerk) -> None:
    """The filters leave what is asked for; each balance is on its normal side."""
    everything = lived_in.done("accounts")["accounts"]
    assert {account["kind"] for account in everything} == {"treasury", "budget", "entitlement", "payable"}
    (payable,) = lived_in.done("accounts", "--kind", "payable", "--scheme", "sport")["accounts"]
    assert (payable["debits"], payable["credits"], payable["balance"]) == ("5.00", "20.00", "15.00")
    treasuries = lived_in.done("accounts", "--kind", "treasury")["accounts"]
    assert [account["balance"] for account in treasuries] == ["150.00", "5000.00"]
    assert "€ 5.000,00" in lived_in("accounts", "--kind", "treasury").out
    assert lived_in.done("accounts", "--scheme", "nothing")["accounts"] == []


@pytest.mark.parametrize("kind", list(AccountKind))
def test_every_kind_can_be_asked_for(clerk: Clerk, kind: AccountKind) -> None:
    """Each kind of account is a filter, also when there is none."""
    assert clerk("accounts", "--kind", kind).code == 0


def test_a_kind_that_is_none(clerk: Clerk) -> None:
    """Another kind is not understood."""
    assert clerk("accounts", "--kind", "cash").code == 2


def test_the_movements_of_an_account(lived_in: Clerk) -> None:
    """Every movement is there in order, with the balance after it."""
    code = lived_in.done("accounts", "--kind", "payable")["accounts"][0]["account"]
    data = lived_in.done("account", code)
    assert (data["account"], data["kind"], data["scheme"]) == (code, "payable", "sport")
    assert [(one["entry_kind"], one["change"], one["balance"]) for one in data["movements"]] == [
        ("redeemed", "20.00", "20.00"),
        ("refunded", "-5.00", "15.00"),
    ]
    shown = lived_in("account", code).out
    for words in ("besteding", "terugboeking", "€ -5,00", f"-{YEAR}"):
        assert words in shown


@pytest.mark.parametrize("code", ["nothing", "", f"budget/sport/{YEAR - 9}", "budget/%"])
def test_an_account_that_is_not_there(clerk: Clerk, code: str) -> None:
    """An account that was never opened is said to be unknown, with where to look."""
    ran = clerk("account", code)
    assert (ran.code, ran.err) == (1, "Deze rekening is er niet. Zoek haar met: pasledger accounts\n")


def test_the_trial_balance_adds_up(lived_in: Clerk) -> None:
    """Debits are credits, in all and in each scheme, and it says so."""
    data = lived_in.done("trial-balance")
    assert data["is_balanced"] is True
    assert data["debits"] == data["credits"] == "5300.00"
    assert {(line["scheme"], line["kind"]): line["balance"] for line in data["lines"]} == {
        ("cadeau", "treasury"): "150.00",
        ("cadeau", "budget"): "75.00",
        ("cadeau", "entitlement"): "75.00",
        ("sport", "treasury"): "5000.00",
        ("sport", "budget"): "4950.00",
        ("sport", "entitlement"): "35.00",
        ("sport", "payable"): "15.00",
    }
    shown = lived_in("trial-balance").out
    assert "Debet en credit zijn gelijk, in elke regeling." in shown
    assert all(len(line) <= 100 for line in shown.splitlines())


def test_a_trial_balance_that_does_not_balance_exits_with_1(lived_in: Clerk) -> None:
    """An account that somebody put under another scheme is seen."""
    with unguarded(lived_in.books) as connection:
        connection.execute("UPDATE account SET scheme = 'cadeau' WHERE code LIKE 'payable/%'")
    ran = lived_in("trial-balance")
    assert (ran.code, "Debet en credit zijn niet gelijk" in ran.out) == (1, True)
    data = lived_in("trial-balance", "--json")
    assert (data.code, data.data["is_balanced"]) == (1, False)


def test_new_books_are_balanced(empty: Clerk) -> None:
    """Books with nothing in them balance, and have nothing to show."""
    empty.done("start", "--municipality", "Dronten")
    assert empty("trial-balance").out == "Er is niets.\nDebet en credit zijn gelijk, in elke regeling.\n"
    assert empty.done("trial-balance") == {"is_balanced": True, "debits": "0.00", "credits": "0.00", "lines": []}
    for command in (
        ["budgets", "list"],
        ["schemes", "list"],
        ["merchants", "list"],
        ["terminals", "list"],
        ["accounts"],
    ):
        assert empty(*command).out == "Er is niets.\n"
