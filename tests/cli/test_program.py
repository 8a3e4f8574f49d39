"""The program around the commands: its options, its languages, its exit codes, and a real process of it."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from pasledger.cli.app import app
from pasledger.cli.program import hoisted
from tests.cli.conftest import AWARDS, BUDGETS, CAFE, CLUB, FOUR_EYES, HOLDERS, MERCHANTS, SCHEMES, YEAR, Clerk
from tests.docs.pages import ROOT
from tests.support.bank import Movement, rejection, statement

PROGRAM = (sys.executable, "-m", "pasledger.cli")
Command = tuple[object, ...]


def a_program(clerk: Clerk, *arguments: object, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run the program as a process of its own."""
    named = {"PASLEDGER_BOOKS": str(clerk.books), "PASLEDGER_AS": "clerk"}
    named["PASLEDGER_CREDENTIAL_FILE"] = str(clerk.folder / "keys")
    without = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "PASLEDGER"))}
    return subprocess.run(
        [*PROGRAM, *map(os.fsencode, map(str, arguments))],
        env=without | named | environment,
        capture_output=True,
        check=False,
    )


def every_command(clerk: Clerk) -> Iterator[Command]:
    """Yield every command that prints data, each such that it can be done in the town."""
    yield "start", "--municipality", "Elders", "--books", clerk.folder / "elders.db"
    yield ("upgrade",)
    yield "retention", "keep", "holder", "P5Y", "--source", "B-1", *FOUR_EYES
    yield "retention", "preview", "--on", "2050-01-01"
    yield "retention", "apply", *FOUR_EYES, "--yes"
    newer = SCHEMES.replace("2020-01-01", "2021-01-01").replace("Vrije tijd", "Sport").replace('"Cadeau"', '"Gift"')
    administrator = ("--as", "administrator")
    yield "actors", "add", "jansen", "--role", "clerk", *administrator
    yield "actors", "list"
    yield "actors", "give", "jansen", "--role", "auditor", *administrator
    yield "actors", "take", "jansen", "--role", "clerk", *administrator
    yield "actors", "renew", "jansen", *administrator
    yield "actors", "rights"
    yield "actors", "history"
    yield "actors", "end", "jansen", *administrator
    yield "schemes", "add", clerk.file(newer, "n.toml"), *FOUR_EYES
    yield "schemes", "list"
    yield "schemes", "overview"
    yield "budgets", "add", clerk.file(BUDGETS.replace("RAAD", "MEER"), "b.csv"), *FOUR_EYES
    yield "budgets", "list"
    more = MERCHANTS.replace(CLUB, "Zwembad").replace(CAFE, "Theehuis")
    yield "merchants", "add", clerk.file(more, "m.csv"), *FOUR_EYES, "--credentials", clerk.folder / "c.csv"
    yield "merchants", "list"
    checked = (
        f"aanbieder;iban;rekeninghouder;datum;wijze;uitkomst;door\n{CAFE};NL91ABNA0417164300;X;2026-01-01;bank;match;Y"
    )
    yield "merchants", "check", clerk.file(checked, "checked.csv"), *FOUR_EYES
    yield "merchants", "change", CAFE, "--place", "Elders", *FOUR_EYES
    yield "merchants", "history", CAFE
    yield "terminals", "add", CLUB, "kassa 3"
    yield "terminals", "renew", clerk.rows("credentials.csv")[1]["prefix"]
    yield "terminals", "list"
    yield "terminals", "revoke", clerk.rows("credentials.csv")[0]["prefix"]
    yield "sources", "add", "suite", clerk.file("titel;kolom\nCliënt;pashouder\n", "t.csv")
    yield "sources", "list"
    yield "holders", "add", clerk.file(HOLDERS.replace("P-", "Q-"), "h.csv"), "--carriers", clerk.folder / "q.csv"
    yield "keys", "create", clerk.folder / "town.key"
    yield "persons", "add", CLUB, "Penningmeester"
    yield "persons", "list"
    person = clerk.done("persons", "list")["persons"][0]["number"]
    yield "persons", "renew", person
    yield "persons", "end", person
    proposed: Command = ("offers", "propose", CLUB, "--nl", "Ijs", "--en", "Ice", "--until", f"31-12-{YEAR + 1}")
    yield (*proposed, "--percentage", "10", "--per-card", "2", "--stock", "9", "--branch", "kassa 2")
    offer = clerk.done(*proposed)["offer"]
    yield "offers", "approve", offer, *COLLEAGUE
    yield "offers", "stop", offer
    yield "offers", "list"
    yield "offers", "uses"
    asked = clerk.file("kenmerk;bedrag\n7A-01;12,50\n", "class.csv")
    yield "requests", "add", CLUB, asked, "--nl", "Reis", "--until", f"31-12-{YEAR + 1}"
    yield "requests", "list", CLUB
    request = clerk.done("requests", "list", CLUB)["requests"][0]["request"]
    told = clerk.file(f"pashouder;verzoek\nP-1;{request}\n", "told.csv")
    yield "messages", "requests", told, "--outbox", clerk.folder / "outbox", "--yes"
    yield "requests", "withdraw", request
    yield "cards", "limit", "--pin-above", "25,00", *FOUR_EYES
    yield "cards", "letters", clerk.folder / "carriers.csv", "--out", clerk.folder / "letters.html"
    clerk.typed = f"{clerk.code('P-1')}\n4711\n"
    yield "cards", "pin", clerk.card("P-1")
    yield "cards", "unlock", clerk.card("P-1")
    yield "cards", "overview", clerk.card("P-1")
    yield "cards", "sheet", clerk.folder / "carriers.csv", "--out", clerk.folder / "sheet.html"
    yield "cards", "issue", clerk.file("pashouder\nP-1\n", "more.csv"), "--carriers", clerk.folder / "more-out.csv"
    yield "holders", "overview", "P-1", "--out", clerk.folder / "overview.html"
    yield "cards", "block", clerk.card("P-2")
    yield "cards", "activate", clerk.card("P-2")
    yield "cards", "replace", clerk.card("P-2")
    yield "award", clerk.file(AWARDS.replace("Z-", "Y-"), "a.csv"), *FOUR_EYES
    yield from every_command_of_batches(clerk)
    yield from every_change(clerk)
    yield "balances", "--holder", "P-1"
    paid: Command = ("redeem", "--card", clerk.card("P-1"), "--merchant", CLUB, "--amount", "5,00")
    yield paid
    yield "refund", clerk.done(*paid)["redemption"], "--amount", "1,00"
    treasurer = ("--as", "treasurer")
    yield "payouts", "configure", ROOT / "examples/dronten/betalen.toml", *FOUR_EYES, *treasurer
    yield "merchants", "check", clerk.file(checked.replace(CAFE, CLUB), "club.csv"), *FOUR_EYES
    yield "payouts", "preview"
    yield "payouts", "prepare", *treasurer
    yield "payouts", "release", f"{YEAR}-0001", "--as", "approver"
    yield "payouts", "write", f"{YEAR}-0001", clerk.folder / "payments"
    paid_back = clerk.file(rejection(f"PL-{YEAR}-0001-F1", f"PL-{YEAR}-0001-0001", "AC01"), "status.xml")
    yield "bank", "status", paid_back, *treasurer
    yield "bank", "read", clerk.file(statement(1, [Movement(500)]), "statement.xml"), *treasurer
    yield "bank", "lines"
    line = "2026-001/1"
    yield "bank", "settle", line, "--is", "budget-in", *FOUR_EYES, *treasurer
    yield ("cover",)
    yield "payouts", "cancel", f"{YEAR}-0001", *FOUR_EYES, *treasurer
    yield "merchants", "check", clerk.file(checked.replace(CAFE, CLUB), "club.csv"), *FOUR_EYES
    yield "payouts", "show", f"{YEAR}-0001"
    yield "payouts", "list"
    yield "payouts", "prepare", *treasurer
    yield "refund", clerk.done(*paid)["redemption"]
    yield ("seal",)
    yield "prove", sealed_sale(clerk, paid), "-o", clerk.folder / "proof.json"
    yield "holds", "list"
    yield "holds", "sweep"
    yield "holds", "release", clerk.held("P-1"), "--amount", "1,00"
    yield "holds", "refund", clerk.captured("P-1"), "--amount", "1,00"
    yield "merchants", "end", CAFE, *FOUR_EYES
    owing: Command = ("redeem", "--card", clerk.card("P-1"), "--merchant", CLUB, "--amount", "3,00")
    owed = clerk.done(*owing)["redemption"]
    yield "payouts", "prepare", *treasurer
    yield "refund", owed
    yield "merchants", "end", CLUB, *FOUR_EYES
    yield "payouts", "write-off", CLUB, "--decision", "B-1", *FOUR_EYES, *treasurer
    yield ("accounts",)
    yield "account", f"budget/sport/{YEAR}"
    yield ("trial-balance",)
    yield "audit", "follow", "RAAD-1"
    yield "audit", "sample", "--size", "2", "--seed", "dice", "--by-amount"
    yield "audit", "reach", YEAR, "--baseline", "sport=40", "--page", clerk.folder / "reach.html"
    yield "audit", "limited-network"
    yield "audit", "findings"
    clerk.done("actors", "add", "auditor", "--role", "auditor", *administrator)
    found = clerk.done("audit", "findings")["findings"][0]["finding"]
    yield "audit", "follow-up", found, "--state", "explained", "--note", "seen at the desk", "--as", "auditor"
    yield "audit", "manual"
    yield "audit", "changes"
    yield "audit", "rights"
    yield "audit", "report", "--out", clerk.folder / "report.html"
    yield "audit", "look-ups", "--purpose", "card"
    for kind in ("hledger", "beancount", "jsonl"):
        yield "export", kind, "-o", clerk.folder / f"books.{kind}"
    yield "export", "xaf", "-o", clerk.folder / "books.xaf", "--year", YEAR, "--tax-number", "001234567"
    clerk.done("export", "jsonl", "-o", clerk.folder / "all.jsonl")
    yield "import", clerk.folder / "all.jsonl", "--books", clerk.folder / "imported.db"
    yield ("verify",)
    yield ("log",)
    yield "backup", clerk.folder / "backup.db"
    yield "restore", clerk.folder / "backup.db", "--books", clerk.folder / "restored.db"


