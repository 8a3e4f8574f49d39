"""Sixty-four tills at several services on the same books: exactly the money there is, and one answer to one key."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.books import KINDS, SQLITE
from tests.support.postgresql import a_free_address, drop
from tests.support.service import Street, Till, a_shop_street, on_a_port

pytestmark = pytest.mark.slow

TILLS, SERVICES = 64, 3


@pytest.fixture(params=KINDS)
def tills(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[Till]]:
    """Return the tills, dealt out over the services; the books are sound afterwards."""
    books = str(tmp_path / "books.db") if request.param == SQLITE else a_free_address()
    with ExitStack() as services:
        street = a_shop_street(books)
        if request.param != SQLITE:
            services.callback(drop, books)
        services.callback(street.store.close)
        running = [services.enter_context(on_a_port(street)) for _ in range(SERVICES)]
        yield [running[till % SERVICES] for till in range(TILLS)]
        running[0].verify_books()


def left(street: Street) -> int:
    """Return the cents that are left of the child's € 100,00."""
    with street.store.read() as reader:
        return sum(left.cents for _, left in reader.entitlements_of(street.cards["child"].number) or [])


def test_the_last_cent_is_spent_once(tills: list[Till]) -> None:
    """Of € 100,00, sixty-four tills spend € 3,00 thirty-three times, and € 1,00 is left."""
    with ThreadPoolExecutor(TILLS) as clients:
        answers = list(clients.map(lambda number: tills[number].pay("child", "3.00", key=f"{number}"), range(TILLS)))
    statuses = [answer.status_code for answer in answers]
    assert {status: statuses.count(status) for status in statuses} == {201: 33, 402: 31}
    assert left(tills[0].street) == 100


def test_one_key_is_one_payment(tills: list[Till]) -> None:
    """Sixty-four tills that send the same key with the same body get the same bytes, and one payment is made."""
    with ThreadPoolExecutor(TILLS) as clients:
        answers = list(clients.map(lambda till: till.pay("child", "3.00", key="one"), tills))
    assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}
    assert left(tills[0].street) == 9_700
