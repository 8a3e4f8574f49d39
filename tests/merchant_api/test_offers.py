"""Offers at the API: every card uses one, alone or with a payment; one no for every reason; lists for everybody."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from httpx2 import Response

from pasledger.ledger.ids import OfferId
from pasledger.ledger.money import Money
from pasledger.rules.card_rule import LimitRequest
from pasledger.rules.cards import CardState
from pasledger.rules.offers import OfferRequest, OfferStopRequest
from pasledger.rules.registration import CardRequest
from pasledger.usecases.minting import new_token, opaque_id
from tests.support.books import traffic
from tests.support.service import Street, Till, in_process

NEVER = f"off_{0:032x}"


@pytest.fixture
def street(street: Street) -> Street:
    """Return a street with a key, and a neighbour who was never awarded anything."""
    street.give_key()
    street.add_card("guest")
    return street


def uses(till: Till, offer: str) -> int:
    """Return how often the books say that an offer was used."""
    with till.street.store.read() as reader:
        known = reader.offers.one(OfferId(offer))
    assert known is not None
    return known.used


def marks(street: Street) -> int:
    """Return how many marks there are in the books."""
    with street.store._connection(reads_only=True) as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM offer_mark").scalar_one())


def test_a_card_without_money_uses_an_offer(till: Till) -> None:
    """It has an id, the offer and a time; its key tells what became of it, and nothing was booked."""
    offer = till.street.offer("club").id
    answer = till.use_offer("guest", offer)

    assert answer.status_code == 201
    said = answer.json()
    assert (said["offer"], said["amount"], said["reference"]) == (offer, None, None)
    assert till.get("/v1/idempotency-keys/key-o").json()["offerUse"] == said["id"]
    assert uses(till, offer) == 1
    till.verify_books()


def test_an_offer_and_a_payment_are_one_gesture(till: Till) -> None:
    """What is paid is a redemption as any other: it can be read and given back."""
    offer = till.street.offer("club").id
    answer = till.use_offer("child", offer, "4.50")

    paid = answer.json()["id"]
    assert answer.json()["amount"] == {"currency": "EUR", "value": "4.50"}
    assert till.get(f"/v1/redemptions/{paid}").json()["amount"] == answer.json()["amount"]
    assert till.refund(paid, "4.50").status_code == 201
    assert uses(till, offer) == 1
    till.verify_books()


def test_both_or_neither(till: Till) -> None:
    """With too little money the offer was not used, and with an offer that is used up nothing is paid."""
    offer = till.street.offer("club", per_card=1).id
    assert till.use_offer("child", offer, "100.01", key="much").status_code == 402
    assert uses(till, offer) == 0
    assert till.use_offer("child", offer, "1.00", key="once").status_code == 201
    assert till.use_offer("child", offer, "1.00", key="twice").status_code == 402
    assert len(till.get("/v1/redemptions").json()["items"]) == 1


def test_the_same_key_uses_once(till: Till) -> None:
    """A repeat has the same answer, byte for byte; another offer, card or amount under the key is a conflict."""
    offer, other = till.street.offer("club").id, till.street.offer("club", words="Gratis thee").id
    first = till.use_offer("guest", offer)
    assert till.use_offer("guest", offer).content == first.content
    assert uses(till, offer) == 1
    for asked in (("guest", other, None), ("child", offer, None), ("guest", offer, "1.00")):
        assert till.use_offer(*asked).status_code == 409
    paid = till.use_offer("child", offer, "1.00", key="paid")
    assert till.use_offer("child", offer, "1.00", key="paid").content == paid.content


def test_many_tills_at_once_use_no_more_than_there_is(till: Till) -> None:
    """Sixteen tills at the same moment get the five that there are."""
    offer = till.street.offer("club", stock=5).id
    with ThreadPoolExecutor(16) as tills:
        answers = list(tills.map(lambda number: till.use_offer("guest", offer, key=f"key-{number}"), range(16)))
    assert sorted(answer.status_code for answer in answers) == [201] * 5 + [402] * 11
    assert uses(till, offer) == 5
    till.verify_books()


def test_what_is_no_offer_here_and_today_is_not_there(till: Till) -> None:
    """Another's, not approved, not begun, stopped, or for another terminal: one 404, whatever the card."""
    street = till.street
    proposed = replace(street.offer("club"), id=opaque_id(OfferId))
    street.book(OfferRequest(proposed))
    stopped = street.offer("club")
    street.book(OfferStopRequest(stopped.id))
    offers = (
        *(NEVER, street.offer("café").id, proposed.id, stopped.id, street.offer("club", starts_in=1).id),
        street.offer("café", branches=("kassa 1",)).id,
    )
    answers = [
        till.use_offer(card, offer, key=f"{card}-{number}")
        for number, offer in enumerate(offers)
        for card in ("guest", "a" * 22)
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert till.use_offer("guest", street.offer("club", branches=("kassa 1",)).id, key="here").status_code == 201


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"offer": "off_1"},
        {"offer": NEVER.replace("off", "red")},
        {"offer": NEVER, "amount": {"currency": "EUR", "value": "0.00"}},
        {"offer": NEVER, "amount": "1.00"},
        {"offer": NEVER, "reference": "111222333"},
        {"offer": NEVER, "times": 2},
    ],
)
def test_what_makes_no_sense_is_invalid(till: Till, body: dict[str, object]) -> None:
    """It is said to be, and nothing is used."""
    card = {"token": till.street.tokens["guest"]}
    assert till.post("/v1/offer-uses", {"card": card} | body).status_code == 400


