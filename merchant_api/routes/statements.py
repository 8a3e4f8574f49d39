"""The statement of a period: as JSON, as a file for a spreadsheet, or as a page to print."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from merchant_api.answers import Answer
from merchant_api.auth import SignedIn
from merchant_api.errors import Problem
from merchant_api.faults import Fault
from merchant_api.forms import CSV, HTML, OTHERWISE, wanted_form
from merchant_api.openapi import problems
from merchant_api.schemas.common import Day
from merchant_api.schemas.statements import Statement
from merchant_api.statement_page import STYLE, statement_page
from pasledger.formats.statements import statement_csv
from pasledger.ledger.ids import MerchantId
from pasledger.ledger.periods import Period
from pasledger.pages.making import policy_of
from pasledger.reports.merchant_statement import MerchantStatement
from pasledger.store import Store
from pasledger.texts import Surface, say, spoken

router = APIRouter(tags=["statements"])

_MOST_DAYS = 366


@router.get(
    "/statements",
    operation_id="getStatement",
    summary="Read the statement of a period",
    response_model=Statement,
    responses=OTHERWISE | problems(Answer.INVALID, Answer.UNAUTHORIZED, Answer.TOO_MANY),
)
async def read_statement(
    request: Request,
    terminal: SignedIn,
    since: Annotated[Day, Query(alias="from", description="from this day on", examples=["2026-11-01"])],
    until: Annotated[Day, Query(description="up to this day, and without it", examples=["2026-12-01"])],
) -> Response:
    """Return what the merchant sold, gave back and was paid, as sums and line by line."""
    if not 0 < (until - since).days <= _MOST_DAYS:
        raise Problem(Answer.INVALID, [Fault("query: until", "span", {"figure": _MOST_DAYS})])
    found = await run_in_threadpool(_find, request.app.state.store, terminal.merchant, Period(since, until))
    response = _written(
        found, request.headers.get("accept", ""), spoken(request.headers.get("accept-language", ""), Surface.MERCHANTS)
    )
    response.headers["Vary"] = "Accept, Accept-Language"
    return response


def _written(statement: MerchantStatement, accepted: str, language: str) -> Response:
    """Return a statement in the form that is asked for first; JSON where none is."""
    wanted = wanted_form(accepted)
    headers = {"Content-Language": language}
    if wanted == CSV:
        headers["Content-Disposition"] = f'attachment; filename="statement-{statement.period.starts_on}.csv"'
        text = statement_csv(statement, lambda code: say(code, language))
        return Response(text, headers=headers, media_type="text/csv; charset=utf-8")
    if wanted == HTML:
        page = statement_page(statement, language)
        return Response(
            page, headers=headers | {"Content-Security-Policy": policy_of(STYLE)}, media_type="text/html; charset=utf-8"
        )
    return Response(Statement.of(statement).model_dump_json(by_alias=True), media_type="application/json")


def _find(store: Store, merchant: MerchantId, period: Period) -> MerchantStatement:
    with store.read() as reader:
        return reader.selling.statement(merchant, period)
