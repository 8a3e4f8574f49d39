"""What staff and merchants ask of payouts: runs with all that is in them, and the lines behind a payment.

A merchant is told of what went to the bank. Before a run is released nothing is certain, and a run that was cancelled
before it was released never was.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, ColumnElement, Connection, Select, and_, bindparam, func, literal, or_, select

from pasledger.ledger.accounts import AccountKind
from pasledger.ledger.ids import EntryId, MerchantId, PayoutId, RunId
from pasledger.ledger.journal import EntryKind
from pasledger.ledger.money import Money
from pasledger.rules.records import (
    PaymentFile,
    PaymentSettings,
    Payout,
    PayoutRun,
    PayoutStep,
    PayoutWaiting,
    RunStep,
    payment_number,
)
from pasledger.rules.town import Needs
from pasledger.store import rows, tables
from pasledger.store.known import id_of, reference_of
from pasledger.store.loading import load
from pasledger.store.selling import AFTER_ALL, Page, UnknownPlace, Wanted
from pasledger.store.statements import Query, Row

_t = tables


@dataclass(frozen=True, slots=True)
class RunFound:
    """A run, its payouts with what became of them, who waits, and who did what."""

    run: PayoutRun
    prepared_at: datetime
    prepared_by: str
    released_by: str | None
    steps: tuple[RunStep, ...]
    payouts: tuple[Payout, ...]
    payout_steps: dict[PayoutId, tuple[PayoutStep, ...]]
    waiting: tuple[PayoutWaiting, ...]
    files: tuple[PaymentFile, ...]
    names: dict[MerchantId, str]


@dataclass(frozen=True, slots=True)
class LineFound:
    """Something that changed what a merchant is owed, as one amount over all schemes."""

    entry: EntryId
    kind: EntryKind
    recorded_at: datetime
    effective_on: date
    id: str
    """What the merchant knows it by: the id of its redemption, refund or capture, also of one that staff countered."""
    reference: str
    """What the merchant itself calls it, or what it is about; empty where it was deleted, or there is none."""
    amount: Money


class SentPayout(NamedTuple):
    """A payout that went to the bank, as its merchant knows it."""

    id: PayoutId
    entry: EntryId
    merchant: MerchantId
    number: str
    amount: Money
    iban: str
    sent_at: datetime
    execute_on: date
    first_day: date
    last_day: date
    became: PayoutStep | None
    """What the bank said of it last; None while it is on its way."""


class Payouts:
    """Questions about payouts, in the snapshot of a reader."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def settings(self) -> PaymentSettings | None:
        """Return how the town pays now; None where nobody said so."""
        found = load(self._connection, Needs(pays=True)).payment_settings
        return found[-1] if found else None

    def is_dedicated(self) -> bool:
        """Return whether the account that the town pays from is for these books alone."""
        settings = self.settings()
        return settings is not None and settings.is_dedicated

    def owed(self) -> list[MerchantId]:
        """Return the merchants for which something was ever payable, in the order of their ids."""
        found = {MerchantId(code.split("/")[1]) for (code,) in _PAYABLES.fetch(self._connection)}
        return sorted(found)

    def run_named(self, name: str) -> RunId | None:
        """Return the run that people call so: `2026-0001`."""
        year, _, number = name.partition("-")
        if not (year.isdecimal() and number.isdecimal() and name.isascii() and len(name) <= _LONGEST_NAME):
            return None
        found = _RUN_NAMED.fetch(self._connection, year=int(year), number=int(number))
        return RunId(found[0][0]) if found else None

    def runs(self) -> list[RunId]:
        """Return every run, in the order of their numbers."""
        return [RunId(run) for (run,) in _RUNS.fetch(self._connection)]

    def run(self, run: RunId) -> RunFound:
        """Return a run with all that is in it."""
        town = load(self._connection, Needs(runs={run}))
        _, prepared_at, prepared_by = _PREPARED.fetch(self._connection, run=run)[0]
        released = _RELEASED.fetch(self._connection, run=run)
        waiting = tuple(rows.read_payout_waiting(row) for row in _WAITING.fetch(self._connection, run=run))
        payouts = tuple(town.payouts_of(run))
        return RunFound(
            town.runs[run],
            rows.read_moment(prepared_at),
            prepared_by,
            released[0][0] if released else None,
            town.run_steps.get(run, ()),
            payouts,
            town.payout_steps,
            waiting,
            tuple(rows.read_payment_file(row) for row in _FILES.fetch(self._connection, run=run)),
            self._names({one.merchant for one in payouts} | {one.merchant for one in waiting}),
        )

    def lines(self, entry: EntryId, merchant: MerchantId) -> list[LineFound]:
        """Return the lines of the payout that an entry put on its way, in the order in which they were made.

        For what a cancelled or returned payout moved back, its own lines stand there: they are paid by this one.
        """
        found: list[LineFound] = []
        for row in _LINES.fetch(self._connection, entry=entry, merchant=merchant):
            made_by, kind, recorded_at, effective_on, cents, earlier, reference, known_as = row
            if earlier is not None:
                found += self.lines(EntryId(earlier), merchant)
                continue
            found.append(
                LineFound(
                    EntryId(made_by),
                    EntryKind(kind),
                    rows.read_moment(recorded_at),
                    rows.read_day(effective_on),
                    known_as or "",
                    reference or "",
                    Money(int(cents)),
                )
            )
        return sorted(found, key=lambda line: line.entry)

    def sent(self, wanted: Wanted) -> Page[SentPayout]:
        """Return some of a merchant's payouts that went to the bank, newest first. Raises `UnknownPlace`."""
        before = AFTER_ALL
        if wanted.after is not None:
            place = _SENT_PLACE.fetch(self._connection, merchant=wanted.merchant, payout=wanted.after)
            if not place:
                raise UnknownPlace
            before = place[0][0]
        found = _SENT.fetch(
            self._connection,
            merchant=wanted.merchant,
            since=wanted.since.isoformat() if wanted.since else "",
            until=wanted.until.isoformat() if wanted.until else AFTER_ALL,
            before=before,
            most=wanted.most + 1,
        )
        return Page.of([_sent_payout(row) for row in found], wanted)

    def sent_one(self, merchant: MerchantId, payout: PayoutId) -> SentPayout | None:
        """Return one of a merchant's payouts that went to the bank; None where it has none of this id."""
        found = _SENT_ONE.fetch(self._connection, merchant=merchant, payout=payout)
        return _sent_payout(found[0]) if found else None

    def _names(self, merchants: set[MerchantId]) -> dict[MerchantId, str]:
        town = load(self._connection, Needs(merchants=merchants))
        return {merchant: versions[-1].name for merchant, versions in town.merchants.items()}


