"""Refunds (terugboekingen): back to exactly the entitlements that paid, the last one first.

In part or whole, once or more often, never more than was paid, less what a correction gave back. An entitlement that
has ended is not revived: its share lapses. The merchant's payable may go below zero when it was paid already; its next
payout nets that.
"""

from dataclasses import dataclass
from datetime import date

from pasledger.ledger.ids import EntryId, MerchantId, RedemptionId, RefundId, TerminalId
from pasledger.ledger.journal import Entry, EntryKind, Stamp, Transfer
from pasledger.ledger.money import ZERO, Money, total
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.rules import postings
from pasledger.rules.attempts import AttemptKey
from pasledger.rules.corrections import left_to_give_back
from pasledger.rules.records import Event, Part, Redemption, Refund
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

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.redemptions.add(self.redemption)


def decide_refund(request: RefundRequest, town: Town, stamp: Stamp) -> Event:
    """Give back to the entitlements that paid, or refuse."""
    redemption = town.redemptions.get(request.redemption)
    if redemption is None or redemption.merchant != request.merchant:
        raise Refused(Refusal.REDEMPTION_UNKNOWN)
    refundable = left_to_give_back(redemption, town)
    most = total(part.amount for part in refundable)
    amount = most if request.amount is None else request.amount
    if amount > most or amount <= ZERO:
        raise Refused(Refusal.REFUND_TOO_LARGE, most=most)
    parts = _give_back(amount, refundable)
    entry = Entry(
        request.entry,
        EntryKind.REFUNDED,
        stamp.by(request.terminal),
        tuple(_transfer(part, redemption, town, today=stamp.effective_on) for part in parts),
    )
    return Event(entry.stamp, (Refund(request.id, entry.id, redemption.id, redemption.merchant, parts),), entry)


def _give_back(amount: Money, refundable: list[Part]) -> tuple[Part, ...]:
    parts: list[Part] = []
    due = amount
    for part in refundable:
        share = min(due, part.amount)
        if share > ZERO:
            parts.append(Part(part.entitlement, part.scheme, share))
            due -= share
    return tuple(parts)


def _transfer(part: Part, redemption: Redemption, town: Town, *, today: date) -> Transfer:
    if today < town.entitlements[part.entitlement].valid.ends_before:
        return postings.refunded(
            scheme=part.scheme,
            entitlement=part.entitlement,
            merchant=redemption.merchant,
            amount=part.amount,
        )
    return postings.refunded_after_end(
        scheme=part.scheme, merchant=redemption.merchant, year=today.year, amount=part.amount
    )
