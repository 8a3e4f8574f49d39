"""Awarding, looking, paying and giving back on the command line."""

import pytest

from tests.cli.conftest import CAFE, CLUB, FOUR_EYES, YEAR, Clerk, as_csv

HEADER = ["regeling", "kenmerk", "pashouder", "bedrag", "toelichting"]


def test_an_award_file_is_booked_and_summed_up(clerk: Clerk) -> None:
    """What was booked is shown by scheme: how many, to whom, how much, with the pace of it."""
    rows = [
        HEADER,
        ["sport", "Z-3", "P-1", "10,00", ""],
        ["sport", "Z-3", "P-2", "30,00", ""],
        ["cadeau", "Z-4", "P-2", "75,00", ""],
    ]
    data = clerk.done("award", clerk.file(as_csv(rows)), *FOUR_EYES)
    assert data["awards"] == 3
    assert data["schemes"] == [
        {"scheme": "cadeau", "awards": 1, "holders": 1, "total": "75.00", "smallest": "75.00", "largest": "75.00"},
        {"scheme": "sport", "awards": 2, "holders": 2, "total": "40.00", "smallest": "10.00", "largest": "30.00"},
    ]
    assert data["per_second"] > 0
    assert clerk.left("P-2") == {"sport": "30.00", "cadeau": "75.00"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_award_files_come_in_every_encoding_and_with_every_separator(
    clerk: Clerk, encoding: str, separator: str
) -> None:
    """What a town's spreadsheet saves can be read, with its accents."""
    rows = [HEADER, ["sport", "Z-3", "P-2", "12,50", "café"]]
    file = clerk.file(as_csv(rows, separator=separator, encoding=encoding))
    clerk.done("award", file, *FOUR_EYES)
    assert clerk.left("P-2") == {"sport": "12.50"}


@pytest.mark.parametrize(
    ("amount", "left"),
    [("12", "12.00"), ("12,50", "12.50"), ("12.50", "12.50"), ("€ 12", "12.00"), ("1.250,00", "1250.00")],
)
def test_amounts_are_read_the_dutch_way(clerk: Clerk, amount: str, left: str) -> None:
    """Amounts that can be meant one way only are taken."""
    clerk.done("award", clerk.file(as_csv([HEADER, ["sport", "Z-3", "P-2", amount, ""]])), *FOUR_EYES)
    assert clerk.left("P-2") == {"sport": left}


def test_an_award_goes_to_the_holder_of_a_card_too(clerk: Clerk) -> None:
    """A card's number names its holder, with or without spaces."""
    file = clerk.file(f"scheme;decision;card;amount;note\nsport;Z-3;{clerk.card('P-2')};5,00;by card\n")
    clerk.done("award", file, *FOUR_EYES)
    assert clerk.left("P-2") == {"sport": "5.00"}


def test_balances_of_a_holder_or_a_card(clerk: Clerk) -> None:
    """Every entitlement is there by its public name, with what is left and its last day; and the cards."""
    data = clerk.done("balances", "--holder", "P-1")
    gift, sport = sorted(data["entitlements"], key=lambda row: str(row["scheme"]))
    assert (gift["name_nl"], gift["name_en"], gift["awarded"], gift["left"]) == ("Cadeau", "Gift", "75.00", "75.00")
    assert (sport["left"], sport["last_day"]) == ("50.00", f"{YEAR}-12-31")
    assert clerk.done("balances", "--card", clerk.card("P-1")) == data
    shown = clerk("balances", "--holder", "P-1").out
    for words in ("Vrije tijd", "€ 50,00", f"31-12-{YEAR}", clerk.card("P-1"), "actief"):
        assert words in shown


def test_balances_of_nobody(clerk: Clerk) -> None:
    """A holder who is not known is refused; a holder with nothing has nothing."""
    assert clerk("balances", "--holder", "P-9").err.startswith("Deze pashouder is niet bekend.")
    assert clerk("balances", "--card", "9123456789012317").err.startswith("Deze pas is niet bekend.")
    assert clerk.done("balances", "--holder", "P-2")["entitlements"] == []
    assert clerk("balances", "--holder", "P-2").out.startswith("Er is niets.\n")


@pytest.mark.parametrize(
    "options", [(), ("--holder", "P-1", "--card", "9123456789012317"), ("--holder", "a b"), ("--card", "9")]
)
def test_balances_are_asked_for_in_one_way(clerk: Clerk, options: tuple[str, ...]) -> None:
    """A holder is named once, by a reference or a card number that can be one."""
    assert clerk("balances", *options).code == 2


def test_a_redemption_by_staff(clerk: Clerk) -> None:
    """A card pays a merchant by its name or id, and the books say so."""
    card = clerk.card("P-1")
    club = clerk.done("merchants", "list")["merchants"][1]["id"]
    paid = clerk.done("redeem", "--card", card, "--merchant", CLUB, "--amount", "12,50")
    assert (paid["merchant"], paid["amount"], paid["is_repeat"]) == (CLUB, "12.50", False)
    clerk.done("redeem", "--card", card, "--merchant", club, "--amount", "7,50")
    assert clerk.left("P-1") == {"sport": "30.00", "cadeau": "75.00"}
    said = clerk("redeem", "--card", card, "--merchant", CAFE, "--amount", "1").out
    assert said.startswith(f"€ 1,00 besteed bij {CAFE}. Besteding: red_")


def test_a_key_pays_once(clerk: Clerk) -> None:
    """The same key is booked once and says so; with another amount it is refused."""
    command = ("redeem", "--card", clerk.card("P-1"), "--merchant", CLUB, "--key", "first try", "--amount")
    paid = clerk.done(*command, "10,00")
    assert clerk.done(*command, "10,00") == {**paid, "is_repeat": True}
    assert "Dit was onder deze sleutel al geboekt" in clerk(*command, "10,00").out
    other = clerk(*command, "11,00")
    assert (other.code, other.err) == (1, "Deze sleutel hoort al bij een ander verzoek. Gebruik een nieuwe sleutel.\n")
    assert clerk.left("P-1")["sport"] == "40.00"


@pytest.mark.parametrize(
    ("merchant", "amount", "says"),
    [
        (CLUB, "125,01", "Er is te weinig tegoed."),
        (CAFE, "75,01", "Er is te weinig tegoed."),
        ("Niemand", "1,00", "Deze aanbieder is niet bekend, nog niet begonnen, of gestopt."),
    ],
)
def test_a_redemption_that_is_refused(clerk: Clerk, merchant: str, amount: str, says: str) -> None:
    """Staff hear the reason, and nothing is booked."""
    ran = clerk("redeem", "--card", clerk.card("P-1"), "--merchant", merchant, "--amount", amount)
    assert (ran.code, ran.out, ran.err) == (1, "", says + "\n")
    assert clerk.left("P-1") == {"sport": "50.00", "cadeau": "75.00"}


def test_a_blocked_card_cannot_pay(clerk: Clerk) -> None:
    """A card that was blocked is refused at once."""
    clerk.done("cards", "block", clerk.card("P-1"))
    ran = clerk("redeem", "--card", clerk.card("P-1"), "--merchant", CLUB, "--amount", "1,00")
    assert (ran.code, ran.err) == (1, "Deze pas is geblokkeerd.\n")


@pytest.mark.parametrize("amount", ["12,5", "-3", "0", "12.505", "a lot", "", "1e3", "1000000001", "9" * 30])
def test_an_amount_that_is_none_is_not_understood(clerk: Clerk, amount: str) -> None:
    """An amount that could be meant otherwise is never guessed at."""
    before = clerk.booked()
    paid = clerk("redeem", "--card", clerk.card("P-1"), "--merchant", CLUB, f"--amount={amount}")
    back = clerk("refund", "red_0", f"--amount={amount}")
    assert (paid.code, back.code) == (2, 2)
    assert clerk.booked() == before


def test_a_refund_in_part_and_whole(clerk: Clerk) -> None:
    """A redemption is given back in parts, at most what was paid, and its merchant is looked up."""
    paid = clerk.done("redeem", "--card", clerk.card("P-1"), "--merchant", CLUB, "--amount", "20,00")["redemption"]
    part = clerk.done("refund", paid, "--amount", "5,00", "--key", "k")
    assert (part["amount"], part["refundable"], part["is_repeat"]) == ("5.00", "15.00", False)
    assert clerk.done("refund", paid, "--amount", "5,00", "--key", "k") == {**part, "is_repeat": True}
    rest = clerk.done("refund", paid)
    assert (rest["amount"], rest["refundable"]) == ("15.00", "0.00")
    assert clerk.left("P-1")["sport"] == "50.00"
    more = clerk("refund", paid, "--amount", "0,01")
    assert (more.code, "niet meer worden teruggeboekt" in more.err) == (1, True)
    assert clerk("refund", paid).code == 1


@pytest.mark.parametrize("redemption", ["red_0", "red_" + "0" * 32, "nothing"])
def test_an_unknown_redemption_is_not_refunded(clerk: Clerk, redemption: str) -> None:
    """What was never paid is not given back."""
    ran = clerk("refund", redemption)
    assert (ran.code, ran.err) == (1, "Deze besteding is niet bekend.\n")