def mispinned(connection: Connection) -> Iterator[tuple[str, str]]:
    """Yield each line of a payout that is not the transfer that it names: whose, of which scheme, and how much."""
    for payout, entry, position, scheme, cents in _MISPINNED.stream(connection):
        yield payout, f"{entry}/{position} as {scheme} {Money(cents)}"


def _sent_payout(row: Row) -> SentPayout:
    payout, entry, merchant, cents, iban, first, last, place, year, number, execute_on, sent_at, became = row
    return SentPayout(
        PayoutId(payout),
        EntryId(entry),
        MerchantId(merchant),
        payment_number(year, number, place),
        Money(cents),
        iban,
        rows.read_moment(sent_at),
        rows.read_day(execute_on),
        rows.read_day(first),
        rows.read_day(last),
        None if became is None else PayoutStep(became),
    )


_LONGEST_NAME = 16
_run: BindParameter[Any] = bindparam("run")

_PAYABLES = Query(select(_t.account.c.code).where(_t.account.c.kind == "payable"))
_RUN_NAMED = Query(
    select(_t.payout_run.c.id).where(
        _t.payout_run.c.year == bindparam("year"), _t.payout_run.c.number == bindparam("number")
    )
)
_RUNS = Query(select(_t.payout_run.c.id).order_by(_t.payout_run.c.year, _t.payout_run.c.number))
_PREPARED = Query(
    select(_t.payout_run.c.id, _t.payout_run.c.recorded_at, _t.payout_run.c.prepared_by).where(
        _t.payout_run.c.id == _run
    )
)
_RELEASED = Query(
    select(_t.run_step.c.approved_by).where(_t.run_step.c.run_id == _run, _t.run_step.c.step == RunStep.RELEASED.value)
)
_WAITING = Query(
    select(_t.payout_waiting).where(_t.payout_waiting.c.run_id == _run).order_by(_t.payout_waiting.c.merchant_id)
)
_FILES = Query(select(_t.payment_file).where(_t.payment_file.c.run_id == _run).order_by(_t.payment_file.c.number))

