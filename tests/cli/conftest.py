"""A clerk at the command line of a small town: real files in a folder of its own, and what each command said."""

import csv
import io
import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pasledger.cli.app import app
from pasledger.ledger.ids import HoldId
from pasledger.ledger.money import Money
from pasledger.rules.cards import CardNumber
from pasledger.usecases import spending
from pasledger.usecases.booking import book
from pasledger.usecases.finding import merchant_named
from pasledger.usecases.minting import stamp_now
from tests.support.books import content, opened

YEAR = stamp_now("clerk").effective_on.year
"""The year in which the tests run: the command line has a clock of its own."""

CLUB, CAFE = "De Club", "Café Het Bankje"
FOUR_EYES = ("--approved-by", "approver")

SCHEMES = """
[[regeling]]
code = "sport"
geldig_vanaf = 2020-01-01
naam_nl = "Vrije tijd"
naam_en = "Leisure"
soorten = ["sport"]
geldigheid = "calendar-year"
minste = "1,00"
meeste = "2.000,00"
grondslag = "verzonnen"
taakveld = "6.3"
iv3 = "3.4.1"

[[regeling]]
code = "cadeau"
geldig_vanaf = 2020-01-01
naam_nl = "Cadeau"
naam_en = "Gift"
geldigheid = "calendar-year"
minste = "75,00"
meeste = "75,00"
grondslag = "verzonnen"
taakveld = "6.1"
iv3 = "3.4.1"
"""
BUDGETS = f"regeling;jaar;bedrag;besluit\nsport;{YEAR};5.000,00;RAAD-1\ncadeau;{YEAR};150,00;RAAD-2\n"
MERCHANTS = (
    "naam;plaats;soort;iban;kvk;kassas\n"
    f"{CLUB};Dronten;sport;NL91ABNA0417164300;12345678;2\n"
    f"{CAFE};Dronten;cafe;NL91ABNA0417164300;12345679;1\n"
)
HOLDERS = "pashouder\nP-1\nP-2\n"
AWARDS = "regeling;kenmerk;pashouder;bedrag\nsport;Z-1;P-1;50,00\ncadeau;Z-2;P-1;75,00\n"


@dataclass(frozen=True)
class Ran:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """The JSON on standard output."""
        return json.loads(self.out)

    @property
    def words(self) -> str:
        """All that was said to a person, whatever lines and frames it was set in."""
        return " ".join((self.out + self.err).replace("│", " ").split())


