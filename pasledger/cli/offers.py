"""Offers of merchants: propose, approve, stop and list them, and tell how often they were used."""

from datetime import date
from typing import Annotated

import typer

from pasledger.cli.calls import Call, words
from pasledger.cli.printing import Row, answer, table
from pasledger.formats import cells
from pasledger.ledger.ids import OfferId
from pasledger.ledger.money import Money
from pasledger.ledger.periods import Period
from pasledger.reports.suppression import FEWEST
from pasledger.rules.offers import OfferState
from pasledger.rules.records import MOST_PERCENT, Offer, OfferKind
from pasledger.store import Store
from pasledger.store.offers import KnownOffer
from pasledger.usecases import offers
from pasledger.usecases.finding import merchant_named
from pasledger.usecases.minting import opaque_id

_MOST = 1_000_000

Named = Annotated[str, typer.Argument(metavar="OFFER", help="The id of the offer.")]


def propose(
    context: typer.Context,
    merchant: Annotated[str, typer.Argument(metavar="MERCHANT", help="The exact name of the merchant, or its id.")],
    nl: Annotated[str, typer.Option("--nl", metavar="WORDS", help="What is offered, in Dutch.")],
    en: Annotated[str, typer.Option("--en", metavar="WORDS", help="The same in English.")],
    until: Annotated[str, typer.Option("--until", metavar="DAY", help="The last day.")],
    since: Annotated[str | None, typer.Option("--from", metavar="DAY", help="The first day; today otherwise.")] = None,
    percentage: Annotated[str | None, typer.Option(metavar="NUMBER", help="So many per cent off.")] = None,
    amount_off: Annotated[str | None, typer.Option(metavar="AMOUNT", help="So much off, in euros: 2,50.")] = None,
    price: Annotated[str | None, typer.Option(metavar="AMOUNT", help="What it costs, in euros: 5,00.")] = None,
    per_card: Annotated[str | None, typer.Option(metavar="NUMBER", help="How often with one card at most.")] = None,
    stock: Annotated[str | None, typer.Option(metavar="NUMBER", help="How often in all at most.")] = None,
    branch: Annotated[
        list[str] | None, typer.Option(metavar="LABEL", help="A terminal where it can be used; all without any.")
    ] = None,
) -> None:
    """Propose an offer of a merchant.

    Nobody can use it until a colleague approved it. Without a percentage, an amount or a price its words say all of it.

    JSON: offer, merchant, state, words_nl, words_en, kind, percentage, amount, starts_on, last_day, per_card, stock,
    branches, proposed_by.
    """
    call: Call = context.obj
    stamp = call.stamp()
    kind, percent, amount = _value(call, percentage, amount_off, price)
    said_nl, said_en = call.read("--nl", nl, words), call.read("--en", en, words)
    starts_on = stamp.effective_on if since is None else call.read("--from", since, cells.day)
    last_day = call.read("--until", until, cells.day)
    if last_day < starts_on or last_day == date.max:
        raise typer.BadParameter(call.say("cli.offer-period"), param_hint="--until")
    most_per_card, most = (
        None if limit is None else call.read(where, limit, cells.number(1, _MOST))
        for where, limit in (("--per-card", per_card), ("--stock", stock))
    )
    branches = tuple(dict.fromkeys(call.read("--branch", label, words) for label in branch or ()))
    with call.store() as store:
        found = merchant_named(store, merchant, on=stamp.effective_on)
        offer = Offer(
            opaque_id(OfferId),
            found.id,
            said_nl,
            said_en,
            kind,
            percent,
            amount,
            Period.through(starts_on, last_day),
            most_per_card,
            most,
            branches,
        )
        offers.propose(store, offer, stamp)
        _answer(call, store, offer.id, "cli.offer-proposed", on=stamp.effective_on)


def approve(context: typer.Context, offer: Named) -> None:
    """Let an offer run that somebody else proposed.

    JSON: as `offers propose`.
    """
    call: Call = context.obj
    stamp = call.stamp()
    with call.store() as store:
        offers.approve(store, OfferId(offer), stamp)
        _answer(call, store, OfferId(offer), "cli.offer-approved", on=stamp.effective_on)


