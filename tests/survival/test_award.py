"""Survival of a long booking: a whole town is credited while tills pay, and while somebody pulls the plug."""

import csv
import subprocess
import sys
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import text

from pasledger.ledger import accounts
from pasledger.ledger.ids import CardId, HolderId
from pasledger.rules.cards import CardState, TokenHash
from pasledger.rules.holders import HolderReference
from pasledger.rules.records import Card, Holder
from pasledger.rules.registration import HolderRequest
from pasledger.rules.town import Needs
from pasledger.store.sqlite import BUSY_TIMEOUT_S
from pasledger.usecases.booking import CHUNK
from pasledger.usecases.minting import new_card_number, new_id, new_salt, new_token
from pasledger.usecases.verifying import verify
from tests.support.books import KINDS
from tests.support.service import ROOT, Street, on_a_port, staff
from tests.support.town import a_scheme
from tests.survival.clients import Client, a_chance, answered, at_work, reconcile, some_clients
from tests.survival.conftest import a_rich_street_in
from tests.survival.staff import award, award_file, begin_to_award

pytestmark = pytest.mark.slow

_SCHEME = "town"
_BUDGET = "99000000.00"
_MORE_THAN_A_CHUNK = CHUNK + 500


@dataclass
class Town:
    """The residents of the sample town, on a street whose tills can be used, and what was awarded to all of them."""

    street: Street
    folder: Path
    holders: list[str]
    clients: list[Client] = field(default_factory=list)
    answers_meanwhile: int = 0
    seconds: float = 0

    def file(self, number: int, holders: Sequence[str]) -> Path:
        """Return the file that awards something to holders, under a decision of its own."""
        return award_file(self.folder / f"{number}.csv", _SCHEME, f"Z-{number}", holders)

    def rows(self) -> dict[str, int]:
        """Count the rows that an award adds to."""
        tables = ("entry", "transfer", "entitlement", "award_decision")
        with self.street.store.read() as reader:
            return {
                table: reader._connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
                for table in tables
            }

    def wait_for_the_budget(self) -> None:
        """Wait until nobody books awards any more."""
        with self.street.store.begin() as transaction:
            transaction.load(Needs(budgets={accounts.budget(_SCHEME, staff().effective_on.year)}))


@pytest.fixture(scope="module")
def residents(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return the references of all who live in the sample town."""
    made = tmp_path_factory.mktemp("sample") / "town"
    script = [sys.executable, str(ROOT / "examples" / "dronten" / "make_town.py"), str(made)]
    subprocess.run(script, check=True, capture_output=True)
    with (made / "pashouders.csv").open(encoding="utf-8", newline="") as file:
        return [row["pashouder"] for row in csv.DictReader(file, delimiter=";")]


@pytest.fixture(scope="module", params=KINDS)
def town(
    request: pytest.FixtureRequest, residents: list[str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Town]:
    """Return the town, its first file awarded while tills paid: once in each kind of database."""
    folder = tmp_path_factory.mktemp("books")
    with a_rich_street_in(request.param, folder) as street:
        street.add_schemes(a_scheme(_SCHEME), budget=_BUDGET)
        street.book(*(_registration(reference) for reference in residents))
        town = Town(street, folder, residents, some_clients(a_chance()))
        with on_a_port(street) as till, at_work(till, town.clients):
            began, before = time.monotonic(), answered(town.clients)
            assert award(street.books, town.file(1, residents)) == (0, "")
            town.seconds = time.monotonic() - began
            town.answers_meanwhile = answered(town.clients) - before
        yield town


def _registration(reference: str) -> HolderRequest:
    holder = Holder(new_id(HolderId), HolderReference(reference), new_salt())
    token = TokenHash.of(new_token())
    return HolderRequest(holder, Card(new_id(CardId), holder.id, new_card_number(), token, CardState.ACTIVE))


def test_tills_wait_for_a_town_and_never_fail(town: Town) -> None:
    """While forty thousand are credited in another process, every payment and refund is answered with yes.

    Only where the machine takes longer for that than a till waits, it is told to come back, and then hears yes.
    """
    assert len(town.holders) > 40_000
    assert town.answers_meanwhile > 0
    come_back = sum(client.told_to_come_back for client in town.clients)
    assert come_back == 0 or town.seconds > BUSY_TIMEOUT_S
    assert [client.unanswered for client in town.clients] == [[]] * len(town.clients)
    reconcile(town.street, town.clients)


def test_a_killed_award_is_there_whole_or_not_at_all(town: Town, rounds: int) -> None:
    """Killed at any moment, an award has booked everything or nothing; the same file again completes it, once."""
    chance = a_chance()
    found: Counter[str] = Counter()
    began = time.monotonic()
    assert award(town.street.books, town.file(2, town.holders[:_MORE_THAN_A_CHUNK])) == (0, "")
    seconds = time.monotonic() - began
    moments = deque((turn + chance.random()) / rounds * seconds for turn in range(rounds))  # some early, some late
    number = 3
    while moments:
        before, moment = town.rows(), moments.popleft()
        process = begin_to_award(town.street.books, town.file(number, town.holders[:_MORE_THAN_A_CHUNK]))
        time.sleep(moment)
        process.kill()
        process.communicate()
        town.wait_for_the_budget()  # a server may still do what it was sent by somebody who is dead
        added = {rows - before[table] for table, rows in town.rows().items()}
        assert added in ({0}, {_MORE_THAN_A_CHUNK})
        found["nothing" if added == {0} else "everything"] += 1
        number += added != {0}
        if not moments and not found["nothing"]:
            moments.append(moment / 2)  # the award before them was slower than these, and no kill was in time
    before, file = town.rows(), town.file(number, town.holders[:_MORE_THAN_A_CHUNK])
    assert award(town.street.books, file) == (0, "")
    code, said = award(town.street.books, file)
    assert (code, "award-repeated" in said) == (1, True)
    assert {rows - before[table] for table, rows in town.rows().items()} == {_MORE_THAN_A_CHUNK}
    assert verify(town.street.store).findings == ()
