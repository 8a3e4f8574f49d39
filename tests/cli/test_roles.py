"""Each role does all of its work on the command line and in the service, and is refused the work of the others."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pasledger.store import Role
from tests.cli.conftest import AWARDS, BUDGETS, CAFE, CLUB, FOUR_EYES, HOLDERS, MERCHANTS, SCHEMES, Clerk, Ran, begin
from tests.support.postgresql import a_free_address, content, drop, schema_of
from tests.support.roles import users_of
from tests.support.service import a_shop_street, on_a_port


class Colleague(Clerk):
    """Somebody with one role, at the command line."""

    def __init__(self, folder: Path, address: str) -> None:
        super().__init__(folder)
        self.address = address

    def __call__(self, *arguments: object, language: str | None = "nl", **environment: str | None) -> Ran:
        """Run one command on the books in PostgreSQL."""
        return super().__call__(*arguments, "--books", self.address, language=language, **environment)


@pytest.fixture
def colleagues(tmp_path: Path) -> Iterator[dict[Role, Colleague]]:
    """Return somebody with each role, and new books."""
    books = a_free_address()
    try:
        begin(Colleague(tmp_path, books))
        with users_of(books) as users:
            yield {role: Colleague(tmp_path, address) for role, address in users.items()}
    finally:
        drop(books)


REPORTS = (
    ("schemes", "list"),
    ("budgets", "list"),
    ("merchants", "list"),
    ("terminals", "list"),
    ("balances", "--holder", "P-1"),
    ("trial-balance",),
    ("accounts",),
    ("account", "treasury/sport"),
    *(("audit", name) for name in ("findings", "manual", "changes", "rights")),
    ("verify",),
)


def fill(staff: Colleague) -> None:
    """Do all that staff do before the first payment."""
    staff.done("schemes", "add", staff.file(SCHEMES, "schemes.toml"), *FOUR_EYES)
    staff.done("budgets", "add", staff.file(BUDGETS, "budgets.csv"), *FOUR_EYES)
    merchants, credentials = staff.file(MERCHANTS, "merchants.csv"), staff.folder / "credentials.csv"
    staff.done("merchants", "add", merchants, *FOUR_EYES, "--credentials", credentials)
    holders, carriers = staff.file(HOLDERS, "holders.csv"), staff.folder / "carriers.csv"
    staff.done("holders", "add", holders, "--activate", "--carriers", carriers)
    staff.done("award", staff.file(AWARDS, "awards.csv"), *FOUR_EYES)


def test_staff_do_all_of_their_work(colleagues: dict[Role, Colleague]) -> None:
    """From schemes to refunds and the last report, every command of staff is done with the role of staff."""
    staff = colleagues[Role.STAFF]
    fill(staff)
    added = staff.done("terminals", "add", CAFE, "kassa 9")
    staff.done("terminals", "revoke", added["prefix"])
    card, other = staff.card("P-1"), staff.card("P-2")
    paid = staff.done("redeem", "--card", card, "--merchant", CLUB, "--amount", "5,00", "--key", "k-1")
    staff.done("refund", paid["redemption"], "--amount", "2,00", "--key", "k-2")
    staff.done("cards", "block", other)
    staff.done("cards", "activate", other)
    staff.done("cards", "replace", other)
    for report in REPORTS:
        staff.done(*report)
    assert staff.done("verify")["is_sound"]


def test_rights_are_changed_by_an_owner_only(colleagues: dict[Role, Colleague]) -> None:
    """Staff with the credential of an administrator add nobody; who has the role of the owner does, and all read it."""
    command = ("actors", "add", "jansen", "--role", "approver", "--as", "administrator")
    for role in (Role.STAFF, Role.AUDITOR):
        assert '"error": "books-no-rights"' in colleagues[role](*command, "--json").err
    colleagues[Role.OWNER].done(*command)
    for role in (Role.STAFF, Role.AUDITOR):
        assert "jansen" in {row["actor"] for row in colleagues[role].done("actors", "rights")["rights"]}
        acts = [act["result"] for act in colleagues[role].done("log", "--action", "actors add")["acts"]]
        assert acts == ["done", "done", "done", "books-no-rights", "done"]


def test_an_auditor_reads_everything_and_writes_nothing(colleagues: dict[Role, Colleague]) -> None:
    """Every report and the whole proof are the auditor's; each command that writes is refused in a sentence."""
    staff, auditor = colleagues[Role.STAFF], colleagues[Role.AUDITOR]
    fill(staff)
    for report in REPORTS:
        assert auditor.done(*report) is not None
    assert auditor.done("verify")["is_sound"]
    before = content(colleagues[Role.OWNER].address)
    card, folder = staff.card("P-1"), staff.folder
    merchants = staff.file(MERCHANTS.replace(CLUB, "Nieuw").replace(CAFE, "Ook nieuw"), "more.csv")
    for command in (
        ("schemes", "add", staff.file(SCHEMES.replace("sport", "zwem"), "more.toml"), *FOUR_EYES),
        ("budgets", "add", staff.file(BUDGETS.replace("RAAD", "R"), "more-budgets.csv"), *FOUR_EYES),
        ("merchants", "add", merchants, *FOUR_EYES, "--credentials", folder / "more-credentials.csv"),
        ("holders", "add", staff.file("pashouder\nP-3\n", "more-holders.csv"), "--carriers", folder / "more-cards.csv"),
        ("award", staff.file(AWARDS.replace("Z-", "Y-"), "more-awards.csv"), *FOUR_EYES),
        ("terminals", "add", CLUB, "kassa 9"),
        ("cards", "block", card),
        ("redeem", "--card", card, "--merchant", CLUB, "--amount", "5,00"),
        ("audit", "follow-up", "fnd_" + "0" * 32, "--state", "open", "--note", "seen"),
        ("upgrade",),
        ("roles", "create"),
    ):
        ran = auditor(*command, "--json")
        assert (ran.code, ran.out, json.loads(ran.err)["error"]) == (1, "", "books-no-rights"), command
    assert content(colleagues[Role.OWNER].address) == before


