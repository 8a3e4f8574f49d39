"""Payment requests at the till: asked one by one or from a file, seen, sent, reminded of and withdrawn."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import httpx2
import pytest

from merchant_api.till.asking import LARGEST_FILE_BYTES
from pasledger.ledger.ids import PaymentRequestId
from pasledger.ledger.journal import Stamp
from pasledger.ledger.money import Money
from pasledger.rules.payment_requests import DAYS_BETWEEN_REMINDERS
from pasledger.usecases import payment_requests
from pasledger.usecases.minting import stamp_now
from tests.merchant_api.test_persons import HERE, Visitor, _fast_hashes, visitor
from tests.support.service import staff
from tests.support.spreadsheets import a_workbook

__all__ = ["_fast_hashes", "visitor"]

LAST_DAY = f"{staff().effective_on + timedelta(days=30)}"
SAID = {"words_nl": "Schoolreis", "words_en": "School trip", "last_day": LAST_DAY, "kind": "fixed"}
CLASS = b"kenmerk;bedrag\n7A-01;12,50\n7A-02;12,50\n7A-03;25\n"
KEY = re.compile(r'name="key" value="([0-9a-f]{32})"')


@pytest.fixture
def till(visitor: Visitor) -> Visitor:
    """Return somebody at the till of the club."""
    visitor.at_the_till()
    return visitor


def send(till: Visitor, data: bytes = CLASS, name: str = "class.csv", **said: str) -> httpx2.Response:
    """Send a list."""
    files = {"file": (name, data, "text/csv")}
    return till.client.post("/requests/file", data=SAID | said, files=files, headers=HERE)


def rows(answer: httpx2.Response) -> list[list[str]]:
    """Return the rows of a file below its header."""
    assert "attachment" in answer.headers["Content-Disposition"]
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))[1:]


def pay(till: Visitor, reference: str, amount: str) -> None:
    """Let a holder pay at home what stands under a reference."""
    with till.street.store.read() as reader:
        all_of_them = list(reader.payment_requests.all(till.street.merchants["club"].id))
    known = next(one for one in all_of_them if one.reference == reference)
    till.street.book(payment_requests.payment(known, till.street.numbers["child"], Money.read(amount)))


def later(actor: str) -> Stamp:
    """Return a stamp of when one can remind."""
    now = stamp_now(actor)
    return replace(now, effective_on=now.effective_on + timedelta(days=DAYS_BETWEEN_REMINDERS))


def test_one_payment_is_asked(till: Visitor) -> None:
    """By a form, once however often it is sent; then its page says how it stands."""
    key = KEY.findall(till.get("/requests").text)[0]
    typed = SAID | {"key": key, "reference": "7A-01", "amount": "12,50", "voluntary": "yes"}
    first = till.post("/requests", **typed)
    assert re.fullmatch(r"/requests/pre_[0-9a-f]{32}", first.url.path)
    for words in ("School trip", "7A-01", "€ 12,50", "open", "Withdraw"):
        assert words in first.text
    assert till.post("/requests", **typed).text == first.text
    assert len(rows(till.get("/requests.csv"))) == 1
    assert "School trip" in till.get("/requests").text


def test_a_class_is_asked_from_a_file(till: Visitor) -> None:
    """From CSV or a spreadsheet, which are the same list: what was asked already is not asked again."""
    first = send(till)
    assert re.fullmatch(r"/requests/prl_[0-9a-f]{32}", first.url.path)
    assert all(f"7A-0{number}" in first.text for number in (1, 2, 3))
    book = a_workbook([["kenmerk", "bedrag"], ["7A-01", 12.5], ["7A-02", 12.5], ["7A-03", 25]])
    assert send(till, book, "class.xlsx").url.path == first.url.path
    assert len(rows(till.get("/requests.csv"))) == 3
    assert send(till, words_nl="Iets anders").url.path != first.url.path


def test_every_fault_of_a_file_is_told(till: Visitor) -> None:
    """By row and column, with what was typed in its place; nothing is asked then."""
    answer = send(till, b"kenmerk;bedrag\n7A-01;0\n111222333;5\n<b>;5\n7A-02;5\n7A-02;5\n")
    assert answer.status_code == 400
    for words in ("Row 2", "Row 3", "Row 4", "Row 6", "bedrag", 'value="Schoolreis"'):
        assert words in answer.text
    assert "111222333" not in answer.text
    assert "<b>" not in answer.text
    assert rows(till.get("/requests.csv")) == []


def test_a_column_of_another_name_is_told_without_commands_of_the_town_hall(till: Visitor) -> None:
    """A school that sends the list of its own system hears which columns there must be."""
    answer = send(till, b"naam;bedrag\nPiet;5\n")
    assert (answer.status_code, "pasledger" in answer.text) == (400, False)
    assert "The first row has to say: kenmerk, bedrag." in answer.text


UNFIT = {
    "no file": (b"", "", {}, "Choose a file"),
    "no words": (CLASS, "c.csv", {"words_nl": ""}, "400"),
    "a citizen in the words": (CLASS, "c.csv", {"words_nl": "Reis 111222333"}, "BSN"),
    "a last day that is over": (CLASS, "c.csv", {"last_day": "2020-01-01"}, "The last day"),
    "no day": (CLASS, "c.csv", {"last_day": "tomorrow"}, "400"),
    "another file": (b"\x00\x01", "c.csv", {}, "wrong in the file"),
    "too many rows": (b"kenmerk;bedrag\n" + b"".join(b"A%d;1\n" % n for n in range(5001)), "c.csv", {}, "5000"),
}


@pytest.mark.parametrize("why", UNFIT)
def test_what_makes_no_sense_asks_nothing(till: Visitor, why: str) -> None:
    """It is told on the page."""
    data, name, said, words = UNFIT[why]
    answer = send(till, data, name, **said)
    assert answer.status_code == 400
    assert words in answer.text or words == "400"
    assert rows(till.get("/requests.csv")) == []


def test_a_file_that_is_too_large_is_not_read(till: Visitor) -> None:
    """Nor one that does not say how large it is; and elsewhere a body is as small as ever."""
    assert send(till, b"x" * LARGEST_FILE_BYTES).status_code == 413
    till.client.headers["Accept"] = "text/html,*/*;q=0.8"
    told = send(till, b"x" * LARGEST_FILE_BYTES)
    assert (told.status_code, str(LARGEST_FILE_BYTES) in told.text) == (413, True)
    assert "default-src 'none'" in told.headers["content-security-policy"]
    assert "<h1>" in told.text

    def endless() -> Iterator[bytes]:
        yield b"x" * 100

    headers = HERE | {"Content-Type": "multipart/form-data; boundary=x"}
    assert till.client.post("/requests/file", content=endless(), headers=headers).status_code == 400
    assert till.client.post("/requests", content=b"x" * 20_000, headers=HERE).status_code == 413


def test_the_merchant_gets_links_and_its_own_books(till: Visitor) -> None:
    """The links of what is open, for its mail; how all stand, for its books; neither names who paid."""
    at = send(till).url.path
    pay(till, "7A-01", "12,50")
    pay(till, "7A-03", "10")
    links = rows(till.get(f"{at}/links.csv"))
    assert [(row[0], row[1]) for row in links] == [("7A-02", "12,50"), ("7A-03", "15,00")]
    assert all(re.fullmatch(r"https://[^/]+/mycard/requests/pre_[0-9a-f]{32}", row[2]) for row in links)
    books = rows(till.get(f"{at}/books.csv"))
    assert [(row[0], *row[4:8]) for row in books] == [
        ("7A-01", "12,50", "12,50", "0,00", "paid"),
        ("7A-02", "12,50", "0,00", "12,50", "open"),
        ("7A-03", "25,00", "10,00", "15,00", "paid in part"),
    ]
    page = till.get(at).text
    for words in ("€ 22,50", "€ 27,50", "paid in part"):
        assert words in page
    sheet = till.get(f"{at}/sheet")
    assert sheet.text.count("<svg") == 2
    assert "style-src 'sha256-" in sheet.headers["Content-Security-Policy"]
    assert not any(number in page + sheet.text for number in (till.street.numbers["child"], "child"))


def test_reminding_gives_the_links_of_what_is_open(till: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted for each; too soon is told on the page."""
    at = send(till).url.path
    pay(till, "7A-01", "12,50")
    early = till.post(f"{at}/remind")
    assert (early.status_code, "seven days" in early.text) == (409, True)
    monkeypatch.setattr("merchant_api.writer.stamp_now", later)
    assert [row[0] for row in rows(till.post(f"{at}/remind"))] == ["7A-02", "7A-03"]
    assert till.post(f"{at}/remind").status_code == 409
    assert [row[8] for row in rows(till.get(f"{at}/books.csv"))] == ["0", "1", "1"]


