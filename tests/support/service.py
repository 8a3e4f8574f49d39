"""A small town on disk with terminals and cards whose secrets the test knows, and the service on top of it.

`a_shop_street` builds the books through the use cases; `in_process` runs the real application without a socket, and
`on_a_port` as a process of its own.
"""

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import IO, Any

import httpx2
from starlette.testclient import TestClient

from merchant_api.app import create_app
from merchant_api.mycard.signing_in import SignIn
from merchant_api.settings import Settings
from pasledger.formats.pain001 import MadeFile
from pasledger.formats.paper import Overview
from pasledger.formats.payment_requests import AskRow
from pasledger.ledger.ids import CardId, EntitlementId, EntryId, HolderId, OfferId, PaymentRequestId, RunId
from pasledger.ledger.journal import Stamp
from pasledger.ledger.money import Money
from pasledger.ledger.periods import Period
from pasledger.rules.actors import ActorRole
from pasledger.rules.budgets import BudgetRequest
from pasledger.rules.cards import CardNumber, CardState, TokenHash
from pasledger.rules.crediting import AwardRequest
from pasledger.rules.deciding import Request
from pasledger.rules.holders import HolderReference
from pasledger.rules.keys import KEY_BYTES, SecretKey
from pasledger.rules.offers import OfferApprovalRequest, OfferRequest
from pasledger.rules.payment_requests import Terms
from pasledger.rules.pins import LOCKED_AFTER, CodeTryRequest, OwnTryRequest, PinRequest, TryRequest
from pasledger.rules.records import Card, Holder, Merchant, Offer, OfferKind
from pasledger.rules.registration import HolderRequest, MerchantRequest, SchemeRequest
from pasledger.rules.schemes import Scheme
from pasledger.store import Store
from pasledger.store.asking import KnownPaymentRequest
from pasledger.usecases import banking, paying, payment_requests
from pasledger.usecases.actors import add_actor
from pasledger.usecases.booking import book_all
from pasledger.usecases.minting import new_card_number, new_id, new_salt, new_token, opaque_id, stamp_now
from pasledger.usecases.overviews import holder_overview
from pasledger.usecases.pins import hash_pin
from pasledger.usecases.registering import new_terminal
from pasledger.usecases.verifying import verify
from tests.support.town import a_check, a_merchant, a_scheme, settings_of_payment

ROOT = Path(__file__).parents[2]
MANY_REQUESTS = 10**9
"""So many that tests may send as fast as they can."""

PROVEN = {"PASLEDGER_CREDENTIAL": "key of the clerk", "PASLEDGER_APPROVER_CREDENTIAL": "key of the approver"}
"""What proves the clerk and the approver of a street at the command line."""


_QUIET = {"MERCHANT_API_LOG_LEVEL": "warning", "MERCHANT_API_REQUESTS_A_MINUTE": str(MANY_REQUESTS)}


