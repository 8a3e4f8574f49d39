"""Offers, as decisions see them, as people look after them, and as everybody may read them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, bindparam, func, literal, select

from pasledger.ledger.ids import HolderId, MerchantId, OfferId
from pasledger.reports.suppression import is_small
from pasledger.rules.offers import OfferState, mark_of, state_of
from pasledger.rules.records import Merchant, Offer, OfferStep
from pasledger.rules.town import Needs, Town
from pasledger.store import rows, tables
from pasledger.store.statements import OneOf, Query, Row

_t = tables


@dataclass(frozen=True, slots=True)
class KnownOffer:
    """An offer as it stands now."""

    offer: Offer
    proposed_at: datetime
    proposed_by: str
    used: int
    steps: tuple[OfferStep, ...]
    merchant: str
    """What the merchant is called."""

    def state(self, on: date) -> OfferState:
        """Return how it is on a day."""
        return state_of(self.offer, self.steps, on=on)

    @property
    def uses_told(self) -> int | None:
        """How often it was used, as anybody is told, its merchant too; None where that is small."""
        return None if is_small(self.used) else self.used

    @property
    def is_sold_out(self) -> bool:
        """Whether nothing is left of its stock."""
        return self.offer.stock is not None and self.used >= self.offer.stock

    def is_usable(self, on: date, at: str | None) -> bool:
        """Return whether somebody can use it on a day at the terminal with a label."""
        return self.state(on) is OfferState.RUNNING and self.offer.is_at(at) and not self.is_sold_out


def load_offers(connection: Connection, needs: Needs, town: Town) -> None:
    """Add the offers that are needed, and how often the holders of cards used them. The cards are there already."""
    if not needs.offers:
        return
    for known in map(_known, _WANTED.fetch(connection, wanted=sorted(needs.offers))):
        town.learn(known.offer)
        town.offer_proposers[known.offer.id] = known.proposed_by
        town.offer_steps[known.offer.id] = known.steps
        town.offer_uses[known.offer.id] = known.used
    if needs.offer_cards and needs.secret is not None:
        # A card that is not there is asked for too, under the mark of nobody, so that it costs the same.
        owners = [
            (offer, town.cards[card].holder if card in town.cards else HolderId(""))
            for offer, card in needs.offer_cards
        ]
        marks = sorted(mark_of(needs.secret, offer, holder) for offer, holder in owners)
        for row in _MARKS.fetch(connection, offers=sorted(needs.offers), marks=marks):
            town.learn(rows.read_offer_mark(row))


def lock_offers(connection: Connection, needs: Needs) -> None:
    """Lock each offer that is used or changed, where the database locks rows: no two uses are one."""
    if needs.offers:
        _LOCK.fetch(connection, wanted=sorted(needs.offers))


def miscounted(connection: Connection) -> Iterator[tuple[str, str]]:
    """Yield each offer, by table and key, that says to have been used more or less often than it was."""
    for (offer,) in _MISCOUNTED.stream(connection):
        yield _t.offer.name, offer


class Offers:
    """The offers as they are at one moment."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self) -> Iterator[KnownOffer]:
        """Yield every offer that there ever was, by merchant, the oldest first."""
        return map(_known, _ALL.stream(self._connection))

    def one(self, offer: OfferId) -> KnownOffer | None:
        """Return an offer."""
        found = _WANTED.fetch(self._connection, wanted=[offer])
        return _known(found[0]) if found else None

    def of(self, merchant: MerchantId) -> list[KnownOffer]:
        """Return the offers of a merchant, the oldest first."""
        return [_known(row) for row in _OF_MERCHANT.fetch(self._connection, merchant=merchant)]

    def running(self, on: date) -> list[tuple[KnownOffer, Merchant]]:
        """Return what everybody can use on a day, each with its merchant, by the name of that."""
        there = {merchant.id: merchant for merchant in self.merchants(on)}
        found = (known for known in self.all() if known.state(on) is OfferState.RUNNING and not known.is_sold_out)
        pairs = [(known, there[known.offer.merchant]) for known in found if known.offer.merchant in there]
        return sorted(pairs, key=lambda pair: (pair[1].name.casefold(), pair[0].offer.valid.ends_before))

    def merchants(self, on: date) -> list[Merchant]:
        """Return the merchants where a card can be used on a day, by name, each as it is then."""
        newest: dict[MerchantId, Merchant] = {}
        for row in _MERCHANTS.fetch(self._connection, on=on.isoformat()):
            merchant = rows.read_merchant(row)
            newest[merchant.id] = merchant
        return sorted(newest.values(), key=lambda merchant: merchant.name.casefold())

    def to_forget(self, on: date) -> list[OfferId]:
        """Return the offers that are over and have marks still."""
        return [OfferId(offer) for (offer,) in _TO_FORGET.fetch(self._connection, on=on.isoformat())]


