"""Bad input: a fitting problem, all of it at once, nothing booked, and nothing of what was sent repeated."""

import json
import re
from typing import Any

import httpx2
import pytest

from merchant_api import faults
from pasledger.pages.envelope import LARGEST_BODY_BYTES
from pasledger.store import BooksProblem, BooksUnusable
from pasledger.texts import Surface, languages, say
from tests.support.service import Till

GOOD = {"card": {"token": "a" * 22}, "amount": {"currency": "EUR", "value": "1.00"}}


def changed(path: str, value: Any) -> dict[str, Any]:
    """Return the good body with one value changed."""
    body: dict[str, Any] = json.loads(json.dumps(GOOD))
    *parents, last = path.split("/")
    inner = body
    for parent in parents:
        inner = inner[parent]
    inner[last] = value
    return body


def is_a_problem(answer: httpx2.Response, status: int) -> bool:
    """Return whether an answer is a problem with this status and all that belongs to one."""
    body = answer.json()
    return (
        answer.status_code == status == body["status"]
        and answer.headers["Content-Type"] == "application/problem+json"
        and {"type", "title", "detail"} <= set(body)
        and answer.headers["API-Version"] != ""
    )


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (changed("amount/value", "-1.00"), "#/amount/value"),
        (changed("amount/value", "0.00"), "#/amount/value"),
        (changed("amount/value", "1"), "#/amount/value"),
        (changed("amount/value", "1,00"), "#/amount/value"),
        (changed("amount/value", "1.000"), "#/amount/value"),
        (changed("amount/value", "1e3"), "#/amount/value"),
        (changed("amount/value", "９.00"), "#/amount/value"),
        (changed("amount/value", "99999999999999999999.00"), "#/amount/value"),
        (changed("amount/value", 1.0), "#/amount/value"),
        (changed("amount/value", None), "#/amount/value"),
        (changed("amount/currency", "USD"), "#/amount/currency"),
        (changed("amount", "1.00"), "#/amount"),
        (changed("card/token", ""), "#/card/token"),
        (changed("card/token", "a" * 5000), "#/card/token"),
        (changed("card/token", ["a" * 22]), "#/card/token"),
        (changed("card", None), "#/card"),
        (changed("scheme", "culture"), "#/scheme"),
        ({}, "#/card"),
        ([GOOD], "#/"),
        ("text", "#/"),
    ],
)
def test_a_wrong_body_is_a_400_that_points_at_it(till: Till, body: Any, pointer: str) -> None:
    """Whatever is wrong with a body, the answer says where, and nothing is kept under the key."""
    answer = till.post("/v1/redemptions", body)

    assert is_a_problem(answer, 400)
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]
    assert till.get("/v1/idempotency-keys/key-1").status_code == 404


def test_all_that_is_wrong_is_said_at_once(till: Till) -> None:
    """Three faults are three errors in one answer."""
    answer = till.post("/v1/redemptions", {"card": {}, "amount": {"currency": "EUR", "value": "x"}}, key=None)

    assert {error["pointer"] for error in answer.json()["errors"]} == {
        "header: Idempotency-Key",
        "#/card",
        "#/amount/value",
    }


_OF_THE_LIBRARY = re.compile(r"\b(should|input|field required|value error|extra inputs)\b", re.IGNORECASE)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/redemptions", {}),
        ("/v1/redemptions", [GOOD]),
        ("/v1/redemptions", GOOD | {"scheme": "culture", "card": {}}),
        ("/v1/redemptions", GOOD | {"card": {"token": 1}, "amount": {"currency": "USD", "value": "1,00"}}),
        ("/v1/redemptions", GOOD | {"card": {"number": "9123456789012345", "pin": "4711"}}),
        ("/v1/redemptions", GOOD | {"card": {"number": "9123456789012317"}}),
        ("/v1/redemptions", GOOD | {"reference": "111222333"}),
        ("/v1/redemptions", GOOD | {"reference": "x" * 36, "card": "pas"}),
        ("/v1/holds", GOOD | {"lastDay": "2026-02-30"}),
        ("/v1/holds", GOOD | {"lastDay": "tomorrow"}),
        ("/v1/holds", GOOD | {"lastDay": 7}),
        ("/v1/redemptions?limit=0", None),
        ("/v1/redemptions?limit=201&from=x", None),
        ("/v1/redemptions?limit=many", None),
        (f"/v1/redemptions?limit={'9' * 5000}", None),
        ("/v1/statements?from=2026-02-01&until=2026-01-01", None),
        ("/v1/statements", None),
    ],
)
def test_what_is_wrong_is_said_in_the_language_asked_for(till: Till, path: str, body: Any) -> None:
    """Each field in Dutch or English, in a sentence that fits it, and none in the words of a library."""
    told: dict[str, list[dict[str, str]]] = {}
    for language in ("nl", "en"):
        headers = till.headers("club", language) | {"Idempotency-Key": "key-1"}
        answer = till.client.get(path, headers=headers)
        if body is not None:
            answer = till.client.post(path, json=body, headers=headers)
        assert is_a_problem(answer, 400)
        assert answer.headers["Content-Language"] == language
        told[language] = answer.json()["errors"]
    assert [one["pointer"] for one in told["nl"]] == [one["pointer"] for one in told["en"]]
    for dutch, english in zip(told["nl"], told["en"], strict=True):
        assert dutch["detail"] != english["detail"]
        assert not _OF_THE_LIBRARY.search(dutch["detail"] + english["detail"])
        assert english["detail"] != say("field.wrong", "en")


