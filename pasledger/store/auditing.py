"""What an auditor's findings are made of: streams of one snapshot, each in the order that its rule asks for.

Rows are read as they stand. A row that the books refuse, such as an entry that nobody approved, is read too, for it is
what is looked for.
"""

import heapq
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Connection,
    Select,
    Table,
    and_,
    bindparam,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy import text as sql_text

from pasledger.ledger.accounts import AccountKind
from pasledger.ledger.ids import EntryId, MerchantId
from pasledger.ledger.journal import EntryKind
from pasledger.ledger.money import Money
from pasledger.ledger.periods import Period
from pasledger.reports.audit import MerchantTotal
from pasledger.reports.findings import Approved, Given, GivenBack, Misdated, Single, Spent, SpentPart
from pasledger.rules.records import FollowUp, Merchant, MerchantCheck, Payout, PayoutRun
from pasledger.rules.town import Needs
from pasledger.store import rows, tables
from pasledger.store.loading import load
from pasledger.store.statements import Query, Row
from pasledger.store.types import TEXT

_t = tables


class Auditing:
    """What findings are made of, of what counts in a period."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def single_handed(self, period: Period) -> Iterator[Single]:
        """Yield each row that breaks the rule of four eyes of its table, for whatever reason it could be written."""
        for table, query in _SINGLE.items():
            for key, recorded_at, prepared_by, approved_by, cents in query.stream(self._connection, **_days(period)):
                at = rows.read_moment(recorded_at)
                yield Single(table, key, at, prepared_by, approved_by, Money(cents))

    def misdated(self, period: Period) -> Iterator[Misdated]:
        """Yield each entry that counts on another day than that of its moment."""
        for entry, kind, at, day, cents in _MISDATED.stream(self._connection, **_days(period)):
            yield Misdated(EntryId(entry), EntryKind(kind), rows.read_moment(at), rows.read_day(day), Money(cents))

    def approved(self, period: Period) -> Iterator[Approved]:
        """Yield each entry that somebody approved."""
        for entry, at, prepared_by, approved_by, cents in _APPROVED.stream(self._connection, **_days(period)):
            yield Approved(EntryId(entry), rows.read_moment(at), prepared_by, approved_by, Money(cents))

    def given(self, period: Period) -> Iterator[Given]:
        """Yield each award, by holder and scheme."""
        for row in _GIVEN.stream(self._connection, **_days(period)):
            recorded_at, effective_on, budget, reference, instalment, withdrawals = row[_ENTITLEMENT:]
            yield Given(
                rows.read_entitlement(row[:_ENTITLEMENT]),
                rows.read_moment(recorded_at),
                rows.read_day(effective_on),
                budget,
                reference,
                instalment,
                is_withdrawn=withdrawals > 0,
            )

    def booked(self, period: Period) -> Iterator[Spent | GivenBack]:
        """Yield each payment, hold and refund, in the order in which they were made."""
        asked = _days(period)
        spent = (_spent_of(query.stream(self._connection, **asked), is_held=held) for held, query in _SPENT.items())
        given_back = (map(_given_back, query.stream(self._connection, **asked)) for query in _GIVEN_BACK)
        return heapq.merge(*spent, *given_back, key=attrgetter("entry"))

    def merchant_ends(self) -> dict[MerchantId, tuple[date, datetime]]:
        """Return from which day merchants had stopped, and when that was recorded."""
        found = _MERCHANT_ENDS.fetch(self._connection)
        return {MerchantId(one): (rows.read_day(end), rows.read_moment(at)) for one, end, at in found}

    def merchants(self) -> Iterator[Merchant]:
        """Yield every version of every merchant."""
        return map(rows.read_merchant, _MERCHANTS.stream(self._connection))

    def payouts(self, period: Period) -> Iterator[tuple[Payout, datetime]]:
        """Yield each payout with when it was put on its way, and without its shares."""
        for row in _PAYOUTS.stream(self._connection, **_days(period)):
            yield rows.read_payout(row[:-1], ()), rows.read_moment(row[-1])

    def checks(self) -> Iterator[tuple[MerchantCheck, datetime]]:
        """Yield each check of an account with when it was recorded, those of a merchant in order."""
        for row in _CHECKS.stream(self._connection):
            yield rows.read_merchant_check(row), rows.read_moment(row[_CHECKED_AT])

    def holders(self) -> dict[str, int]:
        """Return how many holders ever had an entitlement under each scheme."""
        return dict(_HOLDERS.fetch(self._connection))

    def sold(self, period: Period) -> dict[MerchantId, MerchantTotal]:
        """Return what each merchant sold, to how many holders, and gave back; without its name and what it is owed."""
        found = {}
        for merchant, holders, payments, sold, given_back in _SOLD.fetch(self._connection, **_days(period)):
            amounts = Money(int(sold)), Money(int(given_back)), Money(0)
            found[MerchantId(merchant)] = MerchantTotal("", holders, int(payments), *amounts)
        return found

    def counted(self, period: Period) -> list[tuple[EntryKind, int]]:
        """Return how many entries of each kind there are, in the order of the money's life."""
        found = {EntryKind(kind): number for kind, number in _COUNTED.fetch(self._connection, **_days(period))}
        return [(kind, found[kind]) for kind in EntryKind if kind in found]

    def runs(self) -> list[PayoutRun]:
        """Return every payout run."""
        settings = {one.version: one for one in load(self._connection, Needs(pays=True)).payment_settings}
        return [rows.read_payout_run(row, settings) for row in _RUNS.fetch(self._connection)]

    def follow_ups(self) -> Iterator[tuple[FollowUp, datetime, str]]:
        """Yield what was set down of findings, with when and by whom, that of each in order."""
        for row in _FOLLOW_UPS.stream(self._connection):
            yield rows.read_follow_up(row), rows.read_moment(row[-2]), row[-1]


