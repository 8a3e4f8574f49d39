"""What staff changes afterwards: ends of entitlements, lapses, freeings, corrections, closed years."""

import sqlalchemy as sa
from alembic import op

from pasledger.store.types import TEXT, WHOLE

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_FOUR_EYES = "approved_by IS NOT NULL AND lower(trim(approved_by)) <> lower(trim(prepared_by))"


def upgrade() -> None:
    """Make the tables of what is changed."""
    _make_lapse()
    _make_entitlement_end()
    _make_freeing()
    _make_correction()
    _make_year_closed()


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"{table}_{column}_fk")
    return sa.ForeignKeyConstraint([column], [to], name=name, initially="DEFERRED", deferrable=True)


def _make_lapse() -> None:
    op.create_table(
        "lapse",
        sa.Column("entry_id", TEXT, nullable=False),
        sa.Column("entitlement_id", TEXT, nullable=False),
        sa.Column("scheme", TEXT, nullable=False),
        sa.Column("year", WHOLE, nullable=False),
        sa.Column("amount_cents", WHOLE, nullable=False),
        sa.Column("freeings", WHOLE, nullable=False),
        _refers("lapse", "entry_id", "entry.id"),
        _refers("lapse", "entitlement_id", "entitlement.id"),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("lapse_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("lapse_entitlement_id_ix"), "lapse", ["entitlement_id"])


def _make_entitlement_end() -> None:
    op.create_table(
        "entitlement_end",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("entitlement_id", TEXT, nullable=False),
        sa.Column("entry_id", TEXT, nullable=True),
        sa.Column("ends_before", TEXT, nullable=False),
        sa.Column("is_withdrawn", WHOLE, nullable=False),
        sa.Column("amount_cents", WHOLE, nullable=False),
        sa.Column("lapse_entry_id", TEXT, nullable=True),
        sa.Column("recorded_at", TEXT, nullable=False),
        sa.Column("effective_on", TEXT, nullable=False),
        sa.Column("prepared_by", TEXT, nullable=False),
        sa.Column("approved_by", TEXT, nullable=False),
        sa.CheckConstraint("is_withdrawn IN (0, 1)", name=op.f("entitlement_end_yes_or_no_ck")),
        sa.CheckConstraint(
            "(entry_id IS NULL) = (amount_cents = 0)", name=op.f("entitlement_end_moves_with_an_entry_ck")
        ),
        sa.CheckConstraint(_FOUR_EYES, name=op.f("entitlement_end_four_eyes_ck")),
        _refers("entitlement_end", "entitlement_id", "entitlement.id"),
        _refers("entitlement_end", "entry_id", "entry.id"),
        _refers("entitlement_end", "lapse_entry_id", "lapse.entry_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("entitlement_end_pk")),
        sa.UniqueConstraint("entry_id", name=op.f("entitlement_end_entry_id_uq")),
        sa.UniqueConstraint("lapse_entry_id", name=op.f("entitlement_end_lapse_entry_id_uq")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("entitlement_end_entitlement_id_id_ix"), "entitlement_end", ["entitlement_id", "id"])


def _make_freeing() -> None:
    op.create_table(
        "freeing",
        sa.Column("entry_id", TEXT, nullable=False),
        sa.Column("scheme", TEXT, nullable=False),
        sa.Column("year", WHOLE, nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("amount_cents", WHOLE, nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("freeing_counted_from_one_ck")),
        _refers("freeing", "entry_id", "entry.id"),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("freeing_pk")),
        sa.UniqueConstraint("scheme", "year", "number", name=op.f("freeing_scheme_year_number_uq")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _make_correction() -> None:
    op.create_table(
        "correction",
        sa.Column("entry_id", TEXT, nullable=False),
        sa.Column("corrects", TEXT, nullable=False),
        sa.Column("merchant_id", TEXT, nullable=True),
        sa.Column("amount_cents", WHOLE, nullable=False),
        sa.Column("parts", TEXT, nullable=False),
        _refers("correction", "entry_id", "entry.id"),
        _refers("correction", "corrects", "entry.id"),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("correction_pk")),
        sa.UniqueConstraint("corrects", name=op.f("correction_corrects_uq")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _make_year_closed() -> None:
    op.create_table(
        "year_closed",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("scheme", TEXT, nullable=False),
        sa.Column("year", WHOLE, nullable=False),
        sa.Column("recorded_at", TEXT, nullable=False),
        sa.Column("effective_on", TEXT, nullable=False),
        sa.Column("prepared_by", TEXT, nullable=False),
        sa.Column("approved_by", TEXT, nullable=False),
        sa.CheckConstraint(_FOUR_EYES, name=op.f("year_closed_four_eyes_ck")),
        sa.PrimaryKeyConstraint("scheme", "year", name=op.f("year_closed_pk")),
        sa.UniqueConstraint("id", name=op.f("year_closed_id_uq")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
