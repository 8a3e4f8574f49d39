"""What can be wrong with one entry although its transfers are balanced: it is held against its own record.

Each check looks at an entry, at what was recorded with it, at by how much it moves each account, and at what is known
of entitlements and years.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from types import UnionType

from pasledger.ledger import accounts
from pasledger.ledger.accounts import Account, AccountKind
from pasledger.ledger.ids import EntitlementId
from pasledger.ledger.journal import Entry, EntryKind
from pasledger.ledger.money import ZERO, Money
from pasledger.rules.findings import Finding, compared
from pasledger.rules.known import Known
from pasledger.rules.postings import SIDES
from pasledger.rules.records import (
    BankLine,
    BudgetDecision,
    Correction,
    Entitlement,
    EntitlementEnd,
    Fact,
    Freeing,
    Hold,
    HoldCaptured,
    HoldRefunded,
    HoldReleased,
    Lapse,
    MerchantReference,
    Part,
    Payout,
    PayoutCancelled,
    PayoutLine,
    Redemption,
    Refund,
    WrittenOff,
)
from pasledger.rules.sums import Moved, OfHold

OfMerchant = Redemption | Refund | OfHold | Payout | PayoutCancelled | BankLine | WrittenOff
OfMoney = BudgetDecision | Entitlement | EntitlementEnd | Lapse | Freeing | Correction
Recorded = OfMoney | OfMerchant


def check_sides(entry: Entry, _facts: tuple[Fact, ...], _moved: Moved, _known: Known) -> Iterator[Finding]:
    """Each transfer runs from and to the kinds of account that its event knows."""
    for transfer in entry.transfers:
        if (transfer.debit.kind, transfer.credit.kind) not in SIDES[entry.kind]:
            yield Finding("sides", entry.id, f"{entry.kind} from {transfer.debit.code} to {transfer.credit.code}")


# For each event with a record of its own: the record, and the account that it moves by its amount, up or down.
_RECORDS: dict[EntryKind, tuple["type[Recorded] | UnionType", AccountKind, int]] = {
    EntryKind.BUDGET_RAISED: (BudgetDecision, AccountKind.BUDGET, 1),
    EntryKind.BUDGET_LOWERED: (BudgetDecision, AccountKind.BUDGET, 1),
    EntryKind.AWARDED: (Entitlement, AccountKind.ENTITLEMENT, 1),
    EntryKind.REDEEMED: (Redemption, AccountKind.PAYABLE, 1),
    EntryKind.HELD: (Hold, AccountKind.HELD, 1),
    EntryKind.CAPTURED: (HoldCaptured, AccountKind.PAYABLE, 1),
    EntryKind.RELEASED: (HoldReleased, AccountKind.HELD, -1),
    EntryKind.REFUNDED: (Refund | HoldRefunded, AccountKind.PAYABLE, -1),
    EntryKind.PUT_IN_PAYOUT: (Payout, AccountKind.IN_PAYMENT, 1),
    EntryKind.PAYOUT_CANCELLED: (PayoutCancelled, AccountKind.IN_PAYMENT, -1),
    EntryKind.PAID: (BankLine, AccountKind.IN_PAYMENT, -1),
    EntryKind.RETURNED: (BankLine, AccountKind.PAYABLE, -1),
    EntryKind.WRITTEN_OFF: (WrittenOff, AccountKind.PAYABLE, 1),
    EntryKind.WITHDRAWN: (EntitlementEnd, AccountKind.ENTITLEMENT, -1),
    EntryKind.LAPSED: (Lapse, AccountKind.LAPSED, 1),
    EntryKind.EXTENDED: (EntitlementEnd, AccountKind.ENTITLEMENT, 1),
    EntryKind.FREED: (Freeing, AccountKind.LAPSED, -1),
    EntryKind.CORRECTED: (Correction, AccountKind.PAYABLE, -1),
}


def check_record(entry: Entry, facts: tuple[Fact, ...], moved: Moved, _known: Known) -> Iterator[Finding]:
    """Each event moves the account that its record names by the amount that its record says."""
    if entry.kind not in _RECORDS:
        return
    record_type, kind, sign = _RECORDS[entry.kind]
    record = next((fact for fact in facts if isinstance(fact, record_type)), None)
    if record is None:
        yield Finding("record", entry.id, f"{entry.kind} without the record that belongs to it")
        return
    if isinstance(record, Correction) and record.merchant is None:
        kind = AccountKind.BUDGET
    for name, amount in _claims(record, kind).items():
        expected = sign * amount
        found = sum(cents for account, cents in moved.items() if account.kind is kind and account.code.startswith(name))
        if found != expected:
            yield Finding("record", entry.id, f"the record says {Money(expected)}, the transfers {Money(found)}")


def _claims(record: Recorded, kind: AccountKind) -> dict[str, int]:
    """Return by how much a record says that accounts move, by how their codes start."""
    match record:
        case BudgetDecision():
            return {f"{kind}/{record.scheme}/{record.year}": record.change.cents}
        case Lapse() | Freeing():
            return {f"{kind}/{record.scheme}/{record.year}": record.amount.cents}
        case EntitlementEnd():
            return {f"{kind}/{record.entitlement}": record.amount.cents}
        case Correction() if record.merchant is None:
            return {f"{kind}/": record.amount.cents}
        case Entitlement():
            return {f"{kind}/{record.id}": record.amount.cents}
        case BankLine():
            claims: dict[str, int] = defaultdict(int, {f"{kind}/": record.amount.cents})
            for part in record.parts:
                claims[f"{kind}/{part.merchant}/"] += part.amount.cents
            return claims
        case _ if kind is AccountKind.HELD:
            return {f"{kind}/": record.amount.cents}
        case _:
            return {f"{kind}/{record.merchant}/": record.amount.cents}


OfParts = Redemption | Refund | OfHold


def check_parts(entry: Entry, facts: tuple[Fact, ...], moved: Moved, known: Known) -> Iterator[Finding]:
    """What is spent or held is taken from, and what goes back is given to, exactly what the parts name; ended: lapses.

    What is captured comes from no entitlement any more: its parts are held by their schemes. Where a refund is
    countered, it is taken from where it went to: from its entitlements, or from what lapsed.
    """
    record = next((fact for fact in facts if isinstance(fact, OfParts | Correction)), None)
    if record is None or (isinstance(record, Correction) and record.merchant is None):
        return
    found = {account: cents for account, cents in moved.items() if account.kind in _KINDS_OF_PARTS[type(record)]}
    expected: dict[Account, int] = defaultdict(int)
    for part in record.parts:
        account, sign = _part_of(record, part, entry, found, known)
        expected[account] += sign * part.amount.cents
    for account in sorted({*expected, *found}):
        yield from compared("parts", account.code, found.get(account, 0), expected.get(account, 0))


def check_lines(entry: Entry, facts: tuple[Fact, ...], moved: Moved, _known: Known) -> Iterator[Finding]:
    """A payout moves, for each scheme, exactly what its lines add up to."""
    if entry.kind is not EntryKind.PUT_IN_PAYOUT:
        return
    pinned: dict[str, int] = defaultdict(int)
    for fact in facts:
        if isinstance(fact, PayoutLine):
            pinned[fact.scheme] += fact.amount.cents
    paid = {account.scheme: cents for account, cents in moved.items() if account.kind is AccountKind.IN_PAYMENT}
    for scheme in sorted({*pinned, *paid}):
        yield from compared("lines", f"{entry.id} {scheme}", paid.get(scheme, 0), pinned.get(scheme, 0))


_BY_ENTITLEMENT = frozenset(AccountKind) - {AccountKind.PAYABLE, AccountKind.HELD}
_KINDS_OF_PARTS: dict[type[Fact], frozenset[AccountKind]] = {
    Redemption: _BY_ENTITLEMENT,
    Hold: _BY_ENTITLEMENT,
    Refund: _BY_ENTITLEMENT,
    HoldReleased: _BY_ENTITLEMENT,
    HoldRefunded: _BY_ENTITLEMENT,
    Correction: _BY_ENTITLEMENT,
    HoldCaptured: _BY_ENTITLEMENT | {AccountKind.HELD},
}
"""Which kinds of account the parts of a record say all about."""


def _part_of(
    record: OfParts | Correction, part: Part, entry: Entry, found: dict[Account, int], known: Known
) -> tuple[Account, int]:
    """Return the account that a part of a record moves, and whether up or down."""
    account = accounts.entitlement(part.entitlement, part.scheme)
    if isinstance(record, HoldCaptured):
        return accounts.held(part.scheme), -1
    if isinstance(record, Redemption | Hold):
        return account, -1
    if isinstance(record, Correction) and record.amount < ZERO:
        return account if account in found else _first_lapsed(found, part.scheme) or account, -1
    seen = _seen_as(entry, known.entitlements.get(part.entitlement), known)
    goes_back = account in found if len(seen) > 1 else seen == {False}
    return account if goes_back else accounts.lapsed(part.scheme, entry.stamp.effective_on.year), 1


def _first_lapsed(found: dict[Account, int], scheme: str) -> Account | None:
    return next((one for one in found if one.kind is AccountKind.LAPSED and one.scheme == scheme), None)


def _seen_as(entry: Entry, entitlement: Entitlement | None, known: Known) -> set[bool]:
    """Return whether the decision saw the entitlement as ended: both where its end was moved at that moment."""
    if entitlement is None:
        return {True}
    return {end <= entry.stamp.effective_on for end in known.ends_of(entitlement, entry.stamp.recorded_at)}


def check_change(entry: Entry, facts: tuple[Fact, ...], moved: Moved, known: Known) -> Iterator[Finding]:
    """What is withdrawn goes to the budget that it came from, or lapses where that is too late; all from its owner."""
    change = next((fact for fact in facts if isinstance(fact, EntitlementEnd | Lapse)), None)
    entitlement = None if change is None else known.entitlements.get(change.entitlement)
    if change is None or entitlement is None or (isinstance(change, EntitlementEnd) and not change.is_withdrawn):
        return
    own = accounts.entitlement(entitlement.id, entitlement.scheme)
    may_go_to = _lapses_in(entry, entitlement, known) if isinstance(change, Lapse) else _goes_to(entry, change, known)
    others = [account for account in moved if account != own]
    if own not in moved or len(others) != 1 or others[0] not in may_go_to:
        went = ", ".join(sorted(account.code for account in moved))
        yield Finding("change", entry.id, f"{entry.kind} of {own.code} moved {went}")


def _lapses_in(entry: Entry, entitlement: Entitlement, known: Known) -> set[Account]:
    years = {(end - timedelta(days=1)).year for end in known.ends_of(entitlement, entry.stamp.recorded_at)}
    if any(known.may_be_closed(entitlement.scheme, year, entry.stamp.recorded_at) for year in years):
        years.add(entry.stamp.effective_on.year)
    return {accounts.lapsed(entitlement.scheme, year) for year in years}


def _goes_to(entry: Entry, change: EntitlementEnd, known: Known) -> set[Account]:
    entitlement, stamp = known.entitlements[change.entitlement], entry.stamp
    year = entitlement.valid.starts_on.year
    ends = known.ends_of(entitlement, stamp.recorded_at, besides=change.id)
    may_go_to: set[Account] = set()
    closed = entitlement.scheme, year, stamp.recorded_at
    if any(end > stamp.effective_on for end in ends) and not known.was_closed(*closed):
        may_go_to.add(accounts.budget(entitlement.scheme, year))
    if any(end <= stamp.effective_on for end in ends) or known.may_be_closed(*closed):
        may_go_to.add(accounts.lapsed(entitlement.scheme, stamp.effective_on.year))
    return may_go_to


def check_closed(entry: Entry, _facts: tuple[Fact, ...], moved: Moved, known: Known) -> Iterator[Finding]:
    """Nothing counts in a year that was closed before, and no budget of it is changed."""
    for account in moved:
        years = {entry.stamp.effective_on.year}
        if account.kind is AccountKind.BUDGET:
            years.add(int(account.code.rpartition("/")[2]))
        if any(known.was_closed(account.scheme, year, entry.stamp.recorded_at) for year in years):
            yield Finding("closed", entry.id, f"{account.code} was changed in a year that had been closed")


def check_reference(entry: Entry, facts: tuple[Fact, ...], _moved: Moved, _known: Known) -> Iterator[Finding]:
    """A merchant's reference, where it is still there, is the one that the entry is bound to."""
    for fact in facts:
        if isinstance(fact, MerchantReference) and fact.commitment != entry.commitment:
            yield Finding("reference", entry.id, "the merchant's reference is not the one that it was booked with")


