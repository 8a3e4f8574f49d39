"""The page on which a holder chooses a PIN: with the code of the letter, and one answer to everybody else."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from argon2 import PasswordHasher

from merchant_api.mycard import choosing
from merchant_api.till.people import COOKIE
from pasledger.formats.carriers import CarrierRow
from pasledger.ledger.journal import Stamp
from pasledger.ledger.money import Money
from pasledger.rules.card_rule import LimitRequest
from pasledger.rules.cards import CardState
from pasledger.rules.pins import LOCKED_AFTER, CodeTryRequest, TryRequest
from pasledger.rules.registration import CardRequest
from pasledger.usecases import pins
from pasledger.usecases.minting import new_card_number, new_token, stamp_now
from tests.merchant_api.test_observing import lines
from tests.support.books import traffic
from tests.support.service import Street, Till, a_shop_street, in_process, on_a_port, staff

PIN, ANOTHER = "4826", "5820"
HERE = {"Sec-Fetch-Site": "same-origin", "Accept-Language": "en"}
SET, NO = "Your PIN is saved", "This did not work"


@pytest.fixture(autouse=True)
def _fast_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hash with little work: what is seen is the same."""
    monkeypatch.setattr(pins, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    pins._dummy.cache_clear()
    yield
    pins._dummy.cache_clear()


@dataclass
class Holder:
    """Somebody at home, with a card and a letter."""

    till: Till
    codes: dict[str, str]

    @property
    def street(self) -> Street:
        """The street."""
        return self.till.street

    def choose(self, card: str, code: str, pin: str = PIN, again: str | None = None, **headers: str) -> httpx2.Response:
        """Send the form."""
        typed = {"card": card, "code": code, "pin": pin, "again": pin if again is None else again}
        return self.till.client.post("/mycard/pin", data=typed, headers=HERE | headers)

    def pays(self, name: str, pin: str, key: str) -> bool:
        """Return whether a card pays with its number and a PIN."""
        card = {"number": self.street.numbers[name], "pin": pin}
        return self.till.pay_with(card, key=key).status_code == 201


@pytest.fixture
def street(street: Street) -> Street:
    """Return a street whose books have a key, with a new card that is not active yet."""
    street.give_key()
    street.add_card("new", state=CardState.ISSUED)
    street.award("new", Money(10_000))
    return street


def letters(street: Street, *names: str) -> dict[str, str]:
    """Send letters and return the code of each."""
    rows = [
        CarrierRow(row, street.holders[name].reference, street.numbers[name], "https://pas.example/#token")
        for row, name in enumerate(names, 2)
    ]
    made = pins.send_letters(street.store, rows, staff(), lambda _letters: None)
    assert {letter.where for letter in made} == {"pas.example/mycard/pin"}
    return {name: letter.code for name, letter in zip(names, made, strict=True)}


@pytest.fixture
def holder(street: Street) -> Iterator[Holder]:
    """Return a holder in front of the service."""
    codes = letters(street, "new", "child")
    with in_process(street) as till:
        till.client.base_url = httpx2.URL("https://till.test")
        yield Holder(till, codes)
        till.verify_books()


@pytest.mark.parametrize("way", ["number", "token", "link"])
def test_a_holder_chooses_a_pin(holder: Holder, way: str) -> None:
    """By number, or by what was scanned; the card is active then and pays with the PIN, and the code is used."""
    street = holder.street
    token = street.tokens["new"]
    card = {"number": street.numbers["new"].printed, "token": token, "link": f"https://pas.example/#{token}"}[way]
    grouped = f" {holder.codes['new'][:4].lower()} {holder.codes['new'][4:]}"
    answer = holder.choose(card, grouped)
    assert (answer.status_code, answer.url.path, SET in answer.text) == (200, "/mycard/done", True)
    assert holder.pays("new", PIN, "k1")
    assert NO in holder.choose(card, grouped, ANOTHER).text
    assert not holder.pays("new", ANOTHER, "k2")


def test_what_makes_no_sense_is_said_and_is_no_try(holder: Holder) -> None:
    """The field is named; nothing that was typed comes back, and the code goes on to work."""
    right = {"card": holder.street.numbers["new"].printed, "code": holder.codes["new"], "pin": PIN, "again": PIN}
    for field, typed, says in (
        ("card", "9123456789012318", "check digits"),
        ("card", "", "16 digits"),
        ("code", "ACDE", "12 letters and digits"),
        ("pin", "12", "four to eight"),
        ("pin", "1234", "four to eight"),
        ("again", "4827", "not the same"),
    ):
        answer = holder.choose(**right | {field: typed})
        assert (answer.status_code, says in answer.text) == (400, True), field
        assert f'name="{field}"' in answer.text.split('aria-invalid="true"')[0].rpartition("<input")[2]
        assert not any(secret in answer.text for secret in right.values())
    assert SET in holder.choose(**right).text


REASONS = (
    *("unknown number", "unknown token", "wrong code", "code of another card", "used", "too old", "no letter"),
    *("replaced", "waiting", "code locked", "PIN locked"),
)


@pytest.fixture
def refused(holder: Holder) -> dict[str, tuple[str, str]]:
    """Return a card and a code that is not accepted, for each reason."""
    street = holder.street
    wrong = "A" * pins.CODE_LENGTH
    names = [name for name in REASONS if not name.startswith("unknown")]
    for name in names:
        street.add_card(name)
    codes = letters(street, *(name for name in names if name != "no letter"))
    pins.set_pin(street.store, street.numbers["used"], codes["used"], PIN, staff())
    street.book(CardRequest(street.numbers["replaced"], CardState.REPLACED))
    for name in names:
        times = {"waiting": 3, "code locked": LOCKED_AFTER}.get(name, 1)
        street.try_in_vain(CodeTryRequest(street.numbers[name]), times)
    street.try_in_vain(TryRequest(street.numbers["PIN locked"]))
    street.book(CodeTryRequest(None))
    shown = {name: (street.numbers[name].printed, codes.get(name, wrong)) for name in names}
    return shown | {
        "unknown number": (new_card_number().printed, wrong),
        "unknown token": (new_token(), wrong),
        "wrong code": (street.numbers["wrong code"].printed, wrong),
        "code of another card": (street.numbers["code of another card"].printed, codes["wrong code"]),
    }


def test_every_no_is_one_answer_and_the_same_work(
    holder: Holder, refused: dict[str, tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One status, one body, one set of headers; the very same statements; and one argon2, whatever is not right."""
    counting: list[str] = []
    honest = PasswordHasher.hash

    def hashing(hasher: PasswordHasher, text: str) -> str:
        counting.append(text)
        return honest(hasher, text)

    monkeypatch.setattr(PasswordHasher, "hash", hashing)
    later = stamp_now("merchant service").effective_on + timedelta(days=pins.DAYS_TO_ACTIVATE + 1)
    assert holder.till.store is not None
    seen: dict[str, tuple[object, ...]] = {}
    for reason, (card, code) in refused.items():
        with monkeypatch.context() as patched, traffic(holder.till.store) as sent:
            if reason == "too old":
                patched.setattr(
                    "merchant_api.writer.stamp_now", lambda actor: replace(stamp_now(actor), effective_on=later)
                )
            before = len(counting)
            answer = holder.choose(card, code)
        headers = {name: value for name, value in answer.headers.items() if name != "date"}
        seen[reason] = (answer.status_code, answer.text, headers, sent.statements, len(counting) - before)
    assert {reason for reason, one in seen.items() if one != seen["wrong code"]} == set()
    assert (seen["wrong code"][0], NO in str(seen["wrong code"][1]), seen["wrong code"][-1]) == (400, True, 1)


def test_a_stranger_who_tries_codes_does_not_lock_the_pin(holder: Holder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten wrong codes, hours apart: no code is looked at any more, but the PIN goes on to pay."""
    street, moment = holder.street, staff()
    street.set_pin("child", PIN)
    number = street.numbers["child"].printed

    def now(actor: str) -> Stamp:
        return replace(moment, prepared_by=actor)

    monkeypatch.setattr("merchant_api.writer.stamp_now", now)
    for _ in range(LOCKED_AFTER):
        moment = replace(moment, recorded_at=moment.recorded_at + timedelta(hours=5))
        assert NO in holder.choose(number, "A" * pins.CODE_LENGTH).text
    moment = replace(moment, recorded_at=moment.recorded_at + timedelta(days=30))
    assert NO in holder.choose(number, holder.codes["child"], ANOTHER).text
    assert holder.pays("child", PIN, "k1")
    pins.unlock(street.store, street.numbers["child"], moment)
    assert SET in holder.choose(number, holder.codes["child"], ANOTHER).text


def test_a_blocked_card_stays_blocked(holder: Holder) -> None:
    """The PIN is set, and the answer is that of any other card."""
    street = holder.street
    street.book(CardRequest(street.numbers["child"], CardState.BLOCKED), LimitRequest(Money(1)))
    assert SET in holder.choose(street.numbers["child"].printed, holder.codes["child"]).text
    assert not holder.pays("child", PIN, "k1")


def test_another_site_sets_no_pin(holder: Holder) -> None:
    """Whatever it knows."""
    number = holder.street.numbers["new"].printed
    answer = holder.choose(number, holder.codes["new"], **{"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 401
    assert SET in holder.choose(number, holder.codes["new"]).text


def test_a_form_that_cannot_be_read_is_said_to_be_wrong(holder: Holder) -> None:
    """On every page of the service: it is nobody's fault here."""
    headers = HERE | {"Content-Type": "multipart/form-data; boundary=x"}
    holder.till.client.cookies.set(COOKIE, holder.street.credentials["club"])
    for address in ("/mycard/pin", "/payments", "/sign-in"):
        assert holder.till.client.post(address, content=b"--y\r\nno form", headers=headers).status_code == 400


def test_so_many_try_that_one_more_comes_back_later(holder: Holder, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told to come back, and no card is looked at."""
    monkeypatch.setattr(choosing, "MOST_WAITING", 0)
    answer = holder.choose(holder.street.numbers["new"].printed, holder.codes["new"])
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")


def test_books_without_a_key_set_no_pin(tmp_path: Path) -> None:
    """The page says to come back later."""
    with in_process(a_shop_street(tmp_path / "books.db")) as till:
        answer = Holder(till, {}).choose(till.street.numbers["child"].printed, "A" * pins.CODE_LENGTH)
    assert answer.status_code == 503


def test_the_page_is_strict_and_keeps_nothing(holder: Holder) -> None:
    """No cookie, no script or style of others, no referrer; and a language is chosen without leaving the page."""
    for answer in (holder.till.client.get("/mycard/pin", headers=HERE), holder.choose("x", "y")):
        assert "set-cookie" not in answer.headers
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert (answer.headers["referrer-policy"], answer.headers["cache-control"]) == ("no-referrer", "no-store")
    dutch = holder.till.client.get("/mycard/language/nl", headers=HERE)
    assert (dutch.url.path, "Kies uw pincode" in dutch.text) == ("/mycard/pin", True)


def test_nothing_of_a_holder_is_in_the_log(street: Street, tmp_path: Path) -> None:
    """Neither number, token, code nor PIN, whether it worked or not."""
    codes = letters(street, "new")
    (tmp_path / "key").write_text(street.key.secret.hex() if street.key else "")
    settings = {"PASLEDGER_KEY": str(tmp_path / "key"), "MERCHANT_API_LOG_LEVEL": "debug"}
    with (tmp_path / "log").open("wb") as log, on_a_port(street, log=log, **settings) as till:
        till.client.follow_redirects = True
        holder = Holder(till, codes)
        assert NO in holder.choose(street.tokens["new"], "A" * pins.CODE_LENGTH).text
        assert SET in holder.choose(street.numbers["new"], codes["new"]).text
    noted = [(line["route"], line["status"]) for line in lines(tmp_path / "log") if "mycard" in line["route"]]
    assert noted == [("/mycard/pin", 400), ("/mycard/pin", 303), ("/mycard/done", 200)]
    written = (tmp_path / "log").read_text()
    for secret in (street.numbers["new"], street.tokens["new"], codes["new"], PIN, street.holders["new"].reference):
        assert secret not in written
