"""The movements of one account, with the balance after each."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from pasledger.ledger.accounts import Account
from pasledger.ledger.books import movements
from pasledger.ledger.ids import EntryId
from pasledger.ledger.journal import Entry, EntryKind
from pasledger.ledger.money import ZERO, Money


@dataclass(frozen=True, slots=True)
class Movement:
    """By how much an entry changed an account, on the account's normal side, and what it stood at after that."""

    entry: EntryId
    kind: EntryKind
    recorded_at: datetime
    effective_on: date
    change: Money
    balance: Money


def movements_of(account: Account, entries: Iterable[Entry], *, opening: Money = ZERO) -> Iterator[Movement]:
    """Yield the movements of `account`, in the order of `entries`, from what it stood at before them."""
    balance = opening
    for entry in entries:
        change = movements(entry.transfers).get(account)
        if change is not None:
            balance += change
            stamp = entry.stamp
            yield Movement(entry.id, entry.kind, stamp.recorded_at, stamp.effective_on, change, balance)
