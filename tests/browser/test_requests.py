"""Payment requests in a real Chromium: a parent pays at home by keyboard alone, and a school asks, prints and sends."""

import csv
import re

import pytest
from playwright.sync_api import Page, Route, expect

from pasledger.ledger.ids import PaymentRequestId
from pasledger.ledger.money import Money
from pasledger.usecases import payment_requests
from tests.browser.conftest import PIN, Shop, Visitor
from tests.support.service import staff

pytestmark = pytest.mark.slow

CLASS = b"kenmerk;bedrag\n7A-01;12,50\n7A-02;12,50\n"


def asked(shop: Shop, amount: str = "12,50") -> PaymentRequestId:
    """Let the club ask an amount, and return the request."""
    [request] = shop.street.ask("club", ("7A-01", amount))
    return request


def at(shop: Shop, request: PaymentRequestId) -> str:
    """Return the link of a request."""
    return f"{shop.address}/mycard/requests/{request}"


def paid(shop: Shop, request: PaymentRequestId) -> Money:
    """Return how much was paid."""
    return payment_requests.known_request(shop.street.store, request).paid


def sign_in(shop: Shop, page: Page) -> None:
    """Sign in where a link led."""
    page.get_by_label("Pasnummer").fill(shop.street.numbers["child"].printed)
    page.get_by_label("Pincode").fill(PIN)
    page.get_by_role("button", name="Bekijk mijn pas").click()


def test_a_parent_pays_by_keyboard_alone(shop: Shop, visitor: Visitor) -> None:
    """From the link to the payment with Tab and Enter; nothing of the card is in any address."""
    request = asked(shop)
    visitor.page.goto(at(shop, request))
    keyboard = visitor.page.keyboard
    visitor.page.get_by_label("Pasnummer").focus()
    for typed in (shop.street.numbers["child"].printed, PIN):
        keyboard.type(typed)
        keyboard.press("Tab")
    keyboard.press("Enter")
    expect(visitor.page.get_by_role("heading", name="Betaalverzoek")).to_be_visible()
    expect(visitor.page.get_by_label("Hoeveel wilt u betalen?")).to_have_value("12,50")
    for _ in range(20):
        if visitor.page.evaluate("document.activeElement.id") == "amount":
            break
        keyboard.press("Tab")
    keyboard.press("Control+A")
    keyboard.type("5,00")
    keyboard.press("Tab")
    keyboard.type(PIN)
    keyboard.press("Enter")
    expect(visitor.page.get_by_role("status")).to_contain_text("Betaald")
    assert paid(shop, request) == Money(500)
    urls = " ".join(one.url for one in visitor.sent)
    assert not any(secret in urls for secret in (PIN, shop.street.numbers["child"], shop.street.tokens["child"]))
    assert PIN not in shop.log.read_text()


def test_a_lost_answer_pays_once(shop: Shop, visitor: Visitor) -> None:
    """The page asks again by itself, with the same key."""
    request = asked(shop)
    visitor.page.goto(at(shop, request))
    sign_in(shop, visitor.page)
    lost: list[str] = []

    def lose(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch().text())
            route.abort()
        else:
            route.continue_()

    visitor.page.route(f"**/mycard/requests/{request}", lose)
    visitor.page.get_by_label("Hoeveel wilt u betalen?").fill("7,50")
    visitor.page.get_by_label("Pincode").fill(PIN)
    visitor.press("Betalen")
    expect(visitor.page.get_by_role("status").first).to_contain_text("Betaald")
    assert len(lost) == 1
    assert paid(shop, request) == Money(750)


def test_without_the_script_it_works(shop: Shop, visitor: Visitor) -> None:
    """The forms are ordinary ones."""
    request = asked(shop)
    page = visitor.context.new_page()
    page.route("**/*.js*", lambda route: route.abort())
    page.goto(at(shop, request))
    sign_in(shop, page)
    page.get_by_label("Pincode").fill(PIN)
    page.get_by_role("button", name="Betalen").click()
    expect(page.get_by_text("U hoeft niets te doen")).to_be_visible()
    assert paid(shop, request) == Money(1250)


def test_the_page_prints(shop: Shop, visitor: Visitor) -> None:
    """What was paid, as a proof on paper."""
    request = asked(shop)
    visitor.page.goto(at(shop, request))
    sign_in(shop, visitor.page)
    expect(visitor.page.get_by_role("heading", name="Betaalverzoek")).to_be_visible()
    assert visitor.page.pdf(prefer_css_page_size=True).startswith(b"%PDF")


def test_a_school_asks_a_class_and_sends_the_links(shop: Shop, visitor: Visitor) -> None:
    """From a file to a list of links, a sheet that prints, and what is open."""
    visitor.sign_in(shop)
    page = visitor.page
    page.get_by_role("link", name="Betaalverzoeken").click()
    one = page.get_by_role("region", name="Een lijst vragen")
    one.get_by_label("Het bestand").set_input_files({"name": "klas.csv", "mimeType": "text/csv", "buffer": CLASS})
    one.get_by_label("in het Nederlands").fill("Kamp van groep 7")
    one.get_by_label("Te betalen tot en met").fill(f"{staff().effective_on.year + 1}-12-31")
    one.get_by_role("button", name="Vragen").click()
    expect(page.get_by_role("heading", name="Kamp van groep 7")).to_be_visible()
    with page.expect_download() as begun:
        page.get_by_role("link", name="Bestand met de links").click()
    text = begun.value.path().read_text(encoding="utf-8-sig")
    rows = list(csv.reader(text.splitlines(), delimiter=";"))[1:]
    assert [row[0] for row in rows] == ["7A-01", "7A-02"]
    assert all(re.fullmatch(r"https://[^/]+/mycard/requests/pre_[0-9a-f]{32}", row[2]) for row in rows)
    page.get_by_role("link", name="Blad met QR-codes").click()
    expect(page.locator("svg")).to_have_count(2)
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
    page.go_back()
    page.get_by_role("link", name="7A-02").click()
    page.get_by_text("Intrekken", exact=True).click()
    page.get_by_role("button", name="Intrekken, voor altijd").click()
    expect(page.get_by_role("cell", name="ingetrokken")).to_be_visible()
