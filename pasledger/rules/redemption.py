"""Redemption (besteding): a holder pays a merchant, whole or not at all."""

from dataclasses import dataclass
from datetime import date

from pasledger.ledger import accounts
from pasledger.ledger.ids import EntryId, MerchantId, PersonId, RedemptionId, TerminalId
from pasledger.ledger.journal import Entry, EntryKind, Stamp
from pasledger.ledger.money import Money, total
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.rules import postings
from pasledger.rules.allocation import Spendable, allocate
from pasledger.rules.attempts import AttemptKey
from pasledger.rules.card_entry import CardEntry, presented_card
from pasledger.rules.ceilings import within_ceilings
from pasledger.rules.records import Card, Entitlement, Event, Merchant, MerchantReference, Part, Redemption
from pasledger.rules.references import bound_by, named
from pasledger.rules.town import Needs, Town


@dataclass(frozen=True, slots=True)
class RedemptionRequest:
    """A card, an amount above zero, and who asks. The ids are what it will be called when it is granted."""

    id: RedemptionId
    entry: EntryId
    merchant: MerchantId
    terminal: TerminalId | None
    card: CardEntry
    amount: Money
    attempt: AttemptKey | None
    reference: MerchantReference | None = None
    person: PersonId | None = None
    """Who stood at the terminal, where people sign in there."""

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        self.card.need(needs, at=self.merchant)
        needs.merchants.add(self.merchant)


def decide_redemption(request: RedemptionRequest, town: Town, stamp: Stamp) -> Event:
    """Pay from the holder's entitlements that may be spent at this merchant today, or refuse."""
    payment = allocated(request.card, request.amount, town, stamp, at=request.merchant)
    entry = Entry(
        request.entry,
        EntryKind.REDEEMED,
        stamp.by(request.person or request.terminal),
        tuple(
            postings.redeemed(
                scheme=part.scheme, entitlement=part.entitlement, merchant=request.merchant, amount=part.amount
            )
            for part in payment.parts
        ),
        versions=payment.versions,
        commitment=bound_by(request.reference),
    )
    redemption = Redemption(
        request.id,
        entry.id,
        request.merchant,
        request.terminal,
        payment.card.id,
        payment.card.holder,
        request.amount,
        payment.parts,
    )
    return Event(entry.stamp, (redemption, *named(request.reference)), entry)


@dataclass(frozen=True, slots=True)
class Allocated:
    """Whose card pays, which entitlements pay how much, and by which versions of the rules."""

    card: Card
    parts: tuple[Part, ...]
    versions: tuple[str, ...]


def allocated(presented: CardEntry, amount: Money, town: Town, stamp: Stamp, *, at: MerchantId) -> Allocated:
    """Find what pays an amount with a card at a merchant today, now or set aside for later, or refuse."""
    card = presented_card(presented, town, stamp, at=at, amount=amount)
    merchant = town.merchant(at, on=stamp.effective_on)
    spendable = _enough(amount, card, merchant, town, today=stamp.effective_on)
    parts = allocate(amount, spendable)
    schemes = {one.scheme.code: one.scheme.reference for one in spendable}
    versions = (merchant.reference, *sorted({schemes[part.scheme] for part in parts}))
    return Allocated(card, parts, versions)


def _enough(amount: Money, card: Card, merchant: Merchant, town: Town, *, today: date) -> list[Spendable]:
    """Return what the holder may spend at this merchant today, at least `amount` in all, or refuse."""
    there = _spendable(card, merchant, town, today=today)
    open_today = within_ceilings(there, town.spent, at=merchant.id, today=today)
    if total(one.left for one in open_today) >= amount:
        return open_today
    available = total(one.left for one in there)
    if available < amount:
        raise Refused(Refusal.NOT_ENOUGH, short_by=amount - available)
    raise Refused(Refusal.OVER_CEILING)


def _spendable(card: Card, merchant: Merchant, town: Town, *, today: date) -> list[Spendable]:
    """Return what the holder may spend at this merchant today, or refuse with the nearest reason."""
    granted = town.entitlements_of.get(card.holder, [])
    if not granted:
        raise Refused(Refusal.NO_ENTITLEMENT)
    current = [entitlement for entitlement in granted if today in entitlement.valid]
    if not current:
        later = any(today < entitlement.valid.starts_on for entitlement in granted)
        raise Refused(Refusal.NOT_STARTED if later else Refusal.ENDED)
    here = [
        Spendable(entitlement, scheme, _left(entitlement, town))
        for entitlement in current
        if (scheme := town.scheme(entitlement.scheme, on=today)).accepts(
            name=merchant.name, categories=merchant.categories
        )
    ]
    if not here:
        raise Refused(Refusal.NOT_HERE)
    return here


def _left(entitlement: Entitlement, town: Town) -> Money:
    return town.balance(accounts.entitlement(entitlement.id, entitlement.scheme))
