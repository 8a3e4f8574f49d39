"""Corrections (tegenboekingen): staff counters an entry with its sides swapped, once, less what was given back already.

Only redemptions, refunds and budgets are countered. All else has an undoing of its own, and is refused with its name:
what was captured of a hold is given back, for the hold may be over.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import assert_never

from pasledger.ledger.accounts import Account, AccountKind
from pasledger.ledger.ids import EntitlementId, EntryId, MerchantId
from pasledger.ledger.journal import Entry, EntryKind, Stamp, Transfer, require_four_eyes
from pasledger.ledger.money import ZERO, Money, total
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.rules import postings
from pasledger.rules.records import BudgetDecision, Correction, Event, Part, Redemption, Refund
from pasledger.rules.town import Needs, Town

INSTEAD: dict[EntryKind, str] = {
    EntryKind.AWARDED: "pasledger entitlements withdraw, pasledger awards reverse",
    EntryKind.EXTENDED: "pasledger entitlements withdraw",
    EntryKind.WITHDRAWN: "pasledger award",
    EntryKind.HELD: "pasledger holds release",
    EntryKind.CAPTURED: "pasledger holds refund",
    EntryKind.PUT_IN_PAYOUT: "pasledger payouts cancel",
    EntryKind.PAID: "pasledger bank read, pasledger bank settle",
    EntryKind.RETURNED: "pasledger payouts prepare",
    EntryKind.PAYOUT_CANCELLED: "pasledger payouts prepare",
    EntryKind.LAPSED: "pasledger entitlements extend",
    EntryKind.FREED: "pasledger budgets add",
    EntryKind.CORRECTED: "pasledger redeem, pasledger refund, pasledger budgets add",
}
"""What is done instead where an event is not countered, by the command for it."""


@dataclass(frozen=True, slots=True)
class CorrectionRequest:
    """An entry is to be countered."""

    entry: EntryId
    corrects: EntryId

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.corrected_entries.add(self.corrects)


def decide_correction(request: CorrectionRequest, town: Town, stamp: Stamp) -> Event:
    """Counter the entry, or refuse."""
    require_four_eyes(stamp)
    entry = town.entries.get(request.corrects)
    if entry is None:
        raise Refused(Refusal.ENTRY_UNKNOWN)
    record = town.countered.get(entry.id)
    if record is None:
        raise Refused(Refusal.NOT_CORRECTED_SO, kind=entry.kind, command=INSTEAD.get(entry.kind, "pasledger --help"))
    if entry.id in town.corrections:
        raise Refused(Refusal.CORRECTED_ALREADY)
    transfers, merchant, amount, parts = _counter(entry, record, town, today=stamp.effective_on)
    made = Entry(request.entry, EntryKind.CORRECTED, stamp, transfers)
    return Event(stamp, (Correction(made.id, entry.id, merchant, amount, parts),), made)


Counter = tuple[tuple[Transfer, ...], MerchantId | None, Money, tuple[Part, ...]]
"""What counters an entry, whose merchant it is, by how much less that one is owed, and the parts."""


def _counter(entry: Entry, record: Redemption | Refund | BudgetDecision, town: Town, *, today: date) -> Counter:
    match record:
        case Redemption():
            transfers, parts = _counter_redemption(record, town, today=today)
            return transfers, record.merchant, total(part.amount for part in parts), parts
        case Refund():
            return _counter_refund(entry, town), record.merchant, -record.amount, record.parts
        case BudgetDecision():
            return _counter_budget(entry, record, town), None, record.change, ()
        case _:
            assert_never(record)


def left_to_give_back(redemption: Redemption, town: Town) -> list[Part]:
    """Return what is left to give back of each part of a redemption, the last that paid first.

    A refund that was countered gave nothing back; what a correction of the redemption gave back is given back.
    """
    given_back: dict[EntitlementId, Money] = defaultdict(lambda: ZERO)
    for refund in town.refunds.get(redemption.id, []):
        if refund.entry not in town.corrections:
            for part in refund.parts:
                given_back[part.entitlement] += part.amount
    if (countered := town.corrections.get(redemption.entry)) is not None:
        for part in countered.parts:
            given_back[part.entitlement] += part.amount
    return [
        Part(part.entitlement, part.scheme, left)
        for part in reversed(redemption.parts)
        if (left := part.amount - given_back[part.entitlement]) > ZERO
    ]


def _counter_redemption(
    redemption: Redemption, town: Town, *, today: date
) -> tuple[tuple[Transfer, ...], tuple[Part, ...]]:
    parts = tuple(left_to_give_back(redemption, town))
    if not parts:
        raise Refused(Refusal.NOTHING_TO_CORRECT)
    return tuple(_given_back(part, redemption, town, today=today) for part in parts), parts


def _given_back(part: Part, redemption: Redemption, town: Town, *, today: date) -> Transfer:
    if town.entitlements[part.entitlement].valid.ends_before <= today:
        return postings.refunded_after_end(
            scheme=part.scheme, merchant=redemption.merchant, year=today.year, amount=part.amount
        )
    paid = postings.redeemed(
        scheme=part.scheme, entitlement=part.entitlement, merchant=redemption.merchant, amount=part.amount
    )
    return postings.corrected(paid, part.amount)


def _counter_refund(entry: Entry, town: Town) -> tuple[Transfer, ...]:
    """Take back what a refund gave, where it still is: not spent, and if it lapsed not freed."""
    needed: dict[Account, Money] = defaultdict(lambda: ZERO)
    for transfer in entry.transfers:
        needed[transfer.credit] += transfer.amount
    for account, amount in needed.items():
        is_freed = account.kind is AccountKind.LAPSED and _was_freed_after(entry.id, account, town)
        if is_freed or town.balance(account) < amount:
            raise Refused(Refusal.GONE_SINCE)
    return tuple(postings.corrected(transfer, transfer.amount) for transfer in entry.transfers)


def _was_freed_after(entry: EntryId, lapsed: Account, town: Town) -> bool:
    newest = town.newest_freeings.get((lapsed.scheme, int(lapsed.code.rpartition("/")[2])))
    return newest is not None and newest > entry


def _counter_budget(entry: Entry, decision: BudgetDecision, town: Town) -> tuple[Transfer, ...]:
    if town.is_closed(decision.scheme, decision.year):
        raise Refused(Refusal.YEAR_CLOSED, scheme=decision.scheme, year=decision.year)
    for transfer in entry.transfers:
        if decision.change > ZERO and town.balance(transfer.credit) < transfer.amount:
            raise Refused(Refusal.BUDGET_TOO_SMALL, short_by=transfer.amount - town.balance(transfer.credit))
    return tuple(postings.corrected(transfer, transfer.amount) for transfer in entry.transfers)
