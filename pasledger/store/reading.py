"""Reading the books: one snapshot for all that is asked of one reader."""

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Select,
    Subquery,
    bindparam,
    func,
    literal,
    or_,
    select,
    union,
)

from pasledger.ledger.accounts import Account
from pasledger.ledger.ids import EntryId, HolderId, MerchantId, RedemptionId
from pasledger.ledger.journal import Entry, EntryKind, Transfer
from pasledger.ledger.money import Money, total
from pasledger.ledger.periods import Period
from pasledger.ledger.views import EVERYTHING, View
from pasledger.reports.trial_balance import Turnover
from pasledger.rules.cards import CardNumber
from pasledger.rules.holders import HolderReference
from pasledger.rules.records import (
    Attempt,
    BudgetDecision,
    Card,
    Entitlement,
    Event,
    FileSource,
    Merchant,
    Redemption,
    Refund,
    Terminal,
)
from pasledger.rules.schemes import Scheme
from pasledger.rules.town import Needs, Town
from pasledger.store import credentials, guards, journal, merchant_file, overviews, rows, tables
from pasledger.store.acting import Acting
from pasledger.store.asking import strange_payments
from pasledger.store.auditing import Auditing
from pasledger.store.bank import Bank
from pasledger.store.batches import Batches
from pasledger.store.changeable import Changeable
from pasledger.store.changes import lines, read_transfer
from pasledger.store.commitments import broken
from pasledger.store.databases import database_behind
from pasledger.store.ends import ends_before, owned
from pasledger.store.following import Following
from pasledger.store.holding import Holds
from pasledger.store.kit import Kit
from pasledger.store.leaves import Page
from pasledger.store.ledger_reading import Ledger
from pasledger.store.loading import load
from pasledger.store.messaging import Messaging
from pasledger.store.noted import noted
from pasledger.store.offers import Offers, miscounted
from pasledger.store.orphans import orphaned, refers_to_nothing
from pasledger.store.payment_requests import PaymentRequests
from pasledger.store.payouts import Payouts, mispinned
from pasledger.store.persons import KnownPerson, known_persons, person_called, persons_of
from pasledger.store.reaching import Reaching
from pasledger.store.registers import Registers
from pasledger.store.retention import Retention
from pasledger.store.sealing import Sealing
from pasledger.store.selling import Selling
from pasledger.store.standing import strayed
from pasledger.store.statements import Query, Row
from pasledger.store.stretches import Stretch
from pasledger.store.viewing import SEEN, values_of

_t = tables


@dataclass(frozen=True, slots=True)
class Recorded:
    """A redemption with its refunds, and when each was recorded."""

    redemption: Redemption
    at: datetime
    refunds: tuple[tuple[Refund, datetime], ...]
    references: Mapping[EntryId, str | None] = field(default_factory=dict)
    """What the merchant called each of them."""

    @property
    def refundable(self) -> Money:
        """What can still be given back."""
        return self.redemption.amount - total(refund.amount for refund, _ in self.refunds)


