"""The reference says what the code does: its tables and lists are compared with those of the code."""

import re
from pathlib import Path
from typing import Any

import pytest
import typer

import pasledger
from merchant_api.answers import Answer, answer_to
from merchant_api.app import _api
from merchant_api.openapi import describe
from merchant_api.settings import Settings
from pasledger.cli.app import app
from pasledger.formats import awards, baselines, cells, ends, masterdata, merchants, payment_requests, sources
from pasledger.formats.faults import FaultKind, Misread
from pasledger.formats.payments import PAYMENT_KEYS
from pasledger.formats.tabular import Column
from pasledger.ledger.accounts import AccountKind
from pasledger.ledger.journal import EntryKind
from pasledger.ledger.refusals import Refusal
from pasledger.reports.findings import CRITERIA, FindingKind
from pasledger.rules.postings import SIDES
from pasledger.store import BooksProblem
from pasledger.store.roles import RIGHTS
from pasledger.usecases.sealing import seal
from pasledger.usecases.verifying import verify
from tests.docs.pages import ROOT
from tests.support.books import A_LIVED_IN_TOWN, a_file, opened, unguarded
from tests.support.town import a_stamp

DOCS = ROOT / "docs"
NOT_HEARD = ("nothing; only staff can meet it", "nothing; only a holder can meet it")


def section(page: str, heading: str) -> str:
    """Return what stands in a page below a heading, up to the next one."""
    text = (DOCS / page).read_text(encoding="utf-8")
    found = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", text, re.MULTILINE | re.DOTALL)
    assert found is not None, heading
    return found[1]


def table(page: str, heading: str) -> list[list[str]]:
    """Return the cells of the first table below a heading, without its header and without code marks."""
    lines = [line for line in section(page, heading).splitlines() if line.startswith("|")]
    return [[cell.strip().strip("`") for cell in line.strip("|").split("|")] for line in lines[2:]]


def headings(page: str, level: int) -> list[str]:
    """Return the headings of a page at one level."""
    return re.findall(rf"^{'#' * level} (.+)$", (DOCS / page).read_text(encoding="utf-8"), re.MULTILINE)


# --- refusals


def test_every_refusal_has_its_entry() -> None:
    """The entries are the closed list, in order of precedence."""
    assert headings("reference/refusals.md", 2) == list(Refusal)


@pytest.mark.parametrize("reason", Refusal)
def test_a_refusal_says_what_a_merchant_hears(reason: Refusal) -> None:
    """The answer is that of the service, and whether it is final is told."""
    text = section("reference/refusals.md", reason)
    heard = re.findall(r"^- A merchant hears: (.+)$", text, re.MULTILINE)
    answer = answer_to(reason)
    named = (f"{answer.status} `{answer.label}`", *NOT_HEARD)
    assert len(heard) == 1
    assert heard[0].startswith(named)
    assert len(re.findall(r"^- To do: .", text, re.MULTILINE)) == 1
    is_final = answer is not Answer.NOT_FOUND and reason not in (Refusal.MERCHANT_UNKNOWN, Refusal.KEY_REUSED)
    assert heard[0].endswith(", final") == (is_final and heard[0] not in NOT_HEARD)


# --- files

FORMATS: dict[str, tuple[Column, ...]] = {
    "Awards": awards.COLUMNS,
    "Baselines": baselines.COLUMNS,
    "Budgets": masterdata.BUDGET_COLUMNS,
    "Ends": ends.COLUMNS,
    "Merchants": masterdata.MERCHANT_COLUMNS,
    "Checked accounts": merchants.CHECK_COLUMNS,
    "Holders": masterdata.HOLDER_COLUMNS,
    "Payment requests": payment_requests.COLUMNS,
    "Sources": sources.COLUMNS,
}


@pytest.mark.parametrize("heading", FORMATS)
def test_every_column_is_described(heading: str) -> None:
    """The columns stand in the order of the code, with both names and whether they are required."""
    described = [tuple(row[:3]) for row in table("reference/file-formats.md", heading)]
    columns = FORMATS[heading]
    assert described == [(column.dutch, column.english, "yes" if column.is_required else "no") for column in columns]


def test_every_key_of_how_the_town_pays_is_described() -> None:
    """Each key that the file may have is told."""
    assert [row[0] for row in table("reference/file-formats.md", "How the town pays")] == list(PAYMENT_KEYS)


def test_every_key_of_a_scheme_is_described() -> None:
    """Each key that the file may have is told, and whether it must be there."""
    described = {row[0]: row[1] for row in table("reference/file-formats.md", "Schemes")}
    required = {*masterdata._TEXT_KEYS, "geldig_vanaf"}
    assert described == {
        key: "yes" if key in required else "no" for key in (*masterdata._TEXT_KEYS, *masterdata._OTHER_KEYS)
    }


