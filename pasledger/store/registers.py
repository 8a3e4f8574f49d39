"""What people booked by hand, and the versions of master data with who made each, of one snapshot."""

import heapq
from collections.abc import Iterator
from datetime import timedelta
from operator import attrgetter
from typing import Any

from sqlalchemy import BindParameter, Connection, Table, and_, bindparam, func, literal, or_, select

from pasledger.ledger.ids import PersonId, TerminalId
from pasledger.ledger.journal import EntryKind
from pasledger.ledger.money import Money
from pasledger.ledger.periods import Period
from pasledger.reports.registers import (
    ADDED,
    BY_HAND,
    BY_TILL,
    ManualBooking,
    ManualKind,
    MasterChange,
    MasterData,
    Version,
    actor_changes,
    version_changes,
)
from pasledger.rules.records import PayoutStep
from pasledger.rules.town import Needs
from pasledger.store import rows, tables
from pasledger.store.acting import Acting
from pasledger.store.loading import load
from pasledger.store.statements import Query, Row

_t = tables


class _Names(dict[str, str]):
    """What things are called by their ids; what is not there has its id for a name."""

    def __missing__(self, named: str) -> str:
        return named


class Registers:
    """What was done by hand, and what was changed."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def by_hand(self, period: Period) -> Iterator[ManualBooking]:
        """Yield what people booked, moved, closed and settled one by one, in the order in which they did."""
        asked = {"starts_on": period.starts_on.isoformat(), "ends_before": period.ends_before.isoformat()}
        found = (map(read, query.stream(self._connection, **asked)) for query, read in _MANUAL)
        return heapq.merge(*found, key=attrgetter("recorded_at"))

    def changes(self) -> Iterator[MasterChange]:
        """Yield every change of master data, by what it is about."""
        names = _Names((merchant.id, merchant.name) for merchant in map(rows.read_merchant, self._all(_MERCHANTS)))
        yield from version_changes(MasterData.SCHEME, self._schemes())
        yield from version_changes(MasterData.MERCHANT, self._versions(_MERCHANTS, rows.read_merchant, names))
        yield from self._of_merchants(names)
        yield from self._of_terminals(names)
        yield from self._of_persons(names)
        yield from actor_changes(Acting(self._connection).changes())
        for about, query, read in (
            (MasterData.CARD_RULE, _CARD_RULES, rows.read_card_rule),
            (MasterData.APPROVAL_RULE, _SECOND_APPROVALS, rows.read_second_approval),
            (MasterData.PAYMENT_RULE, _PAYMENT_SETTINGS, rows.read_payment_settings),
        ):
            yield from version_changes(about, (_version("", "", read(row), row[-3:]) for row in self._all(query)))
        kept = (_version(row[0], row[0], rows.read_retention_period(row), row[-3:]) for row in self._all(_RETENTION))
        yield from version_changes(MasterData.RETENTION_RULE, kept)
        sources = (
            _version(row[0], row[0], rows.read_file_source(row), (*row[-2:], None)) for row in self._all(_SOURCES)
        )
        yield from version_changes(MasterData.SOURCE, sources)

    def _all(self, query: Query) -> list[Row]:
        return query.fetch(self._connection)

    def _versions(self, query: Query, read: Any, names: _Names) -> Iterator[Version]:  # noqa: ANN401 - a reader
        for row in self._all(query):
            yield _version(row[0], names[row[0]], read(row), row[-3:])

    def _schemes(self) -> Iterator[Version]:
        signed = {row[:2]: row[2:] for row in self._all(_SCHEMES_SIGNED)}
        for versions in load(self._connection, Needs()).schemes.values():
            for scheme in versions:
                yield _version(scheme.code, scheme.code, scheme, signed[scheme.code, scheme.version])

    def _of_merchants(self, names: _Names) -> Iterator[MasterChange]:
        for row in self._all(_CHECKS):
            check = rows.read_merchant_check(row)
            after = f"{check.result.value} {check.iban} ({check.way.value})"
            yield _told(MasterData.MERCHANT, names[check.merchant], "account-checked", after, row[-3:])
        for row in self._all(_ENDS):
            end = rows.read_merchant_end(row)
            yield _told(
                MasterData.MERCHANT,
                names[end.merchant],
                "ends-before",
                end.ends_before.isoformat(),
                row[-3:],
            )

    def _of_terminals(self, names: _Names) -> Iterator[MasterChange]:
        labels = _Names()
        for row in self._all(_TERMINALS):
            terminal = rows.read_terminal(row)
            labels[terminal.id] = f"{names[terminal.merchant]}: {terminal.label}"
            at, by = row[_MADE_AT : _MADE_AT + 2]
            yield _told(MasterData.TERMINAL, labels[terminal.id], ADDED, terminal.credential_prefix, (at, by, None))
        for query, what in ((_CREDENTIALS, "renewed"), (_REVOCATIONS, "revoked")):
            for named, after, *made in self._all(query):
                yield _told(MasterData.TERMINAL, labels[named], what, after, (*made, None))

    def _of_persons(self, names: _Names) -> Iterator[MasterChange]:
        """Yield what happened to persons of merchants, each by its number: its name is nobody's business here."""
        called = _Names()
        for named, number, merchant, role, *made in self._all(_PERSONS):
            called[named] = f"{names[merchant]}: {number}"
            yield _told(MasterData.PERSON, called[named], ADDED, role, (*made, None))
        for query, what in ((_STARTS, "renewed"), (_PERSON_ENDS, "ended")):
            for named, *made in self._all(query):
                yield _told(MasterData.PERSON, called[named], what, "", (*made, None))


