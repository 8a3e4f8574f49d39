"""What a scheme gives by category."""

import sqlalchemy as sa
from alembic import op

from pasledger.store.types import TEXT, WHOLE

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "scheme_amount",
        sa.Column("scheme", TEXT, nullable=False),
        sa.Column("scheme_version", WHOLE, nullable=False),
        sa.Column("category", TEXT, nullable=False),
        sa.Column("amount_cents", WHOLE, nullable=False),
        sa.PrimaryKeyConstraint("scheme", "scheme_version", "category", name=op.f("scheme_amount_pk")),
        sa.ForeignKeyConstraint(
            ["scheme", "scheme_version"],
            ["scheme.code", "scheme.version"],
            name=op.f("scheme_amount_scheme_scheme_version_fk"),
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.CheckConstraint("amount_cents > 0", name=op.f("scheme_amount_gives_something_ck")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
