"""The one write path: each key answered once for ever, each batch whole or not at all, no cent spent twice."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from threading import Barrier, Thread

import pytest
from sqlalchemy import event

from pasledger.ledger import accounts
from pasledger.ledger.books import fold
from pasledger.ledger.ids import EntitlementId, RedemptionId
from pasledger.ledger.journal import Stamp
from pasledger.ledger.money import Money, total
from pasledger.ledger.refusals import Refusal
from pasledger.rules.attempts import AttemptKey, key_of
from pasledger.rules.cards import CardState
from pasledger.rules.deciding import Outcome, Request
from pasledger.rules.payouts import PayoutRequest
from pasledger.rules.redemption import RedemptionRequest
from pasledger.rules.registration import CardRequest
from pasledger.store import BooksLost, BooksProblem, BooksUndecided, BooksUnusable, Store, Transaction
from pasledger.usecases import booking, spending
from pasledger.usecases.booking import NothingBooked, book, book_all
from pasledger.usecases.minting import stamp_now
from pasledger.usecases.verifying import verify
from tests.support.books import A_LIVED_IN_TOWN, MakeBooks, answer, content, granted, holders, is_postgresql, opened
from tests.support.town import (
    CAFE,
    CLUB,
    TODAY,
    a_budget,
    a_card,
    a_merchant,
    a_redemption,
    a_refund,
    a_stamp,
    an_award,
    euros,
)

KEY = key_of(CLUB, "k1")


def reason(outcome: Outcome) -> Refusal | None:
    """Return why a request was refused; None where it was granted."""
    return outcome.refused.reason if outcome.refused else None


def left(store: Store, number: int = 1) -> Money:
    """Return the stored balance of an entitlement for culture."""
    with store.read() as reader:
        return dict(reader.stored_balances())[accounts.entitlement(EntitlementId.of(number), "culture")]


# --- the same key


def test_the_same_key_has_the_same_answer(store: Store, books: str) -> None:
    """Asked again, the answer is that of the first time under the ids of the first, and nothing is written."""
    first = answer(store, a_redemption("5,00", key="k1"))
    before = content(books)
    for number in (2, 3):
        again = answer(store, a_redemption("5,00", key="k1", number=number))
        assert again == Outcome(attempt=first.attempt, is_repeat=True)
    assert first.attempt is not None
    assert first.attempt.result == RedemptionId.of(1)
    assert content(books) == before
    assert left(store) == euros("45,00")


def test_the_same_key_in_one_batch_is_one_attempt(store: Store) -> None:
    """A retry that overtakes its first try, and comes in the same batch, is not booked again."""
    first, again, other = book(
        store,
        [
            a_redemption("5,00", key="k1"),
            a_redemption("5,00", key="k1", number=2),
            a_redemption("6,00", key="k1", number=3),
        ],
        a_stamp(),
    )
    assert (reason(first), again, reason(other)) == (
        None,
        Outcome(attempt=first.attempt, is_repeat=True),
        Refusal.KEY_REUSED,
    )
    assert left(store) == euros("45,00")


def test_the_same_key_after_reopening(books: str) -> None:
    """What a key stands for is in the books, and not in a process."""
    with opened(books) as store:
        first = answer(store, a_redemption("5,00", key="k1"))
    with opened(books) as store:
        assert answer(store, a_redemption("5,00", key="k1", number=2)) == Outcome(attempt=first.attempt, is_repeat=True)


@pytest.mark.parametrize(
    "other",
    [
        a_redemption("6,00", key="k1", number=2),
        a_redemption("5,00", card=2, key="k1", number=2),
        a_refund("5,00", of=1, key="k1"),
    ],
    ids=["another amount", "another card", "a refund"],
)
def test_the_same_key_for_something_else_is_refused(books: str, other: Request) -> None:
    """In the same batch, later, and after reopening: and what the key stood for stays."""
    with opened(books) as store:
        outcomes = book(store, [a_redemption("5,00", key="k1"), other], a_stamp())
        assert [reason(outcome) for outcome in outcomes] == [None, Refusal.KEY_REUSED]
        before = content(books)
        assert reason(answer(store, other)) is Refusal.KEY_REUSED
    with opened(books) as store:
        assert reason(answer(store, other)) is Refusal.KEY_REUSED
        assert content(books) == before
        assert answer(store, a_redemption("5,00", key="k1")).is_repeat


def test_a_key_belongs_to_its_merchant(store: Store) -> None:
    """Another merchant may use the same key; the two never meet."""
    for merchant in (CLUB, CAFE):
        answer(store, a_redemption("5,00", key="k1", merchant=merchant, number=int(merchant[-1])))
    with store.read() as reader:
        assert reader.attempt(key_of(CLUB, "k1")) is not None
        assert reader.attempt(key_of(CAFE, "k1")) is None  # that merchant is not known, so that its key stays free


# --- refusals


def test_a_refusal_is_final(books: str) -> None:
    """A sale that was refused at the till does not succeed later unseen, though the money has come since."""
    with opened(books) as store:
        assert reason(answer(store, a_redemption("60,00", key="k1"))) is Refusal.NOT_ENOUGH
        granted(store, an_award("50,00", number=2))
        again = answer(store, a_redemption("60,00", key="k1", number=2))
        assert (reason(again), again.is_repeat) == (Refusal.NOT_ENOUGH, True)
    with opened(books) as store:
        assert reason(answer(store, a_redemption("60,00", key="k1", number=3))) is Refusal.NOT_ENOUGH
        assert reason(answer(store, a_redemption("60,00", key="k2", number=4))) is None


def test_a_grant_is_final_too(store: Store) -> None:
    """A retry of a granted sale is granted, though the card is blocked and empty since."""
    answer(store, a_redemption("50,00", key="k1"))
    granted(store, CardRequest(a_card().number, CardState.BLOCKED))
    again = answer(store, a_redemption("50,00", key="k1", number=2))
    assert (reason(again), again.is_repeat) == (None, True)


@pytest.mark.parametrize(
    ("request_", "refusal"),
    [
        (a_redemption(merchant=CAFE, key="k1"), Refusal.MERCHANT_UNKNOWN),
        (a_refund(of=99, key="k1"), Refusal.REDEMPTION_UNKNOWN),
        (a_refund(of=1, merchant=CAFE, key="k1"), Refusal.REDEMPTION_UNKNOWN),
    ],
    ids=["merchant", "redemption", "another's redemption"],
)
def test_what_is_not_there_is_not_kept(store: Store, books: str, request_: Request, refusal: Refusal) -> None:
    """That something is not found says nothing about a sale: the key stays free, and nothing is written."""
    before = content(books)
    assert reason(answer(store, request_)) is refusal
    assert content(books) == before


def test_a_refusal_writes_its_key_and_nothing_else(store: Store, books: str) -> None:
    """Before and after are the same but for one row; without a key, they are the same."""
    before = content(books)
    assert reason(answer(store, a_redemption("60,00"))) is Refusal.NOT_ENOUGH
    assert content(books) == before
    asked = a_redemption("60,00", key="k1")
    assert asked.attempt is not None
    answer(store, asked)
    row = (KEY, asked.attempt.fingerprint, "2026-03-02T12:00:00.000Z", None, "not-enough")
    assert content(books) == {**before, "attempt": [row]}


@pytest.mark.parametrize("key", ["", " ", "k" * 5000, "'; DROP TABLE entry; --", '["k1"]', "é\u202e\U0001f600", "k/1"])
def test_a_key_is_only_a_text(store: Store, key: str) -> None:
    """Whatever it is made of, it is kept and found as it is."""
    attempt = AttemptKey(key_of(CLUB, key), "fingerprint")
    first = answer(store, replace(a_redemption("5,00"), attempt=attempt))
    again = answer(store, replace(a_redemption("5,00", number=2), attempt=attempt))
    assert (reason(first), again) == (None, Outcome(attempt=first.attempt, is_repeat=True))


# --- whole or not at all


class _Broken(Exception):  # noqa: N818 - what breaks is the test's own
    """The power goes out."""


def test_a_batch_that_breaks_leaves_nothing(books: str) -> None:
    """Whichever statement is the last to run, the file is afterwards as it was, and the same batch can be booked."""
    batch: list[Request] = [
        an_award("5,00", number=2),
        a_redemption("5,00", key="k1"),
        a_refund("1,00", of=1, key="k2"),
    ]
    before = content(books)
    with opened(books) as store:
        for last in range(100):
            seen = 0

            def breaks(*_statement: object, last: int = last) -> None:
                nonlocal seen
                seen += 1
                if seen > last:
                    raise _Broken

            event.listen(store._engine, "after_cursor_execute", breaks)
            try:
                book(store, batch, a_stamp())
            except _Broken:
                assert content(books) == before
            else:
                break
            finally:
                event.remove(store._engine, "after_cursor_execute", breaks)
        assert last > 10
        assert content(books) != before
        assert verify(store).is_sound


def test_a_fault_of_one_takes_back_all(store: Store, books: str) -> None:
    """What the database refuses takes the whole batch with it; nobody else's request is half there."""
    before = content(books)
    says = "books-busy" if is_postgresql(books) else "already"  # an id that is taken could be another writer's
    with pytest.raises(Exception, match=says):
        book(store, [a_redemption("1,00", number=7), replace(an_award("1,00", number=1), decision="Z-9")], a_stamp())
    assert content(books) == before


