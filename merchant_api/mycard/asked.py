"""The page of a payment request: who asks, for what and until when, and where its holder pays of it, or does not.

Nothing is told before somebody has signed in with a card, not even whether there is such a request. Who pays gives the
PIN once more: signing in lasts, and the next one at that computer must not pay.
"""

import secrets

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from merchant_api.answers import Answer
from merchant_api.errors import Problem
from merchant_api.mycard.pages import PAGES, guarded, language_of, page
from merchant_api.mycard.signing_in import Own, asks_to_sign_in, holder_of
from merchant_api.till.forms import Mistyped, read_key, text_in
from merchant_api.writer import Full
from pasledger.formats import cells
from pasledger.formats.faults import Misread
from pasledger.formats.statements import in_euros
from pasledger.ledger.ids import PaymentRequestId
from pasledger.ledger.money import Money
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.store import Store
from pasledger.store.asking import KnownPaymentRequest
from pasledger.texts import say
from pasledger.usecases import pins
from pasledger.usecases.minting import today
from pasledger.usecases.payment_requests import PAGE, payment


def routes() -> list[Route]:
    """Return every address."""
    return [
        Route(f"{PAGE}/{{id}}", guarded(asked), methods=["GET", "POST"]),
        Route(f"{PAGE}/{{id}}/language/{{language}}", guarded(speak)),
    ]


async def asked(request: Request) -> Response:
    """Show a request to who is signed in, or let them pay of it."""
    named = _named(request)
    own = await holder_of(request)
    if own is None:
        return asks_to_sign_in(request, to=f"{PAGE}/{named}")
    known = await run_in_threadpool(_find, request.app.state.store, named)
    return await _pay(request, own, known) if request.method == "POST" else _shown(request, known)


async def speak(request: Request) -> Response:
    """Speak another language on this device."""
    return PAGES.spoken_from_now_on(request.path_params["language"], back_to=f"{PAGE}/{_named(request)}")


async def _pay(request: Request, own: Own, known: KnownPaymentRequest) -> Response:
    """Pay what was typed, by who gives the PIN; or say in plain words why not."""
    async with request.form(max_files=0) as form:
        typed = text_in(form, "amount")
        try:
            key, amount, pin = _read(form)
        except Mistyped as mistyped:
            return _shown(request, known, typed, mistyped)
    chooser, writer = request.app.state.chooser, request.app.state.writer
    try:
        if await chooser.let_in(own.card.number, pin) is None:
            return _shown(request, known, typed, Mistyped("pin", "mycard.request.pin-wrong"))
        outcome = await writer.book(payment(known, own.card.number, amount, key=key))
    except Full:
        raise Problem(Answer.BUSY) from None
    now = await run_in_threadpool(_find, request.app.state.store, known.id)
    if outcome.refused is not None:
        return _shown(request, now, typed, _why(outcome.refused))
    return _shown(request, now, paid_now=str(amount))


_MONEY = (Refusal.NO_ENTITLEMENT, Refusal.NOT_STARTED, Refusal.ENDED, Refusal.NOT_HERE, Refusal.NOT_ENOUGH)
_CARD = (Refusal.CARD_UNKNOWN, Refusal.CARD_NOT_ACTIVE, Refusal.CARD_BLOCKED, Refusal.CARD_REPLACED)


def _why(refused: Refused) -> Mistyped:
    """Return why somebody cannot pay so, to be told at home."""
    if refused.reason in _MONEY:
        return Mistyped("amount", "mycard.request.no-money")
    if refused.reason is Refusal.OVER_CEILING:
        return Mistyped("amount", "mycard.request.no-more-today")
    if refused.reason in _CARD:
        return Mistyped("", "mycard.own.blocked")
    if refused.reason is Refusal.REQUEST_LESS_OPEN:
        return Mistyped("amount", "mycard.request.less-open", left=refused.figures["most"])
    return Mistyped("", "mycard.request.no")


def _read(form: FormData) -> tuple[str, Money, str]:
    pin = text_in(form, "pin")
    try:
        key = read_key(form)
    except Mistyped:
        raise Mistyped("", "mycard.request.no") from None
    try:
        amount = cells.amount(text_in(form, "amount"))
    except Misread:
        raise Mistyped("amount", "mycard.request.amount-unfit") from None
    if pins.PIN.fullmatch(pin) is None:
        raise Mistyped("pin", "mycard.error.pin")
    return key, amount, pin


def _shown(
    request: Request,
    known: KnownPaymentRequest,
    typed: str | None = None,
    mistyped: Mistyped | None = None,
    paid_now: str = "",
) -> Response:
    language, day, what = language_of(request), today(), known.request
    left = known.open(day)
    suggested = "" if what.is_up_to else in_euros(left)
    return page(
        request,
        "request.html",
        status=Answer.INVALID.status if mistyped else 200,
        language_at=f"{PAGE}/{known.id}/language",
        merchant=known.merchant,
        words=what.words(language),
        words_language="en" if language != "nl" and what.words_en else "nl",
        amount=str(what.amount),
        is_up_to=what.is_up_to,
        is_voluntary=what.is_voluntary,
        paid=str(known.paid) if known.paid else "",
        left=str(left) if left else "",
        state=known.state(day).value,
        last_day=f"{what.last_day:%d-%m-%Y}",
        at=f"{PAGE}/{known.id}",
        key=secrets.token_hex(16),
        typed=suggested if typed is None else typed,
        paid_now=paid_now,
        error=say(mistyped.code, language, **mistyped.figures) if mistyped else "",
        wrong=mistyped.field if mistyped else "",
    )


def _named(request: Request) -> PaymentRequestId:
    try:
        return PaymentRequestId.parse(request.path_params["id"])
    except ValueError:
        raise Problem(Answer.NOT_FOUND) from None


def _find(store: Store, named: PaymentRequestId) -> KnownPaymentRequest:
    with store.read() as reader:
        found = reader.payment_requests.one(named)
    if found is None:
        raise Problem(Answer.NOT_FOUND)
    return found
