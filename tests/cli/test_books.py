"""Books as a whole on the command line: started, upgraded, verified and served."""

import os
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import YEAR, Clerk
from tests.support.books import unguarded


def test_books_are_started_once(empty: Clerk) -> None:
    """Books begin where there are none, and are never overwritten."""
    started = empty("start", "--municipality", "Gemeente Dronten")
    assert (started.code, started.err) == (0, "")
    assert started.out == (
        f"De boeken van Gemeente Dronten zijn begonnen in {empty.books}.\n"
        "De beheerder is clerk.\n"
        f"De toegangscode is bijgeschreven in {empty.folder / 'keys'}.\n"
    )
    before = empty.booked()
    again = empty("start", "--municipality", "Elders")
    assert (again.code, again.out) == (1, "")
    assert f"Er is al een bestand {empty.books}" in again.err
    assert empty.booked() == before


@pytest.mark.parametrize("place", ["nowhere/town.db", "in.csv/town.db"])
def test_books_cannot_be_started_where_there_is_no_folder(empty: Clerk, place: str) -> None:
    """A place that is no folder is named, with what to look at."""
    empty.file("a file")
    ran = empty("start", "--municipality", "Dronten", "--books", empty.folder / place)
    assert ran.code == 1
    assert "kan niet worden geopend. Bestaat de map" in ran.err


def test_a_municipality_has_a_name(empty: Clerk) -> None:
    """Books of nobody are not started."""
    assert empty("start", "--municipality", " ").code == 2
    assert not empty.books.exists()


def test_books_of_this_version_need_no_upgrade(clerk: Clerk) -> None:
    """An upgrade says between which versions it went, and repeats freely."""
    data = clerk.done("upgrade")
    assert data["version_before"] == data["version"]
    assert "waren al van deze versie" in clerk("upgrade").out


def test_books_of_a_newer_program_are_not_touched(clerk: Clerk) -> None:
    """Books of a version that this program does not know are refused, and the sentence says what to do."""
    with unguarded(clerk.books) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    ran = clerk("upgrade")
    assert ran.code == 1
    assert "nieuwere versie (9999)" in ran.err


@pytest.mark.parametrize(
    ("named", "says"),
    [
        ("missing.db", "Er zijn geen boeken in"),
        ("holders.csv", "zijn geen boeken, maar iets anders"),
        (".", "Er zijn geen boeken in"),
        ("town.db/deeper", "Er zijn geen boeken in"),
    ],
)
def test_what_is_no_books_is_said(clerk: Clerk, named: str, says: str) -> None:
    """A path that is no books is answered with a sentence and 1, by every command that needs books."""
    for command in (["verify"], ["trial-balance"], ["upgrade"], ["serve"], ["merchants", "list"]):
        ran = clerk(*command, "--books", clerk.folder / named)
        assert (ran.code, ran.out) == (1, "")
        assert says in ran.err


def test_books_must_be_named(empty: Clerk) -> None:
    """Without books the command is not understood, and says how they are named."""
    ran = empty("verify", PASLEDGER_BOOKS=None)
    assert ran.code == 2
    assert "--books of in PASLEDGER_BOOKS" in ran.words


def test_a_server_as_books_is_not_supported_yet(clerk: Clerk) -> None:
    """An address of a server is refused without a repetition of what may be a password in it."""
    ran = clerk("verify", "--books", "postgresql://clerk:secret@host/dronten")
    assert (ran.code, "secret" in ran.err) == (1, False)


def test_sound_books_verify(clerk: Clerk) -> None:
    """Verifying says what was replayed and that it is sound."""
    ran = clerk("verify")
    assert ran.code == 0
    assert ran.out.startswith("Nagelopen: 4 journaalposten met 4 boekingsregels")
    assert ran.out.endswith("De boeken kloppen.\n")
    data = clerk.done("verify")
    assert (data["is_sound"], data["findings"], data["entries"]) == (True, [], 4)


def test_damage_is_found_and_exits_with_1(clerk: Clerk) -> None:
    """A balance that somebody changed is a finding, on paper and in JSON, and the exit code is 1."""
    with unguarded(clerk.books) as connection:
        connection.execute("UPDATE account SET balance_cents = balance_cents + 1 WHERE code LIKE 'budget/sport/%'")
    ran = clerk("verify")
    assert ran.code == 1
    assert "De boeken kloppen niet: 1 bevindingen" in ran.out
    assert "budget/sport/" in ran.out
    data = clerk("verify", "--json")
    assert (data.code, data.data["is_sound"]) == (1, False)
    assert [finding["check"] for finding in data.data["findings"]] == ["balance"]


def test_books_without_their_guards_are_not_used(clerk: Clerk) -> None:
    """Where a guard of the books is gone, nothing is read or written."""
    with unguarded(clerk.books):
        ran = clerk("verify")
    assert ran.code == 1
    assert "De beveiliging" in ran.err


def test_serving_becomes_the_merchant_service(clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program becomes the service, with its settings in the environment and sound books."""
    became: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda _path, arguments: became.append(arguments))
    settings = ("PASLEDGER_BOOKS", "MERCHANT_API_HOST", "MERCHANT_API_PORT")
    for name in settings:
        monkeypatch.setenv(name, "")
    ran = clerk("serve", "--port", "8123", PASLEDGER_BOOKS=None)
    assert (ran.code, became) == (2, [])
    ran = clerk("serve", "--port", "8123", "--books", clerk.books, PASLEDGER_BOOKS=None)
    assert (ran.code, ran.out) == (0, "")
    assert "http://127.0.0.1:8123/v1" in ran.err
    assert became == [[sys.executable, "-m", "merchant_api"]]
    assert [os.environ[name] for name in settings[1:]] == ["127.0.0.1", "8123"]


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_a_port_is_a_port(clerk: Clerk, port: str) -> None:
    """A port that cannot be is not understood."""
    assert clerk("serve", "--port", port).code == 2


def test_the_command_line_does_not_import_the_service() -> None:
    """The service is another program: it is started, never imported."""
    folder = Path(sys.modules["pasledger.cli"].__path__[0])
    assert not any("import merchant_api" in module.read_text(encoding="utf-8") for module in folder.glob("*.py"))


def test_what_is_wrong_first_is_said_first(clerk: Clerk) -> None:
    """Who reads one line of it reads which account it is and what is the matter with it."""
    with unguarded(clerk.books) as connection:
        connection.execute("UPDATE account SET balance_cents = balance_cents + 1 WHERE code LIKE 'budget/sport/%'")
    ran = clerk("verify")
    first, *_ = ran.out.splitlines()
    assert (ran.code, ran.out.count("Fout, om te beginnen")) == (1, 1)
    assert first.startswith(f"Fout, om te beginnen: budget/sport/{YEAR}: stored")
    [found, *_] = clerk("verify", "--json").data["findings"]
    assert found["subject"] in first
    assert found["detail"] in first
