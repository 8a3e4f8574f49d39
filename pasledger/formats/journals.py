"""The journal as plain text, for hledger and for Beancount: each entry with its transfers, each account by a name.

Debits count up and credits down, as both programs have it. Amounts are euros with two decimals. No holder is in it: an
entitlement is an account with an id of its own.
"""

from collections.abc import Iterable, Iterator

from pasledger.ledger.accounts import Account
from pasledger.ledger.journal import Entry

_ASSETS, _LIABILITIES = "Assets", "Liabilities"


def account_name(account: Account) -> str:
    """Return the name of an account, which no other has: each part of its code with a capital, below its side.

    >>> account_name(Account("budget/sport/2026", AccountKind.BUDGET, "sport"))
    'Liabilities:Budget:Sport:2026'
    """
    top = _ASSETS if account.kind.is_debit_normal else _LIABILITIES
    return ":".join((top, *map(_part, account.code.split("/"))))


def hledger(municipality: str, entries: Iterable[Entry]) -> Iterator[str]:
    """Yield the lines of a journal for hledger."""
    yield f"; {_one_line(municipality)}\n"
    for entry in entries:
        yield f"\n{entry.stamp.effective_on.isoformat()} * ({entry.id}) {entry.kind.value}\n"
        yield from _postings(entry)


def beancount(municipality: str, accounts: Iterable[Account], entries: Iterable[Entry]) -> Iterator[str]:
    """Yield the lines of a ledger for Beancount, in which every account is opened first."""
    yield f'option "title" "{_quoted(municipality)}"\n'
    yield 'option "operating_currency" "EUR"\n\n'
    for account in accounts:
        yield f"0001-01-01 open {account_name(account)} EUR\n"
    for entry in entries:
        yield f'\n{entry.stamp.effective_on.isoformat()} * "{entry.kind.value}" ^{entry.id}\n'
        yield from _postings(entry)


def _postings(entry: Entry) -> Iterator[str]:
    for transfer in entry.transfers:
        yield f"  {account_name(transfer.debit)}  {_euros(transfer.amount.cents)}\n"
        yield f"  {account_name(transfer.credit)}  {_euros(-transfer.amount.cents)}\n"


def _euros(cents: int) -> str:
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole}.{rest:02} EUR"


def _part(part: str) -> str:
    """Return a part of a code as Beancount allows one. Ids and schemes never stand at the same place of a code."""
    return part[:1].upper() + part[1:].replace("_", "-")


def _one_line(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _quoted(text: str) -> str:
    return _one_line(text).replace("\\", "\\\\").replace('"', '\\"')
