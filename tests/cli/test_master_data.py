"""Schemes, budgets, merchants, terminals, holders and cards on the command line."""

import errno
import os
import pwd
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pasledger.cli import merchants
from pasledger.rules.cards import CardNumber
from tests.cli.conftest import (
    AWARDS,
    BUDGETS,
    CAFE,
    CLUB,
    FOUR_EYES,
    HOLDERS,
    MERCHANTS,
    SCHEMES,
    YEAR,
    Clerk,
)

# --- schemes and budgets


def test_schemes_are_listed_as_the_file_says(clerk: Clerk) -> None:
    """Every scheme is there with its public names, its validity and its amounts."""
    (gift, sport) = clerk.done("schemes", "list")["schemes"]
    assert (gift["scheme"], gift["name_nl"], gift["categories"]) == ("cadeau", "Cadeau", [])
    assert (sport["least"], sport["most"], sport["validity"]) == ("1.00", "2000.00", "calendar-year")
    shown = clerk("schemes", "list")
    assert "kalenderjaar" in shown.out
    assert "€ 2.000,00" in shown.out


def test_a_scheme_is_added_once(clerk: Clerk) -> None:
    """A scheme that says nothing new is refused, by the number of its table and its code."""
    before = clerk.booked()
    ran = clerk("schemes", "add", clerk.file(SCHEMES, "again.toml"), *FOUR_EYES)
    assert ran.code == 1
    assert "again.toml rij 1, kolom code: De regeling sport is er al zo" in ran.err
    assert clerk.booked() == before


def test_a_new_version_of_a_scheme(clerk: Clerk) -> None:
    """A scheme may change from a day on; both versions are listed."""
    newer = SCHEMES.partition('[[regeling]]\ncode = "cadeau"')[0].replace("2020-01-01", "2024-01-01")
    added = clerk.done("schemes", "add", clerk.file(newer.replace("2.000,00", "3.000,00"), "new.toml"), *FOUR_EYES)
    assert [(scheme["version"], scheme["most"]) for scheme in added["schemes"]] == [(2, "3000.00")]
    assert len(clerk.done("schemes", "list")["schemes"]) == 3


def test_a_file_that_is_no_toml(clerk: Clerk) -> None:
    """A scheme file that cannot be read names the line."""
    ran = clerk("schemes", "add", clerk.file("[[regeling]\ncode = 3", "no.toml"), *FOUR_EYES)
    assert ran.code == 1
    assert "no.toml: Dit is geen TOML-bestand." in ran.err
    assert "line 1" in ran.err


def test_budgets_say_what_is_left(clerk: Clerk) -> None:
    """What the council decided, less what was awarded, is left."""
    data = clerk.done("budgets", "list")
    assert data["budgets"] == [
        {"scheme": "cadeau", "year": YEAR, "decisions": 1, "decided": "150.00", "used": "75.00", "left": "75.00"},
        {"scheme": "sport", "year": YEAR, "decisions": 1, "decided": "5000.00", "used": "50.00", "left": "4950.00"},
    ]
    assert "€ 4.950,00" in clerk("budgets", "list").out


def test_a_budget_goes_down_and_never_below_what_was_awarded(clerk: Clerk) -> None:
    """A decision below zero lowers a budget; one that takes what was awarded is refused whole."""
    lower = clerk.file(f'scheme,year,amount,decision\nsport,{YEAR},"-4.000,00",RAAD-3\n', "lower.csv")
    assert clerk.done("budgets", "add", lower, *FOUR_EYES)["budgets"][1]["left"] == "950.00"
    before = clerk.booked()
    ran = clerk("budgets", "add", clerk.file(f"regeling;jaar;bedrag;besluit\nsport;{YEAR};-950,01;R-4\n"), *FOUR_EYES)
    assert ran.code == 1
    assert "rij 2, kolom bedrag: Het budget is niet genoeg: € 0,01 te weinig." in ran.err
    assert clerk.booked() == before


# --- merchants and terminals


def test_credentials_are_handed_out_once(clerk: Clerk) -> None:
    """The file has a row for each terminal, is for its owner only, and a spreadsheet reads its accents."""
    path = clerk.folder / "credentials.csv"
    rows = clerk.rows("credentials.csv")
    assert [(row["aanbieder"], row["kassa"]) for row in rows] == [
        (CLUB, "kassa 1"),
        (CLUB, "kassa 2"),
        (CAFE, "kassa 1"),
    ]
    assert all(row["toegangscode"].startswith(row["prefix"]) for row in rows)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    kept = str(clerk.booked())
    assert not any(row["toegangscode"] in kept for row in rows)


Add = Callable[[Clerk, Path], tuple[object, ...]]


