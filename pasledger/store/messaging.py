"""Whom a message is for, and about what: each question is one statement, however many holders there are."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, bindparam, select

from pasledger.ledger.ids import BatchId, CardId, HolderId
from pasledger.ledger.money import Money
from pasledger.rules.cards import CardNumber, CardState
from pasledger.rules.holders import HolderReference
from pasledger.rules.records import Entitlement
from pasledger.store import rows, tables
from pasledger.store.ends import ends_before, owned
from pasledger.store.statements import Query, Row

_t = tables


@dataclass(frozen=True, slots=True)
class ToTell:
    """An entitlement with the end that holds now, what is left of it, and what the municipality calls its holder."""

    entitlement: Entitlement
    left: Money
    reference: HolderReference | None
    """None where it was deleted: nobody knows any more whose it is."""


@dataclass(frozen=True, slots=True)
class Replacement:
    """A card that took the place of another one."""

    card: CardId
    holder: HolderId
    number: CardNumber
    reference: HolderReference | None


class Messaging:
    """What there is to tell holders, at one moment."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def credited(self, batch: BatchId) -> Iterator[ToTell]:
        """Yield what came out of a batch, the oldest first."""
        return map(_to_tell, _CREDITED.stream(self._connection, batch=batch))

    def ending(self, *, on: date, before: date) -> Iterator[ToTell]:
        """Yield what has money left on a day, has not ended then, and ends before another day; the oldest first."""
        days = {"after": on.isoformat(), "until": before.isoformat()}
        return map(_to_tell, _ENDING.stream(self._connection, **days))

    def replaced(self, *, since: datetime) -> Iterator[Replacement]:
        """Yield each card that took the place of another one since a moment and is in use, the oldest first."""
        for card, holder, number, reference in _REPLACED.stream(self._connection, since=rows.moment(since)):
            yield Replacement(CardId(card), HolderId(holder), CardNumber(number), _reference(reference))


def _to_tell(row: Row) -> ToTell:
    return ToTell(rows.read_entitlement(row), Money(row[-2]), _reference(row[-1]))


def _reference(text: str | None) -> HolderReference | None:
    return None if text is None else HolderReference(text)


_named = (
    owned.add_columns(_t.holder_reference.c.reference)
    .outerjoin(_t.holder_reference, _t.holder_reference.c.holder_id == _t.entitlement.c.holder_id)
    .order_by(_t.entitlement.c.id)
)
_CREDITED = Query(
    _named.join(_t.batch_award, _t.batch_award.c.entitlement_id == _t.entitlement.c.id).where(
        _t.batch_award.c.batch_id == bindparam("batch")
    )
)
_ENDING = Query(
    _named.where(
        _t.account.c.balance_cents > 0,
        ends_before > bindparam("after"),
        ends_before <= bindparam("until"),
    )
)
# A card and the one whose place it takes are written down at the same moment.
_REPLACED = Query(
    select(_t.card.c.id, _t.card.c.holder_id, _t.card.c.number, _t.holder_reference.c.reference)
    .outerjoin(_t.holder_reference, _t.holder_reference.c.holder_id == _t.card.c.holder_id)
    .where(
        _t.card.c.recorded_at >= bindparam("since"),
        _t.card.c.state != CardState.REPLACED,
        _t.card.c.state != CardState.BLOCKED,
        select(_t.card_change.c.card_id)
        .join(_before := _t.card.alias("before"), _before.c.id == _t.card_change.c.card_id)
        .where(
            _before.c.holder_id == _t.card.c.holder_id,
            _t.card_change.c.state == CardState.REPLACED,
            _t.card_change.c.recorded_at == _t.card.c.recorded_at,
        )
        .exists(),
    )
    .order_by(_t.card.c.id)
)
