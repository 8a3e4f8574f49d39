"""What entries were about: budgets, entitlements, redemptions and refunds; and what became of each attempt."""

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint

from pasledger.store.tables.columns import AT_COMMIT, SealedAs, column, refers_to, table
from pasledger.store.types import TEXT, WHOLE

entitlement = table(
    "entitlement",
    column("id", TEXT, primary_key=True),
    column("entry_id", TEXT, refers_to("entry.id")),
    column("holder_id", TEXT, refers_to("holder.id")),
    column("scheme", TEXT),
    column("scheme_version", WHOLE),
    column("starts_on", TEXT),
    column("ends_before", TEXT),
    column("amount_cents", WHOLE),
    UniqueConstraint("entry_id"),
    ForeignKeyConstraint(["scheme", "scheme_version"], ["scheme.code", "scheme.version"], **AT_COMMIT),
    CheckConstraint("starts_on < ends_before", name="period"),
    sealed_as=SealedAs.PART_OF_ENTRY,
)
Index(None, entitlement.c.holder_id)

# The only place of a decision's reference, deletable like a holder's.
award_decision = table(
    "award_decision",
    column("entitlement_id", TEXT, refers_to("entitlement.id"), primary_key=True),
    column("scheme", TEXT),
    column("reference", TEXT),
    column("holder_id", TEXT),
    column("instalment", WHOLE),
    column("salt", TEXT),
    UniqueConstraint("reference", "holder_id", "scheme", "instalment"),
    CheckConstraint("instalment > 0", name="counted_from_one"),
    is_reference=True,
)

budget_decision = table(
    "budget_decision",
    column("entry_id", TEXT, refers_to("entry.id"), primary_key=True),
    column("scheme", TEXT),
    column("year", WHOLE),
    column("reference", TEXT),
    column("change_cents", WHOLE),
    UniqueConstraint("reference", "scheme", "year"),
    sealed_as=SealedAs.PART_OF_ENTRY,
)

redemption = table(
    "redemption",
    # Random, so that it tells a merchant nothing; what reads many of them comes from their entries, which are the key.
    column("id", TEXT),
    column("entry_id", TEXT, refers_to("entry.id"), primary_key=True),
    column("merchant_id", TEXT),
    column("terminal_id", TEXT, refers_to("terminal.id"), nullable=True),
    column("card_id", TEXT, refers_to("card.id")),
    column("holder_id", TEXT),
    column("amount_cents", WHOLE),
    UniqueConstraint("id"),
    sealed_as=SealedAs.PART_OF_ENTRY,
)

refund = table(
    "refund",
    column("id", TEXT, primary_key=True),
    column("entry_id", TEXT, refers_to("entry.id")),
    column("redemption_id", TEXT, refers_to("redemption.id")),
    column("merchant_id", TEXT),
    column("amount_cents", WHOLE),
    # What each entitlement was given back, also where it had ended and the money lapsed: a list of
    # [entitlement, scheme, cents].
    column("parts", TEXT),
    UniqueConstraint("entry_id"),
    sealed_as=SealedAs.PART_OF_ENTRY,
)
Index(None, refund.c.redemption_id)

attempt = table(
    "attempt",
    column("key", TEXT, primary_key=True),
    column("fingerprint", TEXT),
    column("recorded_at", TEXT),
    column("result", TEXT, nullable=True),
    column("refusal", TEXT, nullable=True),
    CheckConstraint("(result IS NULL) <> (refusal IS NULL)", name="one_answer"),
)
