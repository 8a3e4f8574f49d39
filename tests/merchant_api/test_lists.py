"""Lists and statements, as a merchant asks for them."""

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest

from merchant_api.statement_page import STYLE
from pasledger.pages.making import policy_of
from tests.support.service import Till, staff

TODAY = staff().effective_on
PERIOD = f"from={TODAY}&until={TODAY + timedelta(days=1)}"


@pytest.fixture
def sold(till: Till) -> dict[str, Any]:
    """Sell, give back and hold something, and return the answers."""
    paid = [till.pay("child", f"{number}.00", key=f"p{number}").json() for number in (1, 2, 3)]
    named = {"card": {"token": till.street.tokens["child"]}, "amount": {"currency": "EUR", "value": "4.00"}}
    paid.append(till.post("/v1/redemptions", named | {"reference": "Lid 17"}, key="p4").json())
    back = till.refund(paid[0]["id"], "0.50").json()
    hold = till.hold("child", "9.00", reference="camp").json()
    taken = till.use(hold["id"], "captures", "5.00").json()
    back_of_hold = till.use(hold["id"], "refunds", "1.00", key="b").json()
    return {"paid": paid, "back": back, "hold": hold, "taken": taken, "back_of_hold": back_of_hold}


def test_a_list_is_read_page_by_page(till: Till, sold: dict[str, Any]) -> None:
    """Each page says how to go on; together they are all there is, the newest first, and the same as read alone."""
    seen, after = [], ""
    while True:
        page = till.get(f"/v1/redemptions?limit=3{after}").json()
        seen += page["items"]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"

    assert seen == [one | {"terminal": "kassa 1"} for one in reversed(sold["paid"])]
    assert till.get("/v1/redemptions?limit=4").json()["next"] is None


def test_refunds_and_holds_are_lists_too(till: Till, sold: dict[str, Any]) -> None:
    """A refund says what it is of, a hold what is left."""
    refunds, holds = till.get("/v1/refunds").json()["items"], till.get("/v1/holds").json()["items"]

    assert refunds == [
        sold["back_of_hold"] | {"terminal": "kassa 1", "redemption": None, "hold": sold["hold"]["id"]},
        sold["back"] | {"terminal": "kassa 1", "redemption": sold["paid"][0]["id"], "hold": None},
    ]
    assert holds == [sold["hold"] | {"terminal": "kassa 1", "left": {"currency": "EUR", "value": "4.00"}}]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("reference=Lid%2017", 1),
        ("terminal=kassa%201", 4),
        ("terminal=kassa%202", 0),
        (PERIOD, 4),
        (f"from={TODAY + timedelta(days=1)}", 0),
        (f"until={TODAY}", 0),
    ],
)
def test_a_list_can_be_filtered(till: Till, sold: dict[str, Any], asked: str, found: int) -> None:
    """By day, reference and terminal."""
    assert len(sold["paid"]) == 4
    assert len(till.get(f"/v1/redemptions?{asked}").json()["items"]) == found


@pytest.mark.parametrize(
    "asked", ["from=yesterday", "until=1700000000", "limit=0", "limit=201", "after=x", "reference=%00", "terminal=%00"]
)
def test_what_cannot_be_asked_of_a_list(till: Till, asked: str) -> None:
    """A day that is no day, a place that is no id, a text that no text is."""
    assert till.get(f"/v1/redemptions?{asked}").status_code == 400


def test_what_is_anothers_is_no_place(till: Till, sold: dict[str, Any]) -> None:
    """A merchant hears the same of another's payment as of one that never was, and lists its own only."""
    theirs, nobodys = (
        till.get(f"/v1/redemptions?after={one}", at="café") for one in (sold["paid"][0]["id"], f"red_{0:032x}")
    )
    assert (theirs.status_code, theirs.content) == (404, nobodys.content)
    for path in ("redemptions", "refunds", "holds"):
        assert till.get(f"/v1/{path}", at="café").json() == {"next": None, "items": []}


def test_a_method_that_is_not_there_is_told_all_that_are(till: Till) -> None:
    """An address that can be read and written says both."""
    answer = till.client.delete("/v1/redemptions", headers=till.headers("club"))
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")


# --- statements


