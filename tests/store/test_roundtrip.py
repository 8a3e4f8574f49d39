"""What is written is read back equal: every record, with whatever it can hold."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from pasledger.ledger import accounts
from pasledger.ledger.ids import (
    CaptureId,
    CardId,
    EntitlementId,
    EntryId,
    HolderId,
    HoldId,
    Id,
    MerchantId,
    RedemptionId,
    RefundId,
    ReleaseId,
    TerminalId,
)
from pasledger.ledger.journal import FOUR_EYES, Entry, EntryKind, Stamp, Transfer
from pasledger.ledger.money import LARGEST_CENTS, Money, total
from pasledger.ledger.periods import Period
from pasledger.ledger.refusals import Refusal
from pasledger.rules import postings
from pasledger.rules.cards import NUMBER_CHOICES, CardState, TokenHash, card_number
from pasledger.rules.deciding import Outcome
from pasledger.rules.holders import HolderReference
from pasledger.rules.records import (
    Attempt,
    AwardDecision,
    BudgetDecision,
    Card,
    CardChange,
    Entitlement,
    Event,
    Fact,
    Hold,
    HoldCaptured,
    Holder,
    HoldRefunded,
    HoldReleased,
    Merchant,
    MerchantReference,
    Part,
    Redemption,
    Refund,
    Terminal,
    TerminalRevoked,
)
from pasledger.rules.schemes import Scheme, ValidityRule
from pasledger.rules.town import Needs, Town
from pasledger.store import Reader, Store
from pasledger.store.recording import record
from tests.support.books import KINDS, ON_DISK, POSTGRESQL, SQLITE, opened, place_in
from tests.support.town import TODAY, a_card, a_stamp, a_terminal

Found = TypeVar("Found")
AnyId = TypeVar("AnyId", bound=Id)


@pytest.fixture(scope="module", params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Return new books, which stay new: whatever is written here is undone."""
    with place_in(request.param, tmp_path_factory.mktemp("roundtrip")) as make, opened(make()) as store:
        yield store


WITHOUT_REFERENCES = {
    SQLITE: "PRAGMA defer_foreign_keys = 1",
    POSTGRESQL: "SET LOCAL session_replication_role = replica",
}
"""What lets a transaction write a row that refers to others which are not there."""


class _Undone(Exception):  # noqa: N818 - nothing went wrong
    """Takes back what was written."""


def read_back(store: Store, outcome: Outcome, read: Callable[[Reader], Found]) -> Found:
    """Write an outcome, whatever it refers to, and return what `read` finds in the same transaction."""
    found: list[Found] = []
    with suppress(_Undone), store._connection() as connection:
        connection.exec_driver_sql(WITHOUT_REFERENCES[connection.dialect.name])
        record(connection, [outcome], Town())
        found.append(read(Reader(connection)))
        raise _Undone
    return found[0]


def told(fact: Fact, stamp: Stamp, entry: Entry | None = None) -> Outcome:
    """Return the outcome that sets down one fact."""
    return Outcome(event=Event(stamp, (fact,), entry))


# --- what can be written

# No file can bring a NUL, and no database keeps one in a text.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
codes = st.from_regex(r"[a-z][a-z0-9-]{1,39}", fullmatch=True)
kinds = st.sets(codes, min_size=1, max_size=4).map(lambda drawn: tuple(sorted(drawn)))
days = st.dates(max_value=date(9999, 12, 30))
moments = st.datetimes(datetime(1900, 1, 1), datetime(9999, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000)
)
amounts = st.integers(1, LARGEST_CENTS // 4).map(Money)
periods = st.tuples(days, st.integers(1, 800)).map(
    lambda drawn: Period(drawn[0], min(drawn[0] + timedelta(min(drawn[1], (date.max - drawn[0]).days)), date.max))
)
stamps = st.builds(Stamp, moments, days, texts.map("clerk {}".format), texts.map("approver {}".format))
references = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,34}", fullmatch=True).map(HolderReference)
numbers = st.integers(0, NUMBER_CHOICES - 1).map(card_number)
hashes = texts.map(TokenHash.of)


def ids(kind: type[AnyId]) -> SearchStrategy[AnyId]:
    """Return ids of a kind."""
    return st.integers(0, 2**128 - 1).map(kind.of)


parts = st.lists(
    st.builds(Part, ids(EntitlementId), codes, amounts), min_size=1, max_size=4, unique_by=lambda part: part.entitlement
)
results = ids(RedemptionId) | ids(RefundId) | ids(HoldId) | ids(CaptureId) | ids(ReleaseId)
cards = st.builds(Card, ids(CardId), ids(HolderId), numbers, hashes, st.sampled_from(CardState))
terminals = st.builds(Terminal, ids(TerminalId), ids(MerchantId), texts, texts, texts)


