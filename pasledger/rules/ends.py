"""The end of an entitlement is moved, by decision: withdrawn (ingetrokken) or extended (verlengd).

What was awarded is not changed. The new end stands beside it, with who decided it and when, and holds from then on.
"""

from dataclasses import dataclass, replace
from datetime import date

from pasledger.ledger import accounts
from pasledger.ledger.ids import ChangeId, EntitlementId, EntryId
from pasledger.ledger.journal import Entry, EntryKind, Stamp, Transfer, require_four_eyes
from pasledger.ledger.money import ZERO, Money
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.rules import postings
from pasledger.rules.records import Entitlement, EntitlementEnd, Event
from pasledger.rules.town import Needs, Town

MOST_YEARS_AHEAD = 10
"""How far away an end may be set: later is a slip of the finger."""


@dataclass(frozen=True, slots=True)
class WithdrawalRequest:
    """An entitlement is to end on a day, and before it where it has not started by then; at once without a day."""

    id: ChangeId
    entry: EntryId
    entitlement: EntitlementId
    from_day: date | None = None

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.entitlements.add(self.entitlement)


def decide_withdrawal(request: WithdrawalRequest, town: Town, stamp: Stamp) -> Event:
    """End the entitlement and take back what is left of it, or refuse. What is held stays held.

    An end that is still to come moves no money: what is left then will lapse.
    """
    require_four_eyes(stamp)
    entitlement = _known(request.entitlement, town)
    valid, today = entitlement.valid, stamp.effective_on
    has_ended = valid.ends_before <= today
    if entitlement.id in town.withdrawn and has_ended:
        raise Refused(Refusal.WITHDRAWN_ALREADY)
    if request.from_day is not None and max(today, valid.starts_on) < request.from_day:
        return _ending_later(request, entitlement, request.from_day, stamp)
    left = town.balance(accounts.entitlement(entitlement.id, entitlement.scheme))
    ends_before = min(valid.ends_before, today)
    end = EntitlementEnd(id=request.id, entitlement=entitlement.id, ends_before=ends_before, is_withdrawn=True)
    if left == ZERO:
        return Event(stamp, (end,))
    is_lapse = has_ended or town.is_closed(entitlement.scheme, valid.starts_on.year)
    post = _withdrawn_to_lapsed if is_lapse else _withdrawn_to_budget
    entry = Entry(request.entry, EntryKind.WITHDRAWN, stamp, (post(entitlement, left, today),))
    return Event(stamp, (replace(end, entry=entry.id, amount=left),), entry)


def _ending_later(request: WithdrawalRequest, entitlement: Entitlement, day: date, stamp: Stamp) -> Event:
    if entitlement.valid.ends_before <= day:
        raise Refused(Refusal.END_UNFIT, last_day=entitlement.valid.last_day)
    end = EntitlementEnd(id=request.id, entitlement=entitlement.id, ends_before=day, is_withdrawn=True)
    return Event(stamp, (end,))


def _withdrawn_to_budget(entitlement: Entitlement, left: Money, _today: date) -> Transfer:
    return postings.withdrawn(
        scheme=entitlement.scheme,
        entitlement=entitlement.id,
        amount=left,
        budget_year=entitlement.valid.starts_on.year,
    )


def _withdrawn_to_lapsed(entitlement: Entitlement, left: Money, today: date) -> Transfer:
    return postings.lapsed(scheme=entitlement.scheme, entitlement=entitlement.id, year=today.year, amount=left)


@dataclass(frozen=True, slots=True)
class ExtensionRequest:
    """An entitlement is to end later."""

    id: ChangeId
    entry: EntryId
    entitlement: EntitlementId
    ends_before: date

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.entitlements.add(self.entitlement)


def decide_extension(request: ExtensionRequest, town: Town, stamp: Stamp) -> Event:
    """Move the end; what had lapsed comes back, as long as it was not freed. Or refuse."""
    require_four_eyes(stamp)
    entitlement = _known(request.entitlement, town)
    if entitlement.id in town.withdrawn:
        raise Refused(Refusal.WITHDRAWN_ALREADY)
    earliest = max(entitlement.valid.ends_before, stamp.effective_on)
    if not earliest < request.ends_before <= date(stamp.effective_on.year + MOST_YEARS_AHEAD, 12, 31):
        raise Refused(Refusal.END_UNFIT, last_day=entitlement.valid.last_day)
    end = EntitlementEnd(id=request.id, entitlement=entitlement.id, ends_before=request.ends_before, is_withdrawn=False)
    lapse = town.lapses.get(entitlement.id)
    if lapse is None:
        return Event(stamp, (end,))
    if lapse.freeings < town.freeings.get((lapse.scheme, lapse.year), 0):
        raise Refused(Refusal.LAPSE_FREED, year=lapse.year, amount=lapse.amount)
    entry = Entry(
        request.entry,
        EntryKind.EXTENDED,
        stamp,
        (postings.extended(scheme=lapse.scheme, entitlement=entitlement.id, year=lapse.year, amount=lapse.amount),),
    )
    return Event(stamp, (replace(end, entry=entry.id, amount=lapse.amount, lapse=lapse.entry),), entry)


def _known(entitlement: EntitlementId, town: Town) -> Entitlement:
    found = town.entitlements.get(entitlement)
    if found is None:
        raise Refused(Refusal.ENTITLEMENT_UNKNOWN)
    return found
