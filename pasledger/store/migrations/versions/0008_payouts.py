"""Payouts: settings, runs with their payouts and lines, and what became of each."""

import sqlalchemy as sa
from alembic import op

from pasledger.store.types import TEXT, WHOLE

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "payment_settings",
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("payer_name", TEXT, nullable=False),
        sa.Column("payer_iban", TEXT, nullable=False),
        sa.Column("payer_bic", TEXT, nullable=True),
        sa.Column("minimum_cents", WHOLE, nullable=False),
        sa.Column("most_payment_cents", WHOLE, nullable=False),
        sa.Column("most_run_cents", WHOLE, nullable=False),
        sa.Column("most_in_file", WHOLE, nullable=False),
        sa.Column("is_dedicated", WHOLE, nullable=False),
        sa.Column("recorded_at", TEXT, nullable=False),
        sa.Column("prepared_by", TEXT, nullable=False),
        sa.Column("approved_by", TEXT, nullable=False),
        sa.CheckConstraint(
            "approved_by IS NOT NULL AND lower(trim(approved_by)) <> lower(trim(prepared_by))",
            name=op.f("payment_settings_four_eyes_ck"),
        ),
        sa.PrimaryKeyConstraint("version", name=op.f("payment_settings_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "payout_run",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("year", WHOLE, nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("execute_on", TEXT, nullable=False),
        sa.Column("settings_version", WHOLE, nullable=False),
        sa.Column("recorded_at", TEXT, nullable=False),
        sa.Column("prepared_by", TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["settings_version"],
            ["payment_settings.version"],
            name=op.f("payout_run_settings_version_fk"),
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("payout_run_pk")),
        sa.UniqueConstraint("year", "number", name=op.f("payout_run_year_number_uq")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "written_off",
        sa.Column("entry_id", TEXT, nullable=False),
        sa.Column("merchant_id", TEXT, nullable=False),
        sa.Column("amount_cents", WHOLE, nullable=False),
        sa.Column("decision", TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("written_off_entry_id_fk"), deferrable=True, initially="DEFERRED"
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("written_off_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "payment_file",
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("payments", WHOLE, nullable=False),
        sa.Column("amount_cents", WHOLE, nullable=False),
        sa.Column("sha256", TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["payout_run.id"], name=op.f("payment_file_run_id_fk"), deferrable=True, initially="DEFERRED"
        ),
        sa.PrimaryKeyConstraint("run_id", "number", name=op.f("payment_file_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "payout",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("entry_id", TEXT, nullable=False),
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("place", WHOLE, nullable=False),
        sa.Column("merchant_id", TEXT, nullable=False),
        sa.Column("amount_cents", WHOLE, nullable=False),
        sa.Column("iban", TEXT, nullable=False),
        sa.Column("account_name", TEXT, nullable=False),
        sa.Column("first_day", TEXT, nullable=False),
        sa.Column("last_day", TEXT, nullable=False),
        sa.CheckConstraint("amount_cents > 0", name=op.f("payout_positive_ck")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("payout_entry_id_fk"), deferrable=True, initially="DEFERRED"
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["payout_run.id"], name=op.f("payout_run_id_fk"), deferrable=True, initially="DEFERRED"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("payout_pk")),
        sa.UniqueConstraint("entry_id", name=op.f("payout_entry_id_uq")),
        sa.UniqueConstraint("run_id", "merchant_id", name=op.f("payout_run_id_merchant_id_uq")),
        sa.UniqueConstraint("run_id", "place", name=op.f("payout_run_id_place_uq")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("payout_merchant_id_ix"), "payout", ["merchant_id"])
    op.create_table(
        "payout_waiting",
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("merchant_id", TEXT, nullable=False),
        sa.Column("amount_cents", WHOLE, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.CheckConstraint(
            "reason IN ('below-minimum', 'blocked', 'negative', 'payment-too-large', 'run-full')",
            name=op.f("payout_waiting_reason_ck"),
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["payout_run.id"], name=op.f("payout_waiting_run_id_fk"), deferrable=True, initially="DEFERRED"
        ),
        sa.PrimaryKeyConstraint("run_id", "merchant_id", name=op.f("payout_waiting_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "run_step",
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("step", TEXT, nullable=False),
        sa.Column("recorded_at", TEXT, nullable=False),
        sa.Column("prepared_by", TEXT, nullable=False),
        sa.Column("approved_by", TEXT, nullable=True),
        sa.CheckConstraint(
            "(number = 1 AND step = 'cancelled') OR (approved_by IS NOT NULL AND lower(trim(approved_by)) <> lower(trim(prepared_by)))",
            name=op.f("run_step_four_eyes_ck"),
        ),
        sa.CheckConstraint("step IN ('cancelled', 'released')", name=op.f("run_step_step_ck")),
        sa.ForeignKeyConstraint(
            ["run_id"], ["payout_run.id"], name=op.f("run_step_run_id_fk"), deferrable=True, initially="DEFERRED"
        ),
        sa.PrimaryKeyConstraint("run_id", "number", name=op.f("run_step_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "payout_cancelled",
        sa.Column("entry_id", TEXT, nullable=False),
        sa.Column("payout_id", TEXT, nullable=False),
        sa.Column("merchant_id", TEXT, nullable=False),
        sa.Column("amount_cents", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("payout_cancelled_entry_id_fk"), deferrable=True, initially="DEFERRED"
        ),
        sa.ForeignKeyConstraint(
            ["payout_id"],
            ["payout.id"],
            name=op.f("payout_cancelled_payout_id_fk"),
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("payout_cancelled_pk")),
        sa.UniqueConstraint("payout_id", name=op.f("payout_cancelled_payout_id_uq")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "payout_line",
        sa.Column("line_entry_id", TEXT, nullable=False),
        sa.Column("line_position", WHOLE, nullable=False),
        sa.Column("entry_id", TEXT, nullable=False),
        sa.Column("scheme", TEXT, nullable=False),
        sa.Column("amount_cents", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["payout.entry_id"],
            name=op.f("payout_line_entry_id_fk"),
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(
            ["line_entry_id", "line_position"],
            ["transfer.entry_id", "transfer.position"],
            name=op.f("payout_line_line_entry_id_line_position_fk"),
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.PrimaryKeyConstraint("line_entry_id", "line_position", name=op.f("payout_line_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("payout_line_entry_id_ix"), "payout_line", ["entry_id"])
    op.create_table(
        "payout_step",
        sa.Column("payout_id", TEXT, nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("step", TEXT, nullable=False),
        sa.Column("entry_id", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.CheckConstraint(
            "(number = 1 AND step IN ('cancelled', 'paid')) OR (number = 2 AND step = 'returned')",
            name=op.f("payout_step_step_ck"),
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("payout_step_entry_id_fk"), deferrable=True, initially="DEFERRED"
        ),
        sa.ForeignKeyConstraint(
            ["payout_id"], ["payout.id"], name=op.f("payout_step_payout_id_fk"), deferrable=True, initially="DEFERRED"
        ),
        sa.PrimaryKeyConstraint("payout_id", "number", name=op.f("payout_step_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("payout_step_entry_id_ix"), "payout_step", ["entry_id"])
