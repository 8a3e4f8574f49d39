"""The one writer of a process: batches by themselves, isolation of what is at fault, and an end that loses nothing."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from merchant_api import writer as module
from merchant_api.writer import Full, Writer
from pasledger.ledger.journal import Stamp
from pasledger.ledger.money import Money
from pasledger.rules.cards import TokenHash
from pasledger.rules.deciding import Outcome, Request
from pasledger.rules.redemption import RedemptionRequest
from pasledger.store import Store
from pasledger.usecases import spending
from pasledger.usecases.booking import book
from tests.support.service import Street


def payment(street: Street, number: int, cents: int = 100) -> RedemptionRequest:
    """Return a request to pay at the club."""
    return spending.redemption(
        merchant=street.merchants["club"].id,
        card=TokenHash.of(street.tokens["child"]),
        amount=Money(cents),
        key=f"key-{number}",
    )


@contextmanager
def running(street: Street, *, most_waiting: int = 100, most_in_a_batch: int = 8) -> Iterator[Writer]:
    """Run a writer."""
    writer = Writer(street.store, most_waiting=most_waiting, most_in_a_batch=most_in_a_batch)
    writer.start()
    yield writer
    writer.stop()


class Slow:
    """Books as the real one does, but holds the first batch until it is told to go on, and notes each batch's size."""

    def __init__(self) -> None:
        self.may_go_on = threading.Event()
        self.has_begun = threading.Event()
        self.sizes: list[int] = []

    def __call__(self, store: Store, requests: Sequence[Request], stamp: Stamp) -> list[Outcome]:
        """Book a batch."""
        self.sizes.append(len(requests))
        self.has_begun.set()
        self.may_go_on.wait()
        return book(store, requests, stamp)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Slow:
    """Make the writer slow."""
    made = Slow()
    monkeypatch.setattr(module, "book", made)
    return made


async def begun(slow: Slow) -> None:
    """Wait until the writer works on a batch."""
    await asyncio.to_thread(slow.has_begun.wait)


def test_what_arrives_while_a_batch_is_written_is_the_next_batch(street: Street, slow: Slow) -> None:
    """A lone request is a batch of one; those that arrive meanwhile go together, up to the bound."""

    async def pay() -> list[Outcome]:
        with running(street) as writer:
            first = asyncio.create_task(writer.book(payment(street, 0)))
            await begun(slow)
            others = [asyncio.create_task(writer.book(payment(street, number))) for number in range(1, 12)]
            await asyncio.sleep(0)
            slow.may_go_on.set()
            return await asyncio.gather(first, *others)

    outcomes = asyncio.run(pay())

    assert slow.sizes == [1, 8, 3]
    assert all(outcome.event is not None for outcome in outcomes)


def test_those_who_come_one_after_another_at_once_are_one_batch(street: Street, slow: Slow) -> None:
    """While with each turn of the loop somebody comes the writer waits for them, and for nobody when none came."""
    slow.may_go_on.set()

    async def come(writer: Writer, number: int) -> Outcome:
        for _ in range(number):
            await asyncio.sleep(0)
        return await writer.book(payment(street, number))

    async def pay() -> list[Outcome]:
        with running(street) as writer:
            together = await asyncio.gather(*(come(writer, number) for number in range(6)))
            return [*together, await come(writer, 6)]

    outcomes = asyncio.run(pay())

    assert slow.sizes == [6, 1]
    assert all(outcome.event is not None for outcome in outcomes)


def test_a_full_queue_says_so(street: Street, slow: Slow) -> None:
    """When too many wait, one more is told to come back, and those that wait are still served."""

    async def pay() -> list[Any]:
        with running(street, most_waiting=2) as writer:
            first = asyncio.create_task(writer.book(payment(street, 0)))
            await begun(slow)
            waiting = [asyncio.create_task(writer.book(payment(street, number))) for number in (1, 2)]
            await asyncio.sleep(0)
            with pytest.raises(Full):
                await writer.book(payment(street, 3))
            slow.may_go_on.set()
            return await asyncio.gather(first, *waiting)

    assert all(outcome.event is not None for outcome in asyncio.run(pay()))


def test_one_at_fault_does_not_touch_its_neighbours(street: Street, slow: Slow) -> None:
    """A request that makes its batch fail is answered with its fault alone; the others are booked."""
    poison = payment(street, 5, cents=100)
    object.__setattr__(poison, "amount", "no money at all")

    async def pay() -> list[Any]:
        with running(street) as writer:
            first = asyncio.create_task(writer.book(payment(street, 0)))
            await begun(slow)
            batch = [payment(street, 1), poison, payment(street, 2)]
            waiting = [asyncio.create_task(writer.book(request)) for request in batch]
            await asyncio.sleep(0)
            slow.may_go_on.set()
            return await asyncio.gather(first, *waiting, return_exceptions=True)

    first, before, fault, after = asyncio.run(pay())

    assert isinstance(fault, Exception)
    assert all(isinstance(outcome, Outcome) and outcome.event for outcome in (first, before, after))


def test_stopping_finishes_what_was_accepted(street: Street, slow: Slow) -> None:
    """A clean end answers everything that was accepted before it."""

    async def pay() -> list[Outcome]:
        writer = Writer(street.store, most_waiting=100, most_in_a_batch=8)
        writer.start()
        tasks = [asyncio.create_task(writer.book(payment(street, number))) for number in range(20)]
        await begun(slow)
        slow.may_go_on.set()
        await asyncio.to_thread(writer.stop)
        return await asyncio.gather(*tasks)

    outcomes = asyncio.run(pay())

    assert len(outcomes) == 20
    assert all(outcome.event is not None for outcome in outcomes)


def test_a_caller_that_left_stops_nobody(street: Street, slow: Slow) -> None:
    """When a client goes away before its answer, its request is booked all the same and the others are answered."""

    async def pay() -> Outcome:
        with running(street) as writer:
            first = asyncio.create_task(writer.book(payment(street, 0)))
            await begun(slow)
            gone = asyncio.create_task(writer.book(payment(street, 1)))
            stays = asyncio.create_task(writer.book(payment(street, 2)))
            await asyncio.sleep(0)
            gone.cancel()
            slow.may_go_on.set()
            await first
            return await stays

    assert asyncio.run(pay()).event is not None
    with street.store.read() as reader:
        assert reader.attempt(f"{street.merchants['club'].id}/key-1") is not None
