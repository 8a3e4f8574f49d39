"""The registry of what merchants can see: what is added and is not in it fails, until somebody has said what holds it.

Each address of the service, each of its pages and each format of a file has its line. What is said to be in the two
worlds is asked there in every run; what is said to be held by another test has one of that name.
"""

import re
from collections.abc import Callable
from enum import Enum
from pathlib import Path

import httpx2
import pytest
from starlette.datastructures import MutableHeaders
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from merchant_api.app import _api
from merchant_api.mycard import routes as mycard
from merchant_api.mycard.signing_in import ByPin
from merchant_api.openapi import describe
from merchant_api.routes import security
from merchant_api.settings import Settings
from merchant_api.till import routes as till
from merchant_api.till.pages import FOLDERS
from pasledger import formats
from tests.support.stigma_calls import ALWAYS
from tests.support.stigma_seeing import HOME, observe
from tests.support.stigma_worlds import POOR, RICH, a_town

Change = Callable[[MutableHeaders, bytes, int], bytes]
"""Changes the headers of an answer by a number, and returns another body."""

ROOT = Path(__file__).parents[2]


class Held(Enum):
    """Why somebody who sees it learns nothing of why a holder has money."""

    TWO_WORLDS = "the property of the two worlds asks it in every run"
    NO_CODE = (
        "without the code of the letter, which no merchant has, it has one answer: "
        "tests/merchant_api/test_mycard.py::test_every_no_is_one_answer_and_the_same_work"
    )
    NO_PIN = "without the PIN of the holder, it has one answer: tests/merchant_api/test_own.py"
    NO_CARD = "it is asked without a card or a payment, and answers the same to everybody, or of who asks alone"


SURFACES = {
    "POST /v1/redemptions": Held.TWO_WORLDS,
    "GET /v1/redemptions": Held.TWO_WORLDS,
    "GET /v1/redemptions/{id}": Held.TWO_WORLDS,
    "POST /v1/redemptions/{id}/refunds": Held.TWO_WORLDS,
    "GET /v1/refunds": Held.TWO_WORLDS,
    "POST /v1/holds": Held.TWO_WORLDS,
    "GET /v1/holds": Held.TWO_WORLDS,
    "GET /v1/holds/{id}": Held.TWO_WORLDS,
    "POST /v1/holds/{id}/captures": Held.TWO_WORLDS,
    "POST /v1/holds/{id}/releases": Held.TWO_WORLDS,
    "POST /v1/holds/{id}/refunds": Held.TWO_WORLDS,
    "POST /v1/offer-uses": Held.TWO_WORLDS,
    "GET /v1/offers": Held.TWO_WORLDS,
    "GET /v1/public/offers": Held.NO_CARD,
    "GET /v1/public/merchants": Held.NO_CARD,
    "POST /v1/payment-requests": Held.TWO_WORLDS,
    "GET /v1/payment-requests": Held.TWO_WORLDS,
    "GET /v1/payment-requests/{id}": Held.TWO_WORLDS,
    "POST /v1/payment-requests/{id}/withdrawals": Held.TWO_WORLDS,
    "POST /v1/payment-requests/{id}/reminders": Held.TWO_WORLDS,
    "GET /v1/statements": Held.TWO_WORLDS,
    "GET /v1/payouts": Held.TWO_WORLDS,
    "GET /v1/payouts/{id}": Held.TWO_WORLDS,
    "GET /v1/idempotency-keys/{key}": Held.TWO_WORLDS,
    "GET /v1/health": Held.NO_CARD,
    "GET /v1/readiness": Held.NO_CARD,
    "GET /v1/openapi.json": Held.NO_CARD,
    "GET /": Held.TWO_WORLDS,
    "POST /payments": Held.TWO_WORLDS,
    "GET /payments/{id}": Held.TWO_WORLDS,
    "GET /payments/{id}/undo": Held.TWO_WORLDS,
    "POST /payments/{id}/undo": Held.TWO_WORLDS,
    "GET /today": Held.TWO_WORLDS,
    "GET /statement": Held.TWO_WORLDS,
    "GET /statement.csv": Held.TWO_WORLDS,
    "GET /payouts/{id}": Held.TWO_WORLDS,
    "GET /requests": Held.TWO_WORLDS,
    "POST /requests": Held.TWO_WORLDS,
    "POST /requests/file": Held.TWO_WORLDS,
    "GET /requests.csv": Held.TWO_WORLDS,
    "GET /requests/{id}": Held.TWO_WORLDS,
    "GET /requests/{id}/books.csv": Held.TWO_WORLDS,
    "GET /requests/{id}/links.csv": Held.TWO_WORLDS,
    "GET /requests/{id}/sheet": Held.TWO_WORLDS,
    "POST /requests/{id}/remind": Held.TWO_WORLDS,
    "POST /requests/{id}/withdraw": Held.TWO_WORLDS,
    "POST /sign-in": Held.NO_CARD,
    "POST /sign-out": Held.NO_CARD,
    "GET /language/{language}": Held.NO_CARD,
    "POST /who": Held.NO_CARD,
    "GET /own-secret": Held.NO_CARD,
    "POST /own-secret": Held.NO_CARD,
    "GET /manage": Held.NO_CARD,
    "POST /manage/sign-in": Held.NO_CARD,
    "POST /manage/sign-out": Held.NO_CARD,
    "POST /manage/terminals": Held.NO_CARD,
    "POST /manage/terminals/{id}/revoke": Held.NO_CARD,
    "POST /manage/offers": Held.NO_CARD,
    "POST /manage/offers/{id}/stop": Held.NO_CARD,
    "GET /offers": Held.NO_CARD,
    "POST /manage/persons": Held.NO_CARD,
    "POST /manage/persons/{id}/renew": Held.NO_CARD,
    "POST /manage/persons/{id}/end": Held.NO_CARD,
    "GET /mycard/pin": Held.NO_CARD,
    "POST /mycard/pin": Held.NO_CODE,
    "GET /mycard/done": Held.NO_CARD,
    "GET /mycard": Held.NO_PIN,
    "POST /mycard/sign-in": Held.NO_PIN,
    "POST /mycard/sign-out": Held.NO_CARD,
    "GET /mycard/block": Held.NO_PIN,
    "POST /mycard/block": Held.NO_PIN,
    "GET /mycard/change-pin": Held.NO_PIN,
    "POST /mycard/change-pin": Held.NO_PIN,
    "GET /mycard/code": Held.NO_PIN,
    "POST /mycard/code": Held.NO_PIN,
    "GET /mycard/data.json": Held.NO_PIN,
    "GET /mycard/requests/{id}": Held.NO_PIN,
    "POST /mycard/requests/{id}": Held.NO_PIN,
    "GET /mycard/requests/{id}/language/{language}": Held.NO_CARD,
    "GET /mycard/own/language/{language}": Held.NO_CARD,
    "GET /mycard/language/{language}": Held.NO_CARD,
    "GET /static": Held.NO_CARD,
    "GET /.well-known/security.txt": Held.NO_CARD,
}

