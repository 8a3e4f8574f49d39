"""Clients in several processes who ask at random, all at once, and write down when they asked and what they were told.

What they will ask is drawn before they begin, from a seed: holders, keys, decisions and payments so few that they often
meet, also on what another one is asking at that moment. Some answers get lost on their way and, in PostgreSQL, some
connections are cut.
"""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from sqlalchemy import event

from pasledger.ledger import accounts
from pasledger.ledger.money import Money
from pasledger.rules.attempts import key_of
from pasledger.rules.cards import card_number
from pasledger.rules.deciding import Outcome, Request
from pasledger.rules.records import Redemption, Refund
from pasledger.rules.town import Needs
from pasledger.store import BooksUnusable, Reader, Store
from pasledger.usecases import booking
from tests.support import postgresql
from tests.support.books import A_SMALL_TOWN, holders, is_postgresql, opened
from tests.support.history import (
    Answer,
    Asked,
    Award,
    ChangeBudget,
    GiveBack,
    Look,
    LookUp,
    Operation,
    Pay,
    Pot,
    Purse,
    State,
)
from tests.support.town import CLUB, a_budget, a_redemption, a_refund, a_stamp, an_award

PROCESSES, CLIENTS_EACH = 3, 4
_UNTIL_ALL_ARE_READY_S = 0.2

HOLDERS = ("1", "2", "3")
BUDGET = "budget"
THE_TOWN: tuple[Request, ...] = (
    *A_SMALL_TOWN[:3],
    *holders([2, 3]),
    a_budget("20,00"),
    *(an_award("6,00", holder=number, number=number) for number in (1, 2, 3)),
)
"""Three holders with € 6,00 each, and a budget of which € 2,00 is left."""
AT_FIRST: dict[str, State] = {**dict.fromkeys(HOLDERS, Purse(600)), BUDGET: Pot(200)}


@dataclass(frozen=True, slots=True)
class Step:
    """What a client does at once: requests that are one batch, or one question; and what goes wrong meanwhile."""

    asked: tuple[Asked, ...]
    is_answer_lost: bool = False
    cuts_a_connection: bool = False


Plan = Sequence[Step]


def plans(seed: int, *, steps: int = 24, trouble: float = 0.01) -> list[Plan]:
    """Return what each client will do, with how often an answer is lost, and how often a connection."""
    chance = random.Random(seed)  # noqa: S311 - a plan, not a secret
    numbers = count(101)
    paid: dict[str, list[int]] = {holder: [] for holder in HOLDERS}
    turns = [[_step(chance, numbers, paid, trouble) for _ in range(PROCESSES * CLIENTS_EACH)] for _ in range(steps)]
    return [list(plan) for plan in zip(*turns, strict=True)]


def _step(chance: random.Random, numbers: Iterator[int], paid: dict[str, list[int]], trouble: float) -> Step:
    size = chance.choice((1, 1, 1, 1, 2, 3))
    asked = tuple(_request(chance, next(numbers), paid) for _ in range(size))
    if chance.random() < 0.3:
        asked = (_question(chance),)
    return Step(asked, is_answer_lost=chance.random() < trouble, cuts_a_connection=chance.random() < trouble)


def _request(chance: random.Random, number: int, paid: dict[str, list[int]]) -> Asked:
    holder, place = chance.choice(HOLDERS), chance.randrange(8)
    kind = chance.random()
    if kind < 0.55 or not paid[holder]:
        paid[holder].append(number)
        return Pay(holder, number, chance.choice((15, 25, 40)), _key(chance, holder))
    if kind < 0.85:
        of = chance.choice(paid[holder][-12:])  # of which some were asked by another client in this very turn
        return GiveBack(holder, number, of, chance.choice((10, 15, 25)), _key(chance, holder))
    if kind < 0.93:
        return Award(holder, BUDGET, number, 100, f"Z-{holder}-{place}")
    return ChangeBudget(BUDGET, number, chance.choice((150, -100, -50)), f"council {10 + place}")


def _key(chance: random.Random, holder: str) -> str | None:
    return chance.choice((None, f"{holder}-{chance.randrange(20)}"))


def _question(chance: random.Random) -> Asked:
    holder = chance.choice(HOLDERS)
    return chance.choice((Look(holder), Look(holder), Look(BUDGET), LookUp(holder, f"{holder}-{chance.randrange(20)}")))


Fault = Callable[[], AbstractContextManager[Any]]
"""Something that is broken on purpose, in each process, for as long as its clients ask."""


def history_of(
    pool: ProcessPoolExecutor, books: str, plans: Sequence[Plan], fault: Fault = nullcontext
) -> list[Operation]:
    """Let every client do what it planned, and at the end look at everything once more; return what was told."""
    begins_at = time.monotonic_ns() + int(_UNTIL_ALL_ARE_READY_S * 1e9)
    of_each = [plans[process::PROCESSES] for process in range(PROCESSES)]
    working = [pool.submit(_work, books, of_one, begins_at, fault) for of_one in of_each]
    told = [operation for worker in working for operation in worker.result()]
    return told + pool.submit(_work, books, [_a_last_look(plans)], time.monotonic_ns(), fault).result()


