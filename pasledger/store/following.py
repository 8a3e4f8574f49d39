"""Which entry stands after which, on the way of money: one question for each direction, however many entries."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    String,
    and_,
    bindparam,
    cast,
    func,
    literal,
    select,
    union_all,
)

from pasledger.ledger.accounts import AccountKind
from pasledger.ledger.ids import EntryId
from pasledger.ledger.journal import EntryKind
from pasledger.ledger.money import Money
from pasledger.reports.following import Link, Step
from pasledger.rules.records import BANK_PREFIX
from pasledger.store import rows, tables
from pasledger.store.statements import OneOf, Query, Row

_t = tables


class Following:
    """What stands before and after entries, in the snapshot of a reader."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def named(self, name: str) -> list[EntryId]:
        """Return the entries of what has this id, or of the decision, payment or bank line that is called so."""
        if payment := _PAYMENT.fullmatch(name):
            year, number, place = map(int, payment.groups())
            found = _OF_PAYMENT.fetch(self._connection, year=year, number=number, place=place)
        elif line := _BANK_LINE.fullmatch(name):
            year_text, number, position = line[1], int(line[2]), int(line[3])
            found = _OF_BANK_LINE.fetch(self._connection, year=year_text, number=number, position=position)
        else:
            found = _NAMED.fetch(self._connection, wanted=[name])
        return [EntryId(entry) for (entry,) in found]

    def before(self, entries: list[EntryId]) -> Iterable[Link]:
        """Return the links that lead to entries."""
        return self._links(_BEFORE, entries)

    def after(self, entries: list[EntryId]) -> Iterable[Link]:
        """Return the links that lead on from entries."""
        return self._links(_AFTER, entries)

    def steps(self, entries: list[EntryId]) -> list[Step]:
        """Return what there is to say of entries, in the order in which they were made."""
        return [_step(row) for row in _STEPS.fetch(self._connection, wanted=entries)]

    def _links(self, query: Query, entries: list[EntryId]) -> list[Link]:
        found = query.fetch(self._connection, wanted=entries)
        return [(EntryId(before), EntryId(after)) for before, after in found if before != after]


_WITH_AN_ID = (
    _t.entitlement,
    _t.redemption,
    _t.refund,
    _t.hold,
    _t.hold_capture,
    _t.hold_release,
    _t.hold_refund,
    _t.payout,
)


def _step(row: Row) -> Step:
    entry, kind, recorded_at, effective_on, prepared_by, approved_by, cents, *others = row
    ids, references = others[: len(_WITH_AN_ID)], others[len(_WITH_AN_ID) :]
    return Step(
        EntryId(entry),
        EntryKind(kind),
        rows.read_moment(recorded_at),
        rows.read_day(effective_on),
        prepared_by,
        approved_by,
        Money(cents),
        next((one for one in ids if one is not None), ""),
        _reference(references),
    )


def _reference(found: Sequence[Any]) -> str:
    """Return how the world calls an entry, from the columns that say so."""
    *decisions, year, number, place, until, statement, position = found
    if year is not None:
        return f"{BANK_PREFIX}{year}-{number:04}-{place:04}"
    if until is not None:
        return f"{until[:4]}-{statement:03}/{position}"
    return next((one for one in decisions if one is not None), "")


_lengthened = _t.entitlement_end
_budget = (
    literal(f"{AccountKind.BUDGET}/")
    + _t.budget_decision.c.scheme
    + literal("/")
    + cast(_t.budget_decision.c.year, String)
)
_OWNER = f"{AccountKind.ENTITLEMENT}/"
_Edge = tuple[Column[Any], Column[Any], ColumnElement[bool] | None]
_EDGES: tuple[_Edge, ...] = (
    # what leaves a budget, after what the council decided on it
    (_t.budget_decision.c.entry_id, _t.transfer.c.entry_id, _t.transfer.c.debit == _budget),
    # what leaves an entitlement, after its award
    (
        _t.entitlement.c.entry_id,
        _t.transfer.c.entry_id,
        # twice the same, so that it can be looked up from either side
        and_(
            _t.transfer.c.debit == literal(_OWNER) + _t.entitlement.c.id,
            _t.entitlement.c.id == func.substr(_t.transfer.c.debit, len(_OWNER) + 1),
        ),
    ),
    (_t.redemption.c.entry_id, _t.refund.c.entry_id, _t.refund.c.redemption_id == _t.redemption.c.id),
    (_t.hold.c.entry_id, _t.hold_capture.c.entry_id, _t.hold_capture.c.hold_id == _t.hold.c.id),
    (_t.hold.c.entry_id, _t.hold_release.c.entry_id, _t.hold_release.c.hold_id == _t.hold.c.id),
    (_t.hold_capture.c.entry_id, _t.hold_refund.c.entry_id, _t.hold_refund.c.hold_id == _t.hold_capture.c.hold_id),
    (_t.correction.c.corrects, _t.correction.c.entry_id, None),
    (_t.payout_line.c.line_entry_id, _t.payout_line.c.entry_id, None),
    (_t.payout.c.entry_id, _t.payout_step.c.entry_id, _t.payout_step.c.payout_id == _t.payout.c.id),
    (_lengthened.c.lapse_entry_id, _lengthened.c.entry_id, _lengthened.c.lapse_entry_id.is_not(None)),
    # each freeing takes all that lapsed since the one before it
    (
        _t.lapse.c.entry_id,
        _t.freeing.c.entry_id,
        and_(
            _t.freeing.c.scheme == _t.lapse.c.scheme,
            _t.freeing.c.year == _t.lapse.c.year,
            _t.freeing.c.number == _t.lapse.c.freeings + 1,
        ),
    ),
)