# --- one answer, and the same work

REASONS = ("unknown", "issued", "blocked", "replaced", "used up", "sold out", "too little", "empty", "wrong PIN")


@pytest.fixture
def refusing(street: Street) -> Iterator[Till]:
    """Run the service where each card is refused for the reason that it is named after."""
    street.set_pin("child", "4711")
    for name in REASONS[1:]:
        street.add_card(name, state=CardState.ISSUED if name == "issued" else CardState.ACTIVE)
        if name not in ("issued", "wrong PIN"):
            street.set_pin(name, "4711")
        elif name == "wrong PIN":
            street.set_pin(name, "5820")
        if name != "empty":
            street.award(name, Money(100 if name == "too little" else 10_000))
        if name in ("blocked", "replaced"):
            street.book(CardRequest(street.cards[name].number, CardState(name)))
    with in_process(street) as till:
        yield till


@pytest.mark.parametrize("way", ["token", "token and PIN"])
def test_every_no_is_one_answer_and_the_same_work(refusing: Till, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    """One status, one body, one set of headers; and the very same statements, whatever was the matter."""
    monkeypatch.setattr("merchant_api.auth.SECONDS_REMEMBERED", 3600.0)
    street, has_pin = refusing.street, way == "token and PIN"
    offer, gone = street.offer("club", per_card=1).id, street.offer("club", per_card=1, stock=1).id
    assert refusing.use_offer("child", gone, key="the-last").status_code == 201
    assert refusing.use_offer("used up", offer, "1.00", key="its-only").status_code == 201
    answers: dict[str, Response] = {}
    works: dict[str, list[str]] = {}
    for number, reason in enumerate(REASONS if has_pin else REASONS[:-1]):
        card = {"token": street.tokens.get(reason) or new_token()} | ({"pin": "4711"} if has_pin else {})
        asked = gone if reason == "sold out" else offer
        refusing.use_offer(card, asked, "5.00", key=f"first-{number}")  # so that no card is new to the counts
        assert refusing.store is not None
        with traffic(refusing.store) as seen:
            answers[reason] = refusing.use_offer(card, asked, "5.00", key=f"second-{number}")
        works[reason] = seen.statements

    assert {reason: answer.status_code for reason, answer in answers.items()} == dict.fromkeys(answers, 402)
    assert len({(answer.content, tuple(answer.headers)) for answer in answers.values()}) == 1
    assert {reason for reason, work in works.items() if work != works["blocked"]} == set()


def test_a_scan_without_an_amount_needs_no_pin(till: Till) -> None:
    """Nothing is paid, so no amount is too high; a typed number needs it all the same."""
    till.street.book(LimitRequest(Money(0)))
    till.street.set_pin("guest", "4711")
    offer = till.street.offer("club").id
    assert till.use_offer("guest", offer, key="scan").status_code == 201
    number = till.street.cards["guest"].number
    assert till.use_offer({"number": number, "pin": "4712"}, offer, key="wrong").status_code == 402
    assert till.use_offer({"number": number, "pin": "4711"}, offer, key="right").status_code == 201


# --- lists


def test_a_merchant_sees_its_own_offers(till: Till) -> None:
    """With state, stock and uses, and whether each can be used at this terminal; nothing of another's."""
    street = till.street
    here, there = street.offer("club", stock=2, per_card=2), street.offer("club", starts_in=1)
    street.offer("café")
    till.use_offer("guest", here.id)
    listed = till.get("/v1/offers").json()["items"]
    assert [(one["id"], one["state"], one["uses"], one["usable"]) for one in listed] == [
        (here.id, "running", None, True),
        (there.id, "coming", None, False),
    ]
    till.use_offer("child", here.id, key="last")
    assert [one["usable"] for one in till.get("/v1/offers").json()["items"]] == [False, False]


def test_few_uses_are_not_told_to_the_merchant_either(till: Till) -> None:
    """Four are as many as none; five are five."""
    offer = till.street.offer("club").id
    told = []
    for number in range(5):
        till.use_offer("guest", offer, key=f"key-{number}")
        told += [one["uses"] for one in till.get("/v1/offers").json()["items"]]
    assert told == [None, None, None, None, 5]


def test_everybody_can_read_what_is_offered(till: Till) -> None:
    """Without a credential, from any site, by village and kind; what runs and is not sold out, without any count."""
    street = till.street
    ice, tea = street.offer("club", words="IJs"), street.offer("café", words="Thee", stock=1)
    street.offer("club", starts_in=3)
    everything = till.client.get("/v1/public/offers")
    assert (everything.status_code, everything.headers["Access-Control-Allow-Origin"]) == (200, "*")
    assert {one["id"] for one in everything.json()["items"]} == {ice.id, tea.id}
    assert {"uses", "stock"} & set(everything.json()["items"][0]) == set()
    for asked, found in (
        ("?category=catering", {"café"}),
        ("?place=dronten&category=sport", {"club"}),
        ("?place=Swifterbant", set()),
        ("?category=none", set()),
    ):
        answer = till.client.get(f"/v1/public/offers{asked}").json()
        assert {one["merchant"] for one in answer["items"]} == found
    till.use_offer("guest", tea.id, at="café")
    assert {one["id"] for one in till.client.get("/v1/public/offers").json()["items"]} == {ice.id}
    assert till.client.get("/v1/public/offers?category=NONE!").status_code == 400


def test_everybody_can_read_where_the_card_is_accepted(till: Till) -> None:
    """By name, village and kind, and nothing else of a merchant."""
    merchants = till.client.get("/v1/public/merchants").json()["items"]
    assert [one["name"] for one in merchants] == ["café", "club", "school"]
    assert set(merchants[0]) == {"name", "place", "categories"}
    assert [one["categories"] for one in merchants] == [["catering"], ["sport"], ["school"]]
    only = till.client.get("/v1/public/merchants?category=sport&place=Dronten").json()["items"]
    assert [one["name"] for one in only] == ["club"]


def test_a_merchant_of_several_kinds_is_found_under_each(till: Till) -> None:
    """With its offers, each told with all of its kinds in order; and under no other kind."""
    till.street.add_merchant("muziek & sport", "culture", "sport")
    offer = till.street.offer("muziek & sport").id
    for what, is_there in (("culture", True), ("sport", True), ("catering", False)):
        merchants = till.client.get(f"/v1/public/merchants?category={what}").json()["items"]
        offers = till.client.get(f"/v1/public/offers?category={what}").json()["items"]
        assert ("muziek & sport" in {one["name"] for one in merchants}) is is_there
        assert [(one["id"], one["categories"]) for one in offers] == [(offer, ["culture", "sport"])] * is_there


# --- what is kept


@pytest.fixture
def kept(street: Street) -> Callable[[], str]:
    """Return what reads all that the books keep of offers, keys, and nothing else."""

    def read() -> str:
        with street.store._connection(reads_only=True) as connection:
            tables = ("offer", "offer_step", "offer_use", "offer_mark", "attempt")
            return " ".join(str(connection.exec_driver_sql(f"SELECT * FROM {table}").fetchall()) for table in tables)

    return read


def test_nothing_that_is_kept_names_a_holder(till: Till, kept: Callable[[], str]) -> None:
    """Neither a card nor a holder, no id of an answer in the row of a use, nor anything that joins two offers."""
    offers = [till.street.offer("club", per_card=2).id for _ in range(2)]
    answers = [till.use_offer("guest", offer, key=f"key-{number}").json()["id"] for number, offer in enumerate(offers)]
    paid = till.use_offer("child", offers[0], "1.00", key="paid").json()["id"]
    card, holder = till.street.cards["guest"], till.street.holders["guest"]
    assert not any(named in kept() for named in (card.id, card.number, card.token_hash, holder.id, holder.reference))
    with till.street.store._connection(reads_only=True) as connection:
        rows = str(connection.exec_driver_sql("SELECT * FROM offer_use").fetchall())
        found = connection.exec_driver_sql("SELECT mark FROM offer_mark").fetchall()
    assert not any(answer in rows for answer in (*answers, paid))
    assert len({mark for (mark,) in found}) == 3


def test_the_service_forgets_who_used_what_is_over(street: Street) -> None:
    """At its next sweep the marks of an offer that was stopped are gone, and those of others are not; counts stay."""
    stopped, running = street.offer("club", per_card=1), street.offer("club", per_card=1)
    with in_process(street) as till:
        for number, offer in enumerate((stopped, running)):
            assert till.use_offer("guest", offer.id, key=f"key-{number}").status_code == 201
        assert marks(street) == 2
        street.book(OfferStopRequest(stopped.id))
    with in_process(street, seconds_between_sweeps=1) as till:
        for _ in range(100):
            if marks(street) == 1:
                break
            till.get("/v1/health")
        assert marks(street) == 1
        assert (uses(till, stopped.id), uses(till, running.id)) == (1, 1)
        assert till.use_offer("guest", running.id, key="again").status_code == 402
        till.verify_books()
