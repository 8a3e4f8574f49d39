"""What the bank sends, on the command line: statements, rejections, lines that wait, and the proof of cover."""

import json
from datetime import date

import pytest

from tests.cli.conftest import CLUB, FOUR_EYES, YEAR, Clerk
from tests.docs.pages import ROOT
from tests.support.bank import Movement, rejection, statement
from tests.support.books import unguarded

CHECKED = (
    "aanbieder;iban;rekeninghouder;datum;wijze;uitkomst;door\n"
    f"{CLUB};NL91ABNA0417164300;SV De Club;1-1-{YEAR};bank;match;caller\n"
)
TREASURER = ("--as", "treasurer")
FIRST = f"PL-{YEAR}-0001-0001"
DAY = date(YEAR, 3, 3)


@pytest.fixture
def treasurer(clerk: Clerk) -> Clerk:
    """Return a clerk in a town of which a run of € 12,00 to the club was released."""
    clerk.done("payouts", "configure", ROOT / "examples/dronten/betalen.toml", *FOUR_EYES, *TREASURER)
    clerk.done("merchants", "check", clerk.file(CHECKED), *FOUR_EYES)
    clerk.done("redeem", "--card", clerk.card("P-1"), "--merchant", CLUB, "--amount", "12,00")
    clerk.done("payouts", "prepare", *TREASURER)
    clerk.done("payouts", "release", f"{YEAR}-0001", "--as", "approver")
    return clerk


def read(treasurer: Clerk, number: int, *movements: Movement, opening: int = 0) -> object:
    """Read a statement with these movements, and return what is said of it."""
    data = statement(number, movements, opening=opening, on=DAY)
    return treasurer.done("bank", "read", treasurer.file(data, f"{number}.xml"), *TREASURER)


def test_from_statement_to_cover(treasurer: Clerk) -> None:
    """Paid, sent back, moved in: each line becomes what it is, and the bank is explained to the cent."""
    whole = read(treasurer, 1, Movement(515_000), Movement(-1200, FIRST), Movement(-77, text="costs"))
    assert whole == {
        "statements": [
            {
                "statement": f"{YEAR}-001",
                "opening": "0.00",
                "closing": "5137.23",
                "lines": 3,
                "matched": 1,
                "waiting": 2,
                "left_out": 0,
            }
        ]
    }
    waiting = treasurer.done("bank", "lines")["lines"]
    assert [(one["line"], one["amount"], one["text"]) for one in waiting] == [
        (f"{YEAR}-001/1", "5150.00", ""),
        (f"{YEAR}-001/3", "-0.77", "costs"),
    ]
    found = treasurer.done("cover")
    assert (found["is_met"], found["adds_up"], found["bank"]["difference"]) == (True, True, "0.00")
    assert {term["name"]: term["amount"] for term in found["bank"]["terms"]} == {
        "before": "0.00",
        "budgets": "-5150.00",
        "freed": "0.00",
        "waiting": "5149.23",
        "other": "0.00",
        "elsewhere": "0.00",
    }
    settle = ("bank", "settle", f"{YEAR}-001/1", "--is", "budget-in")
    assert treasurer.done(*settle, *FOUR_EYES, *TREASURER)["amount"] == "5150.00"
    treasurer.done("bank", "settle", f"{YEAR}-001/3", "--is", "other", *FOUR_EYES, *TREASURER)
    assert treasurer.done("bank", "lines")["lines"] == []
    assert f"{YEAR}-001/3" in treasurer("cover", "--items").out
    assert f"{YEAR}-001/3" not in treasurer("cover").out
    read(treasurer, 2, Movement(1200, FIRST, reason="AC04"), opening=513_723)
    (*_, back) = treasurer.done("bank", "lines", "--all")["lines"]
    assert (back["purpose"], back["reason"], back["why"]) == ("returned", "AC04", "de rekening is opgeheven")
    assert treasurer.done("payouts", "show", f"{YEAR}-0001")["payments"][0]["state"] == "kwam terug"
    assert treasurer.done("cover")["adds_up"]
    assert treasurer.done("verify")["is_sound"]


