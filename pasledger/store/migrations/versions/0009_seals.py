"""Seals; and every state of a card and every end of a terminal in a log of its own, so that it can be sealed."""

import sqlalchemy as sa
from alembic import op

from pasledger.store.types import TEXT, WHOLE

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and write down the states that there are."""
    op.create_table(
        "seal",
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("sealed_at", TEXT, nullable=False),
        sa.Column("sealed_by", TEXT, nullable=False),
        sa.Column("leaves", WHOLE, nullable=False),
        sa.Column("tree", TEXT, nullable=False),
        sa.Column("previous", TEXT, nullable=False),
        sa.Column("root", TEXT, nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("seal_counted_from_one_ck")),
        sa.CheckConstraint("leaves > 0", name=op.f("seal_seals_something_ck")),
        sa.PrimaryKeyConstraint("number", name=op.f("seal_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sealed",
        sa.Column("in_table", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("seal", WHOLE, nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["seal"], ["seal.number"], name=op.f("sealed_seal_fk"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("in_table", "key", name=op.f("sealed_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "terminal_revocation",
        sa.Column("terminal_id", TEXT, nullable=False),
        sa.Column("recorded_at", TEXT, nullable=False),
        sa.Column("prepared_by", TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["terminal_id"],
            ["terminal.id"],
            name=op.f("terminal_revocation_terminal_id_fk"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("terminal_id", name=op.f("terminal_revocation_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO terminal_revocation (terminal_id, recorded_at, prepared_by)"
        " SELECT id, revoked_at, revoked_by FROM terminal WHERE revoked_at IS NOT NULL"
    )
    op.execute(
        "INSERT INTO card_change (card_id, recorded_at, state, prepared_by)"
        " SELECT id, recorded_at, state, prepared_by FROM card"
        " WHERE NOT EXISTS (SELECT 1 FROM card_change WHERE card_id = card.id)"
    )