def _known(row: Row) -> KnownOffer:
    recorded_at, proposed_by, used, merchant, *steps = row[12:]
    taken = tuple(OfferStep(step) for step in steps if step is not None)
    return KnownOffer(rows.read_offer(row), rows.read_moment(recorded_at), proposed_by, used, taken, merchant or "")


_steps = [
    select(func.max(_t.offer_step.c.step))
    .where(_t.offer_step.c.offer_id == _t.offer.c.id, _t.offer_step.c.step == step.value)
    .correlate(_t.offer)
    .scalar_subquery()
    for step in OfferStep
]
_newest_name = (
    select(_t.merchant.c.name)
    .where(_t.merchant.c.id == _t.offer.c.merchant_id)
    .order_by(_t.merchant.c.version.desc())
    .limit(1)
    .correlate(_t.offer)
    .scalar_subquery()
)
_offers = select(_t.offer, _newest_name, *_steps)
_WANTED = Query(_offers.where(OneOf(_t.offer.c.id, "wanted")))
_ALL = Query(_offers.order_by(_t.offer.c.merchant_id, _t.offer.c.recorded_at, _t.offer.c.id))
_OF_MERCHANT = Query(
    _offers.where(_t.offer.c.merchant_id == bindparam("merchant")).order_by(_t.offer.c.recorded_at, _t.offer.c.id)
)
_LOCK = Query(
    select(_t.offer.c.id).where(OneOf(_t.offer.c.id, "wanted")).order_by(_t.offer.c.id).with_for_update(key_share=True)
)
_MARKS = Query(
    select(_t.offer_mark.c.offer_id, _t.offer_mark.c.mark, func.max(_t.offer_mark.c.number))
    .where(OneOf(_t.offer_mark.c.offer_id, "offers"), OneOf(_t.offer_mark.c.mark, "marks"))
    .group_by(_t.offer_mark.c.offer_id, _t.offer_mark.c.mark)
)
_counted = (
    select(func.count())
    .select_from(_t.offer_use)
    .where(_t.offer_use.c.offer_id == _t.offer.c.id)
    .correlate(_t.offer)
    .scalar_subquery()
)
_MISCOUNTED = Query(select(_t.offer.c.id).where(_t.offer.c.used != _counted).order_by(_t.offer.c.id))
_stopped = select(literal(1)).where(
    _t.offer_step.c.offer_id == _t.offer.c.id, _t.offer_step.c.step == OfferStep.STOPPED.value
)
_marked = select(literal(1)).where(_t.offer_mark.c.offer_id == _t.offer.c.id)
_TO_FORGET = Query(
    select(_t.offer.c.id)
    .where(
        _marked.correlate(_t.offer).exists(),
        (_t.offer.c.ends_before <= bindparam("on")) | _stopped.correlate(_t.offer).exists(),
    )
    .order_by(_t.offer.c.id)
)
_MERCHANTS = Query(
    select(_t.merchant)
    .outerjoin(_t.merchant_end, _t.merchant_end.c.merchant_id == _t.merchant.c.id)
    .where(
        _t.merchant.c.effective_from <= bindparam("on"),
        func.coalesce(_t.merchant_end.c.ends_before, "9999-12-31") > bindparam("on"),
    )
    .order_by(_t.merchant.c.id, _t.merchant.c.version)
)