PAGES = {
    **dict.fromkeys(("pay", "receipt", "undo", "today", "statement"), Held.TWO_WORLDS),
    **dict.fromkeys(("requests", "requests_asked"), Held.TWO_WORLDS),
    **dict.fromkeys(("card", "trouble", "error", "base"), Held.TWO_WORLDS),
    **dict.fromkeys(("who", "own_secret", "manage", "manage_sign_in", "offers", "shown"), Held.NO_CARD),
    **dict.fromkeys(("pin", "pin_set"), Held.NO_CODE),
    **dict.fromkeys(("sign_in", "own", "block", "change_pin", "code", "request"), Held.NO_PIN),
}
"""Each template, by its name."""

STAFF = "for staff, auditors or holders: nothing of it goes to a merchant"
FILES = {
    "statements": Held.TWO_WORLDS,
    "payment_requests": Held.TWO_WORLDS,
    "specification": Held.TWO_WORLDS,
    "pain001": "tests/formats/test_pain001.py::test_a_file_has_no_address_and_no_scheme",
    **dict.fromkeys(
        (
            *(
                "addresses",
                "audit_page",
                "auditfile",
                "awards",
                "baselines",
                "camt053",
                "carriers",
                "cells",
                "cover_page",
                "delimited",
                "ends",
                "faults",
            ),
            *(
                "journals",
                "json_lines",
                "listing",
                "markup",
                "masterdata",
                "merchants",
                "messages",
                "numbers",
                "own_data",
                "pain002",
                "paper",
            ),
            *(
                "payments",
                "reach_page",
                "seals",
                "sepa",
                "sources",
                "spreadsheet",
                "tabular",
                "workbook",
                "xml",
            ),
        ),
        STAFF,
    ),
}
"""Each module that reads or writes files; the bank shows a merchant what is in the payment, and that is its line."""