def merchants_into(clerk: Clerk, out: Path) -> tuple[object, ...]:
    """Return the command that adds merchants, with its file of credentials."""
    more = MERCHANTS.replace(CLUB, "De Tweede Club").replace(CAFE, "Het Theehuis")
    return ("merchants", "add", clerk.file(more, "more.csv"), *FOUR_EYES, "--credentials", out)


def holders_into(clerk: Clerk, out: Path) -> tuple[object, ...]:
    """Return the command that adds holders, with its file of carriers."""
    return ("holders", "add", clerk.file("pashouder\nP-3\n", "more.csv"), "--carriers", out)


@pytest.mark.parametrize("add", [merchants_into, holders_into])
def test_no_file_is_ever_overwritten(clerk: Clerk, add: Add) -> None:
    """Where the file for the secrets is there already, nothing is booked and it stays as it is."""
    before = clerk.booked()
    for out in (clerk.file("precious", "out.csv"), clerk.folder):
        ran = clerk(*add(clerk, out))
        assert (ran.code, ran.out) == (1, "")
        assert "is er al. Kies een andere naam" in ran.err
    assert (clerk.folder / "out.csv").read_text() == "precious"
    assert clerk.booked() == before


@pytest.mark.parametrize("add", [merchants_into, holders_into])
def test_without_a_place_for_the_secrets_nothing_is_booked(clerk: Clerk, add: Add) -> None:
    """A folder that is not there is named before anything is booked."""
    before = clerk.booked()
    ran = clerk(*add(clerk, clerk.folder / "nowhere" / "out.csv"))
    assert (ran.code, ran.out) == (1, "")
    assert "nowhere/out.csv is er niet" in ran.err
    assert clerk.booked() == before


@pytest.mark.parametrize("add", [merchants_into, holders_into])
def test_a_full_disk_leaves_neither_file_nor_booking(clerk: Clerk, add: Add, monkeypatch: pytest.MonkeyPatch) -> None:
    """The secrets are on the disk before anything is booked, so that no hash is kept of what nobody has."""
    before = clerk.booked()
    out = clerk.folder / "out.csv"

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(out))

    monkeypatch.setattr(os, "fsync", full)
    ran = clerk(*add(clerk, out))
    assert (ran.code, out.exists()) == (1, False)
    assert "Er is geen ruimte meer" in ran.err
    assert clerk.booked() == before


@pytest.mark.parametrize("add", [merchants_into, holders_into])
def test_a_refusal_leaves_no_file_of_secrets(clerk: Clerk, add: Add) -> None:
    """Secrets of what was not booked are removed, and the same command works once the file is right."""
    out = clerk.folder / "out.csv"
    command = add(clerk, out)
    good = Path(str(command[2])).read_text()
    clerk.file(good + good.splitlines()[1] + "\n", "more.csv")
    before = clerk.booked()
    assert clerk(*command).code == 1
    assert not out.exists()
    assert clerk.booked() == before
    clerk.file(good, "more.csv")
    clerk.done(*command)
    assert out.exists()


