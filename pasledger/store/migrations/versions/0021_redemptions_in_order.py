"""In SQLite, redemptions lie in the order in which they were written, and not in that of their random ids."""

import sqlalchemy as sa
from alembic import op

from pasledger.store.types import TEXT, WHOLE

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table anew, where the order of its rows is that of a key. Its guards go with it, and come back."""
    if op.get_bind().dialect.name != "sqlite":
        return
    op.execute("CREATE TABLE redemption_before AS SELECT * FROM redemption ORDER BY entry_id")
    op.drop_table("redemption")
    op.create_table(
        "redemption",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("entry_id", TEXT, nullable=False),
        sa.Column("merchant_id", TEXT, nullable=False),
        sa.Column("terminal_id", TEXT, nullable=True),
        sa.Column("card_id", TEXT, nullable=False),
        sa.Column("holder_id", TEXT, nullable=False),
        sa.Column("amount_cents", WHOLE, nullable=False),
        *(
            _refers(column, to)
            for column, to in (("card_id", "card"), ("entry_id", "entry"), ("terminal_id", "terminal"))
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("redemption_pk")),
        sa.UniqueConstraint("entry_id", name=op.f("redemption_entry_id_uq")),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.execute("INSERT INTO redemption SELECT * FROM redemption_before ORDER BY entry_id")
    op.create_index(op.f("redemption_merchant_id_entry_id_ix"), "redemption", ["merchant_id", "entry_id"])
    op.drop_table("redemption_before")


def _refers(column: str, to: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"redemption_{column}_fk")
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=name, initially="DEFERRED", deferrable=True)