def test_booking_all_books_all(store: Store) -> None:
    """Where every request is granted, every one is booked, and progress is told."""
    done: list[int] = []
    outcomes = book_all(store, [a_redemption("1,00", number=number) for number in (1, 2, 3)], a_stamp(), done.append)
    assert [reason(outcome) for outcome in outcomes] == [None] * 3
    assert done == [3]
    assert left(store) == euros("47,00")


def test_booking_all_books_nothing_where_one_is_refused(store: Store, books: str) -> None:
    """Every refusal is told with its place; grants and keys are taken back."""
    before = content(books)
    requests = [a_redemption("30,00", key=f"k{number}", number=number) for number in (1, 2, 3)]
    with pytest.raises(NothingBooked, match="2 refused") as nothing:
        book_all(store, [*requests, a_budget(decision="council 9", number=9)], a_stamp())
    assert {place: refused.reason for place, refused in nothing.value.refusals.items()} == {
        1: Refusal.NOT_ENOUGH,
        2: Refusal.NOT_ENOUGH,
    }
    assert content(books) == before
    assert reason(answer(store, requests[1])) is None


# --- at the same moment


def spend(books: str, requests: Sequence[Sequence[RedemptionRequest]], stores: Sequence[Store]) -> list[Outcome]:
    """Book each list of requests on a thread of its own, one by one, all at the same moment."""
    outcomes: list[Outcome] = []
    together = Barrier(len(requests))

    def till(store: Store, asked: Sequence[RedemptionRequest]) -> None:
        together.wait()
        for request in asked:
            outcomes.append(answer(store, request))  # noqa: PERF401 - what came before counts if this one fails

    threads = [Thread(target=till, args=pair) for pair in zip(stores, requests, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == sum(map(len, requests))
    with opened(books) as store:
        assert verify(store).is_sound
    return outcomes


@pytest.mark.parametrize("is_shared", [True, False], ids=["one program", "several programs"])
def test_two_tills_never_spend_the_same_cent(books: str, *, is_shared: bool) -> None:
    """Whatever the order, what was granted is what was there, to the cent: € 50,00 of a hundred tries of € 0,99."""
    tries = [
        [a_redemption("0,99", number=100 * till + number, key=f"{till}/{number}") for number in range(25)]
        for till in range(4)
    ]
    with opened(books) as one, opened(books) as two:
        outcomes = spend(books, tries, [one] * 4 if is_shared else [one, one, two, two])
        paid = total(outcome.event.entry.amount for outcome in outcomes if outcome.event and outcome.event.entry)
        assert paid == euros("49,50")
        assert left(one) == euros("0,50")
        assert {reason(outcome) for outcome in outcomes} == {None, Refusal.NOT_ENOUGH}


def test_the_same_key_at_the_same_moment_is_booked_once(books: str) -> None:
    """Four tries with one key lead to one sale, and to one answer."""
    tries = [
        [a_redemption("5,00", number=10 * till + number, key=f"{number}") for number in range(5)] for till in range(4)
    ]
    with opened(books) as one, opened(books) as two:
        outcomes = spend(books, tries, [one, one, two, two])
        assert left(one) == euros("25,00")
    answers = {outcome.attempt.key: set[object]() for outcome in outcomes if outcome.attempt}
    for outcome in outcomes:
        assert outcome.attempt is not None
        answers[outcome.attempt.key].add(outcome.attempt.result)
    assert [len(one) for one in answers.values()] == [1] * 5
    assert sum(not outcome.is_repeat for outcome in outcomes) == 5


# --- when the connection is lost


class Losing(Store):
    """Books whose connection is lost a number of times: before the commit, or with the answer to it."""

    def lose(self, error: BooksUnusable, times: int, *, is_committed: bool) -> None:
        """Lose it from now on."""
        self.error, self.times, self.is_committed = error, times, is_committed
        self.tried = 0

    @contextmanager
    def begin(self) -> Iterator[Transaction]:
        """Begin a batch, which is committed or not, as was said, when the connection is lost."""
        self.tried += 1
        is_lost = self.tried <= self.times
        with super().begin() as transaction:
            yield transaction
            if is_lost and not self.is_committed:
                raise self.error
        if is_lost:
            raise self.error


@pytest.fixture
def losing(books: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Losing]:
    """Return the books of a small town behind a connection that can be lost, where nobody waits for another try."""
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    store = Losing.open(books)
    yield store
    assert verify(store).is_sound
    store.close()


LOST, UNDECIDED = BooksLost(BooksProblem.UNREACHABLE), BooksUndecided(BooksProblem.UNDECIDED)
Booking = Callable[[Store, Sequence[Request], Stamp], list[Outcome]]


@pytest.mark.parametrize("book_them", [book, book_all])
def test_a_connection_that_is_lost_before_the_commit_is_made_again(losing: Losing, book_them: Booking) -> None:
    """Nothing was written, so that whatever was asked is decided anew, also what carries no key."""
    losing.lose(LOST, times=3, is_committed=False)
    outcomes = book_them(losing, [an_award("20,00", number=2), a_redemption("5,00", key="k1")], a_stamp())
    assert ([reason(outcome) for outcome in outcomes], losing.tried) == ([None, None], 4)
    assert left(losing) + left(losing, 2) == euros("65,00")


@pytest.mark.parametrize("is_committed", [True, False])
def test_what_carries_a_key_is_asked_again_when_nobody_knows(losing: Losing, *, is_committed: bool) -> None:
    """When the answer to a commit is lost, a second try finds what the first one wrote, or writes it: once."""
    losing.lose(UNDECIDED, times=2, is_committed=is_committed)
    outcomes = book(losing, [a_redemption("5,00", key="k1"), a_redemption("60,00", number=2, key="k2")], a_stamp())
    assert [reason(outcome) for outcome in outcomes] == [None, Refusal.NOT_ENOUGH]
    assert [outcome.is_repeat for outcome in outcomes] == [is_committed] * 2
    assert [outcome.attempt.result for outcome in outcomes if outcome.attempt] == [RedemptionId.of(1), None]
    assert (left(losing), losing.tried) == (euros("45,00"), 3)


@pytest.mark.parametrize("is_committed", [True, False])
@pytest.mark.parametrize(
    "batch",
    [[an_award("20,00", number=2)], [a_redemption("5,00")], [a_redemption("5,00", key="k1"), a_redemption(number=2)]],
    ids=["an award", "no key", "one without a key"],
)
def test_what_carries_no_key_is_not_asked_again_when_nobody_knows(
    losing: Losing, batch: list[Request], *, is_committed: bool
) -> None:
    """It would be booked twice or refused as a repeat, so it is said that nobody knows; it is there whole or not."""
    before = content(losing._books)
    losing.lose(UNDECIDED, times=1, is_committed=is_committed)
    with pytest.raises(BooksUndecided):
        book(losing, batch, a_stamp())
    assert losing.tried == 1
    after = content(losing._books)
    assert len(after["entry"]) - len(before["entry"]) == (len(batch) if is_committed else 0)


@pytest.mark.parametrize("error", [LOST, UNDECIDED], ids=["lost", "undecided"])
def test_a_connection_that_stays_away_is_told(losing: Losing, error: BooksUnusable) -> None:
    """The tries are bounded, and the key books once when the connection is back."""
    losing.lose(error, times=100, is_committed=False)
    with pytest.raises(type(error)):
        book(losing, [a_redemption("5,00", key="k1")], a_stamp())
    assert losing.tried == len(booking._PAUSES_S) + 1
    losing.lose(error, times=0, is_committed=False)
    assert not answer(losing, a_redemption("5,00", key="k1")).is_repeat
    assert left(losing) == euros("45,00")


# --- what a batch sees


def test_a_batch_sees_what_came_before_it_in_it(make_books: MakeBooks) -> None:
    """A town is made, a card credited and spent, in one batch; the same as one by one."""
    at_once, one_by_one = make_books(), make_books()
    with opened(at_once) as store:
        book(store, A_LIVED_IN_TOWN, a_stamp())
        assert verify(store).is_sound
    with opened(one_by_one) as store:
        for batch in one_at_a_time(A_LIVED_IN_TOWN):
            book(store, batch, a_stamp())
    assert content(at_once) == content(one_by_one)


def one_at_a_time(requests: Sequence[Request]) -> list[list[Request]]:
    """Return a batch for each request; the payments of a run stay with their run, which nobody adds to later."""
    batches: list[list[Request]] = []
    for request in requests:
        if isinstance(request, PayoutRequest):
            batches[-1].append(request)
        else:
            batches.append([request])
    return batches


def test_a_batch_of_many_kinds(store: Store) -> None:
    """Staff and tills share a batch, and each gets the answer to its own request, in order."""
    outcomes = book(
        store,
        [
            a_redemption("60,00", key="k1"),
            an_award("20,00", number=2),
            a_redemption("60,00", number=2, key="k2"),
            a_refund(of=2, key="k3"),
            *holders([2]),
            an_award("5,00", holder=a_card(2).number, number=3),
            a_redemption("5,00", card=2, number=3),
            CardRequest(a_card().number, CardState.BLOCKED),
            a_redemption("1,00", number=4),
        ],
        a_stamp(),
    )
    assert [reason(outcome) for outcome in outcomes] == [
        Refusal.NOT_ENOUGH,
        *[None] * 7,
        Refusal.CARD_BLOCKED,
    ]
    assert verify(store).is_sound


def test_the_journal_adds_up_in_the_order_of_minted_ids(store: Store) -> None:
    """Ids made by the program sort by time, so that replaying them in order never breaks a floor."""
    granted(store, a_budget("50,00", decision="council 2", number=2))
    for _ in range(3):
        request = spending.redemption(merchant=CLUB, card=a_card().number, amount=euros("10,00"), key=None)
        (outcome,) = book(store, [request], replace(stamp_now("till"), effective_on=TODAY))
        assert reason(outcome) is None
    with store.read() as reader:
        assert fold(recorded.entry for recorded in reader.events() if recorded.entry).balance(
            accounts.payable(a_merchant().id, "culture")
        ) == euros("30,00")


def test_a_batch_sees_a_card_that_took_the_place_of_another_in_it(store: Store) -> None:
    """The card that replaces another pays from the same money, in the same batch as well as later."""
    replaced = CardRequest(a_card().number, CardState.REPLACED, a_card(2))
    assert [reason(outcome) for outcome in book(store, [replaced, a_redemption(card=2)], a_stamp())] == [None, None]


def test_a_card_may_change_back_and_forth_in_a_batch(store: Store) -> None:
    """Blocked, activated and blocked again by one stamp is three changes, of which the last holds."""
    states = (CardState.BLOCKED, CardState.ACTIVE, CardState.BLOCKED, CardState.ACTIVE, CardState.BLOCKED)
    for place in (3, 4, 5):
        outcomes = book(store, [CardRequest(a_card().number, state) for state in states[:place]], a_stamp())
        assert [reason(outcome) for outcome in outcomes] == [None] * place
        with store.read() as reader:
            (card,) = reader.cards_of(a_card().number)
        assert card.state is states[place - 1]
        if card.state is CardState.BLOCKED:
            granted(store, CardRequest(a_card().number, CardState.ACTIVE))


def test_what_two_requests_look_at_is_there_once(store: Store) -> None:
    """A batch that gives back to an entitlement and spends it does not count its balance twice."""
    granted(store, a_redemption("10,00", number=1))
    outcomes = book(store, [a_refund("1,00", of=1), a_redemption("41,01", number=2)], a_stamp())
    assert [reason(outcome) for outcome in outcomes] == [None, Refusal.NOT_ENOUGH]
    outcomes = book(store, [a_redemption("41,00", number=3), a_refund("9,00", of=1, number=2)], a_stamp())
    assert [reason(outcome) for outcome in outcomes] == [None, None]
    assert left(store) == euros("9,00")
