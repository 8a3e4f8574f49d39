"""The sample town of `examples/dronten`, made the way its README says."""

import csv
import os
import subprocess
import sys
import tomllib
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from stdnum import iban

from pasledger.ledger.money import Money, total
from pasledger.rules.holders import holder_reference
from pasledger.rules.schemes import CODE
from pasledger.texts import codes

EXAMPLE = Path(__file__).parents[2] / "examples" / "dronten"
SCHEMES = ("toegankelijkheidsbijdrage", "mantelzorgcompliment", "ouderbijdrage")
GIFT = "feestweek"
DRONTENS_OWN = {("toegankelijkheidsbijdrage", amount) for amount in ("150,00", "170,00", "320,00")}
ENCODINGS = {
    "budgetten.csv": "utf-8-sig",
    "aanbieders.csv": "cp1252",
    "pashouders.csv": "utf-8",
    "toekenningen-toegankelijkheidsbijdrage.csv": "utf-8-sig",
    "toekenningen-mantelzorgcompliment.csv": "cp1252",
    "toekenningen-ouderbijdrage.csv": "utf-8-sig",
    "toekenningen-feestweek.csv": "utf-8",
}

Row = dict[str, str]


def make(out: Path, *, hash_seed: str) -> Path:
    """Make the town in a process of its own, where sets and dicts hash as `hash_seed` says."""
    command = [sys.executable, str(EXAMPLE / "make_town.py"), str(out), "--today", "2026-11-21"]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "PYTHONHASHSEED": hash_seed})
    return out


