"""Where the administrator of a merchant proposes offers, sees how often each was used, and stops them."""

from dataclasses import replace
from datetime import date

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from merchant_api.errors import Problem
from merchant_api.till.guarding import guarded
from merchant_api.till.managing import booked, by_an_administrator, shown_again, ticked, typed
from pasledger.formats import cells
from pasledger.formats.faults import Misread
from pasledger.ledger.ids import MerchantId, OfferId
from pasledger.ledger.money import Money
from pasledger.ledger.periods import Period
from pasledger.ledger.refusals import Refusal
from pasledger.rules.offers import OfferRequest, OfferStopRequest
from pasledger.rules.records import MOST_PERCENT, Offer, OfferKind
from pasledger.store import KnownPerson
from pasledger.usecases.minting import opaque_id

_MOST_SIGNS = 120
_MOST = 1_000_000


def routes() -> list[Route]:
    """Return every address where offers are kept."""
    return [
        Route("/manage/offers", guarded(by_an_administrator(propose)), methods=["POST"]),
        Route("/manage/offers/{id}/stop", guarded(by_an_administrator(stop)), methods=["POST"]),
    ]


async def propose(request: Request, known: KnownPerson) -> Response:
    """Propose an offer, which the municipality has to approve."""
    said = await typed(request, "words_nl", "words_en", "kind", "value", "first_day", "last_day", "per_card", "stock")
    try:
        offer = replace(_read(known.person.merchant, *said), branches=await ticked(request, "branch"))
    except (Misread, ValueError):
        return await shown_again(request, known, "till.error.offer-unfit")
    try:
        await booked(request, OfferRequest(offer, by=known.person.id))
    except Problem as problem:
        if problem.figures.get("reason") not in (Refusal.OFFER_OVER, Refusal.BRANCH_UNKNOWN):
            raise
        return await shown_again(request, known, "till.error.offer-unfit")
    return RedirectResponse("/manage#offers", 303)


async def stop(request: Request, known: KnownPerson) -> Response:
    """Let one of the merchant's own offers be used no more."""
    await booked(request, OfferStopRequest(OfferId(request.path_params["id"]), by=known.person.id))
    return RedirectResponse("/manage#offers", 303)


def _read(
    merchant: MerchantId,
    words_nl: str,
    words_en: str,
    kind: str,
    value: str,
    first_day: str,
    last_day: str,
    per_card: str,
    stock: str,
) -> Offer:
    """Return the offer that a form says. Raises `Misread` or `ValueError`."""
    if not all(0 < len(words) <= _MOST_SIGNS and words.isprintable() for words in (words_nl, words_en)):
        raise ValueError("an offer is said in words")
    of = OfferKind(kind)
    percent, amount = _value(of, value)
    return Offer(
        opaque_id(OfferId),
        merchant,
        words_nl,
        words_en,
        of,
        percent,
        amount,
        _period(cells.day(first_day), cells.day(last_day)),
        _limit(per_card),
        _limit(stock),
    )


def _value(kind: OfferKind, value: str) -> tuple[int | None, Money | None]:
    if kind is OfferKind.TEXT:
        return None, None
    if kind is OfferKind.PERCENTAGE:
        return cells.number(1, MOST_PERCENT)(value), None
    return None, cells.amount(value)


def _period(first_day: date, last_day: date) -> Period:
    if last_day == date.max:
        raise ValueError("there is no day after it")
    return Period.through(first_day, last_day)


def _limit(text: str) -> int | None:
    return cells.number(1, _MOST)(text) if text else None
