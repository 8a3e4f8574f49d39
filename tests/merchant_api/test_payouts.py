"""Payouts, as a merchant asks for them: what went to its account, what became of it, and the lines behind it."""

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from httpx2 import Response

from merchant_api.till.people import COOKIE
from pasledger.formats.specification import STYLE
from pasledger.pages.making import policy_of
from pasledger.store.payouts import SentPayout
from pasledger.store.selling import Wanted
from pasledger.usecases.changing import to_correct
from tests.support.bank import Bank
from tests.support.service import Till, staff

TODAY = staff().effective_on
PERIOD = f"from={TODAY}&until={TODAY + timedelta(days=1)}"


@pytest.fixture
def sold(till: Till) -> dict[str, Any]:
    """Let the club sell, give back and capture, and be paid € 10,50 for it; what is sold after that waits."""
    till.street.may_pay_out()
    named = {"card": {"token": till.street.tokens["child"]}, "amount": {"currency": "EUR", "value": "7.00"}}
    paid = till.post("/v1/redemptions", named | {"reference": "Lid 17"}, key="p1").json()
    back = till.refund(paid["id"], "0.50").json()
    taken = till.use(till.hold("child", "9.00", reference="kamp").json()["id"], "captures", "4.00").json()
    files = till.street.pay_out()
    later = till.pay("child", "1.00", key="p2").json()
    return {"paid": paid, "back": back, "taken": taken, "later": later, "files": files}


def states(till: Till, at: str = "club") -> list[tuple[str, str]]:
    """Return the number and the state of each payout."""
    return [(one["number"], one["state"]) for one in till.get("/v1/payouts", at=at).json()["items"]]


def number(place: int = 1, run: int = 1) -> str:
    """Return the number of a payout of this year."""
    return f"{TODAY.year}-{run:04}-{place:04}"


def at_the_till(till: Till, address: str, at: str = "club", language: str = "nl") -> Response:
    """Return a page of a till, and no other for it."""
    headers = {"Cookie": f"{COOKIE}={till.street.credentials[at]}", "Accept-Language": language}
    return till.client.get(address, headers=headers, follow_redirects=False)


def today_page(till: Till, at: str = "club", language: str = "nl") -> str:
    """Return the page of a till with what was paid today."""
    return at_the_till(till, "/today", at, language).text


def test_a_payout_has_its_lines(till: Till, sold: dict[str, Any]) -> None:
    """Each by the id and the reference that the merchant knows; together they are the amount."""
    (listed,) = till.get("/v1/payouts").json()["items"]
    found = till.get(f"/v1/payouts/{listed['id']}").json()
    assert {name: found[name] for name in listed} == listed
    assert (found["number"], found["state"], found["amount"]["value"]) == (number(), "sent", "10.50")
    assert (found["payOn"], found["firstDay"], found["lastDay"]) == (str(TODAY), str(TODAY), str(TODAY))
    assert found["iban"] == till.street.merchants["club"].iban
    assert [(line["kind"], line["id"], line["amount"]["value"], line["reference"]) for line in found["lines"]] == [
        ("redemption", sold["paid"]["id"], "7.00", "Lid 17"),
        ("refund", sold["back"]["id"], "-0.50", "Lid 17"),
        ("capture", sold["taken"]["id"], "4.00", "kamp"),
    ]


def test_a_payout_is_a_file_and_a_page_too(till: Till, sold: dict[str, Any]) -> None:
    """The specification that the town hall can send, in the language that is asked for."""
    (listed,) = till.get("/v1/payouts").json()["items"]
    address = f"/v1/payouts/{listed['id']}"
    table = till.client.get(address, headers=till.headers("club") | {"Accept": "text/csv"})
    rows = list(csv.DictReader(io.StringIO(table.text.removeprefix("\ufeff")), delimiter=";"))
    assert [(row["nummer"], row["uw_kenmerk"], row["bedrag"]) for row in rows] == [
        (sold["paid"]["id"], "Lid 17", "7,00"),
        (sold["back"]["id"], "Lid 17", "-0,50"),
        (sold["taken"]["id"], "kamp", "4,00"),
    ]
    page = till.client.get(address, headers=till.headers("club", "en") | {"Accept": "text/html"})
    assert page.headers["content-security-policy"] == policy_of(STYLE)
    assert page.headers["vary"] == table.headers["vary"] == "Accept, Accept-Language"
    assert f"<style>{STYLE}</style>" in page.text
    for text in (number(), "Lid 17", sold["taken"]["id"], "€ 10,50", '<html lang="en">'):
        assert text in page.text