_earlier = (
    select(_t.payout_step.c.entry_id, _t.payout.c.entry_id.label("paid_by"))
    .join(_t.payout, _t.payout.c.id == _t.payout_step.c.payout_id)
    .where(_t.payout.c.merchant_id == bindparam("merchant"), _t.payout_step.c.step != PayoutStep.PAID.value)
).subquery()
_LINES = Query(
    select(
        _t.entry.c.id,
        _t.entry.c.kind,
        _t.entry.c.recorded_at,
        _t.entry.c.effective_on,
        func.sum(_t.payout_line.c.amount_cents),
        func.max(_earlier.c.paid_by),
        reference_of(_t.entry.c.id),
        id_of(_t.entry.c.id),
    )
    .join(_t.payout_line, _t.payout_line.c.line_entry_id == _t.entry.c.id)
    .outerjoin(_earlier, _earlier.c.entry_id == _t.entry.c.id)
    .where(_t.payout_line.c.entry_id == bindparam("entry"))
    .group_by(_t.entry.c.id, _t.entry.c.kind, _t.entry.c.recorded_at, _t.entry.c.effective_on)
)

_newest_step = (
    select(_t.payout_step.c.step)
    .where(_t.payout_step.c.payout_id == _t.payout.c.id)
    .order_by(_t.payout_step.c.number.desc())
    .limit(1)
    .correlate(_t.payout)
    .scalar_subquery()
)
_sent_place: ColumnElement[str] = _t.run_step.c.recorded_at + _t.payout.c.entry_id
"""Where a payout stands in the list. One that is released later stands before all that were there."""


def _of_sent(*columns: ColumnElement[Any]) -> Select[Any]:
    """Return what asks for a merchant's own payouts whose run was released."""
    return (
        select(*columns)
        .select_from(_t.payout)
        .join(_t.payout_run, _t.payout_run.c.id == _t.payout.c.run_id)
        .join(_t.run_step, _t.run_step.c.run_id == _t.payout.c.run_id)
        .where(_t.payout.c.merchant_id == bindparam("merchant"), _t.run_step.c.step == RunStep.RELEASED.value)
    )


_sent = _of_sent(
    _t.payout.c.id,
    _t.payout.c.entry_id,
    _t.payout.c.merchant_id,
    _t.payout.c.amount_cents,
    _t.payout.c.iban,
    _t.payout.c.first_day,
    _t.payout.c.last_day,
    _t.payout.c.place,
    _t.payout_run.c.year,
    _t.payout_run.c.number,
    _t.payout_run.c.execute_on,
    _t.run_step.c.recorded_at,
    _newest_step,
)
_SENT = Query(
    _sent.where(
        _t.payout_run.c.execute_on >= bindparam("since"),
        _t.payout_run.c.execute_on < bindparam("until"),
        _sent_place < bindparam("before"),
    )
    .order_by(_sent_place.desc())
    .limit(bindparam("most"))
)
_SENT_ONE = Query(_sent.where(_t.payout.c.id == bindparam("payout")))
_SENT_PLACE = Query(_of_sent(_sent_place).where(_t.payout.c.id == bindparam("payout")))

_its_payable = literal(f"{AccountKind.PAYABLE}/") + _t.payout.c.merchant_id + "/" + _t.payout_line.c.scheme
_MISPINNED = Query(
    select(
        _t.payout.c.id,
        _t.payout_line.c.line_entry_id,
        _t.payout_line.c.line_position,
        _t.payout_line.c.scheme,
        _t.payout_line.c.amount_cents,
    )
    .join(_t.payout, _t.payout.c.entry_id == _t.payout_line.c.entry_id)
    .join(
        _t.transfer,
        and_(
            _t.transfer.c.entry_id == _t.payout_line.c.line_entry_id,
            _t.transfer.c.position == _t.payout_line.c.line_position,
        ),
    )
    .where(
        ~or_(
            and_(_t.transfer.c.credit == _its_payable, _t.transfer.c.amount_cents == _t.payout_line.c.amount_cents),
            and_(_t.transfer.c.debit == _its_payable, _t.transfer.c.amount_cents == -_t.payout_line.c.amount_cents),
        )
    )
)