def read(till: Till, kind: str = "application/json", *, language: str = "nl", at: str = "club") -> Any:
    """Return the statement of today, in one of its forms."""
    headers = till.headers(at, language) | {"Accept": kind}
    return till.client.get(f"/v1/statements?{PERIOD}", headers=headers)


def test_a_statement_has_its_sums_and_its_lines(till: Till, sold: dict[str, Any]) -> None:
    """What was sold, less what was given back, is what is owed; each line is what the merchant knows it by."""
    found = read(till).json()
    value = {name: amount["value"] for name, amount in found.items() if isinstance(amount, dict)}

    assert value == {
        "openingOwed": "0.00",
        "redemptions": "10.00",
        "captures": "5.00",
        "refunds": "1.50",
        "corrections": "0.00",
        "returned": "0.00",
        "paid": "0.00",
        "inPayment": "0.00",
        "closingOwed": "13.50",
    }
    assert (found["merchant"], found["firstDay"], found["lastDay"]) == ("club", str(TODAY), str(TODAY))
    lines = {line["id"]: (line["kind"], line["amount"]["value"], line["reference"]) for line in found["lines"]}
    assert lines[sold["taken"]["id"]] == ("capture", "5.00", "camp")
    assert lines[sold["back_of_hold"]["id"]] == ("refund", "-1.00", "camp")
    assert lines[sold["paid"][3]["id"]] == ("redemption", "4.00", "Lid 17")
    assert len(lines) == 7


def test_a_statement_is_a_file_for_a_spreadsheet(till: Till, sold: dict[str, Any]) -> None:
    """A mark, `;` between, commas in amounts; the columns in the language that is asked for."""
    answer = read(till, "text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["vary"] == "Accept, Accept-Language"
    assert answer.text.startswith("\ufeff")
    assert (rows[-1]["kenmerk"], rows[3]["bedrag"], rows[3]["kassa"]) == ("camp", "4,00", "kassa 1")
    assert {row["nummer"] for row in rows} >= {sold["taken"]["id"], sold["back"]["id"]}
    assert read(till, "text/csv", language="en").text.startswith("\ufeffday;time;kind;amount;reference;terminal;id\r\n")


@pytest.mark.parametrize(("language", "words"), [("nl", "Te ontvangen aan het einde"), ("en", "Owed at the end")])
def test_a_statement_is_a_page_to_print(till: Till, sold: dict[str, Any], language: str, words: str) -> None:
    """In the language that is asked for, with a policy that lets it have its own style and nothing else."""
    answer = read(till, "text/html,application/xhtml+xml,*/*;q=0.8", language=language)

    assert (answer.headers["content-type"], answer.headers["content-language"]) == (
        "text/html; charset=utf-8",
        language,
    )
    assert answer.headers["content-security-policy"] == policy_of(STYLE)
    assert f"<style>{STYLE}</style>" in answer.text
    assert f'<html lang="{language}">' in answer.text
    assert words in answer.text
    assert "€ 13,50" in answer.text
    assert sold["taken"]["id"] in answer.text
    assert not re.search(r"<script|style=|https?:|\son\w+=", answer.text)


def test_a_page_shows_what_was_written_and_runs_none_of_it(till: Till) -> None:
    """What a merchant or staff wrote is text."""
    till.street.add_merchant("<b>Bar & Grill</b>", "sport")
    assert "&lt;b&gt;Bar &amp; Grill&lt;/b&gt;" in read(till, "text/html", at="<b>Bar & Grill</b>").text


@pytest.mark.parametrize(
    "asked", ["", "from=2026-01-01", "from=2026-01-02&until=2026-01-02", "from=2024-01-01&until=2026-01-01"]
)
def test_a_period_is_one_day_to_a_year(till: Till, asked: str) -> None:
    """Anything else is invalid, and said to be."""
    assert till.get(f"/v1/statements?{asked}").status_code == 400


def test_who_sold_nothing_has_an_empty_statement(till: Till) -> None:
    """No lines, and nothing owed, in each form."""
    assert read(till, at="café").json()["lines"] == []
    assert "Er is" not in read(till, at="café").text
    assert "In deze periode is er niets gebeurd." in read(till, "text/html", at="café").text
