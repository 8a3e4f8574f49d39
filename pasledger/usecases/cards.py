"""What happens to a card after it was issued."""

from pasledger.ledger.ids import HolderId
from pasledger.ledger.journal import Stamp
from pasledger.rules.cards import CardNumber, CardState
from pasledger.rules.registration import CardRequest
from pasledger.store import Store
from pasledger.usecases.booking import book_all
from pasledger.usecases.registering import Carrier, new_card


def activate(store: Store, number: CardNumber, stamp: Stamp) -> None:
    """Make an issued or blocked card active. Raises `NothingBooked`."""
    book_all(store, [CardRequest(number, CardState.ACTIVE)], stamp)


def block(store: Store, number: CardNumber, stamp: Stamp) -> None:
    """Block a card at once. Raises `NothingBooked`."""
    book_all(store, [CardRequest(number, CardState.BLOCKED)], stamp)


def replace(store: Store, number: CardNumber, stamp: Stamp) -> Carrier:
    """Put an active card in the place of one that was lost, and return what to print. Raises `NothingBooked`.

    The number and the token of the old card stop working; holder, money and history stay.
    """
    carrier = new_card(HolderId(""), CardState.ACTIVE)
    book_all(store, [CardRequest(number, CardState.REPLACED, carrier.card)], stamp)
    return carrier