@dataclass
class Street:
    """Books with merchants and cards: the secret of each terminal by merchant, the token of each card by name."""

    store: Store
    books: str
    credentials: dict[str, str] = field(default_factory=dict)
    merchants: dict[str, Merchant] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    holders: dict[str, Holder] = field(default_factory=dict)
    cards: dict[str, Card] = field(default_factory=dict)
    numbers: dict[str, CardNumber] = field(default_factory=dict)
    key: SecretKey | None = None
    offers: dict[str, OfferId] = field(default_factory=dict)
    """An offer of each merchant, where one was made for all."""

    def give_key(self) -> SecretKey:
        """Let the books have a key from now on."""
        self.key = SecretKey(secrets.token_bytes(KEY_BYTES))
        self.store.take_key(self.key, at=staff().recorded_at, by="clerk")
        return self.key

    def key_file(self, folder: Path) -> str:
        """Write the key to a file, as a service of its own wants it, and return its path."""
        assert self.key is not None, "these books have no key"
        path = folder / "town.key"
        path.write_text(self.key.secret.hex(), encoding="ascii")
        return str(path)

    def offer(
        self,
        at: str,
        *,
        words: str = "Gratis ijs",
        per_card: int | None = None,
        stock: int | None = None,
        branches: tuple[str, ...] = (),
        starts_in: int = 0,
    ) -> Offer:
        """Let a merchant have an offer that was approved, from today on or in some days, for a year."""
        first = staff().effective_on + timedelta(days=starts_in)
        offer = Offer(
            opaque_id(OfferId),
            self.merchants[at].id,
            words,
            words,
            OfferKind.TEXT,
            None,
            None,
            Period.through(first, first + timedelta(days=365)),
            per_card,
            stock,
            branches,
        )
        self.book(OfferRequest(offer))
        self.book(OfferApprovalRequest(offer.id))
        return offer

    def ask(self, at: str, *asked: tuple[str, str], last_in: int = 30, **said: bool) -> list[PaymentRequestId]:
        """Let a merchant ask payments, each a reference and an amount, at once; and return them in their order."""
        last_day = staff().effective_on + timedelta(days=last_in)
        kinds = {"is_up_to": False, "is_voluntary": False} | said
        terms = Terms(self.merchants[at].id, "Schoolreis", "School trip", last_day=last_day, **kinds)
        rows = [AskRow(row, reference, Money.read(amount)) for row, (reference, amount) in enumerate(asked, start=2)]
        request = replace(payment_requests.ask_all(terms, rows), attempt=None)  # as often as it is asked
        self.book(request)
        return [one.id for one in request.asks]

    def payment_request(self, at: str) -> KnownPaymentRequest:
        """Return the newest payment request of a merchant, as it stands now."""
        with self.store.read() as reader:
            return next(reader.payment_requests.all(self.merchants[at].id))

    def set_pin(self, name: str, pin: str) -> None:
        """Set the PIN of a card, as its holder would."""
        assert self.key is not None, "books without a key have no PINs"
        hashed = _hash_once(self.key, pin)
        self.book(PinRequest(self.cards[name].number, hashed, None))

    def try_in_vain(self, asked: TryRequest | CodeTryRequest | OwnTryRequest, times: int = LOCKED_AFTER) -> None:
        """Let somebody try a PIN or a code as often, each time after the wait; as often as it takes to lock it."""
        for number in range(times):
            stamp = staff()
            book_all(self.store, [asked], replace(stamp, recorded_at=stamp.recorded_at + timedelta(hours=5 * number)))

    def overview(self, name: str) -> Overview:
        """Return what the holder of a card may know of its own name."""
        return holder_overview(self.store, self.holders[name].reference, on=staff().effective_on)

    def book(self, *requests: Request) -> None:
        """Book all of the requests, as staff."""
        book_all(self.store, requests, staff())

    def add_schemes(self, *schemes: Scheme, budget: str = "1000000.00") -> None:
        """Add schemes with a budget that is ample."""
        this_year = staff().effective_on.year
        self.book(
            *(SchemeRequest(scheme) for scheme in schemes),
            *(
                BudgetRequest(new_id(EntryId), scheme.code, year, Money.parse(budget), f"council {scheme.code}")
                for scheme in schemes
                for year in (this_year, this_year + 1)
            ),
        )

    def add_merchant(self, name: str, *categories: str) -> None:
        """Add a merchant with one terminal; its categories are in order."""
        merchant = a_merchant(new_id(type(a_merchant().id)), name=name, categories=categories)
        terminal = new_terminal(merchant.id, name, "kassa 1")
        self.book(MerchantRequest(merchant, (terminal.terminal,)))
        self.merchants[name] = merchant
        self.credentials[name] = terminal.secret

    def may_pay_out(self) -> None:
        """Say how the town pays, and that each merchant's account was checked."""
        today = staff().effective_on
        self.book(
            settings_of_payment(),
            *(a_check(one.id, iban=one.iban, account_name=one.name, on=today) for one in self.merchants.values()),
        )

    def prepare_run(self, on: date | None = None) -> RunId:
        """Prepare a run of all that is owed."""
        stamp = _as("treasurer", on)
        return paying.prepare(self.store, stamp, execute_on=stamp.effective_on).run.id

    def pay_out(self, on: date | None = None) -> list[MadeFile]:
        """Prepare and release a run of all that is owed, and return its files."""
        return paying.release(self.store, self.prepare_run(on), _as("approver", on))

    def take_statement(self, data: bytes) -> None:
        """Book what the bank says."""
        banking.take(self.store, data, stamp_now("treasurer"))

    def add_card(self, name: str, *, state: CardState = CardState.ACTIVE) -> None:
        """Add a holder with a card."""
        self.book(self._new_card(name, state))

    def add_cards(self, names: Iterable[str]) -> None:
        """Add as many holders, each with a card, at once."""
        self.book(*(self._new_card(name, CardState.ACTIVE) for name in names))

    def award(self, name: str, amount: Money, *, scheme: str = "culture", starts_on: date | None = None) -> None:
        """Award an amount that is valid from today, or from another day."""
        self.book(self._an_award(name, amount, scheme, starts_on or staff().effective_on))

    def award_each(self, awards: Iterable[tuple[str, Money, str]]) -> None:
        """Award to each name an amount of a scheme, from today, at once."""
        today = staff().effective_on
        self.book(*(self._an_award(name, amount, scheme, today) for name, amount, scheme in awards))

    def _new_card(self, name: str, state: CardState) -> HolderRequest:
        holder = Holder(new_id(HolderId), HolderReference(f"P-{name}"), new_salt())
        token = new_token()
        card = Card(new_id(CardId), holder.id, new_card_number(), TokenHash.of(token), state)
        self.holders[name], self.cards[name], self.tokens[name] = holder, card, token
        self.numbers[name] = card.number
        return HolderRequest(holder, card)

    def _an_award(self, name: str, amount: Money, scheme: str, starts_on: date) -> AwardRequest:
        salt = new_salt()
        return AwardRequest(
            new_id(EntitlementId),
            new_id(EntryId),
            scheme,
            f"Z-{salt}",
            self.holders[name].reference,
            amount,
            starts_on,
            instalment=1,
            salt=salt,
        )


