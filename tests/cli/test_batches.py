"""Award batches at the command line: what is written for colleagues and for holders."""

from tests.cli.conftest import YEAR, Clerk, as_csv

COLLEAGUE = ("--as", "approver")
HEADER = ["regeling", "kenmerk", "pashouder", "bedrag", "ingangsdatum"]
START, LAST = f"01-12-{YEAR}", f"31-12-{YEAR}"


def booked(clerk: Clerk) -> str:
    """Return a batch that is booked, with one award."""
    batch = clerk.done("awards", "prepare", clerk.file(as_csv([HEADER, ["sport", "Y-1", "P-2", "1.250,00", START]])))[
        "batch"
    ]
    clerk.done("awards", "submit", batch)
    clerk.done("awards", "approve", batch, *COLLEAGUE)
    assert not clerk.done("awards", "book", batch)["is_repeat"]
    return str(batch)


def test_letters_have_what_the_file_brought_and_no_more(clerk: Clerk) -> None:
    """The reference, the neutral name of the scheme, the amount, the days, and a text in both languages."""
    out = clerk.folder / "letters.csv"
    assert clerk.done("awards", "letters", booked(clerk), "--output", out) == {"letters": 1, "output": str(out)}
    (row,) = clerk.rows("letters.csv")
    assert row.pop("brief_nl") == (
        f"U krijgt € 1.250,00 van Gemeente Dronten. Dit is voor: Vrije tijd. Het geld staat op uw pas (P-2). "
        f"U kunt het gebruiken van {START} tot en met {LAST}. Daarna kunt u het niet meer gebruiken."
    )
    assert row.pop("brief_en") == (
        f"You get € 1.250,00 from Gemeente Dronten. It is for: Leisure. The money is on your card (P-2). "
        f"You can use it from {YEAR}-12-01 up to and including {YEAR}-12-31. After that day you can no longer use it."
    )
    assert row == {
        "pashouder": "P-2",
        "pasnummer": "",
        "naam_nl": "Vrije tijd",
        "naam_en": "Leisure",
        "bedrag": "1.250,00",
        "geldig_vanaf": START,
        "geldig_tot_en_met": LAST,
    }
    assert clerk("awards", "letters", booked_not(clerk), "--output", clerk.folder / "none.csv").code == 1
    assert not (clerk.folder / "none.csv").exists()


def booked_not(clerk: Clerk) -> str:
    """Return a batch that is prepared only."""
    file = clerk.file(as_csv([HEADER, ["sport", "X-1", "P-2", "1,00", START]]))
    return str(clerk.done("awards", "prepare", file)["batch"])


def test_what_was_refused_goes_to_a_file(clerk: Clerk) -> None:
    """Row, column, value and remedy; nothing that a spreadsheet takes for a formula, and nothing like a BSN."""
    rows = [["=HYPERLINK(1)", "Y-1", "P-2", "1,00", ""], ["sport", "Y-2", "111222333", "1,00", ""]]
    out = clerk.folder / "faults.csv"
    ran = clerk("awards", "faults", clerk.file(as_csv([HEADER, *rows])), "--output", out)
    assert (ran.code, ran.err) == (1, "")
    first, second = clerk.rows("faults.csv")
    assert (first["rij"], first["kolom"], first["waarde"], first["reden"]) == (
        "2",
        "regeling",
        "'=HYPERLINK(1)",
        "code",
    )
    assert (second["rij"], second["waarde"], second["reden"]) == ("3", "", "looks-like-bsn")
    assert first["wat_te_doen"]
    assert clerk("awards", "faults", clerk.folder / "in.csv", "--output", out).code == 1, "no file is overwritten"


def test_a_batch_that_was_refused_says_why(clerk: Clerk) -> None:
    """In words, with the state that it is in; with its code for a program."""
    batch = booked_not(clerk)
    assert "De stand is: voorbereid." in clerk("awards", "book", batch).words
    assert "is niet bekend" in clerk("awards", "show", "bat_1").words
    again = clerk("awards", "prepare", clerk.folder / "in.csv")
    assert (again.code, batch in again.words) == (1, True)
