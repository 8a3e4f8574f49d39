"""Findings at the command line, and what an auditor sets down of them."""

from pathlib import Path
from typing import Any

import pytest

from pasledger.ledger.ids import FindingId
from tests.cli.conftest import CLUB, Clerk
from tests.cli.test_audit import as_rows
from tests.support.books import A_LIVED_IN_TOWN, a_file


@pytest.fixture
def auditor(clerk: Clerk) -> Clerk:
    """The town with an auditor, in which staff typed two payments."""
    clerk.done("actors", "add", "auditor", "--role", "auditor", "--as", "administrator")
    for amount in ("5,00", "2,50"):
        clerk.done("redeem", "--card", clerk.card("P-1"), "--merchant", CLUB, "--amount", amount)
    return clerk


def the_finding(clerk: Clerk) -> Any:
    """Return the one finding that there is."""
    [found] = clerk.done("audit", "findings")["findings"]
    return found


def said(clerk: Clerk, *more: object, note: str = "the till was broken", by: str = "auditor") -> Any:
    """Set down what became of the finding."""
    return clerk("audit", "follow-up", the_finding(clerk)["finding"], "--note", note, "--as", by, *more)


def test_a_finding_is_told_with_its_reason_and_its_evidence(auditor: Clerk) -> None:
    """For people in words, with what is unusual; for programs with ids that can be followed."""
    found = the_finding(auditor)
    assert (found["kind"], found["criteria"], found["state"]) == ("spent-without-till", ["delivery"], "open")
    assert (found["count"], found["amount"], CLUB in found["reason"]) == (2, "7.50", True)
    for one in found["evidence"]:
        assert auditor.done("audit", "follow", one)["steps"]
    ran = auditor("audit", "findings")
    assert all(part in ran.words for part in ("besteding zonder kassa — open", "levering", "€ 7,50", found["finding"]))
    assert "Kort na elkaar: 5 bestedingen" in ran.words
    assert "P-1" not in ran.out


def test_findings_are_csv_too(auditor: Clerk) -> None:
    """A row for each, with its criteria and its evidence in one cell each."""
    [row] = as_rows(auditor("audit", "findings", "--csv").out)
    found = the_finding(auditor)
    assert (row["finding"], row["criteria"], row["amount"]) == (found["finding"], "delivery", "7,50")
    assert row["evidence"].split() == found["evidence"]
    assert auditor("audit", "findings", "--csv", "--json").code == 2


def test_what_an_auditor_says_stays_with_the_finding(auditor: Clerk) -> None:
    """What is said last is shown, with who said it, and what is settled is left out where only open ones are asked."""
    assert said(auditor, "--state", "examining").code == 0
    assert said(auditor, "--state", "explained", note="the till was broken, see its log").code == 0
    found = the_finding(auditor)
    assert (found["state"], found["said_by"]) == ("explained", "auditor")
    assert "the till was broken, see its log" in auditor("audit", "findings").words
    assert auditor.done("audit", "findings", "--open")["findings"] == []
    assert auditor.done("audit", "findings", "--until", "31-12-2025")["findings"] == []


def test_what_is_found_no_more_keeps_what_was_said_of_it(tmp_path: Path) -> None:
    """It is listed after the others with its last word, unless a period is asked for; and more can be said of it."""
    clerk = Clerk(tmp_path)
    a_file(clerk.books, *A_LIVED_IN_TOWN)
    *others, gone = clerk.done("audit", "findings")["findings"]
    assert (gone["finding"], gone["kind"]) == (FindingId.of(1), "round-amounts")
    assert (gone["state"], gone["note"], gone["count"]) == ("examining", "the merchant was asked", 0)
    assert gone["finding"] not in {one["finding"] for one in others}
    assert "Deze bevinding is er niet meer" in clerk("audit", "findings").words
    in_a_year = clerk.done("audit", "findings", "--since", "2026-01-01")["findings"]
    assert {one["finding"] for one in in_a_year} == {one["finding"] for one in others}


@pytest.mark.parametrize(
    "note",
    ["her number is 111222333", "111222333", "11.12.22.333", "", "x" * 1001],
    ids=["a BSN in it", "a BSN", "a BSN with points", "nothing", "too long"],
)
def test_a_note_that_may_not_be(auditor: Clerk, note: str) -> None:
    """A note holds no BSN, is not empty, and is not a book; what looks like a BSN is not repeated either."""
    before = auditor.booked()["follow_up"]
    ran = said(auditor, "--state", "explained", note=note)
    assert (ran.code, "111222333" in ran.out + ran.err) == (2, False)
    assert auditor.booked()["follow_up"] == before


def test_who_may_follow_up(auditor: Clerk) -> None:
    """It takes the role of auditor, and a finding that there is."""
    for name in ("clerk", "approver", "administrator"):
        assert said(auditor, "--state", "explained", by=name).code == 1
    ran = auditor("audit", "follow-up", "fnd_" + "0" * 32, "--state", "open", "--note", "x", "--as", "auditor")
    assert (ran.code, "Er is geen bevinding" in ran.words) == (1, True)
    assert said(auditor, "--state", "no-such-state").code == 2
    assert auditor("audit", "findings", "--since", "2-1-2026", "--until", "1-1-2026").code == 2
