"""Payments, refunds and keys, as a till sends them."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from pasledger.ledger.money import Money
from pasledger.rules.cards import CardState
from pasledger.rules.registration import CardRequest
from tests.support.service import Street, Till
from tests.support.town import a_scheme


def left(till: Till, card: str = "child") -> Money:
    """Return what is left on a card."""
    with till.street.store.read() as reader:
        found = reader.entitlements_of(till.street.cards[card].number)
    assert found is not None
    return Money(sum(amount.cents for _, amount in found))


def test_a_payment_is_booked_and_can_be_read(till: Till) -> None:
    """A yes has an id, the amount and a time, and can be read at its address with the same values."""
    answer = till.pay("child", "12.50")

    assert answer.status_code == 201
    assert answer.json()["amount"] == {"currency": "EUR", "value": "12.50"}
    read = till.get(answer.headers["Location"])
    assert read.json() == answer.json() | {"refunds": [], "refundable": {"currency": "EUR", "value": "12.50"}}
    assert left(till) == Money(8750)
    till.verify_books()


def test_the_same_key_is_booked_once(till: Till) -> None:
    """A repeat with the same key and body gets the same answer, byte for byte, and books nothing."""
    first = till.pay("child", "12.50")
    again = till.pay("child", "12.50")

    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert left(till) == Money(8750)


def test_a_key_belongs_to_one_request(till: Till) -> None:
    """The same key with another body is a conflict, and books nothing."""
    till.pay("child", "12.50")

    assert till.pay("child", "12.51").status_code == 409
    assert till.pay("neighbour", "12.50").json()["type"] == "/problems/key-reused"
    assert left(till) == Money(8750)


def test_a_key_may_be_written_in_quotes(till: Till) -> None:
    """The draft standard writes the key in double quotes; it is the same key without."""
    assert till.pay("child", key='"abc"').content == till.pay("child", key="abc").content


def test_merchants_do_not_share_keys(till: Till) -> None:
    """Two merchants can use the same key without a conflict."""
    till.street.add_schemes(a_scheme("all", categories=()))
    till.street.award("child", Money(5000), scheme="all")

    assert till.pay("child", at="club").status_code == 201
    assert till.pay("child", at="café").status_code == 201


def test_a_refusal_is_final(till: Till) -> None:
    """A sale refused at the till does not succeed later under the same key, when there is money."""
    first = till.pay("child", "150.00", key="once")
    till.street.award("child", Money(10_000))

    assert first.status_code == 402
    assert till.pay("child", "150.00", key="once").content == first.content
    assert till.pay("child", "150.00", key="anew").status_code == 201


def test_many_tills_at_once_never_overspend(till: Till) -> None:
    """Sixteen tills that pay from one card at the same moment get exactly the money there is."""
    with ThreadPoolExecutor(16) as tills:
        answers = list(tills.map(lambda number: till.pay("child", "9.00", key=f"key-{number}"), range(16)))

    assert sorted(answer.status_code for answer in answers) == [201] * 11 + [402] * 5
    assert left(till) == Money(100)
    till.verify_books()


def test_the_same_key_from_many_tills_books_once(till: Till) -> None:
    """One key, sent sixteen times at once, is one booking and sixteen equal answers."""
    with ThreadPoolExecutor(16) as tills:
        answers = list(tills.map(lambda _: till.pay("child", "9.00"), range(16)))

    assert len({answer.content for answer in answers}) == 1
    assert left(till) == Money(9100)


@pytest.mark.parametrize("amounts", [["12.50"], ["5.00", "7.50"], ["0.01", "0.02", "12.47"]])
def test_a_refund_goes_back_in_full_or_in_parts(till: Till, amounts: list[str]) -> None:
    """What was paid can be given back at once or bit by bit, and no more than that."""
    paid = till.pay("child", "12.50").json()["id"]

    for number, amount in enumerate(amounts):
        assert till.refund(paid, amount, key=f"back-{number}").status_code == 201
    too_much = till.refund(paid, "0.01", key="more")

    assert (too_much.status_code, too_much.json()["type"]) == (409, "/problems/refund-too-large")
    assert left(till) == Money(10_000)
    assert till.get(f"/v1/redemptions/{paid}").json()["refundable"]["value"] == "0.00"
    till.verify_books()


def test_what_is_anothers_is_not_there(till: Till) -> None:
    """A merchant hears the same of another's redemption as of one that never was."""
    paid = till.pay("child").json()["id"]
    never = f"red_{0:032x}"

    for path in ("/v1/redemptions/{}", "/v1/idempotency-keys/key-1"):
        theirs, nobodys = till.get(path.format(paid), at="café"), till.get(path.format(never), at="café")
        assert (theirs.status_code, theirs.content) == (404, nobodys.content)
    theirs, nobodys = (till.refund(one, at="café", key=f"k{one[-3:]}") for one in (paid, never))
    assert (theirs.status_code, theirs.content) == (404, nobodys.content)
    assert left(till) == Money(9500)


def test_a_key_tells_what_became_of_it(till: Till) -> None:
    """A till that lost its answer asks by key: accepted with the id, refused, or not found when nothing was booked."""
    paid = till.pay("child", key="yes").json()["id"]
    back = till.refund(paid, key="back").json()["id"]
    till.pay("nobody-has-this-token", key="malformed")
    till.pay("a" * 22, key="no")

    assert till.get("/v1/idempotency-keys/yes").json() == {
        "key": "yes",
        "outcome": "accepted",
        "redemption": paid,
        "refund": None,
        "hold": None,
        "capture": None,
        "release": None,
        "offerUse": None,
        "paymentRequest": None,
    }
    assert till.get("/v1/idempotency-keys/back").json()["refund"] == back
    assert till.get("/v1/idempotency-keys/no").json()["outcome"] == "refused"
    assert till.get("/v1/idempotency-keys/never").status_code == 404
    assert till.get("/v1/idempotency-keys/malformed").status_code == 404


def test_every_refusal_of_a_card_is_one_answer(till: Till) -> None:
    """Unknown, blocked, replaced, not activated, empty, not here: one status, one body, one set of headers."""
    street: Street = till.street
    street.add_card("issued", state=CardState.ISSUED)
    street.add_card("blocked", state=CardState.BLOCKED)
    street.add_card("empty")
    street.add_card("replaced")
    street.book(CardRequest(street.cards["replaced"].number, CardState.REPLACED))
    answers = [till.pay(card, "1.00", key=card) for card in ("a" * 22, "issued", "blocked", "empty", "replaced")]
    answers += [till.pay("child", "100.01", key="much"), till.pay("child", "1.00", at="café", key="here")]

    assert {answer.status_code for answer in answers} == {402}
    assert len({answer.content for answer in answers}) == 1
    assert len({tuple(name for name in answer.headers if name != "date") for answer in answers}) == 1
