"""Books in each kind of database, with the town of `tests.support.town`, and hands that go around the program."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import pytest
from hypothesis import settings
from sqlalchemy import event

from pasledger.ledger.ids import ActId, FindingId, UnlinkingId
from pasledger.ledger.periods import Period
from pasledger.rules.actors import ActorRole
from pasledger.rules.appointing import ActorRequest
from pasledger.rules.card_rule import LimitRequest
from pasledger.rules.cards import CardState
from pasledger.rules.credentials import RenewalRequest, UseRequest
from pasledger.rules.deciding import Outcome, Request
from pasledger.rules.ends import ExtensionRequest
from pasledger.rules.expiry import FreeingRequest, LapseRequest
from pasledger.rules.follow_ups import FollowUpRequest
from pasledger.rules.persons import OwnSecretRequest, PersonEndRequest, PersonRequest
from pasledger.rules.pins import ActivationRequest, PinRequest, TryRequest, UnlockRequest
from pasledger.rules.records import (
    DONE,
    Act,
    ActResult,
    Credential,
    Event,
    FollowUpState,
    Length,
    LookUp,
    LookUpPurpose,
    PersonRole,
    ReferenceKind,
    Unlinking,
)
from pasledger.rules.registration import CardRequest, HolderRequest, MerchantRequest, RevocationRequest, SchemeRequest
from pasledger.rules.retention import RetentionRequest
from pasledger.rules.sources import SourceRequest
from pasledger.store import BooksProblem, BooksUnusable, Store
from pasledger.store.sqlite import Sqlite
from pasledger.usecases.booking import book
from pasledger.usecases.sealing import seal
from tests.support import postgresql
from tests.support.asking import a_withdrawal_of, an_asked_payment, asks_of
from tests.support.batches import A_BATCH
from tests.support.holds import a_capture, a_hold, a_hold_refund, a_release
from tests.support.town import (
    A_KEY,
    TODAY,
    a_budget,
    a_cafe,
    a_card,
    a_change,
    a_check,
    a_correction,
    a_freeing,
    a_holder,
    a_lapse,
    a_line,
    a_line_read,
    a_merchant,
    a_payout,
    a_payout_cancelled,
    a_person,
    a_redemption,
    a_refund,
    a_run,
    a_run_release,
    a_scheme,
    a_shop,
    a_stamp,
    a_statement,
    a_terminal,
    a_use,
    a_withdrawal,
    a_write_off,
    a_year_close,
    an_award,
    an_end,
    an_extension,
    an_offer,
    an_offer_stop,
    euros,
    offered,
    settings_of_payment,
)

A_SMALL_TOWN: tuple[Request, ...] = (
    SchemeRequest(a_scheme()),
    MerchantRequest(a_merchant(), (a_terminal(),)),
    HolderRequest(a_holder(), a_card()),
    a_budget("1.000,00"),
    an_award("50,00"),
)
"""One scheme, one merchant with a terminal, one holder with a card and € 50,00."""

WINTER = Period(starts_on=date(2026, 1, 1), ends_before=date(2026, 3, 3))
"""A span that is over on the day after that of the town."""

A_PAID_STREET: tuple[Request, ...] = (
    settings_of_payment(),
    a_check(a_cafe().id),
    MerchantRequest(a_shop(), ()),
    a_redemption("2,00", merchant=a_cafe().id, number=11),
    a_redemption("3,00", merchant=a_shop().id, number=12),
    a_run(),
    a_payout(1),
    a_payout(2, a_cafe().id),
    a_payout(3, a_shop().id),
    a_run_release("17,00", payments=2),
    a_payout_cancelled(1),
    a_statement(closing="-2,00"),
    a_line_read(a_line("-2,00", payment="PL-2026-0001-0002")),
    a_refund(of=11, number=11, merchant=a_cafe().id),
    an_end(a_cafe().id),
    a_write_off(a_cafe().id),
)
"""A run of two payouts that was released; one is cancelled, and the other merchant left with a debt."""

A_LIVED_IN_TOWN: tuple[Request, ...] = (
    *A_SMALL_TOWN,
    SourceRequest("suite", (("cliënt", "pashouder"), ("team", None))),
    SchemeRequest(
        replace(
            a_scheme("spring", categories=(), amounts={"child": "80,00", "adult": "60,00"}), day_ceiling=euros("100,00")
        )
    ),
    MerchantRequest(a_cafe(), (a_terminal(2, a_cafe().id),)),
    RevocationRequest(a_terminal(2).id),
    RenewalRequest(Credential(a_terminal(1).id, 0, "pk1b", "hash of 1b", date(2026, 4, 1))),
    UseRequest(a_terminal(1).credential_hash, date(2026, 3, 2)),
    PersonRequest(a_person(), "hash of a start code"),
    OwnSecretRequest(a_person().id, 1, "hash of a password", step=59_000_000),
    PersonRequest(a_person(2, role=PersonRole.CASHIER), "hash of another start code", by=a_person().id),
    PersonEndRequest(a_person(2).id, by=a_person().id),
    PersonRequest(a_person(3, role=PersonRole.CASHIER), "hash of a third start code", by=a_person().id),
    PersonEndRequest(a_person(3).id, by=a_person().id),
    RetentionRequest(ReferenceKind.PERSON, Length(1, "D"), "the town's own rule"),
    a_change(contact="the treasurer"),
    a_check(),
    HolderRequest(a_holder(2), a_card(2, holder=2)),
    CardRequest(a_card(2).number, CardState.BLOCKED),
    a_budget("-100,00", decision="council 2", number=2),
    a_budget("200,00", scheme="spring", decision="council 3", number=3),
    an_award("20,00", scheme="spring", number=2),
    an_award("30,00", holder=2, number=3),
    *A_BATCH,
    a_redemption("60,00", number=1, key="paid"),
    a_redemption("500,00", number=2, key="refused"),
    a_refund("45,00", of=1, number=1, key="given back"),
    *A_PAID_STREET,
    a_redemption("1,00", number=3),
    a_hold("4,00", number=1, key="set aside", reference="camp 7"),
    a_capture("2,50", number=1),
    a_hold_refund("0,50", number=1, reference="camp 7, rain"),
    a_release("1,00", number=1),
    SchemeRequest(a_scheme("winter", categories=(), fixed=WINTER)),
    a_budget("20,00", scheme="winter", decision="council 14", number=14),
    an_award("4,00", scheme="winter", holder=2, number=14),
    an_award("3,00", scheme="winter", holder=2, number=15, instalment=2),
    an_award("2,00", scheme="winter", holder=2, number=16, instalment=3),
    an_award("1,00", scheme="winter", holder=2, number=17, instalment=4),
    a_redemption("2,00", card=1, number=14),
    a_correction(a_redemption(number=14)),
    a_withdrawal(15, number=600_000),
    a_year_close("winter", year=2025),
    *(a_lapse(one, number=one) for one in (14, 16, 17)),
    an_extension(14, number=1),
    an_extension(16, number=200_000),
    a_freeing("winter"),
    ActorRequest("administrator", frozenset({ActorRole.ADMINISTRATOR}), "hash of a credential", is_login=True),
    *offered(an_offer(1, per_card=2, stock=3)),
    *offered(an_offer(2, per_card=1)),
    a_use(1, number=900, key="used"),
    a_use(1, number=901),
    a_use(2, card=1, number=902),
    an_offer_stop(2),
    asks_of(1, 2, 3, amount="2,00", key="a class"),
    an_asked_payment("1,50", of=1, number=910, key="at home"),
    a_withdrawal_of(2),
    LimitRequest(euros("25,00")),
    ActivationRequest(a_card().number, "hash of a code", date(2026, 5, 1)),
    PinRequest(a_card().number, "hash of a PIN", "hash of a code"),
    TryRequest(a_card().number),
    UnlockRequest(a_card().number),
    FollowUpRequest(FindingId.of(1), "round-amounts", FollowUpState.EXAMINING, "the merchant was asked"),
)
"""The same, and something in every table: two who pay, a split payment, a refund, a refusal, a revoked terminal, an
administrator, a PIN; a name that went when it was over; and a scheme of which something was withdrawn, lapsed and was
freed when it was over. These books have a key too."""


Books = TypeVar("Books", Path, str)

ON_DISK = settings(max_examples=settings().max_examples // 4)
"""How deep a property is searched on the disk: less than in memory, for it takes longer."""
IN_POSTGRESQL = settings(max_examples=settings().max_examples // 20)
"""How deep in PostgreSQL, where each example takes a schema of its own."""


@lru_cache(maxsize=32)
def _bytes_of(requests: tuple[Request, ...]) -> bytes:
    """Return the file of books with these requests in it; made once, for that takes longer than most tests."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "new.db"
        if not requests:
            Store.start(str(path), municipality="Dronten", at=a_stamp().recorded_at, by="clerk").close()
            return path.read_bytes()
        with opened(a_file(path)) as store:
            _book(store, requests)
        return path.read_bytes()


