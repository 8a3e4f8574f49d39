"""Files as people really send them: each fault is named with its place and its remedy, and nothing is booked."""

import json

import pytest

from pasledger.cli.errors import MOST_SHOWN
from tests.cli.conftest import AWARDS, FOUR_EYES, YEAR, Clerk, as_csv

HEADER = ("regeling", "kenmerk", "pashouder", "pasnummer", "bedrag", "ingangsdatum", "termijn")
GOOD = {
    "regeling": "sport",
    "kenmerk": "Z-9",
    "pashouder": "P-2",
    "pasnummer": "",
    "bedrag": "10,00",
    "ingangsdatum": "",
    "termijn": "",
}
BSN = "111222333"
"""Passes the eleven-test; the number that documentation uses for nobody."""


def a_file(**cells: str) -> bytes:
    """Return an award file with a good row and below it one with these cells."""
    good = list(GOOD.values())
    bad = list({**GOOD, "kenmerk": "Z-10", **cells}.values())
    return as_csv([HEADER, good, bad])


def refused(clerk: Clerk, data: bytes | str, name: str = "awards.csv") -> list[dict[str, object]]:
    """Return the faults of a file that must be refused, after a look at what people and programs hear of it."""
    before = clerk.booked()
    file = clerk.file(data, name)
    shown = clerk("award", file, *FOUR_EYES)
    assert (shown.code, shown.out) == (1, "")
    assert shown.err.endswith("Er is niets geboekt.\n")
    told = clerk("award", file, *FOUR_EYES, "--json")
    assert (told.code, told.out) == (1, "")
    error = json.loads(told.err)
    assert (error["error"], error["file"]) == ("file-refused", str(file))
    for fault in error["faults"][:MOST_SHOWN]:
        assert fault["message"] in shown.err
        if fault["value"] is not None:
            assert f"'{fault['value']}' — {fault['message']}" in shown.err
    assert clerk.booked() == before
    faults: list[dict[str, object]] = error["faults"]
    return faults


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("bedrag", "12,5", "amount"),
        ("bedrag", "-3", "amount-not-positive"),
        ("bedrag", "0", "amount-not-positive"),
        ("bedrag", "12.505", "amount"),
        ("bedrag", "twaalf", "amount"),
        ("bedrag", "99999999999,99", "amount"),
        ("ingangsdatum", "31-02-2026", "date"),
        ("ingangsdatum", "2026/01/01", "date"),
        ("ingangsdatum", "1-1-26", "date"),
        ("ingangsdatum", "morgen", "date"),
        ("pashouder", "Jan de Vries", "reference"),
        ("kenmerk", "x" * 36, "reference"),
        ("regeling", "Sport!", "code"),
        ("regeling", "", "cell-empty"),
        ("termijn", "0", "number"),
        ("termijn", "1,5", "number"),
    ],
)
def test_a_cell_that_cannot_be_read(clerk: Clerk, column: str, value: str, reason: str) -> None:
    """The fault names its row, its column, what stands there and what should."""
    (fault,) = refused(clerk, a_file(**{column: value}))
    assert (fault["row"], fault["column"], fault["value"], fault["reason"]) == (3, column, value, reason)


@pytest.mark.parametrize(
    ("cells", "column", "value", "reason"),
    [
        ({"pashouder": "P-9"}, "pashouder", "P-9", "holder-unknown"),
        ({"pashouder": "", "pasnummer": "9123456789012317"}, "pasnummer", "9123456789012317", "card-unknown"),
        ({"regeling": "muziek"}, "regeling", "muziek", "scheme-unknown"),
        ({"bedrag": "2.000,01"}, "bedrag", "€ 2.000,01", "amount-outside-rule"),
        ({"ingangsdatum": "2019-01-01"}, "ingangsdatum", "2019-01-01", "start-outside-rule"),
        ({"ingangsdatum": f"{YEAR + 1}-01-01"}, "regeling", "sport", "budget-unknown"),
        ({"kenmerk": "Z-1", "pashouder": "P-1"}, "kenmerk", "Z-1", "award-repeated"),
        ({"regeling": "cadeau", "kenmerk": "Z-1", "bedrag": "75,01"}, "bedrag", "€ 75,01", "amount-outside-rule"),
    ],
)
def test_a_row_that_the_rules_refuse(clerk: Clerk, cells: dict[str, str], column: str, value: str, reason: str) -> None:
    """What can be read and is not granted is named in the same way."""
    (fault,) = refused(clerk, a_file(**cells))
    assert (fault["row"], fault["column"], fault["value"], fault["reason"]) == (3, column, value, reason)


