"""What merchants observe when they do what they do: all of each response, without what is random."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest
from httpx2 import Response

from merchant_api.till.people import COOKIE
from pasledger.ledger.money import Money
from pasledger.ledger.refusals import Refusal, Refused
from tests.support.bank import Bank
from tests.support.service import Street, Till, staff
from tests.support.stigma_calls import (
    DAYS_LATER,
    FORMS,
    MOST_PAGES,
    PAYOUT_FORMS,
    Again,
    AtTheTill,
    Back,
    Browse,
    Call,
    Hold,
    Look,
    Pay,
    PayOut,
    Use,
    UseOffer,
)
from tests.support.stigma_worlds import PIN, days_later


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
            case Browse() | AtTheTill() | UseOffer():
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
            patched.setattr("merchant_api.till.money.stamp_now", days_later)
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
    if call.what == "offers":
        note(till.get("/v1/offers", at=call.at))
        return
    for _ in range(MOST_PAGES):
        page = note(till.get(f"/v1/{call.what}?limit=2{after}", at=call.at)).json()
        if page["next"] is None:
            return
        after = f"&after={page['next']}"


def _read(till: Till, call: Browse | AtTheTill | UseOffer, note: Callable[[Response], Response], key: str) -> None:
    if isinstance(call, AtTheTill):
        _at_the_till(till, call, note, key)
    elif isinstance(call, UseOffer):
        _use(till, call, note, key)
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
        patched.setattr("merchant_api.till.routes.stamp_now", days_later)
        get("/today")


def _use(till: Till, call: UseOffer, note: Callable[[Response], Response], key: str) -> None:
    """Use an offer twice with one key, which is one use; and ask what became of it."""
    token, offer = till.street.tokens[call.card], till.street.offers[call.at]
    amount = Money(call.cents).plain if call.cents else None
    if call.is_at_the_till:
        headers = {"Cookie": f"{COOKIE}={till.street.credentials[call.at]}", "Accept-Language": "nl"}
        typed = {"key": key, "amount": amount or "", "card": token, "offer": offer}
        for _ in range(2):
            answer = note(till.client.post("/payments", data=typed, headers=headers, follow_redirects=False))
            assert (answer.status_code == 200) == call.is_yes, answer.text
        return
    for _ in range(2):
        answer = note(till.use_offer(token, offer, amount, at=call.at, key=key))
        assert (answer.status_code == 201) == call.is_yes, answer.text
    note(till.get(f"/v1/idempotency-keys/{key}", at=call.at))


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
