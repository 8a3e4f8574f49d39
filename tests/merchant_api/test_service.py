"""The service as a process of its own, on a real port."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from merchant_api.auth import SECONDS_REMEMBERED
from pasledger.rules.registration import RevocationRequest
from tests.support.postgresql import a_free_address, drop
from tests.support.service import ROOT, Street, a_shop_street, on_a_port

pytestmark = pytest.mark.slow


def test_it_serves_and_ends_when_told(street: Street) -> None:
    """It takes payments on its port, ends by the signal that tells it to, and leaves sound books."""
    with on_a_port(street) as till:
        assert till.pay("child").status_code == 201
        assert "server" not in till.get("/v1/health").headers
        assert till.process is not None
        till.process.terminate()
        assert till.process.wait(30) == -signal.SIGTERM
    till.verify_books()


def test_two_services_share_books_in_postgresql() -> None:
    """On a database server, a payment at one service is known to the other, and its key books once."""
    books = a_free_address()
    street = a_shop_street(books)
    try:
        with on_a_port(street) as one, on_a_port(street) as other:
            first = one.pay("child")
            assert first.status_code == 201
            assert other.pay("child").content == first.content
            assert other.get(first.headers["Location"]).json()["id"] == first.json()["id"]
            one.verify_books()
    finally:
        street.store.close()
        drop(books)


def test_a_killed_service_keeps_what_it_acknowledged(street: Street) -> None:
    """What was answered before a kill -9 is there, and the same key after a restart gets the same answer."""
    with on_a_port(street) as till:
        first = till.pay("child")
        assert till.process is not None
        till.process.kill()
        till.process.wait(30)
    with on_a_port(street) as till:
        assert till.pay("child").content == first.content
    till.verify_books()


def test_a_revoked_credential_stops_working(street: Street) -> None:
    """Within a second or so after it was revoked, a credential is refused."""
    with on_a_port(street) as till:
        assert till.pay("child").status_code == 201
        with street.store.read() as reader:
            club = street.merchants["club"].id
            terminal = next(one for one, _ in reader.terminals() if one.merchant == club)
        street.book(RevocationRequest(terminal.id))
        time.sleep(SECONDS_REMEMBERED)
        assert till.pay("child", key="key-2").status_code == 401


@pytest.mark.parametrize(
    ("settings", "status", "says"),
    [
        ({}, 2, "PASLEDGER_BOOKS"),
        ({"PASLEDGER_BOOKS": "/nowhere/books.db"}, 1, "/nowhere/books.db"),
        ({"PASLEDGER_BOOKS": "x", "MERCHANT_API_PORT": "many"}, 2, "MERCHANT_API_PORT"),
        ({"PASLEDGER_BOOKS": "x", "MERCHANT_API_MOST_WAITING": "0"}, 2, "MERCHANT_API_MOST_WAITING"),
    ],
)
def test_wrong_settings_are_named_at_start(settings: dict[str, str], status: int, says: str, tmp_path: Path) -> None:
    """A setting that cannot be ends the start with a message that names it, and no traceback."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PASLEDGER", "MERCHANT"))}
    done = subprocess.run(
        [sys.executable, "-m", "merchant_api"],
        cwd=ROOT,
        env=environment | settings,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == status
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())
