"""Offers: proposed by a merchant or for it, approved by the municipality, stopped by either, forgotten when over."""

from datetime import date

from pasledger.ledger.ids import OfferId, PersonId
from pasledger.ledger.journal import Stamp
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.rules.offers import OfferApprovalRequest, OfferForgettingRequest, OfferRequest, OfferStopRequest
from pasledger.rules.records import Offer
from pasledger.store import Store
from pasledger.store.offers import KnownOffer
from pasledger.usecases.booking import book_all
from pasledger.usecases.keys import require_key


def propose(store: Store, offer: Offer, stamp: Stamp, by: PersonId | None = None) -> None:
    """Propose an offer. Raises `NothingBooked`; and `BooksUnusable` for books without a key, which keeps uses apart."""
    require_key(store)
    book_all(store, [OfferRequest(offer, by)], stamp)


def approve(store: Store, offer: OfferId, stamp: Stamp) -> None:
    """Let an offer run that somebody else proposed. Raises `NothingBooked`."""
    book_all(store, [OfferApprovalRequest(offer)], stamp)


def stop(store: Store, offer: OfferId, stamp: Stamp) -> None:
    """Let an offer be used no more. Raises `NothingBooked`."""
    book_all(store, [OfferStopRequest(offer)], stamp)


def known_offer(store: Store, offer: OfferId) -> KnownOffer:
    """Return an offer as it stands now. Raises `Refused`."""
    with store.read() as reader:
        found = reader.offers.one(offer)
    if found is None:
        raise Refused(Refusal.OFFER_UNKNOWN)
    return found


def to_forget(store: Store, *, on: date) -> list[OfferForgettingRequest]:
    """Return the requests to let the marks go of each offer that is over."""
    with store.read() as reader:
        return [OfferForgettingRequest(offer) for offer in reader.offers.to_forget(on)]
