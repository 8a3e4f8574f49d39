"""What staff changed afterwards: ends of entitlements, lapses, freeings, corrections, closed years."""

from sqlalchemy import CheckConstraint, Index, PrimaryKeyConstraint, UniqueConstraint

from pasledger.store.tables.columns import DIFFERENT_PEOPLE, SealedAs, column, refers_to, table
from pasledger.store.types import TEXT, WHOLE

# The end that an entitlement was awarded with stays where it is. The newest row here is the one that holds.
entitlement_end = table(
    "entitlement_end",
    column("id", TEXT, primary_key=True),
    column("entitlement_id", TEXT, refers_to("entitlement.id")),
    column("entry_id", TEXT, refers_to("entry.id"), nullable=True),
    column("ends_before", TEXT),
    column("is_withdrawn", WHOLE),
    column("amount_cents", WHOLE),
    column("lapse_entry_id", TEXT, refers_to("lapse.entry_id"), nullable=True),
    column("recorded_at", TEXT),
    column("effective_on", TEXT),
    column("prepared_by", TEXT),
    column("approved_by", TEXT),
    UniqueConstraint("entry_id"),
    UniqueConstraint("lapse_entry_id"),
    CheckConstraint("is_withdrawn IN (0, 1)", name="yes_or_no"),
    CheckConstraint("(entry_id IS NULL) = (amount_cents = 0)", name="moves_with_an_entry"),
    CheckConstraint(DIFFERENT_PEOPLE, name="four_eyes"),
)
Index(None, entitlement_end.c.entitlement_id, entitlement_end.c.id)

lapse = table(
    "lapse",
    column("entry_id", TEXT, refers_to("entry.id"), primary_key=True),
    column("entitlement_id", TEXT, refers_to("entitlement.id")),
    column("scheme", TEXT),
    column("year", WHOLE),
    column("amount_cents", WHOLE),
    column("freeings", WHOLE),
    sealed_as=SealedAs.PART_OF_ENTRY,
)
Index(None, lapse.c.entitlement_id)

freeing = table(
    "freeing",
    column("entry_id", TEXT, refers_to("entry.id"), primary_key=True),
    column("scheme", TEXT),
    column("year", WHOLE),
    column("number", WHOLE),
    column("amount_cents", WHOLE),
    UniqueConstraint("scheme", "year", "number"),
    CheckConstraint("number > 0", name="counted_from_one"),
    sealed_as=SealedAs.PART_OF_ENTRY,
)

correction = table(
    "correction",
    column("entry_id", TEXT, refers_to("entry.id"), primary_key=True),
    column("corrects", TEXT, refers_to("entry.id")),
    column("merchant_id", TEXT, nullable=True),
    column("amount_cents", WHOLE),
    # What each entitlement was given back, or gave: a list of [entitlement, scheme, cents].
    column("parts", TEXT),
    UniqueConstraint("corrects"),
    sealed_as=SealedAs.PART_OF_ENTRY,
)

year_closed = table(
    "year_closed",
    column("id", TEXT),
    column("scheme", TEXT),
    column("year", WHOLE),
    column("recorded_at", TEXT),
    column("effective_on", TEXT),
    column("prepared_by", TEXT),
    column("approved_by", TEXT),
    PrimaryKeyConstraint("scheme", "year"),
    UniqueConstraint("id"),
    CheckConstraint(DIFFERENT_PEOPLE, name="four_eyes"),
)