_SPENDING = frozenset({EntryKind.REDEEMED, EntryKind.HELD})


def check_entitlements(entry: Entry, facts: tuple[Fact, ...], _moved: Moved, known: Known) -> Iterator[Finding]:
    """Spending is from the holder's own entitlements while they are valid; lapse after that; nothing revives."""
    holder = next((fact.holder for fact in facts if isinstance(fact, Redemption | Hold)), None)
    for transfer in entry.transfers:
        for account in (transfer.debit, transfer.credit):
            if account.kind is not AccountKind.ENTITLEMENT:
                continue
            entitlement = known.entitlements.get(EntitlementId(account.code.removeprefix("entitlement/")))
            if entitlement is None or entitlement.scheme != account.scheme:
                fault: str | None = "was never awarded under its scheme"
            elif holder not in (None, entitlement.holder):
                fault = "is another holder's"
            else:
                ends = known.ends_of(entitlement, entry.stamp.recorded_at)
                fault = _untimely(entry, entitlement, ends, is_credit=account is transfer.credit)
            if fault is not None:
                yield Finding("entitlement", entry.id, f"{account.code} {fault}")


def _untimely(entry: Entry, entitlement: Entitlement, ends: set[date], *, is_credit: bool) -> str | None:
    day = entry.stamp.effective_on
    was_valid = entitlement.valid.starts_on <= day < max(ends)
    if entry.kind in _SPENDING and not was_valid:
        return f"was not valid on {day}"
    if entry.kind is EntryKind.LAPSED and day < min(ends):
        return f"had not ended on {day}"
    if is_credit and max(ends) <= day and entry.kind is not EntryKind.EXTENDED:
        return "was revived after its end"
    return None


EntryCheck = Callable[[Entry, tuple[Fact, ...], Moved, Known], Iterator[Finding]]

ENTRY_CHECKS: tuple[EntryCheck, ...] = (
    check_sides,
    check_record,
    check_parts,
    check_lines,
    check_reference,
    check_entitlements,
    check_change,
    check_closed,
)
