"""Payment requests: asked, listed, withdrawn and reminded of by a merchant's own system."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from merchant_api.answers import Answer
from merchant_api.auth import SignedIn
from merchant_api.booking import booked
from merchant_api.errors import Problem
from merchant_api.links import base_of
from merchant_api.openapi import Responses, problems
from merchant_api.requests import IdempotencyKey, sent_as_json
from merchant_api.routes.lists import LISTED, Limit, Since, Until, next_after, page_of
from merchant_api.schemas.payment_requests import (
    MadePaymentRequest,
    NewPaymentRequest,
    PaymentRequest,
    PaymentRequests,
    PaymentRequestStep,
)
from pasledger.ledger.ids import PaymentRequestId
from pasledger.rules.payment_requests import Terms
from pasledger.rules.references import LONGEST, PATTERN
from pasledger.store import Store
from pasledger.store.asking import KnownPaymentRequest
from pasledger.store.selling import Wanted
from pasledger.usecases import payment_requests
from pasledger.usecases.minting import today

router = APIRouter(tags=["payment requests"])

_ID = "pre_1f2e3d4c5b6a79880716253443526170"
_PATTERN = r"^pre_[0-9a-f]{32}$"
RequestPath = Annotated[str, Path(alias="id", pattern=_PATTERN, examples=[_ID])]
_CREATED: Responses = {
    201: {"headers": {"Location": {"description": "Where the request can be read", "schema": {"type": "string"}}}}
}
_STEPPED = (
    *(Answer.INVALID, Answer.UNAUTHORIZED, Answer.NOT_FOUND, Answer.REQUEST_CLOSED, Answer.KEY_REUSED),
    Answer.TOO_MANY,
)


@router.post(
    "/payment-requests",
    status_code=201,
    operation_id="createPaymentRequest",
    summary="Ask for a payment",
    dependencies=[Depends(sent_as_json)],
    responses=_CREATED
    | problems(
        Answer.INVALID,
        Answer.UNAUTHORIZED,
        Answer.REQUEST_TERM,
        Answer.KEY_REUSED,
        Answer.TOO_LARGE,
        Answer.WRONG_TYPE,
        Answer.TOO_MANY,
    ),
)
async def create(
    request: Request, response: Response, terminal: SignedIn, key: IdempotencyKey, body: NewPaymentRequest
) -> MadePaymentRequest:
    """Ask an amount by a link that names nobody. Whoever has the link can pay it on Mijn pas, wholly or in part."""
    terms = Terms(terminal.merchant, body.words_nl, body.words_en or "", body.up_to, body.voluntary, body.last_day)
    asked = payment_requests.ask_one(terms, body.amount.money, body.reference, key=key, by=terminal.id)
    attempt = await booked(request, asked)
    response.headers["Location"] = f"/v1/payment-requests/{attempt.result}"
    return MadePaymentRequest.of(attempt, body, base=base_of(request))


def _wanted(
    terminal: SignedIn,
    since: Since = None,
    until: Until = None,
    reference: Annotated[
        str | None,
        Query(pattern=f"^{PATTERN}$", max_length=LONGEST, description="exactly this reference", examples=["7A-01"]),
    ] = None,
    after: Annotated[
        str | None,
        Query(pattern=_PATTERN, description="go on after this one: `next` of the page before", examples=[_ID]),
    ] = None,
    limit: Limit = 50,
) -> Wanted:
    """Return what is asked for."""
    return Wanted(terminal.merchant, since, until, reference, None, after, limit)


@router.get("/payment-requests", operation_id="listPaymentRequests", summary="List payment requests", responses=LISTED)
async def listed(request: Request, wanted: Annotated[Wanted, Depends(_wanted)]) -> PaymentRequests:
    """Return the merchant's own payment requests, the newest first: how much of each was paid, and never by whom."""
    page = await page_of(request, lambda reader: reader.payment_requests.page(wanted))
    base, day = base_of(request), today()
    return PaymentRequests(
        items=[PaymentRequest.known(one, on=day, base=base) for one in page.items], next=next_after(page)
    )


@router.get(
    "/payment-requests/{id}",
    operation_id="getPaymentRequest",
    summary="Read a payment request",
    responses=problems(Answer.INVALID, Answer.UNAUTHORIZED, Answer.NOT_FOUND, Answer.TOO_MANY),
)
async def read(request: Request, terminal: SignedIn, named: RequestPath) -> PaymentRequest:
    """Return one of the merchant's own payment requests."""
    found = await run_in_threadpool(_find, request.app.state.store, PaymentRequestId(named))
    if found is None or found.request.merchant != terminal.merchant:
        raise Problem(Answer.NOT_FOUND)
    return PaymentRequest.known(found, on=today(), base=base_of(request))


@router.post(
    "/payment-requests/{id}/withdrawals",
    status_code=201,
    operation_id="createPaymentRequestWithdrawal",
    summary="Withdraw a payment request",
    responses=problems(*_STEPPED),
)
async def withdraw(request: Request, terminal: SignedIn, key: IdempotencyKey, named: RequestPath) -> PaymentRequestStep:
    """Let one of the merchant's own payment requests be paid no more. What was paid stays paid."""
    wanted = [PaymentRequestId(named)]
    asked = payment_requests.withdrawal(wanted, terminal.merchant, key=key, by=terminal.id)
    return PaymentRequestStep.of(await booked(request, asked))


@router.post(
    "/payment-requests/{id}/reminders",
    status_code=201,
    operation_id="createPaymentRequestReminder",
    summary="Count a reminder",
    responses=problems(*_STEPPED, Answer.REMINDER_TOO_SOON),
)
async def remind(request: Request, terminal: SignedIn, key: IdempotencyKey, named: RequestPath) -> PaymentRequestStep:
    """Count a reminder, which the merchant sends itself: two at most, with seven days between."""
    asked = payment_requests.reminder([PaymentRequestId(named)], terminal.merchant, key=key, by=terminal.id)
    return PaymentRequestStep.of(await booked(request, asked))


def _find(store: Store, named: PaymentRequestId) -> KnownPaymentRequest | None:
    with store.read() as reader:
        return reader.payment_requests.one(named)
