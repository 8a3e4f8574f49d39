"""Later credentials of terminals, and the days on which each credential was used."""

from sqlalchemy import PrimaryKeyConstraint, UniqueConstraint

from pasledger.store.tables.columns import column, refers_to, table
from pasledger.store.types import TEXT, WHOLE

credential = table(
    "credential",
    column("terminal_id", TEXT, refers_to("terminal.id")),
    column("sequence", WHOLE),
    column("prefix", TEXT),
    column("credential_hash", TEXT),
    column("others_end_before", TEXT),
    column("recorded_at", TEXT),
    column("prepared_by", TEXT),
    PrimaryKeyConstraint("terminal_id", "sequence"),
    UniqueConstraint("credential_hash"),
)

# A day is as fine as it gets: it tells whether a credential is in use, and nothing of anybody's hours.
credential_use = table(
    "credential_use",
    column("credential_hash", TEXT),
    column("used_on", TEXT),
    PrimaryKeyConstraint("credential_hash", "used_on"),
)
