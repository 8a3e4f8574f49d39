"""The till page in a real Chromium: every path of a volunteer behind a bar, on a good connection and on a bad one."""

import re
from collections.abc import Callable
from contextlib import suppress

import httpx2
import pytest
from playwright.sync_api import Browser, Error, Page, Route, expect

from pasledger.rules.records import PersonRole
from pasledger.usecases import persons
from tests.browser.conftest import PIN, Shop, Visitor
from tests.support.service import staff

pytestmark = pytest.mark.slow

YES, NO = "Betaald", "Niet gelukt"


def heading(page: Page, says: str) -> None:
    """Expect what the page says in large letters."""
    expect(page.locator(".answer .big")).to_contain_text(says)


def seen(page: Page) -> str:
    """Return where a page is and all that is in it. One that loads itself anew, as after going back, is waited for."""
    for _ in range(20):
        with suppress(Error):
            return page.url + page.content()
        page.wait_for_timeout(100)
    raise AssertionError("the page does not come to rest")


def test_a_scanned_card_pays(shop: Shop, visitor: Visitor) -> None:
    """The camera opens the link, the amount is typed, and the page says yes, with a receipt."""
    before = len(shop.paid())
    visitor.sign_in(shop)
    visitor.page.goto(shop.link("child"))
    expect(visitor.page.get_by_text("Pas gescand")).to_be_visible()
    expect(visitor.page.get_by_label("Bedrag")).to_be_focused()
    visitor.pay("1,50")
    heading(visitor.page, YES)
    expect(visitor.page.locator(".answer")).to_contain_text("€ 1,50")
    assert shop.paid()[before:] == ["1.50"]


def test_a_stranger_sees_what_the_card_is(shop: Shop, visitor: Visitor) -> None:
    """Who scans a card without a till reads about the card, and nothing of the one that was scanned."""
    visitor.page.goto(shop.link("child"))
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("Dit is de Pas van Dronten")
    assert visitor.page.get_by_label("Bedrag").count() == 0


def test_the_token_is_nowhere_afterwards(shop: Shop, visitor: Visitor) -> None:
    """Also across signing in, it is in no address, history, referrer, storage, page or log: in one body only."""
    token = shop.street.tokens["child"]
    visitor.page.goto(shop.link("child"))
    assert "#" not in visitor.page.url
    visitor.page.get_by_label("Toegangscode").fill(shop.street.credentials["club"])
    visitor.page.get_by_role("main").get_by_role("button", name="Aanmelden").click()
    expect(visitor.page.get_by_text("Pas gescand")).to_be_visible()
    visitor.pay("1,10")
    heading(visitor.page, YES)
    # What this page came from is known to the browser for as long as the page is there, and to no other.
    addresses = visitor.page.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")
    kept = visitor.page.evaluate("JSON.stringify([localStorage, sessionStorage, history.state, document.cookie])")
    headers = [request.all_headers() for request in visitor.sent]
    urls = [request.url for request in visitor.sent if request != visitor.sent[0]]
    assert not [one for one in (*addresses, kept, visitor.page.content(), *map(str, headers), *urls) if token in one]
    assert [request.url for request in visitor.sent if token in (request.post_data or "")] == [
        f"{shop.address}/payments"
    ]
    for _ in range(5):
        visitor.back()
        assert token not in seen(visitor.page)
    assert token not in shop.log.read_text()


def test_a_scanner_at_a_desk_types_the_link(shop: Shop, visitor: Visitor) -> None:
    """A USB scanner types the link into the field and ends with Enter; the field does not keep it."""
    visitor.sign_in(shop)
    visitor.page.get_by_label("Pas", exact=True).focus()
    visitor.page.keyboard.type(shop.link("child"))
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.get_by_text("Pas gescand")).to_be_visible()
    visitor.page.keyboard.type("1,20")
    visitor.page.keyboard.press("Enter")
    heading(visitor.page, YES)


