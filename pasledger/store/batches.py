"""Reading award batches: what was done with each, what it awards, and what its holders have beside it."""

from collections.abc import Iterator

from sqlalchemy import Connection, bindparam, select

from pasledger.ledger.ids import BatchId, HolderId
from pasledger.ledger.money import Money
from pasledger.rules.batches import AWARD_SETTINGS, AwardBatch, batch_of
from pasledger.rules.cards import CardState
from pasledger.rules.records import BatchContent, Entitlement
from pasledger.rules.town import Needs
from pasledger.store import rows, tables
from pasledger.store.loading import load
from pasledger.store.statements import OneOf, Query

_t = tables


class Batches:
    """The award batches of the books, at one moment."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self) -> list[AwardBatch]:
        """Return every batch, in the order in which they were prepared."""
        found = [BatchId(batch) for (batch,) in _ALL.fetch(self._connection)]
        town = load(self._connection, Needs(batches={*found}))
        return [batch_of(batch, town) for batch in found]

    def one(self, batch: BatchId) -> AwardBatch:
        """Return a batch. Raises `Refused`."""
        return batch_of(batch, load(self._connection, Needs(batches={batch})))

    def second_approval_above(self) -> Money | None:
        """Return above which amount two approve; None where one is always enough."""
        return load(self._connection, Needs(settings={AWARD_SETTINGS})).second_approval_above

    def key(self) -> str | None:
        """Return what the fingerprints of these books are made with; None where nothing was prepared yet."""
        return load(self._connection, Needs(settings={AWARD_SETTINGS})).batch_key

    def contents(self) -> list[BatchContent]:
        """Return every version of every batch, in order."""
        return [rows.read_batch_content(row) for row in _CONTENTS.fetch(self._connection)]

    def texts(self, batch: BatchId, version: int, at_a_time: int) -> Iterator[list[str]]:
        """Yield the awards of a version in their order, so many at a time."""
        first = 0
        while found := _TEXTS.fetch(
            self._connection, batch=batch, version=version, first=first, last=first + at_a_time - 1
        ):
            yield [text for (text,) in found]
            first += at_a_time

    def entitlements(self, batch: BatchId) -> Iterator[tuple[Entitlement, Money]]:
        """Yield every entitlement that came out of a batch, with what is left of it, in the order of their ids."""
        for row in _ENTITLEMENTS.stream(self._connection, batch=batch):
            yield rows.read_entitlement(row), Money(row[-1])

    def given_beside(self, batch: BatchId, holders: list[str]) -> Iterator[tuple[HolderId, str, int]]:
        """Yield what holders were awarded but by this batch: holder, scheme and the year in which it starts."""
        for holder, scheme, starts_on in _GIVEN.fetch(self._connection, batch=batch, wanted=holders):
            yield HolderId(holder), scheme, rows.read_day(starts_on).year

    def cards(self, holders: list[str]) -> Iterator[tuple[HolderId, CardState]]:
        """Yield the state of each card of holders."""
        for holder, state in _CARDS.fetch(self._connection, wanted=holders):
            yield HolderId(holder), CardState(state)


_ALL = Query(select(_t.batch_content.c.batch_id).where(_t.batch_content.c.version == 1).order_by("batch_id"))
_CONTENTS = Query(select(_t.batch_content).order_by(_t.batch_content.c.batch_id, _t.batch_content.c.version))
_TEXTS = Query(
    select(_t.batch_row.c.text)
    .where(
        _t.batch_row.c.batch_id == bindparam("batch"),
        _t.batch_row.c.version == bindparam("version"),
        _t.batch_row.c.place.between(bindparam("first"), bindparam("last")),
    )
    .order_by(_t.batch_row.c.place)
)
_of_batch = select(_t.batch_award.c.entitlement_id).where(_t.batch_award.c.batch_id == bindparam("batch"))
_ENTITLEMENTS = Query(
    select(_t.entitlement, _t.account.c.balance_cents)
    .join(_t.batch_award, _t.batch_award.c.entitlement_id == _t.entitlement.c.id)
    .join(_t.account, _t.account.c.code == ("entitlement/" + _t.entitlement.c.id))
    .where(_t.batch_award.c.batch_id == bindparam("batch"))
    .order_by(_t.batch_award.c.entitlement_id)
)
_GIVEN = Query(
    select(_t.entitlement.c.holder_id, _t.entitlement.c.scheme, _t.entitlement.c.starts_on).where(
        OneOf(_t.entitlement.c.holder_id, "wanted"), _t.entitlement.c.id.not_in(_of_batch)
    )
)
_CARDS = Query(select(_t.card.c.holder_id, _t.card.c.state).where(OneOf(_t.card.c.holder_id, "wanted")))