class Reader:
    """The books as they are at one moment."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.holds = Holds(connection)
        self.selling = Selling(connection)
        self.kit = Kit(connection)
        self.ledger = Ledger(connection)
        self.following = Following(connection)
        self.seals = Sealing(connection)
        self.retention = Retention(connection)
        self.reaching = Reaching(connection)
        self.auditing = Auditing(connection)
        self.registers = Registers(connection)

    def municipality(self) -> str:
        """Return the name of the municipality whose books these are."""
        return str(_MUNICIPALITY.fetch(self._connection)[0][0])

    @property
    def bank(self) -> Bank:
        """Questions about bank statements."""
        return Bank(self._connection)

    @property
    def payouts(self) -> Payouts:
        """Questions about payouts."""
        return Payouts(self._connection)

    @property
    def offers(self) -> Offers:
        """The offers of merchants."""
        return Offers(self._connection)

    @property
    def payment_requests(self) -> PaymentRequests:
        """What merchants ask to be paid."""
        return PaymentRequests(self._connection)

    def load(self, needs: Needs) -> Town:
        """Return the town as far as `needs` go, as a batch would see it."""
        return load(self._connection, needs)

    @property
    def changeable(self) -> Changeable:
        """What staff looks at before something is changed that was booked."""
        return Changeable(self._connection)

    @property
    def batches(self) -> Batches:
        """The award batches."""
        return Batches(self._connection)

    @property
    def messaging(self) -> Messaging:
        """What there is to tell holders."""
        return Messaging(self._connection)

    @property
    def acting(self) -> Acting:
        """Who may act, and what was done: the actors and the log."""
        return Acting(self._connection)

    # --- accounts

    def account(self, code: str) -> Account | None:
        """Return the account with this code, if it was ever opened."""
        found = _ACCOUNT.fetch(self._connection, code=code)
        return rows.read_account(*found[0]) if found else None

    def turnovers(self, view: View = EVERYTHING) -> Iterator[tuple[Account, Turnover]]:
        """Yield each account with all that was debited and credited on it, in the order of the codes.

        In a view, only the accounts that were moved by what it sees.
        """
        if view == EVERYTHING:
            found = _TURNOVERS.stream(self._connection)
        else:
            found = _TURNOVERS_SEEN.stream(self._connection, **values_of(view))
        for code, kind, scheme, debits, credited in found:
            yield rows.read_account(code, kind, scheme), Turnover(Money(debits), Money(credited))

    def stored_balances(self) -> Iterator[tuple[Account, Money]]:
        """Yield each account that keeps a balance, with it, in the order of the codes."""
        for account, balance in self.opened_accounts():
            if balance is not None:
                yield account, balance

    def opened_accounts(self) -> Iterator[tuple[Account, Money | None]]:
        """Yield each account with the balance that is stored for it, if one is, in the order of the codes."""
        for code, kind, scheme, cents in _OPENED_ACCOUNTS.stream(self._connection):
            yield rows.read_account(code, kind, scheme), None if cents is None else Money(cents)

    # --- the journal

    def entries_on(self, account: Account, view: View = EVERYTHING, *, since: date = date.min) -> Iterator[Entry]:
        """Yield the entries that moved `account` and count since a day, in the order in which they were made."""
        touched = {"code": account.code}
        asked = {"since": since.isoformat(), **touched, **values_of(view)}
        return self._entries(_ENTRIES_ON.stream(self._connection, **asked), _TRANSFERS_ON, touched)

    def turnover(self, account: Account, view: View = EVERYTHING) -> Turnover:
        """Return what was debited and credited on one account."""
        [(debits, credited)] = _TURNOVER.fetch(self._connection, code=account.code, **values_of(view))
        return Turnover(Money(debits), Money(credited))

    def journal(self, stretch: Stretch | None = None) -> Iterator[Page]:
        """Yield every entry, or those of a stretch, as its rows say it, in the order of their ids, by the page."""
        return journal.pages(self._connection, stretch)

    def accounts(self) -> dict[str, Account]:
        """Return every account by its code."""
        return {account.code: account for account, _ in self.opened_accounts()}

    def events(self) -> Iterator[Event]:
        """Yield every entry with its records, and every change that moved no money, in the order of their making."""
        accounts = self.accounts()
        booked = ((one.id, one.event(accounts)) for page in self.journal() for one in journal.booked(page))
        merged = heapq.merge(booked, self.changeable.without_entry(), key=lambda one: _bits(one[0]))
        return (event for _, event in merged)

    def entries(self, period: Period | None = None, kind: EntryKind | None = None) -> Iterator[Entry]:
        """Yield every entry, or those that count in a period and are of a kind, in the order of their ids."""
        starts_on, ends_before = (period.starts_on, period.ends_before) if period else (date.min, date.max)
        asked = {"starts_on": starts_on.isoformat(), "ends_before": ends_before.isoformat(), "kind": kind or "%"}
        return self._entries(_ENTRIES_IN.stream(self._connection, **asked), _TRANSFERS_IN, asked)

    def entitlements(self) -> Iterator[Entitlement]:
        """Yield every entitlement as it was awarded."""
        return map(rows.read_entitlement, _ENTITLEMENTS.stream(self._connection))

    def _entries(self, entries: Iterable[Row], transfers: Query, parameters: dict[str, str]) -> Iterator[Entry]:
        lines = groupby(transfers.stream(self._connection, **parameters), key=itemgetter(0))
        following = next(lines, None)
        for row in entries:
            own: tuple[Transfer, ...] = ()
            while following is not None and following[0] < row[0]:  # left behind by an entry that is not there
                following = next(lines, None)
            if following is not None and following[0] == row[0]:
                own = tuple(read_transfer(line) for line in following[1])
                following = next(lines, None)
            yield rows.read_entry(row, own)

    def newest(self) -> datetime | None:
        """Return when the newest entry was recorded; None where there are no entries."""
        found = _NEWEST.fetch(self._connection)
        return rows.read_moment(found[0][0]) if found else None

    # --- what merchants and staff ask

    def attempt(self, key: str) -> Attempt | None:
        """Return what became of an idempotency key."""
        found = _ATTEMPT.fetch(self._connection, key=key)
        return rows.read_attempt(found[0]) if found else None

    def redemption(self, redemption: RedemptionId) -> Recorded | None:
        """Return a redemption with its refunds."""
        known = self.load(Needs(redemptions={redemption}))
        if redemption not in known.redemptions:
            return None
        found = known.redemptions[redemption]
        refunds = known.refunds.get(redemption, [])
        beside = noted(self._connection, [found.entry, *(refund.entry for refund in refunds)])
        return Recorded(
            found,
            beside[found.entry].at,
            tuple((refund, beside[refund.entry].at) for refund in refunds),
            {entry: note.reference for entry, note in beside.items()},
        )

    def terminal(self, credential_hash: str, *, on: date) -> Terminal | None:
        """Return the terminal with this credential on a day, unless it was revoked or renewed before."""
        return credentials.terminal_with(self._connection, credential_hash, on=on)

    def credentials(self) -> Iterator[credentials.KnownCredential]:
        """Yield every credential of every terminal."""
        return credentials.known_credentials(self._connection)

    def persons(self) -> Iterator[KnownPerson]:
        """Yield every person that there ever was."""
        return known_persons(self._connection)

    def persons_of(self, merchant: MerchantId) -> list[KnownPerson]:
        """Return the persons of a merchant that have not ended."""
        return persons_of(self._connection, merchant)

    def person(self, called: str) -> KnownPerson | None:
        """Return the person with this id or number, unless it has ended."""
        return person_called(self._connection, called)

    def spending_of(self, holder: HolderId) -> Iterator[overviews.Spent]:
        """Yield what a holder spent and was given back, the oldest first."""
        return overviews.spending_of(self._connection, holder)

    def set_aside_for(self, holder: HolderId) -> Iterator[overviews.SetAside]:
        """Yield what is held of what a holder has, what ends first first."""
        return overviews.set_aside_for(self._connection, holder)

    def decisions_of(self, holder: HolderId) -> dict[str, str]:
        """Return the reference of the decision behind each entitlement of a holder, where it is still there."""
        return overviews.decisions_of(self._connection, holder)

    def merchants(self) -> Iterator[Merchant]:
        """Yield every version of every merchant, by name."""
        return map(rows.read_merchant, _MERCHANTS.stream(self._connection))

    def merchant_history(self, merchant: MerchantId) -> merchant_file.History:
        """Return all that is known of a merchant."""
        return merchant_file.history(self._connection, merchant)

    def terminals(self) -> Iterator[tuple[Terminal, str | None]]:
        """Yield every terminal, with when it was revoked."""
        for row in _TERMINALS.stream(self._connection):
            yield rows.read_terminal(row), row[_REVOKED_AT]

    def schemes(self) -> Iterator[Scheme]:
        """Yield every version of every scheme."""
        for versions in self.load(Needs()).schemes.values():
            yield from versions

    def file_sources(self) -> Iterator[FileSource]:
        """Yield every version of every source of files."""
        return map(rows.read_file_source, _FILE_SOURCES.stream(self._connection))

    def budget_decisions(self) -> Iterator[BudgetDecision]:
        """Yield every decision on a budget that was not countered, in the order in which they were booked."""
        return map(rows.read_budget_decision, _BUDGET_DECISIONS.stream(self._connection))

    def holder_named(self, named: HolderReference | CardNumber) -> HolderId | None:
        """Return who has a reference, or a card with a number; None where nobody has."""
        question = _BY_CARD if isinstance(named, CardNumber) else _BY_REFERENCE
        found = question.fetch(self._connection, name=named)
        return HolderId(found[0][0]) if found else None

    def entitlements_of(self, holder: HolderReference | CardNumber) -> list[tuple[Entitlement, Money]] | None:
        """Return what a holder was awarded and what is left of each; None where nobody is known by this name."""
        found = self.holder_named(holder)
        return None if found is None else self.entitlements_of_holder(found)

    def entitlements_of_holder(self, holder: HolderId) -> list[tuple[Entitlement, Money]]:
        """Return what a holder was awarded and what is left of each, by our own id."""
        found = _ENTITLEMENTS_OF.fetch(self._connection, holder=holder)
        return [(rows.read_entitlement(row), Money(row[-1])) for row in found]

    def cards_of(self, holder: HolderReference | CardNumber) -> list[Card]:
        """Return the cards of a holder, the newest last."""
        found = self.holder_named(holder)
        return [] if found is None else self.cards_of_holder(found)

    def cards_of_holder(self, holder: HolderId) -> list[Card]:
        """Return the cards of a holder by our own id, the newest last."""
        return [rows.read_card(row) for row in _CARDS_OF.fetch(self._connection, holder=holder)]

    def reference_of(self, holder: HolderId) -> HolderReference | None:
        """Return what the municipality calls a holder; None where that was deleted."""
        found = _REFERENCE_OF.fetch(self._connection, holder=holder)
        return HolderReference(found[0][0]) if found else None

    # --- soundness

    def damage(self) -> Iterator[tuple[str, str]]:
        """Yield what the database itself finds wrong: the check that found it, and what it says."""
        yield from database_behind(self._connection).damage(self._connection)

    def faults(self) -> Iterator[tuple[str, str]]:
        """Yield what is wrong with how rows stand beside each other: the check that found it, and what it says."""
        for table, parent in orphaned(self._connection):
            yield "reference", refers_to_nothing(table, parent)
        for guard in guards.missing(self._connection):
            yield "guard", guard
        for payout, line in mispinned(self._connection):
            yield "lines", f"{payout} has {line}, which is not that transfer"
        for table, row in strayed(self._connection):
            yield "log", f"{table} {row} stands at something else than its newest change says"
        for table, row in miscounted(self._connection):
            yield "uses", f"{table} {row} says another number of uses than there are"
        for table, row in strange_payments(self._connection):
            yield "asked", f"{table} {row} was paid by what is no redemption at its merchant"
        for table, owner in broken(self._connection):
            yield "commitment", f"{table} of {owner} is not the one that was committed to"


def _bits(made: str) -> str:
    """Return the part of an id that sorts by when it was made."""
    return made[4:]


def _moved(side: Column[Any], *seen: ColumnElement[bool]) -> Subquery:
    """Ask what was moved on one side of each account, by all entries or by those that are seen."""
    moved = select(side.label("code"), func.sum(_t.transfer.c.amount_cents).label("cents")).group_by(side)
    if seen:
        moved = moved.join(_t.entry, _t.entry.c.id == _t.transfer.c.entry_id).where(*seen)
    return moved.subquery()


def _turnovers(debits: Subquery, credited: Subquery) -> Select[Any]:
    account = _t.account.c
    cents = (func.coalesce(side.c.cents, 0) for side in (debits, credited))
    return (
        select(account.code, account.kind, account.scheme, *cents)
        .outerjoin(debits, debits.c.code == account.code)
        .outerjoin(credited, credited.c.code == account.code)
        .order_by(account.code)
    )


_MUNICIPALITY = Query(select(_t.municipality.c.name))
_ACCOUNT = Query(
    select(_t.account.c.code, _t.account.c.kind, _t.account.c.scheme).where(_t.account.c.code == bindparam("code"))
)
_OPENED_ACCOUNTS = Query(select(_t.account).order_by(_t.account.c.code))
_TURNOVERS = Query(_turnovers(_moved(_t.transfer.c.debit), _moved(_t.transfer.c.credit)))
_seen_debits, _seen_credits = (_moved(side, *SEEN) for side in (_t.transfer.c.debit, _t.transfer.c.credit))
_TURNOVERS_SEEN = Query(
    _turnovers(_seen_debits, _seen_credits).where(
        or_(_seen_debits.c.code.is_not(None), _seen_credits.c.code.is_not(None))
    )
)
_TURNOVER = Query(
    select(
        *(
            func.coalesce(
                select(func.sum(_t.transfer.c.amount_cents))
                .join(_t.entry, _t.entry.c.id == _t.transfer.c.entry_id)
                .where(side == bindparam("code"), *SEEN)
                .scalar_subquery(),
                0,
            )
            for side in (_t.transfer.c.debit, _t.transfer.c.credit)
        )
    )
)

_touching = union(
    select(_t.transfer.c.entry_id).where(_t.transfer.c.debit == bindparam("code")),
    select(_t.transfer.c.entry_id).where(_t.transfer.c.credit == bindparam("code")),
)
_counting = (
    _t.entry.c.effective_on >= bindparam("starts_on"),
    _t.entry.c.effective_on < bindparam("ends_before"),
    _t.entry.c.kind.like(bindparam("kind")),
)
_ENTRIES_IN = Query(select(_t.entry).where(*_counting).order_by(_t.entry.c.id))
_TRANSFERS_IN = Query(lines.join(_t.entry, _t.entry.c.id == _t.transfer.c.entry_id).where(*_counting))
_ENTRIES_ON = Query(
    select(_t.entry)
    .where(_t.entry.c.id.in_(_touching), _t.entry.c.effective_on >= bindparam("since"), *SEEN)
    .order_by(_t.entry.c.id)
)
_TRANSFERS_ON = Query(lines.where(_t.transfer.c.entry_id.in_(_touching)))
_NEWEST = Query(select(_t.entry.c.recorded_at).order_by(_t.entry.c.id.desc()).limit(1))
_ENTITLEMENTS = Query(select(_t.entitlement).order_by(_t.entitlement.c.id))

_ATTEMPT = Query(select(_t.attempt).where(_t.attempt.c.key == bindparam("key")))
_TERMINALS = Query(select(_t.terminal).order_by(_t.terminal.c.merchant_id, _t.terminal.c.label))
_REVOKED_AT = list(_t.terminal.c).index(_t.terminal.c.revoked_at)
_MERCHANTS = Query(select(_t.merchant).order_by(_t.merchant.c.name, _t.merchant.c.version))

_countered = select(literal(1)).where(_t.correction.c.corrects == _t.budget_decision.c.entry_id)
_BUDGET_DECISIONS = Query(
    select(_t.budget_decision)
    .where(~_countered.correlate(_t.budget_decision).exists())
    .order_by(_t.budget_decision.c.entry_id)
)
_FILE_SOURCES = Query(select(_t.file_source).order_by(_t.file_source.c.code, _t.file_source.c.version))

_BY_REFERENCE = Query(
    select(_t.holder_reference.c.holder_id).where(_t.holder_reference.c.reference == bindparam("name"))
)
_BY_CARD = Query(select(_t.card.c.holder_id).where(_t.card.c.number == bindparam("name")))
_CARDS_OF = Query(select(_t.card).where(_t.card.c.holder_id == bindparam("holder")).order_by(_t.card.c.id))
_REFERENCE_OF = Query(
    select(_t.holder_reference.c.reference).where(_t.holder_reference.c.holder_id == bindparam("holder"))
)
_ENTITLEMENTS_OF = Query(
    owned.where(_t.entitlement.c.holder_id == bindparam("holder")).order_by(ends_before, _t.entitlement.c.id)
)