def test_what_was_scanned_and_typed_stays_on_the_page(shop: Shop, visitor: Visitor) -> None:
    """A scan while the page is open, and the link that skips the menu, do not ask for the page anew."""
    visitor.sign_in(shop)
    visitor.page.evaluate("window.isThePageOfBefore = true")
    visitor.page.goto(shop.link("child"))
    expect(visitor.page.get_by_text("Pas gescand")).to_be_visible()
    visitor.page.get_by_label("Bedrag").fill("1,15")
    visitor.page.get_by_role("link", name="Naar de inhoud").focus()
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_timeout(1_000)
    assert visitor.page.evaluate("window.isThePageOfBefore")
    expect(visitor.page.get_by_text("Pas gescand")).to_be_visible()
    expect(visitor.page.get_by_label("Bedrag")).to_have_value("1,15")


def test_the_next_card_is_not_asked_for_what_was_refused(shop: Shop, visitor: Visitor) -> None:
    """After a no a scanner that ends with Enter pays nothing: the no is gone, and the amount has to be typed."""
    before = len(shop.paid())
    visitor.sign_in(shop)
    visitor.page.get_by_label("Pas", exact=True).fill(f"{shop.address}/#{'A' * 22}")
    visitor.page.get_by_label("Aanbieding").select_option(label="Gratis ijs")
    visitor.page.get_by_label("Bedrag").fill("1,25")
    visitor.page.keyboard.press("Enter")
    heading(visitor.page, NO)
    visitor.page.get_by_label("Pas", exact=True).focus()
    visitor.page.keyboard.type(shop.link("child"))
    visitor.page.keyboard.press("Enter")
    expect(visitor.page.get_by_text("Pas gescand")).to_be_visible()
    expect(visitor.page.get_by_label("Bedrag")).to_have_value("")
    expect(visitor.page.get_by_label("Aanbieding")).to_have_value("")
    assert visitor.page.locator(".answer").count() == 0
    visitor.page.wait_for_timeout(500)
    assert len(shop.paid()) == before


def test_an_offer_is_used_by_keyboard_alone(shop: Shop, visitor: Visitor) -> None:
    """Scanned, chosen with the arrow and sent with Enter, without an amount; the form after it is as new."""
    visitor.sign_in(shop)
    visitor.page.get_by_label("Pas", exact=True).focus()
    visitor.page.keyboard.type(shop.link("neighbour"))
    visitor.page.keyboard.press("Shift+Tab")
    expect(visitor.page.get_by_label("Aanbieding")).to_be_focused()
    visitor.page.keyboard.press("ArrowDown")
    visitor.page.keyboard.press("Tab")
    visitor.page.keyboard.press("Enter")
    heading(visitor.page, "Gelukt")
    visitor.page.get_by_role("link", name="Volgende betaling").click()
    expect(visitor.page.get_by_label("Aanbieding")).to_have_value("")


def test_a_number_and_a_pin_pay(shop: Shop, visitor: Visitor) -> None:
    """The number is typed, and the holder enters the PIN; without a PIN the page asks for it."""
    visitor.sign_in(shop)
    visitor.page.get_by_label("Pas", exact=True).fill(shop.street.numbers["child"].printed)
    visitor.pay("1,30")
    expect(visitor.page.get_by_role("alert")).to_contain_text("pincode")
    expect(visitor.page.get_by_label("Pincode")).to_have_attribute("aria-invalid", "true")
    visitor.page.get_by_label("Pas", exact=True).fill(shop.street.numbers["child"].printed)
    visitor.page.get_by_label("Pincode").fill(PIN)
    visitor.press("Betalen")
    heading(visitor.page, YES)


def no_money(shop: Shop, visitor: Visitor) -> None:
    """Ask for more than there is."""
    visitor.page.goto(shop.link("neighbour"))
    visitor.pay("400,00")


def a_blocked_card(shop: Shop, visitor: Visitor) -> None:
    """Present a card that was blocked."""
    visitor.page.goto(shop.link("lost"))
    visitor.pay("400,00")


def no_card_of_ours(shop: Shop, visitor: Visitor) -> None:
    """Present a token that nobody has."""
    visitor.page.goto(f"{shop.address}/#{'A' * 22}")
    visitor.pay("400,00")


