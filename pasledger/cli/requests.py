"""Payment requests of merchants: ask a list for one, see how each stands, and withdraw."""

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from pasledger.cli.arguments import DEFAULT_LINK_BASE, File, LinkBase, link_base_of
from pasledger.cli.calls import Call
from pasledger.cli.errors import reading
from pasledger.cli.handouts import printed
from pasledger.cli.printing import Row, answer, table
from pasledger.formats import cells
from pasledger.formats.payment_requests import AskedLine, asked_words, links_csv, read_asks, requests_page
from pasledger.ledger.ids import PaymentRequestId
from pasledger.ledger.money import total
from pasledger.rules.payment_requests import Terms
from pasledger.store.asking import KnownPaymentRequest
from pasledger.usecases import payment_requests
from pasledger.usecases.booking import book_all
from pasledger.usecases.finding import merchant_ever_named, merchant_named

Named = Annotated[str, typer.Argument(metavar="REQUEST", help="The id of the request, as its link ends.")]


def add(
    context: typer.Context,
    merchant: Annotated[str, typer.Argument(metavar="MERCHANT", help="The exact name of the merchant, or its id.")],
    file: File,
    nl: Annotated[str, typer.Option("--nl", metavar="WORDS", help="What it is for, in Dutch.")],
    until: Annotated[str, typer.Option("--until", metavar="DAY", help="The last day.")],
    en: Annotated[str | None, typer.Option("--en", metavar="WORDS", help="The same in English.")] = None,
    *,
    up_to: Annotated[bool, typer.Option("--up-to", help="Each amount is the most, and any less is as good.")] = False,
    voluntary: Annotated[bool, typer.Option("--voluntary", help="Say that nobody has to pay it.")] = False,
    links: Annotated[
        Path | None, typer.Option(metavar="OUT", help="The new file with the link of each, for the merchant: CSV.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="OUT", help="The new file to print, with a QR of each: HTML.")
    ] = None,
    link_base: LinkBase = DEFAULT_LINK_BASE,
) -> None:
    """Ask a payment for each row of a file, in the name of a merchant.

    The columns of the file: kenmerk;bedrag. All rows or none; the same file, words and last day ask nothing twice.
    Whoever has a link can pay by it on Mijn pas, and sees neither the reference nor who else was asked.

    JSON: merchant, list, requests (their number), amount (of all), last_day, is_repeat, links, out (the files).
    """
    call: Call = context.obj
    stamp, base = call.stamp(), link_base_of(call, link_base)
    words_nl = call.read("--nl", nl, asked_words)
    words_en = call.read("--en", en, asked_words) if en else ""
    last_day = call.read("--until", until, cells.day)
    with call.store() as store, reading(file) as data, ExitStack() as files:
        rows = read_asks(data)
        writes = [(files.enter_context(printed(path)), form) for path, form in ((links, _links), (out, _sheet)) if path]
        found = merchant_named(store, merchant, on=stamp.effective_on)
        terms = Terms(found.id, words_nl, words_en, up_to, voluntary, last_day)
        made, is_repeat = payment_requests.ask(store, payment_requests.ask_all(terms, rows), stamp)
        with store.read() as reader:
            known = reader.payment_requests.listed(made)
        today, language = stamp.effective_on, call.language
        lines = [payment_requests.line_of(one, on=today, base=base, language=language) for one in known]
        for write, form in writes:
            write(form(lines, found.name, language))
    sums = total(one.amount for one in lines)
    answer(
        call,
        {
            "merchant": found.name,
            "list": made,
            "requests": len(lines),
            "amount": sums,
            "last_day": last_day,
            "is_repeat": is_repeat,
            "links": str(links) if links else None,
            "out": str(out) if out else None,
        },
        call.say(
            "cli.requests-there" if is_repeat else "cli.requests-added",
            count=len(lines),
            merchant=found.name,
            amount=sums,
            last_day=last_day,
        ),
    )


def show(
    context: typer.Context,
    merchant: Annotated[str, typer.Argument(metavar="MERCHANT", help="The exact name of the merchant, or its id.")],
) -> None:
    """List the payment requests of a merchant, and what was paid of each.

    Who paid is not told.

    JSON: merchant, requests (request, list, reference, words_nl, words_en, amount, up_to, voluntary, asked_on,
    last_day, state, paid, open, reminders).
    """
    call: Call = context.obj
    today = call.stamp().effective_on
    with call.reader() as reader:
        found = merchant_ever_named(reader, merchant)
        known = list(reader.payment_requests.all(found))
    rows = [_row(one, today) for one in known]
    shown = [{**row, "asked_for": one.request.words(call.language)} for row, one in zip(rows, known, strict=True)]
    totals = {"amount": total(one.request.amount for one in known), "paid": total(one.paid for one in known)}
    answer(
        call,
        {"merchant": merchant, "requests": rows},
        table(
            call,
            shown,
            *("asked_for", "last_day", "reference", "state", "amount", "paid", "request"),
            grouped_by="asked_for",
            totals=totals,
        ),
    )


def withdraw(context: typer.Context, request: Named) -> None:
    """Let a payment request be paid no more. What was paid of it stays paid.

    JSON: request, merchant, state, amount, paid, open.
    """
    call: Call = context.obj
    stamp, named = call.stamp(), PaymentRequestId(request)
    with call.store() as store:
        book_all(store, [payment_requests.withdrawal([named])], stamp)
        known = payment_requests.known_request(store, named)
    row = _row(known, stamp.effective_on)
    told = {name: row[name] for name in ("request", "state", "amount", "paid", "open")}
    answer(call, {**told, "merchant": known.merchant}, call.say("cli.request-withdrawn", merchant=known.merchant))


def _row(known: KnownPaymentRequest, today: date) -> Row:
    asked = known.request
    return {
        "request": known.id,
        "list": asked.list,
        "reference": known.reference,
        "words_nl": asked.words_nl,
        "words_en": asked.words_en or None,
        "amount": asked.amount,
        "up_to": asked.is_up_to,
        "voluntary": asked.is_voluntary,
        "asked_on": asked.asked_on,
        "last_day": asked.last_day,
        "state": known.state(today),
        "paid": known.paid,
        "open": known.open(today),
        "reminders": known.progress.reminders,
    }


def _links(lines: Sequence[AskedLine], _merchant: str, language: str) -> str:
    return links_csv(lines, language)


def _sheet(lines: Sequence[AskedLine], merchant: str, language: str) -> str:
    return requests_page(lines, merchant, language)
