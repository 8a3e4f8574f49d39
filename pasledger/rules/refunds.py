"""Refunds (terugboekingen): back to exactly the entitlements that paid, the last one first.

In part or whole, once or more often, never more than was paid, less what a correction gave back. An entitlement that
has ended is not revived: its share lapses. The merchant's payable may go below zero when it was paid already; its next
payout nets that.
"""

from dataclasses import dataclass
from datetime import date

from pasledger.ledger.ids import EntryId, MerchantId, PersonId, RedemptionId, RefundId, TerminalId
from pasledger.ledger.journal import Entry, EntryKind, Stamp, Transfer
from pasledger.ledger.money import ZERO, Money, total
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.rules import postings
from pasledger.rules.allocation import first_of
from pasledger.rules.attempts import AttemptKey
from pasledger.rules.corrections import left_to_give_back
from pasledger.rules.records import Event, MerchantReference, Part, Refund
from pasledger.rules.references import bound_by, named
from pasledger.rules.town import Needs, Town


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """A merchant gives back `amount` of one of its redemptions; None for all that is left of it."""

    id: RefundId
    entry: EntryId
    merchant: MerchantId
    redemption: RedemptionId
    amount: Money | None
    attempt: AttemptKey | None
    terminal: TerminalId | None = None
    reference: MerchantReference | None = None
    person: PersonId | None = None
    """Who stood at the terminal, where people sign in there."""

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.redemptions.add(self.redemption)


def decide_refund(request: RefundRequest, town: Town, stamp: Stamp) -> Event:
    """Give back to the entitlements that paid, or refuse."""
    redemption = town.redemptions.get(request.redemption)
    if redemption is None or redemption.merchant != request.merchant:
        raise Refused(Refusal.REDEMPTION_UNKNOWN)
    parts = some_of(left_to_give_back(redemption, town), request.amount)
    entry = Entry(
        request.entry,
        EntryKind.REFUNDED,
        stamp.by(request.person or request.terminal),
        tuple(refunded(part, town, merchant=redemption.merchant, today=stamp.effective_on) for part in parts),
        commitment=bound_by(request.reference),
    )
    refund = Refund(request.id, entry.id, redemption.id, redemption.merchant, parts)
    return Event(entry.stamp, (refund, *named(request.reference)), entry)


def some_of(refundable: list[Part], amount: Money | None) -> tuple[Part, ...]:
    """Return which parts of what can be given back come to `amount`; all of it where none is named; or refuse."""
    most = total(part.amount for part in refundable)
    asked = most if amount is None else amount
    if asked > most or asked <= ZERO:
        raise Refused(Refusal.REFUND_TOO_LARGE, most=most)
    return first_of(asked, refundable)


def refunded(part: Part, town: Town, *, merchant: MerchantId, today: date) -> Transfer:
    """Give a part back to the entitlement that paid it; what has ended is not revived, and its part lapses."""
    if today < town.entitlements[part.entitlement].valid.ends_before:
        return postings.refunded(
            scheme=part.scheme, entitlement=part.entitlement, merchant=merchant, amount=part.amount
        )
    return postings.refunded_after_end(scheme=part.scheme, merchant=merchant, year=today.year, amount=part.amount)