@st.composite
def schemes(draw: st.DrawFn) -> Scheme:
    """Return any version of a scheme."""
    validity = draw(st.sampled_from(ValidityRule))
    least, most = sorted([draw(amounts), draw(amounts)])
    return Scheme(
        draw(codes),
        draw(st.integers(1, 10**6)),
        draw(days),
        draw(texts),
        draw(texts),
        draw(st.frozensets(texts)),
        draw(st.frozensets(texts)),
        validity,
        draw(periods) if validity is ValidityRule.FIXED else None,
        least,
        most,
        draw(texts),
        draw(texts),
        draw(texts),
        tuple(sorted(draw(st.dictionaries(texts, st.sampled_from([least, most]), max_size=4)).items())),
    )


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    """Return any entry."""
    kind = draw(st.sampled_from(EntryKind))
    stamp = draw(stamps)
    if kind not in FOUR_EYES:
        stamp = draw(st.sampled_from([stamp, stamp.by(draw(texts))]))
    owner, merchant, scheme, year = (
        draw(ids(EntitlementId)),
        draw(ids(MerchantId)),
        draw(codes),
        draw(st.integers(1900, 2999)),
    )
    known = (
        *(accounts.treasury(scheme), accounts.budget(scheme, year), accounts.entitlement(owner, scheme)),
        *(accounts.held(scheme), accounts.payable(merchant, scheme), accounts.in_payment(merchant, scheme)),
        accounts.lapsed(scheme, year),
    )
    sides = st.permutations(known)
    transfers = draw(
        st.lists(
            st.builds(lambda two, amount: Transfer(two[0], two[1], amount), sides, amounts), min_size=1, max_size=9
        )
    )
    versions = draw(st.lists(codes, max_size=3))
    return Entry(draw(ids(EntryId)), kind, stamp, tuple(transfers), tuple(versions), draw(st.none() | texts))


# --- and read back


@ON_DISK
@given(schemes(), stamps)
def test_a_scheme(store: Store, scheme: Scheme, stamp: Stamp) -> None:
    """A version of a scheme, with its lists, its period and its amounts."""
    assert read_back(store, told(scheme, stamp), lambda reader: list(reader.schemes())) == [scheme]


@ON_DISK
@given(st.builds(Merchant, ids(MerchantId), st.integers(1, 10**6), days, texts, texts, kinds, texts, texts), stamps)
def test_a_merchant(store: Store, merchant: Merchant, stamp: Stamp) -> None:
    """A version of a merchant, by its id and by its name."""
    assert read_back(store, told(merchant, stamp), lambda reader: list(reader.merchants())) == [merchant]
    for needs in (Needs(merchants={merchant.id}), Needs(merchant_names={merchant.name})):
        town = read_back(store, told(merchant, stamp), partial(Reader.load, needs=needs))
        assert town.merchants == {merchant.id: (merchant,)}


@ON_DISK
@given(terminals, stamps)
def test_a_terminal(store: Store, terminal: Terminal, stamp: Stamp) -> None:
    """A terminal, found by its credential."""
    outcome = told(terminal, stamp)
    assert read_back(store, outcome, lambda reader: list(reader.terminals())) == [(terminal, None)]
    assert read_back(store, outcome, lambda reader: reader.terminal(terminal.credential_hash, on=TODAY)) == terminal


def test_a_revoked_terminal(store: Store) -> None:
    """It is still told, with when it ended, and nobody signs in with it."""
    event = Event(a_stamp(), (a_terminal(), TerminalRevoked(a_terminal().id)))
    revoked = read_back(store, Outcome(event), lambda reader: list(reader.terminals()))
    assert revoked == [(a_terminal(), "2026-03-02T12:00:00.000Z")]
    assert (
        read_back(store, Outcome(event), lambda reader: reader.terminal(a_terminal().credential_hash, on=TODAY)) is None
    )


@ON_DISK
@given(st.builds(Holder, ids(HolderId), references, texts), stamps)
def test_a_holder(store: Store, holder: Holder, stamp: Stamp) -> None:
    """A holder with its reference, which stands in a table of its own."""
    needs = Needs(holders={holder.reference})
    assert read_back(store, told(holder, stamp), lambda reader: reader.load(needs).holders) == {
        holder.reference: holder
    }


@ON_DISK
@given(cards, stamps)
def test_a_card(store: Store, card: Card, stamp: Stamp) -> None:
    """A card, by its number and by the hash of its token."""
    for name in (card.number, card.token_hash):
        town = read_back(store, told(card, stamp), partial(Reader.load, needs=Needs(cards={name})))
        assert town.card(name) == card


@pytest.mark.parametrize("state", CardState)
def test_a_card_that_changed(store: Store, state: CardState) -> None:
    """A card is read in the state that it is in now."""
    event = Event(a_stamp(), (a_card(), CardChange(a_card().id, state)))
    number = a_card().number
    town = read_back(store, Outcome(event), lambda reader: reader.load(Needs(cards={number})))
    assert town.card(number).state is state


@ON_DISK
@given(
    st.builds(
        Entitlement, ids(EntitlementId), ids(EntryId), ids(HolderId), codes, st.integers(1, 99), periods, amounts
    ),
    stamps,
)
def test_an_entitlement(store: Store, entitlement: Entitlement, stamp: Stamp) -> None:
    """An entitlement with its validity."""
    assert read_back(store, told(entitlement, stamp), lambda reader: list(reader.entitlements())) == [entitlement]