def every_command_of_batches(clerk: Clerk) -> Iterator[Command]:
    """Yield every command of award batches, such that each step is the next one."""
    first, second, third = (clerk.file(AWARDS.replace("Z-", f"{sign}-"), f"{sign}.csv") for sign in "VWX")
    batch = clerk.done("awards", "prepare", first)["batch"]
    yield "awards", "prepare", second
    yield "awards", "faults", third, "--output", clerk.folder / "faults.csv"
    yield "awards", "submit", batch
    yield "awards", "reject", batch, "--note", "te vroeg", *COLLEAGUE
    yield "awards", "change", batch, clerk.file("regeling;kenmerk;pashouder;bedrag\nsport;U-1;P-1;50,00\n", "u.csv")
    clerk.done("awards", "submit", batch)
    yield "awards", "preview", batch
    yield "awards", "approve", batch, "--version", "2", *COLLEAGUE
    yield "awards", "book", batch
    yield "awards", "letters", batch, "--output", clerk.folder / "letters.csv"
    yield "messages", "credited", batch, "--outbox", clerk.folder / "outbox"
    yield "messages", "ending", "--before", f"1-1-{YEAR + 2}", "--outbox", clerk.folder / "outbox", "--yes"
    yield "messages", "send", "--outbox", clerk.folder / "outbox"
    yield "messages", "card-replaced", "--since", f"1-1-{YEAR}", "--outbox", clerk.folder / "outbox", "--yes"
    yield "awards", "show", batch
    yield "awards", "list"
    yield "awards", "reverse", batch, *FOUR_EYES
    yield "awards", "second-approver", "--above", "1.000,00", *FOUR_EYES


