"""Holds, captures, releases and their refunds, as a till sends them; and the sweeper of the service."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from merchant_api.sweeper import Sweeper
from merchant_api.writer import Full, Writer
from pasledger.ledger.ids import HoldId
from pasledger.ledger.journal import Stamp
from pasledger.ledger.money import Money
from pasledger.rules.deciding import Request
from pasledger.usecases.minting import stamp_now
from tests.merchant_api.test_redemptions import left
from tests.support.service import Street, Till, in_process, on_a_port, staff
from tests.support.town import a_scheme

MANY_DAYS_LATER = timedelta(days=40)


def later(actor: str) -> Stamp:
    """Return a stamp of a day on which holds have ended that were asked for thirty days."""
    now = stamp_now(actor)
    return replace(now, effective_on=now.effective_on + MANY_DAYS_LATER)


def test_an_amount_is_set_aside_and_can_be_read(till: Till) -> None:
    """A yes has an id, the amount, the last day and a time, and can be read at its address with the same values."""
    answer = till.hold("child", "12.50", reference="camp 7")

    assert answer.status_code == 201
    assert answer.json()["lastDay"] == (staff().effective_on + timedelta(days=30)).isoformat()
    assert till.get(answer.headers["Location"]).json() == answer.json() | {
        "captures": [],
        "releases": [],
        "refunds": [],
        "left": {"currency": "EUR", "value": "12.50"},
        "refundable": {"currency": "EUR", "value": "0.00"},
    }
    assert answer.json()["reference"] == "camp 7"
    assert left(till) == Money(8750)
    till.verify_books()


def test_a_hold_is_taken_bit_by_bit_and_the_rest_let_go(till: Till) -> None:
    """Each step has an id and its amount, and what is left can be read after it; what was taken can be given back."""
    hold = till.hold("child", "12.50").json()["id"]

    taken = [till.use(hold, "captures", amount, key=f"c{amount}") for amount in ("4.00", "5.00")]
    let_go = till.use(hold, "releases", "2.50", key="r")
    back = till.use(hold, "refunds", "6.00", key="b")

    read = till.get(f"/v1/holds/{hold}").json()
    assert {answer.status_code for answer in (*taken, let_go, back)} == {201}
    assert read["captures"] == [answer.json() for answer in taken]
    assert (read["releases"], read["refunds"]) == ([let_go.json()], [back.json()])
    assert (read["left"]["value"], read["refundable"]["value"]) == ("1.00", "3.00")
    assert left(till) == Money(10_000 - 1250 + 250 + 600)
    till.verify_books()


def test_no_more_is_taken_than_was_set_aside(till: Till) -> None:
    """One cent above what is left is a conflict that says so, for taking, for letting go, and for giving back."""
    hold = till.hold("child", "12.50").json()["id"]
    till.use(hold, "captures", "10.00")

    for what, amount, problem in (
        ("captures", "2.51", "hold-too-small"),
        ("releases", "2.51", "hold-too-small"),
        ("refunds", "10.01", "refund-too-large"),
    ):
        answer = till.use(hold, what, amount, key=what)
        assert (answer.status_code, answer.json()["type"]) == (409, f"/problems/{problem}")
    till.verify_books()


@pytest.mark.parametrize("days", [-1, 93, 3_000_000])
def test_a_last_day_that_cannot_be(till: Till, days: int) -> None:
    """Over, or further than is allowed: a conflict that says nothing of the card."""
    last_day = date.max if days > 93 else staff().effective_on + timedelta(days=days)
    body = {"card": {"token": till.street.tokens["child"]}, "amount": {"currency": "EUR", "value": "1.00"}}
    answers = [
        till.post(
            "/v1/holds", body | {"card": {"token": token}, "lastDay": last_day.isoformat()}, key=f"{days}-{token}"
        )
        for token in (till.street.tokens["child"], "a" * 22)
    ]

    assert [answer.json()["type"] for answer in answers] == ["/problems/hold-term"] * 2
    assert answers[0].content == answers[1].content


def test_how_long_a_merchant_may_hold_is_a_setting(street: Street) -> None:
    """The service says no to a day that is later than it was told to allow."""
    with in_process(street, most_days_held=7) as till:
        assert till.hold("child", days=7).status_code == 201
        assert till.hold("child", days=8, key="8").json()["type"] == "/problems/hold-term"


@pytest.mark.parametrize("last_day", ["2026-02-30", "20261220", "2026-12-20T00:00:00Z", "", 20261220, None])
def test_a_day_is_written_as_a_day(till: Till, last_day: object) -> None:
    """Year, month and day with dashes, and a day that there is."""
    body = {"card": {"token": "a" * 22}, "amount": {"currency": "EUR", "value": "1.00"}, "lastDay": last_day}
    answer = till.post("/v1/holds", body)

    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.json()["errors"]] == ["#/lastDay"]


def test_every_no_of_a_card_is_the_one_refusal(till: Till) -> None:
    """A hold is refused with the very body of a payment that is refused."""
    refused = [till.hold("child", "100.01", key="much"), till.hold("a" * 22, key="who"), till.hold("child", at="café")]

    assert {answer.content for answer in refused} == {till.pay("a" * 22).content}


@pytest.mark.parametrize("what", ["captures", "releases", "refunds"])
def test_a_key_is_booked_once(till: Till, what: str) -> None:
    """A repeat gets the same answer and books nothing; another request with that key is a conflict."""
    hold = till.hold("child", "12.50", key="hold").json()["id"]
    till.use(hold, "captures", "6.00", key="first")
    first, again = (till.use(hold, what, "1.00", key="k") for _ in range(2))

    assert (first.status_code, first.content) == (201, again.content)
    assert till.use(hold, what, "1.01", key="k").json()["type"] == "/problems/key-reused"
    assert till.hold("child", "12.50", key="hold").json()["id"] == hold
    assert till.hold("child", "12.50", days=31, key="hold").status_code == 409
    assert till.hold("child", "12.50", key="hold", reference="camp").status_code == 409
    found = till.get("/v1/idempotency-keys/k").json()
    assert (found["outcome"], found[what.removesuffix("s")]) == ("accepted", first.json()["id"])
    assert till.get("/v1/idempotency-keys/hold").json()["hold"] == hold
    till.verify_books()


def test_what_is_anothers_is_not_there(till: Till) -> None:
    """A merchant hears the same of another's hold as of one that never was."""
    hold, never = till.hold("child").json()["id"], f"hol_{0:032x}"

    assert till.get(f"/v1/holds/{hold}", at="café").content == till.get(f"/v1/holds/{never}", at="café").content
    for what in ("captures", "releases", "refunds"):
        answers = [till.use(one, what, "1.00", at="café", key=f"{what}-{one[-1]}") for one in (hold, never)]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].content == answers[1].content


