"""What is read is what was written: events, accounts and what merchants and staff ask, held against a fold."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pasledger.ledger import accounts
from pasledger.ledger.accounts import Account
from pasledger.ledger.books import fold, movements
from pasledger.ledger.ids import EntitlementId, RedemptionId, TerminalId
from pasledger.ledger.journal import Entry, EntryKind
from pasledger.ledger.money import total
from pasledger.reports.movements import movements_of
from pasledger.reports.trial_balance import Turnover, trial_balance
from pasledger.rules.attempts import key_of
from pasledger.rules.cards import CardState
from pasledger.rules.deciding import Request, decide_each
from pasledger.rules.holders import HolderReference
from pasledger.rules.records import AwardDecision, Event, Redemption, Refund
from pasledger.rules.registration import CardRequest
from pasledger.rules.town import Town
from pasledger.store import Store
from pasledger.store.reading import Recorded
from pasledger.usecases.booking import book
from tests.support import strategies
from tests.support.books import (
    A_LIVED_IN_TOWN,
    A_SMALL_TOWN,
    IN_POSTGRESQL,
    ON_DISK,
    POSTGRESQL,
    SQLITE,
    MakeBooks,
    granted,
    opened,
    place_in,
)
from tests.support.strategies import A_BUSY_TOWN, Numbered
from tests.support.town import (
    CLUB,
    TODAY,
    a_card,
    a_holder,
    a_redemption,
    a_refund,
    a_stamp,
    a_terminal,
    an_award,
    euros,
)


@pytest.fixture
def books(make_books: MakeBooks) -> str:
    """Return books with rows in every table."""
    return make_books(*A_LIVED_IN_TOWN)


def lived(store: Store, requests: Sequence[Request]) -> list[Event]:
    """Ask one after another, a millisecond apart, and return what was booked."""
    events: list[Event] = []
    for place, request in enumerate(requests):
        stamp = a_stamp()
        later = replace(stamp, recorded_at=stamp.recorded_at + timedelta(milliseconds=place))
        events += [outcome.event for outcome in book(store, [request], later) if outcome.event is not None]
    return events


def as_read(event: Event) -> Event:
    """Return an event as the journal tells it: the reference of a decision is no part of it."""
    return replace(event, facts=tuple(fact for fact in event.facts if not isinstance(fact, AwardDecision)))


def turnover(account: Account, entries: Sequence[Entry]) -> Turnover:
    """Return what was debited and credited on an account, one transfer after another."""
    transfers = [transfer for entry in entries for transfer in entry.transfers]
    return Turnover(
        total(transfer.amount for transfer in transfers if transfer.debit == account),
        total(transfer.amount for transfer in transfers if transfer.credit == account),
    )


@ON_DISK
@given(drawn=st.lists(strategies.anything(), max_size=25))
def test_whatever_was_booked_is_read_back(tmp_path_factory: pytest.TempPathFactory, drawn: list[Numbered]) -> None:
    """The journal in order with its records, each account with its entries, turnovers, movements and balance."""
    read_back(SQLITE, tmp_path_factory.mktemp("reading"), drawn)


@IN_POSTGRESQL
@given(drawn=st.lists(strategies.anything(), max_size=25))
def test_it_is_read_back_from_postgresql_too(tmp_path_factory: pytest.TempPathFactory, drawn: list[Numbered]) -> None:
    """The same, in fewer examples: each takes longer."""
    read_back(POSTGRESQL, tmp_path_factory.mktemp("reading"), drawn)


def read_back(kind: str, folder: Path, drawn: list[Numbered]) -> None:
    """Book what was drawn and hold all that is read against it."""
    booked = [outcome.event for outcome in decide_each(A_BUSY_TOWN, Town(), a_stamp()) if outcome.event]
    with place_in(kind, folder) as make, opened(make(*A_BUSY_TOWN)) as store:
        booked += lived(store, [numbered(number=number) for number, numbered in enumerate(drawn, start=1)])
        with store.read() as reader:
            events = list(reader.events())
            posted = [event for event in events if event.entry]
            assert posted == sorted((as_read(event) for event in booked if event.entry), key=in_order)
            entries = [event.entry for event in events if event.entry]
            turnovers = dict(reader.turnovers())
            assert turnovers == {account: turnover(account, entries) for account in turnovers}
            assert set(turnovers) == {account for entry in entries for account in movements(entry.transfers)}
            assert list(turnovers) == sorted(turnovers)
            assert trial_balance(turnovers.items()).is_balanced
            stored = dict(reader.stored_balances())
            for account, moved in turnovers.items():
                own = [entry for entry in entries if account in movements(entry.transfers)]
                assert list(reader.entries_on(account)) == own
                balance = moved.balance(is_debit_normal=account.kind.is_debit_normal)
                assert [*movements_of(account, own)][-1].balance == balance
                assert stored.get(account, balance) == balance
                assert (account in stored) is account.kind.is_floored
                assert reader.account(account.code) == account


def in_order(event: Event) -> str:
    """Return the id of an event's entry, by which the journal is ordered."""
    return event.entry.id if event.entry else ""


