"""A holder chooses a PIN in a real Chromium: on a telephone, by keyboard alone, and on a bad connection."""

import pytest
from playwright.sync_api import Page, Route, expect

from pasledger.formats.carriers import CarrierRow
from pasledger.rules.cards import CardState
from pasledger.usecases import pins
from tests.browser.conftest import Shop, Visitor
from tests.support.service import staff

pytestmark = pytest.mark.slow

PIN = "4826"


def a_letter(shop: Shop, name: str) -> str:
    """Issue a card to somebody new, send the letter, and return its code."""
    shop.street.add_card(name, state=CardState.ISSUED)
    row = CarrierRow(2, shop.street.holders[name].reference, shop.street.numbers[name], f"{shop.address}/#token")
    [letter] = pins.send_letters(shop.street.store, [row], staff(), lambda _letters: None)
    assert letter.where.endswith("/mycard/pin")
    return letter.code


def has_pin(shop: Shop, name: str) -> bool:
    """Return whether a card is active, as it is once a PIN was chosen."""
    with shop.street.store.read() as reader:
        [card] = reader.cards_of(shop.street.numbers[name])
    return card.state is CardState.ACTIVE


def fill(page: Page, code: str) -> None:
    """Type the code and a PIN."""
    page.get_by_label("Code uit de brief").fill(code)
    page.get_by_label("Nieuwe pincode").fill(PIN)
    page.get_by_label("Nog een keer").fill(PIN)


def test_a_scanned_card_and_its_letter_set_the_pin(shop: Shop, visitor: Visitor) -> None:
    """The camera opens the first page; the token goes along to the form, and is nowhere afterwards."""
    code = a_letter(shop, "scanning")
    token = shop.street.tokens["scanning"]
    visitor.page.goto(shop.link("scanning"))
    visitor.press("Kies uw pincode")
    expect(visitor.page.get_by_text("Pas gescand")).to_be_visible()
    expect(visitor.page.get_by_label("Code uit de brief")).to_be_focused()
    fill(visitor.page, "A" * 12)
    visitor.press("Pincode bewaren")
    expect(visitor.page.get_by_role("alert")).to_contain_text("niet gelukt")
    expect(visitor.page.get_by_text("Pas gescand")).to_be_visible()
    fill(visitor.page, code)
    visitor.press("Pincode bewaren")
    expect(visitor.page.get_by_role("heading", name="Uw pincode is bewaard")).to_be_visible()
    assert has_pin(shop, "scanning")
    kept = visitor.page.evaluate("JSON.stringify([localStorage, sessionStorage, history.state, document.cookie])")
    urls = [request.url for request in visitor.sent[1:]]
    assert not [one for one in (kept, visitor.page.content(), visitor.page.url, *urls) if token in one or code in one]
    written = shop.log.read_text()
    assert not [secret for secret in (token, code, PIN, shop.street.numbers["scanning"]) if secret in written]


def test_by_keyboard_alone(shop: Shop, visitor: Visitor) -> None:
    """From field to field with Tab, and Enter at the end."""
    code = a_letter(shop, "typing")
    visitor.page.goto(f"{shop.address}/mycard/pin")
    visitor.page.get_by_label("Pasnummer").focus()
    for typed in (shop.street.numbers["typing"].printed, f"{code[:4]} {code[4:8]} {code[8:]}", PIN, PIN):
        visitor.page.keyboard.type(typed)
        visitor.page.keyboard.press("Tab")
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.get_by_role("heading", name="Uw pincode is bewaard")).to_be_visible()
    assert has_pin(shop, "typing")


def test_a_lost_answer_is_not_asked_again_by_itself(shop: Shop, visitor: Visitor) -> None:
    """A code works once: the page says that it does not know, and what to do."""
    code = a_letter(shop, "far away")
    sent: list[str] = []

    def lose(route: Route) -> None:
        sent.append(route.request.method)
        route.abort()

    visitor.page.goto(f"{shop.address}/mycard/pin")
    visitor.page.route("**/mycard/pin", lose)
    visitor.page.get_by_label("Pasnummer").fill(shop.street.numbers["far away"].printed)
    fill(visitor.page, code)
    visitor.press("Pincode bewaren")
    expect(visitor.page.get_by_text("Wij weten niet of uw pincode bewaard is")).to_be_visible()
    assert sent == ["POST"]
    assert not has_pin(shop, "far away")


def test_without_the_script_it_works_by_number(shop: Shop, visitor: Visitor) -> None:
    """The form is an ordinary one."""
    code = a_letter(shop, "plain")
    page = visitor.context.new_page()
    page.route("**/*.js*", lambda route: route.abort())
    page.goto(f"{shop.address}/mycard/pin")
    page.get_by_label("Pasnummer").fill(shop.street.numbers["plain"].printed)
    fill(page, code)
    page.get_by_role("button", name="Pincode bewaren").click()
    expect(page.get_by_role("heading", name="Uw pincode is bewaard")).to_be_visible()