def test_an_interrupt_keeps_the_secrets(clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    """After an interrupt it is not known what was booked, so that the file stays; a secret too many opens nothing."""

    def interrupted(_store: object, _data: bytes, _stamp: object, hand_out: Callable[[Any], None]) -> None:
        hand_out([])
        raise KeyboardInterrupt

    monkeypatch.setattr(merchants, "add_merchants", interrupted)
    out = clerk.folder / "out.csv"
    assert clerk(*merchants_into(clerk, out)).code == 130
    assert out.exists()


def test_merchants_are_listed(clerk: Clerk) -> None:
    """Every merchant is there, with where it is paid."""
    listed = clerk.done("merchants", "list")["merchants"]
    assert [(one["name"], one["categories"], one["iban"]) for one in listed] == [
        (CAFE, ["cafe"], "NL91ABNA0417164300"),
        (CLUB, ["sport"], "NL91ABNA0417164300"),
    ]
    assert CAFE in clerk("merchants", "list").out


def test_a_merchant_gets_several_categories(clerk: Clerk) -> None:
    """In any order, from today, with a colleague as for every change; what was stays in the history."""
    changed = clerk.done("merchants", "change", CLUB, "--category", "sport cultuur sport", *FOUR_EYES)
    assert [one["categories"] for one in changed["versions"]] == [["sport"], ["cultuur", "sport"]]
    assert clerk.done("merchants", "history", CLUB)["versions"] == changed["versions"]
    listed = clerk.done("merchants", "list")["merchants"]
    assert ["cultuur", "sport"] in [one["categories"] for one in listed]
    for told in ("list", "history"):
        assert "cultuur, sport" in clerk("merchants", told, *([CLUB] if told == "history" else [])).out
    rows = clerk.done("audit", "changes", "--about", "merchant")["changes"]
    assert ("categories", "sport", "cultuur, sport") in [(one["what"], one["before"], one["after"]) for one in rows]
    again = clerk("merchants", "change", CLUB, "--category", "cultuur sport", *FOUR_EYES)
    assert (again.code, len(clerk.done("merchants", "history", CLUB)["versions"])) == (1, 2)


@pytest.mark.parametrize("categories", ["sport, cultuur", "Sport", " ", "sport x"])
def test_categories_that_are_no_codes_are_not_taken(clerk: Clerk, categories: str) -> None:
    """The answer says what is asked for, and the merchant stays as it was."""
    before = clerk.booked()
    ran = clerk("merchants", "change", CLUB, "--category", categories, *FOUR_EYES)
    assert (ran.code, clerk.booked()) == (2, before)
    assert "met spaties ertussen" in ran.err


def test_a_terminal_is_added_by_name_or_id_of_its_merchant(clerk: Clerk) -> None:
    """A merchant is found by its exact name or its id; the credential is shown once and not kept."""
    cafe = clerk.done("merchants", "list")["merchants"][0]
    for named in (CAFE, cafe["id"]):
        added = clerk.done("terminals", "add", named, " kassa\t 9 ")
        assert (added["merchant"], added["label"]) == (CAFE, "kassa 9")
        assert added["credential"].startswith(added["prefix"])
        assert added["credential"] not in str(clerk.booked())
    said = clerk("terminals", "add", CLUB, "kassa 3")
    assert "De Club heeft een nieuwe kassa: kassa 3." in said.out
    assert "Toegangscode (staat hier een keer): kassa_" in said.out


@pytest.mark.parametrize("named", ["de club", "mer_0", "", "'; DROP TABLE merchant; --"])
def test_an_unknown_merchant_gets_no_terminal(clerk: Clerk, named: str) -> None:
    """A merchant must be named exactly."""
    before = clerk.booked()
    ran = clerk("terminals", "add", named, "kassa 9")
    assert (ran.code, ran.err) == (1, "Deze aanbieder is niet bekend, nog niet begonnen, of gestopt.\n")
    assert clerk.booked() == before


@pytest.mark.parametrize("label", ["", " \n", "x" * 141])
def test_a_terminal_has_a_label(clerk: Clerk, label: str) -> None:
    """A label is a line that people can read."""
    assert clerk("terminals", "add", CLUB, label).code == 2


@pytest.mark.parametrize("by", ["terminal", "prefix"])
def test_a_terminal_is_revoked_once(clerk: Clerk, by: str) -> None:
    """A terminal is revoked by its id or by the prefix of its credential; the list says since when."""
    listed = clerk.done("terminals", "list")["terminals"]
    assert [(one["merchant"], one["label"], one["revoked_at"]) for one in listed] == [
        (CAFE, "kassa 1", None),
        (CLUB, "kassa 1", None),
        (CLUB, "kassa 2", None),
    ]
    assert clerk.done("terminals", "revoke", listed[1][by]) == {"terminal": listed[1]["terminal"]}
    now = clerk.done("terminals", "list")["terminals"]
    assert [one["revoked_at"] is None for one in now] == [True, False, True]
    assert f"-{YEAR}" in clerk("terminals", "list").out
    again = clerk("terminals", "revoke", listed[1][by])
    assert (again.code, again.err) == (1, "Deze kassa is niet bekend, of al ingetrokken.\n")


# --- holders and cards


def test_carriers_are_handed_out_once(clerk: Clerk) -> None:
    """The printer gets a number and a link for each holder, and the books keep no token."""
    rows = clerk.rows("carriers.csv")
    assert [row["pashouder"] for row in rows] == ["P-1", "P-2"]
    for row in rows:
        assert CardNumber.parse(row["pasnummer"]).printed == row["pasnummer"]
        assert row["link"] == f"https://pas.example/#{row['pascode']}"
        assert row["pascode"] not in str(clerk.booked())
    assert stat.S_IMODE((clerk.folder / "carriers.csv").stat().st_mode) == 0o600


def test_cards_wait_for_their_activation(clerk: Clerk) -> None:
    """Without --activate a card is issued and cannot pay until it is activated; the link is the town's own."""
    holders, out = clerk.file("pashouder\nP-3\n"), clerk.folder / "out.csv"
    base = "https://pas.dronten.example/till"
    added = clerk.done("holders", "add", holders, "--carriers", out, "--link-base", base)
    assert added == {"holders": 1, "state": "issued", "carriers": str(out)}
    (row,) = clerk.rows("out.csv")
    assert row["link"] == f"{base}#{row['pascode']}"
    assert clerk.done("balances", "--holder", "P-3")["cards"][0]["state"] == "issued"
    clerk.done("cards", "activate", row["pasnummer"])
    assert clerk.done("balances", "--holder", "P-3")["cards"][0]["state"] == "active"


@pytest.mark.parametrize(
    "base", ["pas.example", "https://pas.example/#", "ftp://pas.example", "https://", "http://[", ""]
)
def test_a_link_base_is_an_address(clerk: Clerk, base: str) -> None:
    """What would be printed on every card is looked at first."""
    for command in (holders_into(clerk, clerk.folder / "out.csv"), ("cards", "replace", clerk.card("P-1"))):
        assert clerk(*command, "--link-base", base).code == 2
    assert not (clerk.folder / "out.csv").exists()


def test_a_card_is_blocked_and_activated(clerk: Clerk) -> None:
    """Both work at once and say what the card is now; a step that its life does not know is refused."""
    number = clerk.card("P-1")
    assert clerk("cards", "block", number).out == f"Pas {number} is nu geblokkeerd.\n"
    again = clerk("cards", "block", number)
    assert (again.code, again.err) == (1, "Dit kan niet met een pas in deze staat (geblokkeerd).\n")
    assert clerk.done("cards", "activate", number.replace(" ", "")) == {
        "number": number.replace(" ", ""),
        "state": "active",
    }


def test_a_replacement_keeps_the_money(clerk: Clerk) -> None:
    """The new card pays with what the old one left, and its token is shown once."""
    before = clerk.left("P-1")
    replaced = clerk.done("cards", "replace", clerk.card("P-1"))
    assert replaced["link"] == f"https://pas.example/#{replaced['token']}"
    assert replaced["token"] not in str(clerk.booked())
    assert clerk.left("P-1") == before
    states = [card["state"] for card in clerk.done("balances", "--holder", "P-1")["cards"]]
    assert states == ["replaced", "active"]
    assert clerk.done("balances", "--card", replaced["number"])["entitlements"]
    assert clerk("cards", "activate", clerk.card("P-1")).code == 1


@pytest.mark.parametrize("step", ["activate", "block", "replace"])
def test_a_card_must_be_known(clerk: Clerk, step: str) -> None:
    """A number that fails its check digits is not understood; one that nobody has is refused."""
    number = clerk.card("P-1").replace(" ", "")
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    ran = clerk("cards", step, wrong)
    assert ran.code == 2
    assert "controlecijfers van dit pasnummer kloppen niet" in ran.words
    assert clerk("cards", step, "123").code == 2
    unknown = clerk("cards", step, "9123 4567 8901 2317")
    assert (unknown.code, unknown.err) == (1, "Deze pas is niet bekend. Vergelijk het nummer met de pas.\n")


# --- four eyes


@pytest.mark.parametrize(
    ("command", "content", "more"),
    [
        (("schemes", "add"), SCHEMES, ()),
        (("budgets", "add"), BUDGETS, ()),
        (("merchants", "add"), MERCHANTS, ("--credentials", "out.csv")),
        (("award",), AWARDS, ()),
    ],
)
@pytest.mark.parametrize("approver", ["clerk", " CLERK "])
def test_nobody_approves_their_own_work(
    clerk: Clerk, command: tuple[str, ...], content: str, more: tuple[str, ...], approver: str
) -> None:
    """One person cannot both prepare and approve, and is told once and not for every row."""
    before = clerk.booked()
    ran = clerk(*command, clerk.file(content), *more, "--approved-by", approver)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "Wie iets klaarzet, keurt het niet zelf goed. Laat een collega goedkeuren.\n"
    assert clerk(*command, clerk.file(content), *more).code == 2, "without an approver it is not understood"
    assert clerk(*command, clerk.file(content), *more, "--approved-by", " ").code == 2
    assert clerk.booked() == before


def test_the_login_is_who_asks_where_nobody_is_named(clerk: Clerk) -> None:
    """Without --as the name is that of the account of the machine, and not what a variable says."""
    name = pwd.getpwuid(os.getuid()).pw_name
    ran = clerk("award", clerk.file(AWARDS), "--approved-by", name, PASLEDGER_AS=None, LOGNAME="approver")
    assert ran.code == 1
    assert "Laat een collega goedkeuren" in ran.err


def test_holders_are_registered_once(clerk: Clerk) -> None:
    """A holder who is there already is refused with the row and what to do."""
    ran = clerk("holders", "add", clerk.file(HOLDERS), "--carriers", clerk.folder / "out.csv")
    assert ran.code == 1
    assert "rij 2, kolom pashouder: Deze pashouder staat er al in. Laat de rij weg." in ran.err
