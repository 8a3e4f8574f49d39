"""Several transactions open at once, taken further by one statement in any order: an order explains the answers."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from pasledger.store import Reader
from pasledger.usecases.verifying import verify
from tests.support import faults
from tests.support.books import KINDS, POSTGRESQL, SQLITE, opened, place_in
from tests.support.clients import AT_FIRST, BUDGET, HOLDERS, THE_TOWN, answer_of, look, request_of
from tests.support.history import (
    NOT_ENOUGH,
    Answer,
    Asked,
    Award,
    ChangeBudget,
    GiveBack,
    Look,
    Operation,
    Pay,
    shown,
    unexplained,
)
from tests.support.stepping import Interleaving
from tests.support.town import a_stamp

NEVER = 1 << 62
payers = st.sampled_from(HOLDERS[:2])
amounts = st.sampled_from([100, 350, 600])
keys = st.none() | st.sampled_from("ab")


class OpenTransactions(RuleBasedStateMachine):
    """Writers who each have a transaction open, and readers in between, on one schema in PostgreSQL."""

    kind = POSTGRESQL
    writers = 3

    def __init__(self) -> None:
        super().__init__()
        self.place = ExitStack()
        folder = self.place.enter_context(TemporaryDirectory())
        self.books = self.place.enter_context(place_in(self.kind, Path(folder)))(*THE_TOWN)
        self.store = self.place.enter_context(opened(self.books))
        self.interleaving = Interleaving(self.books, self.writers)
        self.place.callback(self.interleaving.close)
        self.now = 0
        self.number = 100
        self.asking: dict[int, tuple[int, list[Asked]]] = {}
        self.history: list[Operation] = []
        self.paid: list[Pay] = []
        self.reading: tuple[Reader, dict[str, int]] | None = None
        self.snapshot = self.place.enter_context(ExitStack())

    def teardown(self) -> None:
        """Let all come to an end, and hold all that was told against the orders that there are."""
        try:
            self.interleaving.finish()
            self.hear()
            self.look_at_all()
            found = unexplained(self.history, AT_FIRST)
            assert not found, shown(found)
            assert verify(self.store).findings == ()
        finally:
            self.place.close()

    # --- what happens

    @precondition(lambda self: self.interleaving.idle())
    @rule(data=st.data())
    def somebody_asks(self, data: st.DataObject) -> None:
        """A batch of one or two begins, and stands before its first statement."""
        place = data.draw(st.sampled_from(self.interleaving.idle()))
        asked = [data.draw(self.requests()) for _ in range(data.draw(st.integers(1, 2)))]
        self.asking[place] = self.now, asked
        self.interleaving.begin(place, [request_of(one) for one in asked], a_stamp())

    @precondition(lambda self: self.interleaving.ready())
    @rule(data=st.data(), statements=st.integers(1, 30))
    def one_goes_on(self, data: st.DataObject, statements: int) -> None:
        """One of them goes some statements further, perhaps to its end, or until it has to wait."""
        place = data.draw(st.sampled_from(self.interleaving.ready()))
        for _ in range(statements):
            if place in self.interleaving.ready():
                self.interleaving.go_on(place)
        self.hear()

    @rule(account=st.sampled_from([*HOLDERS[:2], BUDGET]))
    def somebody_looks(self, account: str) -> None:
        """A reader is never kept waiting, whoever writes."""
        with self.store.read() as reader:
            self.tell(Look(account), look(reader, Look(account)))

    @precondition(lambda self: self.reading is None)
    @rule()
    def somebody_begins_to_read(self) -> None:
        """A reader who takes long."""
        reader = self.snapshot.enter_context(self.store.read())
        self.reading = reader, balances(reader)

    @precondition(lambda self: self.reading is not None)
    @rule()
    def somebody_ends_to_read(self) -> None:
        """Whatever was booked meanwhile, it is not seen by who began to read before."""
        assert self.reading is not None
        reader, before = self.reading
        assert balances(reader) == before
        self.snapshot.close()
        self.reading = None

    # --- what must hold

    @invariant()
    def only_whole_batches_are_seen(self) -> None:
        """Each stored balance is what the transfers add up to, and none is below zero, at any moment."""
        with self.store.read() as reader:
            balances(reader)

    # --- how

    def requests(self) -> st.SearchStrategy[Asked]:
        """Return requests, so few that they meet."""
        self.number += 1
        number, decisions = self.number, st.sampled_from(["one", "other"])
        asks: st.SearchStrategy[Asked] = (
            st.builds(lambda by, cents, key: Pay(by, number, cents, _of(by, key)), payers, amounts, keys)
            | st.builds(lambda of, to: Award(to, BUDGET, number, 150, f"{of} for {to}"), decisions, payers)
            | st.builds(ChangeBudget, st.just(BUDGET), st.just(number), st.sampled_from([100, -100]), decisions)
        )
        if self.paid:
            asks |= st.builds(
                lambda paid, cents, key: GiveBack(paid.holder, number, paid.number, cents, _of(paid.holder, key)),
                *(st.sampled_from(self.paid), st.sampled_from([50, 100]), keys),
            )
        return asks

    def hear(self) -> None:
        """Write down what those were told who are done."""
        self.now += 1
        for place in [place for place in self.interleaving.idle() if place in self.asking]:
            began, asked = self.asking.pop(place)
            answers = self.interleaving.writers[place].answers
            if isinstance(answers, Exception):
                raise answers
            for one, outcome in zip(asked, answers or [], strict=True):
                self.history.append(Operation(one, answer_of(outcome), began, self.now))
                if isinstance(one, Pay):
                    self.paid.append(one)
        self.now += 1

    def tell(self, asked: Asked, answer: Answer) -> None:
        """Write down what was told at once."""
        self.history.append(Operation(asked, answer, self.now, self.now))
        self.now += 1

    def look_at_all(self) -> None:
        """Look at every account."""
        with self.store.read() as reader:
            for account in AT_FIRST:
                self.tell(Look(account), look(reader, Look(account)))


class OpenTransactionsOnDisk(OpenTransactions):
    """The same on one SQLite file, where a second writer waits for the first."""

    kind = SQLITE
    writers = 2


TestOpenTransactions = pytest.mark.slow(OpenTransactions.TestCase)
TestOpenTransactions.settings = settings(max_examples=settings().max_examples // 20, stateful_step_count=25)

TestOpenTransactionsOnDisk = OpenTransactionsOnDisk.TestCase
TestOpenTransactionsOnDisk.settings = settings(max_examples=settings().max_examples // 10, stateful_step_count=25)


def _of(holder: str, key: str | None) -> str | None:
    return key and f"{holder}-{key}"


def balances(reader: Reader) -> dict[str, int]:
    """Return the stored balances of a snapshot, which are what its transfers add up to."""
    stored = {account.code: balance.cents for account, balance in reader.stored_balances()}
    summed = {
        account.code: moved.balance(is_debit_normal=False).cents
        for account, moved in reader.turnovers()
        if account.kind.is_floored
    }
    assert stored == summed
    assert all(cents >= 0 for cents in stored.values())
    return stored


@contextmanager
def open_transactions(kind: str, folder: Path, writers: int) -> Iterator[tuple[Interleaving, Any]]:
    """Return writers on the same books, and the books to look at."""
    with place_in(kind, folder) as make, ExitStack() as open_books:
        books = make(*THE_TOWN)
        store = open_books.enter_context(opened(books))
        interleaving = Interleaving(books, writers)
        open_books.callback(interleaving.close)
        yield interleaving, store


def goes_on_up_to(interleaving: Interleaving, place: int, statement: str | None = None) -> None:
    """Take a writer up to a statement; or as far as it comes, which is to its end or to a lock."""
    while place in interleaving.ready() and interleaving.writers[place].stands_before != statement:
        interleaving.go_on(place)


def told(interleaving: Interleaving, place: int) -> Answer:
    """Return what a writer was told who asked for one thing."""
    answers = interleaving.writers[place].answers
    assert isinstance(answers, list)
    (outcome,) = answers
    return answer_of(outcome)


@pytest.mark.parametrize("kind", KINDS)
def test_the_second_waits_for_the_first(tmp_path: Path, kind: str) -> None:
    """Of two who would spend the same money the second is not decided before the first is on the disk."""
    with open_transactions(kind, tmp_path, 2) as (interleaving, store):
        for place, number in enumerate((101, 102)):
            interleaving.begin(place, [request_of(Pay("1", number, 400))], a_stamp())
        goes_on_up_to(interleaving, 0, "COMMIT")
        goes_on_up_to(interleaving, 1)
        assert (interleaving.idle(), interleaving.ready()) == ([], [0])
        with store.read() as reader:
            assert look(reader, Look("1")) == Answer(figure=600)
        interleaving.finish()
        assert [told(interleaving, place) for place in (0, 1)] == [Answer(figure=101), Answer(NOT_ENOUGH)]


def test_without_locks_the_second_overwrites_the_first(tmp_path: Path) -> None:
    """With nothing locked, the same steps give two answers that no order explains: these tests can fail."""
    with faults.without_locks(), open_transactions(POSTGRESQL, tmp_path, 2) as (interleaving, store):
        asked = [Pay("1", 101, 400), Pay("1", 102, 400)]
        for place, pay in enumerate(asked):
            interleaving.begin(place, [request_of(pay)], a_stamp())
        goes_on_up_to(interleaving, 0, "COMMIT")
        goes_on_up_to(interleaving, 1)
        interleaving.finish()
        history = [Operation(pay, told(interleaving, place), 0, 1) for place, pay in enumerate(asked)]
        assert [one.answer for one in history] == [Answer(figure=101), Answer(figure=102)]
        assert set(unexplained(history, AT_FIRST)) == {"1"}
        assert verify(store).findings != ()


def test_who_waited_sees_all_that_came_meanwhile(tmp_path: Path) -> None:
    """While a payment waits for another, an award is booked and seen: then it is not refused for lack of that money."""
    with open_transactions(POSTGRESQL, tmp_path, 3) as (interleaving, store):
        asked: list[Asked] = [Pay("1", 101, 600), Pay("1", 102, 100), Award("1", BUDGET, 103, 150, "new")]
        for place, one in enumerate(asked):
            interleaving.begin(place, [request_of(one)], a_stamp())
        goes_on_up_to(interleaving, 0, "COMMIT")
        goes_on_up_to(interleaving, 1)
        assert 1 not in interleaving.ready()
        goes_on_up_to(interleaving, 2)
        with store.read() as reader:
            assert look(reader, Look("1")) == Answer(figure=750)
        interleaving.finish()
        answers = [told(interleaving, place) for place in range(3)]
        assert answers == [Answer(figure=101), Answer(figure=102), Answer()]
        assert verify(store).findings == ()