def test_many_at_once_never_take_more_than_was_held(till: Till) -> None:
    """Sixteen captures and releases of one hold at the same moment share out exactly what there is."""
    hold = till.hold("child", "10.00").json()["id"]
    with ThreadPoolExecutor(16) as tills:
        answers = list(
            tills.map(
                lambda number: till.use(hold, ("captures", "releases")[number % 2], "1.00", key=f"key-{number}"),
                range(16),
            )
        )

    assert sorted(answer.status_code for answer in answers) == [201] * 10 + [409] * 6
    assert till.get(f"/v1/holds/{hold}").json()["left"]["value"] == "0.00"
    till.verify_books()


# --- holds end by themselves


def test_a_hold_that_ended_cannot_be_taken(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    """The check at use stands by itself: no sweeper was there yet."""
    hold = till.hold("child", "12.50").json()["id"]
    monkeypatch.setattr("merchant_api.writer.stamp_now", later)

    assert till.use(hold, "captures", "1.00").json()["type"] == "/problems/hold-ended"
    assert till.get(f"/v1/holds/{hold}").json()["left"]["value"] == "12.50"
    assert till.use(hold, "releases", "12.50", key="r").status_code == 201


def test_the_service_releases_what_ended(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that starts finds what ended while nobody was there; what runs on stays as it is."""
    with in_process(street) as till:
        ended, runs = (till.hold("child", "12.50", days=days, key=f"{days}").json()["id"] for days in (30, 60))
        till.use(ended, "captures", "2.50")
    monkeypatch.setattr("merchant_api.writer.stamp_now", later)
    monkeypatch.setattr("merchant_api.sweeper.stamp_now", later)
    with in_process(street, seconds_between_sweeps=1) as till:
        read = till.get(f"/v1/holds/{ended}").json()
        while not read["releases"]:
            read = till.get(f"/v1/holds/{ended}").json()
        assert (read["left"]["value"], read["refundable"]["value"]) == ("0.00", "2.50")
        assert [release["amount"]["value"] for release in read["releases"]] == ["10.00"]
        assert till.get(f"/v1/holds/{runs}").json()["left"]["value"] == "12.50"
        till.verify_books()


class Booked:
    """A writer that notes what it was asked, and is full after a few."""

    def __init__(self, most: int) -> None:
        self.asked: list[Request] = []
        self.most = most

    async def book(self, request: Request) -> None:
        """Note a request."""
        if len(self.asked) == self.most:
            raise Full
        self.asked.append(request)


def test_a_sweeper_looks_at_each_day_once(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    """It asks for what ended since its last sweep; one that was cut short, because tills come first, begins again."""
    asked: list[tuple[date | None, date]] = []

    def ended(_store: object, *, since: date | None, on: date) -> list[HoldId]:
        asked.append((since, on))
        return [HoldId.of(1), HoldId.of(2)]

    monkeypatch.setattr("merchant_api.sweeper.holds.ended", ended)
    writer = Booked(most=3)
    sweeper = Sweeper(street.store, writer, seconds=1)  # type: ignore[arg-type]
    days = [date(2026, 6, day) for day in (1, 2, 2)]
    for day in days:
        asyncio.run(sweeper.sweep(day))

    assert asked == [(None, days[0]), (days[0], days[1]), (days[0], days[2])]
    assert len(writer.asked) == 3


def test_a_sweeper_goes_on_after_a_fault(
    street: Street, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What went wrong is logged by its kind, and tried again."""
    tried: list[int] = []

    def ended(*_arguments: object, **_named: object) -> list[HoldId]:
        tried.append(1)
        if len(tried) == 1:
            raise ZeroDivisionError("with a secret in it")
        return []

    async def run() -> None:
        sweeper = Sweeper(street.store, Writer(street.store, most_waiting=1, most_in_a_batch=1), seconds=0.001)
        sweeper.start()
        while len(tried) < 3:
            await asyncio.sleep(0.001)
        await sweeper.stop()

    monkeypatch.setattr("merchant_api.sweeper.holds.ended", ended)
    asyncio.run(run())

    assert [record.message for record in caplog.records] == ["what has ended waits: ZeroDivisionError"]


def test_holds_on_a_real_port(tmp_path: Path, street: Street) -> None:
    """The same through a socket and a process of its own, which ends without a word."""
    with (tmp_path / "log").open("w+b") as log:
        with on_a_port(street, log=log) as till:
            hold = till.hold("child", "12.50").json()["id"]
            assert till.use(hold, "captures", "12.50").status_code == 201
            till.verify_books()
        log.seek(0)
        assert log.read() == b""


# --- references


@pytest.mark.parametrize("reference", ["", " x", "x" * 36, "=1+1", "111222333", "pupil 111222333", 7])
def test_a_reference_that_cannot_be(till: Till, reference: object) -> None:
    """What no bank takes, and what looks like a citizen service number, is invalid wherever it is sent."""
    paid, hold = till.pay("child").json()["id"], till.hold("child").json()["id"]
    body = {"amount": {"currency": "EUR", "value": "1.00"}, "reference": reference}
    with_card = body | {"card": {"token": till.street.tokens["child"]}}
    for path, sent in (
        ("/v1/redemptions", with_card),
        ("/v1/holds", with_card | {"lastDay": staff().effective_on.isoformat()}),
        (f"/v1/redemptions/{paid}/refunds", body),
        (f"/v1/holds/{hold}/refunds", body),
    ):
        answer = till.post(path, sent, key="new")
        assert answer.status_code == 400, path
        assert [error["pointer"] for error in answer.json()["errors"]] == ["#/reference"]
        assert "111222333" not in answer.text


def test_a_reference_travels_with_what_it_names(till: Till) -> None:
    """It is in the answer, in the repeat, and in what is read later, of a payment and of each refund."""
    till.street.add_schemes(a_scheme("all", categories=()))
    body = {"card": {"token": till.street.tokens["child"]}, "amount": {"currency": "EUR", "value": "9.00"}}
    paid, again = (till.post("/v1/redemptions", body | {"reference": "Lid 17"}, key="k").json() for _ in range(2))
    back = till.post(
        f"/v1/redemptions/{paid['id']}/refunds",
        {"amount": {"currency": "EUR", "value": "1.00"}, "reference": "Lid 17 ziek"},
    ).json()
    till.refund(paid["id"], "1.00", key="without")

    read = till.get(f"/v1/redemptions/{paid['id']}").json()
    assert paid == again
    assert [read["reference"], *(one["reference"] for one in read["refunds"])] == ["Lid 17", "Lid 17 ziek", None]
    assert back in read["refunds"]
    assert till.post("/v1/redemptions", body | {"reference": "Lid 18"}, key="k").status_code == 409
    till.verify_books()
