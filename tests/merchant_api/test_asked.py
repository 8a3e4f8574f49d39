"""The page of a payment request: signed in with a card, one pays of it, or not; nobody learns anything before that."""

import re

import pytest

from pasledger.ledger.ids import PaymentRequestId
from pasledger.ledger.money import Money
from pasledger.rules.cards import CardState
from pasledger.rules.registration import CardRequest
from pasledger.usecases import payment_requests
from tests.merchant_api.test_own import PIN, Home, _fast_hashes, home
from tests.support.books import content

__all__ = ["_fast_hashes", "home"]

KEY = re.compile(r'name="key" value="([0-9a-f]{32})"')


def at(request: PaymentRequestId) -> str:
    """Return where its page is."""
    return f"/mycard/requests/{request}"


def asked(home: Home, amount: str = "20,00", **said: bool) -> PaymentRequestId:
    """Let the club ask an amount, and return the request."""
    [request] = home.street.ask("club", ("7A-01", amount), **said)
    return request


def pay(home: Home, request: PaymentRequestId, amount: str, pin: str = PIN, key: str | None = None) -> str:
    """Open the page, fill the form in, and return what comes."""
    key = key or KEY.findall(home.get(at(request)).text)[0]
    return home.post(at(request), amount=amount, pin=pin, key=key).text


def paid(home: Home, request: PaymentRequestId) -> Money:
    """Return how much was paid of a request."""
    return payment_requests.known_request(home.street.store, request).paid


def test_whoever_has_the_link_signs_in_first(home: Home) -> None:
    """One page for each link, whether there is such a request or not; then it goes on where the link led."""
    request, never = asked(home), PaymentRequestId.of(7)
    before = home.get(at(request))
    assert "School trip" not in before.text
    assert before.text.replace(request, "…") == home.get(at(never)).text.replace(never, "…")
    page = home.post("/mycard/sign-in", card=home.street.numbers["child"].printed, pin=PIN, to=at(request))
    assert page.url.path == at(request)
    assert home.get(at(never)).status_code == 404
    assert home.get("/mycard/requests/pre_1").status_code == 404
    dutch = home.get(f"{at(request)}/language/nl")
    assert (dutch.url.path, "Betaalverzoek" in dutch.text) == (at(request), True)


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example", "/mycard/requests/pre_1", "/manage"])
def test_signing_in_leads_nowhere_else(home: Home, to: str) -> None:
    """What is no page of a request is passed over."""
    page = home.post("/mycard/sign-in", card=home.street.numbers["child"].printed, pin=PIN, to=to)
    assert page.url.path == "/mycard"


def test_the_page_says_who_asks_for_what_and_until_when(home: Home) -> None:
    """And what is open; not what the merchant calls it, which may be a pupil's number."""
    request = asked(home, is_voluntary=True)
    home.signed_in()
    page = home.get(at(request)).text
    day = payment_requests.known_request(home.street.store, request).request.last_day
    for words in ("club", "School trip", "€ 20,00", f"{day:%d-%m-%Y}", "voluntary", 'value="20,00"', "Not by whom"):
        assert words in page
    assert "7A-01" not in page
    plain = home.get(at(asked(home, "5,00", is_up_to=True))).text
    assert ("voluntary" in plain, "at most" in plain, 'id="amount" name="amount"' in plain) == (False, True, True)


def test_a_part_is_paid_and_then_the_rest(home: Home) -> None:
    """The page says what was paid and what is open; the money goes where it would at a till, under the reference."""
    request, before = asked(home), home.street.overview("child").left
    home.signed_in()
    first = pay(home, request, "7,50")
    for words in ("Paid", "€ 7,50", "Still open", "€ 12,50"):
        assert words in first
    assert "This is paid" in pay(home, request, "12,50")
    assert 'name="pin"' not in home.get(at(request)).text
    assert home.street.overview("child").left == before - Money(2000)
    items = home.till.get("/v1/redemptions?reference=7A-01").json()["items"]
    assert [(one["amount"]["value"], one["terminal"]) for one in items] == [("12.50", None), ("7.50", None)]
    assert "club" in home.get("/mycard").text