def _a_last_look(plans: Sequence[Plan]) -> Plan:
    keys = {
        (one.holder, one.key)
        for plan in plans
        for step in plan
        for one in step.asked
        if isinstance(one, Pay | GiveBack) and one.key
    }
    last: list[Asked] = [
        *(Look(account) for account in AT_FIRST),
        *(LookUp(holder, key) for holder, key in sorted(keys)),
    ]
    return [Step((one,)) for one in last]


def _work(books: str, plans: Sequence[Plan], begins_at: int, fault: Fault) -> list[Operation]:
    """Do what some clients planned, each in a thread of its own, with the store that a process has."""
    with fault(), opened(books) as store, ThreadPoolExecutor(len(plans)) as threads:
        connections = _Connections(store, books)
        working = [threads.submit(_Client(store, connections).follow, plan, begins_at) for plan in plans]
        return [operation for client in working for operation in client.result()]


class _Connections:
    """The connections of one process, which can be cut in PostgreSQL."""

    def __init__(self, store: Store, books: str) -> None:
        self._books = books
        self._backends: list[int] = []
        if is_postgresql(books):
            event.listen(store._engine, "connect", self._note)

    def _note(self, connection: Any, _record: object) -> None:
        self._backends.append(connection.info.backend_pid)

    def cut(self, number: int) -> None:
        """Cut one of them, whatever it is doing."""
        if self._backends:
            with postgresql.raw(self._books) as connection:
                backend = self._backends.pop(number % len(self._backends))
                postgresql.run(connection, "SELECT pg_terminate_backend(%s)", [backend])


@dataclass
class _Client:
    """One of those who ask."""

    store: Store
    connections: _Connections
    told: list[Operation] = field(default_factory=list)

    def follow(self, plan: Plan, begins_at: int) -> list[Operation]:
        """Do one step after another, from a moment on, and return what was told."""
        time.sleep(max(0, begins_at - time.monotonic_ns()) / 1e9)
        for number, step in enumerate(plan):
            if step.cuts_a_connection:
                self.connections.cut(number)
            began = time.monotonic_ns()
            answers = self._ask(step.asked)
            ended = time.monotonic_ns()
            for asked, answer in zip(step.asked, answers, strict=True):
                self.told.append(Operation(asked, None if step.is_answer_lost else answer, began, ended))
        return self.told

    def _ask(self, asked: Sequence[Asked]) -> Sequence[Answer | None]:
        try:
            if isinstance(asked[0], Look | LookUp):
                with self.store.read() as reader:
                    return [look(reader, asked[0])]
            outcomes = booking.book(self.store, [request_of(one) for one in asked], a_stamp())
            return [answer_of(outcome) for outcome in outcomes]
        except BooksUnusable:
            return [None] * len(asked)


def request_of(asked: Asked) -> Request:
    """Return what the program is asked."""
    match asked:
        case Pay():
            return a_redemption(Money(asked.cents).plain, card=int(asked.holder), number=asked.number, key=asked.key)
        case GiveBack():
            return a_refund(Money(asked.cents).plain, of=asked.of, number=asked.number, key=asked.key)
        case Award():
            return an_award(
                Money(asked.cents).plain, holder=int(asked.holder), number=asked.number, decision=asked.decision
            )
        case ChangeBudget():
            return a_budget(_signed(asked.cents), decision=asked.decision, number=asked.number)
        case _:
            raise TypeError(asked)


def _signed(cents: int) -> str:
    return Money(cents).plain if cents >= 0 else f"-{Money(-cents).plain}"


def answer_of(outcome: Outcome) -> Answer:
    """Return what the program says, as the history has it."""
    if outcome.refused is not None:
        return Answer(outcome.refused.reason.value)
    if outcome.attempt is not None and outcome.attempt.result is not None:
        return Answer(figure=_number(outcome.attempt.result))
    assert outcome.event is not None
    fact = outcome.event.facts[0]
    return Answer(figure=_number(fact.id)) if isinstance(fact, Redemption | Refund) else Answer()


def look(reader: Reader, asked: Look | LookUp) -> Answer:
    """Return what the books say to a question."""
    if isinstance(asked, LookUp):
        attempt = reader.attempt(key_of(CLUB, asked.key))
        if attempt is None:
            return Answer()
        figure = None if attempt.result is None else _number(attempt.result)
        return Answer(attempt.refusal and attempt.refusal.value, figure)
    if asked.account == BUDGET:
        account = accounts.budget("culture", 2026)
        return Answer(figure=reader.load(Needs(budgets={account})).balance(account).cents)
    owned = reader.entitlements_of(card_number(int(asked.account)))
    return Answer(figure=sum(left.cents for _, left in owned or []))


def _number(of: str) -> int:
    return int(of.partition("_")[2], 16)