def offered() -> set[str]:
    """Return every address that there is, with each method but HEAD."""
    found = {
        f"{method} {getattr(route, 'path')}"  # noqa: B009 - a route of any kind
        for route in [
            *(*till.routes(), *mycard.routes(ByPin())),
            *security.routes(Settings(books="x", security_contact="mailto:a@b.example")),
        ]
        for method in (getattr(route, "methods", None) or {"GET"}) - {"HEAD"}
    }
    for path, operations in describe(_api())["paths"].items():
        found |= {f"{method.upper()} /v1{path}" for method in operations}
    return found | {"GET /v1/openapi.json"}


def test_every_address_is_in_the_registry() -> None:
    """An address that is new is in no line, and one that is gone has none left over."""
    assert offered() == set(SURFACES)


def test_every_page_is_in_the_registry() -> None:
    """Each template has its line."""
    assert {path.stem for folder in FOLDERS for path in folder.iterdir()} == set(PAGES)


def test_every_file_is_in_the_registry() -> None:
    """Each module of the formats has its line; one that is held by a test of its own names one that is there."""
    modules = {path.stem for path in Path(formats.__path__[0]).glob("*.py")} - {"__init__"}
    assert modules == set(FILES)
    for held in FILES.values():
        if isinstance(held, str) and held != STAFF:
            file, _, name = held.partition("::")
            assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8")


def test_what_has_one_answer_without_a_code_has_its_test() -> None:
    """The test that is named is there."""
    file, _, name = Held.NO_CODE.value.rpartition(" ")[2].partition("::")
    assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8")


def test_what_is_said_to_be_in_the_two_worlds_is() -> None:
    """Each address with that line is asked in every run of the property."""
    sent: list[httpx2.Request] = []
    with a_town(RICH, ALWAYS) as running:
        running.client.event_hooks["request"].append(sent.append)
        observe(running, ALWAYS)
    asked = {f"{one.method} {one.url.path}" for one in sent if one.url.host != HOME}
    for surface, held in SURFACES.items():
        is_asked = any(_address_of(surface).fullmatch(one) for one in asked)
        assert is_asked is (held is Held.TWO_WORLDS), surface


def _address_of(surface: str) -> re.Pattern[str]:
    """Return what is asked where a surface is."""
    return re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(surface)))


class Leaking:
    """Stands in front of the whole service, and lets each answer tell into how many entitlements money is cut."""

    def __init__(self, app: ASGIApp, change: Change) -> None:
        self._app = app
        self._change = change

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        answer: list[Message] = []

        async def keep(message: Message) -> None:
            answer.append(message)

        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        await self._app(scope, receive, keep)
        with scope["app"].state.store.read() as reader:
            entitlements = sum(1 for _ in reader.entitlements())
        headers = MutableHeaders(raw=answer[0]["headers"])
        body = self._change(headers, b"".join(message.get("body", b"") for message in answer[1:]), entitlements)
        headers["Content-Length"] = str(len(body))
        await send({**answer[0], "headers": headers.raw})
        await send({"type": "http.response.body", "body": body})


def _another_header(headers: MutableHeaders, body: bytes, entitlements: int) -> bytes:
    headers["X-Entitlements"] = str(entitlements)
    return body


def _a_longer_body(_headers: MutableHeaders, body: bytes, entitlements: int) -> bytes:
    return body + b" " * entitlements


@pytest.mark.parametrize("leak", [_another_header, _a_longer_body])
def test_a_leak_is_seen_on_each_surface(leak: Change, monkeypatch: pytest.MonkeyPatch) -> None:
    """What every address tells is seen at every address of the two worlds: its answers are looked at, and all of them.

    Which addresses are asked is another test's; an answer that is fetched and passed over would be found here.
    """
    monkeypatch.setattr("merchant_api.app.Observed", lambda app, **_: Leaking(app, leak))
    with a_town(RICH, ALWAYS) as running:
        in_one = observe(running, ALWAYS)
    with a_town(POOR, ALWAYS) as running:
        in_other = observe(running, ALWAYS)
    differs = {one.asked for one, other in zip(in_one, in_other, strict=True) if one != other}
    assert {one.asked for one in in_one} == differs
    for surface in (surface for surface, held in SURFACES.items() if held is Held.TWO_WORLDS):
        assert any(_address_of(surface).fullmatch(one) for one in differs), surface


def test_a_new_address_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The registry can fail: an address that somebody adds is in no line."""
    honest = till.routes
    monkeypatch.setattr(till, "routes", lambda: [*honest(), Route("/balance", till.speak)])
    assert offered() - set(SURFACES) == {"GET /balance"}