def test_the_service_takes_and_gives_back_and_answers_for_keys() -> None:
    """As a process of its own with no more than the role of the service, it starts and does all that tills ask."""
    books = a_free_address()
    try:
        street = a_shop_street(books)
        with users_of(books) as users, on_a_port(replace(street, books=users[Role.SERVICE])) as till:
            paid = till.pay("child", "5.00", key="key-1")
            assert (paid.status_code, till.pay("child", "5.00", key="key-1").json()) == (201, paid.json())
            assert till.pay("child", "5000.00", key="key-2").status_code == 402
            given_back = till.refund(paid.json()["id"], "2.00")
            assert given_back.status_code == 201
            assert till.get(f"/v1/redemptions/{paid.json()['id']}").json()["refunds"] != []
            assert till.get("/v1/idempotency-keys/key-2").json()["outcome"] == "refused"
            till.verify_books()
        street.store.close()
    finally:
        drop(books)


# --- the command itself


def test_roles_are_told_with_what_to_do_next(tmp_path: Path) -> None:
    """The names are shown, the sentence says how one is given to a user, and nothing changes the second time."""
    books = a_free_address()
    owner = Colleague(tmp_path, books)
    owner.done("start", "--municipality", "Gemeente Dronten")
    with users_of(books):
        schema = schema_of(books).strip('"')
        named = [{"role": role.value, "name": f"{schema}_{role}"} for role in Role]
        assert owner.done("roles", "create") == {"roles": named}
        for language in ("nl", "en"):
            said = owner("roles", "create", language=language)
            assert (said.code, said.err) == (0, "")
            assert all(f"{schema}_{role}" in said.out for role in Role)
            assert f'GRANT "{schema}_service" TO' in said.out


def test_a_role_that_cannot_be_is_named(colleagues: dict[Role, Colleague]) -> None:
    """A name that PostgreSQL keeps for itself is refused, and so is none at all."""
    owner = colleagues[Role.OWNER]
    ran = owner("roles", "create", "--prefix", "pg_town")
    assert (ran.code, ran.out) == (1, "")
    assert "pg_town_owner kan geen rol van deze boeken zijn" in ran.err
    assert owner("roles", "create", "--prefix", " ").code == 2


def test_a_file_has_no_roles(clerk: Clerk) -> None:
    """On SQLite the command says why not, and changes nothing."""
    before = clerk.booked()
    ran = clerk("roles", "create")
    assert (ran.code, ran.out) == (1, "")
    assert f"De boeken {clerk.books} zijn een bestand, en een bestand heeft geen rollen" in ran.err
    assert clerk.booked() == before
