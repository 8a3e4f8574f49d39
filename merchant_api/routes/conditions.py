"""How the service is, for whoever watches over it."""

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool

from merchant_api.answers import Answer
from merchant_api.errors import Problem
from merchant_api.openapi import problems
from merchant_api.schemas.service import Condition
from pasledger.store import Store

router = APIRouter(tags=["condition"])


@router.get("/health", operation_id="getHealth", summary="Is the process up?", responses=problems())
async def health() -> Condition:
    """Answer as long as there is anybody to answer."""
    return Condition(status="up")


@router.get("/readiness", operation_id="getReadiness", summary="Can it take payments?", responses=problems())
async def readiness(request: Request) -> Condition:
    """Answer yes when the books can be read and there is a writer; otherwise 503."""
    await run_in_threadpool(_look, request.app.state.store)
    if not request.app.state.writer.is_alive:
        raise Problem(Answer.BUSY)
    return Condition(status="ready")


def _look(store: Store) -> None:
    with store.read() as reader:
        reader.municipality()
