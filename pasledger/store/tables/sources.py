"""Where files come from, and what their titles mean."""

from sqlalchemy import PrimaryKeyConstraint

from pasledger.store.tables.columns import column, table
from pasledger.store.types import TEXT, WHOLE

file_source = table(
    "file_source",
    column("code", TEXT),
    column("version", WHOLE),
    # A list of [title, column].
    column("titles", TEXT),
    column("recorded_at", TEXT),
    column("prepared_by", TEXT),
    PrimaryKeyConstraint("code", "version"),
)