def _version(key: str, name: str, record: object, made: Row) -> Version:
    recorded_at, made_by, approved_by = made
    return Version(key, name, record, rows.read_moment(recorded_at), made_by, approved_by)


def _told(about: MasterData, name: str, what: str, after: str, made: Row) -> MasterChange:
    recorded_at, made_by, approved_by = made
    return MasterChange(rows.read_moment(recorded_at), about, name, what, "", after, made_by, approved_by)


def _entry_by_hand(row: Row) -> ManualBooking:
    entry, kind, recorded_at, effective_on, prepared_by, approved_by, cents, *found = row
    about, (*reasons, ends_before) = found[: len(_ABOUT)], found[len(_ABOUT) :]
    reason = next((str(one) for one in reasons if one is not None), _last_day(ends_before))
    return ManualBooking(
        rows.read_moment(recorded_at),
        rows.read_day(effective_on),
        EntryKind(kind),
        entry,
        next((str(one) for one in about if one is not None), ""),
        Money(cents),
        reason,
        prepared_by,
        approved_by,
    )


def _last_day(ends_before: str | None) -> str:
    """Return the last day before an end, as text; nothing where there is no end."""
    return "" if ends_before is None else (rows.read_day(ends_before) - timedelta(days=1)).isoformat()


def _end_by_hand(row: Row) -> ManualBooking:
    named, entitlement, ends_before, recorded_at, effective_on, prepared_by, approved_by = row
    at, day = rows.read_moment(recorded_at), rows.read_day(effective_on)
    kind = ManualKind.END_MOVED
    reason = _last_day(ends_before)
    return ManualBooking(at, day, kind, named, entitlement, Money(0), reason, prepared_by, approved_by)


def _year_by_hand(row: Row) -> ManualBooking:
    named, scheme, year, recorded_at, effective_on, prepared_by, approved_by = row
    at, day = rows.read_moment(recorded_at), rows.read_day(effective_on)
    about = f"{scheme}/{year}"
    return ManualBooking(at, day, ManualKind.YEAR_CLOSED, named, about, Money(0), "", prepared_by, approved_by)


def _line_by_hand(row: Row) -> ManualBooking:
    until, number, position, purpose, entry, cents, booked_on, recorded_at, prepared_by, approved_by = row
    name = f"{until[:4]}-{number:03}/{position}"
    at, day = rows.read_moment(recorded_at), rows.read_day(booked_on)
    amount = Money(abs(cents))
    return ManualBooking(at, day, ManualKind.LINE_SETTLED, name, entry or "", amount, purpose, prepared_by, approved_by)


