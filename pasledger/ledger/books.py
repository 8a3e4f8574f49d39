"""The books: what every account stands at, folded from entries and from nothing else."""

from collections.abc import Iterable

from pasledger.ledger.accounts import Account
from pasledger.ledger.journal import Entry, Transfer
from pasledger.ledger.money import ZERO, Money


class Books:
    """Balances by account, each on its normal side, in whole cents.

    Begins empty and is kept by `post`; a store that loads a part of the books carries its balances forward first.
    """

    def __init__(self) -> None:
        self._balances: dict[Account, Money] = {}
        self._carried_forward: set[Account] = set()

    def balance(self, account: Account) -> Money:
        """Return what `account` stands at; zero where nothing was ever booked."""
        return self._balances.get(account, ZERO)

    def carry_forward(self, account: Account, balance: Money) -> None:
        """Begin with what `account` stood at before the entries that are posted here."""
        self._balances[account] = balance
        self._carried_forward.add(account)

    def forget(self, account: Account) -> None:
        """Know nothing of `account` any more."""
        self._balances.pop(account, None)
        self._carried_forward.discard(account)

    def is_new(self, account: Account) -> bool:
        """Return whether `account` was opened by an entry that was posted here."""
        return account not in self._carried_forward

    def knows(self, account: Account) -> bool:
        """Return whether `account` was ever opened."""
        return account in self._balances

    def accounts(self) -> tuple[Account, ...]:
        """Return every account, in the order of their codes."""
        return tuple(sorted(self._balances))

    def post(self, entry: Entry) -> None:
        """Add one entry to the balances.

        Raises `ValueError`, and changes nothing, where an account with a floor would fall below zero: a decision
        refuses such a thing before, so that one which did not is a fault in the rules.
        """
        moved = movements(entry.transfers)
        after = {account: self.balance(account) + change for account, change in moved.items()}
        for account, balance in after.items():
            if account.kind.is_floored and balance < ZERO:
                raise ValueError(f"{account.code} would fall below zero")
        self._balances.update(after)


def movements(transfers: Iterable[Transfer]) -> dict[Account, Money]:
    """Return by how much `transfers` change each account that they touch, each on its normal side."""
    cents: dict[Account, int] = {}
    for transfer in transfers:
        debit, credit, amount = transfer.debit, transfer.credit, transfer.amount.cents
        cents[debit] = cents.get(debit, 0) + (amount if debit.kind.is_debit_normal else -amount)
        cents[credit] = cents.get(credit, 0) + (-amount if credit.kind.is_debit_normal else amount)
    return {account: Money(change) for account, change in cents.items()}


def fold(entries: Iterable[Entry]) -> Books:
    """Return the books that `entries` add up to."""
    books = Books()
    for entry in entries:
        books.post(entry)
    return books
