"""What a merchant's money came to, at its till: the statement of a month, as a page and as a file, and each payout."""

from datetime import date

from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from merchant_api.answers import Answer
from merchant_api.errors import Problem
from merchant_api.statement_page import statement_parts
from merchant_api.till.pages import language_of, page
from merchant_api.till.people import SignedIn
from pasledger.formats.specification import STYLE, Specification, as_html
from pasledger.formats.statements import statement_csv
from pasledger.ledger.ids import MerchantId, PayoutId
from pasledger.ledger.periods import Period
from pasledger.pages.making import policy_of
from pasledger.reports.merchant_statement import MerchantStatement
from pasledger.store import Store
from pasledger.texts import say
from pasledger.usecases import paying
from pasledger.usecases.minting import stamp_now

_MONTHS_SHOWN = 13
_MONTHS_OF_A_YEAR = 12


async def statement(request: Request, who: SignedIn) -> Response:
    """Show what was sold, given back and paid in a month: this one, where none is chosen."""
    months = _months(stamp_now("till").effective_on)
    month = _chosen(request, months)
    if month is None:
        return RedirectResponse("/statement", 303)
    language = language_of(request)
    found = await run_in_threadpool(_find, request.app.state.store, who.terminal.merchant, _month(month))
    return page(
        request,
        "statement.html",
        parts=Markup(statement_parts(found, language)),  # noqa: S704 - made there, each word escaped
        month=f"{month:%Y-%m}",
        months=[(f"{one:%Y-%m}", f"{one:%m-%Y}") for one in months],
    )


async def statement_file(request: Request, who: SignedIn) -> Response:
    """Give the same as a file for a spreadsheet."""
    month = _chosen(request, _months(stamp_now("till").effective_on))
    if month is None:
        return RedirectResponse("/statement", 303)
    language = language_of(request)
    found = await run_in_threadpool(_find, request.app.state.store, who.terminal.merchant, _month(month))
    headers = {
        "Content-Language": language,
        "Content-Disposition": f'attachment; filename="statement-{month:%Y-%m}.csv"',
    }
    text = statement_csv(found, lambda code: say(code, language))
    return Response(text, headers=headers, media_type="text/csv; charset=utf-8")


async def payout(request: Request, who: SignedIn) -> Response:
    """Show every payment behind a payout, as a page that prints well."""
    language, named = language_of(request), PayoutId(request.path_params["id"])
    found = await run_in_threadpool(_specified, request.app.state.store, who.terminal.merchant, named, language)
    if found is None:
        raise Problem(Answer.NOT_FOUND)
    headers = {"Content-Language": language, "Content-Security-Policy": policy_of(STYLE)}
    return HTMLResponse(as_html(found, paying.words_of_specifications(language)), headers=headers)


def _months(today: date) -> list[date]:
    """Return the first days of the months that can be chosen, this one first."""
    last = today.year * _MONTHS_OF_A_YEAR + today.month - 1
    return [
        date(number // _MONTHS_OF_A_YEAR, number % _MONTHS_OF_A_YEAR + 1, 1)
        for number in range(last, last - _MONTHS_SHOWN, -1)
    ]


def _month(first: date) -> Period:
    following = date(first.year + first.month // _MONTHS_OF_A_YEAR, first.month % _MONTHS_OF_A_YEAR + 1, 1)
    return Period(first, following)


def _chosen(request: Request, months: list[date]) -> date | None:
    """Return the month that is asked for; the newest where none is, and None where it is not one of them."""
    asked = request.query_params.get("month", f"{months[0]:%Y-%m}")
    return next((one for one in months if f"{one:%Y-%m}" == asked), None)


def _find(store: Store, merchant: MerchantId, period: Period) -> MerchantStatement:
    with store.read() as reader:
        return reader.selling.statement(merchant, period)


def _specified(store: Store, merchant: MerchantId, named: PayoutId, language: str) -> Specification | None:
    with store.read() as reader:
        found = reader.payouts.sent_one(merchant, named)
        return None if found is None else paying.specification_of(reader, found, language)