def every_change(clerk: Clerk) -> Iterator[Command]:
    """Yield every command that changes what was booked, such that there is something to change."""
    last = f"regeling;jaar;bedrag;besluit\nsport;{YEAR - 1};10,00;VORIG"
    clerk.done("budgets", "add", clerk.file(last, "last.csv"), *FOUR_EYES)
    paid = clerk.done("redeem", "--card", clerk.card("P-1"), "--merchant", CLUB, "--amount", "1,00")["redemption"]
    mine = clerk.done("entitlements", "list", "--holder", "P-1")["entitlements"][0]["entitlement"]
    yield "entitlements", "list", "--holder", "P-1"
    yield "correct", paid, *FOUR_EYES, "--yes"
    yield "entitlements", "extend", "--scheme", "sport", "--until", f"31-12-{YEAR + 1}", *FOUR_EYES
    yield "entitlements", "extend", "--entitlement", mine, "--until", f"31-12-{YEAR + 1}", *FOUR_EYES, "--yes"
    yield "entitlements", "end", "P-1", "--from", f"{YEAR}-01-01", *FOUR_EYES
    yield "entitlements", "end-listed", clerk.file(f"pashouder;vanaf\nP-1;{YEAR}-01-01", "e.csv"), *FOUR_EYES
    yield "entitlements", "withdraw", mine, *FOUR_EYES, "--yes"
    yield "year", "lapse", "sport", *FOUR_EYES
    yield "year", "free", "sport", YEAR - 1, "--decision", "REST", *FOUR_EYES, "--yes"
    yield "year", "close", "sport", YEAR - 1, *FOUR_EYES
    yield "year", "opening", YEAR + 1


