"""No stigma (property 6): what a merchant can observe is a function of its own requests and their yes or no alone.

First the calls of several merchants are drawn, with their yes or no. Then two towns are made that finance them
differently: other schemes, other splits, other ends; and for the no, other reasons. The calls run on both through the
real application, and everything that merchants can observe must be equal, byte for byte, after random ids and times
have been replaced.
"""

import itertools
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from argon2 import PasswordHasher
from httpx2 import Response
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from merchant_api import booking, errors, schemas
from merchant_api.answers import Answer
from merchant_api.limits import Limits
from merchant_api.routes import keys, statements
from merchant_api.till import pages as till_pages
from merchant_api.till import routes as till_routes
from merchant_api.till.people import COOKIE
from pasledger.ledger.ids import MerchantId, RedemptionId, TerminalId
from pasledger.ledger.journal import Stamp
from pasledger.ledger.money import Money
from pasledger.ledger.periods import Period
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.pages.envelope import HEADERS
from pasledger.reports.merchant_statement import MerchantStatement
from pasledger.rules.card_entry import MOST_REFUSALS
from pasledger.rules.card_rule import LimitRequest
from pasledger.rules.cards import CardState
from pasledger.rules.deciding import Outcome
from pasledger.rules.pins import LOCKED_AFTER, TryRequest
from pasledger.rules.records import Attempt, HoldCaptured, HoldRefunded, HoldReleased
from pasledger.rules.registration import CardRequest
from pasledger.store import Store
from pasledger.store.holding import RecordedHold
from pasledger.store.payouts import LineFound, SentPayout
from pasledger.store.payouts import Payouts as OwnPayouts
from pasledger.store.reading import Recorded
from pasledger.store.selling import Listed, Page, Selling, Wanted
from pasledger.usecases import pins
from pasledger.usecases.booking import book
from pasledger.usecases.minting import new_card_number, new_token, stamp_now
from tests.support.bank import Bank
from tests.support.service import Street, Till, a_shop_street, in_process, staff
from tests.support.town import a_scheme

MERCHANTS = ("club", "school", "café")
CATEGORIES = {"club": "sport", "school": "school", "café": "catering"}
HOLDERS = 3
DAYS_LATER = 10
MOST = "10.000,00"
MOST_PAGES = 4
MUCH = 900_000
"""Cents that no holder of these towns has."""


@pytest.fixture(autouse=True)
def _fast_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Verify PINs with little work: what is seen is the same, and there are many of them."""
    monkeypatch.setattr(pins, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    pins._dummy.cache_clear()
    yield
    pins._dummy.cache_clear()


# --- what merchants do


@dataclass(frozen=True)
class Pay:
    """A merchant takes a payment with somebody's card: a yes, or a no because it is too much or the card cannot."""

    at: str
    holder: int
    cents: int
    is_yes: bool
    is_a_dead_card: bool = False
    has_pin: bool = False
    is_typed: bool = False

    @property
    def card(self) -> str:
        """The name of the card. One that is presented with its PIN can be refused for that too."""
        if self.is_a_dead_card:
            return f"{'shut' if self.has_pin else 'dead'} {self.holder}"
        return f"holder {self.holder}"


@dataclass(frozen=True)
class Back:
    """A merchant gives a share of an earlier payment back; an earlier no has no payment to give back."""

    of: int
    percent: int


@dataclass(frozen=True)
class Again:
    """A till repeats an earlier payment with the same key."""

    of: int


@dataclass(frozen=True)
class Look:
    """A merchant reads an earlier payment, and its key."""

    of: int
    at: str


@dataclass(frozen=True)
class Hold:
    """A merchant sets an amount aside, with a reference of its own."""

    at: str
    holder: int
    cents: int
    is_yes: bool
    is_a_dead_card: bool = False

    @property
    def card(self) -> str:
        """The name of the card."""
        return f"{'dead' if self.is_a_dead_card else 'holder'} {self.holder}"


@dataclass(frozen=True)
class Use:
    """A merchant takes, lets go or gives back a share of an earlier hold, and reads it."""

    of: int
    what: str
    percent: int


@dataclass(frozen=True)
class Browse:
    """A merchant reads a list, page by page, a statement or its newest payout in one of their forms, or a page."""

    at: str
    what: str


@dataclass(frozen=True)
class PayOut:
    """The town pays all that it owes; the bank says so, and sends the first payment back if it is to."""

    comes_back: bool = False


@dataclass(frozen=True)
class AtTheTill:
    """Somebody takes a payment at the till page, looks at its receipt and at today, and may undo it."""

    pay: Pay
    undoes: bool = False


Call = Pay | Back | Again | Look | Hold | Use | Browse | PayOut | AtTheTill
LISTS = ("redemptions", "refunds", "holds", "payouts")
FORMS = ("application/json", "text/csv", "text/html")
PAYOUT_FORMS = tuple(f"payout {form}" for form in FORMS)
AT_THE_TILL = ("today", "statement", "statement.csv", "payouts")
READ = (*LISTS, *FORMS, *PAYOUT_FORMS, *(f"till {page}" for page in AT_THE_TILL))

