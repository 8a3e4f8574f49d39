"""Sealing, publishing, signing and proving on the command line."""

import json
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from pasledger.formats.seals import read_seal
from pasledger.store import BooksProblem, BooksUnusable
from tests.cli.conftest import CLUB, Clerk
from tests.support.books import unguarded

RAW = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.fixture
def key(clerk: Clerk) -> Path:
    """A private key, with its public key beside it as `key.pub`."""
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    clerk.file(public, "key.pub")
    return clerk.file(private.private_bytes(*RAW), "key.pem")


def paid(clerk: Clerk) -> str:
    """Pay, and return the id of the redemption."""
    redemption = clerk.done("redeem", "--card", clerk.card("P-1"), "--merchant", CLUB, "--amount", "20,00")
    return str(redemption["redemption"])


def test_files_of_staff_are_sealed_when_they_are_booked(clerk: Clerk) -> None:
    """Nothing is left to seal after a batch; what a till does waits for the close of the day."""
    data = clerk.done("verify")
    assert (data["seals"], data["unsealed"]) == (5, 0)
    paid(clerk)
    unsealed = clerk.done("verify")["unsealed"]
    (made,) = clerk.done("seal")["seals"]
    assert (made["number"], made["leaves"]) == (6, unsealed)
    assert unsealed > 0
    again = clerk.done("seal")
    assert (again["seals"], again["newest"]) == ([], {"number": 6, "root": made["root"]})
    assert "Alles is al verzegeld." in clerk("seal").out


def test_a_batch_is_booked_though_it_cannot_be_sealed(clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said, with what to do; the answer stays that of the batch."""

    def refuses(*_arguments: object) -> None:
        raise BooksUnusable(BooksProblem.DISK_FULL, books="town.db")

    monkeypatch.setattr("pasledger.cli.calls.seal", refuses)
    awards = clerk.file("regeling;kenmerk;pashouder;bedrag\nsport;Z-9;P-2;5,00\n", "more.csv")
    ran = clerk("award", awards, "--approved-by", "approver", "--json")
    assert (ran.code, ran.data["awards"]) == (0, 1)
    assert "pasledger seal" in ran.err


def test_a_seal_is_published_signed_and_held_against_the_books(clerk: Clerk, key: Path) -> None:
    """Who keeps the file finds a change that all of the books agree with."""
    file, public = clerk.folder / "seal.json", key.with_suffix(".pub")
    data = clerk.done("seal", "--publish", file, "--sign-with", key)
    published = read_seal(file.read_bytes())
    assert (published.root, published.seal.root) == (data["newest"]["root"], data["newest"]["root"])
    assert clerk.done("verify", "--published", file, "--public-key", public)["is_sound"]
    with unguarded(clerk.books) as connection:
        for statement in ("DELETE FROM sealed", "DELETE FROM seal", "UPDATE merchant SET iban = 'NL20INGB0001234567'"):
            connection.execute(statement)
    clerk.done("seal")
    assert clerk.done("verify")["is_sound"]
    ran = clerk("verify", "--published", file, "--public-key", public, "--json")
    assert (ran.code, [one["check"] for one in ran.data["findings"]]) == (1, ["published"])


def test_a_published_seal_that_was_changed_is_not_signed(clerk: Clerk, key: Path) -> None:
    """A signature is of one root of one municipality; without one nothing is signed."""
    file, public = clerk.folder / "seal.json", key.with_suffix(".pub")
    clerk.done("seal", "--publish", file, "--sign-with", key)
    content = json.loads(file.read_text())
    for change in (
        {"root": "0" * 64},
        {"municipality": "Elders"},
        {"signature": None},
        {"signature": "no"},
        {"number": 4},
    ):
        changed = clerk.file(json.dumps(content | change), "changed.json")
        ran = clerk("verify", "--published", changed, "--public-key", public, "--json")
        assert (ran.code, json.loads(ran.err)["error"]) == (1, "not-signed"), change


def test_a_file_is_never_written_over(clerk: Clerk) -> None:
    """What was published once stays."""
    file = clerk.file("mine", "seal.json")
    assert clerk("seal", "--publish", file).code == 1
    assert file.read_text() == "mine"


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", "no-private-key"),
        (b"\xff", "no-private-key"),
        (ec.generate_private_key(ec.SECP256R1()).private_bytes(*RAW), "no-private-key"),
    ],
)
def test_what_is_no_private_key(clerk: Clerk, content: bytes, error: str) -> None:
    """Another file, and a key of another kind."""
    ran = clerk("seal", "--publish", clerk.folder / "s.json", "--sign-with", clerk.file(content, "k"), "--json")
    assert (ran.code, json.loads(ran.err)["error"]) == (1, error)
    assert not (clerk.folder / "s.json").exists()


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"format": "pasledger seal 1"}', "\ud800".encode(errors="replace")]
)
def test_what_is_no_published_seal(clerk: Clerk, content: str | bytes) -> None:
    """Whatever the file holds, there is an answer."""
    ran = clerk("verify", "--published", clerk.file(content, "s.json"), "--json")
    assert (ran.code, json.loads(ran.err)["error"]) == (1, "no-seal")


def test_what_is_no_public_key(clerk: Clerk) -> None:
    """A private key is none, and neither is a file without one."""
    file = clerk.folder / "seal.json"
    clerk.done("seal", "--publish", file)
    ran = clerk("verify", "--published", file, "--public-key", clerk.file("", "k"), "--json")
    assert (ran.code, json.loads(ran.err)["error"]) == (1, "no-public-key")


@pytest.mark.parametrize("arguments", [("seal", "--sign-with", "k.pem"), ("verify", "--public-key", "k.pub")])
def test_a_key_for_nothing_is_not_understood(clerk: Clerk, arguments: tuple[str, ...]) -> None:
    """A key without what it is for is a mistake."""
    assert clerk(*arguments).code == 2


def test_a_redemption_is_proven_when_it_is_sealed(clerk: Clerk) -> None:
    """Before that there is nothing to prove it with; one that is not there is said to be unknown."""
    redemption, file = paid(clerk), clerk.folder / "proof.json"
    ran = clerk("prove", redemption, "-o", file, "--json")
    assert (ran.code, json.loads(ran.err)["error"]) == (1, "not-sealed")
    clerk.done("seal")
    data = clerk.done("prove", redemption, "-o", file)
    proof = json.loads(file.read_text())
    assert (data["seal"], data["root"]) == (6, proof["seal"]["root"])
    assert [part["table"] for part in proof["leaf"]] == ["entry", "redemption", "transfer"]
    assert json.loads(clerk("prove", "red_0", "-o", file, "--json").err)["error"] == "redemption-unknown"


def test_openssl_agrees_with_the_signature(clerk: Clerk, key: Path) -> None:
    """The signature is over one line of text that a tool which is not ours can check."""
    clerk.done("seal", "--publish", clerk.folder / "seal.json", "--sign-with", key)
    content = json.loads((clerk.folder / "seal.json").read_text())
    signed = f"pasledger root 1\n{content['municipality']}\n{content['number']}\n{content['root']}\n"
    clerk.file(signed, "signed.txt")
    clerk.file(bytes.fromhex(content["signature"]), "signature")
    command = "openssl pkeyutl -verify -pubin -inkey key.pub -rawin -in signed.txt -sigfile signature"
    done = subprocess.run(command.split(), cwd=clerk.folder, check=False, capture_output=True)
    assert done.returncode == 0, done.stderr
