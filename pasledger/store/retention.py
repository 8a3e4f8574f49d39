"""References and their terms: when each began, what still stands, what is over, and what went.

A term runs from the latest day that something says of the reference: the end of an entitlement, as it was awarded and
as it was moved, whichever is later; the last change of a card; the end of a person. So it can be worked out again when
the reference is gone, and `astray` does.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    Table,
    and_,
    bindparam,
    case,
    cast,
    delete,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
    true,
    union,
    union_all,
)
from sqlalchemy.sql.selectable import CompoundSelect

from pasledger.ledger.accounts import AccountKind
from pasledger.ledger.ids import UnlinkingId
from pasledger.ledger.journal import EntryKind, Stamp
from pasledger.rules.cards import CardState
from pasledger.rules.records import ReferenceKind, RetentionPeriod, Unlinking
from pasledger.rules.retention import Reference
from pasledger.store import rows, tables
from pasledger.store.database import Database
from pasledger.store.errors import BooksContended, BooksProblem
from pasledger.store.holding import left as left_of_hold
from pasledger.store.statements import Insertion, Query
from pasledger.store.types import TEXT, WHOLE

_t = tables
_ENTITLEMENT = f"{AccountKind.ENTITLEMENT}/"
_DAY = len("2026-01-01")


@dataclass(frozen=True, slots=True)
class Standing:
    """How many references of a kind there are, and how their terms stand."""

    kept: int
    over: int
    held_back: int
    """Whose term began so long ago, but of which something still stands."""
    next_began: date | None
    """When the term began that is over next."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a record says of references that went at once, and how many it is the record of."""

    id: UnlinkingId
    kind: ReferenceKind
    begun_by: date
    says: int
    has: int
    recorded_at: datetime


