"""What can be wrong although every transfer is balanced, and the checks that find it.

The auditor's sentence (treasury = budget + entitlements + held + payables + in payment + lapsed, per scheme) holds by
construction, so that it proves nothing about a posting to the wrong account. These checks hold the journal against
what was set down beside it: each entry against its own record, and the balances against all records together.

`Replay` takes the events one by one and keeps balances and a few sums, so that memory grows with the accounts and not
with the journal.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import UnionType

from pasledger.ledger import accounts
from pasledger.ledger.accounts import Account, AccountKind
from pasledger.ledger.books import movements
from pasledger.ledger.ids import ChangeId, EntitlementId, HoldId, MerchantId
from pasledger.ledger.journal import Entry, EntryKind, Stamp
from pasledger.ledger.money import ZERO, Money
from pasledger.rules.postings import SIDES
from pasledger.rules.records import (
    BankLine,
    BudgetDecision,
    Correction,
    Entitlement,
    EntitlementEnd,
    Event,
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
    YearClosed,
)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong: which check found it, in what, and what was expected."""

    check: str
    subject: str
    detail: str


class Replay:
    """The journal, replayed from nothing beside the record of each event."""

    def __init__(self) -> None:
        self.balances: dict[Account, int] = defaultdict(int)
        self.entitlements: dict[EntitlementId, Entitlement] = {}
        """Those that were awarded; where they are known beforehand, the events may come in any order."""
        self.ends: dict[EntitlementId, dict[ChangeId, tuple[datetime, date]]] = defaultdict(dict)
        """The ends that were decided later, with when that was recorded; they may be known beforehand too."""
        self.closed: dict[str, tuple[int, datetime]] = {}
        """The last year of each scheme that was closed, and when."""
        self.owed: dict[MerchantId, int] = defaultdict(int)
        """What merchants are owed by the records: lines that are in no payout."""
        self.on_its_way: dict[MerchantId, int] = defaultdict(int)
        """What merchants wait for by the records: payouts that are not settled."""
        self.open_holds = 0
        self.held: dict[HoldId, dict[EntitlementId, int]] = {}
        """What is left of each hold that is open, by the entitlement that it was set aside from."""
        self.bank_lines = 0
        self.through_the_bank = 0
        self.entries = 0
        self.transfers = 0

    def add(self, event: Event) -> Iterator[Finding]:
        """Take one event and yield what is wrong with it."""
        for fact in event.facts:
            self._learn(fact, event.stamp)
        if event.entry is None:
            return
        moved = movements(event.entry.transfers)
        for check in ENTRY_CHECKS:
            yield from check(event.entry, event.facts, moved, self)
        self.entries += 1
        self.transfers += len(event.entry.transfers)
        for account, change in moved.items():
            self.balances[account] += change.cents
            if account.kind is AccountKind.TREASURY and event.entry.kind in _BANK_KINDS:
                self.through_the_bank -= change.cents

    def conclude(self) -> Iterator[Finding]:
        """Yield what is wrong with the books as a whole, after the last event."""
        for check in BOOKS_CHECKS:
            yield from check(self)

    def move_end(self, end: EntitlementEnd, at: datetime) -> None:
        """Take over an end that was decided, and recorded at this moment."""
        self.ends[end.entitlement][end.id] = at, end.ends_before

    def ends_of(self, entitlement: Entitlement, at: datetime, besides: ChangeId | None = None) -> set[date]:
        """Return the ends that an entry which was recorded at this moment may have seen: nearly always one.

        What waits for another writer says a moment before the one in which it is decided. So an end that was recorded
        within a few minutes of the entry may have been seen by it or not.
        """
        moved = [(when, change, end) for change, (when, end) in self.ends[entitlement.id].items() if change != besides]
        before = [one for one in moved if one[0] < at - LONGEST_WAIT]
        last = max(before)[-1] if before else entitlement.valid.ends_before
        return {last, *(end for when, _, end in moved if abs(when - at) <= LONGEST_WAIT)}

    def was_closed(self, scheme: str, year: int, at: datetime) -> bool:
        """Return whether a year of a scheme had been closed for certain at this moment."""
        closed = self.closed.get(scheme)
        return closed is not None and year <= closed[0] and closed[1] + LONGEST_WAIT < at

    def _learn(self, fact: Fact, stamp: Stamp) -> None:
        """Add up what the records say by themselves, without a look at any posting."""
        if isinstance(fact, Entitlement):
            self.entitlements[fact.id] = fact
        elif isinstance(fact, EntitlementEnd):
            self.move_end(fact, stamp.recorded_at)
        elif isinstance(fact, YearClosed):
            self.closed[fact.scheme] = max(
                (fact.year, stamp.recorded_at), self.closed.get(fact.scheme, (0, stamp.recorded_at))
            )
        elif isinstance(fact, BankLine):
            self.bank_lines += fact.amount.cents
            for part in fact.parts:
                waiting = self.on_its_way if part.amount > ZERO else self.owed
                waiting[part.merchant] -= part.amount.cents
        elif isinstance(fact, Correction):
            if fact.merchant is not None:
                self.owed[fact.merchant] -= fact.amount.cents
        elif isinstance(fact, OfMerchant):
            self.open_holds += _OPEN_HOLDS.get(type(fact), 0) * fact.amount.cents
            self.owed[fact.merchant] += _OWED.get(type(fact), 0) * fact.amount.cents
            self.on_its_way[fact.merchant] += _ON_ITS_WAY.get(type(fact), 0) * fact.amount.cents
        if isinstance(fact, Hold | HoldCaptured | HoldReleased):
            self._keep_hold(fact)

    def _keep_hold(self, fact: Hold | HoldCaptured | HoldReleased) -> None:
        """Count what is left of a hold; one of which nothing is left is forgotten, so that memory stays bounded."""
        hold, sign = (fact.id, 1) if isinstance(fact, Hold) else (fact.hold, -1)
        left = self.held.setdefault(hold, {})
        for part in fact.parts:
            left[part.entitlement] = left.get(part.entitlement, 0) + sign * part.amount.cents
        if not any(left.values()):
            del self.held[hold]


