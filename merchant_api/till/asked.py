"""Payment requests at the till, as they stand: to be sent, to be printed, for the books, reminded of, and withdrawn.

A page shows how much was paid of what was asked. By whom, and why not, is on none of them, as it is in no answer.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from merchant_api.answers import Answer, answer_to
from merchant_api.errors import Problem
from merchant_api.links import base_of
from merchant_api.till.asking import by
from merchant_api.till.pages import language_of, page
from merchant_api.till.people import SignedIn
from merchant_api.writer import Full
from pasledger.formats.paper import STYLE
from pasledger.formats.payment_requests import AskedLine, books_csv, links_csv, requests_page
from pasledger.ledger.ids import MerchantId, PaymentRequestId, RequestListId
from pasledger.ledger.money import total
from pasledger.ledger.refusals import Refused
from pasledger.pages.making import policy_of
from pasledger.rules.payment_requests import PaymentRequestState
from pasledger.rules.records import PaymentRequestStepped
from pasledger.store import Store
from pasledger.store.asking import KnownPaymentRequest
from pasledger.texts import say
from pasledger.usecases import payment_requests
from pasledger.usecases.minting import today
from pasledger.usecases.payment_requests import line_of

_MOST_SHOWN, _AT_A_TIME = 500, 200


async def shown(request: Request, who: SignedIn) -> Response:
    """Show how the requests of a list stand, or one of them."""
    return await _shown(request, who, await _own(request, who))


async def books_file(request: Request, who: SignedIn) -> Response:
    """Give how requests stand as a file, for the merchant's own books."""
    lines = _lines(request, await _own(request, who))
    return _file(request, books_csv(lines, language_of(request)), "payment-requests.csv")


async def all_books_file(request: Request, who: SignedIn) -> Response:
    """Give the same for all requests there are."""
    known = await run_in_threadpool(_all, request.app.state.store, who.terminal.merchant)
    return _file(request, books_csv(_lines(request, known), language_of(request)), "payment-requests.csv")


async def links_file(request: Request, who: SignedIn) -> Response:
    """Give the link of each request that is open, for the merchant's own mail."""
    lines = [one for one in _lines(request, await _own(request, who)) if one.left]
    return _file(request, links_csv(lines, language_of(request)), "links.csv")


async def sheet(request: Request, who: SignedIn) -> Response:
    """Give a sheet to print and cut, with a QR for each request that is open."""
    lines = [one for one in _lines(request, await _own(request, who)) if one.left]
    if len(lines) > _MOST_SHOWN:
        raise Problem(Answer.NOT_FOUND)
    language = language_of(request)
    text = await run_in_threadpool(requests_page, lines, who.merchant, language)
    return HTMLResponse(text, headers={"Content-Language": language, "Content-Security-Policy": policy_of(STYLE)})


async def remind(request: Request, who: SignedIn) -> Response:
    """Count a reminder of each request that is open and due, and give the links to send again."""
    known = await _own(request, who)
    reminded, refused = await _stepped(request, who, known, payment_requests.reminder)
    if refused is not None and not reminded:
        return await _shown(request, who, known, answer_to(refused.reason))
    lines = _lines(request, [one for one in known if one.id in reminded])
    return _file(request, links_csv(lines, language_of(request)), "reminder.csv")


async def withdraw(request: Request, who: SignedIn) -> Response:
    """Let the requests of a list, or one of them, be paid no more."""
    await _stepped(request, who, await _own(request, who), payment_requests.withdrawal)
    return RedirectResponse(f"/requests/{request.path_params['id']}", 303)


async def _stepped(
    request: Request, who: SignedIn, known: Sequence[KnownPaymentRequest], step: "_Step"
) -> tuple[set[PaymentRequestId], Refused | None]:
    """Take a step with some requests at a time, so that tills that pay meanwhile do not wait for a whole school.

    Return with which it was taken, and why it was not with others.
    """
    taken: set[PaymentRequestId] = set()
    refused: Refused | None = None
    for start in range(0, len(known), _AT_A_TIME):
        wanted = [one.id for one in known[start : start + _AT_A_TIME]]
        try:
            outcome = await request.app.state.writer.book(step(wanted, who.terminal.merchant, by=by(who)))
        except Full:
            raise Problem(Answer.BUSY) from None
        refused = refused or outcome.refused
        facts = () if outcome.event is None else outcome.event.facts
        taken |= {fact.request for fact in facts if isinstance(fact, PaymentRequestStepped)}
    return taken, refused


class _Step(Protocol):
    """What makes a request of some payment requests."""

    def __call__(
        self, requests: Iterable[PaymentRequestId], merchant: MerchantId, *, by: payment_requests.Who
    ) -> payment_requests.Steps:
        """Return it."""


async def _shown(
    request: Request, who: SignedIn, known: Sequence[KnownPaymentRequest], refused: Answer | None = None
) -> Response:
    language, day = language_of(request), today()
    first, is_one = known[0].request, request.path_params["id"].startswith(PaymentRequestId.prefix)
    states = [one.state(day) for one in known]
    return page(
        request,
        "requests_asked.html",
        status=refused.status if refused else 200,
        merchant=who.merchant,
        at=f"/requests/{request.path_params['id']}",
        words=first.words(language),
        last_day=f"{first.last_day:%d-%m-%Y}",
        asked_on=f"{first.asked_on:%d-%m-%Y}",
        is_one=is_one,
        list=first.list,
        number=len(known),
        paid_number=states.count(PaymentRequestState.PAID),
        paid=str(total(one.paid for one in known)),
        left=str(total(one.open(day) for one in known)),
        is_open=any(state.is_open for state in states),
        has_sheet=len(known) <= _MOST_SHOWN,
        rows=[
            {
                "id": one.id,
                "reference": one.reference,
                "amount": str(one.amount),
                "paid": str(one.paid),
                "open": str(one.left),
                "state": one.state,
                "reminders": one.reminders,
            }
            for one in _lines(request, known[:_MOST_SHOWN])
        ],
        is_cut=len(known) > _MOST_SHOWN,
        error=say(f"answer.{refused.label}", language) if refused else "",
    )


def _lines(request: Request, known: Sequence[KnownPaymentRequest]) -> list[AskedLine]:
    day, base, language = today(), base_of(request), language_of(request)
    return [line_of(one, on=day, base=base, language=language) for one in known]


async def _own(request: Request, who: SignedIn) -> list[KnownPaymentRequest]:
    """Return the requests of a list, or the one that is named; what is another merchant's is not there."""
    found = await run_in_threadpool(_find, request.app.state.store, request.path_params["id"])
    if not found or found[0].request.merchant != who.terminal.merchant:
        raise Problem(Answer.NOT_FOUND)
    return found


def _find(store: Store, named: str) -> list[KnownPaymentRequest]:
    with store.read() as reader:
        if named.startswith(PaymentRequestId.prefix):
            found = reader.payment_requests.one(PaymentRequestId(named))
            return [] if found is None else [found]
        return reader.payment_requests.listed(RequestListId(named))


def _all(store: Store, merchant: MerchantId) -> list[KnownPaymentRequest]:
    with store.read() as reader:
        return list(reader.payment_requests.all(merchant))


def _file(request: Request, text: str, name: str) -> Response:
    headers = {
        "Content-Language": language_of(request),
        "Content-Disposition": f'attachment; filename="{name}"',
    }
    return Response(text, headers=headers, media_type="text/csv; charset=utf-8")
