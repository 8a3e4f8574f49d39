"""Survival (property 3): the service is killed under load, and the clients' own record is held against the books."""

import random
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest

from pasledger.ledger.money import Money
from tests.support.service import Street, Till, a_shop_street, on_a_port

CLIENTS = 6
CENTS = 7


@dataclass
class Record:
    """What one client knows: the keys that it sent, and the id that it was told for some of them."""

    sent: list[str] = field(default_factory=list)
    told: dict[str, str] = field(default_factory=dict)


def keep_paying(base_url: str, street: Street, name: str, record: Record, may_stop: threading.Event) -> None:
    """Pay again and again, each time with a new key, until the service is gone."""
    with httpx2.Client(base_url=base_url, trust_env=False) as client:
        till = Till(client, street)
        while not may_stop.is_set():
            key = f"{name}-{len(record.sent)}"
            record.sent.append(key)
            try:
                answer = till.pay("child", Money(CENTS).plain, key=key)
            except httpx2.TransportError:
                return
            record.told[key] = answer.json()["id"]


def pay_until_killed(street: Street, moment: float, name: str) -> list[Record]:
    """Run the service with clients, kill it after a moment, and return what the clients know."""
    records = [Record() for _ in range(CLIENTS)]
    may_stop = threading.Event()
    with on_a_port(street) as till:
        clients = [
            threading.Thread(
                target=keep_paying, args=(str(till.client.base_url), street, f"{name}-{number}", record, may_stop)
            )
            for number, record in enumerate(records)
        ]
        for client in clients:
            client.start()
        time.sleep(moment)
        assert till.process is not None
        till.process.kill()
        may_stop.set()
        for client in clients:
            client.join()
    return records


@pytest.fixture
def street(tmp_path: Path) -> Street:
    """Return books with more money than the clients can spend."""
    made = a_shop_street(tmp_path / "books.db")
    for _ in range(10):
        made.award("child", Money(50_000))
    return made


def test_what_was_acknowledged_survives_a_kill(street: Street) -> None:
    """Every acknowledged payment is there once; any other is wholly there or wholly absent, and its key tells which."""
    chance = random.Random(20261121)  # noqa: S311 - a moment, not a secret
    records = [
        record
        for number in range(3)
        for record in pay_until_killed(street, 0.3 + chance.random() / 2, f"kill-{number}")
    ]

    with on_a_port(street) as till:
        booked = 0
        for record in records:
            for key in record.sent:
                outcome = till.get(f"/v1/idempotency-keys/{key}")
                if key in record.told:
                    assert outcome.json()["redemption"] == record.told[key]
                booked += outcome.status_code == 200
                assert outcome.status_code in (200, 404)
    told = sum(len(record.told) for record in records)
    assert told > 0
    assert told <= booked <= told + 3 * CLIENTS

    with street.store.read() as reader:
        entitlements = reader.entitlements_of(street.cards["child"].number)
    assert entitlements is not None
    spent = sum(entitlement.amount.cents - left.cents for entitlement, left in entitlements)
    assert spent == booked * CENTS
    till.verify_books()
