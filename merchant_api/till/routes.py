"""The addresses of the till page, on the same writer and the same rules as the API.

A page shows what its merchant asked and the yes or no, and nothing more: what the API does not tell is not here either.
"""

import secrets
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route

from merchant_api.answers import Answer
from merchant_api.booking import booked, booked_by_card
from merchant_api.errors import Problem
from merchant_api.sessions import forget, session_of
from merchant_api.till import asked, asking, everybody, managing, money, people, publishing
from merchant_api.till.forms import Mistyped, read_key, read_payment, text_in
from merchant_api.till.guarding import Handler, guarded, trouble
from merchant_api.till.offering import NOTHING, Typed, asked_with, receipt_of, running_of, usable_at
from merchant_api.till.pages import PAGES, language_of, page
from merchant_api.till.people import COOKIE, Page, SignedIn, terminal_at
from pasledger.ledger.ids import MerchantId, RedemptionId
from pasledger.ledger.money import ZERO, Money, total
from pasledger.rules.records import PersonRole
from pasledger.rules.town import Needs
from pasledger.store import Store
from pasledger.store.payouts import SentPayout
from pasledger.store.reading import Recorded
from pasledger.store.selling import Listed, Wanted
from pasledger.texts import say
from pasledger.usecases import spending
from pasledger.usecases.minting import stamp_now

_SECONDS_SIGNED_IN = 12 * 60 * 60
_NETHERLANDS = ZoneInfo("Europe/Amsterdam")
_MOST_LISTED, _MOST_PAYOUTS = 500, 5


def routes() -> list[Route | Mount]:
    """Return every address."""
    return [
        Route("/", guarded(_at_a_till(home))),
        Route("/sign-in", guarded(sign_in), methods=["POST"]),
        Route("/sign-out", guarded(sign_out), methods=["POST"]),
        Route("/language/{language}", speak),
        Route("/payments", guarded(_at_a_till(pay)), methods=["POST"]),
        Route("/payments/{id}", guarded(_at_a_till(receipt))),
        Route("/payments/{id}/undo", guarded(_at_a_till(undo)), methods=["GET", "POST"]),
        Route("/today", guarded(_at_a_till(today))),
        Route("/statement", guarded(_at_a_till(money.statement))),
        Route("/statement.csv", guarded(_at_a_till(money.statement_file))),
        Route("/requests", guarded(_at_a_till(asking.overview)), methods=["GET", "POST"]),
        Route(asking.FILE, guarded(_at_a_till(asking.ask_file)), methods=["POST"]),
        Route("/requests.csv", guarded(_at_a_till(asked.all_books_file))),
        Route("/requests/{id}", guarded(_at_a_till(asked.shown))),
        Route("/requests/{id}/books.csv", guarded(_at_a_till(asked.books_file))),
        Route("/requests/{id}/links.csv", guarded(_at_a_till(asked.links_file))),
        Route("/requests/{id}/sheet", guarded(_at_a_till(asked.sheet))),
        Route("/requests/{id}/remind", guarded(_at_a_till(asked.remind)), methods=["POST"]),
        Route("/requests/{id}/withdraw", guarded(_at_a_till(asked.withdraw)), methods=["POST"]),
        Route("/payouts/{id}", guarded(_at_a_till(money.payout))),
        *people.routes(),
        *managing.routes(),
        *publishing.routes(),
        *everybody.routes(),
        Mount("/static", PAGES.static),
    ]


# --- who


def _at_a_till(shown: Page) -> Handler:
    """Show a page at a terminal, to the person there; to a stranger what the card is, and where one signs in."""

    async def handle(request: Request) -> Response:
        terminal = await terminal_at(request, request.cookies.get(COOKIE, ""))
        if terminal is None:
            return _about(request)
        merchant = await run_in_threadpool(_name_of, request.app.state.store, terminal.merchant)
        known = await session_of(request, PersonRole.CASHIER)
        if known is not None and known.person.merchant == terminal.merchant:
            if known.secret.is_start:
                return RedirectResponse("/own-secret", 303)
            return await shown(request, SignedIn(terminal, merchant, known.person.id))
        cashiers = await people.cashiers_of(request, terminal.merchant)
        if cashiers:
            return people.ask_who(request, merchant, cashiers)
        return await shown(request, SignedIn(terminal, merchant))

    return handle


