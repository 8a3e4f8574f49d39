"""What merchants observe when they do what they do: all of each response, without what is random."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest
from httpx2 import Response

from merchant_api.till.people import COOKIE
from pasledger.formats.statements import in_euros
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
    AtHome,
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

HOME = "home.test"
"""Where holders look at their cards: what is asked there, no merchant sees."""


@dataclass(frozen=True)
class Observation:
    """All of one response, and what it answers."""

    asked: str
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
            case Browse() | AtTheTill() | UseOffer() | AtHome():
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


def _read(
    till: Till, call: Browse | AtTheTill | UseOffer | AtHome, note: Callable[[Response], Response], key: str
) -> None:
    if isinstance(call, AtTheTill):
        _at_the_till(till, call, note, key)
    elif isinstance(call, UseOffer):
        _use(till, call, note, key)
    elif isinstance(call, AtHome):
        _ask_at_home(till, call, note, key)
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


def _ask_at_home(till: Till, call: AtHome, note: Callable[[Response], Response], key: str) -> None:
    """Ask, let the holder pay at home or try in vain, which no merchant sees, and look at everything there is then."""
    headers = {"Cookie": f"{COOKIE}={till.street.credentials[call.at]}", "Accept-Language": "nl"}
    address = _asked(till, call, note, key, headers)
    known = till.street.payment_request(call.at)
    _paid_at_home(till, call, known.id)
    assert till.street.payment_request(call.at).paid == Money(call.cents if call.is_yes else 0)
    note(till.get(f"/v1/payment-requests/{known.id}", at=call.at))
    note(till.get("/v1/payment-requests?limit=2", at=call.at))
    for page in ("/requests", "/requests.csv", *(f"{address}{part}" for part in _OF_A_LIST)):
        note(till.client.get(page, headers=headers))
    note(till.client.post(f"{address}/remind", headers=headers))
    note(till.post(f"/v1/payment-requests/{known.id}/reminders", None, at=call.at, key=f"{key}-r"))
    note(till.post(f"/v1/payment-requests/{known.id}/withdrawals", None, at=call.at, key=f"{key}-w"))
    note(till.client.post(f"{address}/withdraw", headers=headers, follow_redirects=False))
    note(till.get(f"/v1/idempotency-keys/{key}-w", at=call.at))


_OF_A_LIST = ("", "/books.csv", "/links.csv", "/sheet")


def _asked(till: Till, call: AtHome, note: Callable[[Response], Response], key: str, headers: dict[str, str]) -> str:
    """Ask in one of the ways, and return where it is seen at the till."""
    amount = Money(call.cents * (2 if call.is_part else 1))
    last_day = f"{staff().effective_on + timedelta(days=DAYS_LATER + 9)}"
    said = {"words_nl": f"Reis {key}", "last_day": last_day, "kind": "fixed"}
    if call.way == "api":
        body = {
            "amount": {"currency": "EUR", "value": amount.plain},
            "reference": f"7A {key}",
            "wordsNl": "Schoolreis",
            "lastDay": last_day,
        }
        answer = note(till.post("/v1/payment-requests", body, at=call.at, key=f"{key}-a"))
        return f"/requests/{answer.json()['id']}"
    if call.way == "till":
        typed = said | {"key": f"{key}-a", "reference": f"7A {key}", "amount": in_euros(amount)}
        answer = note(till.client.post("/requests", data=typed, headers=headers, follow_redirects=False))
    else:
        rows = f"kenmerk;bedrag\n7A {key};{in_euros(amount)}\n".encode()
        files = {"file": ("class.csv", rows, "text/csv")}
        answer = note(
            till.client.post("/requests/file", data=said, files=files, headers=headers, follow_redirects=False)
        )
    return answer.headers["Location"]


def _paid_at_home(till: Till, call: AtHome, request: str) -> None:
    """Pay at an address of the holder's own; for a no, try, as far as one gets."""
    card, at = till.street.numbers[call.card], f"/mycard/requests/{request}"
    page = till.client.post(f"https://{HOME}/mycard/sign-in", data={"card": card, "pin": PIN, "to": at})
    key = re.findall(r'name="key" value="([0-9a-f]{32})"', page.text)
    if key:
        typed = {"key": key[0], "amount": in_euros(Money(call.cents)), "pin": PIN}
        till.client.post(f"https://{HOME}{at}", data=typed)


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
_QR = re.compile(r"<svg.*?</svg>", re.DOTALL)
_SECONDS = re.compile(r";t=\d+$")
_FORM_KEY = re.compile(r'(name="key" value=")[0-9a-f]{32}"')


def _without_chance(answer: Response, names: dict[str, str]) -> Observation:
    """Replace each id by its place among the ids seen so far, and each time by one word, neither changing lengths."""

    def cleaned(text: str) -> str:
        text = _SECONDS.sub(";t=…", _TIME.sub("-- a time, in UTC ------", text))
        text = _FORM_KEY.sub(r'\1-- the key of a form, at random -"', _CLOCK.sub("--:--", text))
        text = _QR.sub("<svg/>", text)  # whose size hangs on the random id in it
        return _ID.sub(lambda found: names.setdefault(found[0], f"{found[0][:3]}_{len(names):032}"), text)

    by_chance = {"date", "content-length"} if "<svg" in answer.text else {"date"}
    headers = sorted((name, cleaned(value)) for name, value in answer.headers.items() if name not in by_chance)
    asked = cleaned(f"{answer.request.method} {answer.request.url.path}")
    return Observation(asked, answer.status_code, tuple(headers), cleaned(answer.text))