class Retention:
    """The references of the books, as they stand at one moment."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def standing(self, kind: ReferenceKind, begun_by: date) -> Standing:
        """Return how references of a kind stand, where a term is over that began by a day."""
        [(kept, over, held_back, following)] = _KINDS[kind].counted.fetch(self._connection, begun_by=str(begun_by))
        return Standing(kept, over or 0, held_back or 0, None if following is None else rows.read_day(following))

    def over(self, kind: ReferenceKind, begun_by: date, *, most: int) -> list[Reference]:
        """Return references whose term began by a day and of which nothing stands, in the order of their keys."""
        found = _KINDS[kind].over.fetch(self._connection, begun_by=str(begun_by), most=most)
        return [Reference(key, rows.read_day(began), stands=False) for key, began in found]

    def periods(self) -> Iterator[tuple[RetentionPeriod, datetime]]:
        """Yield every period that was decided, with when, in the order of kinds and versions."""
        for row in _PERIODS.stream(self._connection):
            yield rows.read_retention_period(row), rows.read_moment(row[4])

    def runs(self) -> Iterator[Run]:
        """Yield every record of references that went at once."""
        for row in _RUNS.stream(self._connection):
            unlinking, kind, begun_by, says, has, recorded_at = row
            yield Run(
                UnlinkingId(unlinking),
                ReferenceKind(kind),
                rows.read_day(begun_by),
                says,
                has,
                rows.read_moment(recorded_at),
            )

    def too_early(self) -> Iterator[tuple[str, str, datetime, datetime]]:
        """Yield what went although its term had not begun by the day that its record says.

        Each with its table, its key, when it went, and when what says so was recorded.
        """
        for kind in map(_KINDS.__getitem__, _WORKED_OUT):
            # Side by side, and not joined: where the database has not counted its rows yet, it would look at all of the
            # one for each of the other.
            went = kind.went.stream(self._connection)
            gone = next(went, None)
            for key, day, known_at in kind.days.stream(self._connection) if gone else ():
                while gone is not None and gone[0] < key:
                    gone = next(went, None)
                if gone is not None and gone[0] == key and day > gone[1] and known_at < gone[2]:
                    yield kind.table.name, key, rows.read_moment(gone[2]), rows.read_moment(known_at)

    def astray(self) -> Iterator[tuple[str, str, str]]:
        """Yield each reference that is gone without a record, and each that has one and is there, by table and key."""
        for table, question in _GONE.items():
            for (key,) in question.stream(self._connection):
                yield table.name, key, "is gone, and no record says that its term was over"
        for table, question in _BACK.items():
            for (key,) in question.stream(self._connection):
                yield table.name, key, "was unlinked, and is there"
        for (key,) in _NOT_OVER.stream(self._connection):
            yield _t.merchant_contact.name, key, "went, and nobody had its place by the day that its record says"
        yield from self._missing_rows()

    def _missing_rows(self) -> Iterator[tuple[str, str, str]]:
        """The rows of a batch are as many as its sums say, with those that were unlinked."""
        went = Counter(key.rpartition("/")[0] for (key,) in _ROWS_GONE.stream(self._connection))
        there: Mapping[str, int] = dict(_ROWS_THERE.fetch(self._connection))
        for row in _CONTENTS.stream(self._connection):
            content = rows.read_batch_content(row)
            key = f"{content.batch}/{content.version}"
            if there.get(key, 0) + went[key] != content.awards:
                yield _t.batch_row.name, key, "has other rows than its sums say, and no record says where they went"


def unlink(connection: Connection, unlinking: Unlinking, stamp: Stamp) -> None:
    """Delete references, each after its record. Raises `BooksContended` where one of them is gone already."""
    table = _KINDS[unlinking.kind].table
    _ADD_UNLINKING.write(connection, [rows.unlinking_row(unlinking, stamp)])
    _ADD_UNLINKED.write(connection, [(table.name, key, unlinking.id) for key in unlinking.keys])
    is_recorded = exists().where(
        _t.unlinked.c.in_table == table.name,
        _t.unlinked.c.key == key_of(table),
        _t.unlinked.c.unlinking_id == unlinking.id,
    )
    if connection.execute(delete(table).where(is_recorded)).rowcount != len(unlinking.keys):
        raise BooksContended(BooksProblem.BUSY)


def make_ready(connection: Connection, database: Database, kind: ReferenceKind) -> None:
    """Make ready to unlink references of a kind, before they are looked for."""
    database.make_ready_to_unlink(connection, _KINDS[kind].table.name)


def key_of(table: FromClause) -> ColumnElement[str]:
    """Return the key of a row of references as the record has it, which is as it is sealed: ids have no slash."""
    first, *others = (cast(column, TEXT) if column.type is WHOLE else column for column in table.primary_key)
    key: ColumnElement[str] = first
    for column in others:
        key = key + literal("/") + column
    return key


# --- when terms begin


def _began(key: ColumnElement[Any], day: ColumnElement[Any], known_at: ColumnElement[Any]) -> Select[Any]:
    return select(key.label("key"), func.substr(day, 1, _DAY).label("day"), known_at.label("known_at"))


def _ends(key: Column[Any]) -> tuple[Select[Any], Select[Any]]:
    """Return every end that an entitlement ever had: as it was awarded, and as it was moved."""
    awarded = _began(key, _t.entitlement.c.ends_before, _t.entry.c.recorded_at)
    moved = _began(key, _t.entitlement_end.c.ends_before, _t.entitlement_end.c.recorded_at)
    return (
        awarded.select_from(_t.entitlement).join(_t.entry, _t.entry.c.id == _t.entitlement.c.entry_id),
        moved.select_from(_t.entitlement).join(
            _t.entitlement_end, _t.entitlement_end.c.entitlement_id == _t.entitlement.c.id
        ),
    )


_holder_terms = union_all(
    _began(_t.holder.c.id, _t.holder.c.recorded_at, _t.holder.c.recorded_at),
    _began(_t.card.c.holder_id, _t.card_change.c.recorded_at, _t.card_change.c.recorded_at)
    .select_from(_t.card)
    .join(_t.card_change, _t.card_change.c.card_id == _t.card.c.id),
    *_ends(_t.entitlement.c.holder_id),
)
_decision_terms = union_all(*_ends(_t.entitlement.c.id))
_next_year = cast(cast(func.substr(_t.entry.c.effective_on, 1, 4), WHOLE) + 1, TEXT) + literal("-01-01")
_is_bound_to_a_merchants = and_(_t.entry.c.commitment.is_not(None), _t.entry.c.kind != EntryKind.AWARDED.value)
_merchant_reference_terms = _began(_t.entry.c.id, _next_year, _t.entry.c.recorded_at).where(_is_bound_to_a_merchants)
_payment_request_terms = _began(
    _t.payment_request.c.id, _t.payment_request.c.ends_before, _t.payment_request.c.recorded_at
)
_person_terms = _began(_t.person_end.c.person_id, _t.person_end.c.recorded_at, _t.person_end.c.recorded_at)


def _brought_a_contact(version: FromClause) -> ColumnElement[bool]:
    """Return whether a version of a merchant came with a contact, which may have gone since."""
    contact, went = _t.merchant_contact, _t.unlinked.alias("went")
    is_there = exists().where(contact.c.merchant_id == version.c.id, contact.c.version == version.c.version)
    return or_(is_there, exists().where(went.c.in_table == contact.name, went.c.key == key_of(version)))


_version, _later = _t.merchant.alias("version"), _t.merchant.alias("later")
_contact_terms = union_all(  # the first of them counts: a contact is over when another one takes its place
    _began(key_of(_version), _later.c.effective_from, _later.c.recorded_at)
    .select_from(_version)
    .join(_later, and_(_later.c.id == _version.c.id, _later.c.version > _version.c.version))
    .where(_brought_a_contact(_version), _brought_a_contact(_later)),
    _began(key_of(_version), _t.merchant_end.c.ends_before, _t.merchant_end.c.recorded_at)
    .select_from(_version)
    .join(_t.merchant_end, _t.merchant_end.c.merchant_id == _version.c.id)
    .where(_brought_a_contact(_version)),
)
_last_steps = (
    select(_t.batch_step.c.batch_id, func.max(_t.batch_step.c.recorded_at).label("recorded_at"))
    .group_by(_t.batch_step.c.batch_id)
    .subquery()
)
_row_terms = (
    _began(key_of(_t.batch_row), _last_steps.c.recorded_at, _last_steps.c.recorded_at)
    .select_from(_t.batch_row)
    .join(_last_steps, _last_steps.c.batch_id == _t.batch_row.c.batch_id)
)
_was_booked = exists().where(
    _t.batch_step.c.batch_id == _t.batch_row.c.batch_id,
    _t.batch_step.c.version == _t.batch_row.c.version,
    _t.batch_step.c.kind == "booked",
)

# --- what still stands

_with_money = (
    select(_t.entitlement)
    .join(_t.account, _t.account.c.code == literal(_ENTITLEMENT) + _t.entitlement.c.id)
    .where(_t.account.c.balance_cents > 0)
    .subquery()
)
_open_holds = select(_t.hold.c.entry_id, _t.hold.c.holder_id).where(left_of_hold > 0).subquery()
_holders_standing = union(
    select(_t.card.c.holder_id.label("key")).where(
        or_(_t.card.c.state == CardState.ISSUED.value, _t.card.c.state == CardState.ACTIVE.value)
    ),
    select(_with_money.c.holder_id),
    select(_open_holds.c.holder_id),
)
_decisions_standing = union(
    select(_with_money.c.id.label("key")),
    select(func.substr(_t.transfer.c.debit, len(_ENTITLEMENT) + 1)).join(
        _open_holds, _open_holds.c.entry_id == _t.transfer.c.entry_id
    ),
)
_references_standing = select(_open_holds.c.entry_id.label("key"))
_nothing = select(literal("").label("key")).where(not_(true()))


@dataclass(frozen=True)
class _Kind:
    """Where references of one kind are, when the term of each began, and which of them still stand."""

    table: Table
    terms: Select[Any] | CompoundSelect[Any]
    standing: Select[Any] | CompoundSelect[Any] = _nothing
    is_one: ColumnElement[bool] = field(default_factory=true)
    begins: Any = func.max
    """Which of the days of a reference its term begins on."""

    @cached_property
    def counted(self) -> Query:
        """Ask how many there are, are over, are held back, and when the term began that is over next."""
        each, day, stands = self._each()
        has_begun = day <= bindparam("begun_by")
        counted: Any = each.with_only_columns(
            func.count(),
            func.sum(case((and_(has_begun, not_(stands)), 1), else_=0)),
            func.sum(case((and_(has_begun, stands), 1), else_=0)),
            func.min(case((day > bindparam("begun_by"), day))),
        )
        return Query(counted)

    @cached_property
    def over(self) -> Query:
        """Ask for those that are over, each with the day on which its term began."""
        each, day, stands = self._each()
        return Query(each.where(day <= bindparam("begun_by"), not_(stands)).order_by("key").limit(bindparam("most")))

    @cached_property
    def days(self) -> Query:
        """Ask for every day that a term can begin on, with when it was known, in the order of the keys."""
        terms = self.terms.subquery()
        return Query(select(terms.c.key, terms.c.day, terms.c.known_at).order_by(terms.c.key))

    @cached_property
    def went(self) -> Query:
        """Ask for those that went, with the day that the record says and when it went, in the order of the keys."""
        return Query(
            select(_t.unlinked.c.key, _t.unlinking.c.begun_by, _t.unlinking.c.recorded_at)
            .join(_t.unlinking, _t.unlinking.c.id == _t.unlinked.c.unlinking_id)
            .where(_t.unlinked.c.in_table == self.table.name)
            .order_by(_t.unlinked.c.key)
        )

    def _each(self) -> tuple[Select[Any], ColumnElement[Any], ColumnElement[bool]]:
        """Return the references, when the term of each began, and whether it stands."""
        terms, stands = self.terms.subquery(), self.standing.subquery()
        began = select(terms.c.key, self.begins(terms.c.day).label("day")).group_by(terms.c.key).subquery()
        key = key_of(self.table)
        each = (
            select(key.label("key"), began.c.day)
            .select_from(self.table)
            .outerjoin(began, began.c.key == key)
            .outerjoin(stands, stands.c.key == key)
            .where(self.is_one)
        )
        return each, began.c.day, stands.c.key.is_not(None)


_K = ReferenceKind
_KINDS: dict[ReferenceKind, _Kind] = {
    _K.AWARD_DRAFT: _Kind(_t.batch_row, _row_terms, is_one=not_(_was_booked)),
    _K.AWARD_ROW: _Kind(_t.batch_row, _row_terms, is_one=_was_booked),
    _K.MERCHANT_REFERENCE: _Kind(_t.merchant_reference, _merchant_reference_terms, _references_standing),
    _K.PAYMENT_REQUEST: _Kind(_t.payment_request_reference, _payment_request_terms),
    _K.CONTACT: _Kind(_t.merchant_contact, _contact_terms, begins=func.min),
    _K.PERSON: _Kind(_t.person_name, _person_terms),
    _K.DECISION: _Kind(_t.award_decision, _decision_terms, _decisions_standing),
    _K.HOLDER: _Kind(_t.holder_reference, _holder_terms, _holders_standing),
}
_WORKED_OUT = (_K.MERCHANT_REFERENCE, _K.PAYMENT_REQUEST, _K.PERSON, _K.DECISION, _K.HOLDER)
"""Whose term begins on the last of its days, and of which no day is known by the reference itself."""

TABLES = frozenset(kind.table.name for kind in _KINDS.values())
"""Every table of which rows can be unlinked."""


# --- what is gone, and what came back


def _without(owners: Table, table: Table, *conditions: ColumnElement[bool]) -> Query:
    """Ask for the owners that have no reference, and no record of one that went."""
    [whose] = table.primary_key
    [owner] = owners.primary_key
    went = exists().where(_t.unlinked.c.in_table == table.name, _t.unlinked.c.key == owner)
    there = exists().where(whose == owner)
    return Query(select(owner).where(*conditions, ~there, ~went).order_by(owner))


def _sealed_without(table: Table) -> Query:
    """Ask for what was sealed of a table, and is neither there nor in a record of what went: it is nobody's."""
    own = _t.sealed.c
    went = exists().where(_t.unlinked.c.in_table == table.name, _t.unlinked.c.key == own.key)
    there = exists().where(key_of(table) == own.key)
    return Query(select(own.key).where(own.in_table == table.name, ~there, ~went).order_by(own.key))