@ON_DISK
@given(
    st.builds(
        AwardDecision,
        ids(EntitlementId),
        ids(EntryId),
        codes,
        references.map(str),
        ids(HolderId),
        st.integers(1, 99),
        texts,
    ),
    stamps,
)
def test_an_award_decision(store: Store, decision: AwardDecision, stamp: Stamp) -> None:
    """What makes it the same award, found by its reference."""
    needs = Needs(award_references={decision.reference})
    town = read_back(store, told(decision, stamp), lambda reader: reader.load(needs))
    assert town.awards == {decision.unique_key}


@ON_DISK
@given(
    st.builds(
        BudgetDecision,
        ids(EntryId),
        codes,
        st.integers(1900, 2999),
        references.map(str),
        amounts | amounts.map(lambda amount: -amount),
    ),
    stamps,
)
def test_a_budget_decision(store: Store, decision: BudgetDecision, stamp: Stamp) -> None:
    """A decision that raised or lowered a budget."""
    assert read_back(store, told(decision, stamp), lambda reader: list(reader.budget_decisions())) == [decision]


@ON_DISK
@given(entries())
def test_an_entry(store: Store, entry: Entry) -> None:
    """An entry of any kind with its transfers in order, its versions and its commitment."""
    outcome = Outcome(Event(entry.stamp, (), entry))
    assert read_back(store, outcome, lambda reader: list(reader.events())) == [Event(entry.stamp, (), entry)]


@ON_DISK
@given(parts, stamps, st.data())
def test_a_redemption_and_its_refund(store: Store, paid: list[Part], stamp: Stamp, data: st.DataObject) -> None:
    """Both with their parts in order; those of a redemption are its transfers."""
    merchant = data.draw(ids(MerchantId))
    entry = Entry(
        data.draw(ids(EntryId)),
        EntryKind.REDEEMED,
        stamp,
        tuple(
            postings.redeemed(scheme=part.scheme, entitlement=part.entitlement, merchant=merchant, amount=part.amount)
            for part in paid
        ),
    )
    redemption = Redemption(
        data.draw(ids(RedemptionId)),
        entry.id,
        merchant,
        data.draw(st.none() | ids(TerminalId)),
        data.draw(ids(CardId)),
        data.draw(ids(HolderId)),
        total(part.amount for part in paid),
        tuple(paid),
    )
    refund = Refund(data.draw(ids(RefundId)), entry.id, redemption.id, merchant, tuple(paid))
    event = Event(stamp, (redemption, refund), entry)
    assert read_back(store, Outcome(event), lambda reader: list(reader.events())) == [event]


@ON_DISK
@given(parts, stamps, st.data())
def test_a_hold_and_what_became_of_it(store: Store, held: list[Part], stamp: Stamp, data: st.DataObject) -> None:
    """All with their parts in order, those of a hold being its transfers; and the merchant's reference."""
    merchant, reference = data.draw(ids(MerchantId)), data.draw(texts)
    transfers = tuple(
        postings.held(scheme=part.scheme, entitlement=part.entitlement, amount=part.amount) for part in held
    )
    entry = Entry(data.draw(ids(EntryId)), EntryKind.HELD, stamp, transfers)
    hold = Hold(
        data.draw(ids(HoldId)),
        entry.id,
        merchant,
        data.draw(st.none() | ids(TerminalId)),
        data.draw(ids(CardId)),
        data.draw(ids(HolderId)),
        total(part.amount for part in held),
        data.draw(days),
        tuple(held),
    )
    of = (entry.id, hold.id, merchant, tuple(held))
    facts: tuple[Fact, ...] = (
        hold,
        HoldCaptured(data.draw(ids(CaptureId)), *of),
        HoldReleased(data.draw(ids(ReleaseId)), *of),
        HoldRefunded(data.draw(ids(RefundId)), *of),
        MerchantReference(entry.id, reference, data.draw(texts)),
    )
    event = Event(stamp, facts, entry)
    assert read_back(store, Outcome(event), lambda reader: list(reader.events())) == [event]


@ON_DISK
@given(
    st.builds(Attempt, texts, texts, moments, results, st.none())
    | st.builds(Attempt, texts, texts, moments, st.none(), st.sampled_from(Refusal))
)
def test_an_attempt(store: Store, attempt: Attempt) -> None:
    """A key with its answer, and a result of the kind that it was."""
    found = read_back(store, Outcome(attempt=attempt), lambda reader: reader.attempt(attempt.key))
    assert found == attempt
    assert found is not None
    assert type(found.result) is type(attempt.result)


def test_a_moment_is_in_utc_to_the_millisecond(store: Store) -> None:
    """What a stamp says is written in one way, which sorts as text."""
    amsterdam = datetime.fromisoformat("2026-03-02T00:30:00.123+01:00")
    attempt = Attempt("key", "fingerprint", amsterdam, None, Refusal.NOT_ENOUGH)
    found: Any = read_back(store, Outcome(attempt=attempt), lambda reader: reader.attempt("key"))
    assert found.recorded_at.isoformat() == "2026-03-01T23:30:00.123000+00:00"
