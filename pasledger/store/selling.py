"""What a merchant asks about its own: lists, page by page, and the statement of a period.

A page goes on after the last thing of the one before, by the id that the merchant knows that thing by. It is random, so
that it tells nothing of anybody's volume; and as what is new stands before all that was there, a page that was not
asked for yet changes by nothing that is booked meanwhile.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, func, literal, or_, select, union_all
from sqlalchemy.sql.selectable import Subquery

from pasledger.ledger.accounts import AccountKind
from pasledger.ledger.ids import MerchantId
from pasledger.ledger.journal import EntryKind
from pasledger.ledger.money import Money
from pasledger.ledger.periods import Period
from pasledger.reports.merchant_statement import Flow, LineKind, MerchantStatement, StatementLine, merchant_statement
from pasledger.rules.records import payment_number
from pasledger.store import rows, tables
from pasledger.store.holding import left
from pasledger.store.known import id_of, reference_of
from pasledger.store.statements import Query, Row

_t = tables


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of a merchant's things are listed: those of some days, of one reference, of one terminal; how many."""

    merchant: MerchantId
    since: date | None = None
    until: date | None = None
    """The first day that is not wanted any more."""
    reference: str | None = None
    terminal: str | None = None
    after: str | None = None
    """The id of the last one that was seen."""
    most: int = 50


@dataclass(frozen=True, slots=True)
class Listed:
    """One thing of a list."""

    id: str
    amount: Money
    at: datetime
    reference: str | None
    terminal: str | None
    of: str | None = None
    """What a refund is of."""
    last_day: date | None = None
    left: Money | None = None
    """What is still held."""


_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Page(Generic[_Item]):
    """Some of a list, the newest first, and whether there is more."""

    items: tuple[_Item, ...]
    has_more: bool

    @classmethod
    def of(cls, items: list[_Item], wanted: Wanted) -> "Page[_Item]":
        """Return a page of what was found when one more was asked for than is shown."""
        return cls(tuple(items[: wanted.most]), len(items) > wanted.most)


class UnknownPlace(LookupError):  # noqa: N818 - an answer, not an error
    """A page was asked for that goes on after nothing of this merchant."""


