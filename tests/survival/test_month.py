"""Survival of a month: a town pays its merchants, the treasurer dies at every step, and bank and books agree.

Seventy-five merchants sell and give back, also what was paid out already; payments come back; one merchant changes its
account in between. Each step of a run (prepare, release, write, book what the bank says) is done by a process that is
killed after it, and by one that is killed in the midst of it.
"""

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from pasledger.ledger.ids import MerchantId
from pasledger.rules.records import PayoutStep, RunStep
from pasledger.store import Store
from pasledger.usecases.verifying import verify
from tests.support.books import KINDS, place_in
from tests.support.month import YEAR, Month, a_town_to_pay
from tests.support.service import ROOT
from tests.survival.clients import a_chance
from tests.survival.treasurer import NOTHING

pytestmark = pytest.mark.slow

MERCHANTS, CARDS = 75, 120
DAYS, SALES_A_DAY, DAYS_OF_PAYING = 30, 100, (7, 14, 21, 28)
MOVED = 8
"""The merchant that changes its account after it was paid once."""


@pytest.fixture(params=KINDS)
def books(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the books of the town, once in each kind of database."""
    with place_in(request.param, tmp_path) as make:
        yield make(*a_town_to_pay(merchants=MERCHANTS, cards=CARDS))


class Treasurer:
    """Processes that do one step and are killed; what the bank is to read and what it wrote lies in a folder."""

    def __init__(self, books: str, folder: Path, chance: random.Random) -> None:
        self.books, self.folder, self.chance = books, folder, chance
        self.done: Counter[str] = Counter()
        self.died = 0
        for name in ("in", "out"):
            (folder / name).mkdir()

    def work(self, day: date) -> None:
        """Do all that there is to do, in as many processes as there are steps and deaths."""
        step = ""
        while step != NOTHING:
            if self.chance.random() < 1 / 2:
                self._die_in_the_midst(day)
            process = self._begin(day)
            step = self._tell(process)
            self._kill(process)
            assert step, "a step failed"
            self.done[step] += 1

    def _begin(self, day: date) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.survival.treasurer", self.books, str(self.folder), day.isoformat()],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def _die_in_the_midst(self, day: date) -> None:
        process = self._begin(day)
        assert process.stdin is not None
        process.stdin.write("go on\n")
        process.stdin.flush()
        time.sleep(self.chance.random() * 2)  # what it takes to start, and to do a step
        self._kill(process)
        self.died += 1

    @staticmethod
    def _tell(process: subprocess.Popen[str]) -> str:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("go on\n")
        process.stdin.flush()
        return process.stdout.readline().strip()

    @staticmethod
    def _kill(process: subprocess.Popen[str]) -> None:
        process.kill()
        process.communicate()

    def files(self) -> list[bytes]:
        """Return every file that was ever written for the bank, in order."""
        return [path.read_bytes() for path in sorted((self.folder / "out").glob("*.xml"))]


def test_a_month_ends_with_each_merchant_having_its_own(books: str, tmp_path: Path) -> None:
    """Bank and books agree to the cent, whoever was killed when; nobody is paid twice, and nobody too little."""
    chance = a_chance()
    with closing(Store.open(books)) as store:
        month, treasurer = Month(store, MERCHANTS), Treasurer(books, tmp_path, chance)
        month.begin()
        written = 0
        for day in range(1, DAYS + 1):
            _sell_and_give_back(month, chance)
            if day not in DAYS_OF_PAYING:
                month.today += timedelta(days=1)
                continue
            if day == DAYS_OF_PAYING[1]:
                month.change_account(MOVED)
            if day == DAYS_OF_PAYING[2]:
                month.check_account(MOVED)
            treasurer.work(month.today)
            files = treasurer.files()
            month.bank_pays(files[written:])
            written = len(files)
            for _ in range(2):
                month.comes_back(chance.randrange(len(month.paid)))
            statement = month.bank.close_the_day(month.today)
            (tmp_path / "in" / f"{month.bank.number:03}.xml").write_bytes(statement)
            treasurer.work(month.today)
            month.assert_each_has_its_own()
            month.today += timedelta(days=1)
        _assert_all_is_well(month, treasurer)


def _sell_and_give_back(month: Month, chance: random.Random) -> None:
    month.sell(
        [(chance.randint(1, MERCHANTS), chance.randint(1, CARDS), chance.randint(1, 4000)) for _ in range(SALES_A_DAY)]
    )
    for _ in range(SALES_A_DAY // 20):
        month.give_back(chance.randrange(len(month.sold)), chance.randint(1, 4000))


def _assert_all_is_well(month: Month, treasurer: Treasurer) -> None:
    """Look at everything at the end; and that the month was one in which enough happened."""
    month.assert_each_line_is_paid_once()
    month.assert_statements_add_up(
        YEAR.starts_on, *(month.today - timedelta(days=days) for days in (21, 14, 7)), YEAR.ends_before
    )
    assert verify(month.store).findings == ()
    runs = len(DAYS_OF_PAYING)
    assert all(treasurer.done[step] for step in ("prepare", "release", "write", "book"))  # or those that died did it
    assert treasurer.died > 0
    assert len([left for _, _, left in month.sold if left]) > 2000
    with month.store.read() as reader:
        found = [reader.payouts.run(run) for run in reader.payouts.runs()]
    assert [run.steps for run in found] == [(RunStep.RELEASED,)] * runs
    steps = Counter(step for run in found for became in run.payout_steps.values() for step in became)
    assert steps[PayoutStep.RETURNED] == 2 * runs
    assert steps[PayoutStep.PAID] > MERCHANTS
    moved = MerchantId.of(MOVED)
    assert {payout.iban for run in found for payout in run.payouts if payout.merchant == moved} == set(
        month.accounts[moved]
    )
