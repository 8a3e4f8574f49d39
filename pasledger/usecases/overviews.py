"""What the desk shows a holder: what there is, until when, and what was spent where; and how a card is."""

from dataclasses import dataclass
from datetime import date, datetime

from pasledger.formats.paper import Available, Overview, OwnCard, Payment, Reserved
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.rules.cards import CardNumber, CardState
from pasledger.rules.holders import HolderReference
from pasledger.rules.pins import LOCKED_AFTER, may_try_at
from pasledger.rules.records import ReferenceKind
from pasledger.rules.retention import periods
from pasledger.rules.town import Needs
from pasledger.store import Store


@dataclass(frozen=True, slots=True)
class CardOverview:
    """How a card is: its state, its PIN, and what was tried in vain."""

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
        town = reader.load(Needs(cards={number}, pins={number}, pin_tries={number}, activations={number}))
    card = town.card(number)
    tries, letter = town.tries.get(card.id), town.activations.get(card.id)
    is_open = letter is not None and (card.id, letter.sequence) not in town.used_activations
    waits_until = None if tries is None or may_try_at(tries) <= at else may_try_at(tries)
    return CardOverview(
        number=number,
        state=card.state,
        has_pin=card.id in town.pins,
        wrong_tries=0 if tries is None else tries.number,
        is_locked=tries is not None and tries.number >= LOCKED_AFTER,
        may_try_at=waits_until,
        code_until=letter.last_day if letter is not None and is_open else None,
    )


def holder_overview(store: Store, holder: HolderReference, *, on: date) -> Overview:
    """Return all that a holder may know of its own name. Raises `Refused` for one that is not there."""
    with store.read() as reader:
        found = reader.entitlements_of(holder)
        if found is None:
            raise Refused(Refusal.HOLDER_UNKNOWN)
        schemes = {(scheme.code, scheme.version): scheme for scheme in reader.schemes()}
        spent = list(reader.spending_of(holder))
        held = list(reader.set_aside_for(holder))
        decisions = reader.decisions_of(holder)
        cards = [OwnCard(card.number, card.state) for card in reader.cards_of(holder)]
        municipality = reader.municipality()
        kept = periods(reader.load(Needs(retention=True)).retention)
    there = []
    for entitlement, left in found:
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
    return Overview(
        municipality=municipality,
        reference=holder,
        on=on,
        cards=tuple(cards),
        available=tuple(one for one in there if on < one.valid.ends_before),
        ended=tuple(one for one in there if on >= one.valid.ends_before),
        held=tuple(Reserved(one.until, one.merchant, one.amount) for one in held),
        payments=tuple(Payment(one.on, one.merchant, one.amount) for one in spent),
        holder_kept=kept[ReferenceKind.HOLDER].length,
        decision_kept=kept[ReferenceKind.DECISION].length,
    )
