"""What merchants are owed, line by line: the transfers on a payable that are in no payout yet."""

from dataclasses import dataclass
from datetime import date

from pasledger.ledger.accounts import AccountKind
from pasledger.ledger.ids import EntryId, MerchantId
from pasledger.ledger.journal import Entry, EntryKind
from pasledger.ledger.money import Money


@dataclass(frozen=True, slots=True)
class OpenLine:
    """One such transfer, by what it changed what the merchant is owed."""

    entry: EntryId
    position: int
    scheme: str
    amount: Money
    effective_on: date


def open_lines_of(entry: Entry) -> list[tuple[MerchantId, OpenLine]]:
    """Return the lines that an entry adds to what merchants are owed; one that puts them in a payout adds none."""
    if entry.kind is EntryKind.PUT_IN_PAYOUT:
        return []
    found: list[tuple[MerchantId, OpenLine]] = []
    for position, transfer in enumerate(entry.transfers):
        for account, amount in ((transfer.credit, transfer.amount), (transfer.debit, -transfer.amount)):
            if account.kind is AccountKind.PAYABLE:
                merchant = MerchantId(account.code.split("/")[1])
                line = OpenLine(entry.id, position, account.scheme, amount, entry.stamp.effective_on)
                found.append((merchant, line))
    return found
