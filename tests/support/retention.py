"""A town of long ago: everything in it is over, and everybody's term too."""

from datetime import date

from pasledger.rules.cards import CardState
from pasledger.rules.deciding import Request
from pasledger.rules.persons import PersonEndRequest, PersonRequest
from pasledger.rules.records import ReferenceKind
from pasledger.rules.registration import CardRequest
from pasledger.store import Store
from pasledger.usecases.retention import unlink
from tests.support.asking import an_ask
from tests.support.books import A_SMALL_TOWN, granted
from tests.support.holds import a_capture, a_hold
from tests.support.town import TODAY, a_card, a_change, a_lapse, a_person, a_redemption, a_stamp, an_end

NEW_YEAR, MUCH_LATER = date(2027, 1, 2), date(2040, 1, 1)

LONG_AGO: tuple[Request, ...] = (
    *A_SMALL_TOWN,
    PersonRequest(a_person(), "hash of a start code"),
    PersonEndRequest(a_person().id),
    a_change(contact="the treasurer"),
    a_hold("4,00", number=1, reference="camp 7"),
    a_capture("4,00", number=1),
    a_redemption("6,00", number=1),
    an_ask("4,00", last_day=TODAY),
    an_end(),
    CardRequest(a_card().number, CardState.BLOCKED),
)
"""A holder with a card that was blocked, an award, a payment with a reference, a merchant and a person that stopped."""

LONG_AGO_KINDS = frozenset(ReferenceKind) - {ReferenceKind.AWARD_DRAFT, ReferenceKind.AWARD_ROW}
"""What of it can be unlinked in the end."""


def grown_old(store: Store) -> None:
    """Let lapse what is left, when the year is over."""
    granted(store, a_lapse(1, number=50), on=NEW_YEAR)


def unlinked(store: Store, *kinds: ReferenceKind, on: date = MUCH_LATER) -> dict[ReferenceKind, int]:
    """Unlink what is over of these kinds, or of all, and return what went of each kind of which anything did."""
    went = unlink(store, kinds or tuple(ReferenceKind), a_stamp(on))
    return {kind: number for kind, number in went.items() if number}