@pytest.mark.parametrize("row", table("reference/file-formats.md", "Amounts"), ids=lambda row: row[0])
def test_an_amount_is_read_as_the_table_says(row: list[str]) -> None:
    """What is accepted is read as told, and what is refused is refused."""
    text, verdict, meaning = row
    assert verdict in ("accepted", "refused")
    if verdict == "accepted":
        assert str(cells.amount(text)) == meaning
    else:
        with pytest.raises(Misread):
            cells.amount(text)


@pytest.mark.parametrize("row", table("reference/file-formats.md", "Days"), ids=lambda row: row[0])
def test_a_day_is_read_as_the_table_says(row: list[str]) -> None:
    """What is accepted is read as told, and what is refused is refused."""
    text, verdict, meaning = row
    assert verdict in ("accepted", "refused")
    if verdict == "accepted":
        assert cells.day(text).isoformat() == meaning
    else:
        with pytest.raises(Misread):
            cells.day(text)


def test_every_fault_of_a_file_is_described() -> None:
    """The table is the closed list."""
    assert [row[0] for row in table("reference/file-formats.md", "What can be wrong with a file")] == list(FaultKind)


# --- the command line


def commands() -> dict[str, Any]:
    """Return each command of the program by how it is used."""
    found: dict[str, Any] = {}

    def walk(group: Any, path: str) -> None:
        for word, command in group.commands.items():
            if hasattr(command, "commands"):
                walk(command, f"{path} {word}")
            else:
                found[usage(f"{path} {word}", command)] = command

    walk(typer.main.get_command(app), "pasledger")
    return found


def usage(path: str, command: Any) -> str:
    """Return how a command is written: arguments, then options, those that may be left out in brackets."""
    words = [path]
    for parameter in sorted(command.params, key=lambda one: one.param_type_name != "argument"):
        if parameter.param_type_name == "argument":
            words.append(parameter.metavar)
        elif parameter.name != "help":
            metavar = "" if parameter.is_flag else f" {parameter.metavar or parameter.name.upper()}"
            option = f"{parameter.opts[0]}{metavar}"
            words.append(option if parameter.required else f"[{option}]")
    return " ".join(words)


def test_every_command_is_described() -> None:
    """Each command has an entry that says how it is written."""
    assert {heading.strip("`") for heading in headings("reference/command-line.md", 3)} == set(commands())


@pytest.mark.parametrize("written", commands())
def test_the_json_of_a_command_is_described(written: str) -> None:
    """The keys are those that its own help tells."""
    told = re.findall(r"^JSON: .+$", commands()[written].help, re.MULTILINE)
    described = re.findall(r"^JSON: .+$", section("reference/command-line.md", f"`{written}`"), re.MULTILINE)
    assert described == told


def test_every_kind_of_finding_is_described() -> None:
    """The table has every kind, in order, with the criteria that it is about."""
    [heading] = [one for one in headings("reference/command-line.md", 3) if one.startswith("`pasledger audit findings")]
    described = [(row[0], row[1]) for row in table("reference/command-line.md", heading)]
    assert described == [(kind, ", ".join(CRITERIA[kind])) for kind in FindingKind]


def test_everything_that_can_be_the_matter_with_books_is_described() -> None:
    """The table is the closed list, in order."""
    described = [row[0] for row in table("reference/command-line.md", "Books that cannot be used")]
    assert described == list(BooksProblem)


def test_the_rights_of_every_role_are_described() -> None:
    """The table is the one that rights are granted by."""
    described = table("how-to/use-postgresql.md", "What each role may do")
    assert described == [[name, *rights] for name, rights in RIGHTS.items()]


# --- postings


def test_every_posting_is_described() -> None:
    """The table of events has each pair of account kinds that the books know, and no other."""
    described = [
        (EntryKind(event), AccountKind(debit), AccountKind(credit))
        for event, _, debit, credit, _ in table("reference/postings.md", "Events")
    ]
    assert len(described) == len(set(described))
    assert set(described) == {(kind, *pair) for kind, pairs in SIDES.items() for pair in pairs}


def test_what_is_booked_today_is_told() -> None:
    """An event is marked as booked when a decision makes its entry."""
    rules = [path for path in (ROOT / "pasledger/rules").glob("*.py") if path.stem not in ("postings", "checks")]
    made = {name for path in rules for name in re.findall(r"EntryKind\.(\w+)", path.read_text(encoding="utf-8"))}
    marked = {row[0] for row in table("reference/postings.md", "Events") if row[4] == "yes"}
    assert marked == {EntryKind[name].value for name in made}


