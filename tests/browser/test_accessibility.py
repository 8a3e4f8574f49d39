"""WCAG 2.2 AA, as far as a program can see it: axe on every page and state, and pages that fit a narrow screen."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import Shop, Visitor

pytestmark = pytest.mark.slow

_RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}


def about(shop: Shop, visitor: Visitor) -> None:
    """What a stranger sees."""
    visitor.page.goto(shop.address)


def wrong_credential(shop: Shop, visitor: Visitor) -> None:
    """A credential that is none."""
    visitor.page.goto(shop.address)
    visitor.page.get_by_label("Toegangscode").fill("nothing")
    visitor.page.get_by_role("main").get_by_role("button", name="Aanmelden").click()
    expect(visitor.page.get_by_role("alert")).to_be_visible()


def form(shop: Shop, visitor: Visitor) -> None:
    """The form of a payment."""
    visitor.sign_in(shop)


def scanned(shop: Shop, visitor: Visitor) -> None:
    """The form with a scanned card."""
    visitor.sign_in(shop)
    visitor.page.goto(shop.link("child"))
    expect(visitor.page.get_by_text("Pas gescand")).to_be_visible()


def mistyped(shop: Shop, visitor: Visitor) -> None:
    """An amount that could be meant otherwise."""
    scanned(shop, visitor)
    visitor.pay("12.505")
    expect(visitor.page.get_by_role("alert")).to_be_visible()


def refused(shop: Shop, visitor: Visitor) -> None:
    """A no."""
    scanned(shop, visitor)
    visitor.pay("400,00")
    expect(visitor.page.get_by_role("alert")).to_be_visible()


def waiting(shop: Shop, visitor: Visitor) -> None:
    """A connection that is lost."""
    scanned(shop, visitor)
    visitor.page.route("**/payments", lambda route: route.abort())
    visitor.pay("1,00")
    expect(visitor.page.get_by_text("De verbinding is weg")).to_be_visible()


def paid(shop: Shop, visitor: Visitor) -> None:
    """A yes."""
    scanned(shop, visitor)
    visitor.pay("1,00")
    expect(visitor.page.get_by_text("Betaald")).to_be_visible()


def asks_to_undo(shop: Shop, visitor: Visitor) -> None:
    """The question before a payment is given back."""
    paid(shop, visitor)
    visitor.page.get_by_role("link", name="terugboeken").click()
    expect(visitor.page.get_by_role("heading", name="Terugboeken?")).to_be_visible()


def undone(shop: Shop, visitor: Visitor) -> None:
    """A payment that was given back."""
    asks_to_undo(shop, visitor)
    visitor.press("Terugboeken")
    expect(visitor.page.get_by_text("Terug", exact=True)).to_be_visible()


def today(shop: Shop, visitor: Visitor) -> None:
    """The list of today."""
    paid(shop, visitor)
    visitor.page.get_by_role("link", name="Vandaag").click()
    expect(visitor.page.get_by_role("table")).to_be_visible()


def nowhere(shop: Shop, visitor: Visitor) -> None:
    """A payment that is not there."""
    visitor.sign_in(shop)
    visitor.page.goto(f"{shop.address}/payments/red_{'0' * 32}")


STATES = (
    about,
    wrong_credential,
    form,
    scanned,
    mistyped,
    refused,
    waiting,
    paid,
    asks_to_undo,
    undone,
    today,
    nowhere,
)


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_nobody_is_kept_out(shop: Shop, visitor: Visitor, state: Callable[[Shop, Visitor], None]) -> None:
    """Axe finds nothing, at 320 pixels the page does not scroll sideways, and what is pressed is large enough."""
    state(shop, visitor)
    found = Axe().run(visitor.page, options=_RULES)
    assert found.violations_count == 0, found.generate_report()
    visitor.page.set_viewport_size({"width": 320, "height": 640})
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 320
    small = visitor.page.evaluate(
        "[...document.querySelectorAll('a[href], button, input:not([type=hidden])')]"
        ".map((one) => [one.outerHTML, one.getBoundingClientRect()])"
        ".filter(([, box]) => box.width > 0 && box.left >= 0 && (box.width < 24 || box.height < 24))"
        ".map(([html]) => html)"
    )
    assert small == []


def test_axe_can_find_something(shop: Shop, visitor: Visitor) -> None:
    """The check can fail: a picture without words and a field without a name are found."""
    about(shop, visitor)
    visitor.page.evaluate(
        "document.getElementById('main').append(document.createElement('img'), document.createElement('input'))"
    )
    assert Axe().run(visitor.page, options=_RULES).violations_count >= 2