def a_file(path: Path, *requests: Request) -> Path:
    """Make books at `path` in which the requests were granted or refused, and return the path."""
    path.write_bytes(_bytes_of(requests))
    return path


@cache
def _bytes_with_seals() -> bytes:
    with TemporaryDirectory() as folder:
        return with_seals(a_file(Path(folder) / "books.db", *A_LIVED_IN_TOWN)).read_bytes()


def a_sealed_file(path: Path) -> Path:
    """Make the books of the lived-in town at `path`, sealed, so that every table has rows; and return the path."""
    path.write_bytes(_bytes_with_seals())
    return path


def with_seals(books: Books) -> Books:
    """Seal all that is in the books, and return where they are."""
    with opened(books) as store:
        seal(store, a_stamp())
    return books


@contextmanager
def opened(books: Path | str) -> Iterator[Store]:
    """Open books for as long as the block lasts, with the key that those have which have one."""
    store = Store.open(str(books))
    if store._key_check is not None:
        store._given_key = A_KEY
    try:
        yield store
    finally:
        store.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the file of a small town's books."""
    return a_file(tmp_path / "books.db", *A_SMALL_TOWN)


# --- in each kind of database

SQLITE, POSTGRESQL = KINDS = ("sqlite", "postgresql")

MakeBooks = Callable[..., str]
"""Makes books in which the requests were granted or refused, and returns where they are."""


