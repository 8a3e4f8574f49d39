"""WCAG 2.2 AA, as far as a program can see it: axe on every page and state, and pages that fit a narrow screen."""

import secrets
import time
from base64 import b32decode
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from pasledger.ledger.money import Money
from pasledger.rules.one_time import SECONDS, one_time_code
from pasledger.rules.records import PersonRole
from pasledger.usecases import payment_requests, persons
from tests.browser.conftest import Shop, Visitor
from tests.support.service import staff

pytestmark = pytest.mark.slow

_WIDTH_OF_A4 = 718
"""In pixels, between margins of a centimetre."""

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


def with_an_unfit_reference(shop: Shop, visitor: Visitor) -> None:
    """A payment with a reference of the merchant's own that could be what must stand nowhere."""
    scanned(shop, visitor)
    visitor.page.get_by_text("Met een eigen kenmerk").click()
    visitor.page.get_by_label("Uw kenmerk").fill("leerling 111222333")
    visitor.pay("1,00")
    expect(visitor.page.get_by_label("Uw kenmerk")).to_have_value("")
    expect(visitor.page.get_by_text("Dit lijkt een burgerservicenummer")).to_be_visible()


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


def unsure(shop: Shop, visitor: Visitor) -> None:
    """A payment of which nobody knows what became, after all was tried."""
    visitor.page.clock.install()
    scanned(shop, visitor)
    visitor.page.route("**/payments", lambda route: route.abort())
    visitor.pay("1,00")
    visitor.wait_in_vain()
    expect(visitor.page.get_by_role("button", name="Opnieuw vragen")).to_be_visible()
    visitor.page.clock.resume()


def no_such_payment(shop: Shop, visitor: Visitor) -> None:
    """The receipt of a payment that is not there."""
    visitor.sign_in(shop)
    visitor.page.goto(f"{shop.address}/payments/red_{'0' * 32}")
    expect(visitor.page.get_by_role("alert")).to_be_visible()


def paid(shop: Shop, visitor: Visitor) -> None:
    """A yes."""
    scanned(shop, visitor)
    visitor.pay("1,00")
    expect(visitor.page.get_by_text("Betaald")).to_be_visible()


def used(shop: Shop, visitor: Visitor) -> None:
    """An offer that was used with a scanned card, and nothing paid."""
    scanned(shop, visitor)
    visitor.page.get_by_label("Aanbieding").select_option(label="Gratis ijs")
    visitor.press("Betalen")
    expect(visitor.page.get_by_role("heading", name="Gelukt")).to_be_visible()
    expect(visitor.page.get_by_text("Gratis ijs")).to_be_visible()


def used_and_paid(shop: Shop, visitor: Visitor) -> None:
    """An offer with a payment, and then the counts of the day."""
    scanned(shop, visitor)
    visitor.page.get_by_label("Aanbieding").select_option(label="Gratis ijs")
    visitor.pay("1,50")
    expect(visitor.page.get_by_role("heading", name="Betaald")).to_be_visible()
    visitor.page.get_by_role("link", name="Vandaag").click()
    expect(visitor.page.get_by_text("keer gebruikt")).to_be_visible()


def offered(shop: Shop, visitor: Visitor) -> None:
    """What everybody can read, of one kind."""
    visitor.page.goto(f"{shop.address}/offers")
    visitor.page.get_by_label("Soort").select_option("sport")
    visitor.press("Laat zien")
    expect(visitor.page.get_by_text("Gratis ijs")).to_be_visible()
    expect(visitor.page.get_by_text("school")).to_have_count(1)  # in the list of kinds, and nowhere else


def publishing(shop: Shop, visitor: Visitor) -> None:
    """An offer of an administrator, with the question before it is stopped."""
    managing(shop, visitor)
    visitor.page.get_by_label("Wat u aanbiedt, in het Nederlands").fill("Gratis thee")
    visitor.page.get_by_label("Hetzelfde in het Engels").fill("Free tea")
    visitor.page.get_by_label("Wat is het?").select_option("text")
    visitor.page.get_by_label("Laatste dag").fill(f"{staff().effective_on.year + 1}-12-31")
    visitor.press("Aanbieding voorstellen")
    visitor.page.get_by_text("Stoppen: Gratis thee").first.click()
    expect(visitor.page.get_by_role("button", name="Ja, voorgoed stoppen").first).to_be_visible()


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


