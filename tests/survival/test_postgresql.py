"""Survival on PostgreSQL: restarted, cut off and killed under load, it loses nothing and books nothing twice."""

import os
import socket
from collections.abc import Iterator, Sequence

import pytest

from tests.support.service import Street, in_process, on_a_port
from tests.survival.clients import (
    a_chance,
    at_work,
    reconcile,
    settle,
    some_clients,
    wait_for_answers,
    wait_until,
)
from tests.survival.conftest import a_rich_street
from tests.survival.servers import Room, Server, books_on_either

pytestmark = pytest.mark.slow

_CUTS_A_ROUND = 5
_SIGNS_OF_LIFE = {
    socket.TCP_KEEPIDLE: 5,
    socket.TCP_KEEPINTVL: 5,
    socket.TCP_KEEPCNT: 3,
    socket.TCP_USER_TIMEOUT: 20_000,
}
_ANSWERS_BETWEEN = 20
_WRITERS = """
SELECT pid FROM pg_stat_activity
WHERE backend_type = 'client backend' AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()
"""


@pytest.fixture
def room() -> Iterator[Room]:
    """Return a place for servers."""
    room = Room()
    yield room
    room.clear()


@pytest.fixture
def server(room: Room) -> Server:
    """Return a server that nobody else uses."""
    return room.server()


@pytest.fixture
def street(server: Server) -> Iterator[Street]:
    """Return a street whose books are on that server."""
    street = a_rich_street(server.books())
    yield street
    street.store.close()


@pytest.mark.parametrize("mode", ["fast", "immediate"])
def test_a_restarted_server_loses_nothing(server: Server, street: Street, rounds: int, mode: str) -> None:
    """While the server starts again, clients are told to come back at most; the service goes on by itself."""
    clients = some_clients(a_chance())
    with on_a_port(street) as till:
        with at_work(till, clients):
            for _ in range(rounds):
                wait_for_answers(clients, _ANSWERS_BETWEEN)
                server.restart(mode)
            wait_for_answers(clients, _ANSWERS_BETWEEN)
        settle(till, clients)
    reconcile(street, clients)


def test_a_writer_that_is_cut_off_is_not_noticed(server: Server, street: Street, rounds: int) -> None:
    """However often its connection is cut in the middle of a batch, the batch is booked once and nobody notices."""
    clients = some_clients(a_chance())
    with on_a_port(street) as till, at_work(till, clients):
        for _ in range(rounds * _CUTS_A_ROUND):
            wait_until(lambda: server.run(f"SELECT pg_terminate_backend(pid) FROM ({_WRITERS}) AS writer"))
            wait_for_answers(clients, 1)
    assert [client.told_to_come_back for client in clients] == [0] * len(clients)
    reconcile(street, clients)


def test_a_server_that_stays_away_is_told(server: Server, street: Street) -> None:
    """The tries end, the till is told to come back, and the same key books once when the server is back."""
    with in_process(street) as till:
        assert till.pay("child", key="before").status_code == 201
        server.stop()
        for _ in range(2):
            answer = till.pay("child", key="meanwhile")
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
        server.start()
        answers = [till.pay("child", key="meanwhile") for _ in range(2)]
        assert [answer.status_code for answer in answers] == [201, 201]
        assert answers[0].content == answers[1].content
        till.verify_books()


def test_a_machine_that_says_nothing_is_not_waited_for(street: Street) -> None:
    """The system under each connection is told to ask for signs of life, and to give up after twenty seconds."""
    with street.store.begin() as transaction:
        connection = transaction._connection.connection.driver_connection
        assert connection is not None
        line = socket.socket(fileno=os.dup(connection.fileno()))
    with line:
        told = {option: line.getsockopt(socket.IPPROTO_TCP, option) for option in _SIGNS_OF_LIFE}
        assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
    assert told == _SIGNS_OF_LIFE


# --- with a standby


@pytest.fixture
def standby(room: Room, server: Server) -> Server:
    """Return a standby that has everything before it is acknowledged."""
    return room.standby(server)


@pytest.fixture
def two_homes(server: Server, standby: Server) -> Iterator[Street]:
    """Return a street whose books are on whichever of the two servers takes bookings."""
    street = a_rich_street(books_on_either(server, standby))
    yield street
    street.store.close()


def test_a_dead_primary_takes_nothing_with_it(server: Server, standby: Server, two_homes: Street, rounds: int) -> None:
    """The primary dies under load and the standby is promoted: the service goes on there, and nothing is missing."""
    clients = some_clients(a_chance())
    primary, other = server, standby
    with on_a_port(two_homes) as till, at_work(till, clients):
        for is_last in [*[False] * (rounds - 1), True]:
            wait_for_answers(clients, _ANSWERS_BETWEEN)
            primary.kill()
            other.promote()
            wait_for_answers(clients, _ANSWERS_BETWEEN)
            primary, other = other, primary
            if not is_last:
                other.follow(primary)
    with on_a_port(two_homes) as till:
        settle(till, clients)
    reconcile(two_homes, clients)


@pytest.mark.parametrize("is_primary_lost", [False, True])
def test_what_only_the_primary_has_is_not_acknowledged(
    server: Server, standby: Server, two_homes: Street, *, is_primary_lost: bool
) -> None:
    """A batch whose connection is cut while its commit waits for the standby is in the primary's books already.

    Its repeat waits too, and finds it there; or, where the primary is lost, finds nothing and books it.
    """
    clients = some_clients(a_chance())
    with on_a_port(two_homes) as till, at_work(till, clients):
        wait_for_answers(clients, _ANSWERS_BETWEEN)
        standby.stop()
        cut = [_next_that_waits(server, but_for=[])]
        for _ in range(2):
            server.run("SELECT pg_terminate_backend(%s)", cut[-1])
            cut.append(_next_that_waits(server, but_for=cut))
        if is_primary_lost:
            server.kill()
        standby.start()
        if is_primary_lost:
            standby.promote()
        else:
            assert [client.told_to_come_back for client in clients] == [0] * len(clients)
        wait_for_answers(clients, _ANSWERS_BETWEEN)
    with on_a_port(two_homes) as till:
        settle(till, clients)
    reconcile(two_homes, clients)


def _next_that_waits(server: Server, *, but_for: Sequence[int]) -> int:
    """Wait until a commit waits for the standby, and return whose it is."""

    def waiting() -> list[int]:
        found = server.run("SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
        return [pid for (pid,) in found if pid not in but_for]

    wait_until(waiting)
    return waiting()[0]