def _unlinking_by_hand(row: Row) -> ManualBooking:
    named, kind, number, recorded_at, prepared_by, approved_by = row
    at = rows.read_moment(recorded_at)
    about = f"{kind}: {number}"
    return ManualBooking(at, at.date(), ManualKind.UNLINKED, named, about, Money(0), "", prepared_by, approved_by)


_entry = _t.entry.c
_starts_on: BindParameter[Any] = bindparam("starts_on")
_ends_before: BindParameter[Any] = bindparam("ends_before")
_moved = (
    select(func.coalesce(func.sum(_t.transfer.c.amount_cents), 0))
    .where(_t.transfer.c.entry_id == _entry.id)
    .correlate(_t.entry)
    .scalar_subquery()
)
_OF_TILLS: tuple[Table, ...] = (_t.redemption, _t.hold, _t.hold_capture, _t.hold_release, _t.refund, _t.hold_refund)
_ABOUT = (
    _t.entitlement_end.c.entitlement_id,
    _t.correction.c.corrects,
    _t.written_off.c.merchant_id,
    _t.payout_cancelled.c.payout_id,
    _t.budget_decision.c.scheme,
    _t.freeing.c.scheme,
    *(table.c.id for table in _OF_TILLS),
)
_REASON = (
    _t.budget_decision.c.reference,
    _t.written_off.c.decision,
    _t.payout_step.c.reason,
    _t.freeing.c.year,
    _t.entitlement_end.c.ends_before,
)
_released_of = _t.hold.alias("released_of")
_by_staff = and_(
    or_(*(_entry.kind == kind.value for kind in sorted(BY_TILL))),
    *(func.substr(_entry.prepared_by, 1, 4) != f"{one.prefix}_" for one in (TerminalId, PersonId)),
    # what is released when its hold has ended was decided by nobody
    or_(_released_of.c.ends_before.is_(None), _entry.effective_on < _released_of.c.ends_before),
)
_by_hand = (
    select(
        *(_entry.id, _entry.kind, _entry.recorded_at, _entry.effective_on, _entry.prepared_by, _entry.approved_by),
        _moved,
        *_ABOUT,
        *_REASON,
    )
    .select_from(_t.entry)
    .where(
        or_(_by_staff, *(_entry.kind == kind.value for kind in sorted(BY_HAND))),
        _entry.effective_on >= _starts_on,
        _entry.effective_on < _ends_before,
    )
    .order_by(_entry.recorded_at, _entry.id)
)
for _of_entry in (
    *(_t.entitlement_end, _t.correction, _t.written_off, _t.payout_cancelled, _t.budget_decision, _t.freeing),
    *_OF_TILLS,
):
    _by_hand = _by_hand.outerjoin(_of_entry, _of_entry.c.entry_id == _entry.id)
_by_hand = _by_hand.outerjoin(
    _t.payout_step,
    and_(_t.payout_step.c.entry_id == _entry.id, _t.payout_step.c.step == PayoutStep.CANCELLED.value),
).outerjoin(_released_of, _released_of.c.id == _t.hold_release.c.hold_id)