def statement(shop: Shop, visitor: Visitor) -> None:
    """The statement of this month."""
    paid(shop, visitor)
    visitor.page.get_by_role("link", name="Overzicht").click()
    expect(visitor.page.get_by_role("table")).to_have_count(2)


def own_card_sign_in(shop: Shop, visitor: Visitor) -> None:
    """Where a holder signs in, after a PIN that was wrong."""
    visitor.page.goto(f"{shop.address}/mycard")
    visitor.page.get_by_label("Pasnummer").fill(shop.street.numbers["child"].printed)
    visitor.page.get_by_label("Pincode").fill("9999")
    visitor.press("Bekijk mijn pas")
    expect(visitor.page.get_by_role("alert")).to_be_visible()


def own_card(shop: Shop, visitor: Visitor) -> None:
    """What a holder sees of a card."""
    name = f"own {len(shop.street.cards)}"
    shop.street.add_card(name)
    shop.street.award(name, Money(5000))
    shop.street.set_pin(name, "4826")
    visitor.page.goto(f"{shop.address}/mycard")
    visitor.page.get_by_label("Pasnummer").fill(shop.street.numbers[name].printed)
    visitor.page.get_by_label("Pincode").fill("4826")
    visitor.press("Bekijk mijn pas")
    expect(visitor.page.get_by_text("U kunt nog uitgeven")).to_be_visible()
    visitor.page.get_by_text("plaatsen").click()


def own_card_with_money_set_aside(shop: Shop, visitor: Visitor) -> None:
    """The same, with a payment and with something that a club holds for a camp."""
    own_card(shop, visitor)
    name = list(shop.street.cards)[-1]
    assert shop.till.pay(name, key=f"pays-{name[4:]}").status_code == 201
    assert shop.till.hold(name, key=f"holds-{name[4:]}").status_code == 201
    visitor.page.reload()
    expect(visitor.page.get_by_role("heading", name="Gereserveerd")).to_be_visible()
    expect(visitor.page.get_by_role("table")).to_be_visible()


def own_card_without_its_code(shop: Shop, visitor: Visitor) -> None:
    """Why the code of a card that was typed cannot be printed."""
    own_card(shop, visitor)
    visitor.press("Print de code van uw pas")
    expect(visitor.page.get_by_role("heading", name="Print de code van uw pas")).to_be_visible()


def nowhere_at_home(shop: Shop, visitor: Visitor) -> None:
    """An address of Mijn pas with a stroke too many."""
    visitor.page.goto(f"{shop.address}/mycard/")
    expect(visitor.page.get_by_role("heading", name="Dit is er niet")).to_be_visible()


def own_card_to_block(shop: Shop, visitor: Visitor) -> None:
    """The question before a card is blocked."""
    own_card(shop, visitor)
    visitor.page.get_by_role("link", name="Blokkeer mijn pas").click()
    expect(visitor.page.get_by_role("heading", name="Blokkeer mijn pas")).to_be_visible()


def own_card_blocked(shop: Shop, visitor: Visitor) -> None:
    """A card that was blocked."""
    own_card_to_block(shop, visitor)
    visitor.press("Ja, blokkeer mijn pas")
    expect(visitor.page.get_by_text("Uw pas is geblokkeerd")).to_be_visible()


def own_pin(shop: Shop, visitor: Visitor) -> None:
    """Another PIN, after something was wrong."""
    own_card(shop, visitor)
    visitor.page.get_by_role("link", name="Kies een andere pincode").click()
    visitor.page.get_by_label("Pincode van nu").fill("4826")
    visitor.page.get_by_label("Nieuwe pincode").fill("1111")
    visitor.page.get_by_label("Nog een keer").fill("1111")
    visitor.press("Pincode bewaren")
    expect(visitor.page.get_by_role("alert")).to_be_visible()


