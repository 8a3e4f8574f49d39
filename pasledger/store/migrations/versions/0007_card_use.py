"""What cards are used with: the key, PINs, tries, and the rule and the ceilings."""

import sqlalchemy as sa
from alembic import op

from pasledger.store.types import TEXT, WHOLE

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "books_key",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("check_value", TEXT, nullable=False),
        sa.Column("recorded_at", TEXT, nullable=False),
        sa.Column("prepared_by", TEXT, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("books_key_only_ck")),
        sa.PrimaryKeyConstraint("id", name=op.f("books_key_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "card_rule",
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("pin_above_cents", WHOLE, nullable=False),
        sa.Column("recorded_at", TEXT, nullable=False),
        sa.Column("prepared_by", TEXT, nullable=False),
        sa.Column("approved_by", TEXT, nullable=False),
        sa.CheckConstraint(
            "approved_by IS NOT NULL AND lower(trim(approved_by)) <> lower(trim(prepared_by))",
            name=op.f("card_rule_four_eyes_ck"),
        ),
        sa.CheckConstraint("pin_above_cents >= 0", name=op.f("card_rule_amount_ck")),
        sa.PrimaryKeyConstraint("version", name=op.f("card_rule_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tries",
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("counted_at", TEXT, nullable=False),
        sa.CheckConstraint("number >= 0", name=op.f("tries_counted_ck")),
        sa.PrimaryKeyConstraint("subject", name=op.f("tries_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "scheme_ceiling",
        sa.Column("code", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("day_ceiling_cents", WHOLE, nullable=True),
        sa.CheckConstraint("day_ceiling_cents > 0", name=op.f("scheme_ceiling_amount_ck")),
        sa.ForeignKeyConstraint(
            ["code", "version"],
            ["scheme.code", "scheme.version"],
            name=op.f("scheme_ceiling_code_version_fk"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("code", "version", name=op.f("scheme_ceiling_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "activation",
        sa.Column("card_id", TEXT, nullable=False),
        sa.Column("sequence", WHOLE, nullable=False),
        sa.Column("code_hash", TEXT, nullable=False),
        sa.Column("ends_before", TEXT, nullable=False),
        sa.Column("recorded_at", TEXT, nullable=False),
        sa.Column("prepared_by", TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["card_id"], ["card.id"], name=op.f("activation_card_id_fk"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("card_id", "sequence", name=op.f("activation_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "pin_unlock",
        sa.Column("card_id", TEXT, nullable=False),
        sa.Column("recorded_at", TEXT, nullable=False),
        sa.Column("prepared_by", TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["card_id"], ["card.id"], name=op.f("pin_unlock_card_id_fk"), initially="DEFERRED", deferrable=True
        ),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "pin",
        sa.Column("card_id", TEXT, nullable=False),
        sa.Column("sequence", WHOLE, nullable=False),
        sa.Column("hash", TEXT, nullable=False),
        sa.Column("activation", WHOLE, nullable=True),
        sa.Column("recorded_at", TEXT, nullable=False),
        sa.Column("prepared_by", TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["card_id", "activation"],
            ["activation.card_id", "activation.sequence"],
            name=op.f("pin_card_id_activation_fk"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["card_id"], ["card.id"], name=op.f("pin_card_id_fk"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("card_id", "sequence", name=op.f("pin_pk")),
        sa.UniqueConstraint("card_id", "activation", name=op.f("pin_card_id_activation_uq")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