_GONE = {
    _t.holder_reference: _without(_t.holder, _t.holder_reference),
    _t.person_name: _without(_t.person, _t.person_name),
    _t.award_decision: _without(_t.entitlement, _t.award_decision),
    _t.payment_request_reference: _without(_t.payment_request, _t.payment_request_reference),
    _t.merchant_reference: _without(_t.entry, _t.merchant_reference, _is_bound_to_a_merchants),
    _t.merchant_contact: _sealed_without(_t.merchant_contact),
}
_BACK = {
    table: Query(
        select(_t.unlinked.c.key)
        .join(table, key_of(table) == _t.unlinked.c.key)
        .where(_t.unlinked.c.in_table == table.name)
    )
    for table in {kind.table.name: kind.table for kind in _KINDS.values()}.values()
}
_over = _contact_terms.subquery()
_NOT_OVER = Query(
    select(_t.unlinked.c.key)
    .join(_t.unlinking, _t.unlinking.c.id == _t.unlinked.c.unlinking_id)
    .where(
        _t.unlinked.c.in_table == _t.merchant_contact.name,
        ~exists().where(_over.c.key == _t.unlinked.c.key, _over.c.day <= _t.unlinking.c.begun_by),
    )
)
_batch_key = _t.batch_row.c.batch_id + literal("/") + cast(_t.batch_row.c.version, TEXT)
_ROWS_THERE = Query(select(_batch_key, func.count()).group_by(_t.batch_row.c.batch_id, _t.batch_row.c.version))
_ROWS_GONE = Query(select(_t.unlinked.c.key).where(_t.unlinked.c.in_table == _t.batch_row.name))
_CONTENTS = Query(select(_t.batch_content).order_by(_t.batch_content.c.batch_id, _t.batch_content.c.version))
_PERIODS = Query(select(_t.retention_period).order_by(_t.retention_period.c.kind, _t.retention_period.c.version))
_recorded = (
    select(_t.unlinked.c.unlinking_id, func.count().label("number")).group_by(_t.unlinked.c.unlinking_id).subquery()
)
_RUNS = Query(
    select(
        *(_t.unlinking.c.id, _t.unlinking.c.kind, _t.unlinking.c.begun_by, _t.unlinking.c.number),
        *(func.coalesce(_recorded.c.number, 0), _t.unlinking.c.recorded_at),
    )
    .outerjoin(_recorded, _recorded.c.unlinking_id == _t.unlinking.c.id)
    .order_by(_t.unlinking.c.id)
)
_ADD_UNLINKING, _ADD_UNLINKED = Insertion(_t.unlinking), Insertion(_t.unlinked)
