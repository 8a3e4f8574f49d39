"""Payment requests, what their merchants call them, and what became of each."""

from sqlalchemy import CheckConstraint, Index, PrimaryKeyConstraint, UniqueConstraint

from pasledger.rules.records import PaymentRequestStep
from pasledger.store.tables.columns import column, one_of, refers_to, table
from pasledger.store.types import TEXT, WHOLE

payment_request = table(
    "payment_request",
    column("id", TEXT, primary_key=True),
    column("list_id", TEXT),
    column("place", WHOLE),
    column("merchant_id", TEXT),
    column("amount_cents", WHOLE),
    column("is_up_to", WHOLE),
    column("is_voluntary", WHOLE),
    column("words_nl", TEXT),
    column("words_en", TEXT),
    column("asked_on", TEXT),
    column("ends_before", TEXT),
    column("commitment", TEXT),
    column("recorded_at", TEXT),
    column("prepared_by", TEXT),
    UniqueConstraint("list_id", "place"),
    CheckConstraint("place > 0", name="counted_from_one"),
    CheckConstraint("amount_cents > 0", name="amount"),
    CheckConstraint("is_up_to IN (0, 1) AND is_voluntary IN (0, 1)", name="yes_or_no"),
    CheckConstraint("asked_on < ends_before", name="period"),
)
Index(None, payment_request.c.merchant_id, payment_request.c.recorded_at)

# The only place of what a merchant calls a request, deletable like its own reference of what it booked.
payment_request_reference = table(
    "payment_request_reference",
    column("request_id", TEXT, refers_to("payment_request.id"), primary_key=True),
    column("reference", TEXT),
    column("salt", TEXT),
    is_reference=True,
)
Index(None, payment_request_reference.c.reference)

# The number is a key, so that of two payments at one moment the second is decided anew: nobody pays more than is open.
payment_request_step = table(
    "payment_request_step",
    column("request_id", TEXT, refers_to("payment_request.id")),
    column("number", WHOLE),
    column("step", TEXT),
    # The redemption that paid.
    column("entry_id", TEXT, refers_to("entry.id"), nullable=True),
    column("taken_on", TEXT),
    column("recorded_at", TEXT),
    column("prepared_by", TEXT),
    PrimaryKeyConstraint("request_id", "number"),
    UniqueConstraint("entry_id"),
    CheckConstraint(one_of("step", tuple(PaymentRequestStep)), name="step"),
    CheckConstraint("number > 0", name="counted_from_one"),
    CheckConstraint(f"(entry_id IS NOT NULL) = (step = '{PaymentRequestStep.PAID}')", name="paid_by_an_entry"),
)
