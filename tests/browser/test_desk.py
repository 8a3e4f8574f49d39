"""The desk in a real Chromium: what a clerk does for a holder, and axe on every page and state."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from pasledger.rules.pins import TryRequest
from pasledger.usecases.finding import card_named, number_of
from tests.browser.conftest import Desk, Visitor
from tests.browser.test_accessibility import _RULES, small_in
from tests.support.service import PROVEN

pytestmark = pytest.mark.slow


def at_the_door(desk: Desk, visitor: Visitor) -> None:
    """Where one signs in, after something was wrong."""
    visitor.page.goto(desk.address)
    visitor.page.get_by_label("Uw naam").fill("nobody")
    visitor.page.get_by_label("Uw toegangscode").fill("nothing")
    visitor.press("Aanmelden")
    expect(visitor.page.get_by_role("alert")).to_be_visible()


def signed_in(desk: Desk, visitor: Visitor) -> None:
    """Where one looks a holder up."""
    visitor.page.goto(desk.address)
    visitor.page.get_by_label("Uw naam").fill("clerk")
    visitor.page.get_by_label("Uw toegangscode").fill(PROVEN["PASLEDGER_CREDENTIAL"])
    visitor.press("Aanmelden")
    expect(visitor.page.get_by_role("heading", name="Pashouder opzoeken")).to_be_visible()


def look_up(visitor: Visitor, named: str) -> None:
    """Look somebody up."""
    visitor.page.get_by_label("Pas of kenmerk van de pashouder").fill(named)
    visitor.page.get_by_label("Pincode vergeten of op slot").check()
    visitor.press("Opzoeken")


def nobody(desk: Desk, visitor: Visitor) -> None:
    """Nobody was found."""
    signed_in(desk, visitor)
    look_up(visitor, "P-nobody")
    expect(visitor.page.get_by_role("alert")).to_be_visible()


def a_holder(desk: Desk, visitor: Visitor) -> None:
    """A holder whose PIN is locked, with every question open."""
    name = f"holder{len(desk.shop.street.cards)}"
    desk.shop.street.add_card(name)
    desk.shop.street.set_pin(name, "4826")
    desk.shop.street.try_in_vain(TryRequest(desk.shop.street.numbers[name]))
    signed_in(desk, visitor)
    look_up(visitor, desk.shop.street.holders[name].reference)
    expect(visitor.page.get_by_text("De pincode zit op slot.")).to_be_visible()
    for summary in visitor.page.locator("summary").all():
        summary.click()


def unlocked(desk: Desk, visitor: Visitor) -> None:
    """A PIN that can be tried again."""
    a_holder(desk, visitor)
    visitor.page.get_by_role("button", name=re.compile("weer vrij")).click()
    expect(visitor.page.get_by_role("status")).to_contain_text("weer worden geprobeerd")


def blocked(desk: Desk, visitor: Visitor) -> None:
    """A card that was blocked."""
    a_holder(desk, visitor)
    visitor.page.get_by_role("button", name=re.compile("blokkeer")).click()
    expect(visitor.page.get_by_role("status")).to_contain_text("geblokkeerd")


def not_done(desk: Desk, visitor: Visitor) -> None:
    """What cannot be done any more: the colleague was first."""
    a_holder(desk, visitor)
    at = visitor.page.url
    other = visitor.context.new_page()
    other.goto(at)
    other.locator("summary").first.click()
    other.get_by_role("button", name=re.compile("blokkeer")).click()
    expect(other.get_by_role("status")).to_be_visible()
    visitor.page.get_by_role("button", name=re.compile("blokkeer")).click()
    expect(visitor.page.get_by_role("alert")).to_be_visible()


def replaced(desk: Desk, visitor: Visitor) -> None:
    """A new card and its letter, to print."""
    a_holder(desk, visitor)
    visitor.page.get_by_role("button", name=re.compile("vervang")).click()
    expect(visitor.page.get_by_role("heading", name=re.compile("^Nieuwe pas"))).to_be_visible()


def a_letter(desk: Desk, visitor: Visitor) -> None:
    """A letter, to print."""
    a_holder(desk, visitor)
    visitor.page.get_by_role("button", name=re.compile("maak een brief")).click()
    expect(visitor.page.get_by_role("heading", name=re.compile("^Kies de pincode"))).to_be_visible()


def overview(desk: Desk, visitor: Visitor) -> None:
    """The overview of a holder, to print."""
    signed_in(desk, visitor)
    look_up(visitor, "P-child")
    visitor.press("Overzicht tonen")
    expect(visitor.page.get_by_role("heading", name=re.compile("^Overzicht"))).to_be_visible()


def nowhere(desk: Desk, visitor: Visitor) -> None:
    """A page that is not there, in English."""
    visitor.page.goto(f"{desk.address}/language/en")
    visitor.page.goto(f"{desk.address}/nowhere")
    expect(visitor.page.get_by_role("alert")).to_contain_text("no such page")


STATES = (at_the_door, signed_in, nobody, a_holder, unlocked, blocked, not_done, replaced, a_letter, overview, nowhere)


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_nobody_is_kept_out(desk: Desk, visitor: Visitor, state: Callable[[Desk, Visitor], None]) -> None:
    """Axe finds nothing, at 320 pixels the page does not scroll sideways, and what is pressed is large enough."""
    state(desk, visitor)
    visitor.page.wait_for_load_state()  # its style is there
    found = Axe().run(visitor.page, options=_RULES)
    assert found.violations_count == 0, found.generate_report()
    visitor.page.set_viewport_size({"width": 320, "height": 640})
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 320
    assert small_in(visitor.page) == []
    assert not [line for line in visitor.said if "Content Security Policy" in line]


def test_what_was_printed_works(desk: Desk, visitor: Visitor) -> None:
    """The link in the QR is of this town; the number and the code of the letter set a PIN on the page of the holder."""
    replaced(desk, visitor)
    number = visitor.page.locator(".number").inner_text()
    code = visitor.page.locator(".code").inner_text()
    shop = desk.shop
    visitor.page.goto(f"{shop.address}/mycard/pin")
    visitor.page.get_by_label("Pasnummer").fill(number)
    visitor.page.get_by_label("Code uit de brief").fill(code)
    visitor.page.get_by_label("Nieuwe pincode").fill("5937")
    visitor.page.get_by_label("Nog een keer").fill("5937")
    visitor.press("Pincode bewaren")
    expect(visitor.page.get_by_role("heading", name="Uw pincode is bewaard")).to_be_visible()
    assert number_of(shop.street.store, card_named(number)) is not None
    assert number.replace(" ", "") not in (shop.log.parent / "desk.log").read_text()


def test_by_keyboard_alone(desk: Desk, visitor: Visitor) -> None:
    """Sign in, look up and block, without a mouse."""
    street = desk.shop.street
    name = f"holder{len(street.cards)}"
    street.add_card(name)
    visitor.page.goto(desk.address)
    visitor.page.get_by_label("Uw naam").focus()
    press, write = visitor.page.keyboard.press, visitor.page.keyboard.type
    write("clerk")
    press("Tab")
    write(PROVEN["PASLEDGER_CREDENTIAL"])
    press("Enter")
    expect(visitor.page.get_by_role("heading", name="Pashouder opzoeken")).to_be_visible()
    visitor.page.get_by_label("Pas of kenmerk van de pashouder").focus()
    write(f"{desk.shop.address}/#{street.tokens[name]}")
    press("Tab")
    press("Space")
    press("Enter")
    expect(visitor.page.get_by_role("heading", name="Pashouder", exact=True)).to_be_visible()
    visitor.page.get_by_text("Pas blokkeren").focus()
    press("Enter")
    press("Tab")
    press("Enter")
    expect(visitor.page.get_by_role("status")).to_contain_text("geblokkeerd")
