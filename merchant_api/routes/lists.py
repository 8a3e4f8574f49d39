"""What a merchant booked, page by page, the newest first."""

from collections.abc import Callable
from typing import Annotated, Protocol, TypeVar

from fastapi import APIRouter, Depends, Query, Request
from fastapi.concurrency import run_in_threadpool

from merchant_api.answers import Answer
from merchant_api.auth import SignedIn
from merchant_api.errors import Problem
from merchant_api.openapi import problems
from merchant_api.schemas.common import Day
from merchant_api.schemas.lists import Holds, ListedHold, ListedRedemption, ListedRefund, Redemptions, Refunds
from pasledger.rules.references import LONGEST, PATTERN
from pasledger.store import Reader, Store
from pasledger.store.selling import Page, UnknownPlace, Wanted

router = APIRouter(tags=["lists"])

_MOST = 200

LISTED = problems(Answer.INVALID, Answer.UNAUTHORIZED, Answer.NOT_FOUND, Answer.TOO_MANY)

Since = Annotated[Day | None, Query(alias="from", description="from this day on", examples=["2026-11-01"])]
Until = Annotated[Day | None, Query(description="up to this day, and without it", examples=["2026-12-01"])]
Limit = Annotated[int, Query(ge=1, le=_MOST, description="how many at most", examples=[50])]


class _Named(Protocol):
    @property
    def id(self) -> str:
        """What the next page goes on after."""


Item = TypeVar("Item", bound=_Named)


def _wanted(
    terminal: SignedIn,
    since: Since = None,
    until: Until = None,
    reference: Annotated[
        str | None,
        Query(pattern=f"^{PATTERN}$", max_length=LONGEST, description="exactly this reference", examples=["Lid 17"]),
    ] = None,
    at: Annotated[
        str | None,
        Query(
            alias="terminal",
            pattern=r"^[^\x00-\x1f]+$",
            max_length=200,
            description="at this terminal",
            examples=["kassa 1"],
        ),
    ] = None,
    after: Annotated[
        str | None,
        Query(
            pattern=r"^(red|rfd|hol)_[0-9a-f]{32}$",
            description="go on after this one: `next` of the page before",
            examples=["red_3f0c9f6e4f6b4d0b8d5e0c6f3a2b1c0d"],
        ),
    ] = None,
    limit: Limit = 50,
) -> Wanted:
    """Return what is asked for."""
    return Wanted(terminal.merchant, since, until, reference, at, after, limit)


Asked = Annotated[Wanted, Depends(_wanted)]


@router.get("/redemptions", operation_id="listRedemptions", summary="List payments", responses=LISTED)
async def redemptions(request: Request, wanted: Asked) -> Redemptions:
    """Return the merchant's own redemptions, the newest first."""
    page = await page_of(request, lambda reader: reader.selling.redemptions(wanted))
    return Redemptions(items=[ListedRedemption.of(one) for one in page.items], next=next_after(page))


@router.get("/refunds", operation_id="listRefunds", summary="List refunds", responses=LISTED)
async def refunds(request: Request, wanted: Asked) -> Refunds:
    """Return what the merchant gave back, the newest first."""
    page = await page_of(request, lambda reader: reader.selling.refunds(wanted))
    return Refunds(items=[ListedRefund.of(one) for one in page.items], next=next_after(page))


@router.get("/holds", operation_id="listHolds", summary="List holds", responses=LISTED)
async def holds(request: Request, wanted: Asked) -> Holds:
    """Return the merchant's own holds, the newest first, with what is left of each."""
    page = await page_of(request, lambda reader: reader.selling.holds(wanted))
    return Holds(items=[ListedHold.of(one) for one in page.items], next=next_after(page))


async def page_of(request: Request, ask: Callable[[Reader], Page[Item]]) -> Page[Item]:
    """Return what is asked for, or say that there is no such place."""

    def read(store: Store) -> Page[Item]:
        with store.read() as reader:
            return ask(reader)

    try:
        return await run_in_threadpool(read, request.app.state.store)
    except UnknownPlace:
        raise Problem(Answer.NOT_FOUND) from None


def next_after(page: Page[Item]) -> str | None:
    """Return after which one the next page goes on."""
    return page.items[-1].id if page.has_more else None
