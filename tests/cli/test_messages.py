"""Messages at the command line: shown first, made once, and sent by a real mail server."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pasledger.texts import say
from tests.cli.conftest import CLUB, FOUR_EYES, YEAR, Clerk, Ran
from tests.support.smtp import PASSWORD, Mailbox, mail_server

AWARDS = "regeling;kenmerk;pashouder;bedrag\nsport;M-1;P-1;10,00\ncadeau;M-2;P-2;75,00\nsport;M-3;P-1;2,50\n"
SENDER = {"PASLEDGER_MAIL_FROM": "Gemeente Dronten <pas@dronten.example>"}
NEW_YEAR = f"1-1-{YEAR + 1}"


@pytest.fixture(scope="module")
def mailbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mailbox]:
    """Run a mail server for all tests here."""
    with mail_server(tmp_path_factory.mktemp("mail") / "box") as running:
        yield running


@pytest.fixture
def batch(clerk: Clerk) -> str:
    """Return a batch that was booked: two awards for P-1, one for P-2."""
    clerk.done(
        "budgets", "add", clerk.file(f"regeling;jaar;bedrag;besluit\ncadeau;{YEAR};75,00;R-3\n", "more.csv"), *FOUR_EYES
    )
    made = clerk.done("awards", "prepare", clerk.file(AWARDS, "awards.csv"))["batch"]
    clerk.done("awards", "submit", made)
    clerk.done("awards", "approve", made, "--as", "approver")
    clerk.done("awards", "book", made)
    return str(made)


def addresses(clerk: Clerk, **of: str) -> Path:
    """Write a file of addresses: for each holder an address and, after a space, a language."""
    rows = (f"{holder.replace('_', '-')};{';'.join((text + ' ').split(' ')[:2])}" for holder, text in of.items())
    return clerk.file("pashouder;e-mail;taal\n" + "\n".join(rows) + "\n", "addresses.csv")


def made(clerk: Clerk) -> list[str]:
    """Return the messages that are in the outbox."""
    return sorted(str(file.relative_to(clerk.folder / "out")) for file in (clerk.folder / "out").rglob("*.[eh]*m*"))


def text_of(clerk: Clerk) -> str:
    """Return the only letter that was made."""
    [letter] = (clerk.folder / "out/letters").glob("*.html")
    return letter.read_text(encoding="utf-8")


def test_a_message_is_shown_first_and_made_once(clerk: Clerk, batch: str) -> None:
    """Without `--yes` nothing is made; with it, once, however often it is asked; one letter for each holder."""
    command = ("messages", "credited", batch, "--outbox", clerk.folder / "out")
    shown = clerk(*command)
    assert (shown.code, say("message.credited", "nl") in shown.out, "€ 10,00" in shown.out) == (0, True, True)
    assert not (clerk.folder / "out").exists()
    first = clerk.done(*command, "--yes")
    assert (first["is_made"], first["messages"], first["letters"], first["made_before"]) == (True, 2, 2, 0)
    again = clerk.done(*command, "--yes")
    assert (again["letters"], again["made_before"], len(made(clerk))) == (0, 2, 2)
    rows = clerk.rows("out/letters.csv")
    assert {(clerk.folder / "out" / row["bestand"]).is_file() for row in rows} == {True}
    assert sorted(row["pashouder"] for row in rows) == ["P-1", "P-2"]
    [for_one] = [clerk.folder / "out" / row["bestand"] for row in rows if row["pashouder"] == "P-1"]
    letter = for_one.read_text(encoding="utf-8")
    assert [text in letter for text in ("€ 10,00", "€ 2,50", "Vrije tijd", "€ 75,00", "P-1")] == [
        True,
        True,
        True,
        False,
        False,
    ]
    assert clerk.acts(action="messages credited")[-1]["result"] == "done"


def test_what_ends_is_told_and_what_is_spent_is_not(clerk: Clerk) -> None:
    """To who has money left that ends before the day; one message for the day on which it ends."""
    clerk.done("redeem", "--card", clerk.card("P-1"), "--merchant", "De Club", "--amount", "50,00")
    command = ("messages", "ending", "--outbox", clerk.folder / "out", "--yes", "--before")
    assert clerk.done(*command, f"31-12-{YEAR}")["messages"] == 0
    found = clerk.done(*command, NEW_YEAR)
    letter = text_of(clerk)
    assert (found["messages"], "€ 75,00" in letter, "€ 50,00" in letter) == (1, True, False)
    assert clerk.done(*command, f"1-6-{YEAR + 1}")["made_before"] == 1


def test_who_has_a_new_card_is_told_its_last_digits(clerk: Clerk) -> None:
    """And no other number; who lost a card and has no new one gets no message."""
    new = clerk.done("cards", "replace", clerk.card("P-1"))["number"]
    clerk.done("cards", "block", clerk.card("P-2"))
    command = ("messages", "card-replaced", "--outbox", clerk.folder / "out", "--yes", "--since")
    assert clerk.done(*command, f"1-1-{YEAR}")["letters"] == 1
    letter = text_of(clerk)
    assert (new[-4:] in letter, new in letter, clerk.card("P-1")[-4:] in letter) == (True, False, False)
    assert clerk.done(*command, NEW_YEAR)["messages"] == 0


def test_each_holder_is_written_to_as_they_wish(clerk: Clerk, batch: str) -> None:
    """By e-mail to who has an address, in the language of each; others by letter, in the one that is asked for."""
    known = addresses(clerk, P_1="een@voorbeeld.example ar", P_3="nobody@voorbeeld.example")
    command = ("messages", "credited", batch, "--outbox", clerk.folder / "out", "--addresses", known, "--yes")
    ran = clerk(*command, "--written-in", "en", "--json", **SENDER)
    assert (ran.code, ran.data["letters"], ran.data["emails"]) == (0, 1, 1)
    assert say("message.help", "en") in text_of(clerk)
    assert say("message.greeting", "ar") in ran.data["example"]
    assert "een@voorbeeld" not in ran.out + clerk("log", "--json").out
    assert not [name for name in made(clerk) if "P-1" in name or "sport" in name]


@pytest.mark.parametrize(
    ("address", "variables", "code", "says"),
    [
        ("x@y.nl\\r\\nBcc:z@y.nl", SENDER, 1, "e-mailadres"),
        ("x@y.nl tlh", SENDER, 1, "nl, ar, en"),
        ("x@y.nl", {}, 1, "PASLEDGER_MAIL_FROM"),
        ("x@y.nl", {"PASLEDGER_MAIL_FROM": "pas@dronten.example"}, 1, "PASLEDGER_MAIL_FROM"),
        ("x@y.nl", {"PASLEDGER_MAIL_FROM": "Gemeente\nBcc: z@y.nl <pas@dronten.example>"}, 1, "PASLEDGER_MAIL_FROM"),
        ("x@y.nl", {"PASLEDGER_MAIL_FROM": "Gemeente <pas@dronten.example>, X <z@y.nl>"}, 1, "PASLEDGER_MAIL_FROM"),
    ],
)
def test_what_cannot_be_written_is_told_and_nothing_is_made(
    clerk: Clerk, batch: str, address: str, variables: dict[str, str], code: int, says: str
) -> None:
    """A header that somebody would slip in, a language that is not there, and no sender; no address is repeated."""
    known = addresses(clerk, P_1=address)
    command = ("messages", "credited", batch, "--outbox", clerk.folder / "out", "--addresses", known, "--yes")
    ran = clerk(*command, **variables)
    assert (ran.code, says in ran.words, "y.nl" in ran.words) == (code, True, False)
    assert not (clerk.folder / "out").exists() or made(clerk) == []


def test_a_batch_that_is_not_booked_is_not_told(clerk: Clerk) -> None:
    """Nor one that there is not."""
    prepared = clerk.done("awards", "prepare", clerk.file(AWARDS, "awards.csv"))["batch"]
    for named in (prepared, "bat_0"):
        assert clerk("messages", "credited", named, "--outbox", clerk.folder / "out", "--yes").code == 1
    assert not (clerk.folder / "out").exists()


# --- sending


def emails(clerk: Clerk, **to: str) -> None:
    """Make e-mails to holders, each of whom has something that ends."""
    known = addresses(clerk, **to)
    command = ("messages", "ending", "--before", NEW_YEAR, "--outbox", clerk.folder / "out", "--addresses", known)
    assert clerk(*command, "--yes", **SENDER).code == 0


def send(clerk: Clerk, mailbox: Mailbox, **changed: str | None) -> Ran:
    """Send what waits."""
    return clerk("messages", "send", "--outbox", clerk.folder / "out", "--json", **mailbox.settings(**changed))


@pytest.mark.usefixtures("batch")
def test_a_mail_server_gets_each_email_once(clerk: Clerk, mailbox: Mailbox) -> None:
    """Encrypted, signed in, from the municipality to one holder each; and then nothing is left to send."""
    before = len(mailbox.mails())
    emails(clerk, P_1="een@voorbeeld.example", P_2="twee@voorbeeld.example en")
    ran = send(clerk, mailbox)
    assert (ran.code, ran.data) == (0, {"sent": 2, "not_sent": [], "waiting": 0})
    got = mailbox.mails()[before:]
    assert sorted(mail["To"] for _, mail in got) == ["een@voorbeeld.example", "twee@voorbeeld.example"]
    for envelope, mail in got:
        assert envelope["is_safe"]
        assert envelope["from"].startswith("FROM:<pas@dronten.example>")
        assert envelope["to"] == [f"TO:<{mail['To']}>"]
        assert mail["Subject"] in {say("message.subject", "nl"), say("message.subject", "en")}
    emails(clerk, P_1="een@voorbeeld.example", P_2="twee@voorbeeld.example en")
    assert send(clerk, mailbox).data["sent"] == 0
    assert len(mailbox.mails()) == before + 2
    assert made(clerk) == []


def test_a_way_that_is_encrypted_from_the_first_sign_on(clerk: Clerk, tmp_path: Path) -> None:
    """Where the mail server speaks TLS only."""
    emails(clerk, P_1="een@voorbeeld.example")
    with mail_server(tmp_path / "tls", is_tls=True) as box:
        assert send(clerk, box, PASLEDGER_SMTP_SECURITY="tls").data["sent"] == 1
        [(envelope, _)] = box.mails()
    assert envelope["is_safe"]


@pytest.mark.usefixtures("batch")
def test_one_that_fails_keeps_no_other_waiting(clerk: Clerk, mailbox: Mailbox) -> None:
    """It is told with what to do, by its id and not by its address; what was cut off is not sent again by itself."""
    before = len(mailbox.mails())
    for name, why in (("unknown", "refused"), ("later", "later"), ("cut", "unsure"), ("lost", "unsure")):
        fresh = Clerk(clerk.folder)
        emails(fresh, P_1=f"{name}@voorbeeld.example", P_2=f"{name}-not@voorbeeld.example")
        ran = send(fresh, mailbox)
        [failed] = ran.data["not_sent"]
        assert (ran.code, ran.data["sent"], failed["why"]) == (1, 1, why), name
        assert "voorbeeld" not in ran.out + ran.err
        told = fresh("messages", "send", "--outbox", fresh.folder / "out", **mailbox.settings())
        if why == "unsure":
            assert (told.code, "logboek van de mailserver" in told.words) == (1, True)
        for file in (fresh.folder / "out").rglob("*"):
            if file.is_file():
                file.unlink()
    assert len([mail for _, mail in mailbox.mails()[before:] if mail["To"].startswith("cut@")]) == 1


@pytest.mark.usefixtures("batch")
def test_a_mail_server_that_is_not_there_or_not_trusted_gets_nothing(clerk: Clerk, mailbox: Mailbox) -> None:
    """Everything waits on, and the command says what to look at, without the password."""
    before = len(mailbox.mails())
    emails(clerk, P_1="een@voorbeeld.example")
    wrong = clerk.file("not the password", "wrong")
    for changed in (
        {"SSL_CERT_FILE": None},
        {"PASLEDGER_SMTP_PORT": "1"},
        {"PASLEDGER_SMTP_PASSWORD_FILE": str(wrong)},
        {"PASLEDGER_SMTP_SECURITY": "tls"},
    ):
        ran = send(clerk, mailbox, **changed)
        assert (ran.code, "mail-server" in ran.err) == (1, True), changed
        assert "password" not in ran.err.replace("wrong", "")
    assert (len(list((clerk.folder / "out/mail").glob("*"))), len(mailbox.mails())) == (1, before)
    assert send(clerk, mailbox).data["sent"] == 1


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PASLEDGER_SMTP_PORT", "0"),
        ("PASLEDGER_SMTP_PORT", "smtp"),
        ("PASLEDGER_SMTP_SECURITY", "maybe"),
        ("PASLEDGER_SMTP_PASSWORD_FILE", "/nowhere"),
        ("PASLEDGER_SMTP_PASSWORD_FILE", None),
        ("PASLEDGER_SMTP_HOST", "a b"),
    ],
)
def test_settings_that_cannot_be_are_named_at_the_start(
    clerk: Clerk, mailbox: Mailbox, variable: str, value: str | None
) -> None:
    """By their variable, never by their value."""
    (clerk.folder / "out").mkdir()
    ran = send(clerk, mailbox, **{variable: value})
    assert (ran.code, variable in ran.err, PASSWORD in ran.err) == (1, True, False)


@pytest.mark.usefixtures("batch")
def test_an_open_line_is_only_to_the_same_machine(clerk: Clerk, mailbox: Mailbox) -> None:
    """Nothing goes unencrypted over a network; and without a mail server the e-mails wait for another program."""
    emails(clerk, P_1="een@voorbeeld.example")
    elsewhere = {"PASLEDGER_SMTP_SECURITY": "none", "PASLEDGER_SMTP_HOST": "mail.example"}
    assert "PASLEDGER_SMTP_SECURITY" in send(clerk, mailbox, **elsewhere).err
    assert "no-mail-server" in send(clerk, mailbox, PASLEDGER_SMTP_HOST=None).err


@pytest.mark.usefixtures("batch")
def test_a_password_is_in_no_list_of_processes(clerk: Clerk, mailbox: Mailbox) -> None:
    """It is read from a file: it is in no argument, no variable, and no word that comes out in another process."""
    emails(clerk, P_1="een@voorbeeld.example")
    variables = {name: value for name, value in mailbox.settings().items() if value is not None}
    named = {"PASLEDGER_BOOKS": str(clerk.books), "PASLEDGER_AS": "clerk"}
    named["PASLEDGER_CREDENTIAL_FILE"] = str(clerk.folder / "keys")
    command = [sys.executable, "-m", "pasledger.cli", "messages", "send", "--outbox", str(clerk.folder / "out")]
    ran = subprocess.run(command, env=os.environ | named | variables, capture_output=True, text=True, check=True)
    assert PASSWORD not in ran.stdout + ran.stderr + "".join(variables.values())


def test_parents_are_told_of_what_a_school_asks(clerk: Clerk) -> None:
    """With who asks, what for, how much, until when and the link; once; and of what is not open any more, nothing."""
    asked = clerk.file("kenmerk;bedrag\n7A-01;12,50\n7A-02;25,00\n", "class.csv")
    until = f"31-12-{YEAR + 1}"
    clerk.done("requests", "add", CLUB, asked, "--nl", "Schoolreis", "--en", "School trip", "--until", until)
    first, second = (one["request"] for one in clerk.done("requests", "list", CLUB)["requests"])
    told = clerk.file(f"pashouder;verzoek\nP-1;https://pas.example/mycard/requests/{first}\nP-2;{second}\n", "told.csv")
    clerk.done("requests", "withdraw", second)
    command = ("messages", "requests", told, "--outbox", clerk.folder / "out", "--written-in", "en", "--yes")
    assert clerk.done(*command)["letters"] == 1
    letter = text_of(clerk)
    expected = (CLUB, "School trip", "€ 12,50", until, f"https://pas.example/mycard/requests/{first}")
    assert [text in letter for text in (*expected, "7A-01", "P-1")] == [True] * 5 + [False] * 2
    assert (clerk.done(*command)["letters"], clerk.done(*command)["made_before"]) == (0, 1)


def test_each_row_about_nobody_or_nothing_is_told(clerk: Clerk) -> None:
    """With its row and column; and then nothing is made."""
    nothing = f"pre_{0:032x}"
    command = ("messages", "requests", clerk.folder / "told.csv", "--outbox", clerk.folder / "out", "--yes")
    clerk.file(f"pashouder;verzoek\nP-1;{nothing}\nP-99;{nothing}\n", "told.csv")
    faults = json.loads(clerk(*command, "--json").err)["faults"]
    assert [(one["row"], one["column"], one["reason"]) for one in faults] == [
        (2, "verzoek", "request-unknown"),
        (3, "pashouder", "holder-unknown"),
        (3, "verzoek", "request-unknown"),
    ]
    clerk.file(f"pashouder;verzoek\nP-1;7A-01\nP-1;{nothing}\nP-1;{nothing}\n", "told.csv")
    faults = json.loads(clerk(*command, "--json").err)["faults"]
    assert [(one["row"], one["reason"]) for one in faults] == [(2, "request-link"), (4, "row-twice")]
    assert not (clerk.folder / "out").exists()
