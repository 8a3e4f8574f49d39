"""Where a merchant asks at its till: one payment, or a list of them from a file."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from merchant_api.answers import Answer
from merchant_api.booking import booked
from merchant_api.errors import Problem
from merchant_api.till.forms import Mistyped, read_key, text_in
from merchant_api.till.pages import language_of, page
from merchant_api.till.people import SignedIn
from pasledger.formats import cells
from pasledger.formats.faults import Fault, FaultKind, FileRefused, Misread
from pasledger.formats.payment_requests import (
    asked_amount,
    asked_words,
    read_asks,
)
from pasledger.ledger.ids import MerchantId
from pasledger.rules.deciding import KeyedRequest
from pasledger.rules.payment_requests import Terms
from pasledger.store import Store
from pasledger.store.payment_requests import RequestList
from pasledger.texts import say
from pasledger.usecases import payment_requests
from pasledger.usecases.minting import today

FILE = "/requests/file"
"""Where a list is sent."""

LARGEST_FILE_BYTES = 512 * 1024
"""How large a list can be: thousands of rows."""

_MOST_LISTS = 50
_FIXED, _UP_TO = "fixed", "up-to"


async def overview(request: Request, who: SignedIn) -> Response:
    """Show what was asked, and where one asks; or ask one payment."""
    return await _ask(request, who) if request.method == "POST" else await _overview(request, who)


async def ask_file(request: Request, who: SignedIn) -> Response:
    """Ask a payment for each row of a file: all of them, or none and what is wrong with each."""
    if "content-length" not in request.headers:
        raise Problem(Answer.INVALID)  # how large it is has to be known before it is read
    async with request.form(max_files=1) as form:
        typed = _typed(form)
        try:
            terms, file = _terms(form, who), form.get("file")
            if not isinstance(file, UploadFile) or not file.filename:
                raise Mistyped("file", "till.requests.no-file")
            rows = await run_in_threadpool(read_asks, await file.read())
        except Mistyped as mistyped:
            return await _overview(request, who, typed, mistyped, is_file=True)
        except FileRefused as refused:
            unfit = Mistyped("file", "till.requests.unfit-file")
            return await _overview(request, who, typed, unfit, is_file=True, faults=refused.faults)
    asked = payment_requests.ask_all(terms, rows, secret=request.app.state.store.key, by=by(who))
    return await _asked(request, who, asked, typed, is_file=True)


async def _ask(request: Request, who: SignedIn) -> Response:
    async with request.form(max_files=0) as form:
        typed = _typed(form)
        try:
            key, terms = read_key(form), _terms(form, who)
            reference = _cell(form, "reference", cells.own_reference)
            amount = _cell(form, "amount", asked_amount)
        except Mistyped as mistyped:
            return await _overview(request, who, typed, mistyped)
    asked = payment_requests.ask_one(terms, amount, reference, key=key, by=by(who))
    return await _asked(request, who, asked, typed)


async def _asked(
    request: Request, who: SignedIn, asked: KeyedRequest, typed: Mapping[str, str], *, is_file: bool = False
) -> Response:
    try:
        attempt = await booked(request, asked)
    except Problem as problem:
        if problem.answer is not Answer.REQUEST_TERM:
            raise
        unfit = Mistyped("last_day", "answer.request-term")
        return await _overview(request, who, typed, unfit, is_file=is_file)
    return RedirectResponse(f"/requests/{attempt.result}", 303)


def by(who: SignedIn) -> payment_requests.Who:
    """Return who asks: the person at the till, where people sign in there."""
    return who.person or who.terminal.id


def _terms(form: FormData, who: SignedIn) -> Terms:
    """Return what is asked of everybody. Raises `Mistyped`."""
    words_nl = _cell(form, "words_nl", asked_words)
    words_en = _cell(form, "words_en", asked_words) if text_in(form, "words_en") else ""
    last_day = _cell(form, "last_day", cells.day)
    kind, is_voluntary = text_in(form, "kind"), bool(text_in(form, "voluntary"))
    return Terms(who.terminal.merchant, words_nl, words_en, kind == _UP_TO, is_voluntary, last_day)


Value = TypeVar("Value")


def _cell(form: FormData, name: str, read: Callable[[str], Value]) -> Value:
    try:
        text = text_in(form, name)
        if not text:
            raise Mistyped(name, "fault.cell-empty")
        return read(text)
    except Misread as misread:
        raise Mistyped(name, f"fault.{misread.kind}", **misread.figures) from None


_FIELDS = ("reference", "amount", "words_nl", "words_en", "last_day", "kind", "voluntary")


def _typed(form: FormData) -> dict[str, str]:
    return {name: text_in(form, name) for name in _FIELDS}


async def _overview(
    request: Request,
    who: SignedIn,
    typed: Mapping[str, str] | None = None,
    mistyped: Mistyped | None = None,
    *,
    is_file: bool = False,
    faults: Sequence[Fault] = (),
) -> Response:
    language = language_of(request)
    lists = await run_in_threadpool(_lists, request.app.state.store, who.terminal.merchant)
    return page(
        request,
        "requests.html",
        status=Answer.INVALID.status if mistyped else 200,
        merchant=who.merchant,
        lists=[
            {
                "id": one.id,
                "words": one.words(language),
                "number": one.number,
                "amount": str(one.amount),
                "last_day": f"{one.last_day:%d-%m-%Y}",
            }
            for one in lists
        ],
        kinds=(_FIXED, _UP_TO),
        key=secrets.token_hex(16),
        today=f"{today()}",
        typed={"one": dict.fromkeys(_FIELDS, ""), "file": dict.fromkeys(_FIELDS, "")}
        | ({"file" if is_file else "one": typed} if typed else {}),
        where="file" if is_file else "one",
        error=say(mistyped.code, language, **mistyped.figures) if mistyped else "",
        wrong=mistyped.field if mistyped else "",
        faults=[_told(fault, language) for fault in faults],
    )


def _lists(store: Store, merchant: MerchantId) -> list[RequestList]:
    with store.read() as reader:
        return reader.payment_requests.lists(merchant, most=_MOST_LISTS)


def _told(fault: Fault, language: str) -> str:
    """Return what is wrong with a row, and where."""
    is_title = fault.reason is FaultKind.COLUMN_UNKNOWN  # what staff is told of it says a command of theirs
    said = say("till.requests.column" if is_title else f"fault.{fault.reason}", language, **fault.figures)
    if fault.row is None:
        return said
    if fault.column is None:
        return say("till.requests.fault-row", language, row=fault.row, fault=said)
    return say("till.requests.fault", language, row=fault.row, column=fault.column, fault=said)
