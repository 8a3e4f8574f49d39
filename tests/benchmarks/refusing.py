"""Whether the time that a no takes tells why: a merchant who measures it, with a simple rule, learns nothing.

Cards of two kinds are asked for in an order that is drawn, from a service in this process. What is given is the
merchant's advantage: how much more often than by tossing a coin the slower of two answers is of the one kind. That it
can be seen at all is shown by a leak of two milliseconds, which is planted.
"""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from math import sqrt
from typing import Any

import pytest

from pasledger.ledger.money import Money
from pasledger.rules import redemption
from pasledger.rules.card_entry import MOST_REFUSALS
from pasledger.rules.cards import CardState, TokenHash
from pasledger.rules.registration import CardRequest
from pasledger.usecases.minting import new_card_number, new_token
from tests.benchmarks.bench import Bench
from tests.benchmarks.measure import Figure
from tests.support.service import Street, Till, a_shop_street, in_process

PIN, LEAK_S = "4711", 0.002
PAIRS = (("token", "unknown"), ("token", "empty"), ("number", "unknown"), ("number", "wrong"))
LEAKING = ("blocked, and leaking", "blocked, and not")
_DEVIATIONS = 4.0
"""How far from nothing an advantage may be by chance, in standard deviations."""


def figures(bench: Bench) -> Iterator[Figure]:
    """Yield the advantage for pairs of reasons, and for the planted leak."""
    cards = max(2, bench.scale.tries // (MOST_REFUSALS - 1))
    street = _a_street(bench, cards)
    with in_process(street) as till:
        for way, other in PAIRS:
            yield _figure(till, way, ("blocked", other), cards)
        with _a_leak(street, cards):
            yield _figure(till, "token", LEAKING, cards, is_planted=True)
    street.store.close()


def advantage(one: Sequence[float], other: Sequence[float]) -> float:
    """Return how much more often than not the slower of two times is of the first kind, from 0 to 1 (Mann-Whitney)."""
    slower = sum((a > b) + 0.5 * (a == b) for a in one for b in other)
    return abs(2 * slower / (len(one) * len(other)) - 1)


def by_chance(number: int) -> float:
    """Return the advantage that chance alone seldom exceeds, for so many times of each kind."""
    return _DEVIATIONS * 2 * sqrt((2 * number + 1) / (12 * number * number))


def _figure(till: Till, way: str, kinds: tuple[str, str], cards: int, *, is_planted: bool = False) -> Figure:
    taken = _times(till, way, kinds, cards)
    found, bound = max(advantage(*taken.values()), 0.001), by_chance(len(taken[kinds[0]]))
    what = f"{kinds[0]} or {kinds[1]}, by {way}"
    if is_planted:
        return Figure(f"a planted leak of {LEAK_S * 1000:.0f} ms, ‰ told", found * 1000, bound * 1000, 1.0)
    return Figure(f"time tells {what}, ‰", found * 1000, bound * 1000, 1.0, remark="chance", is_less_better=True)


def _times(till: Till, way: str, kinds: tuple[str, str], cards: int) -> dict[str, list[float]]:
    """Return how long the answers took, by kind; all are the same answer."""
    asked = [(kind, number) for kind in kinds for number in range(cards)] * (MOST_REFUSALS - 1)
    random.Random(0).shuffle(asked)  # noqa: S311 - the same order in each run, which is no secret
    taken: dict[str, list[float]] = {kind: [] for kind in kinds}
    for place, (kind, number) in enumerate(asked):
        card = _presented(till.street, _name(way, kinds, kind, number), way)
        started = time.perf_counter()
        answer = till.pay_with(card, "5.00", key=_name(way, kinds, kind, place))
        taken[kind].append(time.perf_counter() - started)
        if answer.status_code != 402:
            raise ValueError(f"a no is 402, not {answer.status_code}")
    return taken


def _presented(street: Street, name: str, way: str) -> dict[str, str]:
    if way == "token":
        return {"token": street.tokens[name]}
    return {"number": street.numbers[name], "pin": PIN}


def _a_street(bench: Bench, cards: int) -> Street:
    street = a_shop_street(bench.folder / "refusing.db")
    street.give_key()
    for way, kinds in (*((way, ("blocked", other)) for way, other in PAIRS), ("token", LEAKING)):
        for kind in kinds:
            for number in range(cards):
                _add(street, kind, _name(way, kinds, kind, number))
    return street


def _name(way: str, kinds: tuple[str, str], kind: str, number: int) -> str:
    """Return the name of a card, of which each comparison has its own: none is refused too often."""
    return f"{way} {kinds[1]} {kind} {number}".replace(" ", "-").replace(",", "")


def _add(street: Street, kind: str, name: str) -> None:
    if kind == "unknown":
        street.tokens[name], street.numbers[name] = new_token(), new_card_number()
        return
    street.add_card(name)
    street.set_pin(name, "5820" if kind == "wrong" else PIN)
    if kind != "empty":
        street.award(name, Money(10_000))
    if kind.startswith("blocked"):
        street.book(CardRequest(street.cards[name].number, CardState.BLOCKED))


@contextmanager
def _a_leak(street: Street, cards: int) -> Iterator[None]:
    """Let cards of one kind take two milliseconds more, as if something were looked up for them."""
    honest: Callable[..., Any] = vars(redemption)["presented_card"]
    slow = {TokenHash.of(street.tokens[_name("token", LEAKING, LEAKING[0], number)]) for number in range(cards)}

    def leaking(entry: Any, *arguments: Any, **named: Any) -> Any:
        if entry.card in slow:
            time.sleep(LEAK_S)
        return honest(entry, *arguments, **named)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(redemption, "presented_card", leaking)
        yield
