"""Clients that pay and give back without a pause, and keep their own record of what they asked and were told."""

import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random

import httpx2

from pasledger.ledger.money import Money, total
from pasledger.rules.attempts import key_of
from pasledger.usecases.verifying import verify
from tests.support.service import Street, Till

CLIENTS = 6
CARDS = ("child", "neighbour")
_SEED = 20261121
_MOST_CENTS = 9
_ONE_IN_SO_MANY_IS_A_REFUND = 4
_PAUSE_S = 0.02
_LONGEST_WAIT_S = 60


@dataclass
class Attempt:
    """What was asked under one key, and the id that was told for it; None while there is no answer."""

    key: str
    card: str
    amount: Money
    given_back_of: str | None = None
    told: str | None = None


@dataclass
class Client:
    """A till of the club that asks one thing after another, each with a new key."""

    name: str
    chance: Random
    attempts: list[Attempt] = field(default_factory=list)
    told_to_come_back: int = 0

    @property
    def unanswered(self) -> list[Attempt]:
        """The attempts of which only the books know what became."""
        return [attempt for attempt in self.attempts if attempt.told is None]

    def work(self, till: Till, may_stop: threading.Event) -> None:
        """Ask until it is told to stop, or until nobody answers."""
        while not may_stop.is_set():
            self.attempts.append(self._next())
            if not self.ask(till, self.attempts[-1], may_stop):
                return

    def ask(self, till: Till, attempt: Attempt, may_stop: threading.Event) -> bool:
        """Ask, and come back with the same key as often as it is told to; return whether somebody answered."""
        while True:
            try:
                answer = _sent(till, attempt)
            except httpx2.TransportError:
                return False
            if answer.status_code != 503:
                break
            assert answer.headers["Retry-After"] == "1"
            assert answer.headers["Content-Type"] == "application/problem+json"
            self.told_to_come_back += 1
            if may_stop.wait(_PAUSE_S):
                return False
        assert answer.status_code == 201, answer.text
        assert attempt.told in (None, answer.json()["id"])
        attempt.told = answer.json()["id"]
        return True

    def _next(self) -> Attempt:
        key, last = f"{self.name}-{len(self.attempts)}", self.attempts[-1] if self.attempts else None
        if last and last.told and not last.given_back_of and self.chance.randrange(_ONE_IN_SO_MANY_IS_A_REFUND) == 0:
            return Attempt(key, last.card, Money(1), given_back_of=last.told)
        return Attempt(key, self.chance.choice(CARDS), Money(self.chance.randint(1, _MOST_CENTS)))


def _sent(till: Till, attempt: Attempt) -> httpx2.Response:
    if attempt.given_back_of:
        return till.refund(attempt.given_back_of, attempt.amount.plain, key=attempt.key)
    return till.pay(attempt.card, attempt.amount.plain, key=attempt.key)


def some_clients(chance: Random) -> list[Client]:
    """Return clients that have not asked anything yet."""
    return [Client(f"client-{number}", Random(chance.random())) for number in range(CLIENTS)]  # noqa: S311 - as below


def a_chance() -> Random:
    """Return a source of moments and amounts, the same each time, and name it where the test fails."""
    sys.stdout.write(f"seed {_SEED}\n")
    return Random(_SEED)  # noqa: S311 - a moment, not a secret


@contextmanager
def at_work(till: Till, clients: Sequence[Client]) -> Iterator[None]:
    """Let the clients work while the block lasts, each on a connection of its own."""
    may_stop = threading.Event()

    def work(client: Client) -> None:
        with httpx2.Client(base_url=till.client.base_url, trust_env=False, timeout=_LONGEST_WAIT_S) as connection:
            client.work(Till(connection, till.street), may_stop)

    with ThreadPoolExecutor(len(clients)) as pool:
        working = [pool.submit(work, client) for client in clients]
        try:
            yield
        finally:
            may_stop.set()
    for one in working:
        one.result()


def wait_until(is_so: Callable[[], object]) -> None:
    """Wait until something is so."""
    until = time.monotonic() + _LONGEST_WAIT_S
    while not is_so():
        assert time.monotonic() < until, "this has not become so"
        time.sleep(0.001)


def answered(clients: Sequence[Client]) -> int:
    """Return how many attempts have an answer."""
    return sum(attempt.told is not None for client in clients for attempt in client.attempts)


def wait_for_answers(clients: Sequence[Client], more: int) -> None:
    """Wait until the clients were given so many more answers."""
    wanted = answered(clients) + more
    wait_until(lambda: answered(clients) >= wanted)


def settle(till: Till, clients: Sequence[Client]) -> Counter[bool]:
    """Ask what became of each attempt without an answer, and then ask it again: return how many were booked and not.

    What the key tells is what the repeat is told.
    """
    found: Counter[bool] = Counter()
    for client in clients:
        for attempt in client.unanswered:
            outcome = till.get(f"/v1/idempotency-keys/{attempt.key}")
            assert outcome.status_code in (200, 404)
            found[outcome.status_code == 200] += 1
            if outcome.status_code == 200:
                attempt.told = outcome.json()["refund" if attempt.given_back_of else "redemption"]
            assert client.ask(till, attempt, threading.Event())
    return found


def reconcile(street: Street, clients: Sequence[Client]) -> None:
    """Hold the record of the clients against the books: each attempt is there once, as was told, and nothing else."""
    attempts = [attempt for client in clients for attempt in client.attempts]
    told = [attempt.told for attempt in attempts]
    with street.store.read() as reader:
        kept = [reader.attempt(key_of(street.merchants["club"].id, attempt.key)) for attempt in attempts]
        owned = [reader.entitlements_of(street.cards[card].number) or [] for card in CARDS]
    assert [one.result if one else None for one in kept] == told
    assert len({*told}) == len(told) > 0
    assert None not in told
    paid = total(attempt.amount for attempt in attempts if not attempt.given_back_of)
    given_back = total(attempt.amount for attempt in attempts if attempt.given_back_of)
    spent = total(entitlement.amount - left for entitlements in owned for entitlement, left in entitlements)
    assert spent == paid - given_back
    assert given_back > Money(0)
    assert verify(street.store).findings == ()
