"""Who acts proves it, what an actor may do is known of every day, and the log tells what was done and refused."""

import os
import pwd
import stat

import pytest

from pasledger.cli import claims
from pasledger.usecases import acting
from tests.cli.conftest import AWARDS, CLUB, FOUR_EYES, Clerk
from tests.support.books import a_file, opened

BLOCK = ("cards", "block")
ADMINISTRATOR = ("--as", "administrator")


@pytest.fixture(autouse=True)
def paused(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Nobody waits here; return for how long they would have."""
    waited: list[float] = []
    monkeypatch.setattr("time.sleep", waited.append)
    return waited


def login() -> str:
    """Return the account that runs the tests."""
    return pwd.getpwuid(os.getuid()).pw_name


def refused(clerk: Clerk, reason: str, *command: object, **environment: str | None) -> None:
    """Run a command that must be refused for a reason, and change nothing."""
    before = clerk.booked()
    ran = clerk(*command, "--json", **environment)
    assert (ran.code, ran.out) == (1, "")
    assert f'"error": "{reason}"' in ran.err
    assert clerk.booked() == before


# --- who is it


def test_a_name_without_its_credential_is_nobody(clerk: Clerk) -> None:
    """Who names an actor and has no credential, or another one, is refused."""
    command = (*BLOCK, clerk.card("P-1"))
    refused(clerk, "credential-wrong", *command, PASLEDGER_CREDENTIAL_FILE=None)
    refused(clerk, "credential-wrong", *command, PASLEDGER_CREDENTIAL="key_00", PASLEDGER_CREDENTIAL_FILE=None)
    refused(clerk, "actor-unknown", *command, "--as", "Clerk")
    refused(clerk, "actor-unknown", *command, "--as", "nobody")
    assert clerk(*command).code == 0


def test_who_approves_proves_it_too(clerk: Clerk) -> None:
    """A name with --approved-by approves nothing; a credential in its own variable does."""
    keys = dict(line.split(" ") for line in (clerk.folder / "keys").read_text("utf-8").splitlines())
    award = ("award", clerk.file(AWARDS.replace("Z-", "Y-")), *FOUR_EYES)
    own = {"PASLEDGER_CREDENTIAL_FILE": None, "PASLEDGER_CREDENTIAL": keys["clerk"]}
    refused(clerk, "credential-wrong", *award, **own)
    refused(clerk, "credential-wrong", *award, **own, PASLEDGER_APPROVER_CREDENTIAL=keys["clerk"])
    assert clerk(*award, **own, PASLEDGER_APPROVER_CREDENTIAL=keys["approver"]).code == 0


def test_a_login_is_an_actor_only_where_it_was_said(clerk: Clerk) -> None:
    """The account of the machine acts as the actor of its name if that was registered so, and not otherwise."""
    command = (*BLOCK, clerk.card("P-1"))
    refused(clerk, "actor-unknown", *command, PASLEDGER_AS=None)
    clerk.done("actors", "add", login(), "--role", "clerk", "--login", *ADMINISTRATOR)
    keys = (clerk.folder / "keys").read_text("utf-8").splitlines()[:-1]
    (clerk.folder / "keys").write_text("\n".join(keys), "utf-8")
    assert clerk(*command, PASLEDGER_AS=None).code == 0
    refused(clerk, "credential-wrong", *command, "--as", login())


def test_a_login_that_was_not_trusted_is_not(clerk: Clerk) -> None:
    """An actor that has the name of the login still needs its credential."""
    clerk.done("actors", "add", login(), "--role", "clerk", *ADMINISTRATOR)
    refused(clerk, "credential-wrong", *BLOCK, clerk.card("P-1"), PASLEDGER_AS=None)


def test_a_credential_is_asked_for_at_the_keyboard(clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is a terminal and no credential elsewhere, it is asked for, and not shown."""
    keys = dict(line.split(" ") for line in (clerk.folder / "keys").read_text("utf-8").splitlines())
    monkeypatch.setattr(claims, "_is_asked_at_a_keyboard", lambda: True)
    monkeypatch.setattr("getpass.getpass", lambda prompt: keys["clerk" if "clerk" in prompt else "approver"])
    award = ("award", clerk.file(AWARDS.replace("Z-", "Y-")), *FOUR_EYES)
    assert clerk(*award, PASLEDGER_CREDENTIAL_FILE=None).code == 0


def test_a_file_of_credentials_is_its_owners(clerk: Clerk) -> None:
    """It is made so that only its owner can read it, and is not looked into where others can."""
    file = clerk.folder / "keys"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o640)
    ran = clerk(*BLOCK, clerk.card("P-1"))
    assert ran.code == 1
    assert f"Anderen kunnen {file} lezen" in ran.err


