"""Backing up while others pay, and going on with what was restored."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Condition, Thread

import pytest

from pasledger.ledger.ids import RedemptionId
from pasledger.ledger.refusals import Refusal
from pasledger.store import Store
from pasledger.usecases.copying import copy
from pasledger.usecases.verifying import verify
from tests.support import postgresql
from tests.support.books import (
    A_LIVED_IN_TOWN,
    KINDS,
    SQLITE,
    MakeBooks,
    a_file,
    answer,
    content,
    granted,
    opened,
    unguarded,
)
from tests.support.town import a_redemption, an_award

LONGEST_WAIT_S = 60


@pytest.fixture(params=KINDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return where there is nothing yet: once in each kind of database."""
    if request.param == SQLITE:
        yield str(tmp_path / "copy.db")
        return
    address = postgresql.a_free_address()
    yield address
    postgresql.drop(address)


@dataclass
class Till:
    """Pays a cent again and again, and keeps which payments were acknowledged, in their order."""

    books: str
    paid: list[RedemptionId] = field(default_factory=list)
    is_open: bool = True
    _news: Condition = field(default_factory=Condition)

    def pay(self) -> None:
        """Pay until closing time."""
        with opened(self.books) as store:
            number = 1
            while self.is_open:
                granted(store, a_redemption("0,01", number=number))
                with self._news:
                    self.paid.append(RedemptionId.of(number))
                    self._news.notify_all()
                number += 1

    def wait_for_another(self, _done: int = 0) -> None:
        """Wait until one payment more was acknowledged."""
        with self._news:
            before = len(self.paid)
            assert self._news.wait_for(lambda: len(self.paid) > before, LONGEST_WAIT_S)


@contextmanager
def paying(books: str) -> Iterator[Till]:
    """Keep a till at work in another thread, with a connection of its own."""
    till = Till(books)
    thread = Thread(target=till.pay)
    thread.start()
    try:
        yield till
    finally:
        till.is_open = False
        thread.join()


def test_a_backup_is_taken_while_others_pay(store: Store, books: str, place: str) -> None:
    """The copy is sound, and holds the acknowledged payments up to one moment: none of them missing, and none later."""
    with paying(books) as till:
        till.wait_for_another()
        before = len(till.paid)
        # Told of each chunk of rows and each entry that was replayed: at every step a payment more comes through.
        verification = copy(store, place, till.wait_for_another)
        after = len(till.paid)
    copied = sorted(row[0] for row in content(place)["redemption"])
    assert verification.is_sound
    assert copied == till.paid[: len(copied)]
    assert before <= len(copied) < after
    assert verify(store).is_sound


def test_a_backup_of_an_unsound_town_is_made_and_says_so(tmp_path: Path, place: str) -> None:
    """It may be all there is, so it is kept; and whoever made it knows what is wrong with it."""
    path = a_file(tmp_path / "books.db", *A_LIVED_IN_TOWN)
    with unguarded(path) as connection:
        connection.execute("UPDATE account SET balance_cents = balance_cents + 1 WHERE kind = 'budget'")
    with opened(path) as store:
        copied = copy(store, place)
        assert copied == verify(store)
    assert {finding.check for finding in copied.findings} == {"balance"}
    with opened(place) as store:
        assert verify(store) == copied


@pytest.fixture
def restored(make_books: MakeBooks, tmp_path: Path, place: str) -> Iterator[Store]:
    """Return the books of a town after a backup was made of them, and restored in each kind of database."""
    with opened(make_books(*A_LIVED_IN_TOWN)) as store:
        assert copy(store, str(tmp_path / "backup.db")).is_sound
    with closing(Store.open(str(tmp_path / "backup.db"), reads_only=True)) as backup:
        assert copy(backup, place).is_sound
    with opened(place) as store:
        yield store


def test_restored_books_go_on(restored: Store) -> None:
    """Cards pay from what was left, to the cent and no further."""
    granted(restored, a_redemption("33,00", number=101))
    refused = answer(restored, a_redemption("1.000,00", number=102)).refused
    assert refused is not None
    assert refused.reason is Refusal.NOT_ENOUGH
    assert verify(restored).is_sound


def test_restored_books_know_their_keys(restored: Store) -> None:
    """A key from before the backup is answered as it was then: with its payment, or with its refusal."""
    paid = answer(restored, a_redemption("60,00", number=101, key="paid"))
    assert paid.is_repeat
    assert paid.attempt is not None
    assert paid.attempt.result == RedemptionId.of(1)
    refused = answer(restored, a_redemption("500,00", number=102, key="refused"))
    assert refused.is_repeat
    assert refused.refused is not None
    assert refused.refused.reason is Refusal.NOT_ENOUGH


def test_restored_books_know_their_decisions(restored: Store) -> None:
    """An award that was booked before the backup is not booked again."""
    refused = answer(restored, an_award("30,00", holder=2, number=101, decision="Z-3")).refused
    assert refused is not None
    assert refused.reason is Refusal.AWARD_REPEATED
