"""What became of an attempt, for a till that lost its answer."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.concurrency import run_in_threadpool

from merchant_api.answers import Answer
from merchant_api.auth import SignedIn
from merchant_api.errors import Problem
from merchant_api.openapi import problems
from merchant_api.requests import KEY
from merchant_api.schemas.service import KeyOutcome
from pasledger.ledger.ids import CaptureId, HoldId, PaymentRequestId, RedemptionId, RefundId, ReleaseId, UseId
from pasledger.rules.attempts import key_of
from pasledger.rules.records import Attempt, ResultId
from pasledger.store import Store

router = APIRouter(tags=["idempotency keys"])


@router.get(
    "/idempotency-keys/{key}",
    operation_id="getKeyOutcome",
    summary="Ask what became of an attempt",
    responses=problems(Answer.INVALID, Answer.UNAUTHORIZED, Answer.NOT_FOUND, Answer.TOO_MANY),
)
async def read_key(
    request: Request,
    terminal: SignedIn,
    key: Annotated[str, Path(pattern=f"^{KEY}$", examples=["8e03978e-40d5-43e8-bc93-6894a57f9324"])],
) -> KeyOutcome:
    """Return whether the attempt with this key was accepted or refused; not found means that nothing was booked."""
    attempt = await run_in_threadpool(_find, request.app.state.store, key_of(terminal.merchant, key))
    if attempt is None:
        raise Problem(Answer.NOT_FOUND)
    return KeyOutcome(
        key=key,
        outcome="accepted" if attempt.refusal is None else "refused",
        **{_KINDS[type(attempt.result)]: attempt.result} if attempt.result else {},
    )


_KINDS: dict[type[ResultId], str] = {
    RedemptionId: "redemption",
    RefundId: "refund",
    HoldId: "hold",
    CaptureId: "capture",
    ReleaseId: "release",
    UseId: "offer_use",
    PaymentRequestId: "payment_request",
}
"""Under which name an outcome tells what it led to."""


def _find(store: Store, key: str) -> Attempt | None:
    with store.read() as reader:
        return reader.attempt(key)