@pytest.mark.parametrize("kind", faults._CODES)
def test_every_kind_of_error_has_its_sentence(kind: str) -> None:
    """With the figure that the kind has, in both languages."""
    code, figure = faults._CODES[kind]
    for language in languages(Surface.MERCHANTS):
        assert ("7" in say(f"field.{code}", language, figure="7")) is (figure != "")


@pytest.mark.parametrize(
    "content",
    [
        b'{"card": {"token": "%b"}, "amount": {"currency": "EUR", "value": "1.00"}, "amount": %b}',
        b'{"card": {"token": "%b"}, "amount": {"currency": "EUR", "value": "9.00", "value": "1.00"}, "x": %b}',
        b'{"card": {"token": "%b", "pin": "1111", "p\\u0069n": "2222"}, "amount": %b}',
    ],
)
def test_a_name_that_stands_twice_is_not_chosen_from(till: Till, content: bytes) -> None:
    """One reader takes the first and another the last: 400, and nothing is kept under the key."""
    token = till.street.tokens["child"].encode()
    headers = till.headers("club") | {"Idempotency-Key": "key-1", "Content-Type": "application/json"}
    amount = b'{"currency": "EUR", "value": "1.00"}'
    answer = till.client.post("/v1/redemptions", content=content % (token, amount), headers=headers)
    assert is_a_problem(answer, 400)
    assert answer.json()["errors"] == [{"pointer": "#/", "detail": say("field.name-twice", "nl")}]
    assert till.get("/v1/idempotency-keys/key-1").status_code == 404


def test_what_was_sent_is_not_repeated(till: Till) -> None:
    """A secret in the wrong place does not come back in the answer."""
    assert "SECRET" not in till.post("/v1/redemptions", changed("amount/value", "SECRET")).text


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"", "application/json", 400),
        (b"null", "application/json", 400),
        (b'{"a":' * 2000, "application/json", 400),
        (json.dumps(GOOD).encode(), "text/plain", 415),
        (json.dumps(GOOD).encode(), "application/xml", 415),
        (b" " * (LARGEST_BODY_BYTES + 1), "application/json", 413),
    ],
)
def test_a_body_that_cannot_be_read(till: Till, content: bytes, kind: str, status: int) -> None:
    """Broken, of another kind, or too large: each has its problem."""
    headers = till.headers("club") | {"Idempotency-Key": "key-1", "Content-Type": kind}

    assert is_a_problem(till.client.post("/v1/redemptions", content=content, headers=headers), status)