COLLEAGUE = ("--as", "approver")


def sealed_sale(clerk: Clerk, paid: Command) -> str:
    """Pay and seal, and return the id of the redemption."""
    redemption = str(clerk.done(*paid)["redemption"])
    clerk.done("seal")
    return redemption


def test_every_command_is_tried_here() -> None:
    """The list above is the list of commands; only `serve` and `desk` print no data, and a file has no roles."""
    listed = {name_of(command) for command in every_command(_Anybody())}
    assert listed == set(_commands()) - {"serve", "desk", "roles create"}


class _Anybody(Clerk):
    """A clerk who does nothing, for the names of commands only."""

    def __init__(self) -> None:
        super().__init__(Path("nowhere"))

    def file(self, _content: str | bytes, name: str = "in.csv") -> Path:
        return Path(name)

    def rows(self, _name: str) -> list[dict[str, str]]:
        return [{"prefix": ""}, {"prefix": ""}]

    def card(self, _holder: str) -> str:
        return ""

    def code(self, _holder: str, _letters: str = "") -> str:
        return ""

    def done(self, *_arguments: object) -> Any:
        return {
            "requests": [{"request": ""}],
            "redemption": "",
            "batch": "",
            "offer": "",
            "entitlements": [{"entitlement": ""}],
            "persons": [{"number": ""}],
            "findings": [{"finding": ""}],
        }

    def held(self, holder: str, *, amount: str = "", days: int = 0, key: str | None = None) -> str:  # noqa: ARG002
        return ""

    def captured(self, holder: str, *, amount: str = "") -> str:  # noqa: ARG002
        return ""


def name_of(command: Command) -> str:
    """Return the name of a command without its arguments."""
    return next(
        name for name in sorted(_commands(), key=len, reverse=True) if " ".join(map(str, command)).startswith(name)
    )


def _commands() -> dict[str, Any]:
    """Return every command by its full name."""
    found: dict[str, Any] = {}
    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        parts = getattr(command, "commands", None)
        found.update({f"{name} {part}": one for part, one in parts.items()} if parts else {name: command})
    return found