def a_wrong_pin(shop: Shop, visitor: Visitor) -> None:
    """Enter a PIN that is not right."""
    visitor.page.goto(shop.link("neighbour"))
    visitor.page.get_by_label("Pincode").fill("9999")
    visitor.pay("400,00")


def test_every_no_is_one_page(shop: Shop, visitor: Visitor) -> None:
    """Whatever the reason of card, PIN or money, the page is the same, letter for letter, but for its key."""
    seen = set()
    for refused in (no_money, a_blocked_card, no_card_of_ours, a_wrong_pin):
        visitor.sign_in(shop) if refused is no_money else None
        refused(shop, visitor)
        heading(visitor.page, NO)
        key = visitor.page.locator("input[name=key]").get_attribute("value") or "no key"
        seen.add(visitor.page.locator("html").inner_html().replace(key, ""))
    assert len(seen) == 1


def test_a_payment_of_today_is_undone(shop: Shop, visitor: Visitor) -> None:
    """From the receipt, after asking once more; then nothing is left to undo."""
    visitor.sign_in(shop)
    visitor.page.goto(shop.link("child"))
    visitor.pay("1,40")
    visitor.page.get_by_role("link", name="terugboeken").click()
    expect(visitor.page.get_by_role("main")).to_contain_text("€ 1,40")
    visitor.press("Terugboeken")
    expect(visitor.page.get_by_role("definition").filter(has_text="€ 1,40")).to_be_visible()
    assert visitor.page.get_by_role("link", name="terugboeken").count() == 0


def drops_the_first(route: Route) -> None:
    """Lose a request, before it arrives."""
    route.abort()


def loses_the_first_answer(route: Route) -> None:
    """Let a request arrive, and lose its answer."""
    route.fetch(max_redirects=0)
    route.abort()


def says_busy(route: Route) -> None:
    """Answer that somebody else is at work."""
    route.fulfill(status=503, headers={"Retry-After": "1"}, body="busy")


class Connection:
    """The first payment of a page meets a trouble, and what is asked after it waits until the connection is well."""

    def __init__(self, page: Page, trouble: Callable[[Route], None]) -> None:
        self._trouble: Callable[[Route], None] | None = trouble
        self._is_well = False
        self._waiting: list[Route] = []
        page.route("**/payments", self._handle)

    def _handle(self, route: Route) -> None:
        trouble, self._trouble = self._trouble, None
        if trouble:
            trouble(route)
        elif self._is_well:
            route.continue_()
        else:
            self._waiting.append(route)

    def mend(self) -> None:
        """Let through what waits, and all that is asked from now on."""
        self._is_well = True
        for route in self._waiting:
            route.continue_()


@pytest.mark.parametrize("trouble", [drops_the_first, loses_the_first_answer, says_busy])
def test_a_bad_connection_pays_once(shop: Shop, visitor: Visitor, trouble: Callable[[Route], None]) -> None:
    """The page says that the connection is lost, asks again with the same key, and it is booked once."""
    before = len(shop.paid())
    visitor.sign_in(shop)
    visitor.page.goto(shop.link("child"))
    connection = Connection(visitor.page, trouble)
    visitor.pay("1,60")
    expect(visitor.page.get_by_text("De verbinding is weg")).to_be_visible()
    connection.mend()
    heading(visitor.page, YES)
    assert shop.paid()[before:] == ["1.60"]


def test_a_slow_connection_pays_once(shop: Shop, visitor: Visitor) -> None:
    """On a phone with little reach it takes seconds: the page says so, and pressing once more pays nothing more."""
    before = len(shop.paid())
    visitor.sign_in(shop)
    visitor.page.goto(shop.link("child"))
    phone = visitor.context.new_cdp_session(visitor.page)
    little = {"offline": False, "latency": 1500, "downloadThroughput": 6_000, "uploadThroughput": 6_000}
    phone.send("Network.emulateNetworkConditions", little)
    visitor.pay("1,65")
    expect(visitor.page.get_by_text("Een ogenblik")).to_be_visible()
    visitor.page.keyboard.press("Enter")
    heading(visitor.page, YES)
    assert shop.paid()[before:] == ["1.65"]


