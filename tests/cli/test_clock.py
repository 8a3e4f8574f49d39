"""A clock that is behind the books: nothing is booked by it, and everything can still be read."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

import pytest

from pasledger.formats import cells
from pasledger.ledger.money import Money
from pasledger.usecases.booking import book_all
from pasledger.usecases.finding import merchant_named
from pasledger.usecases.minting import stamp_now
from pasledger.usecases.spending import redemption
from tests.cli.conftest import CLUB, Clerk
from tests.support.books import opened


@pytest.fixture
def behind(clerk: Clerk) -> Clerk:
    """A clerk whose clock is an hour behind a payment in the books."""
    stamp = stamp_now("clerk")
    with opened(clerk.books) as store:
        merchant = merchant_named(store, CLUB, on=stamp.effective_on).id
        paid = redemption(merchant=merchant, card=cells.card_number(clerk.card("P-1")), amount=Money(100))
        book_all(store, [paid], replace(stamp, recorded_at=stamp.recorded_at + timedelta(hours=1)))
    return clerk


def paying(clerk: Clerk) -> tuple[str, ...]:
    """Return the command for one payment."""
    return ("redeem", "--card", clerk.card("P-1"), "--merchant", CLUB, "--amount", "5,00")


def test_nothing_is_booked_by_a_clock_that_is_behind(behind: Clerk) -> None:
    """Whatever writes is refused, with both moments and what to do."""
    before = behind.booked()
    for command in (paying(behind), ("terminals", "add", CLUB, "kassa 9"), ("cards", "block", behind.card("P-2"))):
        ran = behind(*command)
        assert (ran.code, ran.out) == (1, "")
        assert "De klok van deze machine staat op" in ran.err
        assert "Zet de klok gelijk" in ran.err
    assert behind.booked() == before


def test_books_are_read_by_any_clock(behind: Clerk) -> None:
    """Reports and the proof need no clock."""
    for command in (("verify",), ("trial-balance",), ("balances", "--holder", "P-1"), ("terminals", "list")):
        assert behind(*command).code == 0


def test_a_clock_that_was_looked_at_is_taken(behind: Clerk) -> None:
    """Where somebody says that this clock is the right one, work goes on, and the books stay sound."""
    assert behind(*paying(behind), PASLEDGER_CLOCK="trusted").code == 0
    assert behind.done("verify")["is_sound"]


def test_the_service_does_not_start_behind_its_books(behind: Clerk) -> None:
    """It says why in a sentence and ends, before it takes a payment."""
    ran = subprocess.run(
        [sys.executable, "-m", "merchant_api"],
        env=os.environ | {"PASLEDGER_BOOKS": str(behind.books), "MERCHANT_API_PORT": "0", "LANG": "en_GB.UTF-8"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.startswith("The clock of this machine says")
    assert "Traceback" not in ran.stderr
