"""Payment requests as they stand, and as decisions see them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Table, func, select

from pasledger.ledger.ids import EntryId, PaymentRequestId
from pasledger.ledger.money import Money
from pasledger.rules.payment_requests import PaymentRequestState, open_of, state_of
from pasledger.rules.records import PaymentRequest, PaymentRequestProgress, PaymentRequestStep
from pasledger.rules.town import Needs, Town
from pasledger.store import rows, tables
from pasledger.store.statements import OneOf, Query, Row

_t = tables


@dataclass(frozen=True, slots=True)
class KnownPaymentRequest:
    """A request as it stands now."""

    request: PaymentRequest
    progress: PaymentRequestProgress
    reference: str | None
    """What its merchant calls it; None where that is gone."""
    asked_at: datetime
    merchant: str
    """What the merchant is called."""

    @property
    def id(self) -> PaymentRequestId:
        """What it is known by."""
        return self.request.id

    @property
    def paid(self) -> Money:
        """What was paid, less what was given back."""
        return self.progress.paid

    def state(self, on: date) -> PaymentRequestState:
        """Return how it is on a day."""
        return state_of(self.request, self.progress, on=on)

    def open(self, on: date) -> Money:
        """Return what can still be paid on a day."""
        return open_of(self.request, self.progress, on=on)


def load_payment_requests(connection: Connection, needs: Needs, town: Town) -> None:
    """Add the requests that are needed, with what became of each. Of a payment that is needed, it comes to know too."""
    if not needs.payment_requests:
        return
    for known in map(read_known, WANTED.fetch(connection, wanted=sorted(needs.payment_requests))):
        town.learn(known.request)
        town.payment_request_progress[known.id] = known.progress
        if known.reference is not None:
            town.payment_request_references[known.id] = known.reference
    if needs.redemptions:
        found = _PAYMENTS.fetch(connection, wanted=sorted(needs.payment_requests))
        town.payment_request_of.update({EntryId(entry): PaymentRequestId(of) for entry, of in found})


def strange_payments(connection: Connection) -> Iterator[tuple[str, str]]:
    """Yield each step, by table and key, that says to be paid by what is no redemption at the request's merchant."""
    for request, number in _STRANGE.stream(connection):
        yield _t.payment_request_step.name, f"{request}/{number}"


def read_known(row: Row) -> KnownPaymentRequest:
    """Read a request with what became of it."""
    recorded_at, _prepared_by, reference, merchant, *progress = row[12:]
    return KnownPaymentRequest(
        rows.read_payment_request(row),
        rows.read_progress(tuple(progress)),
        reference,
        rows.read_moment(recorded_at),
        merchant or "",
    )


_request = _t.payment_request.c
_step = _t.payment_request_step.c


def _steps(what: ColumnElement[Any], step: PaymentRequestStep | None = None) -> ColumnElement[Any]:
    """Ask something of the steps of a request, of all or of one kind."""
    asked = select(what).where(_step.request_id == _request.id)
    if step is not None:
        asked = asked.where(_step.step == step.value)
    return asked.correlate(_t.payment_request).scalar_subquery()


def _sum(amount: ColumnElement[int], *joined: tuple[Table, ColumnElement[bool]]) -> ColumnElement[int]:
    """Add up the amounts of what hangs on the payments of a request."""
    steps: FromClause = _t.payment_request_step
    source = reduce(lambda found, join: found.join(*join), joined, steps)
    asked = select(func.coalesce(func.sum(amount), 0)).select_from(source).where(_step.request_id == _request.id)
    return asked.correlate(_t.payment_request).scalar_subquery()


_redeemed = (_t.redemption, _t.redemption.c.entry_id == _step.entry_id)
_refunded = (_t.refund, _t.refund.c.redemption_id == _t.redemption.c.id)
# What was paid, less what was given back, less what a correction took off either.
_paid = (
    _sum(_t.redemption.c.amount_cents, _redeemed)
    - _sum(_t.refund.c.amount_cents, _redeemed, _refunded)
    - _sum(_t.correction.c.amount_cents, (_t.correction, _t.correction.c.corrects == _step.entry_id))
    - _sum(
        _t.correction.c.amount_cents,
        _redeemed,
        _refunded,
        (_t.correction, _t.correction.c.corrects == _t.refund.c.entry_id),
    )
)
_P = PaymentRequestStep
_progress = (
    _steps(func.count()),
    _paid,
    _steps(func.count(), _P.REMINDED),
    _steps(func.max(_step.taken_on), _P.REMINDED),
    _steps(func.count(), _P.WITHDRAWN),
)
_newest_name = (
    select(_t.merchant.c.name)
    .where(_t.merchant.c.id == _request.merchant_id)
    .order_by(_t.merchant.c.version.desc())
    .limit(1)
    .correlate(_t.payment_request)
    .scalar_subquery()
)
REQUESTS = select(_t.payment_request, _t.payment_request_reference.c.reference, _newest_name, *_progress).outerjoin(
    _t.payment_request_reference, _t.payment_request_reference.c.request_id == _request.id
)
WANTED = Query(
    REQUESTS.where(OneOf(_request.id, "wanted")).order_by(_request.recorded_at, _request.list_id, _request.place)
)
_PAYMENTS = Query(
    select(_step.entry_id, _step.request_id).where(OneOf(_step.request_id, "wanted"), _step.step == _P.PAID.value)
)
_STRANGE = Query(
    select(_step.request_id, _step.number)
    .join(_t.payment_request, _request.id == _step.request_id)
    .outerjoin(_t.redemption, _t.redemption.c.entry_id == _step.entry_id)
    .where(
        _step.step == _P.PAID.value,
        func.coalesce(_t.redemption.c.merchant_id, "") != _request.merchant_id,
    )
    .order_by(_step.request_id, _step.number)
)