def _days(period: Period) -> dict[str, str]:
    return {"starts_on": period.starts_on.isoformat(), "ends_before": period.ends_before.isoformat()}


def _spent_of(found: Iterable[Row], *, is_held: bool) -> Iterator[Spent]:
    """Yield payments or holds, each from as many rows as it has transfers."""
    for entry, lines in groupby(found, key=itemgetter(0)):
        own = list(lines)
        recorded_at, effective_on, versions, named, merchant, terminal, card, cents, is_asked = own[0][1:_LINE]
        yield Spent(
            EntryId(entry),
            named,
            is_held=is_held,
            recorded_at=rows.read_moment(recorded_at),
            effective_on=rows.read_day(effective_on),
            merchant=MerchantId(merchant),
            terminal=terminal,
            card=card,
            versions=tuple(versions.split()),
            parts=tuple(_part_of(line) for line in own),
            amount=Money(cents),
            is_asked=bool(is_asked),
        )


def _part_of(line: Row) -> SpentPart:
    paid, *owner = line[_LINE:]
    return SpentPart(None if owner[0] is None else rows.read_entitlement(tuple(owner)), Money(paid))


def _given_back(row: Row) -> GivenBack:
    entry, recorded_at, effective_on, named, merchant, cents = row
    at, day = rows.read_moment(recorded_at), rows.read_day(effective_on)
    return GivenBack(EntryId(entry), named, at, day, MerchantId(merchant), Money(cents))


_entry = _t.entry.c
_IN_PERIOD = (_entry.effective_on >= bindparam("starts_on"), _entry.effective_on < bindparam("ends_before"))
_moved = (
    select(func.coalesce(func.sum(_t.transfer.c.amount_cents), 0))
    .where(_t.transfer.c.entry_id == _entry.id)
    .correlate(_t.entry)
    .scalar_subquery()
)
_recorded_day = func.substr(_entry.recorded_at, 1, 10)


def _four_eyes(table: Table) -> CheckConstraint | None:
    """Return the constraint by which a table asks for two people."""
    return next(
        (one for one in table.constraints if isinstance(one, CheckConstraint) and "four_eyes" in str(one.name)),
        None,
    )


def _single_in(table: Table, rule: CheckConstraint) -> Select[Any]:
    """Ask for the rows that their own constraint would refuse."""
    key: ColumnElement[str] = cast(next(iter(table.primary_key)), TEXT)
    for column in list(table.primary_key)[1:]:
        key = key + literal("/") + cast(column, TEXT)
    day = func.substr(table.c.recorded_at, 1, 10)
    return (
        select(
            key,
            *(table.c.recorded_at, table.c.prepared_by, table.c.approved_by),
            _moved if table is _t.entry else literal(0),
        )
        .where(sql_text(f"NOT ({rule.sqltext})"), day >= bindparam("starts_on"), day < bindparam("ends_before"))
        .order_by(key)
    )


_SINGLE = {
    name: Query(_single_in(table, rule))
    for name, table in sorted(_t.metadata.tables.items())
    if (rule := _four_eyes(table)) is not None
}
_MISDATED = Query(
    select(_entry.id, _entry.kind, _entry.recorded_at, _entry.effective_on, _moved)
    .where(_entry.effective_on != _recorded_day, *_IN_PERIOD)
    .order_by(_entry.id)
)
_APPROVED = Query(
    select(_entry.id, _entry.recorded_at, _entry.prepared_by, _entry.approved_by, _moved)
    .where(_entry.approved_by.is_not(None), *_IN_PERIOD)
    .order_by(_entry.id)
)

_ENTITLEMENT = len(_t.entitlement.c)
_withdrawals = (
    select(func.count())
    .where(_t.entitlement_end.c.entitlement_id == _t.entitlement.c.id, _t.entitlement_end.c.is_withdrawn == 1)
    .correlate(_t.entitlement)
    .scalar_subquery()
)
_GIVEN = Query(
    select(
        _t.entitlement,
        *(_entry.recorded_at, _entry.effective_on, _t.transfer.c.debit),
        *(_t.award_decision.c.reference, _t.award_decision.c.instalment, _withdrawals),
    )
    .join(_t.entry, _entry.id == _t.entitlement.c.entry_id)
    .join(_t.transfer, and_(_t.transfer.c.entry_id == _t.entitlement.c.entry_id, _t.transfer.c.position == 0))
    .outerjoin(_t.award_decision, _t.award_decision.c.entitlement_id == _t.entitlement.c.id)
    .where(*_IN_PERIOD)
    .order_by(_t.entitlement.c.holder_id, _t.entitlement.c.scheme, _t.entitlement.c.starts_on, _t.entitlement.c.id)
)