class Clerk:
    """Runs commands on books in a folder, as clerk, in Dutch."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.books = folder / "town.db"
        self.typed = ""
        """What is typed where a command asks."""

    def __call__(self, *arguments: object, language: str | None = "nl", **environment: str | None) -> Ran:
        """Run one command. Whatever goes wrong, no exception may come out."""
        named: dict[str, str | None] = {"PASLEDGER_BOOKS": str(self.books), "PASLEDGER_AS": "clerk"}
        named["PASLEDGER_CREDENTIAL_FILE"] = str(self.folder / "keys")
        named["PASLEDGER_LANGUAGE"] = language
        if (self.folder / "town.key").exists():
            named["PASLEDGER_KEY"] = str(self.folder / "town.key")
        written = [str(argument) for argument in arguments]
        ran = CliRunner().invoke(app, written, input=self.typed, env=named | environment)
        if ran.exception is not None and not isinstance(ran.exception, SystemExit):
            raise ran.exception
        return Ran(ran.exit_code, ran.stdout, ran.stderr)

    def done(self, *arguments: object) -> Any:
        """Run a command that must be done, and return its data."""
        ran = self(*arguments, "--json")
        assert (ran.code, ran.err) == (0, "")
        return ran.data

    def file(self, content: str | bytes, name: str = "in.csv") -> Path:
        """Write a file and return its path."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def rows(self, name: str) -> list[dict[str, str]]:
        """Return the rows of a file that a command made."""
        with (self.folder / name).open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file, delimiter=";"))

    def card(self, holder: str) -> str:
        """Return the number on the card of a holder."""
        return next(row["pasnummer"] for row in self.rows("carriers.csv") if row["pashouder"] == holder)

    def code(self, holder: str, letters: str = "letters.html") -> str:
        """Return the code in the letter to a holder."""
        page = (self.folder / letters).read_text(encoding="utf-8")
        found = re.search(rf'<p>{holder}</p>.*?class="code">([A-Z0-9 ]+)<', page, re.DOTALL)
        assert found is not None
        return found[1]

    def held(self, holder: str, *, amount: str = "5.00", days: int = 30, key: str | None = None) -> str:
        """Set an amount aside at the club, as its till would, and return the id of the hold."""
        stamp = stamp_now("clerk")
        with opened(self.books) as store:
            club = merchant_named(store, CLUB, on=stamp.effective_on)
            request = spending.hold(
                merchant=club.id,
                card=CardNumber.parse(self.card(holder)),
                amount=Money.parse(amount),
                last_day=stamp.effective_on + timedelta(days=days),
                key=key,
            )
            (outcome,) = book(store, [request], stamp)
        assert outcome.event is not None
        return request.id

    def captured(self, holder: str, *, amount: str = "5.00") -> str:
        """Set an amount aside and take all of it, and return the id of the hold."""
        hold, stamp = self.held(holder, amount=amount), stamp_now("clerk")
        with opened(self.books) as store:
            club = merchant_named(store, CLUB, on=stamp.effective_on)
            (outcome,) = book(store, [spending.capture(merchant=club.id, hold=HoldId(hold))], stamp)
        assert outcome.event is not None
        return hold

    def booked(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return every row of every table but the log: what a refusal must leave as it is."""
        return {table: rows for table, rows in content(self.books).items() if table not in ("act", "act_result")}

    def acts(self, **options: str) -> list[dict[str, Any]]:
        """Return the lines of the log."""
        asked = self.done("log", *(f"--{name}={value}" for name, value in options.items()))
        return list(asked["acts"])

    def left(self, holder: str) -> dict[str, str]:
        """Return what is left for a holder, by scheme."""
        return {row["scheme"]: row["left"] for row in self.done("balances", "--holder", holder)["entitlements"]}


def as_csv(rows: Sequence[Sequence[str]], *, separator: str = ";", encoding: str = "utf-8") -> bytes:
    """Return rows as the file that a spreadsheet would make of them."""
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows(rows)
    return text.getvalue().encode(encoding)


def begin(clerk: Clerk) -> None:
    """Start the books of the town, with an administrator, a clerk and an approver."""
    clerk.done("start", "--municipality", "Gemeente Dronten", "--as", "administrator")
    appoint(clerk)


def appoint(clerk: Clerk) -> None:
    """Add a clerk, an approver and a treasurer; their credentials are in the file that the clerk's commands look in."""
    clerk.done("actors", "add", "clerk", "--role", "clerk", "--as", "administrator")
    clerk.done("actors", "add", "approver", "--role", "approver", "--as", "administrator")
    clerk.done("actors", "add", "treasurer", "--role", "treasurer", "--as", "administrator")


def fill(clerk: Clerk) -> None:
    """Start the books of the town and fill them from files, each with its own command."""
    begin(clerk)
    clerk.done("schemes", "add", clerk.file(SCHEMES, "schemes.toml"), *FOUR_EYES)
    clerk.done("budgets", "add", clerk.file(BUDGETS, "budgets.csv"), *FOUR_EYES)
    merchants, credentials = clerk.file(MERCHANTS, "merchants.csv"), clerk.folder / "credentials.csv"
    clerk.done("merchants", "add", merchants, *FOUR_EYES, "--credentials", credentials)
    holders, carriers = clerk.file(HOLDERS, "holders.csv"), clerk.folder / "carriers.csv"
    clerk.done("holders", "add", holders, "--activate", "--carriers", carriers)
    clerk.done("award", clerk.file(AWARDS, "awards.csv"), *FOUR_EYES)


@pytest.fixture
def empty(tmp_path: Path) -> Clerk:
    """A clerk without books."""
    return Clerk(tmp_path)


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the town, filled once."""
    folder = tmp_path_factory.mktemp("town")
    fill(Clerk(folder))
    return folder


@pytest.fixture
def clerk(tmp_path: Path, filled: Path) -> Clerk:
    """A clerk with the books of the town: two schemes, two merchants, two holders; P-1 has € 50,00 and € 75,00."""
    shutil.copytree(filled, tmp_path, dirs_exist_ok=True)
    return Clerk(tmp_path)