def test_every_kind_of_account_is_described() -> None:
    """The table has the seven kinds, in order, with whether they may be below zero."""
    described = {row[0]: row[3] for row in table("reference/postings.md", "Accounts")}
    assert list(described) == list(AccountKind)
    for kind in AccountKind:
        assert described[kind].startswith("yes") == kind.may_be_negative
        assert ("floor" in described[kind]) == kind.is_floored


# --- the service and the library


def test_every_operation_is_described() -> None:
    """Each has its address, as the description of the service has it."""
    described = {
        (operation, *address.split()) for operation, address, *_ in table("reference/http-api.md", "Operations")
    }
    there = {
        (operation["operationId"], method.upper(), f"/v1{path}")
        for path, operations in describe(_api())["paths"].items()
        for method, operation in operations.items()
    }
    assert described == there


def test_every_problem_is_described() -> None:
    """The table is the closed list of answers, in order."""
    described = [(row[0], row[1]) for row in table("reference/http-api.md", "Problems")]
    assert described == [(f"/problems/{answer.label}", str(answer.status)) for answer in Answer]


def test_every_setting_is_described() -> None:
    """Each variable of the service is told, with what holds where it is not set."""
    described = {row[1]: row[2] for row in table("how-to/run-the-service.md", "Start it")}
    assert described == {
        Settings.variable(name): "must be set" if field.is_required() else str(field.default).replace("None", "none")
        for name, field in Settings.model_fields.items()
    }


def test_every_public_name_is_described() -> None:
    """The tables of the library are its public names."""
    described = [
        row[0] for heading in headings("reference/library.md", 2) for row in table("reference/library.md", heading)
    ]
    assert sorted(described) == sorted(pasledger.__all__)


# --- integrity

REWRITTEN = {
    "a stored balance": ["UPDATE account SET balance_cents = balance_cents + 1 WHERE kind = 'budget'"],
    "the amount of a transfer": ["UPDATE transfer SET amount_cents = amount_cents + 1 WHERE credit LIKE 'payable%'"],
    "a redemption, removed together with its entry and its transfers, and the balance set to fit": [
        "CREATE TEMP TABLE gone AS SELECT entry_id FROM redemption WHERE amount_cents = 100",
        "UPDATE account SET balance_cents = balance_cents + 100 "
        "WHERE code IN (SELECT debit FROM transfer WHERE entry_id IN gone)",
        *(f"DELETE FROM {table} WHERE entry_id IN gone" for table in ("redemption", "transfer")),
        "DELETE FROM entry WHERE id IN gone",
    ],
    "the IBAN of a merchant, the bounds of a scheme": [
        "UPDATE merchant SET iban = 'NL91ABNA0417164300'",
        "UPDATE scheme SET most_cents = most_cents + 1",
    ],
    "the name of who prepared or approved": ["UPDATE entry SET prepared_by = 'somebody else'"],
    "the state of a card, the end of a terminal (these need no trigger to be removed)": [
        "UPDATE card SET state = 'active'",
        "UPDATE terminal SET revoked_at = NULL",
    ],
    "the reference of a merchant or of a decision": [
        "UPDATE merchant_reference SET reference = 'another'",
        "UPDATE award_decision SET reference = 'another'",
    ],
    "a reference, deleted": ["DELETE FROM holder_reference"],
    "a reference, deleted with a record that says its term was over when it was not": [
        "INSERT INTO unlinking VALUES ('unl_made_up', 'holder', '2019-03-02', 2, '2026-03-02T12:30:00.000Z', 'a', 'b')",
        "INSERT INTO unlinked SELECT 'holder_reference', holder_id, 'unl_made_up' FROM holder_reference",
        "DELETE FROM holder_reference",
    ],
}


@pytest.mark.parametrize("row", table("explanation/integrity.md", "What this does not stop"), ids=lambda row: row[0])
def test_what_verify_finds_and_what_not_is_told(row: list[str], tmp_path: Path) -> None:
    """Who rewrites the file and puts the guards back is found, or is not, as the table says."""
    what, *is_found = row
    for is_sealed, finds in zip((False, True), is_found, strict=True):
        path = a_file(tmp_path / f"{is_sealed}.db", *A_LIVED_IN_TOWN)
        if is_sealed:
            with opened(path) as store:
                seal(store, a_stamp())
        with unguarded(path) as connection:
            assert all(connection.execute(statement).rowcount != 0 for statement in REWRITTEN[what])
        with opened(path) as store:
            assert verify(store).is_sound == (finds == "no")
