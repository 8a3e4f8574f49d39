"""The key, the limit, letters and PINs on the command line."""

from pathlib import Path
from stat import S_IMODE

import pytest

from tests.cli.conftest import CLUB, FOUR_EYES, Clerk

PIN = "4711"


@pytest.fixture
def keyed(clerk: Clerk) -> Clerk:
    """Return a clerk whose books have a key."""
    clerk.done("keys", "create", clerk.folder / "town.key")
    return clerk


def letters(clerk: Clerk, name: str = "letters.html") -> None:
    """Print a letter for each card."""
    clerk.done("cards", "letters", clerk.folder / "carriers.csv", "--out", clerk.folder / name)


def test_a_holder_chooses_a_pin(keyed: Clerk) -> None:
    """With the code of the letter, once; after that with the PIN before."""
    letters(keyed)
    number = keyed.card("P-1")
    keyed.typed = f"{keyed.code('P-1')}\n{PIN}\n"
    assert keyed("cards", "pin", number).out == f"De pincode van pas {number} is ingesteld.\n"
    again = keyed("cards", "pin", number)
    assert (again.code, again.err) == (
        1,
        "Deze code is niet juist, al gebruikt of te oud. Vraag een nieuwe brief aan.\n",
    )
    keyed.typed = f"{PIN}\n5820\n"
    assert keyed("cards", "pin", number, "--change").code == 0
    assert keyed("cards", "pin", number, "--change").err == "De pincode is niet juist.\n"


@pytest.mark.parametrize("pin", ["", "123", "123456789", "12a4", "1111", "2345"])
def test_a_pin_that_does_not_fit(keyed: Clerk, pin: str) -> None:
    """It is said what to choose, and nothing of what was typed."""
    letters(keyed)
    before = keyed.booked()
    keyed.typed = f"{keyed.code('P-1')}\n{pin}\n"
    ran = keyed("cards", "pin", keyed.card("P-1"))
    assert (ran.code, "4 tot 8 cijfers" in ran.words) == (2, True)
    assert not pin or pin not in ran.words
    assert keyed.booked() == before


def test_a_letter_tells_what_it_must_and_no_more(keyed: Clerk) -> None:
    """A page for each holder, for the printer's eyes only; the number of the card is not in it, but for its end."""
    letters(keyed)
    path = keyed.folder / "letters.html"
    page = path.read_text(encoding="utf-8")
    assert S_IMODE(path.stat().st_mode) == 0o600
    assert page.count('class="letter"') == 2
    for holder in ("P-1", "P-2"):
        digits = keyed.card(holder).replace(" ", "")
        assert holder in page
        assert digits[-4:] in page
        assert digits not in page.replace(" ", "")
    for row in keyed.rows("carriers.csv"):
        assert row["pascode"] not in page


def test_no_letter_is_overwritten_and_none_is_left_of_what_was_refused(keyed: Clerk) -> None:
    """The file is new or the command does nothing; a card that is not there is named, and the page is gone."""
    letters(keyed)
    carriers = keyed.folder / "carriers.csv"
    assert keyed("cards", "letters", carriers, "--out", keyed.folder / "letters.html").code == 1
    unknown = keyed.file("pashouder;pasnummer;pascode;link\nP-9;9123456789012317;x;y\n", "unknown.csv")
    ran = keyed("cards", "letters", unknown, "--out", keyed.folder / "no.html")
    assert (ran.code, "rij 2, kolom pasnummer" in ran.words) == (1, True)
    assert not (keyed.folder / "no.html").exists()


def test_without_the_key_nothing_is_sent(clerk: Clerk, tmp_path: Path) -> None:
    """Books without a key, and without theirs, say what to do."""
    out = ("cards", "letters", clerk.folder / "carriers.csv", "--out", tmp_path / "x.html")
    assert clerk(*out).err == "Deze boeken hebben nog geen sleutel. Maak er een met: pasledger keys create\n"
    clerk.done("keys", "create", clerk.folder / "town.key")
    missing = clerk(*out, PASLEDGER_KEY=None)
    assert missing.err == "Deze boeken hebben een sleutel. Noem het bestand ervan in PASLEDGER_KEY.\n"
    other = clerk.file("ab" * 32, "other.key")
    assert clerk(*out, PASLEDGER_KEY=str(other)).err == "De sleutel in PASLEDGER_KEY is niet die van deze boeken.\n"
    assert (
        clerk(*out, PASLEDGER_KEY=str(tmp_path / "x")).err
        == f"{tmp_path / 'x'} is geen sleutel die kan worden gelezen.\n"
    )
    assert not (tmp_path / "x.html").exists()


def test_a_clerk_with_a_key_of_an_attempt_needs_the_key_of_the_books(keyed: Clerk) -> None:
    """The fingerprint is made with it; without a key of the attempt there is none to make."""
    paid = ("redeem", "--card", keyed.card("P-1"), "--merchant", CLUB, "--amount", "1,00")
    assert keyed(*paid, PASLEDGER_KEY=None).code == 0
    assert keyed(*paid, "--key", "k", PASLEDGER_KEY=None).code == 1
    assert keyed(*paid, "--key", "k").code == 0


def test_the_limit_needs_two_people(clerk: Clerk) -> None:
    """As every rule that binds the whole town."""
    assert clerk("cards", "limit", "--pin-above", "25,00", "--approved-by", "clerk").code == 1
    assert clerk.done("cards", "limit", "--pin-above", "25,00", *FOUR_EYES) == {"pin_above": "25.00"}
