"""Rows of the ledger."""

from functools import lru_cache

from pasledger.ledger.accounts import Account, AccountKind
from pasledger.ledger.ids import EntryId
from pasledger.ledger.journal import Entry, EntryKind, Stamp, Transfer
from pasledger.store.rows.values import moment, read_day, read_moment
from pasledger.store.statements import Row


def entry_row(entry: Entry) -> Row:
    """Write an entry."""
    stamp = entry.stamp
    return (
        entry.id,
        entry.kind.value,
        moment(stamp.recorded_at),
        stamp.effective_on.isoformat(),
        stamp.prepared_by,
        stamp.approved_by,
        len(entry.transfers),
        " ".join(entry.versions),
        entry.commitment,
    )


def read_entry(row: Row, transfers: tuple[Transfer, ...]) -> Entry:
    """Read an entry, whose transfers are read apart."""
    (entry_id, kind, recorded_at, effective_on, prepared_by, approved_by, _count, versions, commitment) = row
    return Entry(
        EntryId(entry_id),
        EntryKind(kind),
        Stamp(read_moment(recorded_at), read_day(effective_on), prepared_by, approved_by),
        transfers,
        tuple(versions.split()),
        commitment,
    )


def transfer_rows(entry: Entry) -> list[Row]:
    """Write the transfers of an entry."""
    return [
        (entry.id, position, transfer.debit.code, transfer.credit.code, transfer.amount.cents)
        for position, transfer in enumerate(entry.transfers)
    ]


@lru_cache(maxsize=4096)
def read_account(code: str, kind: str, scheme: str) -> Account:
    """Read an account."""
    return Account(code, AccountKind(kind), scheme)