def wait_until(visitor: Visitor, is_so: Callable[[], bool]) -> None:
    """Let the browser go on until something is so."""
    for _ in range(300):
        if is_so():
            return
        visitor.page.wait_for_timeout(50)
    raise AssertionError("it never was")


def test_an_answer_that_takes_too_long_is_asked_for_again(shop: Shop, visitor: Visitor) -> None:
    """After a quarter of a minute, with the same key: whatever the slow one still does, it is booked once."""
    before = len(shop.paid())
    visitor.page.clock.install()
    visitor.sign_in(shop)
    visitor.page.goto(shop.link("child"))
    slow: list[Route] = []
    visitor.page.route("**/payments", lambda route: slow.append(route))
    visitor.pay("1,75")
    expect(visitor.page.get_by_text("Een ogenblik")).to_be_visible()
    wait_until(visitor, lambda: len(slow) == 1)
    slow[0].fetch(max_redirects=0)
    visitor.page.clock.run_for(15_100)
    expect(visitor.page.get_by_text("De verbinding is weg")).to_be_visible()
    visitor.page.clock.run_for(600)
    wait_until(visitor, lambda: len(slow) > 1)
    slow[-1].continue_()
    heading(visitor.page, YES)
    assert shop.paid()[before:] == ["1.75"]


def test_what_nobody_knows_is_said_and_can_be_asked_again(shop: Shop, visitor: Visitor) -> None:
    """When nothing came back, however often it was asked, the page says so; pressing again asks with the same key."""
    before = len(shop.paid())
    visitor.page.clock.install()
    visitor.sign_in(shop)
    visitor.page.goto(shop.link("child"))
    keys: list[str] = []

    def arrives_and_is_lost(route: Route) -> None:
        keys.append(re.findall("key=([0-9a-f]+)", route.request.post_data or "")[0])
        loses_the_first_answer(route)

    visitor.page.route("**/payments", arrives_and_is_lost)
    visitor.pay("1,85")
    visitor.wait_in_vain()
    expect(visitor.page.get_by_text("Pas gescand")).to_be_visible()
    visitor.page.unroute("**/payments")
    visitor.press("Opnieuw vragen")
    heading(visitor.page, YES)
    assert len(keys) == 6
    assert len(set(keys)) == 1
    assert shop.paid()[before:] == ["1.85"]


def test_who_presses_twice_pays_once(shop: Shop, visitor: Visitor) -> None:
    """A double click is one payment."""
    before = len(shop.paid())
    visitor.sign_in(shop)
    visitor.page.goto(shop.link("child"))
    visitor.page.get_by_label("Bedrag").fill("1,70")
    visitor.page.get_by_role("button", name="Betalen").dblclick()
    heading(visitor.page, YES)
    assert shop.paid()[before:] == ["1.70"]


def test_two_tabs_are_two_tills(shop: Shop, visitor: Visitor) -> None:
    """What is scanned in one tab is not in the other, and each pays for itself."""
    before = len(shop.paid())
    visitor.sign_in(shop)
    other = visitor.context.new_page()
    other.goto(shop.address)
    visitor.page.goto(shop.link("child"))
    assert other.get_by_text("Pas gescand").count() == 0
    visitor.pay("1,80")
    other.goto(shop.link("neighbour"))
    other.get_by_label("Bedrag").fill("1,90")
    other.get_by_role("button", name="Betalen").click()
    heading(other, YES)
    heading(visitor.page, YES)
    assert sorted(shop.paid()[before:]) == ["1.80", "1.90"]


def test_going_back_pays_nothing_again(shop: Shop, visitor: Visitor) -> None:
    """The page before a receipt is a new form, without the card of the last."""
    before = len(shop.paid())
    visitor.sign_in(shop)
    visitor.page.goto(shop.link("child"))
    visitor.pay("2,10")
    heading(visitor.page, YES)
    visitor.back()
    expect(visitor.page.get_by_label("Pas", exact=True)).to_be_visible()
    expect(visitor.page.get_by_label("Bedrag")).to_have_value("")
    assert visitor.page.get_by_text("Pas gescand").count() == 0
    visitor.forward()
    heading(visitor.page, YES)
    assert shop.paid()[before:] == ["2.10"]