def test_another_merchants_payout_is_not_found(till: Till, sold: dict[str, Any]) -> None:
    """As one that never was; and its own list is empty."""
    assert sold["files"]
    (listed,) = till.get("/v1/payouts").json()["items"]
    nobodys = f"pay_{0:032x}"
    for asked in ("/v1/payouts/{}", "/v1/payouts?after={}"):
        theirs, unknown = (till.get(asked.format(one), at="café") for one in (listed["id"], nobodys))
        assert (theirs.status_code, theirs.content) == (404, unknown.content)
    assert till.get("/v1/payouts", at="café").json() == {"next": None, "items": []}


def test_what_was_not_released_is_not_shown(till: Till) -> None:
    """A run that is prepared can still be cancelled: nobody is told of money that may not come."""
    till.street.may_pay_out()
    till.pay("child", "1.00")
    till.street.prepare_run()
    assert states(till) == []
    assert "nog niets uitbetaald" in today_page(till)


def test_payouts_are_listed_page_by_page(till: Till) -> None:
    """The newest first, by the days of paying, each once; one that is released meanwhile changes no later page."""
    till.street.may_pay_out()
    for run in (1, 2, 3):
        till.pay("child", f"{run}.00", key=f"p{run}")
        till.street.pay_out()
    first = till.get("/v1/payouts?limit=2").json()
    till.pay("child", "4.00", key="p4")
    till.street.pay_out()
    second = till.get(f"/v1/payouts?limit=2&after={first['next']}").json()
    assert [one["amount"]["value"] for one in (*first["items"], *second["items"])] == ["3.00", "2.00", "1.00"]
    assert (second["next"], len(till.get(f"/v1/payouts?{PERIOD}").json()["items"])) == (None, 4)
    assert till.get(f"/v1/payouts?until={TODAY}").json()["items"] == []
    assert till.get("/v1/payouts?after=x").status_code == 400


def test_what_the_bank_says_is_seen(till: Till, sold: dict[str, Any]) -> None:
    """Sent, paid, returned, and paid once more: in the list, on the page of the till, and in the statement."""
    bank = Bank()
    assert "Onderweg: uitbetaling" in today_page(till)
    (movement,) = bank.pay(sold["files"][0].data)
    till.street.take_statement(bank.close_the_day(TODAY))
    assert states(till) == [(number(), "paid")]
    assert f"€ 10,50 op {TODAY:%d-%m-%Y} ({number()})" in today_page(till)
    bank.send_back(movement, "AC04")
    till.street.take_statement(bank.close_the_day(TODAY))
    assert states(till) == [(number(), "returned")]
    assert "came back" in today_page(till, language="en")

    till.street.may_pay_out()
    till.street.pay_out()
    assert states(till) == [(number(run=2), "sent"), (number(), "returned")]
    newest, oldest = (till.get(f"/v1/payouts/{one['id']}").json() for one in till.get("/v1/payouts").json()["items"])
    assert oldest["lines"] == newest["lines"][:3]
    assert newest["lines"][3]["id"] == sold["later"]["id"]

    answer = till.get(f"/v1/statements?{PERIOD}").json()
    moved = [line for line in answer["lines"] if line["kind"] in ("paid", "returned")]
    assert [(line["id"], line["reference"], line["amount"]["value"]) for line in moved] == [
        (oldest["id"], number(), "-10.50"),
        (oldest["id"], number(), "10.50"),
    ]
    assert (answer["paid"]["value"], answer["returned"]["value"], answer["inPayment"]["value"]) == (
        "10.50",
        "10.50",
        "11.50",
    )
    for form in ("text/csv", "text/html"):
        text = till.client.get(f"/v1/statements?{PERIOD}", headers=till.headers("club") | {"Accept": form}).text
        assert text.count(oldest["id"]) == text.count(number()) == 2