def a_link_before_signing_in(shop: Shop, visitor: Visitor) -> None:
    """Where the link of a payment request leads, after a PIN that was wrong."""
    [request] = shop.street.ask("club", ("7A-01", "12,50"))
    visitor.page.goto(f"{shop.address}/mycard/requests/{request}")
    visitor.page.get_by_label("Pasnummer").fill(shop.street.numbers["child"].printed)
    visitor.page.get_by_label("Pincode").fill("9999")
    visitor.press("Bekijk mijn pas")
    expect(visitor.page.get_by_role("alert")).to_be_visible()


def asked_at_home(shop: Shop, visitor: Visitor) -> None:
    """A payment request that somebody who is signed in can pay."""
    own_card(shop, visitor)
    [request] = shop.street.ask("club", ("7A-01", "12,50"), is_voluntary=True)
    visitor.page.goto(f"{shop.address}/mycard/requests/{request}")
    expect(visitor.page.get_by_text("Dit is vrijwillig")).to_be_visible()


def asked_too_much(shop: Shop, visitor: Visitor) -> None:
    """The same, after more was paid than is open."""
    asked_at_home(shop, visitor)
    pay_at_home(visitor, "13,00")
    expect(visitor.page.get_by_role("alert")).to_be_visible()


def asked_and_paid_in_part(shop: Shop, visitor: Visitor) -> None:
    """The same, after a part was paid."""
    asked_at_home(shop, visitor)
    pay_at_home(visitor, "2,50")
    expect(visitor.page.get_by_text("€ 10,00").first).to_be_visible()


def asked_and_paid(shop: Shop, visitor: Visitor) -> None:
    """The same, when nothing is open any more."""
    asked_at_home(shop, visitor)
    pay_at_home(visitor, "12,50")
    expect(visitor.page.get_by_text("U hoeft niets te doen")).to_be_visible()


def asked_in_vain(shop: Shop, visitor: Visitor) -> None:
    """A payment request of more than the card has."""
    own_card(shop, visitor)
    [request] = shop.street.ask("club", ("7A-01", "80,00"), is_up_to=True)
    visitor.page.goto(f"{shop.address}/mycard/requests/{request}")
    pay_at_home(visitor, "80,00")
    expect(visitor.page.get_by_role("alert")).to_contain_text("niet zo veel")


def asked_no_more(shop: Shop, visitor: Visitor) -> None:
    """A payment request that was withdrawn."""
    own_card(shop, visitor)
    [request] = shop.street.ask("club", ("7A-01", "12,50"))
    shop.street.book(payment_requests.withdrawal([request]))
    visitor.page.goto(f"{shop.address}/mycard/requests/{request}")
    expect(visitor.page.get_by_text("ingetrokken")).to_be_visible()


def pay_at_home(visitor: Visitor, amount: str) -> None:
    """Type an amount and the PIN, and pay."""
    visitor.page.get_by_label("Hoeveel wilt u betalen?").fill(amount)
    visitor.page.get_by_label("Pincode").fill("4826")
    visitor.press("Betalen")


def asking(shop: Shop, visitor: Visitor) -> None:
    """Where a merchant asks, after a reference that could be a citizen's number."""
    shop.street.ask("club", ("7A-01", "12,50"), ("7A-02", "12,50"))
    visitor.sign_in(shop)
    visitor.page.get_by_role("link", name="Betaalverzoeken").click()
    one = visitor.page.get_by_role("region", name="Eén betaling vragen")
    one.get_by_label("Uw kenmerk").fill("111222333")
    one.get_by_label("Bedrag in euro").fill("5,00")
    one.get_by_label("in het Nederlands").fill("Schoolreis")
    one.get_by_label("Te betalen tot en met").fill(f"{staff().effective_on.year + 1}-12-31")
    one.get_by_role("button", name="Vragen").click()
    expect(visitor.page.get_by_role("alert")).to_be_visible()