def test_a_credential_is_shown_once_where_there_is_no_file(clerk: Clerk) -> None:
    """Without a file the credential is in the answer, and in the books is its hash."""
    key = {"PASLEDGER_CREDENTIAL_FILE": None, "PASLEDGER_CREDENTIAL": _key(clerk, "administrator")}
    made = clerk("actors", "add", "jansen", "--role", "clerk", *ADMINISTRATOR, "--json", **key).data
    assert made["credential"].startswith("key_")
    assert made["credential"] not in str(clerk.booked())
    assert clerk(*BLOCK, clerk.card("P-1"), "--as", "jansen", **key | _own(made["credential"])).code == 0


def test_a_renewed_credential_replaces_the_old_one(clerk: Clerk) -> None:
    """What was a good credential before is none any more."""
    old = _key(clerk, "clerk")
    clerk.done("actors", "renew", "clerk", *ADMINISTRATOR)
    refused(clerk, "credential-wrong", *BLOCK, clerk.card("P-1"), **_own(old))
    assert clerk(*BLOCK, clerk.card("P-1")).code == 0


def test_who_has_ended_acts_no_more(clerk: Clerk) -> None:
    """An actor that has ended is nobody, and its name is never given again."""
    clerk.done("actors", "end", "clerk", *ADMINISTRATOR)
    refused(clerk, "actor-unknown", *BLOCK, clerk.card("P-1"))
    refused(clerk, "actor-repeated", "actors", "add", "CLERK", "--role", "clerk", *ADMINISTRATOR)


def test_wrong_credentials_wait_longer_and_longer(clerk: Clerk, paused: list[float]) -> None:
    """The first few wait for nothing; then each waits twice as long, up to a bound; another name waits for nothing."""
    for _ in range(acting.FREE_FAILURES + 6):
        refused(clerk, "credential-wrong", *BLOCK, clerk.card("P-1"), PASLEDGER_CREDENTIAL="key_0")
    assert paused == [1.0, 2.0, 4.0, 8.0, acting.LONGEST_PAUSE_S, acting.LONGEST_PAUSE_S]
    clerk.done("actors", "add", "jansen", "--role", "clerk", *ADMINISTRATOR)
    assert len(paused) == 6


# --- may they


def test_nobody_changes_their_own_rights(clerk: Clerk) -> None:
    """An administrator gives, takes and ends for others only, so that one always stays."""
    for command in (("give", "--role", "approver"), ("take", "--role", "administrator"), ("end",)):
        refused(clerk, "own-rights", "actors", command[0], "administrator", *command[1:], *ADMINISTRATOR)


def test_an_administrator_does_not_approve_own_work(clerk: Clerk) -> None:
    """Whatever roles somebody has, what they prepare somebody else approves."""
    clerk.done(
        "actors", "add", "all", *(f"--role={role}" for role in ("clerk", "approver", "administrator")), *ADMINISTRATOR
    )
    refused(clerk, "same-person", "award", clerk.file(AWARDS), "--as", "all", "--approved-by", "ALL")
    assert clerk.acts()[-1]["result"] == "same-person"


def test_a_role_is_what_counts_at_that_moment(clerk: Clerk) -> None:
    """What is taken may not be used from then on, and what is given may."""
    clerk.done("actors", "give", "approver", "--role", "clerk", *ADMINISTRATOR)
    assert clerk(*BLOCK, clerk.card("P-1"), "--as", "approver").code == 0
    clerk.done("actors", "take", "approver", "--role", "clerk", *ADMINISTRATOR)
    refused(clerk, "not-allowed", *BLOCK, clerk.card("P-2"), "--as", "approver")
    refused(clerk, "role-unchanged", "actors", "take", "approver", "--role", "clerk", *ADMINISTRATOR)


