"""Holds, and what becomes of them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.concurrency import run_in_threadpool

from merchant_api.answers import Answer
from merchant_api.auth import SignedIn
from merchant_api.booking import booked, booked_by_card
from merchant_api.errors import Problem
from merchant_api.openapi import Responses, problems
from merchant_api.requests import IdempotencyKey, sent_as_json
from merchant_api.schemas.holds import Capture, Hold, HoldWithUses, NewHold, Release, Share
from merchant_api.schemas.redemptions import NewRefund, Refund
from pasledger.ledger.ids import HoldId
from pasledger.rules.card_entry import CardEntry
from pasledger.rules.deciding import KeyedRequest
from pasledger.store import Store
from pasledger.store.holding import RecordedHold
from pasledger.usecases import spending

router = APIRouter(tags=["holds"])

HoldPath = Annotated[
    str, Path(alias="id", pattern=r"^hol_[0-9a-f]{32}$", examples=["hol_0d1c2b3a4f5e60718293a4b5c6d7e8f9"])
]
_CREATED: Responses = {
    201: {"headers": {"Location": {"description": "Where the hold can be read", "schema": {"type": "string"}}}}
}
_POSTED = (
    *(Answer.INVALID, Answer.UNAUTHORIZED, Answer.KEY_REUSED, Answer.TOO_LARGE, Answer.WRONG_TYPE),
    Answer.TOO_MANY,
)


@router.post(
    "/holds",
    status_code=201,
    operation_id="createHold",
    summary="Set aside",
    dependencies=[Depends(sent_as_json)],
    responses=_CREATED | problems(*_POSTED, Answer.REFUSED, Answer.HOLD_TERM),
)
async def hold(request: Request, response: Response, terminal: SignedIn, key: IdempotencyKey, body: NewHold) -> Hold:
    """Set an amount aside with a card, whole or not at all, to be taken by a day."""
    amount = body.amount.money

    def asked(card: CardEntry) -> KeyedRequest:
        return spending.hold(
            merchant=terminal.merchant,
            terminal=terminal.id,
            card=card.card,
            pin=card.pin,
            amount=amount,
            last_day=body.last_day,
            most_days=request.app.state.settings.most_days_held,
            key=key,
            reference=body.reference,
        )

    attempt = await booked_by_card(request, body.card, terminal.merchant, key, asked)
    response.headers["Location"] = f"/v1/holds/{attempt.result}"
    return Hold.of(attempt, amount, last_day=body.last_day, reference=body.reference)


@router.get(
    "/holds/{id}",
    operation_id="getHold",
    summary="Read a hold",
    responses=problems(Answer.INVALID, Answer.UNAUTHORIZED, Answer.NOT_FOUND, Answer.TOO_MANY),
)
async def read_hold(request: Request, terminal: SignedIn, named: HoldPath) -> HoldWithUses:
    """Return one of the merchant's own holds, with what became of it."""
    recorded = await run_in_threadpool(_find, request.app.state.store, HoldId(named))
    if recorded is None or recorded.hold.merchant != terminal.merchant:
        raise Problem(Answer.NOT_FOUND)
    return HoldWithUses.recorded(recorded)


@router.post(
    "/holds/{id}/captures",
    status_code=201,
    operation_id="createCapture",
    summary="Take what was set aside",
    dependencies=[Depends(sent_as_json)],
    responses=problems(*_POSTED, Answer.NOT_FOUND, Answer.HOLD_ENDED, Answer.HOLD_TOO_SMALL),
)
async def capture(request: Request, terminal: SignedIn, key: IdempotencyKey, named: HoldPath, body: Share) -> Capture:
    """Take an amount of one of the merchant's own holds. What is not taken stays held until its last day."""
    amount = body.amount.money
    asked = spending.capture(
        merchant=terminal.merchant, terminal=terminal.id, hold=HoldId(named), amount=amount, key=key
    )
    return Capture.of(await booked(request, asked), amount)


@router.post(
    "/holds/{id}/releases",
    status_code=201,
    operation_id="createRelease",
    summary="Let go",
    dependencies=[Depends(sent_as_json)],
    responses=problems(*_POSTED, Answer.NOT_FOUND, Answer.HOLD_TOO_SMALL),
)
async def release(request: Request, terminal: SignedIn, key: IdempotencyKey, named: HoldPath, body: Share) -> Release:
    """Let an amount of one of the merchant's own holds go back to where it came from."""
    amount = body.amount.money
    asked = spending.release(
        merchant=terminal.merchant, terminal=terminal.id, hold=HoldId(named), amount=amount, key=key
    )
    return Release.of(await booked(request, asked), amount)


@router.post(
    "/holds/{id}/refunds",
    status_code=201,
    operation_id="createHoldRefund",
    summary="Give back what was taken",
    dependencies=[Depends(sent_as_json)],
    responses=problems(*_POSTED, Answer.NOT_FOUND, Answer.REFUND_TOO_LARGE),
)
async def refund(request: Request, terminal: SignedIn, key: IdempotencyKey, named: HoldPath, body: NewRefund) -> Refund:
    """Give back an amount of what was taken of one of the merchant's own holds, to where it came from."""
    amount = body.amount.money
    asked = spending.hold_refund(
        merchant=terminal.merchant,
        terminal=terminal.id,
        hold=HoldId(named),
        amount=amount,
        key=key,
        reference=body.reference,
    )
    return Refund.of(await booked(request, asked), amount, reference=body.reference)


def _find(store: Store, hold: HoldId) -> RecordedHold | None:
    with store.read() as reader:
        return reader.holds.one(hold)
