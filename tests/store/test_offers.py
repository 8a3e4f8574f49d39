"""Offers on the disk: marks go, counts stay and are held against the uses, in each kind of database."""

from collections.abc import Iterator

import pytest
from sqlalchemy.exc import DBAPIError

from pasledger.ledger.ids import OfferId
from pasledger.rules.offers import OfferForgettingRequest
from pasledger.rules.registration import MerchantRequest, SchemeRequest
from pasledger.store import BooksUnusable, Store
from pasledger.usecases import offers
from pasledger.usecases.booking import book_all
from pasledger.usecases.verifying import verify
from tests.support.books import MakeBooks, granted, holders, opened
from tests.support.town import A_KEY, TODAY, a_merchant, a_scheme, a_stamp, a_use, an_offer, an_offer_stop, offered

A_STREET_WITH_OFFERS = (
    SchemeRequest(a_scheme()),
    MerchantRequest(a_merchant(), ()),
    *holders((1, 2)),
    *offered(an_offer(1, per_card=2, stock=3)),
    *offered(an_offer(2, per_card=1)),
)


@pytest.fixture
def store(make_books: MakeBooks) -> Iterator[Store]:
    """Return books with two offers that were used."""
    with opened(make_books(*A_STREET_WITH_OFFERS)) as store:
        store.take_key(A_KEY, at=a_stamp().recorded_at, by="clerk")
        granted(store, a_use(1, number=1), a_use(1, number=2), a_use(1, card=2, number=3), a_use(2, number=4))
        yield store


def rows(store: Store, table: str) -> list[tuple[object, ...]]:
    """Return the rows of a table."""
    with store._connection(reads_only=True) as connection:
        return sorted(tuple(row) for row in connection.exec_driver_sql(f"SELECT * FROM {table}"))


def test_marks_go_with_their_offer_alone(store: Store) -> None:
    """Those of the offer that was stopped are gone, and that is set down; all else is as it was."""
    granted(store, an_offer_stop(1))
    before = rows(store, "offer"), rows(store, "offer_use")
    asked = offers.to_forget(store, on=TODAY)
    assert asked == [OfferForgettingRequest(OfferId.of(1))]
    book_all(store, asked, a_stamp())
    assert {offer for offer, *_ in rows(store, "offer_mark")} == {OfferId.of(2)}
    assert [step[:3] for step in rows(store, "offer_step") if step[0] == OfferId.of(1)] == [
        (OfferId.of(1), 1, "approved"),
        (OfferId.of(1), 2, "stopped"),
        (OfferId.of(1), 3, "forgotten"),
    ]
    assert (rows(store, "offer"), rows(store, "offer_use")) == before
    assert offers.to_forget(store, on=TODAY) == []
    assert verify(store).is_sound


def test_a_count_that_is_not_the_uses_is_found(store: Store) -> None:
    """Whoever sets it back, so that there is stock again, is found out."""
    with store._connection() as connection:
        connection.exec_driver_sql("UPDATE offer SET used = 1 WHERE stock = 3")
    findings = verify(store).findings
    assert [(one.check, OfferId.of(1) in one.detail or OfferId.of(1) in one.subject) for one in findings] == [
        ("uses", True)
    ]


def test_the_stock_is_a_constraint_too(store: Store) -> None:
    """Whatever the program thinks, the database takes no use more than there are."""
    with pytest.raises((DBAPIError, BooksUnusable)), store._connection() as connection:
        connection.exec_driver_sql("UPDATE offer SET used = 4 WHERE stock = 3")