# Every run has at least these, so that it cannot be empty of what matters: yes, no, refund, replay, look.
ALWAYS: tuple[Call, ...] = (
    Pay("club", 0, 1250, is_yes=True),
    Pay("school", 0, 4000, is_yes=True),
    Pay("café", 0, 100, is_yes=True),
    Pay("club", 0, 20_001, is_yes=False, is_a_dead_card=True),
    Pay("club", 1, MUCH, is_yes=False, has_pin=True),
    Pay("school", 1, 30_000, is_yes=False, is_a_dead_card=True),
    Pay("club", 2, 20_000, is_yes=True, has_pin=True, is_typed=True),
    Pay("café", 2, 100, is_yes=False, is_a_dead_card=True, has_pin=True),
    Pay("school", 0, 100, is_yes=False, is_a_dead_card=True, has_pin=True, is_typed=True),
    Back(0, 40),
    Again(0),
    Again(4),
    Look(0, "club"),
    Look(0, "café"),
    Look(4, "club"),
    Look(3, "club"),
    Hold("club", 0, 2000, is_yes=True),
    Hold("school", 2, 20_300, is_yes=False, is_a_dead_card=True),
    Use(0, "captures", 60),
    Use(0, "releases", 20),
    Use(0, "refunds", 50),
    Use(0, "captures", 90),
    Use(1, "captures", 10),
    PayOut(),
    *(Browse("club", what) for what in (*PAYOUT_FORMS, "till today")),
    Pay("club", 0, 300, is_yes=True),
    AtTheTill(Pay("club", 1, 700, is_yes=True), undoes=True),
    AtTheTill(Pay("club", 1, 900, is_yes=True, has_pin=True, is_typed=True)),
    AtTheTill(Pay("club", 0, MUCH, is_yes=False, is_a_dead_card=True)),
    AtTheTill(Pay("school", 1, MUCH, is_yes=False, is_a_dead_card=True, has_pin=True, is_typed=True)),
    PayOut(comes_back=True),
    *(Browse("club", what) for what in READ),
    Browse("school", "payouts"),
)


def asked_for(script: Sequence[Call]) -> Iterator[Pay | Hold]:
    """Yield every payment and hold that a script asks for, at the till page too."""
    for call in script:
        if isinstance(call, AtTheTill):
            yield call.pay
        elif isinstance(call, Pay | Hold):
            yield call


@st.composite
def calls(draw: st.DrawFn) -> tuple[Call, ...]:
    """Draw what merchants do, with its yes or no."""
    payments = st.builds(
        Pay,
        at=st.sampled_from(MERCHANTS),
        holder=st.integers(0, HOLDERS - 1),
        cents=st.integers(1, 20_000),
        is_yes=st.just(True),  # noqa: FBT003 - the name stands before it
        has_pin=st.booleans(),
        is_typed=st.booleans(),
    )
    too_much = st.builds(
        Pay,
        at=st.sampled_from(MERCHANTS),
        holder=st.integers(0, HOLDERS - 1),
        cents=st.integers(MUCH, MUCH + 99),
        is_yes=st.just(False),  # noqa: FBT003 - as above
        is_a_dead_card=st.booleans(),
        has_pin=st.booleans(),
        is_typed=st.booleans(),
    )
    earlier = st.integers(0, 50)
    other = st.one_of(
        st.builds(Back, of=earlier, percent=st.integers(1, 120)),
        st.builds(Again, of=earlier),
        st.builds(Look, of=earlier, at=st.sampled_from(MERCHANTS)),
    )
    holds = st.builds(
        Hold,
        at=st.sampled_from(MERCHANTS),
        holder=st.integers(0, HOLDERS - 1),
        cents=st.integers(1, 20_000),
        is_yes=st.just(True),  # noqa: FBT003 - as above
    )
    uses = st.sampled_from(["captures", "releases", "refunds"])
    browses = st.builds(Browse, at=st.sampled_from(MERCHANTS), what=st.sampled_from(READ))
    pay_outs = st.builds(PayOut, comes_back=st.booleans())
    uses_of_holds = st.builds(Use, of=earlier, what=uses, percent=st.integers(1, 120))
    pages = st.builds(AtTheTill, st.one_of(payments, too_much.map(_of_a_dead_card)), undoes=st.booleans())
    other = st.one_of(other, holds, pay_outs, uses_of_holds, browses, pages)
    return (*ALWAYS, *_below_the_limit(draw(st.lists(st.one_of(payments, too_much, other), max_size=12))))


def _of_a_dead_card(call: Pay) -> Pay:
    return replace(call, is_a_dead_card=True)


def _below_the_limit(drawn: Sequence[Call]) -> Iterator[Call]:
    """Yield the calls, with so few refusals of a living card that its yes stays one."""
    refusals = 0
    for call in drawn:
        is_refused = isinstance(call, Pay) and not call.is_yes
        refusals += is_refused
        if isinstance(call, Pay) and is_refused and refusals > MOST_REFUSALS - 2:
            yield replace(call, is_a_dead_card=True)
        else:
            yield call


# --- how a town finances them


