"""Payouts: what went to the merchant's bank account, and the lines behind each."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from merchant_api.answers import Answer
from merchant_api.auth import SignedIn
from merchant_api.errors import Problem
from merchant_api.forms import CSV, HTML, OTHERWISE, wanted_form
from merchant_api.openapi import problems
from merchant_api.routes.lists import LISTED, Limit, Since, Until, next_after, page_of
from merchant_api.schemas.payouts import ListedPayout, Payout, Payouts
from pasledger.formats.specification import STYLE, as_csv, as_html
from pasledger.ledger.ids import MerchantId, PayoutId
from pasledger.pages.making import policy_of
from pasledger.store import Store
from pasledger.store.selling import Wanted
from pasledger.texts import Surface, spoken
from pasledger.usecases import paying

router = APIRouter(tags=["payouts"])

_ID = r"^pay_[0-9a-f]{32}$"
_EXAMPLE = "pay_5d4c3b2a190817161514131211100f0e"


def _wanted(
    terminal: SignedIn,
    since: Since = None,
    until: Until = None,
    after: Annotated[
        str | None,
        Query(pattern=_ID, description="go on after this one: `next` of the page before", examples=[_EXAMPLE]),
    ] = None,
    limit: Limit = 50,
) -> Wanted:
    """Return what is asked for; the days are those of paying."""
    return Wanted(terminal.merchant, since, until, after=after, most=limit)


@router.get("/payouts", operation_id="listPayouts", summary="List payouts", responses=LISTED)
async def payouts(request: Request, wanted: Annotated[Wanted, Depends(_wanted)]) -> Payouts:
    """Return what went to the merchant's bank account, the newest first, by the days of paying."""
    page = await page_of(request, lambda reader: reader.payouts.sent(wanted))
    return Payouts(items=[ListedPayout.of(one) for one in page.items], next=next_after(page))


@router.get(
    "/payouts/{id}",
    operation_id="getPayout",
    summary="Read a payout with its lines",
    response_model=Payout,
    responses=OTHERWISE | problems(Answer.INVALID, Answer.UNAUTHORIZED, Answer.NOT_FOUND, Answer.TOO_MANY),
)
async def read_payout(
    request: Request, terminal: SignedIn, named: Annotated[str, Path(alias="id", pattern=_ID, examples=[_EXAMPLE])]
) -> Response:
    """Return one of the merchant's own payouts, with every payment, capture and refund behind it."""
    language = spoken(request.headers.get("accept-language", ""), Surface.MERCHANTS)
    form = wanted_form(request.headers.get("accept", ""))
    store: Store = request.app.state.store
    response = await run_in_threadpool(_written, store, terminal.merchant, PayoutId(named), form, language)
    if response is None:
        raise Problem(Answer.NOT_FOUND)
    response.headers["Vary"] = "Accept, Accept-Language"
    return response


def _written(store: Store, merchant: MerchantId, named: PayoutId, form: str, language: str) -> Response | None:
    """Return a payout in a form; None where the merchant has none of this id."""
    with store.read() as reader:
        payout = reader.payouts.sent_one(merchant, named)
        if payout is None:
            return None
        if form not in (CSV, HTML):
            lines = reader.payouts.lines(payout.entry, merchant)
            return Response(Payout.with_lines(payout, lines).model_dump_json(by_alias=True), media_type=form)
        specification = paying.specification_of(reader, payout, language)
    headers = {"Content-Language": language}
    if form == CSV:
        headers["Content-Disposition"] = f'attachment; filename="specification-{payout.number}.csv"'
        return Response(as_csv(specification), headers=headers, media_type="text/csv; charset=utf-8")
    headers["Content-Security-Policy"] = policy_of(STYLE)
    page = as_html(specification, paying.words_of_specifications(language))
    return Response(page, headers=headers, media_type="text/html; charset=utf-8")