def test_a_body_that_hides_its_size_is_counted(till: Till) -> None:
    """A body that comes in pieces without saying how large it is ends where the limit is."""
    headers = till.headers("club") | {"Idempotency-Key": "key-1", "Content-Type": "application/json"}
    pieces = (b" " * 1024 for _ in range(LARGEST_BODY_BYTES // 1024 + 1))

    assert is_a_problem(till.client.post("/v1/redemptions", content=pieces, headers=headers), 413)


@pytest.mark.parametrize("key", ["", " ", "a b", "é", "a" * 65, "a/b", '"', "a\tb", ".", "..", '"a', 'a"'])
def test_a_wrong_key(till: Till, key: str) -> None:
    """A key is 1 to 64 letters, digits and . _ ~ -."""
    headers = [(name.encode(), value.encode()) for name, value in till.headers("club").items()]
    headers.append((b"Idempotency-Key", key.encode()))

    assert is_a_problem(till.client.post("/v1/redemptions", json=GOOD, headers=headers), 400)


def test_two_keys_are_one_too_many(till: Till) -> None:
    """Which of two keys is meant nobody knows, so that neither is used."""
    headers = [(name.encode(), value.encode()) for name, value in till.headers("club").items()]
    headers += [(b"Idempotency-Key", b"one"), (b"Idempotency-Key", b"two")]

    assert is_a_problem(till.client.post("/v1/redemptions", json=GOOD, headers=headers), 400)


@pytest.mark.parametrize("content", [b"[" * 8000, b'{"amount":' + b"9" * 6000 + b"}", b"\xff\xfe{"])
def test_what_cannot_be_read_at_all_says_so(till: Till, content: bytes) -> None:
    """Also where no field can be named, the answer names what is wrong."""
    headers = till.headers("club") | {"Idempotency-Key": "key-1", "Content-Type": "application/json"}
    answer = till.client.post("/v1/redemptions", content=content, headers=headers)

    assert is_a_problem(answer, 400)
    assert answer.json()["errors"]


@pytest.mark.parametrize(
    "credential",
    ["", "Bearer", "Bearer ", "Bearer wrong", "Basic {}", "{}", "Bearer é", "Bearer {}x", "Bearer x{}"],
)
def test_a_wrong_credential(till: Till, credential: str) -> None:
    """Without the credential of a terminal there is no answer but 401, and it says how to sign in."""
    headers = {"Idempotency-Key": "key-1", "Authorization": credential.format(till.street.credentials["club"])}
    sent = [(name.encode(), value.encode()) for name, value in headers.items()]
    answer = till.client.post("/v1/redemptions", json=GOOD, headers=sent)

    assert is_a_problem(answer, 401)
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nergens", 404),
        ("GET", "/v1", 404),
        ("GET", "/v1/nergens", 404),
        ("GET", "/v1/health/", 404),
        ("GET", "/v1/redemptions/red_1", 400),
        ("PUT", "/v1/redemptions", 405),
        ("DELETE", "/v1/redemptions", 405),
        ("GET", "/v1/../../etc/passwd", 404),
    ],
)
def test_other_places(till: Till, method: str, path: str, status: int) -> None:
    """Also where there is nothing, the answer is a problem with all headers."""
    answer = till.client.request(method, path, headers=till.headers("club"))

    assert is_a_problem(answer, status)
    assert status != 405 or answer.headers["Allow"] == "GET, POST"


@pytest.mark.parametrize(("wanted", "language"), [("en", "en"), ("nl-NL,en;q=0.1", "nl"), ("fr", "nl"), (";;", "nl")])
def test_problems_speak_two_languages(till: Till, wanted: str, language: str) -> None:
    """The texts are in the language that was asked for, or in Dutch."""
    answer = till.pay("a" * 22, language=wanted)

    assert answer.headers["Content-Language"] == language
    assert answer.json()["title"] == {"en": "Not accepted", "nl": "Niet geaccepteerd"}[language]


SECURITY_HEADERS = {
    "Cache-Control": "no-store",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def test_every_response_carries_the_headers(till: Till) -> None:
    """Yes, no, wrong and nowhere: each response has the version and the security headers, and no server's name."""
    for answer in (till.pay("child"), till.pay("a" * 22, key="no"), till.get("/v1/health"), till.get("/nergens")):
        assert {name: answer.headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert "server" not in answer.headers


def test_a_fault_is_a_500_with_all_headers(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also a fault of ours is a problem, with headers and without a word of what went wrong."""
    monkeypatch.setattr("merchant_api.writer.book", _fail(RuntimeError("SECRET")))
    answer = till.pay("child")

    assert is_a_problem(answer, 500)
    assert "SECRET" not in answer.text
    assert "X-Frame-Options" in answer.headers


def test_busy_books_are_a_503_to_come_back_to(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the books cannot be written, the till is asked to come back with the same key, and nothing was booked."""
    with monkeypatch.context() as patched:
        patched.setattr("merchant_api.writer.book", _fail(BooksUnusable(BooksProblem.BUSY)))
        answer = till.pay("child")

    assert is_a_problem(answer, 503)
    assert answer.headers["Retry-After"] == "1"
    assert till.pay("child").status_code == 201


def _fail(error: Exception) -> Any:
    def fail(*_: object) -> None:
        raise error

    return fail
