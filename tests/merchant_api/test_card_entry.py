"""A card by token, by token and PIN, by number and PIN: the same no for every reason, and the same work behind it."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from httpx2 import Response

from merchant_api.presenting import Presenter
from merchant_api.schemas.cards import CardEntry
from merchant_api.writer import Full, Writer
from pasledger.ledger.journal import Stamp
from pasledger.ledger.money import Money
from pasledger.rules.card_entry import MOST_REFUSALS
from pasledger.rules.card_rule import LimitRequest
from pasledger.rules.cards import CardState
from pasledger.rules.deciding import needs_of
from pasledger.rules.pins import LOCKED_AFTER, TryRequest
from pasledger.rules.registration import CardRequest
from pasledger.usecases import pins
from pasledger.usecases.minting import new_card_number, new_token, stamp_now
from tests.support.books import traffic
from tests.support.service import Street, Till, in_process, staff
from tests.support.town import a_scheme

PIN, WRONG = "4711", "4712"


@pytest.fixture
def street(street: Street) -> Street:
    """Return a street with a key, where the child and the neighbour have a PIN and more than € 50,00 needs it."""
    street.give_key()
    street.set_pin("child", PIN)
    street.set_pin("neighbour", PIN)
    street.book(LimitRequest(Money(5000)))
    return street


@pytest.fixture
def hours(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Return what sets the clock of the service some hours ahead."""
    ahead = timedelta()

    def later(actor: str) -> Stamp:
        now = stamp_now(actor)
        return replace(now, recorded_at=now.recorded_at + ahead)

    def go_on(hours: float) -> None:
        nonlocal ahead
        ahead += timedelta(hours=hours)

    monkeypatch.setattr("merchant_api.writer.stamp_now", later)
    return go_on


def by_number(till: Till, name: str, pin: str = PIN) -> dict[str, str]:
    """Return a card as it is typed."""
    return {"number": till.street.cards[name].number, "pin": pin}


def by_token(till: Till, name: str, pin: str | None = None) -> dict[str, str]:
    """Return a card as it is scanned."""
    return {"token": till.street.tokens[name]} | ({"pin": pin} if pin else {})


def tries_of(street: Street, name: str) -> int:
    """Return how many wrong tries a card has in the books."""
    with street.store.read() as reader:
        found = reader.load(needs_of([TryRequest(street.cards[name].number)])).tries.get(street.cards[name].id)
    return 0 if found is None else found.number


# --- what is accepted


def test_a_card_can_be_typed_with_its_pin(till: Till) -> None:
    """The number with the right PIN pays like the token; with another it does not."""
    assert till.pay_with(by_number(till, "child"), key="right").status_code == 201
    assert till.pay_with(by_number(till, "child", WRONG), key="wrong").status_code == 402


def test_a_large_amount_needs_the_pin_with_a_scan_too(till: Till) -> None:
    """Up to the limit the token is enough; above it the PIN has to come with it."""
    assert till.pay_with(by_token(till, "child"), "50.00", key="limit").status_code == 201
    assert till.pay_with(by_token(till, "neighbour"), "50.01", key="above").status_code == 402
    assert till.pay_with(by_token(till, "neighbour", WRONG), "50.01", key="wrong").status_code == 402
    assert till.pay_with(by_token(till, "neighbour", PIN), "50.01", key="right").status_code == 201


@pytest.mark.parametrize(
    "card",
    [
        {},
        {"pin": PIN},
        {"number": "9123456789012317"},
        {"number": "9123456789012317", "pin": ""},
        {"number": "9123456789012318", "pin": PIN},
        {"number": "8123456789012317", "pin": PIN},
        {"number": "9123 4567 8901 2317", "pin": PIN},
        {"number": "9123456789012317", "pin": "47"},
        {"number": "9123456789012317", "pin": "47 1"},
        {"number": "9123456789012317", "pin": PIN, "token": "a" * 22},
        {"token": "a" * 22, "pin": "x"},
        {"token": ""},
        {"token": None, "number": "9123456789012317", "pin": PIN},
    ],
)
def test_a_card_that_is_presented_in_no_known_way(till: Till, card: dict[str, str]) -> None:
    """It is said to be invalid, also for check digits that are wrong; nothing is repeated, counted or kept."""
    answer = till.pay_with(card)

    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/invalid")
    assert all(secret not in answer.text for secret in card.values() if secret)
    assert till.get("/v1/idempotency-keys/key-1").status_code == 404


# --- tries


def test_wrong_pins_are_counted_and_the_right_one_ends_the_count(till: Till) -> None:
    """By number and by token alike."""
    till.pay_with(by_number(till, "child", WRONG), key="1")
    till.pay_with(by_token(till, "child", WRONG), key="2")
    assert tries_of(till.street, "child") == 2
    till.pay_with(by_number(till, "child", PIN), key="3")
    assert tries_of(till.street, "child") == 0