LONGEST_WAIT = timedelta(minutes=10)
"""More than a batch ever waits for others, in all of its tries."""

OfHold = Hold | HoldCaptured | HoldReleased | HoldRefunded
OfMerchant = Redemption | Refund | OfHold | Payout | PayoutCancelled | BankLine | WrittenOff
OfMoney = BudgetDecision | Entitlement | EntitlementEnd | Lapse | Freeing | Correction
Recorded = OfMoney | OfMerchant

# How each record changes what is held, what a merchant is owed, and what it waits for.
_OPEN_HOLDS: dict[type[Fact], int] = {Hold: 1, HoldCaptured: -1, HoldReleased: -1}
_OWED: dict[type[Fact], int] = {
    Redemption: 1,
    HoldCaptured: 1,
    PayoutCancelled: 1,
    WrittenOff: 1,
    Refund: -1,
    HoldRefunded: -1,
    Payout: -1,
}
_ON_ITS_WAY: dict[type[Fact], int] = {Payout: 1, PayoutCancelled: -1}

_BANK_KINDS = frozenset({EntryKind.PAID, EntryKind.RETURNED})

Moved = dict[Account, Money]


def check_sides(entry: Entry, _facts: tuple[Fact, ...], _moved: Moved, _replay: Replay) -> Iterator[Finding]:
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


def check_record(entry: Entry, facts: tuple[Fact, ...], moved: Moved, _replay: Replay) -> Iterator[Finding]:
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
        found = sum(
            change.cents for account, change in moved.items() if account.kind is kind and account.code.startswith(name)
        )
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


def check_parts(entry: Entry, facts: tuple[Fact, ...], moved: Moved, replay: Replay) -> Iterator[Finding]:
    """What is spent or held is taken from, and what goes back is given to, exactly what the parts name; ended: lapses.

    What is captured comes from no entitlement any more: its parts are held by their schemes. Where a refund is
    countered, it is taken from where it went to: from its entitlements, or from what lapsed.
    """
    record = next((fact for fact in facts if isinstance(fact, OfParts | Correction)), None)
    if record is None or (isinstance(record, Correction) and record.merchant is None):
        return
    found = {
        account: change.cents for account, change in moved.items() if account.kind in _KINDS_OF_PARTS[type(record)]
    }
    expected: dict[Account, int] = defaultdict(int)
    for part in record.parts:
        account, sign = _part_of(record, part, entry, found, replay)
        expected[account] += sign * part.amount.cents
    for account in sorted({*expected, *found}):
        yield from _compare("parts", account.code, found.get(account, 0), expected.get(account, 0))