def _name_of(store: Store, merchant: MerchantId) -> str:
    with store.read() as reader:
        town = reader.load(Needs(merchants={merchant}))
    return str(town.merchant(merchant, on=stamp_now("till").effective_on).name)


async def home(request: Request, who: SignedIn) -> Response:
    """Show where to pay."""
    return await _form(request, who)


async def sign_in(request: Request) -> Response:
    """Keep the credential of a terminal in this browser, for the day."""
    async with request.form(max_files=0) as form:
        credential = str(form.get("credential", "")).strip()
    if await terminal_at(request, credential) is None:
        return _about(request, error=say("till.error.credential", language_of(request)))
    response = RedirectResponse("/", 303)
    response.set_cookie(COOKIE, credential, max_age=_SECONDS_SIGNED_IN, secure=True, httponly=True, samesite="strict")
    return response


async def sign_out(_request: Request) -> Response:
    """Forget the credential, and who is there."""
    response = RedirectResponse("/", 303)
    forget(response, PersonRole.CASHIER)
    response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="strict")
    return response


async def speak(request: Request) -> Response:
    """Speak another language on this device."""
    return PAGES.spoken_from_now_on(request.path_params["language"], back_to="/")


# --- money


async def pay(request: Request, who: SignedIn) -> Response:
    """Ask for a payment: a receipt for yes, the form again for no."""
    async with request.form(max_files=0) as form:
        typed = Typed(*(text_in(form, name) for name in ("amount", "offer", "reference")))
        try:
            payment = read_payment(form)
        except Mistyped as mistyped:
            if mistyped.field == "reference":  # it could be what must stand nowhere
                typed = replace(typed, reference="")
            return await _form(request, who, typed, mistyped)
    try:
        attempt = await booked_by_card(
            request, payment.card, who.terminal.merchant, payment.key, lambda card: asked_with(payment, card, who)
        )
    except Problem as problem:
        if problem.answer is Answer.BUSY:
            raise
        return await _form(request, who, typed, refused=problem.answer)
    if payment.offer is not None:
        return await receipt_of(request, who, payment, attempt)
    return RedirectResponse(f"/payments/{attempt.result}", 303)


async def receipt(request: Request, who: SignedIn) -> Response:
    """Show one of the merchant's own payments."""
    found = await _own(request, who)
    if found is None:
        return trouble(request, Answer.NOT_FOUND)
    given_back = total(refund.amount for refund, _ in found.refunds)
    return page(
        request,
        "receipt.html",
        merchant=who.merchant,
        offer="",
        amount=str(found.redemption.amount),
        reference=found.references.get(found.redemption.entry) or "",
        at=_moment(found.at),
        given_back=str(given_back) if given_back else "",
        redemption=found.redemption.id,
        may_undo=_is_of_today(found) and bool(found.refundable),
    )


async def undo(request: Request, who: SignedIn) -> Response:
    """Give all of a payment of today back, once somebody has said that it is meant."""
    found = await _own(request, who)
    if found is None or not _is_of_today(found):
        return trouble(request, Answer.NOT_FOUND)
    if request.method == "GET":
        return _asks_to_undo(request, found) if found.refundable else trouble(request, Answer.REFUND_TOO_LARGE)
    async with request.form(max_files=0) as form:
        try:
            key = read_key(form)
        except Mistyped as mistyped:
            return _asks_to_undo(request, found, say(mistyped.code, language_of(request)))
    await booked(
        request,
        spending.refund(
            merchant=who.terminal.merchant,
            terminal=who.terminal.id,
            person=who.person,
            redemption=found.redemption.id,
            key=key,
        ),
    )
    return RedirectResponse(f"/payments/{found.redemption.id}", 303)