def test_books_without_actors_take_an_administrator_first(clerk: Clerk) -> None:
    """Books that were started by the library, or are older, have nobody: the first actor is an administrator."""
    books = a_file(clerk.folder / "old.db")
    on = ("--books", books)
    assert '"error": "no-actors"' in clerk(*BLOCK, clerk.card("P-1"), *on, "--json").err
    assert '"error": "no-actors"' in clerk("actors", "add", "jansen", "--role", "clerk", *on, "--json").err
    clerk.done("actors", "add", "jansen", "--role", "administrator", *on)
    assert '"error": "actor-unknown"' in clerk("actors", "add", "other", "--role", "administrator", *on, "--json").err
    clerk.done("actors", "add", "other", "--role", "clerk", "--as", "jansen", *on)


# --- who could do what, and what was done


def test_who_could_do_what_is_known_of_every_day(clerk: Clerk) -> None:
    """On a day before, nobody could do anything; today each may do what its roles may."""
    assert clerk.done("actors", "rights", "--on", "2020-01-01")["rights"] == []
    rights = {row["actor"]: row["permissions"] for row in clerk.done("actors", "rights")["rights"]}
    assert rights == {
        "administrator": ["administer"],
        "approver": ["approve"],
        "clerk": ["assist", "prepare"],
        "treasurer": ["pay"],
    }
    clerk.done("actors", "end", "approver", *ADMINISTRATOR)
    assert {row["actor"] for row in clerk.done("actors", "rights")["rights"]} == set(rights) - {"approver"}
    history = [
        (row["change"], row["made_by"]) for row in clerk.done("actors", "history", "--actor", "approver")["changes"]
    ]
    assert history == [(change, "administrator") for change in ("added", "credential-given", "role-given", "ended")]


def test_the_log_has_every_change_and_refusal(clerk: Clerk) -> None:
    """Each line has the actor, the action, the object, the result, the moment and the origin."""
    clerk.done(*BLOCK, clerk.card("P-2"))
    clerk(*BLOCK, "9000000000000000")
    clerk("redeem", "--card", clerk.card("P-2"), "--merchant", CLUB, "--amount", "5,00")
    done, no = (line for line in clerk.acts() if line["action"] in ("cards block", "redeem"))
    assert (done["actor"], done["approver"], done["about"], done["result"]) == (
        "clerk",
        None,
        clerk.card("P-2"),
        "done",
    )
    assert (no["action"], no["result"]) == ("redeem", "card-blocked")
    assert no["about"] == f"--card {clerk.card('P-2')} --merchant {CLUB} --amount 5,00"
    assert done["origin"].startswith(f"{login()}@")
    assert done["at"] <= done["ended_at"]
    assert [line["action"] for line in clerk.acts(result="card-blocked")] == ["redeem"]
    approved = {line["action"] for line in clerk.acts(actor="approver")}
    assert approved == {"schemes add", "budgets add", "merchants add", "award"}
    assert clerk.acts(until="2020-01-01") == []


def test_the_log_has_no_secret(clerk: Clerk) -> None:
    """What somebody types in the wrong place is not kept: a credential, what could be a BSN, a holder."""
    key = _key(clerk, "clerk")
    clerk("terminals", "revoke", "kassa_12345678_secret")
    clerk("terminals", "add", key, "111222333")
    clerk("actors", "end", key, *ADMINISTRATOR)
    about = [line["about"] for line in clerk.acts()]
    assert about[-3:] == ["kassa_…", "key_… …", "key_…"]


def test_an_act_that_was_interrupted_has_no_result(clerk: Clerk) -> None:
    """A line is on the disk before the work begins, so that a killed process leaves it without an end."""
    with opened(clerk.books) as store:
        task = acting.Task("award", "awards.csv", "here")
        block = acting.acting(store, task, acting.Claim("clerk"))
        block.__enter__()
        assert (clerk.acts()[-1]["about"], clerk.acts()[-1]["result"]) == ("awards.csv", None)


def test_the_log_tells_what_stopped_an_act(clerk: Clerk) -> None:
    """A file that is refused, and a file that is not there, are told apart."""
    clerk("award", clerk.file("regeling\n"), *FOUR_EYES)
    clerk("award", clerk.folder / "nowhere.csv", *FOUR_EYES)
    assert [line["result"] for line in clerk.acts()[-2:]] == ["file-refused", "failed"]


def _key(clerk: Clerk, name: str) -> str:
    """Return the credential of an actor."""
    lines = (clerk.folder / "keys").read_text("utf-8").splitlines()
    return next(line.split(" ")[1] for line in lines if line.startswith(f"{name} "))


def _own(credential: str) -> dict[str, str | None]:
    """Return the variable that has a credential."""
    return {"PASLEDGER_CREDENTIAL": credential}