def test_the_page_of_cover(treasurer: Clerk) -> None:
    """It is written, and says the same."""
    page = treasurer.folder / "cover.html"
    shown = treasurer("cover", "--page", page)
    assert (shown.code, "De dekking is in orde" in shown.out) == (0, True)
    assert all(part in shown.out for part in ("tegoeden", "gereserveerd", "te betalen", "onderweg", "toegezegd"))
    assert "De dekking is in orde" in page.read_text(encoding="utf-8")


def test_cover_that_does_not_add_up_exits_with_1(treasurer: Clerk) -> None:
    """The closing balance of the bank was changed in the file of the books."""
    read(treasurer, 1, Movement(-1200, FIRST))
    assert treasurer("cover").code == 0
    with unguarded(treasurer.books) as connection:
        connection.execute("UPDATE bank_statement SET closing_cents = closing_cents + 1")
    ran = treasurer("cover", "--json")
    assert (ran.code, json.loads(ran.out)["bank"]["difference"]) == (1, "0.01")


def test_a_rejected_file_is_owed_again(treasurer: Clerk) -> None:
    """With the reason in words; the merchant waits for a new check."""
    data = treasurer.file(rejection(f"PL-{YEAR}-0001-F1", FIRST, "AC01"), "status.xml")
    (rejected,) = treasurer.done("bank", "status", data, *TREASURER)["rejected"]
    assert (rejected["merchant"], rejected["amount"], rejected["why"]) == (CLUB, "12.00", "het IBAN klopt niet")
    assert treasurer.done("payouts", "preview")["waiting"][0]["reason"] == "blocked"
    assert treasurer.done("merchants", "history", CLUB)["is_paid"] is False


@pytest.mark.parametrize(
    ("code", "words"),
    [("AC06", "de rekening is geblokkeerd"), ("ZZ99", "een reden die de bank ZZ99 noemt")],
    ids=["a code with words", "a code that nobody knows"],
)
def test_why_a_merchant_waits_is_told_in_words(treasurer: Clerk, code: str, words: str) -> None:
    """In the history of the merchant and in the list of lines; a code that nobody knows is told as one."""
    read(treasurer, 1, Movement(-1200, FIRST), opening=5000)
    read(treasurer, 2, Movement(1200, FIRST, reason=code), opening=3800)
    assert treasurer.done("merchants", "history", CLUB)["checks"][-1]["why"] == words
    told = " ".join(treasurer("merchants", "history", CLUB).out.split())
    assert all(word in told for word in words.split())
    assert treasurer.done("bank", "lines", "--all")["lines"][-1]["why"] == words


def test_what_was_debited_is_not_said_to_be_owed(treasurer: Clerk) -> None:
    """A rejection of what the statement has as paid changes nothing, and says so."""
    read(treasurer, 1, Movement(-1200, FIRST))
    data = treasurer.file(rejection(f"PL-{YEAR}-0001-F1", FIRST, "AC01"), "status.xml")
    assert "heeft het al betaald" in treasurer("bank", "status", data, *TREASURER).out
    (rejected,) = treasurer.done("bank", "status", data, *TREASURER)["rejected"]
    assert rejected["is_paid"] is True
    assert treasurer.done("payouts", "show", f"{YEAR}-0001")["payments"][0]["state"] == "betaald"


def test_what_is_no_statement_books_nothing(treasurer: Clerk) -> None:
    """A bomb, another message, a gap: each is said, and nothing is changed."""
    read(treasurer, 5)
    before = treasurer.booked()
    for data in (b"<!DOCTYPE a><a/>", b"<a/>", statement(7, [], on=DAY), statement(5, [], on=DAY)):
        ran = treasurer("bank", "read", treasurer.file(data, "bad.xml"), *TREASURER)
        assert ran.code == 1
        assert ran.err.strip()
    assert treasurer("bank", "settle", "2026-001/9", "--is", "other", *FOUR_EYES, *TREASURER).code == 1
    assert treasurer.booked() == before
