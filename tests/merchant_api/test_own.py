"""Mijn pas: who knows the PIN sees what is on the card and nobody else does, blocks it at once, and changes the PIN."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from types import SimpleNamespace

import httpx2
import pytest
from argon2 import PasswordHasher

from merchant_api.mycard import signing_in
from pasledger.ledger.journal import Stamp
from pasledger.ledger.money import Money
from pasledger.rules.cards import CardState
from pasledger.rules.pins import LOCKED_AFTER, OwnTryRequest, TryRequest
from pasledger.rules.registration import CardRequest
from pasledger.usecases import pins
from pasledger.usecases.minting import new_card_number, new_token
from tests.support.books import traffic
from tests.support.service import Street, Till, in_process, staff
from tests.support.town import a_scheme

PIN, ANOTHER = "4826", "5820"
HERE = {"Sec-Fetch-Site": "same-origin", "Accept-Language": "en"}
NO = "This did not work"


@pytest.fixture(autouse=True)
def _fast_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hash with little work: what is seen is the same."""
    monkeypatch.setattr(pins, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    pins._dummy.cache_clear()
    yield
    pins._dummy.cache_clear()


@dataclass
class Home:
    """Somebody at home with a card."""

    till: Till

    @property
    def street(self) -> Street:
        """The street."""
        return self.till.street

    def sign_in(self, card: str, pin: str = PIN) -> httpx2.Response:
        """Send the form."""
        return self.post("/mycard/sign-in", card=card, pin=pin)

    def post(self, address: str, **typed: str) -> httpx2.Response:
        """Send a form, and go where it leads."""
        return self.till.client.post(address, data=typed, headers=HERE)

    def get(self, address: str = "/mycard") -> httpx2.Response:
        """Ask for a page."""
        return self.till.client.get(address, headers=HERE)

    def signed_in(self, name: str = "child") -> str:
        """Sign in with a card and return the page."""
        return self.sign_in(self.street.numbers[name].printed).text


@pytest.fixture
def home(street: Street) -> Iterator[Home]:
    """Return somebody at home, with a card that has a PIN."""
    street.give_key()
    street.set_pin("child", PIN)
    with in_process(street) as till:
        till.client.base_url = httpx2.URL("https://till.test")
        yield Home(till)
        till.verify_books()


@pytest.mark.parametrize("way", ["number", "token", "link"])
def test_a_holder_sees_what_is_on_the_card(home: Home, way: str) -> None:
    """By number or by what was scanned: what is left and until when, what is set aside, and what was paid where."""
    street, token = home.street, home.street.tokens["child"]
    home.till.pay("child", "7.00")
    home.till.hold("child", "2.50")
    card = {"number": street.numbers["child"].printed, "token": token, "link": f"https://pas.example/#{token}"}[way]
    page = home.sign_in(card)
    assert (page.status_code, page.url.path) == (200, "/mycard")
    found = street.overview("child")
    for text in (str(found.left), "€ 7,00", "€ 2,50", street.merchants["club"].name, "Where can you pay?"):
        assert text in page.text
    assert home.get().text == page.text


def test_the_page_has_no_word_that_marks(home: Home) -> None:
    """The public name of a scheme, and neither its code, its law nor a decision."""
    page = home.signed_in()
    scheme = next(one for one in home.street.overview("child").available)
    assert scheme.name_en in page
    assert scheme.legal_basis not in page
    for word in ("minima", "uitkering", "benefit", "decision"):
        assert word not in page.casefold()


def test_a_holder_takes_all_of_it_along(home: Home) -> None:
    """As a file: the money, the payments and the card; nobody gets it without signing in."""
    assert home.get("/mycard/data.json").url.path == "/mycard"
    home.till.pay("child", "7.00")
    home.signed_in()
    answer = home.get("/mycard/data.json")
    found = json.loads(answer.text)
    assert "attachment" in answer.headers["content-disposition"]
    assert (found["card"], found["state"]) == (home.street.numbers["child"], "active")
    assert [one["amount"] for one in found["payments"]] == ["7.00"]
    assert found["entitlements"][0]["left"] == home.street.overview("child").left.plain


def test_a_card_is_blocked_at_once(home: Home) -> None:
    """After one more question; then it pays nothing, and its holder still sees what there is."""
    home.signed_in()
    assert "Is your card lost" in home.get("/mycard/block").text
    assert home.till.pay("child", "1.00", key="before").status_code == 201
    assert "Your card is blocked" in home.post("/mycard/block").text
    assert home.till.pay("child", "1.00", key="after").status_code == 402
    home.post("/mycard/sign-out")
    assert "Your card is blocked" in home.signed_in()


def test_a_pin_is_changed_by_who_knows_it(home: Home) -> None:
    """The new one counts from then on, and who was signed in with the old one is out."""
    home.signed_in()
    other = dict(home.till.client.cookies)
    form = {"before": PIN, "pin": ANOTHER, "again": ANOTHER}
    for field, typed, says in (
        ("pin", "1234", "four to eight"),
        ("again", PIN, "not the same"),
        ("before", "9", "not the"),
    ):
        answer = home.post("/mycard/change-pin", **form | {field: typed})
        assert (answer.status_code, says in answer.text) == (400, True), field
    assert "Your PIN is saved" in home.post("/mycard/change-pin", **form).text
    home.till.client.cookies.update(other)
    assert "Show my card" in home.get().text
    assert NO in home.sign_in(home.street.numbers["child"].printed).text
    assert "You can still spend" in home.sign_in(home.street.numbers["child"].printed, ANOTHER).text


REASONS = ("wrong", "no PIN", "replaced", "waiting", "locked", "locked at tills")


def test_every_no_is_one_answer_and_the_same_work(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """One status, one body, one set of headers; the very same statements; and one argon2, whatever is not right."""
    street = home.street
    for name in REASONS:
        street.add_card(name)
        if name != "no PIN":
            street.set_pin(name, PIN)
    street.book(CardRequest(street.numbers["replaced"], CardState.REPLACED))
    for name in REASONS:
        times = {"waiting": 3, "locked": LOCKED_AFTER}.get(name, 1)
        street.try_in_vain(OwnTryRequest(street.numbers[name]), times)
        street.try_in_vain(TryRequest(street.numbers[name]), LOCKED_AFTER if name == "locked at tills" else 1)
    street.book(OwnTryRequest(None))
    asked = {name: (street.numbers[name].printed, ANOTHER if name == "wrong" else PIN) for name in REASONS}
    asked |= {"unknown number": (new_card_number().printed, PIN), "unknown token": (new_token(), PIN)}
    counting: list[str] = []
    honest = PasswordHasher.verify

    def verifying(hasher: PasswordHasher, hashed: str, text: str) -> bool:
        counting.append(hashed)
        return honest(hasher, hashed, text)

    monkeypatch.setattr(PasswordHasher, "verify", verifying)
    assert home.till.store is not None
    seen: dict[str, tuple[object, ...]] = {}
    for reason, (card, pin) in asked.items():
        with traffic(home.till.store) as sent:
            before = len(counting)
            answer = home.sign_in(card, pin)
        headers = {name: value for name, value in answer.headers.items() if name != "date"}
        seen[reason] = (answer.status_code, answer.text, headers, sent.statements, len(counting) - before)
    assert {reason for reason, one in seen.items() if one != seen["wrong"]} == set()
    assert (seen["wrong"][0], NO in str(seen["wrong"][1]), seen["wrong"][-1]) == (400, True, 1)


def test_a_stranger_who_tries_pins_here_does_not_keep_the_card_from_paying(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten wrong ones, hours apart: nobody is let in here any more, but the PIN goes on to pay; the desk helps."""
    street, moment = home.street, staff()
    number = street.numbers["child"]

    def now(actor: str) -> Stamp:
        return replace(moment, prepared_by=actor)

    monkeypatch.setattr("merchant_api.writer.stamp_now", now)
    for _ in range(LOCKED_AFTER):
        moment = replace(moment, recorded_at=moment.recorded_at + timedelta(hours=5))
        assert NO in home.sign_in(number.printed, ANOTHER).text
    moment = replace(moment, recorded_at=moment.recorded_at + timedelta(days=30))
    assert NO in home.sign_in(number.printed).text
    assert home.till.pay_with({"number": number, "pin": PIN}, key="k1").status_code == 201
    pins.unlock(street.store, number, moment)
    assert "You can still spend" in home.sign_in(number.printed).text


def test_a_session_ends(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a quarter of an hour, when somebody says so, and where anything of it was changed."""
    home.signed_in()
    cookie = home.till.client.cookies[signing_in.COOKIE]
    with monkeypatch.context() as patched:
        later = SimpleNamespace(time=lambda: float(cookie.split(".")[3]))
        patched.setattr("merchant_api.mycard.signing_in.time", later)
        assert "Show my card" in home.get().text
    assert "You can still spend" in home.get().text
    home.street.add_card("other")
    holder = home.street.cards["other"].holder
    for forged in (cookie.replace(cookie.split(".")[0], holder), cookie[:-1] + "x", "x"):
        home.till.client.cookies.set(signing_in.COOKIE, forged, domain="till.test", path="/")
        assert "Show my card" in home.get().text
    home.till.client.cookies.clear()
    home.signed_in()
    assert "Show my card" in home.post("/mycard/sign-out").text
    assert "Show my card" in home.get().text


def test_another_site_does_nothing(home: Home) -> None:
    """Neither signing in nor blocking; and a page says what makes no sense."""
    elsewhere = HERE | {"Sec-Fetch-Site": "cross-site"}
    home.signed_in()
    for address in ("/mycard/sign-in", "/mycard/block", "/mycard/change-pin"):
        assert home.till.client.post(address, data={}, headers=elsewhere).status_code == 401
    assert home.till.pay("child", "1.00").status_code == 201
    for card, pin, says in (("91", PIN, "16 digits"), (home.street.numbers["child"], "12", "four to eight")):
        answer = home.sign_in(card, pin)
        assert (answer.status_code, says in answer.text) == (400, True)


@pytest.mark.parametrize("address", ["/mycard/", "/mycard/sign-in"])
def test_what_is_not_there_is_a_page_to_a_browser(home: Home, address: str) -> None:
    """Who reloads the form that was sent, or types a stroke too many, is told in a page; a program gets a problem."""
    browser = home.till.client.get(address, headers=HERE | {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert (browser.status_code, "This is not there" in browser.text) == (404, True)
    assert browser.headers["content-type"].startswith("text/html")
    till = home.till.client.get("/today/", headers=HERE | {"Accept": "text/html"})
    assert (till.status_code, "It is not there, or it is not yours" in till.text) == (404, True)
    for program in (home.get(address), home.till.client.get("/v1/nothing", headers={"Accept": "text/html"})):
        assert (program.status_code, program.headers["content-type"]) == (404, "application/problem+json")


def test_the_page_is_strict_and_its_language_is_chosen(home: Home) -> None:
    """No script or style of others, no referrer, nothing kept; Dutch is one press away."""
    answer = home.sign_in(home.street.numbers["child"])
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert (answer.headers["referrer-policy"], answer.headers["cache-control"]) == ("no-referrer", "no-store")
    dutch = home.get("/mycard/own/language/nl")
    assert (dutch.url.path, "U kunt nog uitgeven" in dutch.text) == ("/mycard", True)


def test_money_that_is_spent_is_not_shown(home: Home) -> None:
    """What is left is, each with its last day; and what ends within two months is said to."""
    street = home.street
    street.add_schemes(a_scheme("gift", categories=()))
    street.award("child", Money(500), scheme="gift")
    there = street.overview("child").available
    page = home.signed_in()
    assert page.count("To be used until") == len(there)
    soon = [one for one in there if one.valid.last_day - staff().effective_on < timedelta(days=60)]
    assert page.count("this ends soon") == len(soon)
    for number, one in enumerate(there):
        paid = home.till.pay("child", one.left.plain, key=f"p{number}")
        assert paid.status_code == 201, paid.text
    assert "There is no money on your card now" in home.get().text