class Selling:
    """What was sold as it is at one moment."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def redemptions(self, wanted: Wanted) -> Page[Listed]:
        """Return some redemptions. Raises `UnknownPlace`."""
        found = self._page(_REDEMPTIONS, _REDEMPTION_PLACE, wanted)
        return Page.of([Listed(*_common(row)) for row in found], wanted)

    def refunds(self, wanted: Wanted) -> Page[Listed]:
        """Return some refunds, of redemptions and of holds. Raises `UnknownPlace`."""
        found = self._page(_REFUNDS, _REFUND_PLACE, wanted)
        return Page.of([Listed(*_common(row), of=row[5]) for row in found], wanted)

    def holds(self, wanted: Wanted) -> Page[Listed]:
        """Return some holds, with what is left of each. Raises `UnknownPlace`."""
        found = self._page(_HOLDS, _HOLD_PLACE, wanted)
        return Page.of(
            [
                Listed(*_common(row), last_day=rows.read_day(row[5]) - timedelta(days=1), left=Money(row[6]))
                for row in found
            ],
            wanted,
        )

    def statement(self, merchant: MerchantId, period: Period) -> MerchantStatement:
        """Return what was sold, given back and paid in a period."""
        between = {"merchant": merchant, "since": period.starts_on.isoformat(), "until": period.ends_before.isoformat()}
        accounts = {
            f"{side}_{kind.name}": f"{kind}/{merchant}{sign}"
            for kind in (AccountKind.PAYABLE, AccountKind.IN_PAYMENT)
            for side, sign in (("from", "/"), ("to", "0"))
        }
        flows = [
            Flow(AccountKind(account), EntryKind(kind), bool(is_before), int(cents))
            for account, kind, is_before, cents in _FLOWS.fetch(self._connection, **between, **accounts)
        ]
        lines = [*map(_line, _LINES.fetch(self._connection, **between))]
        lines += map(_line, _OTHER_LINES.fetch(self._connection, **between, **accounts))
        lines += map(_payment_line, _PAYMENT_LINES.fetch(self._connection, **between, **accounts))
        lines.sort(key=lambda line: (line.at, line.id or ""))
        name = _NAME.fetch(self._connection, merchant=merchant, on=period.ends_before.isoformat())
        return merchant_statement(name[0][0] if name else merchant, period, flows, lines)

    def _page(self, statement: Query, place: Query, wanted: Wanted) -> list[Row]:
        return statement.fetch(
            self._connection,
            merchant=wanted.merchant,
            since=wanted.since.isoformat() if wanted.since else "",
            until=wanted.until.isoformat() if wanted.until else AFTER_ALL,
            reference=wanted.reference or "",
            terminal=wanted.terminal or "",
            before=self._place(place, wanted),
            most=wanted.most + 1,
        )

    def _place(self, place: Query, wanted: Wanted) -> str:
        """Return the entry that a page goes on after. It is never given out: it would tell when it was made."""
        if wanted.after is None:
            return AFTER_ALL
        found = place.fetch(self._connection, merchant=wanted.merchant, after=wanted.after)
        if not found:
            raise UnknownPlace
        return str(found[0][0])


AFTER_ALL = "~"
"""What comes after every day, moment and id."""


def _common(row: Row) -> tuple[str, Money, datetime, str | None, str | None]:
    named, cents, at, reference, terminal = row[:5]
    return named, Money(cents), rows.read_moment(at), reference, terminal


def _line(row: Row) -> StatementLine:
    kind, named, at, on, cents, reference, terminal = row
    return StatementLine(
        LineKind(kind), named, rows.read_moment(at), rows.read_day(on), Money(int(cents)), reference, terminal
    )


def _payment_line(row: Row) -> StatementLine:
    kind, named, at, on, cents, year, number, place = row
    reference = None if named is None else payment_number(year, number, place)
    return _line((kind, named, at, on, cents, reference, None))


# --- lists


def _listed(found: Subquery, *more: ColumnElement[Any]) -> Query:
    """Return what asks for a page of a list. Each thing has its id, entry, merchant and amount."""
    return Query(
        select(
            found.c.id,
            found.c.amount_cents,
            _t.entry.c.recorded_at,
            _t.merchant_reference.c.reference,
            _t.terminal.c.label,
            *more,
        )
        .select_from(found)
        .join(_t.entry, _t.entry.c.id == found.c.entry_id)
        .outerjoin(_t.merchant_reference, _t.merchant_reference.c.entry_id == found.c.entry_id)
        .outerjoin(_t.terminal, _t.terminal.c.id == _t.entry.c.prepared_by)
        .where(
            _t.entry.c.effective_on >= bindparam("since"),
            _t.entry.c.effective_on < bindparam("until"),
            or_(literal("") == bindparam("reference"), _t.merchant_reference.c.reference == bindparam("reference")),
            or_(literal("") == bindparam("terminal"), _t.terminal.c.label == bindparam("terminal")),
        )
        .order_by(found.c.entry_id.desc())
        .limit(bindparam("most"))
    )


def _own(table: Any, *more: ColumnElement[Any]) -> Select[Any]:  # noqa: ANN401 - a table or an alias of one
    """Return a merchant's own rows of a table that come before a place."""
    return select(table.c.id, table.c.entry_id, table.c.amount_cents, *more).where(
        table.c.merchant_id == bindparam("merchant"), table.c.entry_id < bindparam("before")
    )


def _place(*kinds: Any) -> Query:  # noqa: ANN401 - as above
    return Query(
        union_all(
            *(
                select(kind.c.entry_id).where(
                    kind.c.id == bindparam("after"), kind.c.merchant_id == bindparam("merchant")
                )
                for kind in kinds
            )
        )
    )


_REDEMPTIONS = _listed(_own(_t.redemption).subquery())
_REDEMPTION_PLACE = _place(_t.redemption)
_refunds = union_all(
    _own(_t.refund, _t.refund.c.redemption_id.label("of_id")),
    _own(_t.hold_refund, _t.hold_refund.c.hold_id.label("of_id")),
).subquery()
_REFUNDS = _listed(_refunds, _refunds.c.of_id)
_REFUND_PLACE = _place(_t.refund, _t.hold_refund)
_holds = _own(_t.hold, _t.hold.c.ends_before, left.label("left_cents")).subquery()
_HOLDS = _listed(_holds, _holds.c.ends_before, _holds.c.left_cents)
_HOLD_PLACE = _place(_t.hold)


# --- statements


def _of_merchant() -> ColumnElement[bool]:
    """The condition that an account is one of a merchant's: its code lies between two that stand around all of them."""
    return or_(
        *(
            and_(
                _t.account.c.code >= bindparam(f"from_{kind.name}"),
                _t.account.c.code < bindparam(f"to_{kind.name}"),
            )
            for kind in (AccountKind.PAYABLE, AccountKind.IN_PAYMENT)
        )
    )