@dataclass(frozen=True)
class World:
    """How a town is: into how many entitlements money is cut, how much is over, how schemes end, what a no is for."""

    pieces: int
    over_cents: int
    schemes: int
    ends_in_days: int
    has_gift: bool
    why_not: tuple[str, ...]
    """Of the cards that are scanned alone."""
    why_shut: tuple[str, ...]
    """Of the cards that come with a PIN."""


WHY_NOT_AT_ALL = (
    *("unknown", "issued", "blocked", "replaced", "empty", "ended", "not started", "not here", "one cent short"),
    "over a ceiling",
)
WHY_NOT = (*WHY_NOT_AT_ALL, "PIN needed")
WHY_SHUT = (*WHY_NOT_AT_ALL, "wrong PIN", "no PIN", "waiting", "locked")
PIN, ANOTHER_PIN = "4711", "5820"
PIN_ABOVE = 20_000
"""Cents above which a scan needs the PIN; every dead card that is scanned alone is asked for more."""

worlds = st.builds(
    World,
    pieces=st.integers(1, 4),
    over_cents=st.integers(0, 5000),
    schemes=st.integers(1, 3),
    ends_in_days=st.integers(1, 300),
    has_gift=st.booleans(),
    why_not=st.tuples(*[st.sampled_from(WHY_NOT)] * HOLDERS),
    why_shut=st.tuples(*[st.sampled_from(WHY_SHUT)] * HOLDERS),
)


@contextmanager
def a_town(world: World, script: Sequence[Call]) -> Iterator[Till]:
    """Make a town that finances a script in the manner of a world, and run the service on it some days later."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patched:
        path = Path(folder) / "books.db"
        shutil.copy(_made_once().books, path)
        street = Street(Store.open(str(path)), str(path), dict(_made_once().credentials), dict(_made_once().merchants))
        street.give_key()
        if "PIN needed" in world.why_not:
            street.book(LimitRequest(Money(PIN_ABOVE)))
        _add_schemes(street, world)
        for holder in range(HOLDERS):
            _add_holder(street, world, script, holder)
            _add_dead_card(street, world.why_not[holder], script, f"dead {holder}")
            _add_dead_card(street, world.why_shut[holder], script, f"shut {holder}")
        patched.setattr("merchant_api.writer.stamp_now", _days_later)
        with in_process(street) as till:
            yield till
            till.verify_books()
        street.store.close()


@cache
def _made_once() -> Street:
    """Return books with merchants, to be copied for each town."""
    street = a_shop_street(Path(tempfile.mkdtemp()) / "street.db")
    street.may_pay_out()
    street.store.close()
    return street


def _days_later(actor: str) -> Stamp:
    """Return a stamp of the day on which the tills are open."""
    now = stamp_now(actor)
    return replace(now, effective_on=now.effective_on + timedelta(days=DAYS_LATER))


def _add_schemes(street: Street, world: World) -> None:
    today = staff().effective_on
    soon = Period(today, today + timedelta(days=DAYS_LATER + world.ends_in_days))
    street.add_schemes(
        *(
            a_scheme(f"{CATEGORIES[at]}-{number}", categories=(CATEGORIES[at],), fixed=soon, least="0,01", most=MOST)
            for at in MERCHANTS
            for number in range(world.schemes)
        ),
        a_scheme("gift", categories=(), fixed=soon, least="0,01", most=MOST),
        replace(a_scheme("capped", categories=(), fixed=soon, least="0,01", most=MOST), day_ceiling=Money(1)),
        a_scheme("elsewhere", categories=("cinema",), fixed=soon, least="0,01", most=MOST),
    )


def _add_holder(street: Street, world: World, script: Sequence[Call], holder: int) -> None:
    """Give a holder enough for every yes at every merchant, cut into pieces as the world has it."""
    name = f"holder {holder}"
    street.add_card(name)
    street.set_pin(name, PIN)
    for at in MERCHANTS:
        needed = sum(call.cents for call in asked_for(script) if call.is_yes and (call.at, call.holder) == (at, holder))
        cents = needed + world.over_cents
        for piece in range(world.pieces):
            share = cents // world.pieces + (cents % world.pieces if piece == 0 else 0)
            if share:
                street.award(name, Money(share), scheme=f"{CATEGORIES[at]}-{piece % world.schemes}")
    if world.has_gift:
        street.award(name, Money(777), scheme="gift")


def _add_dead_card(street: Street, why: str, script: Sequence[Call], name: str) -> None:
    """Add a card that cannot pay, for the reason that the world has."""
    if why == "unknown":
        street.tokens[name] = new_token()
        street.numbers[name] = new_card_number()
        return
    street.add_card(name, state=CardState.ISSUED if why == "issued" else CardState.ACTIVE)
    if why not in ("issued", "no PIN"):
        street.set_pin(name, ANOTHER_PIN if why == "wrong PIN" else PIN)
    today = staff().effective_on
    if why == "ended":
        _add_money(street, name, Period(today, today + timedelta(days=DAYS_LATER)))
    elif why == "not started":
        _add_money(street, name, Period(today + timedelta(days=DAYS_LATER + 1), today + timedelta(days=99)))
    elif why == "one cent short":
        least = min(
            (call.cents for call in asked_for(script) if call.card == name),
            default=1,
        )
        if least > 1:
            street.award(name, Money(least - 1), scheme="gift")
    elif why != "empty":
        scheme = {"not here": "elsewhere", "over a ceiling": "capped"}.get(why, "gift")
        street.award(name, Money(MUCH + 100), scheme=scheme)
    if why in ("blocked", "replaced"):
        street.book(CardRequest(street.cards[name].number, CardState(why)))
    for _ in range({"waiting": 3, "locked": LOCKED_AFTER}.get(why, 0)):
        street.book(TryRequest(street.cards[name].number))


def _add_money(street: Street, name: str, valid: Period) -> None:
    scheme = name.replace(" ", "-")
    street.add_schemes(a_scheme(scheme, categories=(), fixed=valid, least="0,01", most=MOST))
    street.award(name, Money(50_000), scheme=scheme, starts_on=valid.starts_on)


# --- what merchants observe


@dataclass(frozen=True)
class Observation:
    """All of one response."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str


