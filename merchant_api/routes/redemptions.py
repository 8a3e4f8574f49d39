"""Redemptions and their refunds."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.concurrency import run_in_threadpool

from merchant_api.answers import Answer
from merchant_api.auth import SignedIn
from merchant_api.booking import booked, booked_by_card
from merchant_api.errors import Problem
from merchant_api.openapi import Responses, problems
from merchant_api.requests import IdempotencyKey, sent_as_json
from merchant_api.schemas.redemptions import NewRedemption, NewRefund, Redemption, RedemptionWithRefunds, Refund
from pasledger.ledger.ids import RedemptionId
from pasledger.rules.card_entry import CardEntry
from pasledger.rules.deciding import KeyedRequest
from pasledger.store import Store
from pasledger.store.reading import Recorded
from pasledger.usecases import spending

router = APIRouter(tags=["redemptions"])

RedemptionPath = Annotated[
    str, Path(alias="id", pattern=r"^red_[0-9a-f]{32}$", examples=["red_3f0c9f6e4f6b4d0b8d5e0c6f3a2b1c0d"])
]
_CREATED: Responses = {
    201: {"headers": {"Location": {"description": "Where the redemption can be read", "schema": {"type": "string"}}}}
}


@router.post(
    "/redemptions",
    status_code=201,
    operation_id="createRedemption",
    summary="Take a payment",
    dependencies=[Depends(sent_as_json)],
    responses=_CREATED
    | problems(
        Answer.INVALID,
        Answer.UNAUTHORIZED,
        Answer.REFUSED,
        Answer.KEY_REUSED,
        Answer.TOO_LARGE,
        Answer.WRONG_TYPE,
        Answer.TOO_MANY,
    ),
)
async def redeem(
    request: Request, response: Response, terminal: SignedIn, key: IdempotencyKey, body: NewRedemption
) -> Redemption:
    """Pay an amount with a card, whole or not at all."""
    amount = body.amount.money

    def asked(card: CardEntry) -> KeyedRequest:
        return spending.redemption(
            merchant=terminal.merchant,
            terminal=terminal.id,
            card=card.card,
            pin=card.pin,
            amount=amount,
            key=key,
            reference=body.reference,
        )

    attempt = await booked_by_card(request, body.card, terminal.merchant, key, asked)
    response.headers["Location"] = f"/v1/redemptions/{attempt.result}"
    return Redemption.of(attempt, amount, reference=body.reference)


@router.get(
    "/redemptions/{id}",
    operation_id="getRedemption",
    summary="Read a payment",
    responses=problems(Answer.INVALID, Answer.UNAUTHORIZED, Answer.NOT_FOUND, Answer.TOO_MANY),
)
async def read_redemption(request: Request, terminal: SignedIn, redemption: RedemptionPath) -> RedemptionWithRefunds:
    """Return one of the merchant's own redemptions, with what was given back of it."""
    recorded = await run_in_threadpool(_find, request.app.state.store, RedemptionId(redemption))
    if recorded is None or recorded.redemption.merchant != terminal.merchant:
        raise Problem(Answer.NOT_FOUND)
    return RedemptionWithRefunds.recorded(recorded)


@router.post(
    "/redemptions/{id}/refunds",
    status_code=201,
    operation_id="createRefund",
    summary="Give back",
    dependencies=[Depends(sent_as_json)],
    responses=problems(
        Answer.INVALID,
        Answer.UNAUTHORIZED,
        Answer.NOT_FOUND,
        Answer.REFUND_TOO_LARGE,
        Answer.KEY_REUSED,
        Answer.TOO_LARGE,
        Answer.WRONG_TYPE,
        Answer.TOO_MANY,
    ),
)
async def refund(
    request: Request, terminal: SignedIn, key: IdempotencyKey, redemption: RedemptionPath, body: NewRefund
) -> Refund:
    """Give back an amount of one of the merchant's own redemptions, to where it came from."""
    amount = body.amount.money
    asked = spending.refund(
        merchant=terminal.merchant,
        terminal=terminal.id,
        redemption=RedemptionId(redemption),
        amount=amount,
        key=key,
        reference=body.reference,
    )
    return Refund.of(await booked(request, asked), amount, reference=body.reference)


def _find(store: Store, redemption: RedemptionId) -> Recorded | None:
    with store.read() as reader:
        return reader.redemption(redemption)
