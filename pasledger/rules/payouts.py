"""Payouts (uitbetalingen): what merchants are owed goes into a run, one payment for each, and can be taken out again.

A run pins its lines when it is prepared: the transfers on a merchant's payables that are in no payout yet. What is
booked later waits for the next run. A cancelled or returned payout keeps its lines; what it moves back is a new line.
So no transfer is ever in two payouts, which is a key of the books and no promise.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date

from pasledger.ledger import accounts
from pasledger.ledger.ids import EntryId, MerchantId, PayoutId, RunId
from pasledger.ledger.journal import Entry, EntryKind, Stamp, Transfer, require_four_eyes
from pasledger.ledger.money import ZERO, Money, total
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.rules import postings
from pasledger.rules.merchants import account_refused, account_to_pay
from pasledger.rules.records import (
    Event,
    OpenLine,
    PaymentFile,
    PaymentSettings,
    Payout,
    PayoutCancelled,
    PayoutLine,
    PayoutRun,
    PayoutStep,
    PayoutStepped,
    PayoutWaiting,
    RunStep,
    RunStepped,
    Share,
    Waits,
    WrittenOff,
)
from pasledger.rules.town import Needs, Town


@dataclass(frozen=True, slots=True)
class PaymentSettingsRequest:
    """How the town pays from now on; the version in it is not looked at."""

    settings: PaymentSettings

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.pays = True


def decide_payment_settings(request: PaymentSettingsRequest, town: Town, stamp: Stamp) -> Event:
    """Give the settings their version: who changes the account that is paid from is never alone."""
    require_four_eyes(stamp)
    return Event(stamp, (replace(request.settings, version=len(town.payment_settings) + 1),))


@dataclass(frozen=True, slots=True)
class PayoutRunRequest:
    """A new run, to be paid on a day."""

    id: RunId
    execute_on: date

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.pays = True


def decide_payout_run(request: PayoutRunRequest, town: Town, stamp: Stamp) -> Event:
    """Give the run its number and the settings that hold now, or refuse where nobody said how the town pays."""
    if not town.payment_settings:
        raise Refused(Refusal.NO_PAYMENT_SETTINGS)
    year = stamp.effective_on.year
    number = town.newest_run.get(year, 0) + 1
    run = PayoutRun(request.id, year, number, max(request.execute_on, stamp.effective_on), town.payment_settings[-1])
    return Event(stamp, (run,))


@dataclass(frozen=True, slots=True)
class PayoutRequest:
    """What a merchant is owed, in a run of the same batch."""

    id: PayoutId
    entry: EntryId
    run: RunId
    merchant: MerchantId

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.merchants.add(self.merchant)
        needs.merchant_files.add(self.merchant)
        needs.open_lines.add(self.merchant)


def decide_payout(request: PayoutRequest, town: Town, stamp: Stamp) -> Event:
    """Pay all that a merchant is owed, over all schemes, in one payment, or let it wait and say why."""
    run = town.runs[request.run]
    merchant = town.merchant_version(request.merchant, on=stamp.effective_on)
    lines = sorted(town.open_lines.get(merchant.id, {}).values(), key=lambda line: (line.entry, line.position))
    amount = total(line.amount for line in lines)
    account = account_to_pay(merchant, town.checks.get(merchant.id, ()))
    if not lines:
        return Event(stamp, ())
    paid = total(payout.amount for payout in town.payouts_of(run.id))
    waits = _waits(amount, paid, run.settings, is_blocked=account is None)
    if waits is not None or account is None:
        return Event(stamp, (PayoutWaiting(run.id, merchant.id, amount, waits or Waits.BLOCKED),))
    shares = _shares(lines)
    entry = Entry(
        request.entry,
        EntryKind.PUT_IN_PAYOUT,
        stamp.by(None),
        tuple(_moved(share, merchant.id) for share in shares),
        versions=(merchant.reference,),
    )
    days = [line.effective_on for line in lines]
    place = len(town.payouts_of(run.id)) + 1
    payout = Payout(
        request.id,
        entry.id,
        run.id,
        place,
        merchant.id,
        amount,
        account.iban,
        account.account_name,
        min(days),
        max(days),
        shares,
    )
    pinned = [PayoutLine(entry.id, line.entry, line.position, line.scheme, line.amount) for line in lines]
    return Event(entry.stamp, (payout, *pinned), entry)


def _waits(amount: Money, paid: Money, settings: PaymentSettings, *, is_blocked: bool) -> Waits | None:
    if amount < ZERO:
        return Waits.NEGATIVE
    if amount < max(settings.minimum, Money(1)):
        return Waits.BELOW_MINIMUM
    if is_blocked:
        return Waits.BLOCKED
    if amount > settings.most_payment:
        return Waits.PAYMENT_TOO_LARGE
    return Waits.RUN_FULL if paid + amount > settings.most_run else None


def _shares(lines: list[OpenLine]) -> tuple[Share, ...]:
    owed: dict[str, int] = defaultdict(int)
    for line in lines:
        owed[line.scheme] += line.amount.cents
    return tuple(Share(scheme, Money(cents)) for scheme, cents in sorted(owed.items()) if cents)


def _moved(share: Share, merchant: MerchantId) -> Transfer:
    """Put a share on its way. What is below zero goes the other way, so that the payment is the sum."""
    post = postings.put_in_payout if share.amount > ZERO else postings.payout_cancelled
    return post(scheme=share.scheme, merchant=merchant, amount=Money(abs(share.amount.cents)))


def _moved_back(share: Share, merchant: MerchantId) -> Transfer:
    return _moved(Share(share.scheme, -share.amount), merchant)


@dataclass(frozen=True, slots=True)
class RunReleaseRequest:
    """Another person lets a run go to the bank, in these files."""

    run: RunId
    files: tuple[PaymentFile, ...]

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.runs.add(self.run)


def decide_run_release(request: RunReleaseRequest, town: Town, stamp: Stamp) -> Event:
    """Release a run that is prepared and no more, by somebody who did not prepare it, or refuse.

    Whose account was changed or found wrong meanwhile is not paid on the one of before.
    """
    run = _run(request.run, town)
    if town.run_steps.get(run.id) or any(town.payout_steps.get(payout.id) for payout in town.payouts_of(run.id)):
        raise Refused(Refusal.RUN_STEP_UNKNOWN, run=run.name)
    preparer, releaser = town.run_preparers[run.id], stamp.approved_by or stamp.prepared_by
    require_four_eyes(Stamp(stamp.recorded_at, stamp.effective_on, preparer, releaser))
    payouts = town.payouts_of(run.id)
    for payout in payouts:
        merchant = town.merchant_version(payout.merchant, on=stamp.effective_on)
        account = account_to_pay(merchant, town.checks.get(merchant.id, ()))
        if account is None or account.iban != payout.iban:
            raise Refused(Refusal.ACCOUNT_UNCHECKED, merchant=merchant.name, run=run.name)
    if (len(payouts), total(payout.amount for payout in payouts)) != (
        sum(file.payments for file in request.files),
        total(file.amount for file in request.files),
    ):
        raise ValueError("the files do not pay what the run says")
    step = RunStepped(run.id, 1, RunStep.RELEASED, preparer, releaser, request.files)
    return Event(stamp, (step,))


@dataclass(frozen=True, slots=True)
class RunCancelRequest:
    """A run is not paid. Asked before what is asked of its payouts, in one batch."""

    run: RunId

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.runs.add(self.run)


def decide_run_cancel(request: RunCancelRequest, town: Town, stamp: Stamp) -> Event:
    """Cancel a run; after its release with four eyes, and only while the bank has paid nothing of it."""
    run = _run(request.run, town)
    steps = town.run_steps.get(run.id, ())
    paid = any(PayoutStep.PAID in town.payout_steps.get(payout.id, ()) for payout in town.payouts_of(run.id))
    if RunStep.CANCELLED in steps or paid:
        raise Refused(Refusal.RUN_STEP_UNKNOWN, run=run.name)
    if steps:
        require_four_eyes(stamp)
    step = RunStepped(run.id, len(steps) + 1, RunStep.CANCELLED, stamp.prepared_by, stamp.approved_by)
    return Event(stamp, (step,))


@dataclass(frozen=True, slots=True)
class PayoutCancelRequest:
    """A payout is taken back: with its run, or because the bank rejected it before it debited us."""

    payout: PayoutId
    run: RunId
    entry: EntryId
    reason: str = ""
    merchant: MerchantId | None = None
    """Where the bank rejected it: whose account did not take it."""

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.runs.add(self.run)


def decide_payout_cancel(request: PayoutCancelRequest, town: Town, stamp: Stamp) -> Event:
    """Owe the merchant again what was on its way. What was paid or cancelled before is left as it is.

    What was never released the bank cannot reject: it would be owed again, and paid all the same once it is released.
    """
    payout = town.payouts[request.payout]
    if request.merchant is not None and RunStep.RELEASED not in town.run_steps.get(request.run, ()):
        raise Refused(Refusal.RUN_STEP_UNKNOWN, run=_run(request.run, town).name)
    if town.payout_steps.get(payout.id):
        return Event(stamp, ())
    entry = Entry(
        request.entry,
        EntryKind.PAYOUT_CANCELLED,
        stamp,
        tuple(_moved_back(share, payout.merchant) for share in payout.shares),
    )
    blocks = () if request.merchant is None else account_refused(payout, request.reason, town, stamp)
    return Event(
        stamp,
        (
            PayoutCancelled(payout.id, entry.id, payout.merchant, payout.amount),
            PayoutStepped(payout.id, 1, PayoutStep.CANCELLED, entry.id, request.reason),
            *blocks,
        ),
        entry,
    )


def _run(run: RunId, town: Town) -> PayoutRun:
    found = town.runs.get(run)
    if found is None:
        raise Refused(Refusal.RUN_UNKNOWN)
    return found


@dataclass(frozen=True, slots=True)
class WriteOffRequest:
    """The debt of a merchant that left is borne by the budgets of the schemes that it was paid under."""

    entry: EntryId
    merchant: MerchantId
    decision: str
    budget_year: int
    schemes: tuple[str, ...]
    """Those whose budgets may bear it: all that there are."""

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.merchants.add(self.merchant)
        needs.open_lines.add(self.merchant)
        needs.budgets.update(accounts.budget(scheme, self.budget_year) for scheme in self.schemes)


def decide_write_off(request: WriteOffRequest, town: Town, stamp: Stamp) -> Event:
    """Write off what a merchant owes in all, or refuse while it may still be paid, or where it owes nothing."""
    require_four_eyes(stamp)
    merchant = town.merchant_version(request.merchant, on=stamp.effective_on)
    lines = list(town.open_lines.get(merchant.id, {}).values())
    debt = -total(line.amount for line in lines)
    if stamp.effective_on < town.ends.get(merchant.id, date.max) or debt <= ZERO:
        raise Refused(Refusal.NO_DEBT, owed=-debt)
    transfers: list[Transfer] = []
    for share in _shares(lines):
        bears = min(-share.amount, debt)
        if bears <= ZERO:
            continue
        account = accounts.budget(share.scheme, request.budget_year)
        if town.balance(account) < bears:
            raise Refused(Refusal.BUDGET_TOO_SMALL, short_by=bears - town.balance(account))
        transfers.append(
            postings.written_off(scheme=share.scheme, merchant=merchant.id, year=request.budget_year, amount=bears)
        )
        debt -= bears
    entry = Entry(request.entry, EntryKind.WRITTEN_OFF, stamp, tuple(transfers), versions=(merchant.reference,))
    return Event(stamp, (WrittenOff(entry.id, merchant.id, entry.amount, request.decision),), entry)
