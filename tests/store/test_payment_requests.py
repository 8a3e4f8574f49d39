"""Payment requests on the disk: what was paid follows from the payments, in each kind of database."""

from collections.abc import Iterator

import pytest
from sqlalchemy.exc import DBAPIError

from pasledger.ledger.ids import EntryId, MerchantId, PaymentRequestId
from pasledger.ledger.money import Money
from pasledger.rules.deciding import Request
from pasledger.rules.payment_requests import PaymentRequestState
from pasledger.rules.records import MerchantReference
from pasledger.store import BooksUnusable, Store
from pasledger.store.selling import UnknownPlace, Wanted
from pasledger.usecases.booking import book
from pasledger.usecases.verifying import verify
from tests.support.asking import a_reminder_of, a_withdrawal_of, an_ask, an_asked_payment, asks_of
from tests.support.books import A_SMALL_TOWN, MakeBooks, answer, granted, opened
from tests.support.town import CAFE, CLUB, TODAY, a_correction, a_refund, a_stamp, euros

S = PaymentRequestState


@pytest.fixture
def store(make_books: MakeBooks) -> Iterator[Store]:
    """Return books in which a class was asked."""
    with opened(make_books(*A_SMALL_TOWN, asks_of(1, 2, 3, key="class"))) as store:
        yield store


def states(store: Store) -> list[tuple[str, Money]]:
    """Return how each request of the class stands, and what was paid of it."""
    with store.read() as reader:
        return [(one.state(TODAY).value, one.paid) for one in reader.payment_requests.all(CLUB)]


def test_what_was_paid_follows_from_the_payments(store: Store) -> None:
    """Paid in part, given back, countered: each time it is what the payments come to, and the books are sound."""
    nothing = Money(0)
    granted(store, an_asked_payment("12,00", of=1), an_asked_payment("20,00", of=2, number=2))
    assert states(store) == [(S.PART, euros("12,00")), (S.PAID, euros("20,00")), (S.OPEN, nothing)]
    granted(store, a_refund("5,00", of=2, number=1), a_correction(EntryId.of(3_000_001)))
    assert states(store) == [(S.OPEN, nothing), (S.PART, euros("15,00")), (S.OPEN, nothing)]
    granted(store, a_correction(EntryId.of(4_000_001), number=2))
    granted(store, an_asked_payment("5,00", of=1, number=5), a_withdrawal_of(1, 3))
    assert states(store) == [(S.WITHDRAWN, euros("5,00")), (S.PAID, euros("20,00")), (S.WITHDRAWN, nothing)]
    assert verify(store).is_sound


def test_one_batch_sees_what_it_pays_and_gives_back(store: Store) -> None:
    """Two who pay and a refund in one transaction: the second sees what the first left open."""
    granted(store, an_asked_payment("12,00"))
    asked: list[Request] = [
        an_asked_payment("9,00", number=2),
        a_refund("2,00", of=1),
        an_asked_payment("9,00", number=3),
    ]
    outcomes = book(store, asked, a_stamp())
    assert [one.refused and one.refused.reason for one in outcomes] == ["request-less-open", None, None]
    assert states(store)[0] == (S.PART, euros("19,00"))


def test_a_payment_carries_the_reference_of_its_request(store: Store) -> None:
    """It is found by it in the merchant's own list."""
    [event] = granted(store, an_asked_payment("12,00"))
    [reference] = [fact for fact in event.facts if isinstance(fact, MerchantReference)]
    assert reference.text == "pupil 1"
    with store.read() as reader:
        found = reader.selling.redemptions(Wanted(CLUB, reference="pupil 1")).items
        assert [(one.amount, one.terminal) for one in found] == [(euros("12,00"), None)]


def test_a_list_is_asked_once(store: Store) -> None:
    """What is asked again under the key of the same list is answered from the record."""
    again = answer(store, asks_of(11, 12, 13, listed=2, key="class"))
    assert again.is_repeat
    assert len(states(store)) == 3


def test_pages_go_on_after_a_request_of_ones_own(store: Store) -> None:
    """The newest first; by reference and day; a place of another merchant is none."""
    granted(store, an_ask(number=7))

    def page(after: str | None = None, **wanted: object) -> list[str]:
        with store.read() as reader:
            found = reader.payment_requests.page(Wanted(CLUB, after=after, most=2, **wanted))  # type: ignore[arg-type]
            return [*[one.id for one in found.items], *(["more"] if found.has_more else [])]

    ids = [str(PaymentRequestId.of(one)) for one in (7, 3, 2, 1)]
    first = page()
    assert set(first) <= {*ids, "more"}
    assert first[-1] == "more"
    assert sorted(first[:2] + page(first[1])) == sorted(ids)
    assert page(reference="pupil 2") == [PaymentRequestId.of(2)]
    assert page(until=TODAY) == []
    with pytest.raises(UnknownPlace), store.read() as reader:
        reader.payment_requests.page(Wanted(MerchantId(CAFE), after=first[0]))


def test_lists_are_told_by_what_they_are_for(store: Store) -> None:
    """How many and how much, and each of a list in its order."""
    granted(store, an_ask(number=7), a_reminder_of(1), on=TODAY.replace(day=20))
    with store.read() as reader:
        lists = reader.payment_requests.lists(CLUB, most=10)
        assert [(one.words("en"), one.number, one.amount) for one in lists] == [
            ("Camp of group 7", 1, euros("20,00")),
            ("Camp of group 7", 3, euros("60,00")),
        ]
        known = reader.payment_requests.listed(lists[1].id)
    assert [(one.reference, one.progress.reminders) for one in known] == [
        ("pupil 1", 1),
        ("pupil 2", 0),
        ("pupil 3", 0),
    ]


def test_two_steps_never_have_one_number(store: Store) -> None:
    """Whatever the program thinks, the database takes no second payment under the number of the first."""
    granted(store, an_asked_payment("12,00"))
    with pytest.raises((DBAPIError, BooksUnusable)), store._connection() as connection:
        connection.exec_driver_sql(
            "INSERT INTO payment_request_step"
            " SELECT request_id, number, 'withdrawn', NULL, taken_on, recorded_at, prepared_by"
            " FROM payment_request_step"
        )


def test_a_payment_by_what_is_none_is_found(store: Store) -> None:
    """A step that says to be paid by another entry is named."""
    with store._connection() as connection:
        connection.exec_driver_sql(
            "INSERT INTO payment_request_step SELECT"
            f" '{PaymentRequestId.of(1)}', 1, 'paid', id, effective_on, recorded_at, prepared_by FROM entry LIMIT 1"
        )
    assert [one.check for one in verify(store).findings] == ["asked"]
