"""The auditor's report at the command line, and the registers beside it."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import CAFE, CLUB, FOUR_EYES, YEAR, Clerk
from tests.cli.test_audit import as_rows
from tests.support.books import unguarded


def report(clerk: Clerk, *more: object, language: str = "nl") -> tuple[str, Any]:
    """Make the report, and return the page and what was said of it."""
    out = clerk.folder / f"report-{language}-{len(more)}.html"
    ran = clerk("audit", "report", "-o", out, "--json", *more, language=language)
    assert ran.err == ""
    return out.read_text(encoding="utf-8"), ran.data


def pay(clerk: Clerk, holder: str, amount: str = "5,00") -> None:
    """Let staff enter a payment at the club."""
    clerk.done("redeem", "--card", clerk.card(holder), "--merchant", CLUB, "--amount", amount)


@pytest.fixture
def busy(tmp_path: Path, busy_folder: Path) -> Clerk:
    """The town with six holders more, each with something to spend on sport, who paid."""
    shutil.copytree(busy_folder, tmp_path, dirs_exist_ok=True)
    return Clerk(tmp_path)


@pytest.fixture(scope="module")
def busy_folder(tmp_path_factory: pytest.TempPathFactory, filled: Path) -> Path:
    """The folder of that town, filled once."""
    folder = tmp_path_factory.mktemp("busy")
    shutil.copytree(filled, folder, dirs_exist_ok=True)
    clerk = Clerk(folder)
    names = [f"R-{number}" for number in range(1, 7)]
    file, carriers = clerk.file("pashouder\n" + "\n".join(names), "more.csv"), clerk.folder / "more-carriers.csv"
    clerk.done("holders", "add", file, "--activate", "--carriers", carriers)
    rows = "".join(f"sport;S-{number};{name};41,00\n" for number, name in enumerate(names))
    clerk.done("award", clerk.file("regeling;kenmerk;pashouder;bedrag\n" + rows, "s.csv"), *FOUR_EYES)
    with (clerk.folder / "carriers.csv").open("a", encoding="utf-8") as kept:
        kept.writelines(carriers.read_text(encoding="utf-8-sig").splitlines(keepends=True)[1:])
    for name in names:
        pay(clerk, name, "7,00")
    return folder


def test_the_report_stands_alone(busy: Clerk) -> None:
    """It loads nothing and runs nothing, in both languages, and says what was checked and how to do it again."""
    for language, words in (("nl", "De boeken kloppen"), ("en", "The books are sound")):
        page, said = report(busy, language=language)
        assert f'<html lang="{language}">' in page
        assert words in page
        assert not re.search(r"<script|<link|<img|src=|href=|url\(|@import|https?://", page)
        assert (said["is_sound"], said["is_balanced"], said["is_covered"]) == (True, True, True)
        assert "verifier/recheck.py" in page
        assert "{" not in re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)


def test_the_report_tells_totals_and_findings(busy: Clerk) -> None:
    """What was spent, two percent of it, and each finding with what was said of it."""
    busy.done("actors", "add", "auditor", "--role", "auditor", "--as", "administrator")
    [found] = [one for one in busy.done("audit", "findings")["findings"] if one["kind"] == "spent-without-till"]
    judged = ("audit", "follow-up", found["finding"], "--state", "error", "--note", "no till & <no> card")
    busy.done(*judged, "--as", "auditor")
    page, said = report(busy)
    assert (said["spent"], said["tolerated"], said["counted"], said["unjudged"]) == ("42.00", "0.84", "42.00", 0)
    assert found["finding"] in page
    assert "no till &amp; &lt;no&gt; card (auditor)" in page
    assert "€ 42,00" in page


def test_small_numbers_are_not_in_the_report(busy: Clerk) -> None:
    """A scheme of one holder is told with the other one, and a merchant that two paid at with the smallest other."""
    busy.done("redeem", "--card", busy.card("P-1"), "--merchant", CAFE, "--amount", "75,00")
    page, _ = report(busy)
    assert "€ 75,00" not in page
    assert f'<th scope="row">{CAFE}</th>' not in page
    assert page.count(CAFE) == 1  # the finding names it, without any amount
    assert "cadeau" not in page
    assert "minder dan 5" in page


def test_a_town_of_few_has_no_amounts_in_its_report(clerk: Clerk) -> None:
    """Where all of it is of fewer than five holders, what each scheme and merchant comes to is left out."""
    pay(clerk, "P-1", "13,00")
    page, _ = report(clerk)
    assert set(re.findall(r"€ [\d.,-]+", page)) == set()
    assert "P-1" not in page


def test_a_report_of_books_that_are_not_sound(busy: Clerk) -> None:
    """It is made all the same, says so first, and the command exits with 1."""
    with unguarded(Path(busy.books)) as file:
        file.execute("UPDATE account SET balance_cents = balance_cents + 1 WHERE kind = 'budget'")
        file.execute("UPDATE entry SET approved_by = prepared_by WHERE kind = 'budget-raised'")
        file.execute("DELETE FROM merchant WHERE name = 'De Club'")
    out = busy.folder / "bad.html"
    assert busy("audit", "report", "-o", out).code == 1
    page = out.read_text(encoding="utf-8")
    assert "De boeken kloppen niet." in page
    assert "vierogenprincipe niet gevolgd" in page
    assert all(busy("audit", name).code == 0 for name in ("findings", "manual", "changes"))
    again = busy("audit", "report", "-o", out)
    assert (again.code, "bad.html" in again.words) == (1, True)


def test_what_was_done_by_hand_is_listed(clerk: Clerk) -> None:
    """Budgets with their decisions, a correction with what it countered; as a table, as CSV and as JSON."""
    paid = clerk.done("redeem", "--card", clerk.card("P-1"), "--merchant", CLUB, "--amount", "1,00")["redemption"]
    clerk.done("correct", paid, *FOUR_EYES, "--yes")
    rows = clerk.done("audit", "manual")["manual"]
    assert [(one["kind"], one["reason"]) for one in rows if one["reason"]] == [
        ("budget-raised", "RAAD-1"),
        ("budget-raised", "RAAD-2"),
    ]
    assert [one["kind"] for one in rows][2:] == ["redeemed", "corrected"]
    assert [row["id"] for row in as_rows(clerk("audit", "manual", "--csv").out)] == [one["id"] for one in rows]
    assert "RAAD-1" in clerk("audit", "manual").words
    assert clerk.done("audit", "manual", "--until", f"31-12-{YEAR - 1}")["manual"] == []


def test_changes_of_master_data_are_listed(clerk: Clerk) -> None:
    """From what to what, by whom and approved by whom, of one kind or of all."""
    clerk.done("merchants", "change", CAFE, "--place", "Elders", *FOUR_EYES)
    rows = clerk.done("audit", "changes", "--about", "merchant")["changes"]
    place = next(one for one in rows if one["what"] == "place")
    assert (place["before"], place["after"], place["made_by"], place["approved_by"]) == (
        "Dronten",
        "Elders",
        "clerk",
        "approver",
    )
    assert {one["about"] for one in rows} == {"merchant"}
    every = clerk.done("audit", "changes")["changes"]
    assert {one["about"] for one in every} == {"scheme", "merchant", "terminal", "actor"}
    assert len(as_rows(clerk("audit", "changes", "--csv").out)) == len(every)
    assert "Elders" in clerk("audit", "changes").words


def test_rights_in_time_are_listed(clerk: Clerk) -> None:
    """From when to when somebody had a role, and who gave and took it."""
    clerk.done("actors", "add", "jansen", "--role", "clerk", "--as", "administrator")
    clerk.done("actors", "take", "jansen", "--role", "clerk", "--as", "administrator")
    jansen = next(one for one in clerk.done("audit", "rights")["rights"] if one["actor"] == "jansen")
    assert (jansen["role"], jansen["given_by"], jansen["taken_by"]) == ("clerk", "administrator", "administrator")
    assert jansen["permissions"] == ["assist", "prepare"]
    assert jansen["until"] is not None
    assert "jansen" in clerk("audit", "rights").out
