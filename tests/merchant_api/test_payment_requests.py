"""Payment requests of a merchant's own system: asked once, listed, withdrawn and reminded of; and only its own."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from pasledger.ledger.ids import PaymentRequestId
from pasledger.ledger.money import Money
from pasledger.rules.payment_requests import DAYS_BETWEEN_REMINDERS
from pasledger.usecases import payment_requests
from pasledger.usecases.minting import stamp_now
from tests.support.service import Street, Till, in_process, staff

LAST_DAY = (staff().effective_on + timedelta(days=30)).isoformat()
ASKED = {
    "amount": {"currency": "EUR", "value": "20.00"},
    "reference": "7A-01",
    "wordsNl": "Schoolreis",
    "lastDay": LAST_DAY,
}


def ask(till: Till, key: str = "ask", at: str = "club", **changed: Any) -> Any:
    """Ask a payment, and return the answer."""
    return till.post("/v1/payment-requests", ASKED | changed, at=at, key=key)


def pay(till: Till, request: str, amount: str) -> None:
    """Let a holder pay of a request at home."""
    known = payment_requests.known_request(till.street.store, PaymentRequestId(request))
    till.street.book(payment_requests.payment(known, till.street.numbers["child"], Money.parse(amount)))


def test_a_payment_is_asked_once(till: Till) -> None:
    """With a link that holds nothing but a random id; asked again under its key, it is the same."""
    answer = ask(till, upTo=True, voluntary=True, wordsEn="School trip")
    made = answer.json()
    assert (answer.status_code, answer.headers["Location"]) == (201, f"/v1/payment-requests/{made['id']}")
    assert made["link"] == f"https://till.test/mycard/requests/{made['id']}"
    assert {name: made[name] for name in ASKED} == ASKED
    again = ask(till, upTo=True, voluntary=True, wordsEn="School trip")
    assert (again.status_code, again.json()) == (201, made)
    assert ask(till, reference="7A-02").status_code == 409
    assert till.get("/v1/idempotency-keys/ask").json()["paymentRequest"] == made["id"]
    read = till.get(f"/v1/payment-requests/{made['id']}").json()
    nothing = {"currency": "EUR", "value": "0.00"}
    assert read == made | {"state": "open", "paid": nothing, "open": ASKED["amount"], "reminders": 0}


def test_a_link_has_the_address_that_is_set(street: Street) -> None:
    """Where the town says how its links begin, they do, whatever name a proxy asks the service by."""
    with in_process(street, link_base="https://pas.example/") as till:
        made = ask(till).json()
        assert made["link"] == f"https://pas.example/mycard/requests/{made['id']}"
        assert till.get(f"/v1/payment-requests/{made['id']}").json()["link"] == made["link"]


def test_how_much_was_paid_is_told_and_no_more(till: Till) -> None:
    """In part, then all of it: neither who paid nor when stands beside it."""
    named = ask(till).json()["id"]
    fields = set(till.get(f"/v1/payment-requests/{named}").json())
    for amount, state, paid in (("5.00", "paid-in-part", "5.00"), ("15.00", "paid", "20.00")):
        pay(till, named, amount)
        read = till.get(f"/v1/payment-requests/{named}").json()
        assert (read["state"], read["paid"]["value"]) == (state, paid)
        assert set(read) == fields
    lines = till.get("/v1/redemptions?reference=7A-01").json()["items"]
    assert [(one["amount"]["value"], one["terminal"]) for one in lines] == [("15.00", None), ("5.00", None)]


def test_the_reference_travels_with_the_payment(till: Till) -> None:
    """To the statement and to the payout: the school knows by its own number what was paid."""
    till.street.may_pay_out()
    pay(till, ask(till).json()["id"], "20.00")
    till.street.pay_out()
    day = staff().effective_on
    statement = till.get(f"/v1/statements?from={day}&until={day + timedelta(days=1)}").json()
    assert ("redemption", "7A-01") in [(line["kind"], line["reference"]) for line in statement["lines"]]
    [payout] = till.get("/v1/payouts").json()["items"]
    lines = till.get(f"/v1/payouts/{payout['id']}").json()["lines"]
    assert [(line["amount"]["value"], line["reference"]) for line in lines] == [("20.00", "7A-01")]


def test_requests_are_listed_page_by_page(till: Till) -> None:
    """All of the merchant's own, each once; by reference; and none of another's."""
    made = {ask(till, key=f"k{number}", reference=f"7A-0{number}").json()["id"] for number in range(5)}
    ask(till, at="school", key="theirs")
    seen: list[str] = []
    after = ""
    while True:
        page = till.get(f"/v1/payment-requests?limit=2{after}").json()
        seen += [one["id"] for one in page["items"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert (len(seen), set(seen)) == (5, made)
    assert [one["reference"] for one in till.get("/v1/payment-requests?reference=7A-03").json()["items"]] == ["7A-03"]
    assert till.get(f"/v1/payment-requests?from={LAST_DAY}").json()["items"] == []
    assert till.get(f"/v1/payment-requests?after={seen[0]}", at="school").status_code == 404
    assert till.get(f"/v1/payment-requests?after=pre_{0:032x}").status_code == 404


def test_a_request_is_withdrawn(till: Till) -> None:
    """Once under its key, and then it is closed; what another merchant asked is not there."""
    named = ask(till).json()["id"]
    address = f"/v1/payment-requests/{named}/withdrawals"
    assert till.post(address, None, at="school", key="w").status_code == 404
    first = till.post(address, None, key="w")
    assert (first.status_code, first.json()["id"]) == (201, named)
    assert till.post(address, None, key="w").json() == first.json()
    closed = till.post(address, None, key="w2")
    assert (closed.status_code, closed.json()["type"]) == (409, "/problems/request-closed")
    assert till.get(f"/v1/payment-requests/{named}").json()["state"] == "withdrawn"
    assert till.get(f"/v1/payment-requests/{named}", at="school").status_code == 404


def test_reminders_are_counted_and_limited(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not within seven days; then one."""
    named = ask(till).json()["id"]
    address = f"/v1/payment-requests/{named}/reminders"
    early = till.post(address, None, key="r1")
    assert (early.status_code, early.json()["type"]) == (409, "/problems/reminder-too-soon")

    def later(actor: str) -> Any:
        now = stamp_now(actor)
        return replace(now, effective_on=now.effective_on + timedelta(days=DAYS_BETWEEN_REMINDERS))

    monkeypatch.setattr("merchant_api.writer.stamp_now", later)
    assert till.post(address, None, key="r2").status_code == 201
    assert till.post(address, None, key="r3").status_code == 409
    assert till.get(f"/v1/payment-requests/{named}").json()["reminders"] == 1


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"reference": "111222333"}, 400),
        ({"reference": "=1"}, 400),
        ({"wordsNl": "Reis van 111222333"}, 400),
        ({"wordsNl": ""}, 400),
        ({"wordsNl": "x" * 121}, 400),
        ({"wordsNl": "a\nb"}, 400),
        ({"amount": {"currency": "EUR", "value": "0.00"}}, 400),
        ({"lastDay": "2020-01-01"}, 409),
        ({"lastDay": "2199-01-01"}, 409),
        ({"upTo": "yes"}, 400),
        ({"reference": None}, 400),
    ],
)
def test_what_makes_no_sense_asks_nothing(till: Till, changed: dict[str, Any], status: int) -> None:
    """It is told, and nothing is there."""
    answer = ask(till, **changed)
    assert answer.status_code == status, answer.text
    assert "111222333" not in answer.text
    assert till.get("/v1/payment-requests").json()["items"] == []