@cache
def _hash_once(key: SecretKey, pin: str) -> str:
    return hash_pin(key, pin)


def _as(actor: str, on: date | None) -> Stamp:
    stamp = stamp_now(actor)
    return stamp if on is None else replace(stamp, effective_on=on)


def staff() -> Stamp:
    """Return a stamp of this moment, by two people of the town hall."""
    return stamp_now("clerk", "approver")


def a_shop_street(books: Path | str) -> Street:
    """Return new books with a club, a school, a café, and two cards with € 100,00 for sport."""
    street = Street(Store.start(str(books), municipality="Test", at=staff().recorded_at, by="clerk"), str(books))
    add_actor(
        street.store, "clerk", [ActorRole.ADMINISTRATOR, ActorRole.CLERK], PROVEN["PASLEDGER_CREDENTIAL"], staff()
    )
    add_actor(street.store, "approver", [ActorRole.APPROVER], PROVEN["PASLEDGER_APPROVER_CREDENTIAL"], staff())
    street.add_schemes(a_scheme())
    for name, category in (("club", "sport"), ("school", "school"), ("café", "catering")):
        street.add_merchant(name, category)
    for name in ("child", "neighbour"):
        street.add_card(name)
        street.award(name, Money(10_000))
    return street


@contextmanager
def in_process(street: Street, *, sign_in: SignIn | None = None, **chosen: Any) -> Iterator["Till"]:
    """Run the application of the service, with its writer, in this process; with settings other than the usual."""
    settings = Settings(books=street.books, **{"requests_a_minute": MANY_REQUESTS, **chosen})
    store = Store.open(street.books, key=street.key)
    app = create_app(store, settings, sign_in)
    with TestClient(app, base_url="http://till.test", raise_server_exceptions=False) as client:
        yield Till(client, street, store=store)


