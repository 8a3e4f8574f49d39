"""Holds (reserveringen): an amount set aside for a merchant, that it takes later, in part or whole, or lets go.

A hold is allocated as a redemption is, and may be taken until the day that it was asked for, also when an entitlement
that paid has ended meanwhile: it was held in time. What is taken comes from the entitlement that pays first; what goes
back goes to the one that pays last. As with card payments, what is not taken stays held: until the merchant releases
it, or until the hold ends, when it is released by itself.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Generic, TypeVar

from pasledger.ledger.ids import CaptureId, EntryId, HoldId, MerchantId, RefundId, ReleaseId, TerminalId
from pasledger.ledger.journal import Entry, EntryKind, Stamp, Transfer
from pasledger.ledger.money import ZERO, Money, total
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.rules import postings
from pasledger.rules.allocation import first_of, less
from pasledger.rules.attempts import AttemptKey
from pasledger.rules.card_entry import CardEntry
from pasledger.rules.records import (
    Event,
    Hold,
    HoldCaptured,
    HoldRefunded,
    HoldReleased,
    HoldUse,
    MerchantReference,
    Part,
)
from pasledger.rules.redemption import allocated
from pasledger.rules.references import bound_by, named
from pasledger.rules.refunds import refunded, some_of
from pasledger.rules.town import Needs, Town

_Id = TypeVar("_Id", CaptureId, ReleaseId, RefundId)


@dataclass(frozen=True, slots=True)
class HoldRequest:
    """A card, an amount above zero, and the last day on which it can be taken: at most so many days from today."""

    id: HoldId
    entry: EntryId
    merchant: MerchantId
    terminal: TerminalId | None
    card: CardEntry
    amount: Money
    last_day: date
    most_days: int
    attempt: AttemptKey | None
    reference: MerchantReference | None = None

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        self.card.need(needs, at=self.merchant)
        needs.merchants.add(self.merchant)


@dataclass(frozen=True, slots=True)
class _UseRequest(Generic[_Id]):
    """A merchant asks something of one of its holds: of `amount`, or of all that there is."""

    id: _Id
    entry: EntryId
    merchant: MerchantId
    hold: HoldId
    amount: Money | None
    attempt: AttemptKey | None
    terminal: TerminalId | None = None

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.holds.add(self.hold)


@dataclass(frozen=True, slots=True)
class CaptureRequest(_UseRequest[CaptureId]):
    """A merchant takes what is left of one of its holds, or some of it."""


@dataclass(frozen=True, slots=True)
class ReleaseRequest(_UseRequest[ReleaseId]):
    """A merchant lets what is left of one of its holds go, or some of it."""


@dataclass(frozen=True, slots=True)
class HoldRefundRequest(_UseRequest[RefundId]):
    """A merchant gives back what it took of a hold, or some of it."""

    reference: MerchantReference | None = None


@dataclass(frozen=True, slots=True)
class ExpiryRequest:
    """A hold that has ended is released, whoever noticed it."""

    id: ReleaseId
    entry: EntryId
    hold: HoldId

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.holds.add(self.hold)


def decide_hold(request: HoldRequest, town: Town, stamp: Stamp) -> Event:
    """Set aside from the entitlements that would pay it today, or refuse."""
    if not 0 <= (request.last_day - stamp.effective_on).days <= request.most_days:
        raise Refused(Refusal.HOLD_TERM, most_days=request.most_days)
    payment = allocated(request.card, request.amount, town, stamp, at=request.merchant)
    entry = Entry(
        request.entry,
        EntryKind.HELD,
        stamp.by(request.terminal),
        tuple(
            postings.held(scheme=part.scheme, entitlement=part.entitlement, amount=part.amount)
            for part in payment.parts
        ),
        versions=payment.versions,
        commitment=bound_by(request.reference),
    )
    hold = Hold(
        request.id,
        entry.id,
        request.merchant,
        request.terminal,
        payment.card.id,
        payment.card.holder,
        request.amount,
        request.last_day + timedelta(days=1),
        payment.parts,
    )
    return Event(entry.stamp, (hold, *named(request.reference)), entry)


def decide_capture(request: CaptureRequest, town: Town, stamp: Stamp) -> Event:
    """Take from what is left of a hold that has not ended, or refuse."""
    hold = _hold_of(request.merchant, request.hold, town)
    if stamp.effective_on >= hold.ends_before:
        raise Refused(Refusal.HOLD_ENDED)
    parts = _some_of(left_of(hold, town.hold_uses.get(hold.id, [])), request.amount)
    transfers = tuple(
        postings.captured(scheme=part.scheme, merchant=hold.merchant, amount=part.amount) for part in parts
    )
    entry = Entry(request.entry, EntryKind.CAPTURED, stamp.by(request.terminal), transfers)
    return Event(entry.stamp, (HoldCaptured(request.id, entry.id, hold.id, hold.merchant, parts),), entry)


def decide_release(request: ReleaseRequest, town: Town, stamp: Stamp) -> Event:
    """Give back from what is left of a hold, whether it has ended or not, or refuse."""
    hold = _hold_of(request.merchant, request.hold, town)
    return _release(request, hold, town, stamp.by(request.terminal), request.amount)


def decide_expiry(request: ExpiryRequest, town: Town, stamp: Stamp) -> Event:
    """Give back all that is left of a hold that has ended, or refuse."""
    hold = town.holds.get(request.hold)
    if hold is None:
        raise Refused(Refusal.HOLD_UNKNOWN)
    if stamp.effective_on < hold.ends_before:
        raise Refused(Refusal.HOLD_NOT_ENDED)
    return _release(request, hold, town, stamp.by(None), None)


def decide_hold_refund(request: HoldRefundRequest, town: Town, stamp: Stamp) -> Event:
    """Give back what was taken of a hold, to the entitlements that paid, the last one first; or refuse."""
    hold = _hold_of(request.merchant, request.hold, town)
    parts = some_of(list(reversed(taken_of(hold, town.hold_uses.get(hold.id, [])))), request.amount)
    entry = Entry(
        request.entry,
        EntryKind.REFUNDED,
        stamp.by(request.terminal),
        tuple(refunded(part, town, merchant=hold.merchant, today=stamp.effective_on) for part in parts),
        commitment=bound_by(request.reference),
    )
    refund = HoldRefunded(request.id, entry.id, hold.id, hold.merchant, parts)
    return Event(entry.stamp, (refund, *named(request.reference)), entry)


def left_of(hold: Hold, uses: list[HoldUse]) -> list[Part]:
    """Return what is still held of each part: neither taken nor released."""
    return less(hold.parts, (part for use in uses if not isinstance(use, HoldRefunded) for part in use.parts))


def taken_of(hold: Hold, uses: list[HoldUse]) -> list[Part]:
    """Return what was taken of each part and not given back."""
    not_taken = less(hold.parts, (part for use in uses if isinstance(use, HoldCaptured) for part in use.parts))
    given_back = (part for use in uses if isinstance(use, HoldRefunded) for part in use.parts)
    return less(hold.parts, (*not_taken, *given_back))


def _hold_of(merchant: MerchantId, named_hold: HoldId, town: Town) -> Hold:
    hold = town.holds.get(named_hold)
    if hold is None or hold.merchant != merchant:
        raise Refused(Refusal.HOLD_UNKNOWN)
    return hold


def _release(
    request: ReleaseRequest | ExpiryRequest, hold: Hold, town: Town, stamp: Stamp, amount: Money | None
) -> Event:
    left = left_of(hold, town.hold_uses.get(hold.id, []))
    parts = _some_of(list(reversed(left)), amount)
    transfers = tuple(_released(part, town, today=stamp.effective_on) for part in parts)
    entry = Entry(request.entry, EntryKind.RELEASED, stamp, transfers)
    return Event(stamp, (HoldReleased(request.id, entry.id, hold.id, hold.merchant, parts),), entry)


def _some_of(left: list[Part], amount: Money | None) -> tuple[Part, ...]:
    most = total(part.amount for part in left)
    asked = most if amount is None else amount
    if asked > most or asked <= ZERO:
        raise Refused(Refusal.HOLD_TOO_SMALL, most=most)
    return first_of(asked, left)


def _released(part: Part, town: Town, *, today: date) -> Transfer:
    if today < town.entitlements[part.entitlement].valid.ends_before:
        return postings.released(scheme=part.scheme, entitlement=part.entitlement, amount=part.amount)
    return postings.released_after_end(scheme=part.scheme, year=today.year, amount=part.amount)
