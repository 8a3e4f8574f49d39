"""Filling the books: schemes, budgets, merchants with their terminals, holders with their cards. Files whole or not."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from pasledger.formats.faults import Fault, FileRefused
from pasledger.formats.masterdata import (
    BudgetRow,
    HolderRow,
    MerchantRow,
    read_budgets,
    read_holders,
    read_merchants,
    read_schemes,
)
from pasledger.formats.tabular import OUR_OWN, Titles
from pasledger.ledger.ids import CardId, EntryId, HolderId, MerchantId, TerminalId
from pasledger.ledger.journal import Stamp
from pasledger.ledger.refusals import Refusal
from pasledger.rules.budgets import BudgetRequest
from pasledger.rules.cards import CardState, TokenHash
from pasledger.rules.deciding import Request
from pasledger.rules.records import Card, Event, Holder, Merchant, Terminal
from pasledger.rules.registration import HolderRequest, IssueRequest, MerchantRequest, SchemeRequest, TerminalRequest
from pasledger.store import Store
from pasledger.usecases.booking import NothingBooked, Progress, book_all
from pasledger.usecases.minting import new_card_number, new_credential, new_id, new_salt, new_token


@dataclass(frozen=True, slots=True)
class Credential:
    """What a terminal signs in with. It exists here and on paper; the books keep a hash."""

    merchant: str
    terminal: Terminal
    secret: str


@dataclass(frozen=True, slots=True)
class Carrier:
    """What is printed on a card. The token exists here and on the card; the books keep a hash."""

    holder: Holder | None
    card: Card
    token: str


def add_schemes(store: Store, data: bytes, stamp: Stamp) -> tuple[Event, ...]:
    """Add the schemes of a file, or new versions of them. Raises `FileRefused`."""
    schemes = read_schemes(data)
    requests = [SchemeRequest(scheme) for scheme in schemes]
    return _book(store, requests, stamp, range(1, len(schemes) + 1))


def add_budgets(store: Store, data: bytes, stamp: Stamp) -> tuple[Event, ...]:
    """Book the budget decisions of a file. Raises `FileRefused`."""
    found = read_budgets(data)
    return _book(store, [_budget(row) for row in found], stamp, [row.row for row in found])


def add_merchants(
    store: Store,
    data: bytes,
    stamp: Stamp,
    hand_out: Callable[[Sequence[Credential]], None] = lambda _credentials: None,
) -> list[Credential]:
    """Add the merchants of a file with their terminals, and return the credentials. Raises `FileRefused`.

    `hand_out` gets the credentials before anything is booked, so that none is in the books and nowhere else.
    """
    found = read_merchants(data)
    merchants = [(_merchant(row, stamp), row.terminals) for row in found]
    credentials = [
        new_terminal(merchant.id, merchant.name, f"kassa {count + 1}")
        for merchant, terminals in merchants
        for count in range(terminals)
    ]
    owned: dict[MerchantId, list[Terminal]] = {}
    for credential in credentials:
        owned.setdefault(credential.terminal.merchant, []).append(credential.terminal)
    requests = [MerchantRequest(merchant, tuple(owned.get(merchant.id, ()))) for merchant, _ in merchants]
    hand_out(credentials)
    _book(store, requests, stamp, [row.row for row in found])
    return credentials


def add_terminal(store: Store, merchant: Merchant, label: str, stamp: Stamp) -> Credential:
    """Add one terminal to a merchant and return its credential. Raises `NothingBooked`."""
    credential = new_terminal(merchant.id, merchant.name, label)
    book_all(store, [TerminalRequest(credential.terminal)], stamp)
    return credential


def add_holders(
    store: Store,
    data: bytes,
    stamp: Stamp,
    state: CardState,
    progress: Progress = lambda _done: None,
    hand_out: Callable[[Sequence[Carrier]], None] = lambda _carriers: None,
    titles: Titles = OUR_OWN,
) -> list[Carrier]:
    """Register the holders of a file, each with a card in `state`, and return what to print. Raises `FileRefused`.

    `hand_out` gets the same before anything is booked, so that no token is in the books and nowhere else.
    """
    found = read_holders(data, titles)
    carriers = [_carrier(row, state) for row in found]
    requests = [HolderRequest(one.holder, one.card) for one in carriers if one.holder is not None]
    hand_out(carriers)
    _book(store, requests, stamp, [row.row for row in found], progress)
    return carriers


def issue_cards(
    store: Store,
    data: bytes,
    stamp: Stamp,
    hand_out: Callable[[Sequence[Carrier]], None] = lambda _carriers: None,
) -> list[Carrier]:
    """Give each holder of a file another card, as `add_holders` does. Raises `FileRefused`."""
    found = read_holders(data)
    carriers = [_carrier(row, CardState.ISSUED) for row in found]
    requests = [IssueRequest(one.holder.reference, one.card) for one in carriers if one.holder is not None]
    hand_out(carriers)
    _book(store, requests, stamp, [row.row for row in found])
    return carriers


def new_terminal(merchant: MerchantId, name: str, label: str) -> Credential:
    """Return a terminal with a fresh credential, not yet in the books."""
    secret, prefix = new_credential()
    terminal = Terminal(new_id(TerminalId), merchant, label, prefix, credential_hash(secret))
    return Credential(name, terminal, secret)


def credential_hash(secret: str) -> str:
    """Return what the books keep of a credential. It has 256 random bits, so that it needs no salt."""
    return sha256(secret.encode()).hexdigest()


def new_card(holder: HolderId, state: CardState) -> Carrier:
    """Return a fresh card for a holder, not yet in the books."""
    token = new_token()
    card = Card(new_id(CardId), holder, new_card_number(), TokenHash.of(token), state)
    return Carrier(None, card, token)


def _carrier(row: HolderRow, state: CardState) -> Carrier:
    holder = Holder(new_id(HolderId), row.reference, new_salt())
    fresh = new_card(holder.id, state)
    number = row.card or fresh.card.number
    return Carrier(holder, Card(fresh.card.id, holder.id, number, fresh.card.token_hash, state), fresh.token)


def _budget(row: BudgetRow) -> BudgetRequest:
    return BudgetRequest(new_id(EntryId), row.scheme, row.year, row.change, row.decision)


def _merchant(row: MerchantRow, stamp: Stamp) -> Merchant:
    return Merchant(
        new_id(MerchantId), 1, stamp.effective_on, row.name, row.place, row.categories, row.iban, row.kvk_number
    )


def _book(
    store: Store,
    requests: Sequence[Request],
    stamp: Stamp,
    rows: Sequence[int],
    progress: Progress = lambda _done: None,
) -> tuple[Event, ...]:
    try:
        outcomes = book_all(store, requests, stamp, progress)
    except NothingBooked as nothing:
        raise FileRefused(
            [
                Fault(refused.reason, rows[place], _COLUMNS.get(refused.reason), None, refused.figures)
                for place, refused in nothing.refusals.items()
            ]
        ) from None
    return tuple(outcome.event for outcome in outcomes if outcome.event is not None)


_COLUMNS: Mapping[Refusal, str] = {
    Refusal.SCHEME_UNKNOWN: "regeling",
    Refusal.SCHEME_REPEATED: "code",
    Refusal.YEAR_CLOSED: "jaar",
    Refusal.BUDGET_REPEATED: "besluit",
    Refusal.BUDGET_TOO_SMALL: "bedrag",
    Refusal.MERCHANT_REPEATED: "naam",
    Refusal.HOLDER_REPEATED: "pashouder",
    Refusal.HOLDER_UNKNOWN: "pashouder",
    Refusal.CARD_REPEATED: "pasnummer",
}
