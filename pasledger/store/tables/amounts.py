"""What a version of a scheme gives by category; a version without a table has no rows here."""

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, PrimaryKeyConstraint

from pasledger.store.tables.columns import AT_COMMIT, column, table
from pasledger.store.types import TEXT, WHOLE

scheme_amount = table(
    "scheme_amount",
    column("scheme", TEXT),
    column("scheme_version", WHOLE),
    column("category", TEXT),
    column("amount_cents", WHOLE),
    PrimaryKeyConstraint("scheme", "scheme_version", "category"),
    ForeignKeyConstraint(["scheme", "scheme_version"], ["scheme.code", "scheme.version"], **AT_COMMIT),
    CheckConstraint("amount_cents > 0", name="gives_something"),
)
