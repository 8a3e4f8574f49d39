"""Where files come from."""

import sqlalchemy as sa
from alembic import op

from pasledger.store.types import TEXT, WHOLE

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "file_source",
        sa.Column("code", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("titles", TEXT, nullable=False),
        sa.Column("recorded_at", TEXT, nullable=False),
        sa.Column("prepared_by", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("code", "version", name=op.f("file_source_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
