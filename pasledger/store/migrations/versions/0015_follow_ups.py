"""What became of an auditor's findings."""

import sqlalchemy as sa
from alembic import op

from pasledger.store.types import TEXT, WHOLE

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "follow_up",
        sa.Column("finding", TEXT, nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("note", TEXT, nullable=False),
        sa.Column("recorded_at", TEXT, nullable=False),
        sa.Column("prepared_by", TEXT, nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("follow_up_counted_from_one_ck")),
        sa.CheckConstraint(
            "state IN ('corrected', 'error', 'examining', 'explained', 'open', 'uncertain')",
            name=op.f("follow_up_state_ck"),
        ),
        sa.PrimaryKeyConstraint("finding", "number", name=op.f("follow_up_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
