"""Award batches: what each awards, from which file, who took part, and what was done with it."""

import sqlalchemy as sa
from alembic import op

from pasledger.store.types import TEXT, WHOLE

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "batch_content",
        sa.Column("batch_id", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("fingerprint", TEXT, nullable=False),
        sa.Column("sums", TEXT, nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("batch_content_counted_from_one_ck")),
        sa.PrimaryKeyConstraint("batch_id", "version", name=op.f("batch_content_pk")),
        sa.UniqueConstraint(
            "batch_id", "version", "fingerprint", name=op.f("batch_content_batch_id_version_fingerprint_uq")
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "batch_hand",
        sa.Column("batch_id", TEXT, nullable=False),
        sa.Column("person", TEXT, nullable=False),
        sa.Column("part", TEXT, nullable=False),
        sa.Column("recorded_at", TEXT, nullable=False),
        sa.CheckConstraint("part IN ('approver', 'maker')", name=op.f("batch_hand_part_ck")),
        sa.CheckConstraint("person = lower(trim(person))", name=op.f("batch_hand_person_ck")),
        sa.PrimaryKeyConstraint("batch_id", "person", name=op.f("batch_hand_pk")),
        sa.UniqueConstraint("batch_id", "person", "part", name=op.f("batch_hand_batch_id_person_part_uq")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "batch_key",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("batch_key_only_ck")),
        sa.PrimaryKeyConstraint("id", name=op.f("batch_key_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "batch_source",
        sa.Column("source", TEXT, nullable=False),
        sa.Column("batch_id", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("batch_source_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "second_approval",
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("above_cents", WHOLE, nullable=True),
        sa.Column("recorded_at", TEXT, nullable=False),
        sa.Column("prepared_by", TEXT, nullable=False),
        sa.Column("approved_by", TEXT, nullable=False),
        sa.CheckConstraint(
            "approved_by IS NOT NULL AND lower(trim(approved_by)) <> lower(trim(prepared_by))",
            name=op.f("second_approval_four_eyes_ck"),
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("second_approval_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "batch_row",
        sa.Column("batch_id", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("place", WHOLE, nullable=False),
        sa.Column("text", TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id", "version"],
            ["batch_content.batch_id", "batch_content.version"],
            name=op.f("batch_row_batch_id_version_fk"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("batch_id", "version", "place", name=op.f("batch_row_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "batch_step",
        sa.Column("batch_id", TEXT, nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("fingerprint", TEXT, nullable=False),
        sa.Column("recorded_at", TEXT, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("person", TEXT, nullable=False),
        sa.Column("part", TEXT, nullable=True),
        sa.Column("note", TEXT, nullable=True),
        sa.CheckConstraint(
            "coalesce(part, '') = CASE WHEN kind IN ('changed', 'prepared', 'submitted') THEN 'maker' WHEN kind IN ('approved') THEN 'approver' ELSE '' END",
            name=op.f("batch_step_part_ck"),
        ),
        sa.CheckConstraint(
            "kind IN ('approved', 'booked', 'changed', 'prepared', 'rejected', 'reversed', 'submitted')",
            name=op.f("batch_step_kind_ck"),
        ),
        sa.ForeignKeyConstraint(
            ["batch_id", "person", "part"],
            ["batch_hand.batch_id", "batch_hand.person", "batch_hand.part"],
            name=op.f("batch_step_batch_id_person_part_fk"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["batch_id", "version", "fingerprint"],
            ["batch_content.batch_id", "batch_content.version", "batch_content.fingerprint"],
            name=op.f("batch_step_batch_id_version_fingerprint_fk"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("batch_id", "number", name=op.f("batch_step_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "batch_award",
        sa.Column("batch_id", TEXT, nullable=False),
        sa.Column("entitlement_id", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id", "version"],
            ["batch_content.batch_id", "batch_content.version"],
            name=op.f("batch_award_batch_id_version_fk"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["entitlement_id"],
            ["entitlement.id"],
            name=op.f("batch_award_entitlement_id_fk"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("batch_id", "entitlement_id", name=op.f("batch_award_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