def check_lines(entry: Entry, facts: tuple[Fact, ...], moved: Moved, _replay: Replay) -> Iterator[Finding]:
    """A payout moves, for each scheme, exactly what its lines add up to."""
    if entry.kind is not EntryKind.PUT_IN_PAYOUT:
        return
    pinned: dict[str, int] = defaultdict(int)
    for fact in facts:
        if isinstance(fact, PayoutLine):
            pinned[fact.scheme] += fact.amount.cents
    paid = {account.scheme: change.cents for account, change in moved.items() if account.kind is AccountKind.IN_PAYMENT}
    for scheme in sorted({*pinned, *paid}):
        yield from _compare("lines", f"{entry.id} {scheme}", paid.get(scheme, 0), pinned.get(scheme, 0))


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
    record: OfParts | Correction, part: Part, entry: Entry, found: dict[Account, int], replay: Replay
) -> tuple[Account, int]:
    """Return the account that a part of a record moves, and whether up or down."""
    account = accounts.entitlement(part.entitlement, part.scheme)
    if isinstance(record, HoldCaptured):
        return accounts.held(part.scheme), -1
    if isinstance(record, Redemption | Hold):
        return account, -1
    if isinstance(record, Correction) and record.amount < ZERO:
        return account if account in found else _first_lapsed(found, part.scheme) or account, -1
    seen = _seen_as(entry, replay.entitlements.get(part.entitlement), replay)
    goes_back = account in found if len(seen) > 1 else seen == {False}
    return account if goes_back else accounts.lapsed(part.scheme, entry.stamp.effective_on.year), 1


def _first_lapsed(found: dict[Account, int], scheme: str) -> Account | None:
    return next((one for one in found if one.kind is AccountKind.LAPSED and one.scheme == scheme), None)


def _seen_as(entry: Entry, entitlement: Entitlement | None, replay: Replay) -> set[bool]:
    """Return whether the decision saw the entitlement as ended: both where its end was moved at that moment."""
    if entitlement is None:
        return {True}
    return {end <= entry.stamp.effective_on for end in replay.ends_of(entitlement, entry.stamp.recorded_at)}


def check_change(entry: Entry, facts: tuple[Fact, ...], moved: Moved, replay: Replay) -> Iterator[Finding]:
    """What is withdrawn goes to the budget that it came from, or lapses where that is too late; all from its owner."""
    change = next((fact for fact in facts if isinstance(fact, EntitlementEnd | Lapse)), None)
    entitlement = None if change is None else replay.entitlements.get(change.entitlement)
    if change is None or entitlement is None or (isinstance(change, EntitlementEnd) and not change.is_withdrawn):
        return
    own = accounts.entitlement(entitlement.id, entitlement.scheme)
    may_go_to = _lapses_in(entry, entitlement, replay) if isinstance(change, Lapse) else _goes_to(entry, change, replay)
    others = [account for account in moved if account != own]
    if own not in moved or len(others) != 1 or others[0] not in may_go_to:
        went = ", ".join(sorted(account.code for account in moved))
        yield Finding("change", entry.id, f"{entry.kind} of {own.code} moved {went}")


def _lapses_in(entry: Entry, entitlement: Entitlement, replay: Replay) -> set[Account]:
    years = {(end - timedelta(days=1)).year for end in replay.ends_of(entitlement, entry.stamp.recorded_at)}
    closed = replay.closed.get(entitlement.scheme, (0, entry.stamp.recorded_at))[0]
    if any(year <= closed for year in years):
        years.add(entry.stamp.effective_on.year)
    return {accounts.lapsed(entitlement.scheme, year) for year in years}


def _goes_to(entry: Entry, change: EntitlementEnd, replay: Replay) -> set[Account]:
    entitlement, stamp = replay.entitlements[change.entitlement], entry.stamp
    year = entitlement.valid.starts_on.year
    ends = replay.ends_of(entitlement, stamp.recorded_at, besides=change.id)
    may_go_to: set[Account] = set()
    if any(end > stamp.effective_on for end in ends) and not replay.was_closed(
        entitlement.scheme, year, stamp.recorded_at
    ):
        may_go_to.add(accounts.budget(entitlement.scheme, year))
    if any(end <= stamp.effective_on for end in ends) or year <= replay.closed.get(entitlement.scheme, (0,))[0]:
        may_go_to.add(accounts.lapsed(entitlement.scheme, stamp.effective_on.year))
    return may_go_to


def check_closed(entry: Entry, _facts: tuple[Fact, ...], moved: Moved, replay: Replay) -> Iterator[Finding]:
    """Nothing counts in a year that was closed before, and no budget of it is changed."""
    for account in moved:
        years = {entry.stamp.effective_on.year}
        if account.kind is AccountKind.BUDGET:
            years.add(int(account.code.rpartition("/")[2]))
        if any(replay.was_closed(account.scheme, year, entry.stamp.recorded_at) for year in years):
            yield Finding("closed", entry.id, f"{account.code} was changed in a year that had been closed")


