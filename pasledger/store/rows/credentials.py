"""Rows of credentials."""

from pasledger.ledger.ids import TerminalId
from pasledger.ledger.journal import Stamp
from pasledger.rules.records import Credential, CredentialUsed
from pasledger.store.rows.values import moment, read_day
from pasledger.store.statements import Row


def credential_row(credential: Credential, stamp: Stamp) -> Row:
    """Write a later credential of a terminal."""
    return (
        credential.terminal,
        credential.sequence,
        credential.prefix,
        credential.hash,
        credential.others_end_before.isoformat(),
        moment(stamp.recorded_at),
        stamp.prepared_by,
    )


def read_credential(row: Row) -> Credential:
    """Read a later credential of a terminal."""
    terminal, sequence, prefix, hashed, others_end_before = row[:5]
    return Credential(TerminalId(terminal), sequence, prefix, hashed, read_day(others_end_before))


def credential_use_row(used: CredentialUsed) -> Row:
    """Write that a credential was used on a day."""
    return (used.hash, used.on.isoformat())
