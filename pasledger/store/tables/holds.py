"""Holds, what became of them, and merchants' own references. How a hold stands follows from its rows; none changes."""

from sqlalchemy import Index, Table, UniqueConstraint

from pasledger.store.tables import money
from pasledger.store.tables.columns import SealedAs, column, refers_to, table
from pasledger.store.types import TEXT, WHOLE

hold = table(
    "hold",
    column("id", TEXT, primary_key=True),
    column("entry_id", TEXT, refers_to("entry.id")),
    column("merchant_id", TEXT),
    column("terminal_id", TEXT, refers_to("terminal.id"), nullable=True),
    column("card_id", TEXT, refers_to("card.id")),
    column("holder_id", TEXT),
    column("amount_cents", WHOLE),
    column("ends_before", TEXT),
    UniqueConstraint("entry_id"),
    sealed_as=SealedAs.PART_OF_ENTRY,
)
Index(None, hold.c.ends_before)


def _use_of_hold(name: str) -> Table:
    """Return a table of something that becomes of holds. Its parts are [entitlement, scheme, cents], as of a refund."""
    return table(
        name,
        column("id", TEXT, primary_key=True),
        column("entry_id", TEXT, refers_to("entry.id")),
        column("hold_id", TEXT, refers_to("hold.id")),
        column("merchant_id", TEXT),
        column("amount_cents", WHOLE),
        column("parts", TEXT),
        UniqueConstraint("entry_id"),
        sealed_as=SealedAs.PART_OF_ENTRY,
    )


hold_capture = _use_of_hold("hold_capture")
hold_release = _use_of_hold("hold_release")
hold_refund = _use_of_hold("hold_refund")

# The only place of a merchant's reference, deletable like a holder's.
merchant_reference = table(
    "merchant_reference",
    column("entry_id", TEXT, refers_to("entry.id"), primary_key=True),
    column("reference", TEXT),
    column("salt", TEXT),
    is_reference=True,
)
Index(None, merchant_reference.c.reference)

for use in (hold_capture, hold_release, hold_refund):
    Index(None, use.c.hold_id)
for listed in (money.redemption, money.refund, hold, hold_capture, hold_refund):  # what a merchant is shown in order
    Index(None, listed.c.merchant_id, listed.c.entry_id)
