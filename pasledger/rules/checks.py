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
from datetime import date
from types import UnionType

from pasledger.ledger import accounts
from pasledger.ledger.accounts import Account, AccountKind
from pasledger.ledger.books import movements
from pasledger.ledger.ids import EntitlementId, HoldId, MerchantId
from pasledger.ledger.journal import Entry, EntryKind
from pasledger.ledger.money import ZERO, Money
from pasledger.rules.postings import SIDES
from pasledger.rules.records import (
    BankLine,
    BudgetDecision,
    Correction,
    Entitlement,
    Event,
    Fact,
    Hold,
    HoldCaptured,
    HoldRefunded,
    HoldReleased,
    MerchantReference,
    Part,
    Payout,
    PayoutCancelled,
    PayoutLine,
    Redemption,
    Refund,
    WrittenOff,
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
            self._learn(fact)
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

    def _learn(self, fact: Fact) -> None:
        """Add up what the records say by themselves, without a look at any posting."""
        if isinstance(fact, Entitlement):
            self.entitlements[fact.id] = fact
        elif isinstance(fact, BankLine):
            self.bank_lines += fact.amount.cents
            waiting = self.on_its_way if fact.amount > ZERO else self.owed
            waiting[fact.merchant] -= fact.amount.cents
        elif isinstance(fact, OfMerchant | Correction):
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


OfHold = Hold | HoldCaptured | HoldReleased | HoldRefunded
OfMerchant = Redemption | Refund | OfHold | Payout | PayoutCancelled | BankLine | WrittenOff
Recorded = BudgetDecision | Entitlement | OfMerchant

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
    Correction: -1,
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
    amount = record.change if isinstance(record, BudgetDecision) else record.amount
    expected = sign * amount.cents
    found = sum(
        change.cents
        for account, change in moved.items()
        if account.kind is kind and account.code.startswith(_account_of(record, kind))
    )
    if found != expected:
        yield Finding("record", entry.id, f"the record says {Money(expected)}, the transfers {Money(found)}")


def _account_of(record: Recorded, kind: AccountKind) -> str:
    """Return how the code of the account starts that a record moves."""
    match record:
        case BudgetDecision():
            return f"{kind}/{record.scheme}/{record.year}"
        case Entitlement():
            return f"{kind}/{record.id}"
        case _ if kind is AccountKind.HELD:
            return f"{kind}/"
        case _:
            return f"{kind}/{record.merchant}/"


OfParts = Redemption | Refund | OfHold


def check_parts(entry: Entry, facts: tuple[Fact, ...], moved: Moved, replay: Replay) -> Iterator[Finding]:
    """What is spent or held is taken from, and what goes back is given to, exactly what the parts name; ended: lapses.

    What is captured comes from no entitlement any more. Its parts are held by their schemes.
    """
    record = next((fact for fact in facts if isinstance(fact, OfParts)), None)
    if record is None:
        return
    expected: dict[Account, int] = defaultdict(int)
    for part in record.parts:
        account, sign = _part_of(record, part, entry.stamp.effective_on, replay)
        expected[account] += sign * part.amount.cents
    found = {
        account: change.cents for account, change in moved.items() if account.kind in _KINDS_OF_PARTS[type(record)]
    }
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
    HoldCaptured: _BY_ENTITLEMENT | {AccountKind.HELD},
}
"""Which kinds of account the parts of a record say all about."""


def _part_of(record: OfParts, part: Part, day: date, replay: Replay) -> tuple[Account, int]:
    """Return the account that a part of a record moves, and whether up or down."""
    if isinstance(record, HoldCaptured):
        return accounts.held(part.scheme), -1
    if isinstance(record, Redemption | Hold):
        return accounts.entitlement(part.entitlement, part.scheme), -1
    entitlement = replay.entitlements.get(part.entitlement)
    if entitlement is not None and day < entitlement.valid.ends_before:
        return accounts.entitlement(part.entitlement, part.scheme), 1
    return accounts.lapsed(part.scheme, day.year), 1


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
                fault = _untimely(entry, entitlement, is_credit=account is transfer.credit)
            if fault is not None:
                yield Finding("entitlement", entry.id, f"{account.code} {fault}")


def _untimely(entry: Entry, entitlement: Entitlement, *, is_credit: bool) -> str | None:
    day = entry.stamp.effective_on
    has_ended = day >= entitlement.valid.ends_before
    if entry.kind in _SPENDING and day not in entitlement.valid:
        return f"was not valid on {day}"
    if entry.kind is EntryKind.LAPSED and not has_ended:
        return f"had not ended on {day}"
    if is_credit and has_ended and entry.kind is not EntryKind.EXTENDED:
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
