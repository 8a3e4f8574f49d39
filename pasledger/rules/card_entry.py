"""How a card is presented: by its token or its number, with its PIN or without. One place for all that is paid by card.

A PIN is counted and verified before anything is decided (see `rules.pins`), because a decision has no time for it. What
comes here is what became of it. A clerk who pays by number answers for it by name, and sends no PIN.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from pasledger.ledger.ids import MerchantId
from pasledger.ledger.journal import Stamp
from pasledger.ledger.money import Money
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.rules.cards import CardNumber, TokenHash
from pasledger.rules.records import Card, FirstTries, Tries
from pasledger.rules.town import Needs, Town

MOST_REFUSALS = 10
"""How often a merchant can be refused a card until it has rested: trying amounts would tell what is on it."""

REST = timedelta(days=1)
"""How long after the last refusal that counted a card at a merchant is as new."""


class PinCheck(StrEnum):
    """What became of the PIN."""

    BY_STAFF = "by-staff"
    BY_HOLDER = "by-holder"
    """On the holder's own page, where it was right."""
    NOT_SENT = "not-sent"
    RIGHT = "right"
    NOT_SET = "not-set"
    LOCKED = "locked"
    WAITING = "waiting"
    WRONG = "wrong"


_AT_NO_COUNTER = (PinCheck.BY_STAFF, PinCheck.BY_HOLDER)
"""Where no merchant can learn from a no how often it was refused, so that nothing is counted."""

PIN_REFUSALS = {
    PinCheck.NOT_SET: Refusal.PIN_NOT_SET,
    PinCheck.LOCKED: Refusal.PIN_LOCKED,
    PinCheck.WAITING: Refusal.PIN_WAITING,
    PinCheck.WRONG: Refusal.PIN_WRONG,
}


@dataclass(frozen=True, slots=True)
class CardEntry:
    """A card as it was presented."""

    card: CardNumber | TokenHash
    pin: PinCheck = PinCheck.BY_STAFF

    def need(self, needs: Needs, *, at: MerchantId) -> None:
        """Add what is looked at when this card pays at a merchant."""
        needs.spending_cards.add(self.card)
        if self.pin in _AT_NO_COUNTER:
            return
        needs.refusals.add((at, self.card))
        if self.pin is not PinCheck.NOT_SENT:
            needs.pin_tries.add(self.card)


def presented_card(entry: CardEntry, town: Town, stamp: Stamp, *, at: MerchantId, amount: Money) -> Card:
    """Return the card if it can pay this amount at a merchant, or refuse.

    Where a merchant was refused this card too often, nothing else is looked at.
    """
    if _is_barred(town.tries.get(refusal_subject(at, entry.card, town)), stamp):
        raise Refused(Refusal.REFUSED_TOO_OFTEN)
    card = town.card(entry.card)
    if card.state.refusal is not None:
        raise Refused(card.state.refusal)
    if entry.pin in PIN_REFUSALS:
        raise Refused(PIN_REFUSALS[entry.pin])
    if entry.pin is PinCheck.NOT_SENT and _needs_pin(entry, town, amount):
        raise Refused(Refusal.PIN_NEEDED)
    return card


def counted(entry: CardEntry, town: Town, stamp: Stamp, *, at: MerchantId, is_refused: bool) -> tuple[Tries, ...]:
    """Return how the tries of a card stand after it was presented at a merchant.

    A PIN that was right ends the count of wrong ones. One that was not is written as it stands: a right one that is
    refused for another reason must not cost a statement more.
    """
    if entry.pin in _AT_NO_COUNTER:
        return ()
    counts: list[Tries] = []
    if entry.pin is not PinCheck.NOT_SENT:
        tried = town.tries.get(pin_subject(entry.card, town))
        if tried is not None:
            counts.append(Tries(tried.subject, 0 if entry.pin is PinCheck.RIGHT else tried.number, tried.at))
    if is_refused:
        counts.append(_one_refusal_more(entry, town, stamp, at=at))
    return tuple(counts)


def uncounted(entry: CardEntry, town: Town) -> tuple[Tries, ...]:
    """Return how the tries of a card stand after a repeat that came with a wrong PIN.

    Two services may handle one key at the same moment, and each counts a try before either has booked. The second is
    answered from the record, so that nobody learns anything of its PIN: it was no try, and is taken back.
    """
    tried = town.tries.get(pin_subject(entry.card, town))
    if entry.pin not in (PinCheck.WRONG, PinCheck.NOT_SET) or tried is None or tried.number == 0:
        return ()
    return (Tries(tried.subject, tried.number - 1, tried.at),)


def pin_subject(card: CardNumber | TokenHash, town: Town) -> str:
    """Return under what the tries with a PIN are counted: the card, whichever way it is named; or the unknown name."""
    known = town.cards.get(card)
    return card if known is None else known.id


def refusal_subject(merchant: MerchantId, card: CardNumber | TokenHash, town: Town) -> str:
    """Return under what the refusals of a card at a merchant are counted, whichever way the card is named."""
    return f"{merchant}/{pin_subject(card, town)}"


def _needs_pin(entry: CardEntry, town: Town, amount: Money) -> bool:
    if isinstance(entry.card, CardNumber):
        return True
    return town.card_rule is not None and amount > town.card_rule.pin_above


def _is_barred(refused: Tries | None, stamp: Stamp) -> bool:
    return refused is not None and refused.number >= MOST_REFUSALS and not _is_rested(refused, stamp)


def _is_rested(refused: Tries, stamp: Stamp) -> bool:
    return stamp.recorded_at - refused.at >= REST


def _one_refusal_more(entry: CardEntry, town: Town, stamp: Stamp, *, at: MerchantId) -> Tries:
    """Count a refusal; past the limit the count stands still, so that trying on does not make it longer."""
    subject = refusal_subject(at, entry.card, town)
    before = town.tries.get(subject)
    if before is None:
        return FirstTries(subject, 1, stamp.recorded_at)
    if _is_rested(before, stamp):
        return Tries(subject, 1, stamp.recorded_at)
    if before.number >= MOST_REFUSALS:
        return Tries(subject, before.number, before.at)
    return Tries(subject, before.number + 1, stamp.recorded_at)
