"""Accounts, movements and the trial balance on the command line."""

import csv
import io
from pathlib import Path

import pytest

from pasledger.cli import listing
from pasledger.ledger.accounts import AccountKind
from tests.cli.conftest import CLUB, YEAR, Clerk
from tests.support.books import A_LIVED_IN_TOWN, a_file, unguarded
from tests.support.town import a_holder


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
    assert empty.done("trial-balance") == {
        "as_at": None,
        "recorded_before": None,
        "is_balanced": True,
        "debits": "0.00",
        "credits": "0.00",
        "lines": [],
    }
    for command in (
        ["budgets", "list"],
        ["schemes", "list"],
        ["merchants", "list"],
        ["terminals", "list"],
        ["accounts"],
    ):
        assert empty(*command).out == "Er is niets.\n"


# --- as at any moment


@pytest.fixture
def town(tmp_path: Path) -> Clerk:
    """An auditor with the books of the lived-in town, of which all is of 2 and 3 March 2026."""
    auditor = Clerk(tmp_path)
    a_file(auditor.books, *A_LIVED_IN_TOWN)
    return auditor


def as_rows(text: str) -> list[dict[str, str]]:
    """Return the rows of CSV."""
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))


def test_books_are_shown_as_at_a_day(town: Clerk) -> None:
    """What counts later is not there yet, and the answer says what was looked at."""
    now = {line["kind"]: line["balance"] for line in town.done("trial-balance")["lines"] if line["scheme"] == "winter"}
    before = town.done("trial-balance", "--as-at", "2-3-2026")
    then = {line["kind"]: line["balance"] for line in before["lines"] if line["scheme"] == "winter"}
    assert (before["as_at"], before["recorded_before"], before["is_balanced"]) == ("2026-03-02", None, True)
    assert "lapsed" in now
    assert "lapsed" not in then
    assert town.done("trial-balance", "--as-at", "2026-03-01")["lines"] == []
    assert "Stand op 02-03-2026." in town("trial-balance", "--as-at", "2-3-2026").out


def test_books_are_shown_as_they_were_known_before_a_moment(town: Clerk) -> None:
    """A moment is one of the Netherlands, or one with an offset of its own; what was recorded then is not seen yet."""
    after = town.done("accounts")["accounts"]
    assert town.done("accounts", "--recorded-before", "2026-03-02")["accounts"] == []
    noon = town.done("accounts", "--recorded-before", "2026-03-02T12:00:00Z")
    assert (noon["recorded_before"], noon["accounts"]) == ("2026-03-02T12:00:00+00:00", [])
    for moment in ("2026-03-02 13:00:01", "2026-03-02T12:00:00.001Z", "2026-03-02T12:00:01+00:00"):
        seen = town.done("accounts", "--recorded-before", moment)["accounts"]
        assert len(seen) > 0
        assert seen != after
    assert "vastgelegd" in town("accounts", "--recorded-before", "2026-03-02 13:00:01").out


@pytest.mark.parametrize("moment", ["yesterday", "", "2026-13-01", "2026-03-02T25:00Z", "0001-01-01T00:00+14:00"])
def test_a_moment_that_is_none(town: Clerk, moment: str) -> None:
    """What cannot be read is said to be no moment, with how to write one."""
    ran = town("accounts", "--recorded-before", moment)
    assert (ran.code, "Dit is geen moment." in ran.words) == (2, True)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_first_and_the_last_day_there_can_be(town: Clerk, day: str) -> None:
    """Nothing is too early or too late to be asked for."""
    for command in (["trial-balance"], ["accounts"], ["account", "treasury/culture"]):
        assert town(*command, "--as-at", day, "--recorded-before", max(day, "0001-01-02")).code == 0
        assert town("account", "treasury/culture", "--since", day).code == 0