def test_it_works_without_its_script(shop: Shop, browser: Browser) -> None:
    """A number and a PIN pay in a browser that runs no script."""
    before = len(shop.paid())
    context = browser.new_context(java_script_enabled=False, locale="nl-NL")
    visitor = Visitor(context, context.new_page())
    visitor.sign_in(shop)
    visitor.page.get_by_label("Pas", exact=True).fill(shop.street.numbers["neighbour"])
    visitor.page.get_by_label("Pincode").fill(PIN)
    visitor.pay("2,20")
    heading(visitor.page, YES)
    context.close()
    assert shop.paid()[before:] == ["2.20"]


def test_the_keyboard_is_enough(shop: Shop, visitor: Visitor) -> None:
    """From signing in to the receipt and back, by Tab and Enter alone, and the focus is always to be seen."""
    visitor.page.goto(shop.link("child"))
    keys = visitor.page.keyboard
    for _ in range(10):
        keys.press("Tab")
        if visitor.page.evaluate("document.activeElement.id") == "credential":
            break
        assert visitor.page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    keys.type(shop.street.credentials["club"])
    keys.press("Enter")
    expect(visitor.page.get_by_label("Bedrag")).to_be_focused()
    keys.type("2,30")
    keys.press("Tab")
    expect(visitor.page.get_by_label("Pincode")).to_be_focused()
    keys.press("Tab")
    keys.press("Enter")
    keys.press("Tab")
    expect(visitor.page.get_by_label("Uw kenmerk")).to_be_focused()
    keys.type("lid 12")
    keys.press("Tab")
    expect(visitor.page.get_by_role("button", name="Betalen")).to_be_focused()
    keys.press("Enter")
    heading(visitor.page, YES)
    expect(visitor.page.get_by_text("lid 12")).to_be_visible()
    expect(visitor.page.get_by_role("main")).to_be_focused()
    keys.press("Tab")
    expect(visitor.page.get_by_role("link", name="Volgende betaling")).to_be_focused()


_FOCUSED = """(() => {
  const one = document.activeElement;
  const name = one === document.body ? "" : one.labels?.length ? one.labels[0].innerText : one.innerText;
  return [name, name === "" ? "solid" : getComputedStyle(one).outlineStyle];
})()"""


def tab_to(visitor: Visitor, name: str) -> None:
    """Go on with Tab until what begins with this name has the focus, which is always to be seen."""
    visitor.page.wait_for_load_state()
    for _ in range(30):
        visitor.page.keyboard.press("Tab")
        found, outline = visitor.page.evaluate(_FOCUSED)
        assert outline == "solid", found
        if found.startswith(name):
            return
    raise AssertionError(f"Tab never comes to {name}")


def test_all_of_a_day_is_done_by_the_keyboard_alone(shop: Shop, visitor: Visitor) -> None:
    """A number and a PIN pay, it is undone, looked up in the list of today and in the statement, and signed out."""
    visitor.sign_in(shop)
    keys = visitor.page.keyboard
    for field, typed in (
        ("Pas", shop.street.numbers["neighbour"].printed),
        ("Bedrag", "2,40"),
        ("Pincode", PIN),
    ):
        tab_to(visitor, field)
        keys.type(typed)
    keys.press("Enter")
    heading(visitor.page, YES)
    tab_to(visitor, "Deze betaling terugboeken")
    keys.press("Enter")
    expect(visitor.page.get_by_role("heading", name="Terugboeken?")).to_be_visible()
    tab_to(visitor, "Terugboeken")
    keys.press("Enter")
    expect(visitor.page.get_by_role("definition").filter(has_text="€ 2,40")).to_be_visible()
    tab_to(visitor, "Vandaag")
    keys.press("Enter")
    expect(visitor.page.get_by_role("heading", level=1, name="Vandaag")).to_be_visible()
    tab_to(visitor, "Bon van")
    keys.press("Enter")
    heading(visitor.page, YES)
    tab_to(visitor, "Overzicht")
    keys.press("Enter")
    expect(visitor.page.get_by_label("Maand")).to_be_visible()
    tab_to(visitor, "Maand")
    keys.press("ArrowDown")
    tab_to(visitor, "Toon")
    keys.press("Enter")
    expect(visitor.page).to_have_url(re.compile("/statement.month="))
    tab_to(visitor, "Afmelden")
    keys.press("Enter")
    expect(visitor.page.get_by_label("Toegangscode")).to_be_visible()


