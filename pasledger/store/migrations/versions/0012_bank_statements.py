"""Bank statements, their lines, and what each line turned out to be."""

import sqlalchemy as sa
from alembic import op

from pasledger.store.types import TEXT, WHOLE

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "bank_statement",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("iban", TEXT, nullable=False),
        sa.Column("bank_id", TEXT, nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("until", TEXT, nullable=False),
        sa.Column("opening_cents", WHOLE, nullable=False),
        sa.Column("closing_cents", WHOLE, nullable=False),
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("recorded_at", TEXT, nullable=False),
        sa.Column("prepared_by", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("bank_statement_pk")),
        sa.UniqueConstraint("iban", "number", "until", name=op.f("bank_statement_iban_number_until_uq")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "bank_line",
        sa.Column("statement_id", TEXT, nullable=False),
        sa.Column("position", WHOLE, nullable=False),
        sa.Column("amount_cents", WHOLE, nullable=False),
        sa.Column("booked_on", TEXT, nullable=False),
        sa.Column("end_to_end_id", TEXT, nullable=False),
        sa.Column("payment_information_id", TEXT, nullable=False),
        sa.Column("iban", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("text", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["statement_id"],
            ["bank_statement.id"],
            name=op.f("bank_line_statement_id_fk"),
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.PrimaryKeyConstraint("statement_id", "position", name=op.f("bank_line_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "bank_line_settled",
        sa.Column("statement_id", TEXT, nullable=False),
        sa.Column("position", WHOLE, nullable=False),
        sa.Column("purpose", TEXT, nullable=False),
        sa.Column("entry_id", TEXT, nullable=True),
        sa.Column("amount_cents", WHOLE, nullable=False),
        sa.Column("parts", TEXT, nullable=False),
        sa.Column("is_matched", WHOLE, nullable=False),
        sa.Column("recorded_at", TEXT, nullable=False),
        sa.Column("prepared_by", TEXT, nullable=False),
        sa.Column("approved_by", TEXT, nullable=True),
        sa.CheckConstraint(
            "is_matched = 1 OR (approved_by IS NOT NULL AND lower(trim(approved_by)) <> lower(trim(prepared_by)))",
            name=op.f("bank_line_settled_four_eyes_ck"),
        ),
        sa.CheckConstraint(
            "(purpose IN ('paid', 'repaid', 'returned')) = (entry_id IS NOT NULL)",
            name=op.f("bank_line_settled_is_booked_ck"),
        ),
        sa.CheckConstraint(
            "purpose IN ('budget-in', 'freed-out', 'other', 'paid', 'repaid', 'returned')",
            name=op.f("bank_line_settled_purpose_ck"),
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["entry.id"],
            name=op.f("bank_line_settled_entry_id_fk"),
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.ForeignKeyConstraint(
            ["statement_id", "position"],
            ["bank_line.statement_id", "bank_line.position"],
            name=op.f("bank_line_settled_statement_id_position_fk"),
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.PrimaryKeyConstraint("statement_id", "position", name=op.f("bank_line_settled_pk")),
        sa.UniqueConstraint("entry_id", name=op.f("bank_line_settled_entry_id_uq")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
