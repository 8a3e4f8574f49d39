"""The ledger: accounts, entries and their transfers; and whose books they are."""

from sqlalchemy import CheckConstraint, Index, PrimaryKeyConstraint

from pasledger.ledger.accounts import AccountKind
from pasledger.ledger.journal import FOUR_EYES
from pasledger.store.tables.columns import DIFFERENT_PEOPLE, SealedAs, column, one_of, refers_to, table
from pasledger.store.types import TEXT, WHOLE

_FLOORED = tuple(kind.value for kind in AccountKind if kind.is_floored)

municipality = table(
    "municipality",
    column("id", WHOLE, primary_key=True),
    column("name", TEXT),
    column("started_at", TEXT),
    column("started_by", TEXT),
    CheckConstraint("id = 1", name="only"),
)

account = table(
    "account",
    column("code", TEXT, primary_key=True),
    column("kind", TEXT),
    column("scheme", TEXT),
    # Only kinds with a floor keep a balance; all others are summed, so that no busy merchant is a hot row.
    column("balance_cents", WHOLE, nullable=True),
    CheckConstraint(f"(balance_cents IS NOT NULL) = ({one_of('kind', _FLOORED)})", name="stored_balance"),
    CheckConstraint(one_of("kind", tuple(AccountKind)), name="kind"),
    CheckConstraint("balance_cents >= 0", name="floor"),
    changes=("balance_cents",),
    sealed_as=SealedAs.NOTHING,  # verifying works all of it out again from the entries
)

entry = table(
    "entry",
    column("id", TEXT, primary_key=True),
    column("kind", TEXT),
    column("recorded_at", TEXT),
    column("effective_on", TEXT),
    column("prepared_by", TEXT),
    column("approved_by", TEXT, nullable=True),
    column("transfer_count", WHOLE),
    column("versions", TEXT),
    column("commitment", TEXT, nullable=True),
    CheckConstraint(f"NOT ({one_of('kind', FOUR_EYES)}) OR ({DIFFERENT_PEOPLE})", name="four_eyes"),
    CheckConstraint("transfer_count > 0", name="moves_something"),
)

transfer = table(
    "transfer",
    # The entry is written after its transfers, with their number, so that none can be added later.
    column("entry_id", TEXT, refers_to("entry.id")),
    column("position", WHOLE),
    column("debit", TEXT, refers_to("account.code")),
    column("credit", TEXT, refers_to("account.code")),
    column("amount_cents", WHOLE),
    PrimaryKeyConstraint("entry_id", "position"),
    CheckConstraint("debit <> credit", name="two_accounts"),
    CheckConstraint("amount_cents > 0", name="positive"),
    sealed_as=SealedAs.PART_OF_ENTRY,
)
Index(None, transfer.c.debit, transfer.c.amount_cents)
Index(None, transfer.c.credit, transfer.c.amount_cents)