@pytest.mark.parametrize("what", ["paid", "back"])
def test_what_staff_countered_is_known_as_what_it_was(till: Till, sold: dict[str, Any], what: str) -> None:
    """In the payout and in the statement a correction has the id and the reference of the payment that it undoes."""
    with till.street.store.read() as reader:
        entries = {line.id: line.entry for line in reader.payouts.lines(_sent(till).entry, _sent(till).merchant)}
    till.street.book(to_correct(entries[sold[what]["id"]]))
    till.pay("child", "9.00", key="p9")
    till.street.pay_out()
    newest = till.get("/v1/payouts").json()["items"][0]
    lines = till.get(f"/v1/payouts/{newest['id']}").json()["lines"]
    (corrected,) = (line for line in lines if line["kind"] == "correction")
    named = (sold[what]["id"], "Lid 17")
    assert (corrected["id"], corrected["reference"]) == named
    in_statement = till.get(f"/v1/statements?{PERIOD}").json()["lines"]
    assert [(line["id"], line["reference"]) for line in in_statement if line["kind"] == "correction"] == [named]


def _sent(till: Till) -> SentPayout:
    with till.street.store.read() as reader:
        return reader.payouts.sent(Wanted(till.street.merchants["club"].id)).items[0]


def test_every_payout_on_its_way_is_on_the_page_of_the_till(till: Till) -> None:
    """Not only the newest: the merchant waits for each of them."""
    till.street.may_pay_out()
    for run in (1, 2):
        till.pay("child", f"{run}.00", key=f"p{run}")
        till.street.pay_out()
    shown = today_page(till)
    assert shown.index(number(run=2)) < shown.index(number(run=1))
    (behind, _) = re.findall(r'href="(/payouts/pay_\w+)"', shown)
    assert all(text in at_the_till(till, behind).text for text in (number(run=2), "€ 2,00"))
    assert at_the_till(till, behind, at="café").status_code == 404


def test_the_statement_of_a_month_is_a_page_and_a_file_of_the_till(till: Till, sold: dict[str, Any]) -> None:
    """What the API says of the same days; another month has nothing, and what is no month leads back to this one."""
    month, before = f"{TODAY:%Y-%m}", f"{TODAY.replace(day=1) - timedelta(days=1):%Y-%m}"
    for address in ("/statement", f"/statement?month={month}"):
        shown = at_the_till(till, address).text
        for text in ("Lid 17", "kamp", sold["later"]["id"], "€ 1,00", f'value="{month}" selected'):
            assert text in shown
    file = at_the_till(till, f"/statement.csv?month={month}", language="en")
    rows = list(csv.DictReader(io.StringIO(file.text.removeprefix("\ufeff")), delimiter=";"))
    assert [row["id"] for row in rows if row["reference"] == "Lid 17"] == [sold["paid"]["id"], sold["back"]["id"]]
    assert sold["paid"]["id"] not in at_the_till(till, f"/statement?month={before}").text
    for wrong in ("2020-01", "x", "2026-13"):
        answer = at_the_till(till, f"/statement?month={wrong}")
        assert (answer.status_code, answer.headers["location"]) == (303, "/statement")


def test_nothing_tells_a_scheme(till: Till, sold: dict[str, Any]) -> None:
    """Neither its code nor its name is on any form of a payout."""
    assert sold["files"]
    (listed,) = till.get("/v1/payouts").json()["items"]
    for accepted in ("application/json", "text/csv", "text/html"):
        headers = till.headers("club") | {"Accept": accepted}
        for address in ("/v1/payouts", f"/v1/payouts/{listed['id']}"):
            text = till.client.get(address, headers=headers).text.casefold()
            assert "culture" not in text
            assert "cultuur" not in text
