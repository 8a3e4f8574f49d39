"""Survival (property 3): the service is killed under load, and its clients' record is held against the books."""

import signal
import time
from collections import Counter

import pytest

from tests.support.service import Street, on_a_port
from tests.survival.clients import a_chance, at_work, reconcile, settle, some_clients, wait_for_answers

pytestmark = pytest.mark.slow

_FEWEST_ANSWERS = 10
_MOST_ANSWERS = 60
_LONGEST_MOMENT_S = 0.02


def test_what_was_acknowledged_survives_a_kill(street: Street, rounds: int) -> None:
    """Every acknowledged booking is there once; any other is wholly there or not at all, and its key tells which.

    Asked again with the same key, that is booked once too.
    """
    chance = a_chance()
    clients = some_clients(chance)
    left_open: Counter[bool] = Counter()
    for _ in range(rounds):
        with on_a_port(street) as till:
            left_open += settle(till, clients)
            with at_work(till, clients):
                wait_for_answers(clients, chance.randint(_FEWEST_ANSWERS, _MOST_ANSWERS))
                time.sleep(chance.uniform(0, _LONGEST_MOMENT_S))
                assert till.process is not None
                till.process.kill()
                till.process.wait(30)
    with on_a_port(street) as till:
        left_open += settle(till, clients)
    assert left_open.total() > 0
    reconcile(street, clients)


def test_a_service_that_is_told_to_stop_answers_what_it_accepted(street: Street, rounds: int) -> None:
    """Told to stop under load, it answers all that it took in: what has no answer was not booked."""
    chance = a_chance()
    clients = some_clients(chance)
    for _ in range(rounds):
        with on_a_port(street) as till:
            assert settle(till, clients)[True] == 0
            with at_work(till, clients):
                wait_for_answers(clients, chance.randint(_FEWEST_ANSWERS, _MOST_ANSWERS))
                assert till.process is not None
                till.process.terminate()
                assert till.process.wait(30) == -signal.SIGTERM
    with on_a_port(street) as till:
        assert settle(till, clients)[True] == 0
    reconcile(street, clients)


def test_a_full_queue_loses_nothing(street: Street) -> None:
    """Of many who ask a service that lets two wait, some are told to come back; with the same key all are served."""
    clients = some_clients(a_chance())
    with on_a_port(street, MERCHANT_API_MOST_WAITING="1", MERCHANT_API_MOST_IN_A_BATCH="1") as till:
        with at_work(till, clients):
            wait_for_answers(clients, 100)
        settle(till, clients)
    assert sum(client.told_to_come_back for client in clients) > 0
    reconcile(street, clients)