def asking_with_an_unfit_file(shop: Shop, visitor: Visitor) -> None:
    """The same, after a file in which rows are wrong."""
    visitor.sign_in(shop)
    visitor.page.goto(f"{shop.address}/requests")
    one = visitor.page.get_by_role("region", name="Een lijst vragen")
    rows = b"kenmerk;bedrag\n7A-01;0\n<b>;5\n"
    one.get_by_label("Het bestand").set_input_files({"name": "klas.csv", "mimeType": "text/csv", "buffer": rows})
    one.get_by_label("in het Nederlands").fill("Schoolreis")
    one.get_by_label("Te betalen tot en met").fill(f"{staff().effective_on.year + 1}-12-31")
    one.get_by_role("button", name="Vragen").click()
    expect(visitor.page.get_by_text("Rij 2, kolom bedrag")).to_be_visible()


def asked_by_a_merchant(shop: Shop, visitor: Visitor) -> None:
    """How a list stands, with the questions open, after a reminder that was too soon."""
    shop.street.ask("club", ("7A-01", "12,50"), ("7A-02", "12,50"))
    visitor.sign_in(shop)
    visitor.page.goto(f"{shop.address}/requests")
    visitor.page.get_by_role("link", name="Schoolreis").first.click()
    visitor.page.get_by_text("Herinneren", exact=True).click()
    visitor.press("Herinnering tellen en links halen")
    expect(visitor.page.get_by_role("alert")).to_be_visible()
    visitor.page.get_by_text("Herinneren", exact=True).click()
    visitor.page.get_by_text("Intrekken", exact=True).click()
    expect(visitor.page.get_by_role("button", name="Intrekken, voor altijd")).to_be_visible()


def a_sheet_of_links(shop: Shop, visitor: Visitor) -> None:
    """What a school prints and cuts."""
    visitor.sign_in(shop)
    [request] = shop.street.ask("club", ("7A-01", "12,50"))
    visitor.page.goto(f"{shop.address}/requests/{request}/sheet")
    expect(visitor.page.get_by_text("7A-01")).to_be_visible()


def nowhere(shop: Shop, visitor: Visitor) -> None:
    """A payment that is not there."""
    visitor.sign_in(shop)
    visitor.page.goto(f"{shop.address}/payments/red_{'0' * 32}")


def manage_sign_in(shop: Shop, visitor: Visitor) -> None:
    """Where an administrator signs in, after something was wrong."""
    visitor.page.goto(f"{shop.address}/manage")
    visitor.page.get_by_label("Toegangsnummer").fill("00000000")
    visitor.page.get_by_label("Wachtwoord of startcode").fill("nothing")
    visitor.press("Aanmelden")
    expect(visitor.page.get_by_role("alert")).to_be_visible()


def choosing_a_password(shop: Shop, visitor: Visitor) -> None:
    """What an administrator sees with a start code: the code for the app too."""
    made = _started(shop, PersonRole.ADMINISTRATOR)
    visitor.page.goto(f"{shop.address}/manage")
    visitor.page.get_by_label("Toegangsnummer").fill(made.number)
    visitor.page.get_by_label("Wachtwoord of startcode").fill(made.code)
    visitor.press("Aanmelden")
    expect(visitor.page.get_by_role("heading", name="Kies uw wachtwoord")).to_be_visible()