def start(books: str) -> None:
    """Start new books, in which nothing is booked."""
    Store.start(books, municipality="Dronten", at=a_stamp().recorded_at, by="clerk").close()


@contextmanager
def place_in(kind: str, folder: Path) -> Iterator[MakeBooks]:
    """Let books be made in a kind of database, as many as are asked for, for as long as the block lasts."""
    made: list[str] = []

    def make(*requests: Request) -> str:
        if kind == SQLITE:
            made.append(str(a_file(folder / f"{len(made)}.db", *requests)))
        else:
            made.append(_in_postgresql(*requests))
        return made[-1]

    try:
        yield make
    finally:
        for books in made:
            if kind == POSTGRESQL:
                postgresql.drop(books)


def _in_postgresql(*requests: Request) -> str:
    """Return where the books are; a copy of what was made before, where the server is ours to make databases on."""
    return postgresql.a_copy_of(_once_in_postgresql(requests)) if postgresql.is_our_own() else _filled(requests)


@lru_cache(maxsize=32)
def _once_in_postgresql(requests: tuple[Request, ...]) -> str:
    return _filled(requests, postgresql.alone())


def _filled(requests: tuple[Request, ...], books: str | None = None) -> str:
    books = books or postgresql.a_free_address()
    start(books)
    if requests:
        with opened(books) as store:
            _book(store, requests)
    return books


def _book(store: Store, requests: tuple[Request, ...]) -> None:
    """Book the requests on the day of the town; what can only be when something is over, on the day after."""
    ends = [request for request in requests if isinstance(request, LapseRequest | ExtensionRequest | FreeingRequest)]
    book(store, [request for request in requests if request not in ends], a_stamp())
    if ends:
        book(store, ends, a_stamp(WINTER.ends_before))
    is_lived_in = requests[: len(A_LIVED_IN_TOWN)] == A_LIVED_IN_TOWN
    _log(store, *([LookUp(ActId.of(1), LookUpPurpose.CARD, a_holder().id, a_card().id)] if is_lived_in else []))
    if is_lived_in:
        _unlink(store)
        store.take_key(A_KEY, at=a_stamp().recorded_at, by="clerk")


def _unlink(store: Store) -> None:
    """Let a name go that is over, under an id that is the same in all books."""
    gone = Unlinking(UnlinkingId.of(1), ReferenceKind.PERSON, TODAY, (a_person(3).id,))
    with store.begin() as transaction:
        transaction.unlink(gone, a_stamp(WINTER.ends_before))


def _log(store: Store, *about: LookUp) -> None:
    """Let the log have a line, for whatever made the books."""
    at, act = a_stamp().recorded_at, ActId.of(1)
    with store.begin() as transaction:
        transaction.log(
            Act(act, at, "clerk", "approver", "award", "awards.csv", "clerk@here"),
            ActResult(act, at, DONE),
            *about,
        )


