"""Holds on the command line: what is set aside, what has ended, and letting go by hand."""

from dataclasses import replace

import pytest

from pasledger.usecases.minting import stamp_now
from tests.cli.conftest import CLUB, YEAR, Clerk


def test_what_is_held_is_listed(clerk: Clerk) -> None:
    """By their last day, for people in their words."""
    later, sooner = clerk.held("P-1", days=30), clerk.held("P-1", amount="2.50", days=3)
    rows = clerk.done("holds", "list")["holds"]
    assert [(row["hold"], row["merchant"], row["amount"], row["left"]) for row in rows] == [
        (sooner, CLUB, "2.50", "2.50"),
        (later, CLUB, "5.00", "5.00"),
    ]
    shown = clerk("holds", "list").out
    for word in ("reservering", "tot en met", CLUB, "€ 2,50", later):
        assert word in shown


def test_a_hold_is_let_go_in_part_and_whole(clerk: Clerk) -> None:
    """What goes back can be spent again; without an amount it is all that is left; with a key it is once."""
    hold = clerk.held("P-1")
    first = clerk.done("holds", "release", hold, "--amount", "1,50", "--key", "k")
    again = clerk.done("holds", "release", hold, "--amount", "1,50", "--key", "k")
    assert (first["amount"], first["left"], first["is_repeat"]) == ("1.50", "3.50", False)
    assert again == first | {"is_repeat": True}
    said = clerk("holds", "release", hold).out
    assert "€ 3,50 vrijgegeven; nog € 0,00 gereserveerd" in said
    assert clerk.left("P-1") == {"sport": "50.00", "cadeau": "75.00"}
    assert clerk.done("holds", "list") == {"holds": []}


def test_what_was_taken_is_given_back(clerk: Clerk) -> None:
    """In part and whole, once by its key, to where it came from."""
    hold = clerk.captured("P-1")
    first = clerk.done("holds", "refund", hold, "--amount", "1,50", "--key", "k")
    assert (first["amount"], first["refundable"], first["is_repeat"]) == ("1.50", "3.50", False)
    assert clerk.done("holds", "refund", hold, "--amount", "1,50", "--key", "k") == first | {"is_repeat": True}
    assert "€ 3,50 teruggeboekt" in clerk("holds", "refund", hold).out
    assert clerk.left("P-1") == {"sport": "50.00", "cadeau": "75.00"}


@pytest.mark.parametrize(
    ("named", "arguments", "code"),
    [("hol_nothing", (), "hold-unknown"), (None, ("--amount", "5,01"), "hold-too-small")],
)
def test_what_cannot_be_let_go(clerk: Clerk, named: str | None, arguments: tuple[str, ...], code: str) -> None:
    """An unknown hold, and more than is left, are refused, and nothing is booked."""
    hold = named or clerk.held("P-1")
    before = clerk.booked()
    ran = clerk("holds", "release", hold, *arguments, "--json")
    assert (ran.code, f'"{code}"' in ran.err) == (1, True)
    assert clerk.booked() == before


def test_a_sweep_lets_go_what_has_ended(clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Today nothing has ended; next year all has, and what had ended with the year lapses."""
    clerk.held("P-1", amount="5.00", days=1)
    clerk.held("P-1", amount="2.00", days=2)
    assert clerk.done("holds", "sweep") == {"released": 0, "amount": "0.00"}
    _set_the_clock(monkeypatch)
    assert "2 reserveringen waren afgelopen; € 7,00 vrijgegeven." in clerk("holds", "sweep").out
    assert clerk.done("holds", "sweep") == {"released": 0, "amount": "0.00"}
    assert clerk.done("account", f"lapsed/sport/{YEAR + 1}")["movements"][-1]["balance"] == "7.00"
    assert clerk.done("verify")["is_sound"]


def _set_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be the same day of next year."""

    def next_year(prepared_by: str, approved_by: str | None = None) -> object:
        now = stamp_now(prepared_by, approved_by)
        return replace(now, effective_on=now.effective_on.replace(year=YEAR + 1, day=1))

    monkeypatch.setattr("pasledger.cli.calls.stamp_now", next_year)