def managing(shop: Shop, visitor: Visitor) -> None:
    """The tills and persons of a merchant, with a question open."""
    choosing_a_password(shop, visitor)
    typed = visitor.page.locator("main .id").inner_text()
    code = one_time_code(b32decode(typed), int(time.time()) // SECONDS)
    visitor.page.get_by_label("Wachtwoord").fill("een zin van de penningmeester")
    visitor.page.get_by_label("Nog een keer").fill("een zin van de penningmeester")
    visitor.page.get_by_label("Code van de app").fill(code)
    visitor.press("Bewaren")
    expect(visitor.page.get_by_role("heading", name="Kassa's en personen")).to_be_visible()
    visitor.page.get_by_text("kassa 1 intrekken").first.click()
    expect(visitor.page.get_by_role("button", name="Ja, kassa 1 intrekken")).to_be_visible()


def shown_once(shop: Shop, visitor: Visitor) -> None:
    """The start code of a new person."""
    managing(shop, visitor)
    visitor.page.get_by_label("Naam van een nieuwe persoon").fill(f"Bar {secrets.token_hex(4)}")
    visitor.press("Persoon toevoegen")
    expect(visitor.page.get_by_role("heading", name="Schrijf dit nu op")).to_be_visible()


def who_is_there(shop: Shop, visitor: Visitor) -> None:
    """A till with cashiers, after a PIN that was wrong."""
    made = _started(shop, PersonRole.CASHIER)
    visitor.page.goto(shop.address)
    visitor.page.get_by_label("Toegangscode").fill(shop.street.credentials["school"])
    visitor.page.get_by_role("main").get_by_role("button", name="Aanmelden").click()
    visitor.page.get_by_label("Naam").select_option(made.person)
    visitor.page.get_by_label("Uw eigen pincode").fill("0000")
    visitor.page.get_by_role("main").get_by_role("button", name="Aanmelden").click()
    expect(visitor.page.get_by_role("alert")).to_be_visible()
    visitor.page.get_by_label("Naam").select_option(made.person)
    visitor.page.get_by_label("Uw eigen pincode").fill(made.code)


def choosing_a_pin(shop: Shop, visitor: Visitor) -> None:
    """What a cashier sees with a start code."""
    who_is_there(shop, visitor)
    visitor.page.get_by_role("main").get_by_role("button", name="Aanmelden").click()
    expect(visitor.page.get_by_role("heading", name="Kies uw eigen pincode")).to_be_visible()


def scanned_before_signing_in(shop: Shop, visitor: Visitor) -> None:
    """A card that was scanned before a cashier signed in and chose a PIN: it is still there."""
    made = _started(shop, PersonRole.CASHIER)
    visitor.page.goto(f"{shop.address}/#{shop.street.tokens['child']}")
    visitor.page.get_by_label("Toegangscode").fill(shop.street.credentials["school"])
    visitor.page.get_by_role("main").get_by_role("button", name="Aanmelden").click()
    visitor.page.get_by_label("Naam").select_option(made.person)
    visitor.page.get_by_label("Uw eigen pincode").fill(made.code)
    visitor.page.get_by_role("main").get_by_role("button", name="Aanmelden").click()
    visitor.page.get_by_label("Pincode", exact=True).fill("4826")
    visitor.page.get_by_label("Nog een keer").fill("4826")
    visitor.press("Bewaren")
    expect(visitor.page.get_by_text("Pas gescand")).to_be_visible()


def _started(shop: Shop, role: PersonRole) -> persons.Started:
    """Add a person to the school, whose tills ask who is there from then on."""
    name = f"{role.value} {secrets.token_hex(4)}"
    return persons.add_person(shop.street.store, shop.street.merchants["school"].id, name, role, staff())


def choosing_at_home(shop: Shop, visitor: Visitor) -> None:
    """Where a holder chooses the PIN, after the card was scanned and something was wrong."""
    visitor.page.goto(f"{shop.address}/mycard/pin#{shop.street.tokens['lost']}")
    expect(visitor.page.get_by_text("Pas gescand")).to_be_visible()
    visitor.page.get_by_label("Code uit de brief").fill("A" * 12)
    visitor.page.get_by_label("Nieuwe pincode").fill("4826")
    visitor.page.get_by_label("Nog een keer").fill("4826")
    visitor.press("Pincode bewaren")
    expect(visitor.page.get_by_role("alert")).to_contain_text("niet gelukt")


def a_field_at_home(shop: Shop, visitor: Visitor) -> None:
    """The same page, with a field that makes no sense."""
    visitor.page.goto(f"{shop.address}/mycard/pin")
    visitor.page.get_by_label("Pasnummer").fill("123")
    visitor.page.get_by_label("Code uit de brief").fill("A" * 12)
    visitor.page.get_by_label("Nieuwe pincode").fill("4826")
    visitor.page.get_by_label("Nog een keer").fill("4826")
    visitor.press("Pincode bewaren")
    expect(visitor.page.get_by_label("Pasnummer")).to_have_attribute("aria-invalid", "true")


def chosen_at_home(shop: Shop, visitor: Visitor) -> None:
    """The page that says that the PIN is saved, in English."""
    visitor.page.goto(f"{shop.address}/mycard/language/en")
    expect(visitor.page.get_by_role("heading", name="Choose your PIN")).to_be_visible()
    visitor.page.goto(f"{shop.address}/mycard/done")
    expect(visitor.page.get_by_role("heading", name="Your PIN is saved")).to_be_visible()


STATES = (
    choosing_at_home,
    a_field_at_home,
    chosen_at_home,
    about,
    wrong_credential,
    form,
    scanned,
    mistyped,
    with_an_unfit_reference,
    refused,
    waiting,
    unsure,
    no_such_payment,
    paid,
    used,
    used_and_paid,
    offered,
    publishing,
    asks_to_undo,
    undone,
    today,
    statement,
    own_card_sign_in,
    own_card,
    own_card_with_money_set_aside,
    own_card_without_its_code,
    nowhere_at_home,
    own_card_to_block,
    own_card_blocked,
    own_pin,
    a_link_before_signing_in,
    asked_at_home,
    asked_too_much,
    asked_and_paid_in_part,
    asked_and_paid,
    asked_in_vain,
    asked_no_more,
    asking,
    asking_with_an_unfit_file,
    asked_by_a_merchant,
    a_sheet_of_links,
    nowhere,
    manage_sign_in,
    choosing_a_password,
    managing,
    shown_once,
    who_is_there,
    choosing_a_pin,
    scanned_before_signing_in,
)


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_nobody_is_kept_out(shop: Shop, visitor: Visitor, state: Callable[[Shop, Visitor], None]) -> None:
    """Axe finds nothing, at 320 pixels the page does not scroll sideways, and what is pressed is large enough."""
    state(shop, visitor)
    visitor.page.wait_for_load_state()  # its style is there
    found = Axe().run(visitor.page, options=_RULES)
    assert found.violations_count == 0, found.generate_report()
    visitor.page.set_viewport_size({"width": 320, "height": 640})
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 320
    assert small_in(visitor.page) == []


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_each_page_prints(shop: Shop, visitor: Visitor, state: Callable[[Shop, Visitor], None]) -> None:
    """On paper stands what the page is about, without what can only be pressed, and not wider than the paper."""
    state(shop, visitor)
    visitor.page.wait_for_load_state()  # its style is there
    visitor.page.set_viewport_size({"width": _WIDTH_OF_A4, "height": 1_000})
    visitor.page.emulate_media(media="print")
    assert visitor.page.locator("#main, main").first.inner_text().strip()
    assert visitor.page.locator("button:visible").count() == 0
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= _WIDTH_OF_A4
    assert visitor.page.pdf(format="A4").startswith(b"%PDF")


def small_in(page: Page) -> list[str]:
    """Return what is pressed on a page and is smaller than it may be."""
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('a[href], button, select, summary, input:not([type=hidden])')]"
        ".map((one) => [one.outerHTML, one.getBoundingClientRect()])"
        ".filter(([, box]) => box.width > 0 && box.left >= 0 && (box.width < 24 || box.height < 24))"
        ".map(([html]) => html)"
    )
    return found


def test_axe_can_find_something(shop: Shop, visitor: Visitor) -> None:
    """The check can fail: a picture without words and a field without a name are found."""
    about(shop, visitor)
    visitor.page.evaluate(
        "document.getElementById('main').append(document.createElement('img'), document.createElement('input'))"
    )
    assert Axe().run(visitor.page, options=_RULES).violations_count >= 2
