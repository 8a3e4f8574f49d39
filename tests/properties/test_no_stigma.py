"""No stigma (property 6): what a merchant can observe is a function of its own requests and their yes or no alone.

First the calls of several merchants are drawn, with their yes or no. Then two towns are made that finance them
differently: other schemes, other splits, other ends; and for the no, other reasons. The calls run on both through the
real application, and everything that merchants can observe must be equal, byte for byte, after random ids and times
have been replaced.
"""

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache

import pytest
from argon2 import PasswordHasher
from hypothesis import HealthCheck, given, settings

from pasledger.usecases import pins
from tests.support.stigma_calls import (
    ALWAYS,
    HOLDERS,
    MERCHANTS,
    Again,
    AtHome,
    AtTheTill,
    Back,
    Browse,
    Call,
    Hold,
    Look,
    Pay,
    PayOut,
    Use,
    UseOffer,
    calls,
)
from tests.support.stigma_leaks import LEAKS
from tests.support.stigma_seeing import Observation, observe
from tests.support.stigma_worlds import POOR, RICH, WHY_NONE, WHY_NOT, WHY_SHUT, World, a_town, missing_from, worlds


@pytest.fixture(autouse=True)
def _fast_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Verify PINs with little work: what is seen is the same, and there are many of them."""
    monkeypatch.setattr(pins, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    pins._dummy.cache_clear()
    yield
    pins._dummy.cache_clear()


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=settings().max_examples // 20)
@given(script=calls(), one=worlds, other=worlds)
def test_two_worlds_look_the_same(script: tuple[Call, ...], one: World, other: World) -> None:
    """However two towns finance the same yes and no, merchants see the same, byte for byte."""
    assert missing_from(script, one, other) == set()
    with a_town(one, script) as till:
        in_one = observe(till, script)
    with a_town(other, script) as till:
        in_other = observe(till, script)

    assert in_one == in_other


def test_the_script_is_not_empty_of_what_matters() -> None:
    """What every run begins with has a call of each kind."""
    assert {type(call) for call in ALWAYS} == {
        *(Pay, Back, Again, Look, Hold, Use, Browse, PayOut, AtTheTill, UseOffer, AtHome)
    }


def test_a_run_that_shows_nothing_is_no_run() -> None:
    """Of 30 % yes, 30 % no, a refund, a hold, a replay, an ended and a blocked case none may be missing."""
    yes, no = Pay("club", 0, 100, is_yes=True), Pay("club", 0, 100, is_yes=False, is_a_dead_card=True)
    others = (Back(0, 40), Again(0), Hold("club", 0, 100, is_yes=True))

    assert missing_from(ALWAYS, RICH, POOR) == set()
    assert missing_from(ALWAYS, POOR, POOR) == {"ended", "blocked"}
    assert missing_from((yes, no, *others), RICH) == {"ended"}  # whose money ended is not asked to pay
    assert missing_from((yes, yes, yes, no, *others[:2]), RICH) == {"no", "hold", "ended"}
    assert missing_from((yes, no, no, no, others[2]), RICH) == {"refund", "replay", "ended"}
    assert missing_from((no, no, no), RICH) == {"yes", "refund", "hold", "replay", "ended"}


def test_every_operation_is_in_the_script() -> None:
    """What a merchant can ask for is asked in every run: an operation that is added and not here fails this test."""
    asked: set[tuple[str, str]] = set()
    with a_town(RICH, ALWAYS) as till:
        till.client.event_hooks["request"].append(lambda sent: asked.add((sent.method.lower(), sent.url.path)))
        observe(till, ALWAYS)
        document = till.client.get("/v1/openapi.json").json()
    for path, operations in document["paths"].items():
        address = re.compile("/v1" + re.sub(r"\{\w+\}", "[^/]+", path))
        for method, operation in operations.items():
            is_asked = any(method == one and address.fullmatch(url) for one, url in asked)
            assert is_asked is ("security" in operation), operation["operationId"]


@cache
def _seen_by_the_rich() -> list[Observation]:
    with a_town(RICH, ALWAYS) as till:
        return observe(till, ALWAYS)


@pytest.mark.parametrize("why", sorted({*WHY_NOT, *WHY_SHUT, *WHY_NONE}))
def test_every_reason_is_the_same_no(why: str) -> None:
    """Each reason for a no, against the first one."""
    not_ = why if why in WHY_NOT else "blocked"
    shut = why if why in WHY_SHUT else "blocked"
    none = why if why in WHY_NONE else "blocked"
    world = replace(RICH, why_not=(not_,) * HOLDERS, why_shut=(shut,) * HOLDERS, why_none=(none,) * HOLDERS)
    with a_town(world, ALWAYS) as till:
        seen = observe(till, ALWAYS)
    assert seen == _seen_by_the_rich()


@pytest.mark.slow
@pytest.mark.parametrize("leak", LEAKS)
def test_a_planted_leak_is_caught(leak: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """The property can fail: with a leak on any surface, two worlds look different."""
    leak(monkeypatch)
    with a_town(RICH, ALWAYS) as till:
        in_one = observe(till, ALWAYS)
    with a_town(POOR, ALWAYS) as till:
        assert observe(till, ALWAYS) != in_one


def test_nothing_that_is_given_out_links_a_holder() -> None:
    """Two merchants who pool all that they ever got find no common handle, and no part of a number or token."""
    given: dict[str, set[str]] = {}
    with a_town(POOR, ALWAYS) as till:
        street = till.street
        for number, (at, holder) in enumerate(itertools.product(MERCHANTS, range(HOLDERS))):
            answer = till.pay(f"holder {holder}", "0.01", at=at, key=f"link-{number}")
            texts = [
                answer.text,
                *answer.headers.values(),
                till.get(f"/v1/idempotency-keys/link-{number}", at=at).text,
            ]
            given.setdefault(at, set()).update(re.findall(r"[0-9a-f]{16,}", " ".join(texts)))
            for secret in (street.cards[f"holder {holder}"].number, street.tokens[f"holder {holder}"]):
                assert not any(secret[start : start + 6] in text for text in texts for start in range(len(secret) - 5))

    for one, other in itertools.combinations(given.values(), 2):
        assert not one & other
