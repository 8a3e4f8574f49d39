"""The merchant file on the command line: change, check, end and history."""

from tests.cli.conftest import CLUB, FOUR_EYES, YEAR, Clerk

HEADER = "aanbieder;iban;rekeninghouder;datum;wijze;uitkomst;door\n"
CHECK = f"{CLUB};NL91ABNA0417164300;SV De Club;1-1-{YEAR};call-back;match;caller\n"


def test_a_change_blocks_and_a_check_frees(clerk: Clerk) -> None:
    """The history tells every version and check, with who prepared and who approved each."""
    assert clerk.done("merchants", "history", CLUB)["is_paid"] is False
    assert clerk.done("merchants", "check", clerk.file(HEADER + CHECK), *FOUR_EYES) == {"checks": 1}
    assert clerk.done("merchants", "history", CLUB)["is_paid"] is True
    changed = clerk.done("merchants", "change", CLUB, "--iban", "NL20INGB0001234567", "--phone", "0321", *FOUR_EYES)
    assert changed["is_paid"] is False
    assert [version["iban"] for version in changed["versions"]] == ["NL91ABNA0417164300", "NL20INGB0001234567"]
    assert changed["contact"] == {"name": "", "email": "", "phone": "0321"}
    assert (changed["versions"][1]["prepared_by"], changed["versions"][1]["approved_by"]) == ("clerk", "approver")
    again = clerk("merchants", "check", clerk.file(HEADER + CHECK), *FOUR_EYES)
    assert again.code == 1
    assert "in.csv rij 2, kolom iban: De rekening van deze aanbieder is NL20INGB0001234567." in again.err


def test_a_renamed_merchant_is_found_by_both_names(clerk: Clerk) -> None:
    """What it was called is what people may still call it; all of its versions come along."""
    clerk.done("merchants", "change", CLUB, "--name", "De Nieuwe Club", *FOUR_EYES)
    found = [clerk.done("merchants", "history", name) for name in (CLUB, "De Nieuwe Club")]
    assert found[0] == found[1]
    assert [version["name"] for version in found[0]["versions"]] == [CLUB, "De Nieuwe Club"]
    taken = clerk("merchants", "change", "Café Het Bankje", "--name", CLUB, *FOUR_EYES)
    assert (taken.code, "Er is al een aanbieder met deze naam" in taken.err) == (1, True)
    paid = clerk.done("redeem", "--card", clerk.card("P-1"), "--merchant", CLUB, "--amount", "1,00")
    assert paid["merchant"] == "De Nieuwe Club"


def test_a_merchant_that_stopped_takes_no_card(clerk: Clerk) -> None:
    """It is still told, and stops once."""
    stopped = clerk.done("merchants", "end", CLUB, *FOUR_EYES)
    assert stopped["last_day"] is not None
    assert clerk("redeem", "--card", clerk.card("P-1"), "--merchant", CLUB, "--amount", "1,00").code == 1
    assert clerk("merchants", "end", CLUB, *FOUR_EYES).code == 1
    assert "De laatste dag" in clerk("merchants", "history", CLUB).out


def test_a_merchant_that_nobody_knows(clerk: Clerk) -> None:
    """A row of a file names its column, a command says so; nothing is booked."""
    before = clerk.booked()
    ran = clerk("merchants", "check", clerk.file(HEADER + CHECK.replace(CLUB, "Nergens")), *FOUR_EYES)
    assert (ran.code, "kolom aanbieder" in ran.err) == (1, True)
    assert clerk("merchants", "history", "Nergens").code == 1
    assert clerk("merchants", "change", CLUB, *FOUR_EYES).code == 1
    assert clerk.booked() == before