async def today(request: Request, who: SignedIn) -> Response:
    """List what the merchant was paid today, the newest first."""
    day = stamp_now("till").effective_on
    store, merchant = request.app.state.store, who.terminal.merchant
    paid, given_back = await run_in_threadpool(_paid_on, store, merchant, day)
    payouts = await run_in_threadpool(_newest_payouts, store, merchant)
    return page(
        request,
        "today.html",
        merchant=who.merchant,
        day=f"{day:%d-%m-%Y}",
        total=str(total(one.amount for one in paid)),
        payments=[
            {
                "id": one.id,
                "time": f"{one.at.astimezone(_NETHERLANDS):%H:%M}",
                "amount": str(one.amount),
                "given_back": str(given_back[one.id]) if one.id in given_back else "",
            }
            for one in paid
        ],
        offers=await running_of(request, merchant),
        payouts=[(one.id, _when_the_money_comes(one, language_of(request))) for one in payouts],
    )


async def _own(request: Request, who: SignedIn) -> Recorded | None:
    found = await run_in_threadpool(_find, request.app.state.store, RedemptionId(request.path_params["id"]))
    return found if found is not None and found.redemption.merchant == who.terminal.merchant else None


def _find(store: Store, redemption: RedemptionId) -> Recorded | None:
    with store.read() as reader:
        found: Recorded | None = reader.redemption(redemption)
        return found


def _paid_on(store: Store, merchant: MerchantId, day: date) -> tuple[tuple[Listed, ...], dict[str, Money]]:
    """Return the newest payments of a day, and what was given back of each on that day."""
    wanted = Wanted(merchant, since=day, until=day + timedelta(days=1), most=_MOST_LISTED)
    with store.read() as reader:
        paid, refunds = reader.selling.redemptions(wanted).items, reader.selling.refunds(wanted).items
    given_back: dict[str, Money] = {}
    for refund in refunds:
        given_back[str(refund.of)] = given_back.get(str(refund.of), ZERO) + refund.amount
    return paid, given_back


def _newest_payouts(store: Store, merchant: MerchantId) -> tuple[SentPayout, ...]:
    with store.read() as reader:
        return reader.payouts.sent(Wanted(merchant, most=_MOST_PAYOUTS)).items


def _when_the_money_comes(payout: SentPayout, language: str) -> str:
    """Return what became of a payout, in words."""
    code = f"till.money.{payout.became or 'sent'}"
    return say(code, language, number=payout.number, amount=payout.amount, day=f"{payout.execute_on:%d-%m-%Y}")


def _about(request: Request, error: str = "") -> Response:
    """Say what the card is, and where a terminal signs in."""
    return page(
        request, "card.html", status=Answer.UNAUTHORIZED.status if error else 200, is_signed_in=False, error=error
    )


async def _form(
    request: Request,
    who: SignedIn,
    typed: Typed = NOTHING,
    mistyped: Mistyped | None = None,
    refused: Answer | None = None,
) -> Response:
    """Return the form of a payment with a new key, under what became of the last one."""
    language = language_of(request)
    status = Answer.INVALID.status if mistyped else refused.status if refused else 200
    return page(
        request,
        "pay.html",
        status=status,
        merchant=who.merchant,
        key=secrets.token_hex(16),
        amount=typed.amount,
        offer=typed.offer,
        reference=typed.reference,
        offers=await usable_at(request, who),
        refusal=say(f"answer.{refused.label}", language) if refused else "",
        error=say(mistyped.code, language, **mistyped.figures) if mistyped else "",
        wrong=mistyped.field if mistyped else "",
    )


def _asks_to_undo(request: Request, found: Recorded, error: str = "") -> Response:
    return page(
        request,
        "undo.html",
        status=Answer.INVALID.status if error else 200,
        amount=str(found.refundable),
        at=_moment(found.at),
        redemption=found.redemption.id,
        key=secrets.token_hex(16),
        error=error,
    )


def _is_of_today(found: Recorded) -> bool:
    """Within the day: later, or in part, is for the merchant's own system."""
    return found.at.astimezone(_NETHERLANDS).date() == stamp_now("till").effective_on


def _moment(at: datetime) -> str:
    return f"{at.astimezone(_NETHERLANDS):%d-%m-%Y %H:%M}"