def rows(town: Path, name: str) -> list[Row]:
    """Return the rows of one of the town's files."""
    with (town / name).open(encoding=ENCODINGS[name], newline="") as file:
        return list(csv.DictReader(file, delimiter=";", strict=True))


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the town."""
    return make(tmp_path_factory.mktemp("sample") / "town", hash_seed="1")


@pytest.fixture(scope="module")
def schemes(town: Path) -> dict[str, dict[str, Any]]:
    """The schemes by their code."""
    tables = tomllib.loads((town / "regelingen.toml").read_text(encoding="utf-8"))["regeling"]
    return {table["code"]: table for table in tables}


@pytest.fixture(scope="module")
def awards(town: Path) -> list[Row]:
    """The awards of all files."""
    return [row for scheme in (*SCHEMES, GIFT) for row in rows(town, f"toekenningen-{scheme}.csv")]


def test_the_same_seed_gives_the_same_bytes(town: Path, tmp_path: Path) -> None:
    """Whoever makes the town gets the same files, to the byte."""
    again = make(tmp_path, hash_seed="2")
    assert {path.name for path in town.iterdir()} == {*ENCODINGS, "regelingen.toml"}
    assert {path.name: path.read_bytes() for path in again.iterdir()} == {
        path.name: path.read_bytes() for path in town.iterdir()
    }


def test_the_town_has_the_size_its_readme_says(town: Path, awards: list[Row]) -> None:
    """There are 40,500 holders, 75 merchants, 2,482 holders with an award beside the gift and 582 with two."""
    holders = [row["pashouder"] for row in rows(town, "pashouders.csv")]
    assert len(holders) == len(set(holders)) == 40_500
    assert len(rows(town, "aanbieders.csv")) == 75
    assert Counter(row["regeling"] for row in awards) == {
        "toegankelijkheidsbijdrage": 1_780,
        "mantelzorgcompliment": 620,
        "ouderbijdrage": 664,
        GIFT: 40_500,
    }
    beside_the_gift = Counter(row["pashouder"] for row in awards if row["regeling"] != GIFT)
    assert Counter(beside_the_gift.values()) == {1: 1_900, 2: 582}


def test_everybody_gets_the_gift(town: Path) -> None:
    """It is € 5 for each of the 40,500, by one decision."""
    given = rows(town, f"toekenningen-{GIFT}.csv")
    assert [row["pashouder"] for row in given] == [row["pashouder"] for row in rows(town, "pashouders.csv")]
    assert {(row["regeling"], row["kenmerk"], row["bedrag"]) for row in given} == {(GIFT, "FW-2026-0001", "5,00")}


def test_no_reference_looks_like_a_citizen_service_number(town: Path) -> None:
    """Every reference is one that the books accept, and none holds nine digits."""
    for row in rows(town, "pashouders.csv"):
        assert holder_reference(row["pashouder"]) == row["pashouder"]
        assert sum(sign.isdigit() for sign in row["pashouder"]) < 9


def test_a_holder_is_a_reference_and_nothing_else(town: Path) -> None:
    """The file of holders has no column for anything personal."""
    assert {frozenset(row) for row in rows(town, "pashouders.csv")} == {frozenset({"pashouder"})}


def test_every_award_is_for_a_holder_of_the_town(town: Path, awards: list[Row]) -> None:
    """No award names somebody who has no card."""
    assert {row["pashouder"] for row in awards} <= {row["pashouder"] for row in rows(town, "pashouders.csv")}


def test_no_award_is_given_twice(awards: list[Row]) -> None:
    """A scheme, decision and holder come together once, and a decision is of one scheme."""
    assert len({(row["regeling"], row["kenmerk"], row["pashouder"]) for row in awards}) == len(awards)
    scheme_of = {row["kenmerk"]: row["regeling"] for row in awards}
    assert all(scheme_of[row["kenmerk"]] == row["regeling"] for row in awards)


def test_one_decision_can_cover_a_household(awards: list[Row]) -> None:
    """Some decisions are for several holders."""
    assert max(Counter(row["kenmerk"] for row in awards).values()) > 1


def test_every_amount_lies_within_its_scheme(awards: list[Row], schemes: dict[str, dict[str, Any]]) -> None:
    """No award is below the least or above the most of its scheme, and both occur."""
    for code, scheme in schemes.items():
        amounts = {Money.read(row["bedrag"]) for row in awards if row["regeling"] == code}
        assert (min(amounts), max(amounts)) == (Money.read(scheme["minste"]), Money.read(scheme["meeste"]))


def test_every_amount_is_in_the_table_of_its_scheme(awards: list[Row], schemes: dict[str, dict[str, Any]]) -> None:
    """What a scheme gives by category is what was awarded, in Dutch and in English words."""
    for code, scheme in schemes.items():
        assert {row["bedrag"] for row in awards if row["regeling"] == code} == set(scheme["bedragen"].values())


def test_every_award_fits_the_budget_with_room_left(town: Path, awards: list[Row]) -> None:
    """Each scheme's awards take less than the council set aside for it, and most of it."""
    for budget in rows(town, "budgetten.csv"):
        assert budget["jaar"] == "2026"
        given = total(Money.read(row["bedrag"]) for row in awards if row["regeling"] == budget["regeling"])
        assert Money(Money.read(budget["bedrag"]).cents // 2) < given < Money.read(budget["bedrag"])


def test_each_award_file_is_as_another_system_writes_it(town: Path, awards: list[Row]) -> None:
    """The files differ in encoding, in the notation of dates and in whether there is an instalment."""
    assert {(row["regeling"], row["ingangsdatum"], row.get("termijn")) for row in awards} == {
        ("toegankelijkheidsbijdrage", "01-01-2026", "1"),
        ("mantelzorgcompliment", "2026-11-10", "1"),
        ("ouderbijdrage", "01-08-2026", None),
        (GIFT, "2026-01-01", "1"),
    }
    for name, encoding in ENCODINGS.items():
        written = (town / name).read_bytes()
        assert written.startswith(b"\xef\xbb\xbf") == (encoding == "utf-8-sig")
        assert written.count(b"\n") == written.count(b"\r\n")
        if encoding == "cp1252":
            with pytest.raises(UnicodeDecodeError):
                written.decode("utf-8")


def test_what_is_invented_says_so(town: Path, awards: list[Row], schemes: dict[str, dict[str, Any]]) -> None:
    """Every amount, merchant, budget and scheme that is not Dronten's own is labelled where it stands."""
    for row in awards:
        assert ("verzonnen" in row["toelichting"]) == ((row["regeling"], row["bedrag"]) not in DRONTENS_OWN)
    for row in rows(town, "aanbieders.csv") + rows(town, "budgetten.csv"):
        assert "verzonnen" in row["toelichting"]
    for scheme in schemes.values():
        assert "Verzonnen" in scheme["toelichting"]


def test_a_public_name_marks_nobody(schemes: dict[str, dict[str, Any]]) -> None:
    """What a scheme is called in public does not say for whom it is."""
    for scheme in schemes.values():
        public = f"{scheme['naam_nl']} {scheme['naam_en']}".casefold()
        telling = ("minima", "uitkering", "bijstand", "armoede", "mantelzorg", "carer", "poverty", "benefit", "income")
        assert not any(word in public for word in telling)


def test_every_scheme_can_be_spent_somewhere(town: Path, schemes: dict[str, dict[str, Any]]) -> None:
    """Schemes and merchants use the same categories, written as the rules want them."""
    categories = {code for row in rows(town, "aanbieders.csv") for code in row["soort"].split()}
    assert tuple(schemes) == (*SCHEMES, GIFT)
    assert {kind for scheme in schemes.values() for kind in scheme.get("soorten", [])} <= categories
    assert all(CODE.fullmatch(code) for code in categories | set(schemes))


def test_each_kind_of_merchant_has_its_word(town: Path) -> None:
    """Everybody reads it on the page of offers, in Dutch and in English."""
    kinds = {f"offers.kind.{code}" for row in rows(town, "aanbieders.csv") for code in row["soort"].split()}
    assert all(kinds == {code for code in codes(one) if code.startswith("offers.kind.")} for one in ("nl", "en"))


def test_some_merchants_have_several_categories(town: Path) -> None:
    """A school of dance is for sport and for culture."""
    kinds = {row["naam"]: row["soort"] for row in rows(town, "aanbieders.csv")}
    assert {name: kind for name, kind in kinds.items() if " " in kind} == {
        "Dansschool Dronten-Oost": "sport culture",
        "Zwembad Dronten-West": "recreation sport",
    }


def test_merchants_can_be_told_apart_and_paid(town: Path) -> None:
    """Names, IBANs and KvK numbers are unique; every IBAN is valid, and at a bank that does not exist."""
    merchants = rows(town, "aanbieders.csv")
    for column in ("naam", "iban", "kvk"):
        assert len({row[column] for row in merchants}) == len(merchants)
    assert all(iban.is_valid(row["iban"]) and row["iban"][4:8] == "TEST" for row in merchants)
    assert all(len(row["kvk"]) == 8 and row["kvk"].startswith("9000") and row["kvk"].isdigit() for row in merchants)
    assert {row["kassas"] for row in merchants} == {"1", "2", "3"}
    assert {row["plaats"] for row in merchants} == {"Dronten", "Biddinghuizen", "Swifterbant"}


def test_the_merchants_of_the_demo_are_there(town: Path) -> None:
    """The demo finds its football club, its school and its café by name, and there is one football club only."""
    kinds = {row["naam"]: row["soort"] for row in rows(town, "aanbieders.csv")}
    assert kinds["Voetbalclub Dronten-Oost"] == "sport"
    assert kinds["Basisschool De Klipper"] == "school"
    assert kinds["Café Het Bankje"] == "cafe"
    assert [name for name in kinds if "voetbal" in name.casefold()] == ["Voetbalclub Dronten-Oost"]


@pytest.mark.parametrize("today", ["2026-01-01", "2026-07-31", "2026-08-01", "2026-11-10", "2027-02-28", "2028-12-31"])
def test_on_any_day_every_award_has_started_and_none_has_ended(tmp_path: Path, today: str) -> None:
    """The demo does not age: whenever it is run, there is something to spend under each scheme, and budget for it."""
    made = tmp_path / "town"
    script = [sys.executable, str(EXAMPLE / "make_town.py"), str(made), "--today", today]
    subprocess.run(script, check=True, capture_output=True)
    budgets = {row["regeling"]: row["jaar"] for row in rows(made, "budgetten.csv")}
    for scheme in (*SCHEMES, GIFT):
        starts = {row["ingangsdatum"] for row in rows(made, f"toekenningen-{scheme}.csv")}
        (written,) = starts
        start = date.fromisoformat(written) if written[4] == "-" else datetime.strptime(written, "%d-%m-%Y").date()  # noqa: DTZ007
        ends_before = date(start.year + 1, 8 if scheme == "ouderbijdrage" else 1, 1)
        assert start <= date.fromisoformat(today) < ends_before
        assert budgets[scheme] == str(start.year)
