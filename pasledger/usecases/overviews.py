"""What the desk shows a holder: what there is, until when, and what was spent where; and how a card is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pasledger.formats.paper import Available, Overview, OwnCard, Payment, Reserved
from pasledger.ledger.ids import HolderId
from pasledger.ledger.money import Money, total
from pasledger.ledger.periods import Period
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.reports.limited_network import Acceptor
from pasledger.rules.cards import CardNumber, CardState
from pasledger.rules.holders import HolderReference
from pasledger.rules.pins import LOCKED_AFTER, counts_of, may_try_at, tries_of
from pasledger.rules.records import ReferenceKind
from pasledger.rules.retention import periods
from pasledger.rules.town import Needs
from pasledger.store import Reader, Store


@dataclass(frozen=True, slots=True)
class CardOverview:
    """How a card is: its state, its PIN, and what was tried in vain, with PINs and with codes, wherever it was."""

    number: CardNumber
    state: CardState
    has_pin: bool
    wrong_tries: int
    is_locked: bool
    may_try_at: datetime | None
    """From when the next try is looked at, where that is not now."""
    code_until: date | None
    """The last day of the code of the newest letter, if it was not used."""


def card_overview(store: Store, number: CardNumber, *, at: datetime) -> CardOverview:
    """Return how a card is. Raises `Refused` for one that is not there."""
    with store.read() as reader:
        town = reader.load(Needs(cards={number}, pins={number}, pin_tries=counts_of(number), activations={number}))
    card = town.card(number)
    tries, letter = tries_of(card, town), town.activations.get(card.id)
    is_open = letter is not None and (card.id, letter.sequence) not in town.used_activations
    waits_until = max((may_try_at(one) for one in tries), default=at)
    return CardOverview(
        number=number,
        state=card.state,
        has_pin=card.id in town.pins,
        wrong_tries=sum(one.number for one in tries),
        is_locked=any(one.number >= LOCKED_AFTER for one in tries),
        may_try_at=waits_until if waits_until > at else None,
        code_until=letter.last_day if letter is not None and is_open else None,
    )


@dataclass(frozen=True, slots=True)
class OwnMoney:
    """What there is on a holder's name, what is set aside, and what was spent where."""

    available: tuple[Available, ...]
    ended: tuple[Available, ...]
    held: tuple[Reserved, ...]
    payments: tuple[Payment, ...]

    @property
    def left(self) -> Money:
        """What can still be spent, now or later."""
        return total(one.left for one in self.available)


def money_of(reader: Reader, holder: HolderId, *, on: date, decisions: Mapping[str, str]) -> OwnMoney:
    """Return the money of a holder, each award with the reference of its decision, where that is known."""
    schemes = {(scheme.code, scheme.version): scheme for scheme in reader.schemes()}
    there = []
    for entitlement, left in reader.entitlements_of_holder(holder):
        scheme = schemes[entitlement.scheme, entitlement.scheme_version]
        there.append(
            Available(
                scheme.name_nl,
                scheme.name_en,
                entitlement.valid,
                entitlement.amount,
                left,
                decisions.get(entitlement.id),
                scheme.legal_basis,
            ),
        )
    return OwnMoney(
        available=tuple(one for one in there if on < one.valid.ends_before),
        ended=tuple(one for one in there if on >= one.valid.ends_before),
        held=tuple(Reserved(one.until, one.merchant, one.amount) for one in reader.set_aside_for(holder)),
        payments=tuple(Payment(one.on, one.merchant, one.amount) for one in reader.spending_of(holder)),
    )


def places_of(reader: Reader, holder: HolderId, *, on: date) -> list[Acceptor]:
    """Return where something of what a holder has can be spent today, by name."""
    schemes = {(scheme.code, scheme.version): scheme for scheme in reader.schemes()}
    wanted = {
        schemes[one.scheme, one.scheme_version]
        for one, left in reader.entitlements_of_holder(holder)
        if left and on in one.valid
    }
    there = reader.reaching.acceptors(Period(on, on + timedelta(days=1)))
    return [one for one in there if any(scheme.accepts(name=one.name, categories=one.categories) for scheme in wanted)]


def holder_overview(store: Store, holder: HolderReference, *, on: date) -> Overview:
    """Return all that a holder may know of its own name. Raises `Refused` for one that is not there."""
    with store.read() as reader:
        named = reader.holder_named(holder)
        if named is None:
            raise Refused(Refusal.HOLDER_UNKNOWN)
        money = money_of(reader, named, on=on, decisions=reader.decisions_of(named))
        cards = [OwnCard(card.number, card.state) for card in reader.cards_of_holder(named)]
        municipality = reader.municipality()
        kept = periods(reader.load(Needs(retention=True)).retention)
    return Overview(
        municipality=municipality,
        reference=holder,
        on=on,
        cards=tuple(cards),
        available=money.available,
        ended=money.ended,
        held=money.held,
        payments=money.payments,
        holder_kept=kept[ReferenceKind.HOLDER].length,
        decision_kept=kept[ReferenceKind.DECISION].length,
    )