def stop(context: typer.Context, offer: Named) -> None:
    """Let an offer be used no more, at once and for good.

    Also one that was proposed and is not to be approved.

    JSON: as `offers propose`.
    """
    call: Call = context.obj
    stamp = call.stamp()
    with call.store() as store:
        offers.stop(store, OfferId(offer), stamp)
        _answer(call, store, OfferId(offer), "cli.offer-stopped", on=stamp.effective_on)


def show(context: typer.Context) -> None:
    """List every offer of every merchant, also those that are over.

    JSON: offers (each as `offers propose`: offer, merchant, state, words_nl, words_en, kind, percentage, amount,
    starts_on, last_day, per_card, stock, branches, proposed_by).
    """
    call: Call = context.obj
    today = call.stamp().effective_on
    with call.reader() as reader:
        rows = [_row(known, today) for known in reader.offers.all()]
    rows.sort(key=lambda row: (str(row["merchant"]), str(row["starts_on"])))
    answer(
        call,
        {"offers": rows},
        table(
            call,
            [_spoken(call, row) for row in rows],
            *("merchant", "words", "state", "last_day", "offer"),
            grouped_by="merchant",
        ),
    )


def uses(context: typer.Context) -> None:
    """Tell how often each offer was used; fewer than five times is not told.

    Nobody can tell by whom: uses are kept by offer, and by no card.

    JSON: offers (offer, merchant, words_nl, words_en, state, uses), fewest_told.
    """
    call: Call = context.obj
    today = call.stamp().effective_on
    with call.reader() as reader:
        rows = [
            {
                "offer": known.offer.id,
                "merchant": known.merchant,
                "words_nl": known.offer.words_nl,
                "words_en": known.offer.words_en,
                "state": known.state(today),
                "uses": known.uses_told,
            }
            for known in reader.offers.all()
            if known.state(today) is not OfferState.PROPOSED
        ]
    rows.sort(key=lambda row: (str(row["merchant"]), str(row["offer"])))
    few = call.say("cli.offer-few", fewest=FEWEST)
    shown = [_spoken(call, {**row, "uses": few if row["uses"] is None else row["uses"]}) for row in rows]
    answer(
        call,
        {"offers": rows, "fewest_told": FEWEST},
        table(call, shown, "merchant", "words", "state", "uses", "offer", grouped_by="merchant"),
    )


def _spoken(call: Call, row: Row) -> Row:
    """Return a row with the words that are spoken."""
    return {**row, "words": row[f"words_{call.language}"]}


def _value(
    call: Call, percentage: str | None, amount_off: str | None, price: str | None
) -> tuple[OfferKind, int | None, Money | None]:
    """Return what an offer comes to. Raises a usage error for more than one thing."""
    if sum(text is not None for text in (percentage, amount_off, price)) > 1:
        raise typer.BadParameter(call.say("cli.offer-value"), param_hint=("--percentage", "--amount-off", "--price"))
    if percentage is not None:
        return OfferKind.PERCENTAGE, call.read("--percentage", percentage, cells.number(1, MOST_PERCENT)), None
    if amount_off is not None:
        return OfferKind.AMOUNT_OFF, None, call.read("--amount-off", amount_off, cells.amount)
    if price is not None:
        return OfferKind.PRICE, None, call.read("--price", price, cells.amount)
    return OfferKind.TEXT, None, None


def _answer(call: Call, store: Store, offer: OfferId, said: str, *, on: date) -> None:
    known = offers.known_offer(store, offer)
    said_of = {"words": known.offer.words(call.language), "merchant": known.merchant, "offer": offer}
    answer(call, _row(known, on), call.say(said, **said_of))


def _row(known: KnownOffer, on: date) -> Row:
    offer = known.offer
    return {
        "offer": offer.id,
        "merchant": known.merchant,
        "state": known.state(on),
        "words_nl": offer.words_nl,
        "words_en": offer.words_en,
        "kind": offer.kind,
        "percentage": offer.percent,
        "amount": offer.amount,
        "starts_on": offer.valid.starts_on,
        "last_day": offer.valid.last_day,
        "per_card": offer.per_card,
        "stock": offer.stock,
        "branches": list(offer.branches),
        "proposed_by": known.proposed_by,
    }