def test_a_try_is_on_the_disk_before_it_is_verified(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever kills the service while it looks at a PIN has lost a try."""
    seen: list[int] = []

    def dying(*_arguments: object) -> bool:
        seen.append(tries_of(till.street, "child"))
        raise MemoryError

    monkeypatch.setattr(pins, "is_right", dying)

    assert till.pay_with(by_number(till, "child")).status_code == 500
    assert seen == [1]
    assert tries_of(till.street, "child") == 1


def test_a_repeat_is_no_try(till: Till) -> None:
    """The same key has the same answer, whatever PIN comes with it, and it says nothing of that PIN."""
    first = till.pay_with(by_number(till, "child", WRONG))
    for pin in (WRONG, PIN, "9999"):
        assert till.pay_with(by_number(till, "child", pin)).content == first.content
    assert tries_of(till.street, "child") == 1
    paid = till.pay_with(by_number(till, "neighbour", PIN), key="paid")
    assert till.pay_with(by_number(till, "neighbour", WRONG), key="paid").content == paid.content
    assert tries_of(till.street, "neighbour") == 0


def test_repeats_at_the_same_moment_are_one_try(till: Till) -> None:
    """A till that does not wait for its answer loses nothing by it."""
    with ThreadPoolExecutor(8) as tills:
        answers = list(tills.map(lambda _: till.pay_with(by_number(till, "child", WRONG)), range(8)))

    assert len({answer.content for answer in answers}) == 1
    assert tries_of(till.street, "child") == 1


def test_many_guesses_at_the_same_moment_are_all_counted(till: Till) -> None:
    """Sixteen tills that guess at once get no more than three looks."""
    with ThreadPoolExecutor(16) as tills:
        guesses = [f"{4700 + number}" for number in range(16)]
        answers = list(
            tills.map(lambda guess: till.pay_with(by_number(till, "child", guess), key=f"guess-{guess}"), guesses)
        )

    assert len({answer.content for answer in answers if answer.status_code == 402}) <= 1
    assert tries_of(till.street, "child") <= 3


def test_waits_and_the_lock(till: Till, hours: Callable[[float], None]) -> None:
    """After three wrong PINs the right one has to wait; after ten it never works, until the desk has unlocked it."""
    for number in range(3):
        till.pay_with(by_number(till, "child", WRONG), key=f"wrong-{number}")
    assert till.pay_with(by_number(till, "child"), key="early").status_code == 402
    hours(0.1)
    assert till.pay_with(by_number(till, "child"), key="in time").status_code == 400  # a key has no space
    assert till.pay_with(by_number(till, "child"), key="in-time").status_code == 201
    hours(24)
    for number in range(LOCKED_AFTER):
        hours(5)
        till.pay_with(by_number(till, "child", WRONG), at=("club", "café")[number % 2], key=f"again-{number}")
    hours(100)
    assert tries_of(till.street, "child") == LOCKED_AFTER
    assert till.pay_with(by_number(till, "child"), key="locked").status_code == 402
    pins.unlock(till.street.store, till.street.cards["child"].number, staff())
    assert till.pay_with(by_number(till, "child"), key="unlocked").status_code == 201


def test_past_the_limit_of_refusals_everything_is_the_same_no(till: Till, hours: Callable[[float], None]) -> None:
    """Also what could have been paid, at this merchant and with this card; after a day of rest it can again."""
    first = till.pay("child", "900.00", key="much-0")
    for number in range(1, MOST_REFUSALS):
        assert till.pay("child", "900.00", key=f"much-{number}").content == first.content

    assert till.pay("child", "1.00", key="little").content == first.content
    assert till.pay("neighbour", "1.00", key="another").status_code == 201
    hours(24.1)
    assert till.pay("child", "1.00", key="rested").status_code == 201


def test_a_card_is_one_card_however_it_is_named(till: Till) -> None:
    """Who was refused it ten times, by scan and by number, hears nothing more of it by either."""
    first = till.pay("child", "900.00", key="much-0")
    for number in range(1, MOST_REFUSALS):
        card = by_token(till, "child") if number % 2 else by_number(till, "child")
        assert till.pay_with(card, "900.00", key=f"much-{number}").content == first.content

    assert till.pay("child", "1.00", key="scanned").content == first.content
    assert till.pay_with(by_number(till, "child"), "1.00", key="typed").content == first.content


# --- one answer, and the same work

REASONS = (
    "unknown",
    "issued",
    "blocked",
    "replaced",
    "empty",
    "not started",
    "not here",
    "too little",
    "over a ceiling",
    "refused too often",
)
PIN_REASONS = ("wrong PIN", "no PIN", "waiting", "locked")


@dataclass
class Work:
    """What was done for a request: how many statements of which kind, and how often a PIN was verified."""

    statements: list[str]
    verified: int


@pytest.fixture
def no_town(street: Street) -> Street:
    """Return a street where each card is refused for the reason that it is named after."""
    today = staff().effective_on
    street.add_schemes(
        replace(a_scheme("capped", categories=()), day_ceiling=Money(100)),
        a_scheme("elsewhere", categories=("cinema",)),
    )
    for name in (*REASONS, *PIN_REASONS):
        if name == "unknown":
            continue
        street.add_card(name, state=CardState.ISSUED if name == "issued" else CardState.ACTIVE)
        if name not in ("issued", "no PIN"):  # a PIN would activate the one, and the other has none
            street.set_pin(name, PIN)
        scheme = {"not here": "elsewhere", "over a ceiling": "capped"}.get(name, "culture")
        amount = {"too little": 100}.get(name, 10_000)
        starts_on = today + timedelta(days=1) if name == "not started" else today
        if name != "empty":
            street.award(name, Money(amount), scheme=scheme, starts_on=starts_on)
        if name in ("blocked", "replaced"):
            street.book(CardRequest(street.cards[name].number, CardState(name)))
        for _ in range({"waiting": 3, "locked": LOCKED_AFTER}.get(name, 1)):
            # once for each, so that no card is new to the counts
            street.book(TryRequest(street.cards[name].number))
    return street


@pytest.fixture
def refusing(no_town: Street) -> Iterator[Till]:
    """Run the service on these books."""
    with in_process(no_town) as till:
        yield till


def _presented(till: Till, name: str, way: str) -> dict[str, str]:
    street = till.street
    token = street.tokens.get(name) or new_token()
    number = street.cards[name].number if name in street.cards else new_card_number()
    pin = WRONG if name in ("wrong PIN",) else PIN
    return {"token": {"token": token}, "token and PIN": {"token": token, "pin": pin}}.get(
        way, {"number": number, "pin": pin}
    )


def _work(till: Till, card: dict[str, str], amount: str, key: str, counting: list[int]) -> tuple[Response, Work]:
    assert till.store is not None
    before = len(counting)
    with traffic(till.store) as seen:
        answer = till.pay_with(card, amount, key=key)
    return answer, Work(seen.statements, len(counting) - before)


@pytest.mark.parametrize("way", ["token", "token and PIN", "number and PIN"])
def test_every_no_is_one_answer_and_the_same_work(refusing: Till, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One status, one body, one set of headers; as many statements, the very same; and one argon2 where there is a PIN.

    What differs is only whether a merchant was refused this card before, which it knows.
    """
    counting: list[int] = []
    honest = PasswordHasher.verify

    def verify(hasher: PasswordHasher, hashed: str, text: str) -> bool:
        counting.append(1)
        return honest(hasher, hashed, text)

    monkeypatch.setattr(PasswordHasher, "verify", verify)
    monkeypatch.setattr("merchant_api.auth.SECONDS_REMEMBERED", 3600.0)
    reasons = (*REASONS, *(PIN_REASONS if way != "token" else ("PIN needed",)))
    answers: dict[str, Response] = {}
    works: dict[str, Work] = {}
    refusing.get("/v1/redemptions/red_" + "0" * 32)  # after which the credential is known
    for reason in reasons:
        amount = "50.01" if reason == "PIN needed" else "5.00"
        name = "neighbour" if reason == "PIN needed" else reason
        card = _presented(refusing, name, way)
        for number in range(MOST_REFUSALS if reason == "refused too often" else 1):
            refusing.pay_with(
                card, "900.00" if reason == "refused too often" else amount, key=f"first-{number}-{len(works)}"
            )
        answers[reason], works[reason] = _work(refusing, card, amount, f"second-{len(works)}", counting)

    bodies = {(answer.status_code, answer.content) for answer in answers.values()}
    assert {reason for reason, answer in answers.items() if answer.status_code != 402} == set()
    assert len(bodies) == 1
    assert {answer.status_code for answer in answers.values()} == {402}
    assert len({tuple(name for name in answer.headers) for answer in answers.values()}) == 1
    expected = works["blocked"].statements
    assert {reason: len(work.statements) for reason, work in works.items()} == dict.fromkeys(reasons, len(expected))
    assert all(work.statements == expected for work in works.values())
    assert {work.verified for work in works.values()} == {0 if way == "token" else 1}


def test_the_pool_is_bounded(street: Street) -> None:
    """So many PINs wait already that one more is asked to come back; and that hangs on no card."""
    writer = Writer(street.store, most_waiting=9, most_in_a_batch=9)
    presenter = Presenter(street.store, writer, most_waiting=1)
    writer.start()
    merchant = street.merchants["club"].id

    async def ask(number: int) -> str:
        card = CardEntry(number=street.cards["child"].number, pin=PIN)
        async with presenter.presented(card, merchant=merchant, key=f"k{number}") as presented:
            return presented.pin.value

    async def both() -> tuple[str | BaseException, ...]:
        return await asyncio.gather(ask(1), ask(2), return_exceptions=True)

    first, second = asyncio.run(both())
    presenter.stop()
    writer.stop()
    assert first == "right"
    assert isinstance(second, Full)