def test_a_cashier_signs_in_by_the_keyboard_alone(shop: Shop, visitor: Visitor) -> None:
    """By name and start code, then with a PIN of their own; what was scanned before is still there."""
    school = shop.street.merchants["school"].id
    made = persons.add_person(shop.street.store, school, "Kantine", PersonRole.CASHIER, staff())
    visitor.page.goto(shop.link("child"))
    keys = visitor.page.keyboard
    tab_to(visitor, "Toegangscode")
    keys.type(shop.street.credentials["school"])
    keys.press("Enter")
    expect(visitor.page.get_by_role("heading", name="Wie bent u?")).to_be_visible()
    tab_to(visitor, "Naam")
    keys.type("Kantine")
    tab_to(visitor, "Uw eigen pincode")
    keys.type(made.code)
    keys.press("Enter")
    expect(visitor.page.get_by_role("heading", name="Kies uw eigen pincode")).to_be_visible()
    for field in ("Pincode", "Nog een keer"):
        tab_to(visitor, field)
        keys.type("4826")
    keys.press("Enter")
    expect(visitor.page.get_by_text("Pas gescand")).to_be_visible()
    expect(visitor.page.get_by_label("Bedrag")).to_be_focused()


def test_a_wrong_credential_is_told_beside_its_field(shop: Shop, visitor: Visitor) -> None:
    """What is wrong is said where it is, and to a screen reader."""
    visitor.page.goto(shop.address)
    visitor.page.get_by_label("Toegangscode").fill("kassa_00000000_nothing")
    visitor.page.get_by_role("main").get_by_role("button", name="Aanmelden").click()
    expect(visitor.page.get_by_role("alert")).to_contain_text("niet bekend")
    expect(visitor.page.get_by_label("Toegangscode")).to_have_accessible_description(
        re.compile("^Begint met kassa_.* niet bekend ")
    )


def test_a_device_speaks_the_language_that_was_chosen(shop: Shop, visitor: Visitor) -> None:
    """English is one press away, and stays."""
    visitor.page.goto(shop.address)
    visitor.page.get_by_role("button", name="English").click()
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text("This is the Pas van Dronten")
    visitor.page.reload()
    expect(visitor.page.locator("html")).to_have_attribute("lang", "en")


def test_who_signs_out_is_out(shop: Shop, visitor: Visitor) -> None:
    """After signing out the browser has no credential."""
    visitor.sign_in(shop)
    visitor.press("Afmelden")
    expect(visitor.page.get_by_label("Toegangscode")).to_be_visible()
    assert "__Host-till" not in {cookie["name"] for cookie in visitor.context.cookies()}


def test_another_site_cannot_pay(shop: Shop) -> None:
    """A form of another site is not answered, whatever cookie comes with it."""
    cookie = {"Cookie": f"__Host-till={shop.street.credentials['club']}"}
    form = {"card": shop.street.tokens["child"], "amount": "3,00", "key": "from-elsewhere"}
    before = len(shop.paid())
    for site in ("cross-site", "same-site"):
        headers = cookie | {"Sec-Fetch-Site": site}
        answer = httpx2.post(f"{shop.address}/payments", data=form, headers=headers, trust_env=False)
        assert answer.status_code == 401
    assert len(shop.paid()) == before


def test_nothing_comes_from_elsewhere(shop: Shop, visitor: Visitor) -> None:
    """A page asks its own server only, and no script but its own may run."""
    visitor.sign_in(shop)
    visitor.page.goto(shop.link("child"))
    assert {request.url.startswith(shop.address) for request in visitor.sent} == {True}
    policy = visitor.page.request.get(shop.address).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not [said for said in visitor.said if "Content Security Policy" in said]