@pytest.mark.slow
def test_json_has_the_keys_that_the_help_names(clerk: Clerk) -> None:
    """Every command answers with JSON on standard output and nothing else, and its help names every key."""
    for command in every_command(clerk):
        data = clerk.done(*command)
        documented = set(re.findall(r"\w+", str(_commands()[name_of(command)].help)))
        for other in re.findall(r"JSON: as `(.+?)`", str(_commands()[name_of(command)].help)):
            documented |= set(re.findall(r"\w+", str(_commands()[other].help)))
        assert set(_keys(data)) <= documented, command
        assert not any(isinstance(value, float) for name, value in _values(data) if name != "seconds"), command


def _values(data: object, name: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _values(value, key)
    elif isinstance(data, list):
        for value in data:
            yield from _values(value, name)
    else:
        yield name, data


def _keys(data: object) -> Iterator[str]:
    if isinstance(data, dict):
        yield from data
    for value in data.values() if isinstance(data, dict) else data if isinstance(data, list) else ():
        yield from _keys(value)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_command_speaks(clerk: Clerk, language: str) -> None:
    """Every command answers people in both languages, on standard output; a table is no wider than 100 columns."""
    for command in every_command(clerk):
        ran = clerk(*command, language=language)
        assert (ran.code, ran.err) == (0, ""), command
        assert ran.out.strip(), command
        assert "{" not in ran.out, command
        # Codes of accounts are not cut, so that what a correction moves can be found by them.
        # And why something is a finding is a sentence, however long.
        is_table = "───" in ran.out and command[0] != "correct" and command[:2] != ("audit", "findings")
        drawn = ran.out.splitlines() if is_table else []
        assert all(len(line) <= 100 for line in drawn if "Nagelopen" not in line), command


def test_the_options_of_the_program_stand_anywhere(clerk: Clerk) -> None:
    """Before or after the command, with a space or an equals sign; after `--` nothing is an option."""
    expected = clerk.done("budgets", "list")
    other = clerk.folder / "nowhere.db"
    for arguments in (
        ("--books", clerk.books, "--json", "budgets", "list"),
        ("budgets", "--json", "list", f"--books={clerk.books}"),
        ("budgets", "list", "--json", "--books", clerk.books),
    ):
        assert clerk(*arguments, PASLEDGER_BOOKS=str(other)).data == expected
    assert hoisted(["verify", "--books", "a.db", "--json"]) == ["--books", "a.db", "--json", "verify"]
    assert hoisted(["account", "--", "--json"]) == ["account", "--", "--json"]
    assert hoisted(["account", "--books"]) == ["--books", "account"]


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({}, "Deze rekening"),
        ({"LANG": "en_GB.UTF-8"}, "This account"),
        ({"LANG": "nl_NL.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "This account"),
        ({"LC_ALL": "nl_BE", "LC_MESSAGES": "en_US.UTF-8"}, "Deze rekening"),
        ({"LC_ALL": "C"}, "Deze rekening"),
        ({"LC_ALL": "", "LANG": "en"}, "This account"),
        ({"LC_ALL": "nl_NL", "PASLEDGER_LANGUAGE": "en"}, "This account"),
    ],
)
def test_the_language_is_that_of_the_locale(clerk: Clerk, environment: dict[str, str], says: str) -> None:
    """The locale decides as POSIX says, and PASLEDGER_LANGUAGE decides over it; Dutch where nothing is said."""
    locale = {name: environment.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG")}
    ran = clerk("account", "nothing", language=environment.get("PASLEDGER_LANGUAGE"), **locale)
    assert ran.err.startswith(says)
    assert clerk("account", "nothing", "--language", "en", **locale).err.startswith("This account")


def test_what_is_not_understood_exits_with_2(clerk: Clerk) -> None:
    """A command, an option or a language that is not there is a fault of usage."""
    wrong: tuple[Command, ...] = (
        ("pay",),
        ("cards", "burn", "9"),
        ("verify", "--fast"),
        ("verify", "--language", "fy"),
        ("redeem", "--card", "9123456789012317"),
        ("award",),
        ("verify", "--as"),
        (),
        ("cards",),
    )
    for command in wrong:
        assert clerk(*command).code == 2, command
    assert clerk("--help").code == 0
    assert clerk("award", "--help").code == 0


@pytest.mark.parametrize("name", ["", "  ", "\udcff", "x" * 141])
def test_who_asks_has_a_name(clerk: Clerk, name: str) -> None:
    """A name is a line that people can read, for the journal keeps it."""
    assert clerk("cards", "block", clerk.card("P-1"), "--as", name, PASLEDGER_AS=None).code == 2


def test_who_asks_is_in_the_books(clerk: Clerk) -> None:
    """The journal has who prepared and who approved, on one line each."""
    clerk.done("actors", "add", "Clerk de Boer", "--role", "clerk", "--as", "administrator")
    clerk.done("actors", "add", "Approver Smit", "--role", "approver", "--as", "administrator")
    clerk(
        "award", clerk.file(AWARDS.replace("Z-", "Y-")), "--as", " Clerk\n de  Boer ", "--approved-by", "Approver\tSmit"
    )
    assert ("Clerk de Boer", "Approver Smit") in {row[4:6] for row in clerk.booked()["entry"]}


def test_without_a_login_who_asks_must_be_named(clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system knows no login, the sentence says how to name oneself."""

    def nobody(_uid: int) -> None:
        raise KeyError("getpwuid(): uid not found: 4711")

    monkeypatch.setattr("pwd.getpwuid", nobody)
    ran = clerk("cards", "block", clerk.card("P-1"), PASLEDGER_AS=None)
    assert ran.code == 2
    assert "Noem uzelf met --as" in ran.words
    assert clerk("verify", PASLEDGER_AS=None).code == 0, "whoever only looks needs no name"


# --- a process of its own


def test_the_program_runs_as_a_process(clerk: Clerk) -> None:
    """Done is 0, refused is 1, not understood is 2; data and errors go their own ways, and a pipe gets whole lines."""
    done = a_program(clerk, "trial-balance")
    assert (done.returncode, done.stderr) == (0, b"")
    assert "Debet en credit zijn gelijk" in done.stdout.decode()
    refused = a_program(clerk, "account", "nothing", PASLEDGER_LANGUAGE="en")
    assert (refused.returncode, refused.stdout) == (1, b"")
    assert refused.stderr.decode() == "This account is not there. Look for it with: pasledger accounts\n"
    assert a_program(clerk, "acount").returncode == 2


def test_the_entry_point_is_the_same_program() -> None:
    """`pasledger` is installed, and shows its help."""
    installed = Path(sys.executable).with_name("pasledger")
    shown = subprocess.run([installed, "--help"], capture_output=True, check=False)
    assert (shown.returncode, b"trial-balance" in shown.stdout) == (0, True)


@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
def test_a_terminal_of_any_encoding_is_no_reason_to_fail(clerk: Clerk, encoding: str) -> None:
    """Signs that cannot be shown have a question mark in their place; JSON stays JSON, with every sign."""
    listed = a_program(clerk, "merchants", "list", PYTHONIOENCODING=encoding)
    assert (listed.returncode, listed.stderr) == (0, b"")
    data = a_program(clerk, "merchants", "list", "--json", PYTHONIOENCODING=encoding)
    assert CAFE in str(json.loads(data.stdout.decode(encoding)))


def test_arguments_that_are_no_text_are_no_reason_to_fail(clerk: Clerk) -> None:
    """Bytes that are no UTF-8 name nothing that is there, and never a traceback."""
    odd = os.fsdecode(b"caf\xe9")
    for command in (
        ("account", odd),
        ("award", odd, *FOUR_EYES),
        ("terminals", "add", odd, "kassa"),
        ("terminals", "revoke", odd),
        ("verify", "--books", odd),
        ("redeem", "--card", clerk.card("P-1"), "--merchant", CLUB, "--amount", "500,00", "--key", odd),
    ):
        assert clerk(*command).code == 1, command
    assert clerk("verify", PASLEDGER_BOOKS=odd).code == 2
    process = a_program(clerk, "account", odd)
    assert (process.returncode, b"Traceback" in process.stderr) == (1, False)


def test_a_reader_that_leaves_early_sees_no_traceback(clerk: Clerk) -> None:
    """`pasledger accounts | head` ends quietly."""
    with subprocess.Popen(
        [*PROGRAM, "accounts", "--books", clerk.books], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
    assert said == b""


def test_an_answer_that_is_lost_is_not_called_nothing_booked(clerk: Clerk) -> None:
    """Where standard output takes nothing, the work may be done, and the message says to look before asking again."""
    pay = ("redeem", "--card", clerk.card("P-1"), "--merchant", CLUB, "--amount", "3,00", "--language", "en")
    with Path("/dev/full").open("w") as full:
        process = subprocess.run(
            [*PROGRAM, *pay, "--books", clerk.books, "--as", "clerk"],
            env=os.environ | {"PASLEDGER_CREDENTIAL_FILE": str(clerk.folder / "keys")},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert process.returncode == 1
    assert "may have been done" in " ".join(process.stderr.split())
    assert "othing was booked" not in process.stderr
    assert clerk.left("P-1")["sport"] == "47.00"


@pytest.mark.parametrize("seconds", [1.5, 2.5])
def test_an_interrupt_is_no_traceback(clerk: Clerk, seconds: float) -> None:
    """Whenever it comes, Ctrl-C ends with 130, and either all is booked or nothing."""
    many = clerk.file("pashouder\n" + "".join(f"Q-{number}\n" for number in range(20_000)), "many.csv")
    before = len(clerk.booked()["holder"])
    with subprocess.Popen(
        [
            *PROGRAM,
            "holders",
            "add",
            many,
            "--carriers",
            clerk.folder / "many.out",
            "--books",
            clerk.books,
            "--as",
            "clerk",
        ],
        env=os.environ | {"PASLEDGER_CREDENTIAL_FILE": str(clerk.folder / "keys")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        time.sleep(seconds)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert b"Traceback" not in said
    assert process.returncode in (0, 130, -signal.SIGINT), said
    assert len(clerk.booked()["holder"]) - before in (0, 20_000)


def test_progress_is_shown_where_somebody_looks(clerk: Clerk) -> None:
    """A terminal on standard error gets a bar, a pipe gets nothing, and standard output is the same for both."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*PROGRAM, "verify", "--books", clerk.books, "--language", "nl"],
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm"},
    ) as process:
        os.close(theirs)
        shown = b"".join(iter(lambda: _read(ours), b""))
        assert process.stdout is not None
        said = process.stdout.read().decode()
    os.close(ours)
    assert b"Nalopen" in shown
    assert "De boeken kloppen." in said
    assert "\x1b" not in said


def _read(terminal: int) -> bytes:
    """Return what a terminal shows next; nothing when the program has left it."""
    try:
        return os.read(terminal, 4096) if select.select([terminal], [], [], 60)[0] else b""
    except OSError:
        return b""


def test_a_fault_of_the_program_is_not_dressed_up(clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What no person can cause is no refusal: it is not caught, so that it is found."""

    def broken(*_arguments: object, **_options: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("pasledger.store.Store.open", broken)
    with pytest.raises(ZeroDivisionError):
        clerk("verify")


def test_each_command_is_helped() -> None:
    """Every command says in one line what it does, and which keys its JSON has."""
    for name, command in _commands().items():
        first, *_ = str(command.help).split("\n\n")
        assert len(first) <= 70, name
        assert "JSON:" in str(command.help) or name in ("serve", "desk"), name
