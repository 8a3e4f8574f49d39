"""Rows of offers."""

import json

from pasledger.ledger.ids import MerchantId, OfferId
from pasledger.ledger.journal import Stamp
from pasledger.ledger.money import Money
from pasledger.ledger.periods import Period
from pasledger.rules.records import (
    Offer,
    OfferApproved,
    OfferForgotten,
    OfferKind,
    OfferMarked,
    OfferStep,
    OfferStopped,
    OfferUsed,
)
from pasledger.store.rows.values import moment, read_day
from pasledger.store.statements import Row


def offer_row(offer: Offer, stamp: Stamp) -> Row:
    """Write an offer that nobody used yet."""
    return (
        offer.id,
        offer.merchant,
        offer.words_nl,
        offer.words_en,
        offer.kind.value,
        offer.percent,
        None if offer.amount is None else offer.amount.cents,
        offer.valid.starts_on.isoformat(),
        offer.valid.ends_before.isoformat(),
        offer.per_card,
        offer.stock,
        json.dumps(offer.branches),
        moment(stamp.recorded_at),
        stamp.prepared_by,
        0,
    )


def read_offer(row: Row) -> Offer:
    """Read an offer."""
    named, merchant, words_nl, words_en, kind, percent, cents, starts_on, ends_before = row[:9]
    per_card, stock, branches = row[9:12]
    return Offer(
        OfferId(named),
        MerchantId(merchant),
        words_nl,
        words_en,
        OfferKind(kind),
        percent,
        None if cents is None else Money(cents),
        Period(read_day(starts_on), read_day(ends_before)),
        per_card,
        stock,
        tuple(json.loads(branches)),
    )


def offer_approved_row(approved: OfferApproved, stamp: Stamp) -> Row:
    """Write that an offer was approved."""
    return (
        approved.offer,
        1,
        OfferStep.APPROVED.value,
        moment(stamp.recorded_at),
        approved.prepared_by,
        approved.approved_by,
    )


def offer_stopped_row(stopped: OfferStopped, stamp: Stamp) -> Row:
    """Write that an offer was stopped."""
    return _step_row(stopped.offer, stopped.number, OfferStep.STOPPED, stamp)


def offer_forgotten_row(forgotten: OfferForgotten, stamp: Stamp) -> Row:
    """Write that the marks of an offer are gone."""
    return _step_row(forgotten.offer, forgotten.number, OfferStep.FORGOTTEN, stamp)


def forgotten_marks_row(forgotten: OfferForgotten) -> Row:
    """Write whose marks go."""
    return (forgotten.offer,)


def offer_use_row(used: OfferUsed) -> Row:
    """Write a use."""
    return (used.id, used.offer, used.on.isoformat(), used.terminal)


def offer_used_row(used: OfferUsed) -> Row:
    """Write how often an offer was used by now."""
    return (used.number, used.offer)


def offer_mark_row(marked: OfferMarked) -> Row:
    """Write a mark."""
    return (marked.offer, marked.mark, marked.number)


def read_offer_mark(row: Row) -> OfferMarked:
    """Read how often a mark was made."""
    offer, mark, number = row
    return OfferMarked(OfferId(offer), mark, number)


def _step_row(offer: OfferId, number: int, step: OfferStep, stamp: Stamp) -> Row:
    return (offer, number, step.value, moment(stamp.recorded_at), stamp.prepared_by, None)
