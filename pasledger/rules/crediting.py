"""Awards (toekenningen): a decision puts an amount on a holder's name, from the budget of its year."""

from dataclasses import dataclass
from datetime import date

from pasledger.ledger import accounts
from pasledger.ledger.ids import EntitlementId, EntryId, HolderId
from pasledger.ledger.journal import Entry, EntryKind, Stamp, require_four_eyes
from pasledger.ledger.money import Money
from pasledger.ledger.periods import Period
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.rules import postings
from pasledger.rules.cards import CardNumber
from pasledger.rules.holders import HolderReference
from pasledger.rules.records import AwardDecision, Entitlement, Event, commitment
from pasledger.rules.schemes import Scheme
from pasledger.rules.town import Needs, Town


@dataclass(frozen=True, slots=True)
class AwardRequest:
    """One row of an award file. `salt` is random and makes the commitment to the decision's reference untellable."""

    id: EntitlementId
    entry: EntryId
    scheme: str
    decision: str
    holder: HolderReference | CardNumber
    amount: Money
    starts_on: date
    instalment: int
    salt: str

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        if isinstance(self.holder, CardNumber):
            needs.cards.add(self.holder)
        else:
            needs.holders.add(self.holder)
        needs.award_references.add(self.decision)
        needs.budgets.add(accounts.budget(self.scheme, self.starts_on.year))


def decide_award(request: AwardRequest, town: Town, stamp: Stamp) -> Event:
    """Put the amount on the holder's name for as long as the scheme says, or refuse.

    The budget is that of the fiscal year in which the entitlement starts.
    """
    require_four_eyes(stamp)
    holder = _holder(request.holder, town)
    scheme = town.scheme(request.scheme, on=stamp.effective_on)
    if (scheme.code, request.decision, holder, request.instalment) in town.awards:
        raise Refused(Refusal.AWARD_REPEATED, decision=request.decision)
    valid = _validity(scheme, request.starts_on, today=stamp.effective_on)
    if not scheme.least <= request.amount <= scheme.most:
        raise Refused(Refusal.AMOUNT_OUTSIDE_RULE, least=scheme.least, most=scheme.most)
    require_budget(scheme.code, valid.starts_on.year, request.amount, town)
    entry = Entry(
        request.entry,
        EntryKind.AWARDED,
        stamp,
        (
            postings.awarded(
                scheme=scheme.code, year=valid.starts_on.year, entitlement=request.id, amount=request.amount
            ),
        ),
        versions=(scheme.reference,),
        commitment=commitment(request.salt, request.decision),
    )
    entitlement = Entitlement(request.id, entry.id, holder, scheme.code, scheme.version, valid, request.amount)
    decision = AwardDecision(
        request.id, entry.id, scheme.code, request.decision, holder, request.instalment, request.salt
    )
    return Event(stamp, (entitlement, decision), entry)


def _holder(named: HolderReference | CardNumber, town: Town) -> HolderId:
    if isinstance(named, CardNumber):
        card = town.card(named)
        if card.state.refusal in (Refusal.CARD_BLOCKED, Refusal.CARD_REPLACED):
            raise Refused(card.state.refusal)
        return card.holder
    holder = town.holders.get(named)
    if holder is None:
        raise Refused(Refusal.HOLDER_UNKNOWN)
    return holder.id


def _validity(scheme: Scheme, starts_on: date, *, today: date) -> Period:
    # Asked first: a span around the first or the last year that a date can hold would reach beyond it.
    is_far_off = starts_on.year == date.min.year or starts_on.year > today.year + 1
    valid = None if is_far_off else scheme.validity_from(starts_on)
    if valid is None or valid.ends_before <= today:
        raise Refused(Refusal.START_OUTSIDE_RULE, starts_on=starts_on)
    return valid


def require_budget(scheme: str, year: int, amount: Money, town: Town) -> None:
    """Refuse where the budget of a scheme in a year is not there, or less than the amount."""
    account = accounts.budget(scheme, year)
    if not town.knows(account):
        raise Refused(Refusal.BUDGET_UNKNOWN, scheme=scheme, year=year)
    if town.balance(account) < amount:
        raise Refused(Refusal.BUDGET_TOO_SMALL, short_by=amount - town.balance(account))
