"""The merchant file: a merchant changes, its account is checked, it stops. All of it needs four eyes.

A merchant is paid only while the newest check of its account is a match for the name and the IBAN that it has now. So
a change of either blocks its payouts until somebody checked the account again, and so does a payment that came back.
"""

from dataclasses import dataclass, replace
from datetime import date

from pasledger.ledger.ids import MerchantId
from pasledger.ledger.journal import Stamp, require_four_eyes
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.rules.records import (
    CheckResult,
    CheckWay,
    Event,
    Merchant,
    MerchantCheck,
    MerchantContact,
    MerchantEnd,
    Payout,
)
from pasledger.rules.town import Needs, Town


@dataclass(frozen=True, slots=True)
class MerchantChangeRequest:
    """What is another from today. None for what stays."""

    merchant: MerchantId
    name: str | None = None
    place: str | None = None
    categories: tuple[str, ...] | None = None
    """All that it has from then on."""
    iban: str | None = None
    kvk_number: str | None = None
    contact: MerchantContact | None = None
    """Its version is not looked at."""

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.merchants.add(self.merchant)
        needs.merchant_files.add(self.merchant)
        if self.name is not None:
            needs.merchant_names.add(self.name)


def decide_merchant_change(request: MerchantChangeRequest, town: Town, stamp: Stamp) -> Event:
    """Give the merchant its next version, or refuse what changes nothing or takes another's name."""
    require_four_eyes(stamp)
    before = town.merchant(request.merchant, on=stamp.effective_on)
    if town.merchants_by_name.get(request.name or before.name, before.id) != before.id:
        raise Refused(Refusal.MERCHANT_REPEATED)
    after = Merchant(
        before.id,
        before.version,
        before.effective_from,
        request.name or before.name,
        request.place or before.place,
        request.categories or before.categories,
        request.iban or before.iban,
        request.kvk_number or before.kvk_number,
    )
    if after == before and request.contact is None:
        raise Refused(Refusal.MERCHANT_UNCHANGED)
    newest = max(version.version for version in town.merchants[before.id])
    after = replace(after, version=newest + 1, effective_from=stamp.effective_on)
    contact = () if request.contact is None else (replace(request.contact, version=after.version),)
    return Event(stamp, (after, *contact))


@dataclass(frozen=True, slots=True)
class MerchantCheckRequest:
    """Somebody compared an account with what the bank, the merchant or a document says of it."""

    merchant: MerchantId
    iban: str
    account_name: str
    checked_on: date
    way: CheckWay
    result: CheckResult
    checked_by: str

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.merchants.add(self.merchant)
        needs.merchant_files.add(self.merchant)


def decide_merchant_check(request: MerchantCheckRequest, town: Town, stamp: Stamp) -> Event:
    """Set the check down, or refuse one of another account, or of a day that has not come."""
    require_four_eyes(stamp)
    merchant = town.merchant_version(request.merchant, on=stamp.effective_on)
    if request.iban != merchant.iban:
        raise Refused(Refusal.ACCOUNT_DIFFERS, iban=merchant.iban)
    if request.checked_on > stamp.effective_on:
        raise Refused(Refusal.CHECK_IN_FUTURE, checked_on=request.checked_on)
    check = MerchantCheck(
        merchant.id,
        len(town.checks.get(merchant.id, ())) + 1,
        merchant.name,
        merchant.iban,
        request.account_name,
        request.checked_on,
        request.way,
        request.result,
        "",
        request.checked_by,
    )
    return Event(stamp, (check,))


@dataclass(frozen=True, slots=True)
class MerchantEndRequest:
    """A merchant stops on the day `ends_before`."""

    merchant: MerchantId
    ends_before: date

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.merchants.add(self.merchant)


def decide_merchant_end(request: MerchantEndRequest, town: Town, stamp: Stamp) -> Event:
    """Let the merchant stop, once, and never in the past: what was paid there was paid."""
    require_four_eyes(stamp)
    town.merchant_version(request.merchant, on=stamp.effective_on)
    if request.merchant in town.ends:
        raise Refused(Refusal.MERCHANT_ENDED, ends_before=town.ends[request.merchant])
    ends_before = max(request.ends_before, stamp.effective_on)
    return Event(stamp, (MerchantEnd(request.merchant, ends_before),))


def account_to_pay(merchant: Merchant, checks: tuple[MerchantCheck, ...]) -> MerchantCheck | None:
    """Return the check by which a merchant may be paid; None where its payouts are blocked."""
    newest = checks[-1] if checks else None
    if newest is None or newest.result is not CheckResult.MATCH:
        return None
    return newest if (newest.name, newest.iban) == (merchant.name, merchant.iban) else None


def account_refused(payout: Payout, reason: str, town: Town, stamp: Stamp) -> tuple[MerchantCheck, ...]:
    """Return what blocks a merchant whose account did not take a payment, until somebody checked it again.

    Nothing where the merchant is paid on another account by now: that one took no harm.
    """
    merchant = town.merchant_version(payout.merchant, on=stamp.effective_on)
    if merchant.iban != payout.iban:
        return ()
    check = MerchantCheck(
        merchant.id,
        len(town.checks.get(merchant.id, ())) + 1,
        merchant.name,
        payout.iban,
        payout.account_name,
        stamp.effective_on,
        CheckWay.PAYMENT,
        CheckResult.RETURNED,
        reason,
        "bank",
    )
    return (check,)
