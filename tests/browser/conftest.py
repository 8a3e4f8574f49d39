"""A real Chromium in front of a real service, with a street whose cards have money and PINs."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, Request, expect, sync_playwright

from pasledger.rules.cards import CardState
from tests.support.service import ROOT, Street, Till, a_shop_street, free_port, on_a_port

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
PIN = "4711"

_PATIENCE_MS = 30_000
"""How long a page may take: where other tests fill the disk, a payment waits some seconds for it."""
expect.set_options(timeout=_PATIENCE_MS)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start the browser of this machine."""
    program = next(filter(None, map(shutil.which, _NAMES)), None)
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("the tests of pages need a Chromium, and there must be one here")
        pytest.skip("the tests of pages need a Chromium, and there is none on this machine")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=_ARGUMENTS)
        yield started
        started.close()


@dataclass
class Shop:
    """A service, its street, and what it wrote down."""

    till: Till
    log: Path

    @property
    def street(self) -> Street:
        """The street."""
        return self.till.street

    @property
    def address(self) -> str:
        """Where the pages are."""
        return str(self.till.client.base_url).rstrip("/")

    def link(self, card: str) -> str:
        """Return the link in the QR of a card."""
        return f"{self.address}/#{self.street.tokens[card]}"

    def paid(self) -> list[str]:
        """Return what the club was paid, each amount in euros."""
        with self.street.store.read() as reader:
            return [
                event.entry.amount.plain for event in reader.events() if event.entry and event.entry.kind == "redeemed"
            ]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Run the service for all tests of a module."""
    folder = tmp_path_factory.mktemp("shop")
    street = a_shop_street(folder / "books.db")
    (folder / "key").write_text(street.give_key().secret.hex())
    for card in ("child", "neighbour"):
        street.set_pin(card, PIN)
    street.add_card("lost", state=CardState.BLOCKED)
    street.offer("club", per_card=9)
    with (folder / "log").open("wb") as log:
        settings = {"PASLEDGER_KEY": str(folder / "key"), "MERCHANT_API_LOG_LEVEL": "debug"}
        settings["PASLEDGER_LINK_BASE"] = "https://pas.example/"
        with on_a_port(street, log=log, **settings) as till:
            yield Shop(till, folder / "log")
    street.store.close()


@dataclass
class Visitor:
    """Somebody with a browser of their own, and all that it sent."""

    context: BrowserContext
    page: Page
    sent: list[Request] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def press(self, name: str) -> None:
        """Press the button with this name."""
        self.page.get_by_role("button", name=name).click()

    def sign_in(self, shop: Shop) -> None:
        """Sign in the till of the club."""
        self.page.goto(shop.address)
        self.page.get_by_label("Toegangscode").fill(shop.street.credentials["club"])
        self.page.get_by_role("main").get_by_role("button", name="Aanmelden").click()
        self.page.get_by_label("Bedrag").wait_for()
        self.page.wait_for_load_state()  # until the script is there, nobody takes a card from the address

    def back(self) -> None:
        """Go to the page before, which loads itself anew."""
        self._through_history(self.page.go_back)

    def forward(self) -> None:
        """Go to the page after, which does the same."""
        self._through_history(self.page.go_forward)

    def _through_history(self, go: Callable[[], object]) -> None:
        """Go, and wait for the new page, if there is one: Playwright takes one that loads itself anew for a failure."""
        self.page.evaluate("document.isOld = true")
        with suppress(Error):
            go()
        for _ in range(60):
            with suppress(Error):  # it is on its way
                if not self.page.evaluate("document.isOld ?? false"):
                    break
            self.page.wait_for_timeout(50)
        self.page.wait_for_load_state()

    def wait_in_vain(self) -> None:
        """Let the clock of the page go on until it says that nobody knows whether it was paid."""
        is_unsure = self.page.get_by_text("Wij weten nog niet of er betaald is")
        for _ in range(100):
            self.page.clock.run_for(500)
            self.page.wait_for_timeout(50)
            if is_unsure.count():
                break
        expect(is_unsure).to_be_visible()

    def pay(self, amount: str) -> None:
        """Type an amount and pay."""
        self.page.get_by_label("Bedrag").fill(amount)
        self.press("Betalen")


@dataclass
class Desk:
    """The desk of the same town, in a process of its own."""

    shop: Shop
    address: str


@pytest.fixture(scope="module")
def desk(shop: Shop) -> Iterator[Desk]:
    """Run the desk beside the service."""
    port, folder = free_port(), shop.log.parent
    settings = {"PASLEDGER_BOOKS": shop.street.books, "PASLEDGER_KEY": str(folder / "key"), "PASLEDGER_LANGUAGE": "nl"}
    command = [sys.executable, "-m", "pasledger.cli", "desk", "--port", str(port), "--link-base", shop.address]
    with (folder / "desk.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=os.environ | settings, stderr=log)
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(address)
            yield Desk(shop, address)
        finally:
            process.terminate()
            process.wait(30)


def _wait_for(address: str) -> None:
    for _ in range(400):
        with suppress(httpx2.TransportError):
            httpx2.get(address, trust_env=False)
            return
        time.sleep(0.05)
    raise TimeoutError("the desk did not become ready")


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Visitor]:
    """Return somebody with a phone, who speaks Dutch."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="nl-NL")
    context.set_default_timeout(_PATIENCE_MS)
    visitor = Visitor(context, context.new_page())
    context.on("request", lambda request: visitor.sent.append(request))
    context.on("console", lambda message: visitor.said.append(message.text))
    yield visitor
    context.close()
