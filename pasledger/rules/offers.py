"""Offers (aanbiedingen): proposed by a merchant or for it, approved by the municipality, used by every active card.

Nobody needs an entitlement to use one. How often one holder used an offer is counted under a mark that the key of the
books makes of the holder and this one offer: nobody without the key can tell whose it is, or join the uses of two
offers. It is counted by holder and not by card, so that a new card is no new limit.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from pasledger.ledger.ids import HolderId, MerchantId, OfferId, PersonId, RedemptionId, TerminalId, UseId
from pasledger.ledger.journal import Stamp, require_four_eyes
from pasledger.ledger.money import ZERO
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.rules.attempts import AttemptKey
from pasledger.rules.card_entry import CardEntry, presented_card
from pasledger.rules.keys import SecretKey
from pasledger.rules.persons import require_own
from pasledger.rules.records import (
    Card,
    Event,
    Fact,
    Offer,
    OfferApproved,
    OfferForgotten,
    OfferMarked,
    OfferStep,
    OfferStopped,
    OfferUsed,
)
from pasledger.rules.redemption import RedemptionRequest, decide_redemption
from pasledger.rules.town import Needs, Town


class OfferState(StrEnum):
    """How an offer is on a day."""

    PROPOSED = "proposed"
    COMING = "coming"
    RUNNING = "running"
    OVER = "over"
    STOPPED = "stopped"


def state_of(offer: Offer, steps: tuple[OfferStep, ...], *, on: date) -> OfferState:
    """Return how an offer is on a day. One that was stopped stays so, and one that was never approved never runs."""
    if OfferStep.STOPPED in steps:
        return OfferState.STOPPED
    if on >= offer.valid.ends_before:
        return OfferState.OVER
    if OfferStep.APPROVED not in steps:
        return OfferState.PROPOSED
    return OfferState.RUNNING if on in offer.valid else OfferState.COMING


def mark_of(secret: SecretKey, offer: OfferId, holder: HolderId) -> str:
    """Return under what the uses of one offer by one holder are counted."""
    return secret.mac("offer", offer, holder)


@dataclass(frozen=True, slots=True)
class OfferRequest:
    """A new offer; `by` names the administrator of the merchant that proposes it."""

    offer: Offer
    by: PersonId | None = None

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.merchants.add(self.offer.merchant)
        needs.terminals_of.add(self.offer.merchant)
        if self.by is not None:
            needs.persons.add(self.by)


def decide_offer(request: OfferRequest, town: Town, stamp: Stamp) -> Event:
    """Take the offer, which nobody can use until it is approved; or refuse one that can never be used."""
    offer = request.offer
    town.merchant(offer.merchant, on=stamp.effective_on)
    require_own(request.by, offer.merchant, town, Refusal.MERCHANT_UNKNOWN)
    if stamp.effective_on >= offer.valid.ends_before:
        raise Refused(Refusal.OFFER_OVER, last_day=offer.valid.last_day)
    labels = {terminal.label for terminal in town.terminals.values() if terminal.merchant == offer.merchant}
    for branch in offer.branches:
        if branch not in labels:
            raise Refused(Refusal.BRANCH_UNKNOWN, branch=branch)
    return Event(stamp.by(request.by), (offer,))


@dataclass(frozen=True, slots=True)
class OfferApprovalRequest:
    """Somebody of the municipality lets an offer run."""

    offer: OfferId

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.offers.add(self.offer)


def decide_offer_approval(request: OfferApprovalRequest, town: Town, stamp: Stamp) -> Event:
    """Approve an offer that was proposed and no more, by somebody who did not propose it, or refuse."""
    offer = _known(request.offer, town)
    _require(offer, town, OfferState.PROPOSED, on=stamp.effective_on)
    proposer, approver = town.offer_proposers[offer.id], stamp.approved_by or stamp.prepared_by
    require_four_eyes(Stamp(stamp.recorded_at, stamp.effective_on, proposer, approver))
    return Event(stamp, (OfferApproved(offer.id, proposer, approver),))


@dataclass(frozen=True, slots=True)
class OfferStopRequest:
    """An offer is to be used no more; `by` names the administrator of its merchant that asks."""

    offer: OfferId
    by: PersonId | None = None

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.offers.add(self.offer)
        if self.by is not None:
            needs.persons.add(self.by)


def decide_offer_stop(request: OfferStopRequest, town: Town, stamp: Stamp) -> Event:
    """Stop an offer at once, for good, whether it was approved or not. One person can."""
    offer = _known(request.offer, town)
    require_own(request.by, offer.merchant, town, Refusal.OFFER_UNKNOWN)
    _require(offer, town, OfferState.PROPOSED, OfferState.COMING, OfferState.RUNNING, on=stamp.effective_on)
    return Event(stamp.by(request.by), (OfferStopped(offer.id, _next_step(offer, town)),))


@dataclass(frozen=True, slots=True)
class OfferUseRequest:
    """A card uses an offer at a terminal and may pay there in the same gesture: both, or neither."""

    id: UseId | RedemptionId
    """What the merchant is to know it by: that of the payment, where there is one."""
    use: UseId
    merchant: MerchantId
    terminal: TerminalId | None
    card: CardEntry
    offer: OfferId
    attempt: AttemptKey | None
    branch: str | None = None
    """The label of the terminal."""
    payment: RedemptionRequest | None = None
    person: PersonId | None = None
    secret: SecretKey | None = None
    """The key of the books, by which a limit for each card is counted."""

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        self.card.need(needs, at=self.merchant)
        needs.merchants.add(self.merchant)
        needs.offers.add(self.offer)
        needs.offer_cards.add((self.offer, self.card.card))
        needs.secret = self.secret


def decide_offer_use(request: OfferUseRequest, town: Town, stamp: Stamp) -> Event:
    """Count a use and pay what is to be paid, or refuse. Whether there is such an offer hangs on no card."""
    offer = _usable(request, town, stamp)
    amount = ZERO if request.payment is None else request.payment.amount
    card = presented_card(request.card, town, stamp, at=request.merchant, amount=amount)
    facts = _counted(offer, card, request, town, stamp)
    if request.payment is None:
        return Event(stamp.by(request.person or request.terminal), facts)
    paid = decide_redemption(request.payment, town, stamp)
    return replace(paid, facts=(*paid.facts, *facts))


def _usable(request: OfferUseRequest, town: Town, stamp: Stamp) -> Offer:
    """Return an offer of the merchant that runs today, at this terminal, or refuse as if there were none."""
    offer = _known(request.offer, town)
    state = state_of(offer, town.offer_steps.get(offer.id, ()), on=stamp.effective_on)
    if offer.merchant != request.merchant or state is not OfferState.RUNNING or not offer.is_at(request.branch):
        raise Refused(Refusal.OFFER_UNKNOWN)
    town.merchant(request.merchant, on=stamp.effective_on)
    return offer


def _counted(offer: Offer, card: Card, request: OfferUseRequest, town: Town, stamp: Stamp) -> tuple[Fact, ...]:
    """Return that the offer is used once more, or refuse where there is none left, in all or for this holder."""
    number = town.offer_uses.get(offer.id, 0) + 1
    if offer.stock is not None and number > offer.stock:
        raise Refused(Refusal.OFFER_SOLD_OUT)
    used = OfferUsed(request.use, offer.id, stamp.effective_on, request.terminal, number)
    if offer.per_card is None:
        return (used,)
    if request.secret is None:
        raise ValueError("a limit for each card is counted with the key of the books")
    mark = mark_of(request.secret, offer.id, card.holder)
    own = town.offer_marks.get((offer.id, mark), 0) + 1
    if own > offer.per_card:
        raise Refused(Refusal.OFFER_USED_UP)
    return (used, OfferMarked(offer.id, mark, own))


@dataclass(frozen=True, slots=True)
class OfferForgettingRequest:
    """An offer is over: which cards used it is to be told no more."""

    offer: OfferId

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.offers.add(self.offer)


def decide_offer_forgetting(request: OfferForgettingRequest, town: Town, stamp: Stamp) -> Event:
    """Let the marks go, once, or refuse while the offer may still be used."""
    offer = _known(request.offer, town)
    _require(offer, town, OfferState.OVER, OfferState.STOPPED, on=stamp.effective_on)
    if OfferStep.FORGOTTEN in town.offer_steps.get(offer.id, ()):
        return Event(stamp, ())
    return Event(stamp, (OfferForgotten(offer.id, _next_step(offer, town)),))


def _known(offer: OfferId, town: Town) -> Offer:
    found = town.offers.get(offer)
    if found is None:
        raise Refused(Refusal.OFFER_UNKNOWN)
    return found


def _require(offer: Offer, town: Town, *states: OfferState, on: date) -> None:
    state = state_of(offer, town.offer_steps.get(offer.id, ()), on=on)
    if state not in states:
        raise Refused(Refusal.OFFER_STEP_UNKNOWN, state=state)


def _next_step(offer: Offer, town: Town) -> int:
    return len(town.offer_steps.get(offer.id, ())) + 1
