"""More cards, sheets and overviews on the command line: what is printed, and what is not."""

import json
import re
from stat import S_IMODE

from tests.cli.conftest import CLUB, FOUR_EYES, Clerk


def page(clerk: Clerk, name: str) -> str:
    """Return a page that was printed, which only its owner can read."""
    path = clerk.folder / name
    assert S_IMODE(path.stat().st_mode) == 0o600
    return path.read_text(encoding="utf-8")


def test_a_sheet_is_the_same_for_everybody(clerk: Clerk) -> None:
    """But for number and QR two cards are alike to the letter, and nothing on them tells of a holder."""
    clerk.done("cards", "sheet", clerk.folder / "carriers.csv", "--out", clerk.folder / "sheet.html")
    printed = page(clerk, "sheet.html")
    cards = re.findall(r'<div class="card">.*?</svg></div>', printed, re.DOTALL)
    assert len(cards) == 2
    alike = {re.sub(r"<path .*?/>", "", re.sub(r"9\d{3}( \d{4}){3}", "", card)) for card in cards}
    assert len(alike) == 1
    assert "P-1" not in printed
    assert all(row["pasnummer"] in printed for row in clerk.rows("carriers.csv"))
    assert all(row["pascode"] not in printed for row in clerk.rows("carriers.csv"))


def test_nothing_is_fetched_from_elsewhere(clerk: Clerk) -> None:
    """A page is one file: it has no script, no picture and no font from anywhere."""
    clerk.done("cards", "sheet", clerk.folder / "carriers.csv", "--out", clerk.folder / "sheet.html")
    clerk.done("holders", "overview", "P-1", "--out", clerk.folder / "overview.html")
    for name in ("sheet.html", "overview.html"):
        assert not re.findall(r"<script|<img|<link|url\(|src=", page(clerk, name))


def test_a_holder_gets_another_card(clerk: Clerk) -> None:
    """It is not active yet; nobody who is not there gets one, and then nobody gets one."""
    out = clerk.folder / "more.csv"
    clerk.done("cards", "issue", clerk.file("pashouder\nP-1\n"), "--carriers", out)
    [row] = clerk.rows("more.csv")
    assert clerk.done("cards", "overview", row["pasnummer"])["state"] == "issued"
    states = [card["state"] for card in clerk.done("balances", "--holder", "P-1")["cards"]]
    assert states == ["active", "issued"]

    ran = clerk("cards", "issue", clerk.file("pashouder\nP-1\nP-9\n"), "--carriers", clerk.folder / "no.csv")
    assert (ran.code, "rij 3, kolom pashouder" in ran.words) == (1, True)
    assert not (clerk.folder / "no.csv").exists()


def test_an_overview_tells_a_holder_everything_and_nobody_else(clerk: Clerk) -> None:
    """What there is by its public name, until when, and each payment with its merchant; of another holder nothing."""
    paid = clerk.done("redeem", "--card", clerk.card("P-1"), "--merchant", CLUB, "--amount", "12,50")
    clerk.done("refund", paid["redemption"], "--amount", "2,50")
    told = clerk.done("holders", "overview", "P-1", "--out", clerk.folder / "p1.html")
    assert (told["left"], told["payments"]) == ("115.00", 2)
    printed = page(clerk, "p1.html")
    for words in (
        "Vrije tijd",
        "Cadeau",
        CLUB,
        "€ 12,50",
        "€ -2,50",
        "U kunt nog € 115,00 besteden",
        clerk.card("P-1"),
    ):
        assert words in printed
    assert clerk.card("P-2") not in printed
    assert clerk.done("holders", "overview", "P-2", "--out", clerk.folder / "p2.html")["payments"] == 0
    assert "Hier staat niets" in page(clerk, "p2.html")
    assert clerk("holders", "overview", "P-9", "--out", clerk.folder / "p9.html").code == 1


def test_an_overview_says_what_is_kept_and_who_sees_it(clerk: Clerk) -> None:
    """By which decision and law, what is set aside, every card, how long, for whom; as a page and for a program."""
    held = clerk.held("P-1", amount="5.00")
    with_all = clerk.done("entitlements", "list", "--holder", "P-1")["entitlements"]
    paid = clerk.done("redeem", "--card", clerk.card("P-1"), "--merchant", CLUB, "--amount", "4,00")["redemption"]
    before = clerk.card("P-1")
    clerk.done("cards", "replace", before)
    clerk.done("correct", paid, *FOUR_EYES, "--yes")
    clerk.done("holders", "overview", "P-1", "--out", clerk.folder / "p1.json")
    kept = json.loads(page(clerk, "p1.json"))
    assert {one["decision"] for one in kept["entitlements"]} == {"Z-1", "Z-2"}
    assert len(kept["entitlements"]) == len(with_all)
    assert {one["legal_basis"] for one in kept["entitlements"]} == {"verzonnen"}
    assert [(one["merchant"], one["amount"]) for one in kept["held"]] == [(CLUB, "5.00")]
    assert [(one["amount"]) for one in kept["payments"]] == ["4.00", "-4.00"]
    assert [(card["state"]) for card in kept["cards"]] == ["replaced", "active"]
    assert "7 jaar na uw laatste pas" in kept["kept"]["until"]
    clerk.done("retention", "keep", "holder", "P5Y", "--source", "B-1", *FOUR_EYES)
    clerk.done("holders", "overview", "P-1", "--out", clerk.folder / "p1.html")
    printed = page(clerk, "p1.html")
    for words in ("Z-1", "verzonnen", "Gereserveerd", before, "5 jaar na uw laatste pas", CLUB):
        assert words in printed
    assert held not in printed


def test_the_desk_sees_how_a_card_is(clerk: Clerk) -> None:
    """State, PIN, tries, waits and the code that was sent, in words too."""
    clerk.done("keys", "create", clerk.folder / "town.key")
    number = clerk.card("P-1")
    assert clerk.done("cards", "overview", number) == {
        "number": number.replace(" ", ""),
        "state": "active",
        "has_pin": False,
        "wrong_tries": 0,
        "is_locked": False,
        "may_try_at": None,
        "code_until": None,
    }
    clerk.done("cards", "letters", clerk.folder / "carriers.csv", "--out", clerk.folder / "letters.html")
    clerk.typed = "AAAA AAAA AAAA\n4711\n"
    for _ in range(3):
        assert clerk("cards", "pin", number).code == 1
    told = clerk.done("cards", "overview", number)
    assert (told["wrong_tries"], told["is_locked"]) == (3, False)
    assert told["may_try_at"] is not None
    assert told["code_until"] is not None
    assert "Foute pogingen: 3." in clerk("cards", "overview", number).words
    clerk.done("cards", "unlock", number)
    clerk.typed = f"{clerk.code('P-1')}\n4711\n"
    clerk.done("cards", "pin", number)
    told = clerk.done("cards", "overview", number)
    assert (told["has_pin"], told["wrong_tries"], told["code_until"]) == (True, 0, None)


def test_a_credential_is_renewed(clerk: Clerk) -> None:
    """The new one is shown once, and the list has both with their last days."""
    prefix = clerk.rows("credentials.csv")[0]["prefix"]
    made = clerk.done("terminals", "renew", prefix, "--until", "31-12-2099")
    assert made["credential"].startswith(made["prefix"])
    lines = {row["prefix"]: row["last_day"] for row in clerk.done("terminals", "list")["terminals"]}
    assert (lines[prefix], lines[made["prefix"]]) == ("2099-12-31", None)