_end, _year, _line = _t.entitlement_end.c, _t.year_closed.c, _t.bank_line_settled.c
_ENDS_BY_HAND = (
    select(
        *(_end.id, _end.entitlement_id, _end.ends_before),
        *(_end.recorded_at, _end.effective_on, _end.prepared_by, _end.approved_by),
    )
    .where(_end.entry_id.is_(None), _end.effective_on >= _starts_on, _end.effective_on < _ends_before)
    .order_by(_end.recorded_at, _end.id)
)
_YEARS_BY_HAND = (
    select(
        *(_year.id, _year.scheme, _year.year),
        *(_year.recorded_at, _year.effective_on, _year.prepared_by, _year.approved_by),
    )
    .where(_year.effective_on >= _starts_on, _year.effective_on < _ends_before)
    .order_by(_year.recorded_at, _year.id)
)
_LINES_BY_HAND = (
    select(
        *(_t.bank_statement.c.until, _t.bank_statement.c.number, _line.position),
        *(_line.purpose, _line.entry_id, _line.amount_cents, _t.bank_line.c.booked_on),
        *(_line.recorded_at, _line.prepared_by, _line.approved_by),
    )
    .join(_t.bank_statement, _t.bank_statement.c.id == _line.statement_id)
    .join(
        _t.bank_line,
        and_(_t.bank_line.c.statement_id == _line.statement_id, _t.bank_line.c.position == _line.position),
    )
    .where(
        _line.is_matched == literal(0),
        _t.bank_line.c.booked_on >= _starts_on,
        _t.bank_line.c.booked_on < _ends_before,
    )
    .order_by(_line.recorded_at, _line.statement_id, _line.position)
)
_unlinking = _t.unlinking.c
_unlinked_on = func.substr(_unlinking.recorded_at, 1, 10)
_UNLINKINGS_BY_HAND = (
    select(
        *(_unlinking.id, _unlinking.kind, _unlinking.number),
        *(_unlinking.recorded_at, _unlinking.prepared_by, _unlinking.approved_by),
    )
    .where(_unlinked_on >= _starts_on, _unlinked_on < _ends_before)
    .order_by(_unlinking.recorded_at, _unlinking.id)
)
_MANUAL = (
    (Query(_by_hand), _entry_by_hand),
    (Query(_ENDS_BY_HAND), _end_by_hand),
    (Query(_YEARS_BY_HAND), _year_by_hand),
    (Query(_LINES_BY_HAND), _line_by_hand),
    (Query(_UNLINKINGS_BY_HAND), _unlinking_by_hand),
)

_SCHEMES_SIGNED = Query(
    select(
        *(_t.scheme.c.code, _t.scheme.c.version),
        *(_t.scheme.c.recorded_at, _t.scheme.c.prepared_by, _t.scheme.c.approved_by),
    )
)
_MERCHANTS = Query(select(_t.merchant).order_by(_t.merchant.c.id, _t.merchant.c.version))
_CHECKS = Query(select(_t.merchant_check).order_by(_t.merchant_check.c.merchant_id, _t.merchant_check.c.number))
_ENDS = Query(select(_t.merchant_end))
_TERMINALS = Query(select(_t.terminal))
_MADE_AT = list(_t.terminal.c).index(_t.terminal.c.recorded_at)
_CREDENTIALS = Query(
    select(
        *(_t.credential.c.terminal_id, _t.credential.c.prefix),
        *(_t.credential.c.recorded_at, _t.credential.c.prepared_by),
    )
)
_REVOCATIONS = Query(
    select(
        *(_t.terminal_revocation.c.terminal_id, literal("")),
        *(_t.terminal_revocation.c.recorded_at, _t.terminal_revocation.c.prepared_by),
    )
)
_PERSONS = Query(
    select(
        *(_t.person.c.id, _t.person.c.number, _t.person.c.merchant_id, _t.person.c.role),
        *(_t.person.c.recorded_at, _t.person.c.prepared_by),
    )
)
_STARTS = Query(
    select(_t.person_secret.c.person_id, _t.person_secret.c.recorded_at, _t.person_secret.c.prepared_by).where(
        _t.person_secret.c.sequence == _t.person_secret.c.start, _t.person_secret.c.sequence > 1
    )
)
_PERSON_ENDS = Query(select(_t.person_end.c.person_id, _t.person_end.c.recorded_at, _t.person_end.c.prepared_by))
_CARD_RULES = Query(select(_t.card_rule).order_by(_t.card_rule.c.version))
_SECOND_APPROVALS = Query(select(_t.second_approval).order_by(_t.second_approval.c.number))
_PAYMENT_SETTINGS = Query(select(_t.payment_settings).order_by(_t.payment_settings.c.version))
_RETENTION = Query(select(_t.retention_period).order_by(_t.retention_period.c.kind, _t.retention_period.c.version))
_SOURCES = Query(select(_t.file_source).order_by(_t.file_source.c.code, _t.file_source.c.version))
