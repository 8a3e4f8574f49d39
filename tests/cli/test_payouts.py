"""Payouts on the command line: from how the town pays to files for the bank."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import CAFE, CLUB, FOUR_EYES, YEAR, Clerk
from tests.docs.pages import ROOT

CHECKED = (
    "aanbieder;iban;rekeninghouder;datum;wijze;uitkomst;door\n"
    f"{CLUB};NL91ABNA0417164300;Stichting 't Veld & Co;1-1-{YEAR};bank;match;caller\n"
)
CONTROLLER, TREASURER = ("--as", "approver"), ("--as", "treasurer")


@pytest.fixture
def treasurer(clerk: Clerk) -> Clerk:
    """Return a clerk in a town that pays, where the club has € 12,00 to get and the café € 3,00."""
    clerk.done("payouts", "configure", ROOT / "examples/dronten/betalen.toml", *FOUR_EYES, *TREASURER)
    clerk.done("merchants", "check", clerk.file(CHECKED), *FOUR_EYES)
    for merchant, amount in ((CLUB, "12,00"), (CAFE, "3,00")):
        clerk.done("redeem", "--card", clerk.card("P-1"), "--merchant", merchant, "--amount", amount)
    return clerk


def test_a_run_is_prepared_released_and_written(treasurer: Clerk, tmp_path: Path) -> None:
    """Each step tells what it did; the files are there, and the same when they are written again."""
    preview = treasurer.done("payouts", "preview")
    assert (preview["total"], [one["merchant"] for one in preview["payments"]]) == ("12.00", [CLUB])
    assert preview["waiting"] == [{"merchant": CAFE, "amount": "3.00", "reason": "blocked"}]
    run = treasurer.done("payouts", "prepare", "--on", f"31-12-{YEAR}", *TREASURER)
    assert (run["run"], run["execute_on"], run["released_by"]) == (f"{YEAR}-0001", f"{YEAR}-12-31", None)
    assert run["rewritten"] == [
        {"merchant": CLUB, "account_name": "Stichting 't Veld & Co", "written": "Stichting 't Veld + Co"}
    ]
    assert treasurer("payouts", "release", run["run"], *TREASURER).code == 1
    assert treasurer("payouts", "write", run["run"], tmp_path / "out").code == 1
    released = treasurer.done("payouts", "release", run["run"], *CONTROLLER)
    written = treasurer.done("payouts", "write", run["run"], tmp_path / "out")
    name = f"specificatie-{YEAR}-0001-0001"
    assert written["files"] == [f"betaalbatch-{YEAR}-0001-1.xml", f"{name}.csv", f"{name}.html"]
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    treasurer.done("payouts", "write", run["run"], tmp_path / "out")
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before
    assert b"besteding" in before[f"{name}.csv"]
    (listed,) = treasurer.done("payouts", "list")["runs"]
    assert (listed["state"], listed["released_by"]) == ("vrijgegeven", "approver")
    shown = treasurer.done("payouts", "show", run["run"])
    assert [file["sha256"] for file in shown["files"]] == [file["sha256"] for file in released["files"]]
    assert "de rekening moet worden gecontroleerd" in treasurer("payouts", "show", run["run"]).out


def test_a_town_that_is_written_otherwise_is_told(treasurer: Clerk) -> None:
    """Its own name goes to the bank too, and without the signs that not every bank takes."""
    data = (ROOT / "examples/dronten/betalen.toml").read_text(encoding="utf-8")
    file = treasurer.file(data.replace("Gemeente Dronten", "Gemeente Súdwest"), "betalen.toml")
    ran = treasurer("payouts", "configure", file, *FOUR_EYES, *TREASURER)
    assert "De bank krijgt die naam als: Gemeente Sudwest (voorbeeld)." in ran.out
    again = treasurer.done("payouts", "configure", ROOT / "examples/dronten/betalen.toml", *FOUR_EYES, *TREASURER)
    assert (again["payer_name"], again["payer_written"]) == ("Gemeente Dronten (voorbeeld)",) * 2


def test_a_run_is_cancelled_and_prepared_again(treasurer: Clerk) -> None:
    """Before its release by whoever prepared it; after it by two."""
    run = treasurer.done("payouts", "prepare", *TREASURER)["run"]
    assert treasurer.done("payouts", "cancel", run, *TREASURER)["steps"] == ["cancelled"]
    again = treasurer.done("payouts", "prepare", *TREASURER)["run"]
    assert again == f"{YEAR}-0002"
    treasurer.done("payouts", "release", again, *CONTROLLER)
    assert treasurer("payouts", "cancel", again, *TREASURER).code == 1
    assert treasurer.done("payouts", "cancel", again, *FOUR_EYES, *TREASURER)["steps"] == ["released", "cancelled"]
    assert treasurer.done("verify")["is_sound"]


def test_only_some_merchants(treasurer: Clerk) -> None:
    """A run may be for some; a merchant that nobody knows is refused."""
    assert treasurer("payouts", "prepare", "--merchant", CAFE, *TREASURER).code == 1
    assert treasurer("payouts", "prepare", "--merchant", "Nergens", *TREASURER).code == 1
    assert len(treasurer.done("payouts", "prepare", "--merchant", CLUB, *TREASURER)["payments"]) == 1


@pytest.mark.parametrize("name", ["", "x", "2026", "2026-0002", "2026-1-1", "²-1", "9" * 30 + "-1", "2026--1"])
def test_a_run_that_is_not_there(treasurer: Clerk, name: str) -> None:
    """Whatever it is called, it is said."""
    ran = treasurer("payouts", "show", name, "--json")
    assert (ran.code, json.loads(ran.err)["error"]) == (1, "run-unknown")


def test_nobody_said_how_the_town_pays(clerk: Clerk) -> None:
    """That comes first."""
    ran = clerk("payouts", "preview")
    assert (ran.code, "pasledger payouts configure" in ran.err) == (1, True)


def test_a_debt_is_written_off(treasurer: Clerk) -> None:
    """Of a merchant that stopped, by a decision, with four eyes."""
    treasurer.done("payouts", "prepare", *TREASURER)
    paid = treasurer.done("redeem", "--card", treasurer.card("P-1"), "--merchant", CLUB, "--amount", "2,00")
    treasurer.done("payouts", "prepare", *TREASURER)
    treasurer.done("refund", paid["redemption"])
    write_off = ("payouts", "write-off", CLUB, "--decision", "B-1", *FOUR_EYES, *TREASURER)
    assert treasurer(*write_off).code == 1
    treasurer.done("merchants", "end", CLUB, *FOUR_EYES)
    assert treasurer.done(*write_off)["amount"] == "2.00"
