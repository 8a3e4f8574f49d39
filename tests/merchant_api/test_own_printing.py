"""The code of a card is printed by who has it already, and by nobody else: the books keep a hash of it."""

from collections.abc import Iterator

import httpx2
import pytest
from argon2 import PasswordHasher

from merchant_api.settings import Settings
from pasledger.pages.making import qr
from pasledger.rules.cards import CardState
from pasledger.rules.registration import CardRequest
from pasledger.usecases import pins
from pasledger.usecases.minting import new_token
from tests.merchant_api.test_own import HERE, PIN, Home
from tests.support.service import Street, in_process

BASE = "https://pas.example/"
NOT_HERE = "The code cannot be printed here now"


@pytest.fixture
def home(street: Street, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    """Return somebody at home with a card, where the address in the QR of cards is known."""
    monkeypatch.setattr(pins, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    pins._dummy.cache_clear()
    street.give_key()
    for card in ("child", "neighbour"):
        street.set_pin(card, PIN)
    with in_process(street, link_base=BASE) as till:
        till.client.base_url = httpx2.URL("https://till.test")
        yield Home(till)
    pins._dummy.cache_clear()


def test_who_scanned_the_card_gets_the_same_code(home: Home) -> None:
    """The drawing is that of the very link on the card; the token itself is nowhere on the page."""
    token = home.street.tokens["child"]
    home.signed_in()
    answer = home.post("/mycard/code", card=token)
    assert qr(f"{BASE}#{token}") in answer.text
    assert token not in answer.text + str(answer.headers) + str(answer.url)
    assert answer.headers["cache-control"] == "no-store"


def test_without_the_token_of_this_card_there_is_none(home: Home) -> None:
    """Not for another's token, one that is none, the number of the card or the hash; it says why, and what to do."""
    street = home.street
    home.signed_in()
    hashed = street.cards["child"].token_hash
    for card in (street.tokens["neighbour"], new_token(), "", street.numbers["child"].printed, hashed, "é" * 9):
        answer = home.post("/mycard/code", card=card)
        assert (answer.status_code, NOT_HERE in answer.text, "<svg" in answer.text) == (200, True, False), card
    assert "at the town hall" in home.get("/mycard/code").text


def test_nobody_else_and_no_blocked_card_gets_one(home: Home) -> None:
    """Who is not signed in goes where one signs in; a code that cannot pay is not drawn."""
    token = home.street.tokens["child"]
    assert home.post("/mycard/code", card=token).url.path == "/mycard"
    home.signed_in()
    elsewhere = HERE | {"Sec-Fetch-Site": "cross-site"}
    assert home.till.client.post("/mycard/code", data={"card": token}, headers=elsewhere).status_code == 401
    home.street.book(CardRequest(home.street.numbers["child"], CardState.BLOCKED))
    assert NOT_HERE in home.post("/mycard/code", card=token).text
    assert "/mycard/code" not in home.get().text


def test_without_the_address_in_the_qr_none_is_drawn(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    """A code that leads elsewhere would be worse; and an address is one, without a # of its own."""
    monkeypatch.setattr(pins, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    street.give_key()
    street.set_pin("child", PIN)
    with in_process(street) as till:
        till.client.base_url = httpx2.URL("https://till.test")
        home = Home(till)
        home.signed_in()
        assert NOT_HERE in home.post("/mycard/code", card=street.tokens["child"]).text
    assert Settings(books="x", link_base="https://pas.example/a?b").link_base is not None
    for wrong in ("https://pas.example/#", "pas.example", "https://pas .example", ""):
        with pytest.raises(ValueError, match="link_base"):
            Settings(books="x", link_base=wrong)