def test_signs_that_a_terminal_would_obey_are_not_shown(clerk: Clerk) -> None:
    """A cell cannot colour or clear the screen of whoever reads the fault."""
    ran = clerk("award", clerk.file(a_file(pashouder="P-2\u009b31m\u202e")), *FOUR_EYES)
    assert "'P-2�31m�' — Schrijf ten hoogste 35 letters" in ran.err


def test_a_number_that_fails_its_check_digits(clerk: Clerk) -> None:
    """A slip in a card number is told apart from a number that nobody has."""
    (fault,) = refused(clerk, a_file(pashouder="", pasnummer="9123456789012318"))
    assert (fault["column"], fault["reason"]) == ("pasnummer", "card-check-digits")
    (fault,) = refused(clerk, a_file(pashouder="", pasnummer="12"))
    assert (fault["column"], fault["reason"]) == ("pasnummer", "card-number")


@pytest.mark.parametrize(("step", "reason"), [("block", "card-blocked"), ("replace", "card-replaced")])
def test_a_card_that_is_not_in_use(clerk: Clerk, step: str, reason: str) -> None:
    """Nothing is credited to a card that is blocked or replaced."""
    card = clerk.card("P-2")
    clerk.done("cards", step, card)
    (fault,) = refused(clerk, a_file(pashouder="", pasnummer=card))
    assert (fault["row"], fault["column"], fault["reason"]) == (3, "pasnummer", reason)


def test_a_holder_is_named_in_one_way(clerk: Clerk) -> None:
    """A row names its holder by reference or by card, and not by both or by neither."""
    (fault,) = refused(clerk, a_file(pashouder=""))
    assert fault["reason"] == "no-holder"
    (fault,) = refused(clerk, a_file(pasnummer="9123456789012317"))
    assert fault["reason"] == "two-holders"


@pytest.mark.parametrize("written", [BSN, "111-222-333", "111.222.333", "111 222 333"])
@pytest.mark.parametrize("column", ["pashouder", "kenmerk", "pasnummer", "bedrag", "ingangsdatum", "termijn"])
def test_a_bsn_is_refused_and_never_repeated(clerk: Clerk, column: str, written: str) -> None:
    """Whatever column it stands in, its digits are on no screen and in no log."""
    cells = {column: written} | ({"pashouder": ""} if column == "pasnummer" else {})
    faults = refused(clerk, a_file(**cells))
    assert [(fault["row"], fault["column"], fault["value"]) for fault in faults] == [(3, column, None)]
    for language in ("nl", "en"):
        for mode in ((), ("--json",)):
            ran = clerk("award", clerk.folder / "awards.csv", *FOUR_EYES, *mode, language=language)
            assert "111" not in ran.out + ran.err


def test_a_bsn_within_other_words_is_not_repeated_either(clerk: Clerk) -> None:
    """What stands around the digits makes them no less somebody's."""
    (fault,) = refused(clerk, a_file(pashouder=f"BSN {BSN} van P."))
    assert fault["value"] is None
    assert BSN not in clerk("award", clerk.folder / "awards.csv", *FOUR_EYES).err


def test_a_file_without_header_does_not_spread_its_first_row(clerk: Clerk) -> None:
    """Where the first row is no header but somebody's data, what looks like a BSN in it is not repeated."""
    faults = refused(clerk, f"{BSN};12,50\n")
    assert {fault["reason"] for fault in faults} == {"column-missing", "column-unknown"}
    assert BSN not in clerk("award", clerk.folder / "awards.csv", *FOUR_EYES).err


