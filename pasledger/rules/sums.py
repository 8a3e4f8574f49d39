"""What a journal and the records beside it add up to: balances, what is held, owed, on its way and through the bank.

Sums of parts can be added, in any order. Memory grows with the accounts and the open holds, and not with the journal.
"""

from collections import defaultdict
from collections.abc import Iterable

from pasledger.ledger.accounts import Account, AccountKind
from pasledger.ledger.ids import EntitlementId, HoldId, MerchantId
from pasledger.ledger.journal import Entry, EntryKind
from pasledger.ledger.money import ZERO
from pasledger.rules.records import (
    BankLine,
    Correction,
    Fact,
    Hold,
    HoldCaptured,
    HoldRefunded,
    HoldReleased,
    Payout,
    PayoutCancelled,
    Redemption,
    Refund,
    WrittenOff,
)

OfHold = Hold | HoldCaptured | HoldReleased | HoldRefunded
Moved = dict[Account, int]
"""By how many cents each account is changed, on its normal side."""


class Sums:
    """What some entries come to, and what their records say by themselves, without a look at any posting."""

    def __init__(self) -> None:
        self.entries = 0
        self.transfers = 0
        self.balances: dict[Account, int] = defaultdict(int)
        self.owed: dict[MerchantId, int] = defaultdict(int)
        """What merchants are owed by the records: lines that are in no payout."""
        self.on_its_way: dict[MerchantId, int] = defaultdict(int)
        """What merchants wait for by the records: payouts that are not settled."""
        self.open_holds = 0
        self.held: dict[HoldId, dict[EntitlementId, int]] = {}
        """What is left of each hold that is open, by the entitlement that it was set aside from."""
        self.bank_lines = 0
        self.through_the_bank = 0

    def post(self, entry: Entry, moved: Moved) -> None:
        """Add an entry."""
        self.entries += 1
        self.transfers += len(entry.transfers)
        for account, cents in moved.items():
            self.balances[account] += cents
            if account.kind is AccountKind.TREASURY and entry.kind in _BANK_KINDS:
                self.through_the_bank -= cents

    def record(self, fact: Fact) -> None:
        """Add what a record says."""
        match fact:
            case Redemption() | Refund() | Hold() | HoldCaptured() | HoldReleased() | HoldRefunded():
                self._of_merchant(fact)
            case Payout() | PayoutCancelled() | WrittenOff():
                self._of_merchant(fact)
            case BankLine():
                self.bank_lines += fact.amount.cents
                for part in fact.parts:
                    waiting = self.on_its_way if part.amount > ZERO else self.owed
                    waiting[part.merchant] -= part.amount.cents
            case Correction() if fact.merchant is not None:
                self.owed[fact.merchant] -= fact.amount.cents
            case _:
                pass
        if isinstance(fact, Hold):
            self._add_to_hold(fact.id, ((part.entitlement, part.amount.cents) for part in fact.parts))
        elif isinstance(fact, HoldCaptured | HoldReleased):
            self._add_to_hold(fact.hold, ((part.entitlement, -part.amount.cents) for part in fact.parts))

    def add(self, others: "Sums") -> None:
        """Add what other entries come to."""
        self.entries += others.entries
        self.transfers += others.transfers
        self.open_holds += others.open_holds
        self.bank_lines += others.bank_lines
        self.through_the_bank += others.through_the_bank
        for account, cents in others.balances.items():
            self.balances[account] += cents
        for merchant, cents in others.owed.items():
            self.owed[merchant] += cents
        for merchant, cents in others.on_its_way.items():
            self.on_its_way[merchant] += cents
        for hold, parts in others.held.items():
            self._add_to_hold(hold, parts.items())

    def _of_merchant(self, fact: "_OfMerchant") -> None:
        kind, cents = type(fact), fact.amount.cents
        if kind in _OWED:
            self.owed[fact.merchant] += _OWED[kind] * cents
        if kind in _ON_ITS_WAY:
            self.on_its_way[fact.merchant] += _ON_ITS_WAY[kind] * cents
        if kind in _OPEN_HOLDS:
            self.open_holds += _OPEN_HOLDS[kind] * cents

    def _add_to_hold(self, hold: HoldId, parts: Iterable[tuple[EntitlementId, int]]) -> None:
        """Count what is left of a hold; one of which nothing is left is forgotten, so that memory stays bounded."""
        left = self.held.setdefault(hold, {})
        for entitlement, cents in parts:
            left[entitlement] = left.get(entitlement, 0) + cents
        if not any(left.values()):
            del self.held[hold]


_OfMerchant = Redemption | Refund | OfHold | Payout | PayoutCancelled | WrittenOff

# How each record changes what is held, what a merchant is owed, and what it waits for.
_OPEN_HOLDS: dict[type[_OfMerchant], int] = {Hold: 1, HoldCaptured: -1, HoldReleased: -1}
_OWED: dict[type[_OfMerchant], int] = {
    Redemption: 1,
    HoldCaptured: 1,
    PayoutCancelled: 1,
    WrittenOff: 1,
    Refund: -1,
    HoldRefunded: -1,
    Payout: -1,
}
_ON_ITS_WAY: dict[type[_OfMerchant], int] = {Payout: 1, PayoutCancelled: -1}

_BANK_KINDS = frozenset({EntryKind.PAID, EntryKind.RETURNED})