def test_movements_lead_from_the_opening_to_the_closing_balance(town: Clerk) -> None:
    """What counts before the first day is the opening balance, and what counts after the last is not there."""
    whole = town.done("account", "treasury/winter")
    assert (whole["opening"], whole["movements"][-1]["balance"]) == ("0.00", whole["closing"])
    later = town.done("account", "treasury/winter", "--since", "3-3-2026")
    assert later["opening"] == town.done("account", "treasury/winter", "--as-at", "2-3-2026")["closing"] == "20.00"
    assert [one["effective_on"] for one in later["movements"]] == ["2026-03-03"]
    assert (later["movements"][0]["balance"], later["closing"]) == (whole["closing"],) * 2
    assert "Beginsaldo: € 20,00." in town("account", "treasury/winter", "--since", "3-3-2026").out


def test_lists_are_csv_too(town: Clerk) -> None:
    """CSV has what JSON has, row by row, amounts the Dutch way."""
    for command, name in (
        (["trial-balance"], "lines"),
        (["accounts", "--kind", "payable"], "accounts"),
        (["account", "treasury/culture", "--as-at", "2-3-2026"], "movements"),
    ):
        rows = town.done(*command)[name]
        found = as_rows(town(*command, "--csv").out)
        assert found
        assert [list(row) for row in found] == [list(row) for row in rows]
        for row, expected in zip(found, rows, strict=True):
            for key, value in expected.items():
                told = value.replace(".", ",") if key in ("balance", "debits", "credits", "change") else str(value)
                assert key == "recorded_at" or row[key] == told
        assert town(*command, "--csv", "--json").code == 2


def test_a_list_of_any_length_is_printed_page_by_page(town: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table has its titles above each page of it, and no line is lost between two pages."""
    whole = town("accounts").out.splitlines()
    monkeypatch.setattr(listing, "_PAGE", 4)
    paged = town("accounts").out.splitlines()
    assert paged.count("") == (len(whole) - 3) // 4
    assert len([line for line in paged if "─" in line]) == paged.count("") + 1
    assert [line.split()[0] for line in paged if "/" in line] == [line.split()[0] for line in whole[2:]]


def test_accounts_of_a_merchant_and_of_a_holder(town: Clerk) -> None:
    """The accounts of one merchant, by its name or id, or of one holder are found without their codes."""
    merchant = town.done("accounts", "--merchant", "De Club")["accounts"]
    assert {one["kind"] for one in merchant} == {"payable", "in-payment"}
    assert {one["account"].split("/")[1] for one in merchant} == {merchant[0]["account"].split("/")[1]}
    assert town.done("accounts", "--merchant", merchant[0]["account"].split("/")[1])["accounts"] == merchant
    holder = town.done("accounts", "--holder", a_holder(2).reference)["accounts"]
    assert {one["kind"] for one in holder} == {"entitlement"}
    owned = town.done("entitlements", "list", "--holder", a_holder(2).reference)["entitlements"]
    assert [one["account"] for one in holder] == sorted(f"entitlement/{one['entitlement']}" for one in owned)
    assert {one["balance"] for one in holder} == {one["left"] for one in owned}
    for wrong in (["--merchant", "nobody"], ["--holder", "nobody"]):
        assert town("accounts", *wrong).code == 1
    assert town("accounts", "--merchant", "De Club", "--holder", "P-1").code == 2


def test_what_became_of_each_scheme(town: Clerk) -> None:
    """What was awarded was redeemed, is held, lapsed or is left, as at any moment; the sums stand below."""
    data = town.done("schemes", "overview")
    spring = next(line for line in data["schemes"] if line["scheme"] == "winter")
    assert {name: spring[name] for name in ("budget", "awarded", "lapsed", "freed")} == {
        "budget": "20.00",
        "awarded": "7.00",
        "lapsed": "1.00",
        "freed": "1.00",
    }
    before = town.done("schemes", "overview", "--as-at", "2-3-2026")
    assert next(one["lapsed"] for one in before["schemes"] if one["scheme"] == "winter") == "0.00"
    assert town.done("schemes", "overview", "--as-at", "1-3-2026")["schemes"] == []
    assert data["total"]["budget"] == f"{sum(float(one['budget']) for one in data['schemes']):.2f}"
    assert [row["scheme"] for row in as_rows(town("schemes", "overview", "--csv").out)] == [
        one["scheme"] for one in data["schemes"]
    ]