@pytest.mark.parametrize("command", ["balances --holder", "balances --card", "cards block", "redeem --amount"])
def test_an_argument_that_looks_like_a_bsn_is_not_repeated(clerk: Clerk, command: str) -> None:
    """On the command line too its digits are not said back."""
    more = ("--card", BSN, "--merchant", "De Club") if command.startswith("redeem") else ()
    ran = clerk(*command.split(), BSN, *more)
    assert (ran.code, BSN in ran.out + ran.err) == (2, False)


def test_the_same_row_twice(clerk: Clerk) -> None:
    """A row that says the same as another names the other."""
    (fault,) = refused(clerk, as_csv([HEADER, list(GOOD.values()), list(GOOD.values())]))
    assert (fault["row"], fault["reason"]) == (3, "row-twice")
    assert "rij 2" in str(fault["message"])


def test_the_same_file_twice(clerk: Clerk) -> None:
    """A file that was booked is not booked again, whatever it is called."""
    faults = refused(clerk, AWARDS, "again.csv")
    assert [(fault["row"], fault["reason"]) for fault in faults] == [(2, "award-repeated"), (3, "award-repeated")]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("regeling;kenmerk;pashouder;euro", [("euro", "column-unknown")]),
        ("regeling;pashouder;bedrag;termijn", [("kenmerk", "column-missing")]),
        ("regeling;kenmerk;pashouder;bedrag;bedrag", [("bedrag", "column-twice")]),
        ("regeling|kenmerk|pashouder|bedrag", [("regeling|kenmerk|pashouder|bedrag", "column-unknown")]),
    ],
)
def test_columns_that_are_not_the_ones_asked_for(clerk: Clerk, header: str, expected: list[tuple[str, str]]) -> None:
    """A file with other columns says which are wrong and which are asked for."""
    faults = refused(clerk, f"{header}\nsport;Z-9;P-2;10,00\n")
    found = [(fault["column"], fault["reason"]) for fault in faults]
    assert found[: len(expected)] == expected
    assert all(fault["row"] == 1 for fault in faults)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "file-empty"),
        (b"\xef\xbb\xbf\r\n \n", "file-empty"),
        (bytes(range(256)) * 8, "file-not-text"),
        (b"PK\x03\x04 a spreadsheet as it is", "file-not-xlsx"),
        ("regeling;kenmerk;pashouder;bedrag\n".encode("utf-16"), "file-not-text"),
        (b"regeling;kenmerk;pashouder;bedrag\n", "no-rows"),
        (b'regeling;kenmerk;pashouder;bedrag\nsport;"Z-9;P-2;10,00\n', "quote-open"),
        (b"regeling;kenmerk;pashouder;bedrag\nsport;Z-9;P-2;10;00\n", "cells-miscounted"),
    ],
)
def test_a_file_that_cannot_be_read_as_a_whole(clerk: Clerk, data: bytes, reason: str) -> None:
    """An empty file, a spreadsheet, a file cut off: each has a sentence of its own."""
    (fault,) = refused(clerk, data)
    assert fault["reason"] == reason


def test_all_faults_at_once_and_at_most_twenty_on_a_screen(clerk: Clerk) -> None:
    """A person sees the first twenty faults and how many more there are; a program gets them all."""
    rows = [[*list(GOOD.values())[:4], "12,5", "gisteren", "0"] for _ in range(10)]
    faults = refused(clerk, as_csv([HEADER, *rows]))
    assert len(faults) == 30
    said = clerk("award", clerk.folder / "awards.csv", *FOUR_EYES).err.splitlines()
    assert len(said) == MOST_SHOWN + 2
    assert said[-2] == "… en nog 10. Met --json staan ze er alle."


def test_a_fault_reads_well(clerk: Clerk) -> None:
    """File, row, column, what stands there, what is wrong and what to do, on one line, in both languages."""
    file = clerk.file(a_file(bedrag="12,5"))
    assert clerk("award", file, *FOUR_EYES).err == (
        f"{file} rij 3, kolom bedrag: '12,5' — Dit is geen bedrag. Schrijf euro's en twee cijfers achter een komma, "
        "zoals 12,50 of 1.250,00.\nEr is niets geboekt.\n"
    )
    assert clerk("award", file, *FOUR_EYES, language="en").err == (
        f"{file} row 3, column bedrag: '12,5' — This is no amount. Write euros and two decimals after a comma, "
        "such as 12,50 or 1.250,00.\nNothing was booked.\n"
    )