_is_before = (_t.entry.c.effective_on < bindparam("since")).label("is_before")
_moved = union_all(
    *(
        select(
            _t.account.c.kind.label("account_kind"),
            _t.transfer.c.entry_id,
            (sign * _t.transfer.c.amount_cents).label("cents"),
        )
        .join(_t.transfer, side == _t.account.c.code)
        .where(_of_merchant())
        for side, sign in ((_t.transfer.c.credit, 1), (_t.transfer.c.debit, -1))
    )
).subquery()
_FLOWS = Query(
    select(_moved.c.account_kind, _t.entry.c.kind, _is_before, func.sum(_moved.c.cents))
    .join(_t.entry, _t.entry.c.id == _moved.c.entry_id)
    .where(_t.entry.c.effective_on < bindparam("until"))
    .group_by(_moved.c.account_kind, _t.entry.c.kind, _is_before)
)


def _lines(kind: LineKind, table: Any, sign: int) -> Select[Any]:  # noqa: ANN401 - as above
    return (
        select(
            literal(kind.value),
            table.c.id,
            _t.entry.c.recorded_at,
            _t.entry.c.effective_on,
            (sign * table.c.amount_cents).label("cents"),
            reference_of(_t.entry.c.id).label("reference"),
            _t.terminal.c.label,
        )
        .join(_t.entry, _t.entry.c.id == table.c.entry_id)
        .outerjoin(_t.terminal, _t.terminal.c.id == _t.entry.c.prepared_by)
        .where(
            table.c.merchant_id == bindparam("merchant"),
            _t.entry.c.effective_on >= bindparam("since"),
            _t.entry.c.effective_on < bindparam("until"),
        )
    )


_LINES = Query(
    union_all(
        _lines(LineKind.REDEMPTION, _t.redemption, 1),
        _lines(LineKind.CAPTURE, _t.hold_capture, 1),
        _lines(LineKind.REFUND, _t.refund, -1),
        _lines(LineKind.REFUND, _t.hold_refund, -1),
    )
)
_OTHERS = {
    EntryKind.CORRECTED: (LineKind.CORRECTION, AccountKind.PAYABLE),
    EntryKind.WRITTEN_OFF: (LineKind.CORRECTION, AccountKind.PAYABLE),
}
_PAYMENTS = {
    EntryKind.RETURNED: (LineKind.RETURNED, AccountKind.PAYABLE),
    EntryKind.PAID: (LineKind.PAID, AccountKind.IN_PAYMENT),
}


def _moving(kind: EntryKind, line: LineKind, account: AccountKind, named: Any, *more: Any) -> Select[Any]:  # noqa: ANN401 - as above
    """Return the entries of a kind, each with what it moved in all on accounts of a kind."""
    return (
        select(
            literal(line.value),
            named,
            _t.entry.c.recorded_at,
            _t.entry.c.effective_on,
            func.sum(_moved.c.cents),
            *more,
        )
        .join(_moved, _t.entry.c.id == _moved.c.entry_id)
        .where(
            _t.entry.c.kind == kind.value,
            _moved.c.account_kind == account.value,
            _t.entry.c.effective_on >= bindparam("since"),
            _t.entry.c.effective_on < bindparam("until"),
        )
        .group_by(_t.entry.c.id, _t.entry.c.recorded_at, _t.entry.c.effective_on)
    )


_OTHER_LINES = Query(
    union_all(
        *(
            _moving(kind, line, account, id_of(_t.entry.c.id), reference_of(_t.entry.c.id), literal(None))
            for kind, (line, account) in _OTHERS.items()
        )
    )
)
_stepped = (
    select(
        _t.payout_step.c.entry_id,
        _t.payout.c.id,
        _t.payout_run.c.year,
        _t.payout_run.c.number,
        _t.payout.c.place,
    )
    .join(_t.payout, _t.payout.c.id == _t.payout_step.c.payout_id)
    .join(_t.payout_run, _t.payout_run.c.id == _t.payout.c.run_id)
    .where(_t.payout.c.merchant_id == bindparam("merchant"))
).subquery()
_PAYMENT_LINES = Query(
    union_all(
        *(
            _moving(kind, line, account, _stepped.c.id, _stepped.c.year, _stepped.c.number, _stepped.c.place)
            .outerjoin(_stepped, _stepped.c.entry_id == _t.entry.c.id)
            .group_by(_stepped.c.id, _stepped.c.year, _stepped.c.number, _stepped.c.place)
            for kind, (line, account) in _PAYMENTS.items()
        )
    )
)
"""What was paid and what came back, with the payout that it is of; none where the merchant paid it back itself."""

_NAME = Query(
    select(_t.merchant.c.name)
    .where(_t.merchant.c.id == bindparam("merchant"), _t.merchant.c.effective_from < bindparam("on"))
    .order_by(_t.merchant.c.version.desc())
    .limit(1)
)
