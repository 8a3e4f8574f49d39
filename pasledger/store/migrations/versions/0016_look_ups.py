"""Whom somebody at the desk looked up, and why."""

import sqlalchemy as sa
from alembic import op

from pasledger.store.types import TEXT

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "look_up",
        sa.Column("act_id", TEXT, nullable=False),
        sa.Column("purpose", TEXT, nullable=False),
        sa.Column("holder_id", TEXT, nullable=True),
        sa.Column("card_id", TEXT, nullable=True),
        sa.CheckConstraint("purpose IN ('card', 'money', 'own-data', 'pin')", name=op.f("look_up_purpose_ck")),
        _refers_to("act_id", "act.id"),
        _refers_to("card_id", "card.id"),
        _refers_to("holder_id", "holder.id"),
        sa.PrimaryKeyConstraint("act_id", name=op.f("look_up_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("look_up_holder_id_ix"), "look_up", ["holder_id"], unique=False)


def _refers_to(column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [other], name=op.f(f"look_up_{column}_fk"), initially="DEFERRED", deferrable=True
    )