def observe(till: Till, script: Sequence[Call]) -> list[Observation]:
    """Run the calls and return everything that merchants can see, with ids and times replaced."""
    seen: list[Observation] = []
    names: dict[str, str] = {}
    paid: list[tuple[Pay, str, str]] = []
    held: list[tuple[Hold, str]] = []
    bank = Bank()

    def note(answer: Response) -> Response:
        seen.append(_without_chance(answer, names))
        return answer

    for number, call in enumerate(script):
        earlier = paid[call.of % len(paid)] if isinstance(call, Back | Again | Look) else None
        match call:
            case Pay():
                answer = note(_pay(till, call, key := f"key-{number}"))
                assert (answer.status_code == 201) == call.is_yes, answer.text
                paid.append((call, key, answer.json().get("id", f"red_{0:032x}")))
            case Back() if earlier is not None:
                cents = max(1, earlier[0].cents * call.percent // 100)
                amount = Money(cents).plain
                note(till.refund(earlier[2], amount, at=earlier[0].at, key=f"key-{number}"))
            case Again() if earlier is not None:
                note(_pay(till, earlier[0], earlier[1]))
            case Look() if earlier is not None:
                note(till.get(f"/v1/redemptions/{earlier[2]}", at=call.at))
                note(till.get(f"/v1/idempotency-keys/{earlier[1]}", at=call.at))
            case Hold():
                answer = note(_hold(till, call, f"key-{number}"))
                assert (answer.status_code == 201) == call.is_yes, answer.text
                held.append((call, answer.json().get("id", f"hol_{0:032x}")))
            case Use() if held:
                hold, named = held[call.of % len(held)]
                cents = max(1, hold.cents * call.percent // 100)
                note(till.use(named, call.what, Money(cents).plain, at=hold.at, key=f"key-{number}"))
                note(till.get(f"/v1/holds/{named}", at=hold.at))
                note(till.get(f"/v1/idempotency-keys/key-{number}", at=hold.at))
            case Browse() | AtTheTill():
                _read(till, call, note, f"key-{number}")
            case _:
                _pay_out(till.street, bank, call)  # or there was nothing yet that it could be about
    return seen


def _hold(till: Till, call: Hold, key: str) -> Response:
    reference = f"camp {call.holder}"
    return till.hold(call.card, Money(call.cents).plain, at=call.at, key=key, reference=reference)


def _pay_out(street: Street, bank: Bank, call: Call) -> None:
    """Pay what is owed, if anything is, on the day on which the tills are open; for any other call do nothing."""
    if not isinstance(call, PayOut):
        return
    today = staff().effective_on + timedelta(days=DAYS_LATER)
    try:
        files = street.pay_out(today)
    except Refused as refused:
        assert refused.reason is Refusal.NOTHING_TO_PAY  # noqa: PT017 - the one reason why a town may not pay
        return
    movements = [movement for file in files for movement in bank.pay(file.data)]
    street.take_statement(bank.close_the_day(today))
    if call.comes_back:
        bank.send_back(movements[0], "AC04")
        street.take_statement(bank.close_the_day(today))


def _browse(till: Till, call: Browse, note: Callable[[Response], Response]) -> None:
    today = staff().effective_on + timedelta(days=DAYS_LATER)
    newest = till.get("/v1/payouts?limit=1", at=call.at).json()["items"]
    named = newest[0]["id"] if newest else f"pay_{0:032x}"
    if call.what.startswith("till "):
        page_of_till = call.what.removeprefix("till ")
        address = f"/payouts/{named}" if page_of_till == "payouts" else f"/{page_of_till}"
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("merchant_api.till.money.stamp_now", _days_later)
            note(till.client.get(address, headers={"Cookie": f"{COOKIE}={till.street.credentials[call.at]}"}))
        return
    if call.what in PAYOUT_FORMS:
        headers = till.headers(call.at) | {"Accept": call.what.removeprefix("payout ")}
        note(till.client.get(f"/v1/payouts/{named}", headers=headers))
        return
    if call.what in FORMS:
        headers = till.headers(call.at) | {"Accept": call.what}
        asked = f"from={today}&until={today + timedelta(days=1)}"
        note(till.client.get(f"/v1/statements?{asked}", headers=headers))
        return
    after = ""
    for _ in range(MOST_PAGES):
        page = note(till.get(f"/v1/{call.what}?limit=2{after}", at=call.at)).json()
        if page["next"] is None:
            return
        after = f"&after={page['next']}"


def _read(till: Till, call: Browse | AtTheTill, note: Callable[[Response], Response], key: str) -> None:
    if isinstance(call, AtTheTill):
        _at_the_till(till, call, note, key)
    else:
        _browse(till, call, note)


def _at_the_till(till: Till, call: AtTheTill, note: Callable[[Response], Response], key: str) -> None:
    """Pay at the page as a browser does, look at the receipt and at today, and undo the payment where that is asked."""
    headers = {"Cookie": f"{COOKIE}={till.street.credentials[call.pay.at]}", "Accept-Language": "nl"}

    def get(address: str) -> Response:
        return note(till.client.get(address, headers=headers, follow_redirects=False))

    def post(address: str, typed: dict[str, str]) -> Response:
        return note(till.client.post(address, data=typed, headers=headers, follow_redirects=False))

    street, name = till.street, call.pay.card
    get("/")
    typed = {"key": key, "amount": Money(call.pay.cents).plain, "card": street.tokens[name]}
    if call.pay.has_pin:
        typed |= {"pin": PIN, "card": street.numbers[name] if call.pay.is_typed else street.tokens[name]}
    answer = post("/payments", typed)
    assert (answer.status_code == 303) == call.pay.is_yes, answer.text
    if call.pay.is_yes:
        receipt = answer.headers["Location"]
        get(receipt)
        get(f"{receipt}/undo")
        if call.undoes:
            post(f"{receipt}/undo", {"key": f"{key}-undo"})
            get(receipt)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("merchant_api.till.routes.stamp_now", _days_later)
        get("/today")


def _pay(till: Till, call: Pay, key: str) -> Response:
    street = till.street
    card = {"token": street.tokens[call.card]}
    if call.has_pin:
        card = {"number": street.numbers[call.card]} if call.is_typed else card
        card["pin"] = PIN
    return till.pay_with(card, Money(call.cents).plain, at=call.at, key=key)


_CLOCK = re.compile(r"\b\d\d:\d\d\b")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_ID = re.compile(r"[a-z]{3}_[0-9a-f]{32}")
_SECONDS = re.compile(r";t=\d+$")
_FORM_KEY = re.compile(r'(name="key" value=")[0-9a-f]{32}"')


def _without_chance(answer: Response, names: dict[str, str]) -> Observation:
    """Replace each id by its place among the ids seen so far, and each time by one word, neither changing lengths."""

    def cleaned(text: str) -> str:
        text = _SECONDS.sub(";t=…", _TIME.sub("-- a time, in UTC ------", text))
        text = _FORM_KEY.sub(r'\1-- the key of a form, at random -"', _CLOCK.sub("--:--", text))
        return _ID.sub(lambda found: names.setdefault(found[0], f"{found[0][:3]}_{len(names):032}"), text)

    headers = sorted((name, cleaned(value)) for name, value in answer.headers.items() if name != "date")
    return Observation(answer.status_code, tuple(headers), cleaned(answer.text))


# --- the properties


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=settings().max_examples // 10)
@given(script=calls(), one=worlds, other=worlds)
def test_two_worlds_look_the_same(script: tuple[Call, ...], one: World, other: World) -> None:
    """However two towns finance the same yes and no, merchants see the same, byte for byte."""
    with a_town(one, script) as till:
        in_one = observe(till, script)
    with a_town(other, script) as till:
        in_other = observe(till, script)

    assert in_one == in_other


RICH = World(
    1, 5000, 1, 300, has_gift=True, why_not=("blocked", "ended", "empty"), why_shut=("wrong PIN", "blocked", "no PIN")
)
POOR = World(
    *(4, 0, 3, 1),
    has_gift=False,
    why_not=("one cent short", "unknown", "not here"),
    why_shut=("locked", "unknown", "over a ceiling"),
)


def test_the_script_is_not_empty_of_what_matters() -> None:
    """A run has at least 30 % yes and 30 % no among its payments, and a refund, a replay and a look."""
    payments = list(asked_for(ALWAYS))

    assert sum(call.is_yes for call in payments) / len(payments) >= 0.3
    assert sum(not call.is_yes for call in payments) / len(payments) >= 0.3
    assert {type(call) for call in ALWAYS} == {Pay, Back, Again, Look, Hold, Use, Browse, PayOut, AtTheTill}


def test_every_operation_is_in_the_script() -> None:
    """What a merchant can ask for is asked in every run: an operation that is added and not here fails this test."""
    asked: set[tuple[str, str]] = set()
    with a_town(RICH, ALWAYS) as till:
        till.client.event_hooks["request"].append(lambda sent: asked.add((sent.method.lower(), sent.url.path)))
        observe(till, ALWAYS)
        document = till.client.get("/v1/openapi.json").json()
    for path, operations in document["paths"].items():
        address = re.compile("/v1" + re.sub(r"\{\w+\}", "[^/]+", path))
        for method, operation in operations.items():
            is_asked = any(method == one and address.fullmatch(url) for one, url in asked)
            assert is_asked is ("security" in operation), operation["operationId"]


@cache
def _seen_by_the_rich() -> list[Observation]:
    with a_town(RICH, ALWAYS) as till:
        return observe(till, ALWAYS)


@pytest.mark.parametrize("why", sorted({*WHY_NOT, *WHY_SHUT}))
def test_every_reason_is_the_same_no(why: str) -> None:
    """Each reason for a no, against the first one."""
    not_ = why if why in WHY_NOT else "blocked"
    shut = why if why in WHY_SHUT else "blocked"
    with a_town(replace(RICH, why_not=(not_,) * HOLDERS, why_shut=(shut,) * HOLDERS), ALWAYS) as till:
        seen = observe(till, ALWAYS)
    assert seen == _seen_by_the_rich()


def _another_status(patched: pytest.MonkeyPatch) -> None:
    def leaking(reason: Refusal) -> Answer:
        return Answer.INVALID if reason is Refusal.CARD_BLOCKED else Answer.REFUSED

    patched.setattr(booking, "answer_to", leaking)


def _another_status_for_a_pin(patched: pytest.MonkeyPatch) -> None:
    def leaking(reason: Refusal) -> Answer:
        return Answer.INVALID if reason is Refusal.PIN_WRONG else Answer.REFUSED

    patched.setattr(booking, "answer_to", leaking)


def _another_count(patched: pytest.MonkeyPatch) -> None:
    """A header that tells how often the card was tried anywhere."""
    honest = Limits.count

    def leaking(limits: Limits, request: Any, terminal: TerminalId) -> None:
        honest(limits, request, terminal)
        with request.app.state.store.read() as reader:
            number = sum(count for count, *_ in reader._connection.exec_driver_sql("SELECT number FROM tries"))
        request.scope[HEADERS]["RateLimit"] += f";n={number}"

    patched.setattr(Limits, "count", leaking)


def _another_sentence(patched: pytest.MonkeyPatch) -> None:
    def leaking(reason: Refusal) -> Any:
        return SimpleNamespace(label="refused" if reason is Refusal.ENDED else "invalid", status=402)

    patched.setattr(booking, "answer_to", leaking)


def _a_longer_id(patched: pytest.MonkeyPatch) -> None:
    """The id, and with it the Location header, tells of the split."""
    honest = book

    def leaking(*arguments: Any) -> list[Outcome]:
        return [_telling(outcome) for outcome in honest(*arguments)]

    patched.setattr("merchant_api.writer.book", leaking)


def _telling(outcome: Outcome) -> Outcome:
    if outcome.event is None or outcome.event.entry is None or outcome.attempt is None:
        return outcome
    longer = f"{outcome.attempt.result}{'x' * len(outcome.event.entry.transfers)}"
    return replace(outcome, attempt=replace(outcome.attempt, result=RedemptionId(longer)))


def _a_line_for_each_part(patched: pytest.MonkeyPatch) -> None:
    """The list of refunds tells of the split."""
    honest = schemas.RedemptionWithRefunds.recorded

    def leaking(recorded: Recorded) -> schemas.RedemptionWithRefunds:
        split = tuple((replace(refund, parts=(part,)), at) for refund, at in recorded.refunds for part in refund.parts)
        return honest(replace(recorded, refunds=split))

    patched.setattr(schemas.RedemptionWithRefunds, "recorded", leaking)


def _another_header(patched: pytest.MonkeyPatch) -> None:
    honest = errors.problem

    def leaking(answer: Answer, language: str, *details: Any, **figures: Any) -> Any:
        response = honest(answer, language, *details, **{name: figures[name] for name in figures if name != "why"})
        response.headers.update({f"X-{name}": str(figures[name]) for name in figures})
        return response

    def telling(answer: Answer) -> errors.Problem:
        return errors.Problem(answer, why=len(answers))

    answers: list[Refusal] = []

    def noting(reason: Refusal) -> Answer:
        answers[:] = [reason] * len(reason)
        return Answer.REFUSED

    patched.setattr(errors, "problem", leaking)
    patched.setattr(booking, "Problem", telling)
    patched.setattr(booking, "answer_to", noting)


def _parts_of_what_was_taken(patched: pytest.MonkeyPatch) -> None:
    _split_the_uses(patched, HoldCaptured)


def _parts_of_what_was_let_go(patched: pytest.MonkeyPatch) -> None:
    _split_the_uses(patched, HoldReleased)


def _parts_of_what_was_given_back(patched: pytest.MonkeyPatch) -> None:
    _split_the_uses(patched, HoldRefunded)


def _split_the_uses(patched: pytest.MonkeyPatch, kind: type) -> None:
    """A hold that is read has a line for each part of one kind of what became of it."""
    honest = schemas.HoldWithUses.recorded

    def leaking(recorded: RecordedHold) -> schemas.HoldWithUses:
        split = tuple(
            (replace(use, parts=parts), at)
            for use, at in recorded.uses
            for parts in ([(part,) for part in use.parts] if isinstance(use, kind) else [use.parts])
        )
        return honest(replace(recorded, uses=split))

    patched.setattr(schemas.HoldWithUses, "recorded", leaking)


def _an_order_that_follows_the_split(patched: pytest.MonkeyPatch) -> None:
    def leaking(page: Page[Listed], parts: dict[str, int]) -> Page[Listed]:
        return replace(page, items=tuple(sorted(page.items, key=lambda one: -parts.get(one.id, 0))))

    _change_the_list(patched, "redemptions", leaking)


def _a_cursor_that_tells(patched: pytest.MonkeyPatch) -> None:
    def leaking(page: Page[Listed], parts: dict[str, int]) -> Page[Listed]:
        return replace(page, has_more=page.has_more or any(parts.get(one.id, 0) > 1 for one in page.items))

    _change_the_list(patched, "redemptions", leaking)


def _a_reference_that_tells(patched: pytest.MonkeyPatch) -> None:
    def leaking(page: Page[Listed], parts: dict[str, int]) -> Page[Listed]:
        items = tuple(replace(one, reference=f"{one.reference}{parts.get(one.id)}") for one in page.items)
        return replace(page, items=items)

    _change_the_list(patched, "holds", leaking)


def _a_refund_for_each_part(patched: pytest.MonkeyPatch) -> None:
    def leaking(page: Page[Listed], parts: dict[str, int]) -> Page[Listed]:
        return replace(page, items=tuple(one for one in page.items for _ in range(parts.get(one.id, 1))))

    _change_the_list(patched, "refunds", leaking)


def _change_the_list(
    patched: pytest.MonkeyPatch, name: str, change: Callable[[Page[Listed], dict[str, int]], Page[Listed]]
) -> None:
    honest = getattr(Selling, name)

    def leaking(selling: Selling, wanted: Wanted) -> Page[Listed]:
        return change(honest(selling, wanted), _parts(selling))

    patched.setattr(Selling, name, leaking)


def _parts(selling: Selling | OwnPayouts) -> dict[str, int]:
    """Return how many entitlements each thing was of."""
    found: dict[str, int] = {}
    for table in ("redemption", "refund", "hold", "hold_capture", "hold_refund"):
        counted = selling._connection.exec_driver_sql(
            f"SELECT {table}.id, count(*) FROM {table} JOIN transfer USING (entry_id) GROUP BY {table}.id"
        )
        found.update({row[0]: row[1] for row in counted})
    return found


def _a_statement_line_for_each_part(patched: pytest.MonkeyPatch) -> None:
    honest = Selling.statement

    def leaking(selling: Selling, merchant: MerchantId, period: Period) -> MerchantStatement:
        found, parts = honest(selling, merchant, period), _parts(selling)
        return replace(found, lines=tuple(line for line in found.lines for _ in range(parts.get(line.id or "", 1))))

    patched.setattr(Selling, "statement", leaking)


def _a_file_that_tells(patched: pytest.MonkeyPatch) -> None:
    _tell_below(patched, "statement_csv")


def _a_page_that_tells(patched: pytest.MonkeyPatch) -> None:
    _tell_below(patched, "statement_page")


def _tell_below(patched: pytest.MonkeyPatch, form: str) -> None:
    """One form of the statement, and no other, has the number of parts at its end."""
    honest_statement, honest_form = Selling.statement, getattr(statements, form)
    counted: list[int] = []

    def noting(selling: Selling, merchant: MerchantId, period: Period) -> MerchantStatement:
        counted[:] = [sum(_parts(selling).values())]
        return honest_statement(selling, merchant, period)

    patched.setattr(Selling, "statement", noting)
    patched.setattr(statements, form, lambda *arguments: f"{honest_form(*arguments)}{counted[0]}")


def _a_key_that_tells(patched: pytest.MonkeyPatch) -> None:
    """What was refused for one reason is not found by its key."""
    honest = keys._find

    def leaking(store: Store, key: str) -> Attempt | None:
        attempt = honest(store, key)
        return None if attempt is not None and attempt.refusal is Refusal.CARD_BLOCKED else attempt

    patched.setattr(keys, "_find", leaking)


def _a_line_of_a_payout_for_each_part(patched: pytest.MonkeyPatch) -> None:
    honest = OwnPayouts.lines

    def leaking(payouts: OwnPayouts, *asked: Any) -> list[LineFound]:
        parts = _parts(payouts)
        return [line for line in honest(payouts, *asked) for _ in range(parts.get(line.id, 1))]

    patched.setattr(OwnPayouts, "lines", leaking)


def _an_account_that_tells(patched: pytest.MonkeyPatch) -> None:
    """The list of payouts tells how many schemes paid."""
    honest = schemas.ListedPayout.of

    def leaking(one: SentPayout, **more: object) -> schemas.ListedPayout:
        return honest(one._replace(iban=f"{one.iban}{'x' * counted[one.entry]}"), **more)

    def noting(payouts: OwnPayouts, wanted: Wanted) -> Page[SentPayout]:
        counted.update(payouts._connection.exec_driver_sql("SELECT id, transfer_count FROM entry").fetchall())
        return honest_list(payouts, wanted)

    counted: dict[str, int] = {}
    honest_list = OwnPayouts.sent
    patched.setattr(OwnPayouts, "sent", noting)
    patched.setattr(schemas.ListedPayout, "of", leaking)


def _a_page_of_the_till_that_tells(patched: pytest.MonkeyPatch) -> None:
    """The page of today says how many schemes each payout was of."""
    honest = till_routes._newest_payouts

    def leaking(store: Store, merchant: MerchantId) -> tuple[SentPayout, ...]:
        found = honest(store, merchant)
        with store.read() as reader:
            rows = reader._connection.exec_driver_sql("SELECT id, transfer_count FROM entry").fetchall()
        counted: dict[str, int] = dict(map(tuple, rows))
        return tuple(one._replace(number=f"{one.number}{'x' * counted[one.entry]}") for one in found)

    patched.setattr(till_routes, "_newest_payouts", leaking)


def _a_receipt_that_tells(patched: pytest.MonkeyPatch) -> None:
    _tell_on_the_page(patched, "receipt.html")


def _a_form_that_tells(patched: pytest.MonkeyPatch) -> None:
    _tell_on_the_page(patched, "pay.html")


def _a_question_that_tells(patched: pytest.MonkeyPatch) -> None:
    _tell_on_the_page(patched, "undo.html")


def _a_list_of_today_that_tells(patched: pytest.MonkeyPatch) -> None:
    _tell_on_the_page(patched, "today.html")


def _a_statement_at_the_till_that_tells(patched: pytest.MonkeyPatch) -> None:
    _tell_on_the_page(patched, "statement.html")


def _tell_on_the_page(patched: pytest.MonkeyPatch, told: str) -> None:
    """One page of the till, and no other, has the number of parts of all payments in a header."""
    honest = till_pages.page

    def leaking(request: Any, template: str, **values: Any) -> Any:
        response = honest(request, template, **values)
        if template == told:
            with request.app.state.store.read() as reader:
                response.headers["X-Parts"] = str(sum(_parts(reader.selling).values()))
        return response

    for module in ("routes", "money"):
        patched.setattr(f"merchant_api.till.{module}.page", leaking)


def _another_refusal_at_the_till(patched: pytest.MonkeyPatch) -> None:
    """The page has another title where the card was blocked."""

    def leaking(reason: Refusal) -> Any:
        return SimpleNamespace(label="invalid" if reason is Refusal.CARD_BLOCKED else "refused", status=402)

    patched.setattr(booking, "answer_to", leaking)


LEAKS = (
    *(_a_receipt_that_tells, _a_form_that_tells, _a_question_that_tells, _a_list_of_today_that_tells),
    *(_a_statement_at_the_till_that_tells, _another_refusal_at_the_till),
    *(_another_status, _another_status_for_a_pin, _another_sentence, _another_count),
    *(_a_longer_id, _a_line_for_each_part, _another_header),
    *(_parts_of_what_was_taken, _parts_of_what_was_let_go, _parts_of_what_was_given_back),
    *(_an_order_that_follows_the_split, _a_cursor_that_tells, _a_reference_that_tells, _a_refund_for_each_part),
    *(_a_statement_line_for_each_part, _a_file_that_tells, _a_page_that_tells, _a_key_that_tells),
    *(_a_line_of_a_payout_for_each_part, _an_account_that_tells, _a_page_of_the_till_that_tells),
)


@pytest.mark.parametrize("leak", LEAKS)
def test_a_planted_leak_is_caught(leak: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """The property can fail: with a leak on any surface, two worlds look different."""
    leak(monkeypatch)
    with a_town(RICH, ALWAYS) as till:
        in_one = observe(till, ALWAYS)
    with a_town(POOR, ALWAYS) as till:
        assert observe(till, ALWAYS) != in_one


def test_nothing_that_is_given_out_links_a_holder() -> None:
    """Two merchants who pool all that they ever got find no common handle, and no part of a number or token."""
    given: dict[str, set[str]] = {}
    with a_town(POOR, ALWAYS) as till:
        street = till.street
        for number, (at, holder) in enumerate(itertools.product(MERCHANTS, range(HOLDERS))):
            answer = till.pay(f"holder {holder}", "0.01", at=at, key=f"link-{number}")
            texts = [
                answer.text,
                *answer.headers.values(),
                till.get(f"/v1/idempotency-keys/link-{number}", at=at).text,
            ]
            given.setdefault(at, set()).update(re.findall(r"[0-9a-f]{16,}", " ".join(texts)))
            for secret in (street.cards[f"holder {holder}"].number, street.tokens[f"holder {holder}"]):
                assert not any(secret[start : start + 6] in text for text in texts for start in range(len(secret) - 5))

    for one, other in itertools.combinations(given.values(), 2):
        assert not one & other
