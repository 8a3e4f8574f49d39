"""Payment requests, as their merchants, the town and whoever has a link read them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, bindparam, func, literal, or_, select, tuple_

from pasledger.ledger.ids import MerchantId, PaymentRequestId, RequestListId
from pasledger.ledger.money import Money
from pasledger.store import rows, tables
from pasledger.store.asking import REQUESTS, WANTED, KnownPaymentRequest, read_known
from pasledger.store.selling import AFTER_ALL, Page, UnknownPlace, Wanted
from pasledger.store.statements import Query, Row

_t = tables
_AFTER_EVERY_PLACE = 1 << 40


@dataclass(frozen=True, slots=True)
class RequestList:
    """Requests that were made at once: for what, how many, and until when."""

    id: RequestListId
    words_nl: str
    words_en: str
    asked_on: date
    ends_before: date
    number: int
    amount: Money

    @property
    def last_day(self) -> date:
        """The last day on which they can be paid."""
        return self.ends_before - timedelta(days=1)

    def words(self, language: str) -> str:
        """Return what they are for, in English where that is said, and in Dutch otherwise."""
        return self.words_en if language != "nl" and self.words_en else self.words_nl


class PaymentRequests:
    """The payment requests as they are at one moment."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def one(self, request: PaymentRequestId) -> KnownPaymentRequest | None:
        """Return a request."""
        found = WANTED.fetch(self._connection, wanted=[request])
        return read_known(found[0]) if found else None

    def wanted(self, requests: Iterable[PaymentRequestId]) -> list[KnownPaymentRequest]:
        """Return some requests, in the order in which they were made."""
        return [read_known(row) for row in WANTED.fetch(self._connection, wanted=sorted(requests))]

    def listed(self, named: RequestListId) -> list[KnownPaymentRequest]:
        """Return the requests that were made at once, in their order."""
        return [read_known(row) for row in _LISTED.fetch(self._connection, list=named)]

    def all(self, merchant: MerchantId) -> Iterator[KnownPaymentRequest]:
        """Yield every request of a merchant, the newest list first, each list in its order."""
        return map(read_known, _OF_MERCHANT.stream(self._connection, merchant=merchant))

    def lists(self, merchant: MerchantId, *, most: int) -> list[RequestList]:
        """Return what a merchant asked at once, the newest first."""
        return [_read_list(row) for row in _LISTS.fetch(self._connection, merchant=merchant, most=most)]

    def page(self, wanted: Wanted) -> Page[KnownPaymentRequest]:
        """Return some requests of a merchant, the newest first. Raises `UnknownPlace`."""
        at, named, place = self._place(wanted)
        found = _PAGE.fetch(
            self._connection,
            merchant=wanted.merchant,
            since=wanted.since.isoformat() if wanted.since else "",
            until=wanted.until.isoformat() if wanted.until else AFTER_ALL,
            reference=wanted.reference or "",
            at=at,
            list=named,
            place=place,
            most=wanted.most + 1,
        )
        return Page.of([read_known(row) for row in found], wanted)

    def _place(self, wanted: Wanted) -> tuple[str, str, int]:
        if wanted.after is None:
            return AFTER_ALL, AFTER_ALL, _AFTER_EVERY_PLACE
        found = _PLACE.fetch(self._connection, merchant=wanted.merchant, after=wanted.after)
        if not found:
            raise UnknownPlace
        at, named, place = found[0]
        return at, named, place


def _read_list(row: Row) -> RequestList:
    named, words_nl, words_en, asked_on, ends_before, number, cents = row
    return RequestList(
        RequestListId(named),
        words_nl,
        words_en,
        rows.read_day(asked_on),
        rows.read_day(ends_before),
        number,
        Money(int(cents)),
    )


_request = _t.payment_request.c
_newest_first = (_request.recorded_at.desc(), _request.list_id.desc(), _request.place)
_LISTED = Query(REQUESTS.where(_request.list_id == bindparam("list")).order_by(_request.place))
_OF_MERCHANT = Query(REQUESTS.where(_request.merchant_id == bindparam("merchant")).order_by(*_newest_first))
_LISTS = Query(
    select(
        _request.list_id,
        func.max(_request.words_nl),
        func.max(_request.words_en),
        func.max(_request.asked_on),
        func.max(_request.ends_before),
        func.count(),
        func.sum(_request.amount_cents),
    )
    .where(_request.merchant_id == bindparam("merchant"))
    .group_by(_request.list_id)
    .order_by(func.max(_request.recorded_at).desc(), _request.list_id)
    .limit(bindparam("most"))
)
_order = tuple_(_request.recorded_at, _request.list_id, _request.place)
_PAGE = Query(
    REQUESTS.where(
        _request.merchant_id == bindparam("merchant"),
        _request.asked_on >= bindparam("since"),
        _request.asked_on < bindparam("until"),
        or_(
            literal("") == bindparam("reference"),
            _t.payment_request_reference.c.reference == bindparam("reference"),
        ),
        _order < tuple_(bindparam("at"), bindparam("list"), bindparam("place")),
    )
    .order_by(_request.recorded_at.desc(), _request.list_id.desc(), _request.place.desc())
    .limit(bindparam("most"))
)
_PLACE = Query(
    select(_request.recorded_at, _request.list_id, _request.place).where(
        _request.id == bindparam("after"), _request.merchant_id == bindparam("merchant")
    )
)
