"""Offers of merchants: used with a card, alone or with a payment; listed for a merchant, and for everybody."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from merchant_api.answers import Answer
from merchant_api.auth import SignedIn
from merchant_api.booking import booked_by_card
from merchant_api.openapi import problems
from merchant_api.requests import IdempotencyKey, sent_as_json
from merchant_api.schemas.offers import NewOfferUse, Offers, OfferUse, OwnOffer, PublicMerchants, PublicOffers
from pasledger.ledger.ids import MerchantId, OfferId
from pasledger.rules.card_entry import CardEntry
from pasledger.rules.deciding import KeyedRequest
from pasledger.rules.records import Terminal
from pasledger.store import Store
from pasledger.store.offers import KnownOffer
from pasledger.usecases import spending
from pasledger.usecases.guiding import guide_of
from pasledger.usecases.minting import today

router = APIRouter(tags=["offers"])


@router.post(
    "/offer-uses",
    status_code=201,
    operation_id="createOfferUse",
    summary="Use an offer, and pay in the same gesture",
    dependencies=[Depends(sent_as_json)],
    responses=problems(
        Answer.INVALID,
        Answer.UNAUTHORIZED,
        Answer.REFUSED,
        Answer.NOT_FOUND,
        Answer.KEY_REUSED,
        Answer.TOO_LARGE,
        Answer.WRONG_TYPE,
        Answer.TOO_MANY,
    ),
)
async def use(request: Request, terminal: SignedIn, key: IdempotencyKey, body: NewOfferUse) -> OfferUse:
    """Use one of the merchant's own offers with a card; with an amount, pay it too: both, or neither."""
    amount = None if body.amount is None else body.amount.money

    def asked(card: CardEntry) -> KeyedRequest:
        return spending.offer_use(
            merchant=terminal.merchant,
            terminal=terminal.id,
            branch=terminal.label,
            card=card.card,
            pin=card.pin,
            offer=OfferId(body.offer),
            amount=amount,
            key=key,
            reference=body.reference,
        )

    attempt = await booked_by_card(request, body.card, terminal.merchant, key, asked)
    return OfferUse.of(attempt, body)


@router.get(
    "/offers",
    operation_id="listOffers",
    summary="List the merchant's own offers",
    responses=problems(Answer.UNAUTHORIZED, Answer.TOO_MANY),
)
async def own(request: Request, terminal: SignedIn) -> Offers:
    """Return the merchant's own offers, the oldest first, with how often each was used."""
    found = await run_in_threadpool(_of, request.app.state.store, terminal.merchant)
    return Offers(items=[_own(known, terminal) for known in found])


_Place = Annotated[
    str | None,
    Query(pattern=r"^[^\x00-\x1f]+$", max_length=200, description="in this village", examples=["Biddinghuizen"]),
]
_Category = Annotated[
    str | None, Query(pattern=r"^[a-z][a-z0-9-]{1,39}$", description="of this kind", examples=["sport"])
]


@router.get(
    "/public/offers",
    operation_id="listPublicOffers",
    summary="List what everybody can use today",
    responses=problems(Answer.INVALID),
)
async def public_offers(
    request: Request, response: Response, place: _Place = None, category: _Category = None
) -> PublicOffers:
    """Return every offer that runs today, by the name of its merchant. It takes no credential."""
    guide = await run_in_threadpool(guide_of, request.app.state.store, on=today())
    response.headers["Access-Control-Allow-Origin"] = "*"
    return PublicOffers.of(guide.offers_in(place, category))


@router.get(
    "/public/merchants",
    operation_id="listPublicMerchants",
    summary="List where the card is accepted",
    responses=problems(Answer.INVALID),
)
async def public_merchants(
    request: Request, response: Response, place: _Place = None, category: _Category = None
) -> PublicMerchants:
    """Return every merchant that accepts the card today, by name. It takes no credential."""
    guide = await run_in_threadpool(guide_of, request.app.state.store, on=today())
    response.headers["Access-Control-Allow-Origin"] = "*"
    return PublicMerchants.of(guide.merchants_in(place, category))


def _own(known: KnownOffer, terminal: Terminal) -> OwnOffer:
    return OwnOffer.known(known, on=today(), at=terminal.label)


def _of(store: Store, merchant: MerchantId) -> list[KnownOffer]:
    with store.read() as reader:
        return reader.offers.of(merchant)