def _links(place: int) -> Query:
    """Ask for the links of which the entry at a place is wanted: 0 what is before, 1 what is after."""
    questions = []
    for before, after, joined in _EDGES:
        question = select(before, after).where(OneOf((before, after)[place], "wanted"), after.is_not(None))
        questions.append(question if joined is None else question.where(joined))
    return Query(union_all(*questions))


_AFTER, _BEFORE = _links(0), _links(1)

_PAYMENT = re.compile(rf"{BANK_PREFIX}(\d{{4}})-(\d{{4,9}})-(\d{{4,9}})", re.ASCII)
_BANK_LINE = re.compile(r"(\d{4})-(\d{3,9})/(\d{1,9})", re.ASCII)

_NAMED = Query(
    union_all(
        select(_t.entry.c.id).where(OneOf(_t.entry.c.id, "wanted")),
        *(select(table.c.entry_id).where(OneOf(table.c.id, "wanted")) for table in _WITH_AN_ID),
        select(_t.budget_decision.c.entry_id).where(OneOf(_t.budget_decision.c.reference, "wanted")),
        select(_t.written_off.c.entry_id).where(OneOf(_t.written_off.c.decision, "wanted")),
        select(_t.entitlement.c.entry_id)
        .join(_t.award_decision, _t.award_decision.c.entitlement_id == _t.entitlement.c.id)
        .where(OneOf(_t.award_decision.c.reference, "wanted")),
    )
)
_OF_PAYMENT = Query(
    select(_t.payout.c.entry_id)
    .join(_t.payout_run, _t.payout_run.c.id == _t.payout.c.run_id)
    .where(
        _t.payout_run.c.year == bindparam("year"),
        _t.payout_run.c.number == bindparam("number"),
        _t.payout.c.place == bindparam("place"),
    )
)
_OF_BANK_LINE = Query(
    select(_t.bank_line_settled.c.entry_id)
    .join(_t.bank_statement, _t.bank_statement.c.id == _t.bank_line_settled.c.statement_id)
    .where(
        func.substr(_t.bank_statement.c.until, 1, 4) == bindparam("year"),
        _t.bank_statement.c.number == bindparam("number"),
        _t.bank_line_settled.c.position == bindparam("position"),
        _t.bank_line_settled.c.entry_id.is_not(None),
    )
)

_amount = (
    select(func.sum(_t.transfer.c.amount_cents))
    .where(_t.transfer.c.entry_id == _t.entry.c.id)
    .correlate(_t.entry)
    .scalar_subquery()
)
_told = (
    select(
        *(_t.entry.c[name] for name in ("id", "kind", "recorded_at", "effective_on", "prepared_by", "approved_by")),
        _amount,
        *(table.c.id for table in _WITH_AN_ID),
        _t.budget_decision.c.reference,
        _t.award_decision.c.reference,
        _t.written_off.c.decision,
        *(_t.payout_run.c.year, _t.payout_run.c.number, _t.payout.c.place),
        *(_t.bank_statement.c.until, _t.bank_statement.c.number, _t.bank_line_settled.c.position),
    )
    .select_from(_t.entry)
    .where(OneOf(_t.entry.c.id, "wanted"))
    .order_by(_t.entry.c.id)
)
for _of_entry in (*_WITH_AN_ID, _t.budget_decision, _t.written_off, _t.bank_line_settled):
    _told = _told.outerjoin(_of_entry, _of_entry.c.entry_id == _t.entry.c.id)
_STEPS = Query(
    _told.outerjoin(_t.award_decision, _t.award_decision.c.entitlement_id == _t.entitlement.c.id)
    .outerjoin(_t.payout_run, _t.payout_run.c.id == _t.payout.c.run_id)
    .outerjoin(_t.bank_statement, _t.bank_statement.c.id == _t.bank_line_settled.c.statement_id)
)
