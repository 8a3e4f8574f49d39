"""Changing what was booked on the command line: shown first, booked with `--yes`, and refused with a sentence."""

from tests.cli.conftest import CLUB, FOUR_EYES, YEAR, Clerk


def entitlement_of(clerk: Clerk, holder: str, scheme: str) -> str:
    """Return the id of what a holder has under a scheme."""
    found = clerk.done("entitlements", "list", "--holder", holder)["entitlements"]
    return next(str(one["entitlement"]) for one in found if one["scheme"] == scheme)


def test_a_change_is_shown_before_it_is_booked(clerk: Clerk) -> None:
    """Without `--yes` nothing changes, and the answer says so; with it, the same is booked."""
    mine = entitlement_of(clerk, "P-1", "sport")
    shown = clerk.done("entitlements", "withdraw", mine, *FOUR_EYES)
    assert (shown["is_booked"], shown["amount"], clerk.left("P-1")["sport"]) == (False, "50.00", "50.00")
    booked = clerk.done("entitlements", "withdraw", mine, *FOUR_EYES, "--yes")
    assert booked["is_booked"]
    assert {**shown, "is_booked": True} == booked
    assert clerk.left("P-1")["sport"] == "0.00"
    assert "--yes" in clerk("entitlements", "end", "P-1", "--from", f"{YEAR}-01-01", *FOUR_EYES).words


def test_who_asks_does_not_approve_a_change(clerk: Clerk) -> None:
    """Not even to look at it."""
    mine, before = entitlement_of(clerk, "P-1", "sport"), clerk.booked()
    ran = clerk("entitlements", "withdraw", mine, "--approved-by", "clerk", "--yes")
    assert ran.code == 1
    assert clerk.booked()["entitlement_end"] == before["entitlement_end"]


def test_of_a_set_the_refused_are_left_out_and_told(clerk: Clerk) -> None:
    """What can be extended is; what was withdrawn is named with its reason."""
    gift = entitlement_of(clerk, "P-1", "cadeau")
    clerk.done("entitlements", "withdraw", gift, *FOUR_EYES, "--yes")
    file = clerk.file(f"pashouder;vanaf\nP-1;{YEAR}-01-01\n", "ends.csv")
    done = clerk.done("entitlements", "end-listed", file, *FOUR_EYES, "--yes")
    assert [one["scheme"] for one in done["entitlements"]] == ["sport"]
    assert [(one["entitlement"], one["code"]) for one in done["left_out"]] == [(gift, "withdrawn-already")]


def test_a_correction_gives_back(clerk: Clerk) -> None:
    """By the id on the receipt, and once."""
    paid = clerk.done("redeem", "--card", clerk.card("P-1"), "--merchant", CLUB, "--amount", "5,00")["redemption"]
    assert clerk.left("P-1")["sport"] == "45.00"
    done = clerk.done("correct", paid, *FOUR_EYES, "--yes")
    assert (done["amount"], clerk.left("P-1")["sport"]) == ("5.00", "50.00")
    assert "al tegengeboekt" in clerk("correct", done["corrects"], *FOUR_EYES).words
    assert clerk("correct", "red_1", *FOUR_EYES).code == 1


def test_an_award_batch_is_reversed(clerk: Clerk) -> None:
    """What is left of it goes back, what was spent is listed, and it is reversed once."""
    file = clerk.file("regeling;kenmerk;pashouder;bedrag\nsport;U-1;P-1;40,00\nsport;U-1;P-2;30,00\n", "u.csv")
    batch = clerk.done("awards", "prepare", file)["batch"]
    assert clerk("awards", "reverse", batch, *FOUR_EYES).code == 1
    clerk.done("awards", "submit", batch)
    clerk.done("awards", "approve", batch, "--as", "approver")
    clerk.done("awards", "book", batch)
    clerk.done("redeem", "--card", clerk.card("P-2"), "--merchant", CLUB, "--amount", "12,00")
    shown = clerk.done("awards", "reverse", batch, *FOUR_EYES)
    done = clerk.done("awards", "reverse", batch, *FOUR_EYES, "--yes")
    assert shown["amount"] == done["amount"] == "58.00"
    assert sorted(one["spent"] for one in done["entitlements"]) == ["0.00", "12.00"]
    assert clerk.left("P-2") == {"sport": "0.00"}
    assert clerk.done("awards", "show", batch)["state"] == "reversed"
    assert clerk("awards", "reverse", batch, *FOUR_EYES, "--yes").code == 1
    assert clerk.done("verify")["is_sound"]


def test_an_extension_is_of_one_or_of_a_scheme_or_of_a_batch(clerk: Clerk) -> None:
    """None of them is a usage error, and so are two; of a batch, exactly what came out of it is meant."""
    until = ("--until", f"31-12-{YEAR + 1}")
    assert clerk("entitlements", "extend", *until, *FOUR_EYES).code == 2
    assert clerk("entitlements", "extend", *until, *FOUR_EYES, "--scheme", "sport", "--batch", "x").code == 2
    assert clerk("entitlements", "extend", *until, *FOUR_EYES, "--batch", "bat_0").code == 1
    file = clerk.file("regeling;kenmerk;pashouder;bedrag\nsport;Z-8;P-2;70,00\n", "more.csv")
    batch = clerk.done("awards", "prepare", file)["batch"]
    clerk.done("awards", "submit", batch)
    clerk.done("awards", "approve", batch, "--as", "approver")
    clerk.done("awards", "book", batch)
    of_batch = clerk.done("entitlements", "extend", "--batch", batch, *until, *FOUR_EYES, "--yes")
    assert [(one["awarded"], one["last_day"]) for one in of_batch["entitlements"]] == [("70.00", f"{YEAR + 1}-12-31")]
    done = clerk.done("entitlements", "extend", "--scheme", "sport", *until, *FOUR_EYES, "--yes")
    assert [one["last_day"] for one in done["entitlements"]] == [f"{YEAR + 1}-12-31"]