@contextmanager
def on_a_port(street: Street, *, log: IO[bytes] | None = None, **environment: str) -> Iterator["Till"]:
    """Run the service as a process of its own, on a free port of the loopback interface; it logs where it is told."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "merchant_api"],
        cwd=ROOT,
        env=os.environ | _QUIET | {"PASLEDGER_BOOKS": street.books, "MERCHANT_API_PORT": str(port)} | environment,
        stderr=log,
    )
    try:
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            wait_until_ready(client)
            yield Till(client, street, process)
    finally:
        process.terminate()
        process.wait(30)


def free_port() -> int:
    """Return a port that is free at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_ready(client: httpx2.Client) -> None:
    """Wait until the service takes payments."""
    for _ in range(400):
        try:
            if client.get("/v1/readiness").status_code == 200:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.05)
    raise TimeoutError("the service did not become ready")


def _euros(value: str) -> dict[str, str]:
    return {"currency": "EUR", "value": value}


@dataclass
class Till:
    """What a merchant's till can send."""

    client: httpx2.Client
    street: Street
    process: subprocess.Popen[bytes] | None = None
    store: Store | None = None
    """The store of a service in this process."""

    def pay(
        self, card: str, amount: str = "5.00", *, at: str = "club", key: str = "key-1", language: str = "nl"
    ) -> httpx2.Response:
        """Ask for a payment with a card of the street, or with any token."""
        token = self.street.tokens.get(card, card)
        return self.pay_with({"token": token}, amount, at=at, key=key, language=language)

    def pay_with(
        self, card: dict[str, str], amount: str = "5.00", *, at: str = "club", key: str = "key-1", language: str = "nl"
    ) -> httpx2.Response:
        """Ask for a payment with a card as it is presented."""
        body = {"card": card, "amount": {"currency": "EUR", "value": amount}}
        return self.post("/v1/redemptions", body, at=at, key=key, language=language)

    def refund(
        self, redemption: str, amount: str = "5.00", *, at: str = "club", key: str = "key-r", language: str = "nl"
    ) -> httpx2.Response:
        """Give back of a redemption."""
        body = {"amount": {"currency": "EUR", "value": amount}}
        return self.post(f"/v1/redemptions/{redemption}/refunds", body, at=at, key=key, language=language)

    def hold(
        self,
        card: str,
        amount: str = "5.00",
        *,
        days: int = 30,
        at: str = "club",
        key: str = "key-h",
        language: str = "nl",
        **more: str,
    ) -> httpx2.Response:
        """Ask for a hold, to be taken within so many days."""
        last_day = (staff().effective_on + timedelta(days=days)).isoformat()
        token = self.street.tokens.get(card, card)
        body = {"card": {"token": token}, "amount": _euros(amount), "lastDay": last_day} | more
        return self.post("/v1/holds", body, at=at, key=key, language=language)

    def use_offer(
        self,
        card: str | dict[str, str],
        offer: str,
        amount: str | None = None,
        *,
        at: str = "club",
        key: str = "key-o",
        language: str = "nl",
    ) -> httpx2.Response:
        """Use an offer, and pay an amount where one is said."""
        presented = {"token": self.street.tokens.get(card, card)} if isinstance(card, str) else card
        body = {"card": presented, "offer": offer} | ({"amount": _euros(amount)} if amount else {})
        return self.post("/v1/offer-uses", body, at=at, key=key, language=language)

    def use(self, hold: str, what: str, amount: str, *, at: str = "club", key: str = "key-u") -> httpx2.Response:
        """Ask for what becomes of a hold: one of its `captures`, `releases` or `refunds`."""
        return self.post(f"/v1/holds/{hold}/{what}", {"amount": _euros(amount)}, at=at, key=key)

    def post(
        self,
        path: str,
        body: Any,
        *,
        at: str = "club",
        key: str | None = "key-1",
        language: str = "nl",
    ) -> httpx2.Response:
        """Send any body."""
        headers = self.headers(at, language) | ({"Idempotency-Key": key} if key is not None else {})
        return self.client.post(path, json=body, headers=headers)

    def get(self, path: str, *, at: str = "club") -> httpx2.Response:
        """Read any address."""
        return self.client.get(path, headers=self.headers(at))

    def headers(self, at: str, language: str = "nl") -> dict[str, str]:
        """Return what signs a merchant in."""
        return {"Authorization": f"Bearer {self.street.credentials[at]}", "Accept-Language": language}

    def verify_books(self) -> None:
        """Assert that the books are sound."""
        assert verify(self.street.store).findings == ()