def test_the_budget_is_the_ceiling(clerk: Clerk) -> None:
    """Awards beyond the budget are refused as a whole, also when the first of them would have fitted."""
    rows = [[*list(GOOD.values())[:1], f"Z-{number}", "P-2", "", "2.000,00", "", ""] for number in range(20, 23)]
    (fault,) = refused(clerk, as_csv([HEADER, *rows]))
    assert (fault["row"], fault["reason"]) == (4, "budget-too-small")
    assert "€ 1.050,00" in str(fault["message"])


@pytest.mark.parametrize(
    ("name", "code", "says"),
    [
        ("nowhere.csv", "file-missing", "is er niet"),
        ("awards.csv/deeper.csv", "file-missing", "is er niet"),
        (".", "file-is-folder", "is een map"),
        ("x" * 300, "file-unusable", "kan niet worden gebruikt"),
    ],
)
def test_a_path_that_is_no_file(clerk: Clerk, name: str, code: str, says: str) -> None:
    """A path that cannot be read is named, and so is what is wrong with it."""
    ran = clerk("award", clerk.folder / name, *FOUR_EYES)
    assert (ran.code, ran.out) == (1, "")
    assert says in ran.err
    assert json.loads(clerk("award", clerk.folder / name, *FOUR_EYES, "--json").err)["error"] == code


@pytest.mark.parametrize(
    ("command", "data", "reason"),
    [
        ("budgets", f"regeling;jaar;bedrag;besluit\nsport;{YEAR};0;R-9\n", "amount-not-positive"),
        ("budgets", f"regeling;jaar;bedrag;besluit\nsport;{YEAR};5;RAAD-1\n", "budget-repeated"),
        ("budgets", "regeling;jaar;bedrag;besluit\nsport;26;5;R-9\n", "number"),
        (
            "merchants",
            "naam;plaats;soort;iban;kvk\nDe Club;Dronten;sport;NL91ABNA0417164300;12345678\n",
            "merchant-repeated",
        ),
        ("merchants", "naam;plaats;soort;iban;kvk\nB;Dronten;sport;NL91ABNA0417164301;12345678\n", "iban"),
        ("merchants", "naam;plaats;soort;iban;kvk\nB;Dronten;sport, spel;NL91ABNA0417164300;12345678\n", "codes"),
        ("merchants", "naam;plaats;soort;iban;kvk\nB;Dronten;sport;NL91ABNA0417164300;1234567\n", "kvk-number"),
        (
            "merchants",
            f"naam;plaats;soort;iban;kvk\n{'B' * 141};D;sport;NL91ABNA0417164300;12345678\n",
            "cell-too-long",
        ),
        ("holders", f"pashouder\n{BSN}\n", "looks-like-bsn"),
        ("holders", "pashouder\nP-1\n", "holder-repeated"),
        ("holders", "pashouder;pasnummer\nP-3;9123456789012317\nP-4;9123456789012317\n", "card-repeated"),
        ("schemes", "[[regeling]]\ncode = 'x'\n", "column-missing"),
        ("schemes", b"\xff\xfe\x00", "file-not-toml"),
    ],
)
def test_master_data_is_refused_in_the_same_way(clerk: Clerk, command: str, data: str | bytes, reason: str) -> None:
    """Every file that can be added answers with the same kind of faults, and nothing of it is booked."""
    outs = {"merchants": ("--credentials", "out.csv"), "holders": ("--carriers", "out.csv")}.get(command, ())
    out = tuple(str(clerk.folder / one) if one.endswith(".csv") else one for one in outs)
    approved = () if command == "holders" else FOUR_EYES
    before = clerk.booked()
    ran = clerk(command, "add", clerk.file(data), *approved, *out, "--json")
    assert (ran.code, ran.out) == (1, "")
    assert reason in [fault["reason"] for fault in json.loads(ran.err)["faults"]]
    assert BSN not in ran.err
    assert clerk.booked() == before
    assert not (clerk.folder / "out.csv").exists()
