"""Actors, each as the changes that made it; and the log of what they did."""

import sqlalchemy as sa
from alembic import op

from pasledger.store.types import TEXT, WHOLE

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of actors and of the log."""
    op.create_table(
        "actor_change",
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("recorded_at", TEXT, nullable=False),
        sa.Column("made_by", TEXT, nullable=False),
        sa.Column("role", TEXT, nullable=True),
        sa.Column("credential_hash", TEXT, nullable=True),
        sa.CheckConstraint(
            "(credential_hash IS NOT NULL) = (kind = 'credential-given')",
            name=op.f("actor_change_about_a_credential_ck"),
        ),
        sa.CheckConstraint(
            "(role IS NOT NULL) = (kind IN ('role-given', 'role-taken'))", name=op.f("actor_change_about_a_role_ck")
        ),
        sa.CheckConstraint(
            "kind IN ('added', 'credential-given', 'ended', 'login-trusted', 'role-given', 'role-taken')",
            name=op.f("actor_change_kind_ck"),
        ),
        sa.CheckConstraint("number > 0", name=op.f("actor_change_counted_from_one_ck")),
        sa.CheckConstraint(
            "role IN ('administrator', 'approver', 'auditor', 'clerk', 'treasurer')", name=op.f("actor_change_role_ck")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("actor_change_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "act",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("recorded_at", TEXT, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("approver", TEXT, nullable=True),
        sa.Column("action", TEXT, nullable=False),
        sa.Column("about", TEXT, nullable=False),
        sa.Column("origin", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("act_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("act_recorded_at_ix"), "act", ["recorded_at"], unique=False)
    op.create_table(
        "act_result",
        sa.Column("act_id", TEXT, nullable=False),
        sa.Column("recorded_at", TEXT, nullable=False),
        sa.Column("result", TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["act_id"], ["act.id"], name=op.f("act_result_act_id_fk"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("act_id", name=op.f("act_result_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
