"""Mijn pas in Arabic in a real Chromium: from right to left, on a narrow screen, by keyboard, by axe, and on paper."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from pasledger.ledger.money import Money
from pasledger.pages.making import qr
from pasledger.texts import say
from tests.browser.conftest import Shop, Visitor
from tests.browser.test_accessibility import _RULES, small_in

pytestmark = pytest.mark.slow

PIN = "4826"


def ar(code: str, **figures: object) -> str:
    """Return a sentence in Arabic."""
    return say(code, "ar", **figures)


def speak(shop: Shop, visitor: Visitor) -> None:
    """Choose Arabic where one signs in."""
    visitor.page.goto(f"{shop.address}/mycard")
    visitor.press("العربية")
    expect(visitor.page.get_by_role("heading", name=ar("mycard.own"))).to_be_visible()


def a_holder(shop: Shop) -> str:
    """Return a card with money, some of which was spent and some set aside."""
    name = f"arabic-{len(shop.street.cards)}"
    shop.street.add_card(name)
    shop.street.award(name, Money(5000))
    shop.street.set_pin(name, PIN)
    assert shop.till.pay(name, "7.00", key=f"pay-{name}").status_code == 201
    assert shop.till.hold(name, "2.50", key=f"hold-{name}").status_code == 201
    return name


def sign_in(visitor: Visitor, card: str, pin: str = PIN) -> None:
    """Sign in with a number."""
    visitor.page.get_by_label(ar("mycard.card"), exact=True).fill(card)
    visitor.page.get_by_label(ar("mycard.sign-in.pin"), exact=True).fill(pin)
    visitor.press(ar("mycard.sign-in.button"))


def signing_in(shop: Shop, visitor: Visitor) -> None:
    """Where one signs in, after a PIN that was wrong."""
    speak(shop, visitor)
    sign_in(visitor, shop.street.numbers["child"].printed, "9999")
    expect(visitor.page.get_by_role("alert")).to_have_text(ar("mycard.sign-in.no"))


def own(shop: Shop, visitor: Visitor) -> None:
    """What is on a card, all of it open."""
    speak(shop, visitor)
    sign_in(visitor, shop.street.numbers[a_holder(shop)].printed)
    expect(visitor.page.get_by_text(ar("mycard.own.left"))).to_be_visible()
    visitor.page.locator("summary").click()


def own_by_scan(shop: Shop, visitor: Visitor) -> None:
    """The same, of a card that was scanned, in the language that the first page names for holders."""
    name = a_holder(shop)
    visitor.page.goto(shop.link(name))
    visitor.page.get_by_role("main").get_by_role("button", name="العربية").click()
    expect(visitor.page.get_by_text(ar("till.scanned"))).to_be_visible()
    visitor.page.get_by_label(ar("mycard.sign-in.pin"), exact=True).fill(PIN)
    visitor.press(ar("mycard.sign-in.button"))
    expect(visitor.page.get_by_text(ar("mycard.own.left"))).to_be_visible()


def to_block(shop: Shop, visitor: Visitor) -> None:
    """The question before a card is blocked."""
    own(shop, visitor)
    visitor.page.get_by_role("link", name=ar("mycard.block")).click()
    expect(visitor.page.get_by_text(ar("mycard.block.what"))).to_be_visible()


def blocked(shop: Shop, visitor: Visitor) -> None:
    """A card that was blocked."""
    to_block(shop, visitor)
    visitor.press(ar("mycard.block.button"))
    expect(visitor.page.get_by_text(ar("mycard.own.blocked"))).to_be_visible()


def another_pin(shop: Shop, visitor: Visitor) -> None:
    """Another PIN, after one that anybody can guess."""
    own(shop, visitor)
    visitor.page.get_by_role("link", name=ar("mycard.change")).click()
    visitor.page.get_by_label(ar("mycard.change.before")).fill(PIN)
    visitor.page.get_by_label(ar("mycard.pin")).fill("1111")
    visitor.page.get_by_label(ar("till.own.again"), exact=True).fill("1111")
    visitor.press(ar("mycard.button"))
    expect(visitor.page.get_by_role("alert")).to_be_visible()


def choosing(shop: Shop, visitor: Visitor) -> None:
    """Where a PIN is chosen with the code of a letter, after the card was scanned and something was wrong."""
    visitor.page.goto(f"{shop.address}/mycard/language/ar")
    visitor.page.goto(f"{shop.address}/mycard/pin#{shop.street.tokens['lost']}")
    expect(visitor.page.get_by_text(ar("till.scanned"))).to_be_visible()
    visitor.page.get_by_label(ar("mycard.code")).fill("A" * 12)
    visitor.page.get_by_label(ar("mycard.pin")).fill(PIN)
    visitor.page.get_by_label(ar("till.own.again"), exact=True).fill(PIN)
    visitor.press(ar("mycard.button"))
    expect(visitor.page.get_by_role("alert")).to_have_text(ar("mycard.no"))


def chosen(shop: Shop, visitor: Visitor) -> None:
    """The page that says that the PIN is saved."""
    visitor.page.goto(f"{shop.address}/mycard/language/ar")
    visitor.page.goto(f"{shop.address}/mycard/done")
    expect(visitor.page.get_by_role("heading", name=ar("mycard.set.title"))).to_be_visible()


def code_drawn(shop: Shop, visitor: Visitor) -> None:
    """The code of the card, of who scanned it."""
    own_by_scan(shop, visitor)
    visitor.press(ar("mycard.print"))
    expect(visitor.page.get_by_role("img", name=ar("mycard.print.picture"))).to_be_visible()


def code_not_here(shop: Shop, visitor: Visitor) -> None:
    """Why the code is not drawn, for who typed the number."""
    own(shop, visitor)
    visitor.press(ar("mycard.print"))
    expect(visitor.page.get_by_text(ar("mycard.print.not-here"))).to_be_visible()


def asked(shop: Shop, visitor: Visitor) -> None:
    """A payment request, after more was paid than is open."""
    own(shop, visitor)
    [request] = shop.street.ask("club", ("7A-01", "12,50"), is_voluntary=True)
    visitor.page.goto(f"{shop.address}/mycard/requests/{request}")
    pay_asked(visitor, "13,00")
    expect(visitor.page.get_by_role("alert")).to_be_visible()


def asked_and_paid(shop: Shop, visitor: Visitor) -> None:
    """The same, when nothing is open any more."""
    asked(shop, visitor)
    pay_asked(visitor, "12,50")
    expect(visitor.page.get_by_text(ar("mycard.request.is-paid"))).to_be_visible()


def pay_asked(visitor: Visitor, amount: str) -> None:
    """Type an amount and the PIN, and pay."""
    visitor.page.get_by_label(ar("mycard.request.how-much")).fill(amount)
    visitor.page.get_by_label(ar("mycard.sign-in.pin"), exact=True).fill(PIN)
    visitor.press(ar("mycard.request.button"))


def waiting(shop: Shop, visitor: Visitor) -> None:
    """A connection that is lost."""
    speak(shop, visitor)
    visitor.page.route("**/mycard/sign-in", lambda route: route.abort())
    sign_in(visitor, shop.street.numbers["child"].printed)
    expect(visitor.page.get_by_text(ar("till.lost"))).to_be_visible()


STATES = (
    *(signing_in, own, own_by_scan, to_block, blocked, another_pin),
    *(choosing, chosen, code_drawn, code_not_here, asked, asked_and_paid, waiting),
)


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_each_state_is_for_everybody_and_from_right_to_left(
    shop: Shop, visitor: Visitor, state: Callable[[Shop, Visitor], None]
) -> None:
    """Axe finds nothing; lines begin at the right; at 320 pixels nothing scrolls sideways; what is pressed is large."""
    state(shop, visitor)
    page = visitor.page
    page.wait_for_load_state()  # its style is there
    assert page.evaluate("getComputedStyle(document.body).direction") == "rtl"
    assert page.evaluate("document.documentElement.lang") == "ar"
    found = Axe().run(page, options=_RULES)
    assert found.violations_count == 0, found.generate_report()
    heading = page.get_by_role("main").locator("h1").bounding_box()
    main = page.get_by_role("main").bounding_box()
    assert heading is not None
    assert main is not None
    assert heading["x"] + heading["width"] > main["x"] + main["width"] / 2
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.evaluate("scrollTo(-100, 0)")
    assert page.evaluate("scrollX") == 0
    assert small_in(page) == []


def test_figures_are_read_from_left_to_right(shop: Shop, visitor: Visitor) -> None:
    """Amounts, days and numbers, each in its own direction; names of merchants in theirs."""
    own(shop, visitor)
    apart = visitor.page.evaluate(
        "[...document.querySelectorAll('bdi')].map((one) => [one.textContent, getComputedStyle(one).direction])"
    )
    assert {direction for text, direction in apart} == {"ltr"}
    shown = [text for text, _ in apart]
    assert any(re.fullmatch(r"€ \d+,\d{2}", text) for text in shown)
    assert any(re.fullmatch(r"\d{2}-\d{2}-\d{4}", text) for text in shown)
    assert shop.street.merchants["club"].name in shown


def test_by_keyboard_alone(shop: Shop, visitor: Visitor) -> None:
    """The language is chosen, the card looked at, and signed out of, with Tab and Enter; the focus is always seen."""
    name, page = a_holder(shop), visitor.page
    page.goto(f"{shop.address}/mycard")

    def tab_to(label: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            told = page.evaluate("(document.activeElement.labels?.[0] ?? document.activeElement).textContent.trim()")
            if told == label:
                assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
                return
        raise AssertionError(label)

    tab_to("العربية")
    page.keyboard.press("Enter")
    expect(page.get_by_text(ar("mycard.sign-in.what"))).to_be_visible()
    tab_to(ar("mycard.card"))
    page.keyboard.type(shop.street.numbers[name].printed)
    tab_to(ar("mycard.sign-in.pin"))
    page.keyboard.type(PIN)
    page.keyboard.press("Enter")
    expect(page.get_by_text(ar("mycard.own.left"))).to_be_visible()
    tab_to(ar("mycard.print"))
    page.keyboard.press("Enter")
    expect(page.get_by_text(ar("mycard.print.how"))).to_be_visible()
    tab_to(ar("mycard.back"))
    page.keyboard.press("Enter")
    expect(page.get_by_text(ar("mycard.own.left"))).to_be_visible()
    tab_to(ar("mycard.sign-out"))
    page.keyboard.press("Enter")
    expect(page.get_by_text(ar("mycard.sign-in.what"))).to_be_visible()


def test_the_code_of_a_scanned_card_is_that_of_the_card(shop: Shop, visitor: Visitor) -> None:
    """It is the very drawing; the token is in no address, on no page, in nothing that is kept, and in no log."""
    code_drawn(shop, visitor)
    name = list(shop.street.cards)[-1]
    token = shop.street.tokens[name]
    [drawn] = re.findall(r' d="([^"]+)"', str(qr(f"https://pas.example/#{token}")))
    assert visitor.page.locator(".code svg path").last.get_attribute("d") == drawn
    kept = visitor.page.evaluate("JSON.stringify([localStorage, sessionStorage, history.state, document.cookie])")
    addresses = [request.url for request in visitor.sent[1:]]
    assert not [text for text in (kept, visitor.page.content(), visitor.page.url, *addresses) if token in text]
    assert token not in shop.log.read_text()
    visitor.page.reload()
    expect(visitor.page.get_by_text(ar("mycard.print.not-here"))).to_be_visible()


@pytest.mark.parametrize("state", [own, code_drawn], ids=lambda state: state.__name__)
def test_a_page_prints(shop: Shop, visitor: Visitor, state: Callable[[Shop, Visitor], None]) -> None:
    """On paper is what there is to know, all of it open, and nothing to press."""
    state(shop, visitor)
    page = visitor.page
    page.wait_for_load_state()  # its style is there
    for summary in page.locator("details[open] summary").all():
        summary.click()
    printed = page.pdf(format="A4")
    assert printed.startswith(b"%PDF")
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 3
    assert all(page.evaluate("[...document.querySelectorAll('details')].map((one) => one.open)"))
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert not [one for one in page.locator("header, button, .actions, .skip").all() if one.is_visible()]
    assert page.get_by_role("heading", level=1).is_visible()
    if state is code_drawn:
        box = page.locator(".code svg").bounding_box()
        assert box is not None
        assert box["width"] > 150


def test_another_language_keeps_a_scanned_card(shop: Shop, visitor: Visitor) -> None:
    """Who scans first and chooses a language then need not scan again; Dutch comes back as it was."""
    visitor.page.goto(f"{shop.address}/mycard#{shop.street.tokens['child']}")
    visitor.press("العربية")
    expect(visitor.page.get_by_text(ar("till.scanned"))).to_be_visible()
    visitor.press("Nederlands")
    expect(visitor.page.get_by_text("Pas gescand")).to_be_visible()
    assert visitor.page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == ["nl", "ltr"]
