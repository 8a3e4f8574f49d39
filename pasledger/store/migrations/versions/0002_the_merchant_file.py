"""The merchant file: contacts, checks of accounts, and the end of a merchant."""

import sqlalchemy as sa
from alembic import op

from pasledger.store.types import TEXT, WHOLE

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_FOUR_EYES = "approved_by IS NOT NULL AND lower(trim(approved_by)) <> lower(trim(prepared_by))"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "merchant_check",
        sa.Column("merchant_id", TEXT, nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("iban", TEXT, nullable=False),
        sa.Column("account_name", TEXT, nullable=False),
        sa.Column("checked_on", TEXT, nullable=False),
        sa.Column("way", TEXT, nullable=False),
        sa.Column("result", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("checked_by", TEXT, nullable=False),
        sa.Column("recorded_at", TEXT, nullable=False),
        sa.Column("prepared_by", TEXT, nullable=False),
        sa.Column("approved_by", TEXT, nullable=True),
        sa.CheckConstraint("way IN ('bank', 'call-back', 'document', 'payment')", name=op.f("merchant_check_way_ck")),
        sa.CheckConstraint(
            "result IN ('match', 'no-match', 'not-possible', 'partial-match', 'returned')",
            name=op.f("merchant_check_result_ck"),
        ),
        sa.CheckConstraint(f"result = 'returned' OR ({_FOUR_EYES})", name=op.f("merchant_check_four_eyes_ck")),
        sa.PrimaryKeyConstraint("merchant_id", "number", name=op.f("merchant_check_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "merchant_contact",
        sa.Column("merchant_id", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("email", TEXT, nullable=False),
        sa.Column("phone", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("merchant_id", "version", name=op.f("merchant_contact_pk")),
        sa.ForeignKeyConstraint(
            ["merchant_id", "version"],
            ["merchant.id", "merchant.version"],
            name=op.f("merchant_contact_merchant_id_version_fk"),
            deferrable=True,
            initially="DEFERRED",
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "merchant_end",
        sa.Column("merchant_id", TEXT, nullable=False),
        sa.Column("ends_before", TEXT, nullable=False),
        sa.Column("recorded_at", TEXT, nullable=False),
        sa.Column("prepared_by", TEXT, nullable=False),
        sa.Column("approved_by", TEXT, nullable=False),
        sa.CheckConstraint(_FOUR_EYES, name=op.f("merchant_end_four_eyes_ck")),
        sa.PrimaryKeyConstraint("merchant_id", name=op.f("merchant_end_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
