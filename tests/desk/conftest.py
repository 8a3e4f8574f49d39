"""The desk in this process, in front of a street whose books have a key."""

import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from pasledger.desk.app import Settings, create_desk
from pasledger.store import Store
from pasledger.usecases.minting import stamp_now
from tests.support.service import PROVEN, Street, a_shop_street

HERE = {"Sec-Fetch-Site": "same-origin", "Accept-Language": "en"}
SIGN_IN, FIND = "Sign in at the desk", "Look a holder up"
CLERK = PROVEN["PASLEDGER_CREDENTIAL"]
LINK_BASE = "https://pas.example/"


@dataclass
class Counter:
    """Somebody at the counter, with a browser that keeps cookies."""

    client: httpx2.Client
    street: Street

    def get(self, address: str) -> httpx2.Response:
        """Look at a page."""
        return self.client.get(address, headers=HERE)

    def post(self, address: str, **typed: str) -> httpx2.Response:
        """Send a form, as the page would."""
        return self.client.post(address, data=typed, headers=HERE)

    def sign_in(self, name: str = "clerk", credential: str = CLERK) -> httpx2.Response:
        """Sign in."""
        return self.post("/sign-in", name=name, credential=credential)

    def find(self, named: str, purpose: str = "card") -> httpx2.Response:
        """Look somebody up."""
        return self.post("/look-ups", named=named, purpose=purpose)

    def found(self, name: str = "child") -> str:
        """Look a holder of the street up, and return the address of what was found."""
        answer = self.find(self.street.holders[name].reference)
        assert re.fullmatch(r"/look-ups/act_[0-9a-f]{32}", answer.url.path), answer.text
        return str(answer.url.path)

    def do(self, at: str, what: str, name: str = "child") -> httpx2.Response:
        """Do something with the card of a holder."""
        return self.post(f"{at}/{what}", card=self.street.cards[name].id)

    def log(self) -> list[tuple[Any, ...]]:
        """Return what was looked up: by whom, what, why, whom, which card, and how it ended."""
        now = stamp_now("").recorded_at
        with self.street.store.read() as reader:
            found = reader.acting.look_ups(since=now - timedelta(days=400), before=now + timedelta(days=400))
            return [
                (act.actor, act.action, one.purpose.value, one.holder, one.card, ended and ended.result)
                for act, ended, one in found
            ]

    def acts(self) -> list[tuple[str, str, str | None]]:
        """Return every line of the log."""
        now = stamp_now("").recorded_at
        with self.street.store.read() as reader:
            found = reader.acting.acts(since=now - timedelta(days=400), before=now + timedelta(days=400))
            return [(act.actor, act.action, None if ended is None else ended.result) for act, ended in found]


def words(answer: httpx2.Response) -> str:
    """Return what a page says, without its marks."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


@cache
def _made_once() -> Street:
    """Return a street whose books have a key, and where the child has a PIN, to be copied for each test."""
    street = a_shop_street(Path(tempfile.mkdtemp()) / "books.db")
    street.give_key()
    street.set_pin("child", "4826")
    street.store.close()
    return street


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    """Return such a street."""
    made, path = _made_once(), tmp_path / "books.db"
    shutil.copy(made.books, path)
    # What was made is kept as it was: a test adds cards of its own.
    own = {name: dict(getattr(made, name)) for name in ("merchants", "tokens", "holders", "cards", "numbers")}
    store = Store.open(str(path), key=made.key)
    yield Street(store, str(path), **own, key=made.key)
    store.close()


@pytest.fixture
def stranger(street: Street) -> Iterator[Counter]:
    """Return somebody who did not sign in."""
    store = Store.open(street.books, key=street.key)
    with TestClient(create_desk(store, Settings(LINK_BASE)), base_url="https://desk.test") as client:
        yield Counter(client, street)
    store.close()


@pytest.fixture
def counter(stranger: Counter) -> Counter:
    """Return the clerk, signed in."""
    assert FIND in stranger.sign_in().text
    return stranger