@pytest.fixture(params=KINDS)
def make_books(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeBooks]:
    """Return what makes books: once in each kind of database."""
    with place_in(request.param, tmp_path) as make:
        yield make


@pytest.fixture
def books(make_books: MakeBooks) -> str:
    """Return where the books of a small town are."""
    return make_books(*A_SMALL_TOWN)


@pytest.fixture
def store(books: str) -> Iterator[Store]:
    """Return the books of a small town, open."""
    with opened(books) as opened_store:
        yield opened_store


def content(books: Path | str) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table, for comparing books with themselves."""
    if is_postgresql(books):
        return postgresql.content(str(books))
    with raw(Path(books)) as connection:
        return {table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in tables_in(connection)}


def is_postgresql(books: Path | str) -> bool:
    """Return whether books are in PostgreSQL and not in a file."""
    return "://" in str(books)


def answer(store: Store, request: Request, *, on: date = TODAY) -> Outcome:
    """Return the answer of the books to one request."""
    (outcome,) = book(store, [request], a_stamp(on))
    return outcome


def granted(store: Store, *requests: Request, on: date = TODAY) -> list[Event]:
    """Book the requests in one batch and return what they led to; none may be refused."""
    outcomes = book(store, requests, a_stamp(on))
    assert [outcome.refused for outcome in outcomes] == [None] * len(requests)
    return [outcome.event for outcome in outcomes if outcome.event is not None]


def holders(numbers: Iterable[int], *, state: CardState = CardState.ACTIVE) -> list[Request]:
    """Return the registration of holders, each with the card of the same number."""
    return [HolderRequest(a_holder(number), a_card(number, holder=number, state=state)) for number in numbers]


@contextmanager
def unusable(problem: BooksProblem, **figures: object) -> Iterator[None]:
    """Pass only if what is done within finds the books unusable for exactly this reason, with these figures."""
    with pytest.raises(BooksUnusable) as unusable_books:
        yield
    found = unusable_books.value
    assert (found.problem, {name: found.figures.get(name) for name in figures}) == (problem, figures)


# --- around the program


@contextmanager
def raw(path: Path, *, foreign_keys: bool = True) -> Iterator[sqlite3.Connection]:
    """Open the file as anybody could who may write it: no trigger fires for what a REPLACE deletes."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute(f"PRAGMA foreign_keys = {int(foreign_keys)}")
        connection.execute("PRAGMA recursive_triggers = 0")
        connection.execute("PRAGMA synchronous = 0")  # an attacker is in a hurry
        yield connection
    finally:
        connection.close()


@contextmanager
def unguarded(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the file with nothing in the way, and put every guard back afterwards as if nothing had been done."""
    with raw(path, foreign_keys=False) as connection:
        connection.execute("PRAGMA ignore_check_constraints = 1")
        for name in Sqlite().guards():
            connection.execute(f"DROP TRIGGER {name}")
        yield connection
        for statement in Sqlite().guards().values():
            connection.execute(statement)


def tables_in(connection: sqlite3.Connection) -> list[str]:
    """Return the names of all tables of books."""
    named = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    return [name for (name,) in named if name != "alembic_version"]


def columns_of(connection: sqlite3.Connection, table: str) -> dict[str, str]:
    """Return the columns of a table with their types."""
    return {column[1]: column[2] for column in connection.execute(f"PRAGMA table_info({table})")}


@dataclass
class Traffic:
    """What went to the database: every statement in order, and how many rows the writing ones changed."""

    statements: list[str] = field(default_factory=list)
    changed: dict[str, int] = field(default_factory=dict)


@contextmanager
def traffic(store: Store) -> Iterator[Traffic]:
    """Count what a store sends to its database while the block lasts."""
    seen = Traffic()

    def after(_connection: object, cursor: Any, statement: str, *_others: object) -> None:
        seen.statements.append(statement)
        words = statement.replace(" OR ROLLBACK", "").split()
        if words[0] in ("INSERT", "UPDATE"):
            table = words[2] if words[0] == "INSERT" else words[1]
            seen.changed[table.strip('"')] = seen.changed.get(table.strip('"'), 0) + cursor.rowcount

    event.listen(store._engine, "after_cursor_execute", after)
    try:
        yield seen
    finally:
        event.remove(store._engine, "after_cursor_execute", after)
