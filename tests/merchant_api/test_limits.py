"""How much one terminal may ask: counted by its credential and by nothing else; and that its last use is known."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from merchant_api import limits
from pasledger.ledger.money import Money
from tests.support.service import Street, Till, in_process, staff
from tests.support.town import a_scheme


def left_of(headers: object) -> str:
    """Return what the RateLimit header says is left."""
    return str(headers["RateLimit"]).partition(";t=")[0]  # type: ignore[index]


def test_a_terminal_is_told_how_much_it_may_ask(street: Street) -> None:
    """Each answer says what is left, and one too many is a 429 that says when to come back; others are not held up."""
    with in_process(street, requests_a_minute=3) as till:
        answers = [till.pay("child", "1.00", key=f"k{number}") for number in range(4)]
        assert [answer.status_code for answer in answers] == [201, 201, 201, 429]
        assert {answer.headers["RateLimit-Policy"] for answer in answers} == {'"terminal";q=3;w=60'}
        assert [left_of(answer.headers) for answer in answers] == [f'"terminal";r={left}' for left in (2, 1, 0, 0)]
        assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
        assert answers[-1].json()["type"] == "/problems/too-many"
        assert till.get("/v1/idempotency-keys/k3").status_code == 429
        assert till.get("/v1/idempotency-keys/k3", at="school").status_code == 404


def test_a_minute_later_it_may_ask_again(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the same key is as free as it was: nothing was kept under it."""
    with in_process(street, requests_a_minute=1) as till:
        till.pay("child", "1.00", key="first")
        assert till.pay("child", "1.00", key="second").status_code == 429
        later = time.monotonic() + limits.SECONDS
        monkeypatch.setattr("merchant_api.limits.time.monotonic", lambda: later)
        assert till.pay("child", "1.00", key="second").status_code == 201


def test_who_is_not_known_is_told_nothing(till: Till) -> None:
    """Without a credential there is no count, and no header of one."""
    answer = till.client.get(f"/v1/redemptions/red_{0:032x}")
    assert answer.status_code == 401
    assert "RateLimit" not in answer.headers


def test_concurrent_payments_do_not_pass_a_ceiling(street: Street) -> None:
    """Sixteen tills that pay from one card at the same moment spend exactly what the ceiling has room for."""
    street.add_schemes(replace(a_scheme("capped", categories=("catering",)), day_ceiling=Money(2000)))
    street.award("child", Money(10_000), scheme="capped")
    with in_process(street) as till, ThreadPoolExecutor(16) as tills:
        answers = list(tills.map(lambda number: till.pay("child", "3.00", at="café", key=f"k{number}"), range(16)))
        till.verify_books()
    assert sorted(answer.status_code for answer in answers) == [201] * 6 + [402] * 10


def test_the_last_use_of_a_credential_is_known(street: Street) -> None:
    """By the day, once, beside the request; a terminal that never signed in has none."""
    with in_process(street) as till:
        for number in range(3):
            till.pay("child", "1.00", key=f"k{number}")
    with street.store.read() as reader:
        used = {one.terminal.merchant: one.last_used_on for one in reader.credentials()}
    assert used[street.merchants["club"].id] == staff().effective_on
    assert used[street.merchants["school"].id] is None