def test_the_same_page_sent_twice_pays_once(home: Home) -> None:
    """As often as it is sent; another amount under its key pays nothing."""
    request = asked(home)
    home.signed_in()
    key = KEY.findall(home.get(at(request)).text)[0]
    for _ in range(3):
        assert "Paid" in pay(home, request, "5,00", key=key)
    assert "Nothing was paid" in pay(home, request, "6,00", key=key)
    assert paid(home, request) == Money(500)


NOT_PAID = {
    "more than is open": ("20,01", PIN, "€ 20,00 is still open"),
    "more than there is": ("150,00", PIN, "does not have so much"),
    "a wrong PIN": ("5,00", "9999", "the PIN is not right"),
    "no PIN": ("5,00", "12", "four to eight"),
    "nothing": ("0", PIN, "above zero"),
    "no amount": ("<b>", PIN, "amount"),
}


@pytest.mark.parametrize("why", NOT_PAID)
def test_a_no_is_told_in_plain_words_and_kept_nowhere(home: Home, why: str) -> None:
    """On the page alone: no attempt, no refusal that is counted for the merchant, and nothing that it sees."""
    request = asked(home, "200,00" if why == "more than there is" else "20,00")
    home.signed_in()
    seen = home.till.get(f"/v1/payment-requests/{request}").text
    amount, pin, words = NOT_PAID[why]
    before = content(home.street.books)
    page = pay(home, request, amount, pin)
    assert words in page
    assert "<b>" not in page
    after = content(home.street.books)
    tries = [row for row in after["tries"] if not str(row[0]).startswith("own/")]
    assert tries == [row for row in before["tries"] if not str(row[0]).startswith("own/")]
    passing = ("tries", "credential_use")  # that a terminal asked something today
    assert [name for name in after if name not in passing and after[name] != before[name]] == []
    assert home.till.get(f"/v1/payment-requests/{request}").text == seen


def test_a_blocked_card_looks_and_does_not_pay(home: Home) -> None:
    """Its holder is told, the merchant is not."""
    request = asked(home)
    home.signed_in()
    home.street.book(CardRequest(home.street.cards["child"].number, CardState.BLOCKED))
    assert "Your card is blocked" in pay(home, request, "5,00")
    assert paid(home, request) == Money(0)


def test_what_is_withdrawn_has_no_form(home: Home) -> None:
    """And who had the form open pays nothing any more."""
    request = asked(home)
    home.signed_in()
    key = KEY.findall(home.get(at(request)).text)[0]
    home.street.book(payment_requests.withdrawal([request]))
    assert "withdrawn" in home.get(at(request)).text
    assert "withdrawn" in home.post(at(request), amount="5,00", pin=PIN, key=key).text
    assert paid(home, request) == Money(0)


def test_two_holders_pay_what_is_open_between_them(home: Home) -> None:
    """The second is told that less is open."""
    home.street.set_pin("neighbour", PIN)
    request = asked(home)
    home.signed_in("child")
    pay(home, request, "15,00")
    home.signed_in("neighbour")
    assert "€ 5,00 is still open" in pay(home, request, "6,00")
    assert "This is paid" in pay(home, request, "5,00")


def test_a_merchant_gives_back_what_was_paid_at_home(home: Home) -> None:
    """As any payment; then it is open again."""
    request = asked(home)
    home.signed_in()
    pay(home, request, "20,00")
    [redemption] = home.till.get("/v1/redemptions?reference=7A-01").json()["items"]
    assert home.till.refund(redemption["id"], "8.00").status_code == 201
    assert "€ 8,00" in home.get(at(request)).text
    assert paid(home, request) == Money(1200)


def test_nobody_posts_from_another_site(home: Home) -> None:
    """Neither with a session nor without."""
    request = asked(home)
    home.signed_in()
    typed = {"amount": "5,00", "pin": PIN, "key": "0" * 32}
    answer = home.till.client.post(at(request), data=typed, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 401
    assert paid(home, request) == Money(0)
