"""Offers of merchants, what became of each, and how often it was used."""

import sqlalchemy as sa
from alembic import op

from pasledger.store.types import TEXT, WHOLE

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "offer",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("merchant_id", TEXT, nullable=False),
        sa.Column("words_nl", TEXT, nullable=False),
        sa.Column("words_en", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("percent", WHOLE, nullable=True),
        sa.Column("amount_cents", WHOLE, nullable=True),
        sa.Column("starts_on", TEXT, nullable=False),
        sa.Column("ends_before", TEXT, nullable=False),
        sa.Column("per_card", WHOLE, nullable=True),
        sa.Column("stock", WHOLE, nullable=True),
        sa.Column("branches", TEXT, nullable=False),
        sa.Column("recorded_at", TEXT, nullable=False),
        sa.Column("prepared_by", TEXT, nullable=False),
        sa.Column("used", WHOLE, nullable=False),
        sa.CheckConstraint("kind IN ('amount-off', 'percentage', 'price', 'text')", name=op.f("offer_kind_ck")),
        sa.CheckConstraint("(percent IS NOT NULL) = (kind = 'percentage')", name=op.f("offer_has_a_percentage_ck")),
        sa.CheckConstraint(
            "(amount_cents IS NOT NULL) = (kind IN ('amount-off', 'price'))", name=op.f("offer_has_an_amount_ck")
        ),
        sa.CheckConstraint("percent BETWEEN 1 AND 100", name=op.f("offer_percent_ck")),
        sa.CheckConstraint("amount_cents > 0", name=op.f("offer_amount_ck")),
        sa.CheckConstraint("starts_on < ends_before", name=op.f("offer_period_ck")),
        sa.CheckConstraint("per_card > 0", name=op.f("offer_per_card_ck")),
        sa.CheckConstraint("used >= 0 AND (stock IS NULL OR used <= stock)", name=op.f("offer_stock_ck")),
        sa.PrimaryKeyConstraint("id", name=op.f("offer_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("offer_merchant_id_ix"), "offer", ["merchant_id"])
    op.create_table(
        "offer_step",
        sa.Column("offer_id", TEXT, nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("step", TEXT, nullable=False),
        sa.Column("recorded_at", TEXT, nullable=False),
        sa.Column("prepared_by", TEXT, nullable=False),
        sa.Column("approved_by", TEXT, nullable=True),
        _of_an_offer("offer_step"),
        sa.CheckConstraint("step IN ('approved', 'forgotten', 'stopped')", name=op.f("offer_step_step_ck")),
        sa.CheckConstraint("number > 0", name=op.f("offer_step_counted_from_one_ck")),
        sa.CheckConstraint(
            "step <> 'approved' OR (number = 1 AND approved_by IS NOT NULL"
            " AND lower(trim(approved_by)) <> lower(trim(prepared_by)))",
            name=op.f("offer_step_four_eyes_ck"),
        ),
        sa.PrimaryKeyConstraint("offer_id", "number", name=op.f("offer_step_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "offer_use",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("offer_id", TEXT, nullable=False),
        sa.Column("used_on", TEXT, nullable=False),
        sa.Column("terminal_id", TEXT, nullable=True),
        _of_an_offer("offer_use"),
        sa.ForeignKeyConstraint(
            ["terminal_id"],
            ["terminal.id"],
            name=op.f("offer_use_terminal_id_fk"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("offer_use_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("offer_use_offer_id_ix"), "offer_use", ["offer_id"])
    op.create_table(
        "offer_mark",
        sa.Column("offer_id", TEXT, nullable=False),
        sa.Column("mark", TEXT, nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        _of_an_offer("offer_mark"),
        sa.CheckConstraint("number > 0", name=op.f("offer_mark_counted_from_one_ck")),
        sa.PrimaryKeyConstraint("offer_id", "mark", "number", name=op.f("offer_mark_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _of_an_offer(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["offer_id"], ["offer.id"], name=op.f(f"{table}_offer_id_fk"), initially="DEFERRED", deferrable=True
    )
