"""Master data: schemes, merchants with their terminals, holders with their cards."""

from sqlalchemy import CheckConstraint, PrimaryKeyConstraint, UniqueConstraint

from pasledger.rules.cards import CardState
from pasledger.store.tables.columns import DIFFERENT_PEOPLE, column, one_of, refers_to, table
from pasledger.store.types import TEXT, WHOLE

scheme = table(
    "scheme",
    column("code", TEXT),
    column("version", WHOLE),
    column("effective_from", TEXT),
    column("name_nl", TEXT),
    column("name_en", TEXT),
    column("categories", TEXT),
    column("merchants", TEXT),
    column("validity", TEXT),
    column("fixed_starts_on", TEXT, nullable=True),
    column("fixed_ends_before", TEXT, nullable=True),
    column("least_cents", WHOLE),
    column("most_cents", WHOLE),
    column("legal_basis", TEXT),
    column("task_field", TEXT),
    column("iv3_category", TEXT),
    column("recorded_at", TEXT),
    column("prepared_by", TEXT),
    column("approved_by", TEXT),
    PrimaryKeyConstraint("code", "version"),
    CheckConstraint(DIFFERENT_PEOPLE, name="four_eyes"),
)

merchant = table(
    "merchant",
    column("id", TEXT),
    column("version", WHOLE),
    column("effective_from", TEXT),
    column("name", TEXT),
    column("place", TEXT),
    column("category", TEXT),
    column("iban", TEXT),
    column("kvk_number", TEXT),
    column("recorded_at", TEXT),
    column("prepared_by", TEXT),
    column("approved_by", TEXT),
    PrimaryKeyConstraint("id", "version"),
    UniqueConstraint("name", "version"),
    CheckConstraint(DIFFERENT_PEOPLE, name="four_eyes"),
)

terminal = table(
    "terminal",
    column("id", TEXT, primary_key=True),
    column("merchant_id", TEXT),
    column("label", TEXT),
    column("credential_prefix", TEXT),
    column("credential_hash", TEXT),
    column("recorded_at", TEXT),
    column("prepared_by", TEXT),
    column("revoked_at", TEXT, nullable=True),
    column("revoked_by", TEXT, nullable=True),
    UniqueConstraint("credential_hash"),
    changes=("revoked_at", "revoked_by"),
)

# What the columns that change stand at can be changed back; a row here can not.
terminal_revocation = table(
    "terminal_revocation",
    column("terminal_id", TEXT, refers_to("terminal.id"), primary_key=True),
    column("recorded_at", TEXT),
    column("prepared_by", TEXT),
)

holder = table(
    "holder",
    column("id", TEXT, primary_key=True),
    column("commitment", TEXT),
    column("recorded_at", TEXT),
    column("prepared_by", TEXT),
)

# The only place of a holder's reference: a row can be deleted when its term is over, and the books still prove all.
holder_reference = table(
    "holder_reference",
    column("holder_id", TEXT, refers_to("holder.id"), primary_key=True),
    column("reference", TEXT),
    column("salt", TEXT),
    UniqueConstraint("reference"),
    is_reference=True,
)

card = table(
    "card",
    column("id", TEXT, primary_key=True),
    column("holder_id", TEXT, refers_to("holder.id")),
    column("number", TEXT),
    column("token_hash", TEXT),
    column("state", TEXT),
    column("recorded_at", TEXT),
    column("prepared_by", TEXT),
    UniqueConstraint("number"),
    UniqueConstraint("token_hash"),
    CheckConstraint(one_of("state", tuple(CardState)), name="state"),
    changes=("state",),
)

# Every state that a card was in, the first too.
card_change = table(
    "card_change",
    column("card_id", TEXT, refers_to("card.id")),
    column("recorded_at", TEXT),
    column("state", TEXT),
    column("prepared_by", TEXT),
    is_log=True,
)
