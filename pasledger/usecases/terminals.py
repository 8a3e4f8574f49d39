"""What happens to a terminal after it was added."""

from pasledger.ledger.ids import TerminalId
from pasledger.ledger.journal import Stamp
from pasledger.rules.registration import RevocationRequest
from pasledger.store import Store
from pasledger.usecases.booking import book_all


def revoke(store: Store, terminal: TerminalId, stamp: Stamp) -> None:
    """Accept the credential of a terminal no more. Raises `NothingBooked`."""
    book_all(store, [RevocationRequest(terminal)], stamp)
