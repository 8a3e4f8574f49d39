"""Offers, what became of each, how often it was used; and while it runs, under which marks."""

from sqlalchemy import CheckConstraint, Index, PrimaryKeyConstraint

from pasledger.rules.records import MOST_PERCENT, OfferKind, OfferStep
from pasledger.store.tables.columns import DIFFERENT_PEOPLE, SealedAs, column, one_of, refers_to, table
from pasledger.store.types import TEXT, WHOLE

_WITH_AN_AMOUNT = (OfferKind.AMOUNT_OFF, OfferKind.PRICE)

offer = table(
    "offer",
    column("id", TEXT, primary_key=True),
    column("merchant_id", TEXT),
    column("words_nl", TEXT),
    column("words_en", TEXT),
    column("kind", TEXT),
    column("percent", WHOLE, nullable=True),
    column("amount_cents", WHOLE, nullable=True),
    column("starts_on", TEXT),
    column("ends_before", TEXT),
    column("per_card", WHOLE, nullable=True),
    column("stock", WHOLE, nullable=True),
    # A list of labels of terminals; an empty one for all.
    column("branches", TEXT),
    column("recorded_at", TEXT),
    column("prepared_by", TEXT),
    # How often it was used. The row is locked for each use, so that two who come at once both count.
    column("used", WHOLE),
    CheckConstraint(one_of("kind", tuple(OfferKind)), name="kind"),
    CheckConstraint(f"(percent IS NOT NULL) = (kind = '{OfferKind.PERCENTAGE}')", name="has_a_percentage"),
    CheckConstraint(f"(amount_cents IS NOT NULL) = ({one_of('kind', _WITH_AN_AMOUNT)})", name="has_an_amount"),
    CheckConstraint(f"percent BETWEEN 1 AND {MOST_PERCENT}", name="percent"),
    CheckConstraint("amount_cents > 0", name="amount"),
    CheckConstraint("starts_on < ends_before", name="period"),
    CheckConstraint("per_card > 0", name="per_card"),
    CheckConstraint("used >= 0 AND (stock IS NULL OR used <= stock)", name="stock"),
    changes=("used",),
)
Index(None, offer.c.merchant_id)

# The number is a key, so that of two steps that are taken at once the second is decided anew.
offer_step = table(
    "offer_step",
    column("offer_id", TEXT, refers_to("offer.id")),
    column("number", WHOLE),
    column("step", TEXT),
    column("recorded_at", TEXT),
    column("prepared_by", TEXT),
    column("approved_by", TEXT, nullable=True),
    PrimaryKeyConstraint("offer_id", "number"),
    CheckConstraint(one_of("step", tuple(OfferStep)), name="step"),
    CheckConstraint("number > 0", name="counted_from_one"),
    CheckConstraint(f"step <> '{OfferStep.APPROVED}' OR (number = 1 AND {DIFFERENT_PEOPLE})", name="four_eyes"),
)

# A day is as fine as it gets, and the id is told to nobody: nothing here leads to a card, a payment or an answer.
offer_use = table(
    "offer_use",
    column("id", TEXT, primary_key=True),
    column("offer_id", TEXT, refers_to("offer.id")),
    column("used_on", TEXT),
    column("terminal_id", TEXT, refers_to("terminal.id"), nullable=True),
)
Index(None, offer_use.c.offer_id)

# A mark is what the key of the books makes of a holder and one offer. It stands beside no use, and goes with the offer.
offer_mark = table(
    "offer_mark",
    column("offer_id", TEXT, refers_to("offer.id")),
    column("mark", TEXT),
    column("number", WHOLE),
    PrimaryKeyConstraint("offer_id", "mark", "number"),
    CheckConstraint("number > 0", name="counted_from_one"),
    is_passing=True,
    sealed_as=SealedAs.NOTHING,  # nothing of it may stay when it goes
)
