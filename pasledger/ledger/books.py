"""The books: what every account stands at, folded from entries and from nothing else."""

from collections.abc import Iterable

from pasledger.ledger.accounts import Account
from pasledger.ledger.journal import Entry, Transfer
from pasledger.ledger.money import Money


class Books:
    """Balances by account, each on its normal side, in whole cents.

    Begins empty and is kept by `post`; a store that loads a part of the books carries its balances forward first.
    """

    def __init__(self) -> None:
        self._cents: dict[Account, int] = {}
        self._carried_forward: set[Account] = set()

    def balance(self, account: Account) -> Money:
        """Return what `account` stands at; zero where nothing was ever booked."""
        return Money(self._cents.get(account, 0))

    def carry_forward(self, account: Account, balance: Money) -> None:
        """Begin with what `account` stood at before the entries that are posted here."""
        self._cents[account] = balance.cents
        self._carried_forward.add(account)

    def is_new(self, account: Account) -> bool:
        """Return whether `account` was opened by an entry that was posted here."""
        return account not in self._carried_forward

    def knows(self, account: Account) -> bool:
        """Return whether `account` was ever opened."""
        return account in self._cents

    def accounts(self) -> tuple[Account, ...]:
        """Return every account, in the order of their codes."""
        return tuple(sorted(self._cents))

    def post(self, entry: Entry) -> None:
        """Add one entry to the balances.

        Raises `ValueError`, and changes nothing, where an account with a floor would fall below zero: a decision
        refuses such a thing before, so that one which did not is a fault in the rules.
        """
        after = {
            account: self._cents.get(account, 0) + cents for account, cents in cents_moved(entry.transfers).items()
        }
        for account, cents in after.items():
            if cents < 0 and account.kind.is_floored:
                raise ValueError(f"{account.code} would fall below zero")
        self._cents.update(after)


def movements(transfers: Iterable[Transfer]) -> dict[Account, Money]:
    """Return by how much `transfers` change each account that they touch, each on its normal side."""
    return {account: Money(cents) for account, cents in cents_moved(transfers).items()}


def cents_moved(transfers: Iterable[Transfer]) -> dict[Account, int]:
    """Return the same in whole cents."""
    moved: dict[Account, int] = {}
    for transfer in transfers:
        debit, credit, cents = transfer.debit, transfer.credit, transfer.amount.cents
        moved[debit] = moved.get(debit, 0) + (cents if debit.kind.is_debit_normal else -cents)
        moved[credit] = moved.get(credit, 0) + (-cents if credit.kind.is_debit_normal else cents)
    return moved


def fold(entries: Iterable[Entry]) -> Books:
    """Return the books that `entries` add up to."""
    books = Books()
    for entry in entries:
        books.post(entry)
    return books
