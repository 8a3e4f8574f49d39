"""What happens to a terminal after it was added."""

from datetime import date, timedelta

from pasledger.ledger.ids import TerminalId
from pasledger.ledger.journal import Stamp
from pasledger.rules.credentials import RenewalRequest
from pasledger.rules.records import Credential
from pasledger.rules.registration import RevocationRequest
from pasledger.store import Store
from pasledger.usecases.booking import book_all
from pasledger.usecases.minting import new_credential
from pasledger.usecases.registering import credential_hash

DAYS_OF_OVERLAP = 7
"""How long an old credential is accepted beside a new one, where nothing else is said."""


def renew(store: Store, terminal: TerminalId, *, last_day: date, stamp: Stamp) -> tuple[str, Credential]:
    """Give a terminal another credential, and return it. Raises `NothingBooked`.

    Those before it are good until the end of `last_day`. The secret exists here and on paper: the books keep a hash.
    """
    secret, prefix = new_credential()
    credential = Credential(terminal, 0, prefix, credential_hash(secret), last_day + timedelta(days=1))
    book_all(store, [RenewalRequest(credential)], stamp)
    return secret, credential


def revoke(store: Store, terminal: TerminalId, stamp: Stamp) -> None:
    """Accept the credential of a terminal no more. Raises `NothingBooked`."""
    book_all(store, [RevocationRequest(terminal)], stamp)
