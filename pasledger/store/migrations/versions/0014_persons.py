"""Persons who work for merchants, and what they sign in with."""

import sqlalchemy as sa
from alembic import op

from pasledger.store.types import TEXT, WHOLE

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "person",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("number", TEXT, nullable=False),
        sa.Column("merchant_id", TEXT, nullable=False),
        sa.Column("role", TEXT, nullable=False),
        sa.Column("commitment", TEXT, nullable=False),
        sa.Column("recorded_at", TEXT, nullable=False),
        sa.Column("prepared_by", TEXT, nullable=False),
        sa.CheckConstraint("role IN ('administrator', 'cashier')", name=op.f("person_role_ck")),
        sa.PrimaryKeyConstraint("id", name=op.f("person_pk")),
        sa.UniqueConstraint("number", name=op.f("person_number_uq")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "person_name",
        sa.Column("person_id", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("salt", TEXT, nullable=False),
        _of_a_person("person_name"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("person_name_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "person_secret",
        sa.Column("person_id", TEXT, nullable=False),
        sa.Column("sequence", WHOLE, nullable=False),
        sa.Column("hash", TEXT, nullable=False),
        sa.Column("start", WHOLE, nullable=False),
        sa.Column("recorded_at", TEXT, nullable=False),
        sa.Column("prepared_by", TEXT, nullable=False),
        _of_a_person("person_secret"),
        sa.PrimaryKeyConstraint("person_id", "sequence", name=op.f("person_secret_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "person_end",
        sa.Column("person_id", TEXT, nullable=False),
        sa.Column("recorded_at", TEXT, nullable=False),
        sa.Column("prepared_by", TEXT, nullable=False),
        _of_a_person("person_end"),
        sa.PrimaryKeyConstraint("person_id", name=op.f("person_end_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "code_use",
        sa.Column("person_id", TEXT, nullable=False),
        sa.Column("step", WHOLE, nullable=False),
        sa.Column("recorded_at", TEXT, nullable=False),
        _of_a_person("code_use"),
        sa.PrimaryKeyConstraint("person_id", "step", name=op.f("code_use_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _of_a_person(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["person_id"], ["person.id"], name=op.f(f"{table}_person_id_fk"), initially="DEFERRED", deferrable=True
    )