_OWNER = f"{AccountKind.ENTITLEMENT}/"


# Whether a holder paid it at home, of what a merchant had asked.
_is_asked = (
    select(func.count())
    .select_from(_t.payment_request_step)
    .where(_t.payment_request_step.c.entry_id == _entry.id)
    .correlate(_t.entry)
    .scalar_subquery()
)


def _spending(table: Table) -> Query:
    """Ask for payments, or for holds, with a row for each transfer and the entitlement that it came from."""
    own = table.c
    return Query(
        select(
            *(_entry.id, _entry.recorded_at, _entry.effective_on, _entry.versions),
            *(own.id, own.merchant_id, own.terminal_id, own.card_id, own.amount_cents, _is_asked),
            *(_t.transfer.c.amount_cents, *_t.entitlement.c),
        )
        .select_from(table)
        .join(_t.entry, _entry.id == own.entry_id)
        .join(_t.transfer, _t.transfer.c.entry_id == own.entry_id)
        .outerjoin(_t.entitlement, _t.entitlement.c.id == func.substr(_t.transfer.c.debit, len(_OWNER) + 1))
        .where(*_IN_PERIOD)
        .order_by(_entry.id, _t.transfer.c.position)
    )


def _refunding(table: Table) -> Query:
    own = table.c
    return Query(
        select(_entry.id, _entry.recorded_at, _entry.effective_on, own.id, own.merchant_id, own.amount_cents)
        .join(table, own.entry_id == _entry.id)
        .where(*_IN_PERIOD)
        .order_by(_entry.id)
    )


_LINE = 10
_SPENT = {False: _spending(_t.redemption), True: _spending(_t.hold)}
_GIVEN_BACK = (_refunding(_t.refund), _refunding(_t.hold_refund))
_HOLDERS = Query(
    select(_t.entitlement.c.scheme, func.count(_t.entitlement.c.holder_id.distinct())).group_by(_t.entitlement.c.scheme)
)
_COUNTED = Query(select(_entry.kind, func.count()).where(*_IN_PERIOD).group_by(_entry.kind))


_redemption, _refund, _capture, _hold_refund = (
    one.c for one in (_t.redemption, _t.refund, _t.hold_capture, _t.hold_refund)
)
_nobody, _nothing = cast(null(), TEXT), literal(0)
_sales = union_all(
    select(
        *(_redemption.merchant_id, _redemption.holder_id, literal(1).label("payments")),
        *(_redemption.amount_cents.label("sold"), _nothing.label("given_back")),
    )
    .join(_t.entry, _entry.id == _redemption.entry_id)
    .where(*_IN_PERIOD),
    select(_capture.merchant_id, _t.hold.c.holder_id, literal(1), _capture.amount_cents, _nothing)
    .join(_t.entry, _entry.id == _capture.entry_id)
    .join(_t.hold, _t.hold.c.id == _capture.hold_id)
    .where(*_IN_PERIOD),
    *(
        select(own.merchant_id, _nobody, _nothing, _nothing, own.amount_cents)
        .join(_t.entry, _entry.id == own.entry_id)
        .where(*_IN_PERIOD)
        for own in (_refund, _hold_refund)
    ),
).subquery()
_SOLD = Query(
    select(
        _sales.c.merchant_id,
        func.count(_sales.c.holder_id.distinct()),
        *(func.sum(_sales.c[name]) for name in ("payments", "sold", "given_back")),
    ).group_by(_sales.c.merchant_id)
)

_MERCHANT_ENDS = Query(
    select(_t.merchant_end.c.merchant_id, _t.merchant_end.c.ends_before, _t.merchant_end.c.recorded_at)
)
_MERCHANTS = Query(select(_t.merchant).order_by(_t.merchant.c.id, _t.merchant.c.version))
_PAYOUTS = Query(
    select(_t.payout, _entry.recorded_at)
    .join(_t.entry, _entry.id == _t.payout.c.entry_id)
    .where(*_IN_PERIOD)
    .order_by(_t.payout.c.entry_id)
)
_CHECKED_AT = list(_t.merchant_check.c).index(_t.merchant_check.c.recorded_at)
_CHECKS = Query(select(_t.merchant_check).order_by(_t.merchant_check.c.merchant_id, _t.merchant_check.c.number))
_RUNS = Query(select(_t.payout_run).order_by(_t.payout_run.c.year, _t.payout_run.c.number))
_FOLLOW_UPS = Query(select(_t.follow_up).order_by(_t.follow_up.c.finding, _t.follow_up.c.number))
