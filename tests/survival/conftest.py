"""A street of merchants in each kind of database, with more money on its cards than the clients can spend."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pasledger.ledger.money import Money
from tests.support import postgresql
from tests.support.books import KINDS, POSTGRESQL
from tests.support.service import Street, a_shop_street
from tests.survival.clients import CARDS


def a_rich_street(books: str) -> Street:
    """Return new books in which two cards have € 5.100,00 each."""
    street = a_shop_street(books)
    for card in CARDS:
        for _ in range(10):
            street.award(card, Money(50_000))
    return street


@contextmanager
def a_rich_street_in(kind: str, folder: Path) -> Iterator[Street]:
    """Keep such books in a kind of database for as long as the block lasts."""
    books = postgresql.a_free_address() if kind == POSTGRESQL else str(folder / "books.db")
    street = a_rich_street(books)
    try:
        yield street
    finally:
        street.store.close()
        if kind == POSTGRESQL:
            postgresql.drop(books)


@pytest.fixture(params=KINDS)
def street(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Street]:
    """Return the street: once in each kind of database."""
    with a_rich_street_in(request.param, tmp_path) as street:
        yield street
