"""Awards (toekenningen): a decision puts an amount on a holder's name, from the budget of its year."""

from dataclasses import dataclass
from datetime import date, timedelta

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
    """One row of an award file. `salt` is random and makes the commitment to the decision's reference untellable.

    It says an amount, or the category that the scheme has an amount for; where it says both, they agree.
    """

    id: EntitlementId
    entry: EntryId
    scheme: str
    decision: str
    holder: HolderReference | CardNumber
    amount: Money | None
    starts_on: date
    instalment: int
    salt: str
    category: str | None = None
    ends_on: date | None = None
    """The last day, where it is before that of the scheme."""

    def __post_init__(self) -> None:
        if self.amount is None and self.category is None:
            raise ValueError("an award says an amount or a category")

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        if isinstance(self.holder, CardNumber):
            needs.cards.add(self.holder)
        else:
            needs.holders.add(self.holder)
        needs.award_references.add(self.decision)
        needs.budgets.add(accounts.budget(self.scheme, self.starts_on.year))


def decide_award(request: AwardRequest, town: Town, stamp: Stamp) -> Event:
    """Put the amount on the holder's name for as long as the scheme says, or shorter where the request does; or refuse.

    The budget is that of the fiscal year in which the entitlement starts.
    """
    require_four_eyes(stamp)
    holder = _holder(request.holder, town)
    scheme = town.scheme(request.scheme, on=stamp.effective_on)
    if (scheme.code, request.decision, holder, request.instalment) in town.awards:
        raise Refused(Refusal.AWARD_REPEATED, decision=request.decision)
    valid = _validity(scheme, request.starts_on, today=stamp.effective_on)
    if request.ends_on is not None:
        valid = _ended_on(request.ends_on, valid, today=stamp.effective_on)
    amount = amount_of(request.amount, request.category, scheme)
    if town.is_closed(scheme.code, valid.starts_on.year):
        raise Refused(Refusal.YEAR_CLOSED, scheme=scheme.code, year=valid.starts_on.year)
    require_budget(scheme.code, valid.starts_on.year, amount, town)
    entry = Entry(
        request.entry,
        EntryKind.AWARDED,
        stamp,
        (postings.awarded(scheme=scheme.code, year=valid.starts_on.year, entitlement=request.id, amount=amount),),
        versions=(scheme.reference,),
        commitment=commitment(request.salt, request.decision),
    )
    entitlement = Entitlement(request.id, entry.id, holder, scheme.code, scheme.version, valid, amount)
    decision = AwardDecision(
        request.id, entry.id, scheme.code, request.decision, holder, request.instalment, request.salt
    )
    return Event(stamp, (entitlement, decision), entry)


def amount_of(amount: Money | None, category: str | None, scheme: Scheme) -> Money:
    """Return what an award gives that says an amount, a category, or both; or refuse what the scheme does not give."""
    if category is not None:
        given = scheme.amount_of(category)
        if given is None:
            known = ", ".join(known for known, _ in scheme.amounts)
            raise Refused(Refusal.CATEGORY_UNKNOWN, scheme=scheme.code, categories=known or "-")
        if amount not in (None, given):
            raise Refused(Refusal.CATEGORY_DISAGREES, category=category, amount=given)
        return given
    if amount is None or not scheme.least <= amount <= scheme.most:
        raise Refused(Refusal.AMOUNT_OUTSIDE_RULE, least=scheme.least, most=scheme.most)
    return amount


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


def _ended_on(last_day: date, valid: Period, *, today: date) -> Period:
    """Return the validity up to a last day of its own, which is not before today and not after that of the scheme."""
    if last_day < today or last_day not in valid:
        raise Refused(Refusal.END_OUTSIDE_RULE, last_day=valid.last_day)
    return Period(valid.starts_on, last_day + timedelta(days=1))


def require_budget(scheme: str, year: int, amount: Money, town: Town) -> None:
    """Refuse where the budget of a scheme in a year is not there, or less than the amount."""
    account = accounts.budget(scheme, year)
    if not town.knows(account):
        raise Refused(Refusal.BUDGET_UNKNOWN, scheme=scheme, year=year)
    if town.balance(account) < amount:
        raise Refused(Refusal.BUDGET_TOO_SMALL, short_by=amount - town.balance(account))
