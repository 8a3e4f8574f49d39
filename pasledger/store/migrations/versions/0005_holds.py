"""Holds, what became of them, references of merchants, and what a merchant is shown in order."""

import sqlalchemy as sa
from alembic import op

from pasledger.store.types import TEXT, WHOLE

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, and the indexes by which lists are read."""
    op.create_table(
        "merchant_reference",
        sa.Column("entry_id", TEXT, nullable=False),
        sa.Column("reference", TEXT, nullable=False),
        sa.Column("salt", TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["entry.id"],
            name=op.f("merchant_reference_entry_id_fk"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("merchant_reference_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("merchant_reference_reference_ix"), "merchant_reference", ["reference"], unique=False)
    op.create_table(
        "hold",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("entry_id", TEXT, nullable=False),
        sa.Column("merchant_id", TEXT, nullable=False),
        sa.Column("terminal_id", TEXT, nullable=True),
        sa.Column("card_id", TEXT, nullable=False),
        sa.Column("holder_id", TEXT, nullable=False),
        sa.Column("amount_cents", WHOLE, nullable=False),
        sa.Column("ends_before", TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["card_id"], ["card.id"], name=op.f("hold_card_id_fk"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("hold_entry_id_fk"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["terminal_id"], ["terminal.id"], name=op.f("hold_terminal_id_fk"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("hold_pk")),
        sa.UniqueConstraint("entry_id", name=op.f("hold_entry_id_uq")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("hold_ends_before_ix"), "hold", ["ends_before"], unique=False)
    op.create_index(op.f("hold_merchant_id_entry_id_ix"), "hold", ["merchant_id", "entry_id"], unique=False)
    op.create_table(
        "hold_capture",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("entry_id", TEXT, nullable=False),
        sa.Column("hold_id", TEXT, nullable=False),
        sa.Column("merchant_id", TEXT, nullable=False),
        sa.Column("amount_cents", WHOLE, nullable=False),
        sa.Column("parts", TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("hold_capture_entry_id_fk"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["hold_id"], ["hold.id"], name=op.f("hold_capture_hold_id_fk"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("hold_capture_pk")),
        sa.UniqueConstraint("entry_id", name=op.f("hold_capture_entry_id_uq")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("hold_capture_hold_id_ix"), "hold_capture", ["hold_id"], unique=False)
    op.create_index(
        op.f("hold_capture_merchant_id_entry_id_ix"), "hold_capture", ["merchant_id", "entry_id"], unique=False
    )
    op.create_table(
        "hold_refund",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("entry_id", TEXT, nullable=False),
        sa.Column("hold_id", TEXT, nullable=False),
        sa.Column("merchant_id", TEXT, nullable=False),
        sa.Column("amount_cents", WHOLE, nullable=False),
        sa.Column("parts", TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("hold_refund_entry_id_fk"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["hold_id"], ["hold.id"], name=op.f("hold_refund_hold_id_fk"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("hold_refund_pk")),
        sa.UniqueConstraint("entry_id", name=op.f("hold_refund_entry_id_uq")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("hold_refund_hold_id_ix"), "hold_refund", ["hold_id"], unique=False)
    op.create_index(
        op.f("hold_refund_merchant_id_entry_id_ix"), "hold_refund", ["merchant_id", "entry_id"], unique=False
    )
    op.create_table(
        "hold_release",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("entry_id", TEXT, nullable=False),
        sa.Column("hold_id", TEXT, nullable=False),
        sa.Column("merchant_id", TEXT, nullable=False),
        sa.Column("amount_cents", WHOLE, nullable=False),
        sa.Column("parts", TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("hold_release_entry_id_fk"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["hold_id"], ["hold.id"], name=op.f("hold_release_hold_id_fk"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("hold_release_pk")),
        sa.UniqueConstraint("entry_id", name=op.f("hold_release_entry_id_uq")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("hold_release_hold_id_ix"), "hold_release", ["hold_id"], unique=False)
    op.create_index(op.f("redemption_merchant_id_entry_id_ix"), "redemption", ["merchant_id", "entry_id"], unique=False)
    op.create_index(op.f("refund_merchant_id_entry_id_ix"), "refund", ["merchant_id", "entry_id"], unique=False)
