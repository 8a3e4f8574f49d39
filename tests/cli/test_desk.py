"""The desk on the command line: it is run, and the auditor reads who was looked up there."""

from typing import Any

import pytest
import uvicorn

from pasledger.rules.records import LookUpPurpose
from pasledger.usecases import desk
from pasledger.usecases.desk import Clerk as AtTheDesk
from pasledger.usecases.minting import stamp_now
from tests.cli.conftest import Clerk
from tests.support.books import opened

HERE = AtTheDesk("clerk", "desk, from 127.0.0.1")


@pytest.fixture
def looked_up(clerk: Clerk) -> Clerk:
    """A clerk who looked a holder up for a card, blocked it, and asked for somebody who is not there."""
    with opened(clerk.books) as store:
        act = desk.find(store, HERE, desk.named("P-1"), LookUpPurpose.CARD)
        whom = desk.found(store, HERE, act, at=stamp_now("clerk").recorded_at)
        assert whom is not None
        desk.block(store, HERE, whom, whom.cards[0][0])
        desk.find(store, HERE, desk.named("P-2"), LookUpPurpose.MONEY)
        with pytest.raises(Exception, match="holder-unknown"):
            desk.find(store, HERE, desk.named("P-3"), LookUpPurpose.OWN_DATA)
    return clerk


def test_the_auditor_reads_who_was_looked_up(looked_up: Clerk) -> None:
    """Who, what, why, whom, what was done under it and how it ended; nobody's reference is in it."""
    found = looked_up.done("audit", "look-ups")["look_ups"]
    assert [(one["actor"], one["action"], one["purpose"], one["result"]) for one in found] == [
        ("clerk", "desk find", "card", "done"),
        ("clerk", "desk block", "card", "done"),
        ("clerk", "desk find", "money", "done"),
        ("clerk", "desk find", "own-data", "holder-unknown"),
    ]
    assert found[1]["under"] == found[0]["id"]
    assert (found[0]["card"], found[1]["card"] is None) == (None, False)
    assert found[0]["holder"] == found[1]["holder"]
    assert found[3]["holder"] is None
    assert {one["origin"] for one in found} == {"desk, from 127.0.0.1"}
    assert "P-1" not in repr(found)
    assert "geblokkeerd" in looked_up("cards", "overview", looked_up.card("P-1")).out


@pytest.mark.parametrize(
    ("asked", "number"),
    [
        (("--holder", "P-1"), 2),
        (("--holder", "P-2"), 1),
        (("--purpose", "money"), 1),
        (("--actor", "clerk"), 4),
        (("--actor", "approver"), 0),
        (("--until", "2020-01-01"), 0),
        (("--since", "2020-01-01"), 4),
    ],
)
def test_look_ups_are_found_by_whom_they_are_about(looked_up: Clerk, asked: tuple[str, str], number: int) -> None:
    """By holder, purpose, actor and day; for people in a table."""
    assert len(looked_up.done("audit", "look-ups", *asked)["look_ups"]) == number
    assert looked_up("audit", "look-ups", *asked).code == 0


def test_a_holder_who_is_not_there_was_never_looked_up(looked_up: Clerk) -> None:
    """It is refused, so that an empty list is not taken for an answer."""
    ran = looked_up("audit", "look-ups", "--holder", "P-9")
    assert (ran.code, ran.out) == (1, "")


def test_the_desk_listens_on_this_machine(clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing else is said; and without sound books, or with an address that is none, it does not start."""
    ran_with: list[dict[str, Any]] = []
    monkeypatch.setattr(uvicorn, "run", lambda _app, **options: ran_with.append(options))
    ran = clerk("desk", "--port", "8123", "--link-base", "https://pas.example/")
    assert (ran.code, ran.out) == (0, "")
    assert "http://127.0.0.1:8123/" in ran.err
    assert [(one["host"], one["port"], one["access_log"]) for one in ran_with] == [("127.0.0.1", 8123, False)]
    assert clerk("desk", "--link-base", "pas.example").code == 2
    assert clerk("desk", "--books", clerk.folder / "none.db").code == 1
    assert len(ran_with) == 1
