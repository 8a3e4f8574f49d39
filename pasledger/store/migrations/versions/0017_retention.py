"""How long references are kept, and a record of each that goes."""

import sqlalchemy as sa
from alembic import op

from pasledger.store.types import TEXT, WHOLE

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_KINDS = "'award-draft', 'award-row', 'contact', 'decision', 'holder', 'merchant-reference', 'person'"
_FOUR_EYES = "approved_by IS NOT NULL AND lower(trim(approved_by)) <> lower(trim(prepared_by))"


def upgrade() -> None:
    """Make the tables. The guards that want a record for each deletion come after, with all others."""
    op.create_table(
        "retention_period",
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("length", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("recorded_at", TEXT, nullable=False),
        sa.Column("prepared_by", TEXT, nullable=False),
        sa.Column("approved_by", TEXT, nullable=False),
        sa.CheckConstraint(f"kind IN ({_KINDS})", name=op.f("retention_period_kind_ck")),
        sa.CheckConstraint("version > 0", name=op.f("retention_period_counted_from_one_ck")),
        sa.CheckConstraint(_FOUR_EYES, name=op.f("retention_period_four_eyes_ck")),
        sa.PrimaryKeyConstraint("kind", "version", name=op.f("retention_period_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "unlinking",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("begun_by", TEXT, nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("recorded_at", TEXT, nullable=False),
        sa.Column("prepared_by", TEXT, nullable=False),
        sa.Column("approved_by", TEXT, nullable=False),
        sa.CheckConstraint(f"kind IN ({_KINDS})", name=op.f("unlinking_kind_ck")),
        sa.CheckConstraint("number > 0", name=op.f("unlinking_unlinks_something_ck")),
        sa.CheckConstraint(_FOUR_EYES, name=op.f("unlinking_four_eyes_ck")),
        sa.PrimaryKeyConstraint("id", name=op.f("unlinking_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "unlinked",
        sa.Column("in_table", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("unlinking_id", TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["unlinking_id"],
            ["unlinking.id"],
            name=op.f("unlinked_unlinking_id_fk"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("in_table", "key", name=op.f("unlinked_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
