"""Payment requests on the command line: a list from a file, all or nothing, once; and what a merchant gets back."""

import csv
import io
from pathlib import Path

import pytest

from tests.cli.conftest import CLUB, YEAR, Clerk

UNTIL = f"31-12-{YEAR + 1}"
ASKS = ("requests", "add", CLUB)
SAID = ("--nl", "Schoolreis", "--en", "School trip", "--until", UNTIL)


def a_class(folder: Path, *rows: str) -> Path:
    """Write a list."""
    path = folder / "class.csv"
    path.write_text("\n".join(("kenmerk;bedrag", *rows)), encoding="utf-8")
    return path


def test_a_class_is_asked_once_and_gets_its_links(clerk: Clerk) -> None:
    """Each row is a request with a link of its own; the same file again asks nothing, and gives the same links."""
    file, links, sheet = (
        a_class(clerk.folder, "7A-01;12,50", "7A-02;25"),
        clerk.folder / "l.csv",
        clerk.folder / "s.html",
    )
    made = clerk.done(
        *ASKS, file, *SAID, "--links", links, "--out", sheet, "--link-base", "https://pas.dronten.example/"
    )
    assert (made["requests"], made["amount"], made["is_repeat"]) == (2, "37.50", False)
    told = clerk.done("requests", "list", CLUB)["requests"]
    assert [(one["reference"], one["amount"], one["state"], one["open"]) for one in told] == [
        ("7A-01", "12.50", "open", "12.50"),
        ("7A-02", "25.00", "open", "25.00"),
    ]
    rows = list(csv.reader(io.StringIO(links.read_text("utf-8-sig")), delimiter=";"))
    assert [row[0] for row in rows[1:]] == ["7A-01", "7A-02"]
    place = "https://pas.dronten.example/mycard/requests/"
    assert [row[2] for row in rows[1:]] == [f"{place}{one['request']}" for one in told]
    assert all("7A" not in row[2] and "12" not in row[2].partition("pre_")[0] for row in rows)
    assert sheet.read_text("utf-8").count("<svg") == 2

    again = clerk.done(*ASKS, file, *SAID, "--links", clerk.folder / "again.csv")
    assert (again["is_repeat"], again["list"]) == (True, made["list"])
    assert len(clerk.done("requests", "list", CLUB)["requests"]) == 2
    other = clerk.done(*ASKS, file, "--nl", "Schoolreis", "--until", UNTIL, "--up-to", "--voluntary")
    assert not other["is_repeat"]


def test_every_fault_of_a_list_is_told_at_once(clerk: Clerk) -> None:
    """By row and column; nothing is asked then, and no file is left."""
    file = a_class(clerk.folder, "7A-01;12,50", "111222333;5", "7A-01;5", "=cmd;5", "7A-02;0", "7A-03;many")
    links = clerk.folder / "links.csv"
    answer = clerk(*ASKS, file, *SAID, "--links", links)
    assert answer.code == 1
    assert "111222333" not in answer.words
    assert all(f"{row}" in answer.words for row in (3, 4, 5, 6, 7))
    assert not links.exists()
    assert clerk.done("requests", "list", CLUB)["requests"] == []


@pytest.mark.parametrize("said", [("--until", f"31-12-{YEAR - 1}"), ("--until", f"31-12-{YEAR + 9}")])
def test_a_last_day_that_cannot_be_asks_nothing(clerk: Clerk, said: tuple[str, ...]) -> None:
    """It is refused with what to do, and no file of links is left."""
    links = clerk.folder / "links.csv"
    answer = clerk(*ASKS, a_class(clerk.folder, "7A-01;12,50"), "--nl", "Schoolreis", *said, "--links", links)
    assert (answer.code, links.exists()) == (1, False)
    assert "731" in answer.words


def test_words_with_a_number_of_a_citizen_are_refused(clerk: Clerk) -> None:
    """As references are."""
    answer = clerk(*ASKS, a_class(clerk.folder, "7A-01;12,50"), "--nl", "Reis van 111222333", "--until", UNTIL)
    assert answer.code == 2


def test_staff_withdraws_a_request(clerk: Clerk) -> None:
    """Once; one that is not there is refused."""
    clerk.done(*ASKS, a_class(clerk.folder, "7A-01;12,50"), *SAID)
    [one] = clerk.done("requests", "list", CLUB)["requests"]
    assert clerk.done("requests", "withdraw", one["request"])["state"] == "withdrawn"
    assert clerk("requests", "withdraw", one["request"]).code == 1
    assert clerk("requests", "withdraw", "pre_0").code == 1