def check_reference(entry: Entry, facts: tuple[Fact, ...], _moved: Moved, _replay: Replay) -> Iterator[Finding]:
    """A merchant's reference, where it is still there, is the one that the entry is bound to."""
    for fact in facts:
        if isinstance(fact, MerchantReference) and fact.commitment != entry.commitment:
            yield Finding("reference", entry.id, "the merchant's reference is not the one that it was booked with")


_SPENDING = frozenset({EntryKind.REDEEMED, EntryKind.HELD})


def check_entitlements(entry: Entry, facts: tuple[Fact, ...], _moved: Moved, replay: Replay) -> Iterator[Finding]:
    """Spending is from the holder's own entitlements while they are valid; lapse after that; nothing revives."""
    holder = next((fact.holder for fact in facts if isinstance(fact, Redemption | Hold)), None)
    for transfer in entry.transfers:
        for account in (transfer.debit, transfer.credit):
            if account.kind is not AccountKind.ENTITLEMENT:
                continue
            entitlement = replay.entitlements.get(EntitlementId(account.code.removeprefix("entitlement/")))
            if entitlement is None or entitlement.scheme != account.scheme:
                fault: str | None = "was never awarded under its scheme"
            elif holder not in (None, entitlement.holder):
                fault = "is another holder's"
            else:
                ends = replay.ends_of(entitlement, entry.stamp.recorded_at)
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


def check_sentence(replay: Replay) -> Iterator[Finding]:
    """Treasury = budget + entitlements + held + payables + in payment + lapsed, for each scheme."""
    difference: dict[str, int] = defaultdict(int)
    for account, cents in replay.balances.items():
        difference[account.scheme] += cents if account.kind.is_debit_normal else -cents
    for scheme, cents in difference.items():
        if cents:
            yield Finding("sentence", scheme, f"treasury differs by {Money(cents)} from what it stands for")


def check_signs(replay: Replay) -> Iterator[Finding]:
    """No balance is on the wrong side, but for what merchants owe us."""
    for account, cents in replay.balances.items():
        if cents < 0 and not account.kind.may_be_negative:
            yield Finding("sign", account.code, f"stands at {Money(cents)}")


def check_holds(replay: Replay) -> Iterator[Finding]:
    """What is held is what the open holds say."""
    yield from _compare("held", "open holds", _sum(replay, AccountKind.HELD), replay.open_holds)


def check_taken(replay: Replay) -> Iterator[Finding]:
    """Of no part of a hold was more taken and released than was held."""
    for hold, left in replay.held.items():
        for entitlement, cents in left.items():
            if cents < 0:
                yield Finding("taken", hold, f"{Money(-cents)} more than was held of {entitlement}")


def check_payables(replay: Replay) -> Iterator[Finding]:
    """What is payable to a merchant is its lines that are in no payout."""
    yield from _compare_by_merchant("payable", AccountKind.PAYABLE, replay, replay.owed)


def check_in_payment(replay: Replay) -> Iterator[Finding]:
    """What is in payment to a merchant is its payouts that are not settled."""
    yield from _compare_by_merchant("in payment", AccountKind.IN_PAYMENT, replay, replay.on_its_way)


def check_bank(replay: Replay) -> Iterator[Finding]:
    """What was paid, less what came back, is what the matched bank lines say."""
    yield from _compare("bank", "matched bank lines", replay.through_the_bank, replay.bank_lines)


def _sum(replay: Replay, kind: AccountKind) -> int:
    return sum(cents for account, cents in replay.balances.items() if account.kind is kind)


def _compare_by_merchant(
    check: str, kind: AccountKind, replay: Replay, recorded: dict[MerchantId, int]
) -> Iterator[Finding]:
    booked: dict[MerchantId, int] = defaultdict(int)
    for account, cents in replay.balances.items():
        if account.kind is kind:
            booked[MerchantId(account.code.split("/")[1])] += cents
    for merchant in sorted({*booked, *recorded}):
        yield from _compare(check, merchant, booked.get(merchant, 0), recorded.get(merchant, 0))


def _compare(check: str, subject: str, booked: int, recorded: int) -> Iterator[Finding]:
    if booked != recorded:
        yield Finding(check, subject, f"booked {Money(booked)}, recorded {Money(recorded)}")


EntryCheck = Callable[[Entry, tuple[Fact, ...], Moved, Replay], Iterator[Finding]]
BooksCheck = Callable[[Replay], Iterator[Finding]]

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
BOOKS_CHECKS: tuple[BooksCheck, ...] = (
    check_sentence,
    check_signs,
    check_holds,
    check_taken,
    check_payables,
    check_in_payment,
    check_bank,
)
