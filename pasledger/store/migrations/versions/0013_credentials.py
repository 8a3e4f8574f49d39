"""Later credentials of terminals, and the days on which credentials were used."""

import sqlalchemy as sa
from alembic import op

from pasledger.store.types import TEXT, WHOLE

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "credential_use",
        sa.Column("credential_hash", TEXT, nullable=False),
        sa.Column("used_on", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("credential_hash", "used_on", name=op.f("credential_use_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "credential",
        sa.Column("terminal_id", TEXT, nullable=False),
        sa.Column("sequence", WHOLE, nullable=False),
        sa.Column("prefix", TEXT, nullable=False),
        sa.Column("credential_hash", TEXT, nullable=False),
        sa.Column("others_end_before", TEXT, nullable=False),
        sa.Column("recorded_at", TEXT, nullable=False),
        sa.Column("prepared_by", TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["terminal_id"],
            ["terminal.id"],
            name=op.f("credential_terminal_id_fk"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("terminal_id", "sequence", name=op.f("credential_pk")),
        sa.UniqueConstraint("credential_hash", name=op.f("credential_credential_hash_uq")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
