"""Master data: schemes, merchants, terminals, holders and cards. No money moves, and the rules are the same for all.

Schemes and merchants need four eyes, for they decide where money can go.
"""

from dataclasses import dataclass, replace

from pasledger.ledger.ids import PersonId, TerminalId
from pasledger.ledger.journal import Stamp, require_four_eyes
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.rules.cards import CardNumber, CardState
from pasledger.rules.holders import HolderReference
from pasledger.rules.persons import require_own
from pasledger.rules.records import Card, CardChange, Event, Holder, Merchant, Terminal, TerminalRevoked
from pasledger.rules.schemes import Scheme
from pasledger.rules.town import Needs, Town


@dataclass(frozen=True, slots=True)
class SchemeRequest:
    """A new scheme, or a new version of one; the version number in it is not looked at."""

    scheme: Scheme

    def need(self, needs: Needs) -> None:
        """Need nothing: every decision sees the schemes."""


def decide_scheme(request: SchemeRequest, town: Town, stamp: Stamp) -> Event:
    """Give the scheme its version, or refuse one that says nothing new or would change the past."""
    require_four_eyes(stamp)
    versions = town.schemes.get(request.scheme.code, ())
    new = replace(request.scheme, version=len(versions) + 1)
    if versions and (_says_the_same(new, versions[-1]) or new.effective_from <= versions[-1].effective_from):
        raise Refused(Refusal.SCHEME_REPEATED, scheme=new.code)
    return Event(stamp, (new,))


def _says_the_same(new: Scheme, old: Scheme) -> bool:
    return replace(new, version=old.version, effective_from=old.effective_from) == old


@dataclass(frozen=True, slots=True)
class MerchantRequest:
    """A new merchant with its terminals."""

    merchant: Merchant
    terminals: tuple[Terminal, ...]

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.merchant_names.add(self.merchant.name)


def decide_merchant(request: MerchantRequest, town: Town, stamp: Stamp) -> Event:
    """Approve the merchant, or refuse a name that there is already."""
    require_four_eyes(stamp)
    if request.merchant.name in town.merchants_by_name:
        raise Refused(Refusal.MERCHANT_REPEATED)
    return Event(stamp, (request.merchant, *request.terminals))


@dataclass(frozen=True, slots=True)
class TerminalRequest:
    """A terminal more for a merchant; `by` names the administrator of the merchant that asks."""

    terminal: Terminal
    by: PersonId | None = None

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.merchants.add(self.terminal.merchant)
        if self.by is not None:
            needs.persons.add(self.by)


def decide_terminal(request: TerminalRequest, town: Town, stamp: Stamp) -> Event:
    """Add the terminal to a merchant that there is, or refuse."""
    town.merchant(request.terminal.merchant, on=stamp.effective_on)
    require_own(request.by, request.terminal.merchant, town, Refusal.MERCHANT_UNKNOWN)
    return Event(stamp.by(request.by), (request.terminal,))


@dataclass(frozen=True, slots=True)
class RevocationRequest:
    """A terminal's credential is to be accepted no more; `by` names the administrator of its merchant that asks."""

    terminal: TerminalId
    by: PersonId | None = None

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.terminals.add(self.terminal)
        if self.by is not None:
            needs.persons.add(self.by)


def decide_revocation(request: RevocationRequest, town: Town, stamp: Stamp) -> Event:
    """Revoke the credential, or refuse where there is none."""
    if request.terminal not in town.terminals:
        raise Refused(Refusal.TERMINAL_UNKNOWN)
    require_own(request.by, town.terminals[request.terminal].merchant, town, Refusal.TERMINAL_UNKNOWN)
    return Event(stamp.by(request.by), (TerminalRevoked(request.terminal),))


@dataclass(frozen=True, slots=True)
class HolderRequest:
    """A new holder with a first card."""

    holder: Holder
    card: Card

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.holders.add(self.holder.reference)
        needs.cards.add(self.card.number)


def decide_holder(request: HolderRequest, town: Town, stamp: Stamp) -> Event:
    """Register the holder and the card, or refuse what there is already."""
    if request.holder.reference in town.holders:
        raise Refused(Refusal.HOLDER_REPEATED)
    if request.card.number in town.cards:
        raise Refused(Refusal.CARD_REPEATED)
    return Event(stamp, (request.holder, request.card))


@dataclass(frozen=True, slots=True)
class IssueRequest:
    """Another card for a holder that there is."""

    holder: HolderReference
    card: Card

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.holders.add(self.holder)
        needs.cards.add(self.card.number)


def decide_issue(request: IssueRequest, town: Town, stamp: Stamp) -> Event:
    """Give the holder the card, or refuse a holder that is not there and a number that is."""
    if request.card.number in town.cards:
        raise Refused(Refusal.CARD_REPEATED)
    if request.holder not in town.holders:
        raise Refused(Refusal.HOLDER_UNKNOWN)
    return Event(stamp, (replace(request.card, holder=town.holders[request.holder].id),))


@dataclass(frozen=True, slots=True)
class CardRequest:
    """A card is activated or blocked; or replaced, with the card that takes its place."""

    number: CardNumber
    state: CardState
    successor: Card | None = None

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at; a successor may be used in the same batch, for the same money."""
        if self.successor is None:
            needs.cards.add(self.number)
        else:
            needs.spending_cards.add(self.number)
            needs.cards.add(self.successor.number)


_FROM = {
    CardState.ISSUED: frozenset[CardState](),
    CardState.ACTIVE: frozenset({CardState.ISSUED, CardState.BLOCKED}),
    CardState.BLOCKED: frozenset({CardState.ISSUED, CardState.ACTIVE}),
    CardState.REPLACED: frozenset({CardState.ISSUED, CardState.ACTIVE, CardState.BLOCKED}),
}


def decide_card(request: CardRequest, town: Town, stamp: Stamp) -> Event:
    """Change the card's state, or refuse a step that its life does not know.

    A replacement goes to the same holder, so that the money, which waits on the entitlement, needs no move.
    """
    card = town.card(request.number)
    if request.successor is not None and request.successor.number in town.cards:
        raise Refused(Refusal.CARD_REPEATED)
    if card.state not in _FROM[request.state]:
        raise Refused(Refusal.CARD_STEP_UNKNOWN, state=card.state)
    change = CardChange(card.id, request.state)
    if request.successor is None:
        return Event(stamp, (change,))
    return Event(stamp, (change, replace(request.successor, holder=card.holder)))