def test_a_list_or_one_of_it_is_withdrawn(till: Visitor) -> None:
    """What is paid stays so."""
    at = send(till).url.path
    [first] = re.findall(r"/requests/(pre_[0-9a-f]{32})\">7A-01", till.get(at).text)
    assert "withdrawn" in till.post(f"/requests/{first}/withdraw").text
    pay(till, "7A-02", "12,50")
    assert "Withdraw, for good" not in till.post(f"{at}/withdraw").text
    assert [row[7] for row in rows(till.get(f"{at}/books.csv"))] == ["withdrawn", "paid", "withdrawn"]


def test_what_is_another_merchants_is_not_there(till: Visitor) -> None:
    """Neither its lists nor one of them, to look at or to change."""
    [request] = till.street.ask("school", ("S-1", "5,00"))
    named = payment_requests.known_request(till.street.store, request).request.list
    for one in (request, named, PaymentRequestId.of(1), "x"):
        for part in ("", "/books.csv", "/links.csv", "/sheet"):
            assert till.get(f"/requests/{one}{part}").status_code == 404
        for part in ("/remind", "/withdraw"):
            assert till.post(f"/requests/{one}{part}").status_code == 404
    assert "S-1" not in till.get("/requests.csv").text


def test_a_stranger_sees_what_the_card_is(visitor: Visitor) -> None:
    """Without a terminal there is no list."""
    assert "School trip" not in visitor.get("/requests").text
    assert visitor.post("/requests", **SAID, key="0" * 32, reference="A", amount="1").status_code == 200
    with visitor.street.store.read() as reader:
        assert list(reader.payment_requests.all(visitor.street.merchants["club"].id)) == []
