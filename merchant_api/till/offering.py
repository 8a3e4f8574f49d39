"""Offers at the till: those that can be used there now, what is asked with one, and the receipt."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from merchant_api.till.forms import Payment
from merchant_api.till.pages import language_of, page
from merchant_api.till.people import SignedIn
from pasledger.ledger.ids import MerchantId
from pasledger.reports.suppression import FEWEST
from pasledger.rules.card_entry import CardEntry
from pasledger.rules.deciding import KeyedRequest
from pasledger.rules.offers import OfferState
from pasledger.rules.records import Attempt
from pasledger.store import Store
from pasledger.store.offers import KnownOffer
from pasledger.texts import say
from pasledger.usecases import spending
from pasledger.usecases.minting import today

_NETHERLANDS = ZoneInfo("Europe/Amsterdam")


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form of a payment again after a no."""

    amount: str = ""
    offer: str = ""
    reference: str = ""


NOTHING = Typed()


async def usable_at(request: Request, who: SignedIn) -> list[tuple[str, str]]:
    """Return the offers that can be used at a terminal now, each with its words."""
    language, day = language_of(request), today()
    return [
        (known.offer.id, known.offer.words(language))
        for known in await _offers_of(request, who.terminal.merchant)
        if known.is_usable(day, who.terminal.label)
    ]


async def running_of(request: Request, merchant: MerchantId) -> list[tuple[str, str]]:
    """Return the words of each offer that runs, and how often it was used."""
    language, day = language_of(request), today()
    return [
        (known.offer.words(language), uses_of(known, language))
        for known in await _offers_of(request, merchant)
        if known.state(day) is OfferState.RUNNING
    ]


def uses_of(known: KnownOffer, language: str) -> str:
    """Return in words how often an offer was used, unless that is small: of so few, somebody could be known."""
    if known.uses_told is None:
        return say("till.today.few-uses", language, fewest=FEWEST)
    return say("till.today.uses", language, number=known.uses_told)


def asked_with(payment: Payment, card: CardEntry, who: SignedIn) -> KeyedRequest:
    """Return what is asked with a card: a payment, the use of an offer, or both."""
    merchant, terminal = who.terminal.merchant, who.terminal.id
    if payment.offer is not None:
        return spending.offer_use(
            merchant=merchant,
            terminal=terminal,
            branch=who.terminal.label,
            person=who.person,
            card=card.card,
            pin=card.pin,
            offer=payment.offer,
            amount=payment.amount,
            key=payment.key,
            reference=payment.reference,
        )
    if payment.amount is None:
        raise TypeError("a payment without an offer has an amount")
    return spending.redemption(
        merchant=merchant,
        terminal=terminal,
        person=who.person,
        card=card.card,
        pin=card.pin,
        amount=payment.amount,
        key=payment.key,
        reference=payment.reference,
    )


async def receipt_of(request: Request, who: SignedIn, payment: Payment, attempt: Attempt) -> Response:
    """Show the receipt of an offer at once: what was paid can be read later too, and the rest of it is kept nowhere."""
    language = language_of(request)
    offers = await _offers_of(request, who.terminal.merchant)
    return page(
        request,
        "receipt.html",
        merchant=who.merchant,
        offer=next((known.offer.words(language) for known in offers if known.offer.id == payment.offer), ""),
        amount="" if payment.amount is None else str(payment.amount),
        reference=payment.reference or "",
        at=_moment(attempt.recorded_at),
        given_back="",
        redemption=attempt.result,
        may_undo=payment.amount is not None,
    )


async def _offers_of(request: Request, merchant: MerchantId) -> list[KnownOffer]:
    return await run_in_threadpool(_find, request.app.state.store, merchant)


def _find(store: Store, merchant: MerchantId) -> list[KnownOffer]:
    with store.read() as reader:
        return reader.offers.of(merchant)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(_NETHERLANDS):%d-%m-%Y %H:%M}"