def test_the_balances_are_the_fold_of_the_events(make_books: MakeBooks) -> None:
    """Replaying the journal from nothing gives what is stored, to the cent."""
    requests = (*A_SMALL_TOWN, an_award("3,00", number=2), a_redemption("12,50"), a_refund("2,50"))
    with opened(make_books(*requests)) as store, store.read() as reader:
        books = fold(event.entry for event in reader.events() if event.entry)
        assert dict(reader.stored_balances()) == {
            account: books.balance(account) for account in books.accounts() if account.kind.is_floored
        }
        assert books.balance(own_account(1, "culture")) == euros("40,00")


def test_new_books_have_no_events(make_books: MakeBooks) -> None:
    """There is nothing to tell, and no account."""
    with opened(make_books()) as store, store.read() as reader:
        assert (list(reader.events()), list(reader.turnovers()), list(reader.stored_balances())) == ([], [], [])
        assert reader.account("treasury/culture") is None
        assert list(reader.entries_on(accounts.treasury("culture"))) == []


def test_a_split_payment_is_read_with_all_its_parts(store: Store) -> None:
    """An account that was part of a split is told the whole entry, the other parts included."""
    with store.read() as reader:
        _, entry, *_ = reader.entries_on(own_account(2, "spring"))
        assert entry.kind is EntryKind.REDEEMED
        assert [transfer.amount for transfer in entry.transfers] == [euros("50,00"), euros("10,00")]
        redemption = reader.redemption(RedemptionId.of(1))
    assert redemption is not None
    assert [part.amount for part in redemption.redemption.parts] == [euros("50,00"), euros("10,00")]


def own_account(number: int, scheme: str) -> Account:
    """Return the account of an entitlement."""
    return accounts.entitlement(EntitlementId.of(number), scheme)


def test_a_redemption_is_read_with_its_refunds(store: Store) -> None:
    """Each with when it was recorded; of one that is not there, nothing."""
    later = TODAY + timedelta(days=1)
    (refunded,) = granted(store, a_refund("5,00", of=1, number=2), on=later)
    with store.read() as reader:
        recorded = reader.redemption(RedemptionId.of(1))
        assert reader.redemption(RedemptionId.of(99)) is None
    assert isinstance(recorded, Recorded)
    assert isinstance(recorded.redemption, Redemption)
    assert recorded.at == a_stamp().recorded_at
    assert [(refund.amount, at) for refund, at in recorded.refunds] == [
        (euros("45,00"), a_stamp().recorded_at),
        (euros("5,00"), a_stamp(later).recorded_at),
    ]
    assert isinstance(refunded.facts[0], Refund)
    assert recorded.refunds[1][0] == refunded.facts[0]


def test_what_became_of_a_key(store: Store) -> None:
    """The answer of each key, and none for one that nobody used."""
    with store.read() as reader:
        found = {key: reader.attempt(key_of(CLUB, key)) for key in ("paid", "refused", "given back", "unused")}
    assert {key: attempt and (attempt.result, attempt.refusal) for key, attempt in found.items()} == {
        "paid": (RedemptionId.of(1), None),
        "refused": (None, "not-enough"),
        "given back": (a_refund().id, None),
        "unused": None,
    }


@pytest.mark.parametrize("name", [a_holder().reference, a_card().number])
def test_what_a_holder_has(store: Store, name: HolderReference) -> None:
    """Entitlements in the order in which they end, with what is left; cards; by reference or card number."""
    with store.read() as reader:
        entitlements = reader.entitlements_of(name)
        assert [card.id for card in reader.cards_of(name)] == [a_card().id]
    assert entitlements is not None
    assert [(entitlement.scheme, left) for entitlement, left in entitlements] == [
        ("culture", euros("27,00")),
        ("spring", euros("20,00")),
    ]


def test_nobody_has_nothing(store: Store) -> None:
    """A name that nobody has is told apart from a holder without money."""
    with store.read() as reader:
        assert reader.entitlements_of(HolderReference("P-99")) is None
        assert reader.cards_of(HolderReference("P-99")) == []


def test_a_replaced_card_stays_with_its_holder(store: Store) -> None:
    """Both cards are told, and the money waits where it did."""
    new = a_card(7, holder=9)
    granted(store, CardRequest(a_card().number, CardState.REPLACED, new))
    with store.read() as reader:
        assert reader.cards_of(a_holder().reference) == [
            replace(a_card(), state=CardState.REPLACED),
            replace(new, holder=a_holder().id),
        ]
        assert reader.entitlements_of(new.number) == reader.entitlements_of(a_holder().reference)


def test_who_is_there(store: Store) -> None:
    """Merchants by name, terminals with when they were revoked, schemes by code."""
    with store.read() as reader:
        assert sorted({merchant.name for merchant in reader.merchants()}) == ["De Club", "De Winkel", "Het Café"]
        assert [(terminal.id, revoked is not None) for terminal, revoked in reader.terminals()] == [
            (TerminalId.of(1), False),
            (TerminalId.of(2), True),
        ]
        assert reader.terminal(a_terminal(1).credential_hash, on=TODAY) == a_terminal(1)
        assert reader.terminal(a_terminal(2).credential_hash, on=TODAY) is None
        assert [scheme.reference for scheme in reader.schemes()] == [
            f"scheme:{code}@1" for code in ("culture", "spring", "winter")
        ]
        assert reader.municipality() == "Dronten"
