"""The key of a redemption is its entry, and no longer its random id, which stays unique."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from pasledger.store.types import TEXT, WHOLE

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_REFERS = {"card_id": "card", "entry_id": "entry", "terminal_id": "terminal"}
_AT_COMMIT: dict[str, Any] = {"initially": "DEFERRED", "deferrable": True}


def upgrade() -> None:
    """Change the key; in SQLite, where the rows lie in its order, by making the table anew. Its guards come back."""
    if op.get_bind().dialect.name == "sqlite":
        _make_anew()
    else:
        _change_the_key()


def _change_the_key() -> None:
    op.drop_constraint("refund_redemption_id_fk", "refund")
    op.drop_constraint("redemption_pk", "redemption")
    op.drop_constraint("redemption_entry_id_uq", "redemption")
    op.create_primary_key(op.f("redemption_pk"), "redemption", ["entry_id"])
    op.create_unique_constraint(op.f("redemption_id_uq"), "redemption", ["id"])
    op.create_foreign_key(
        op.f("refund_redemption_id_fk"), "refund", "redemption", ["redemption_id"], ["id"], **_AT_COMMIT
    )


def _make_anew() -> None:
    op.execute("CREATE TABLE redemption_before AS SELECT * FROM redemption")
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
            sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"redemption_{column}_fk"), **_AT_COMMIT)
            for column, to in _REFERS.items()
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("redemption_pk")),
        sa.UniqueConstraint("id", name=op.f("redemption_id_uq")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.execute("INSERT INTO redemption SELECT * FROM redemption_before ORDER BY entry_id")
    op.create_index(op.f("redemption_merchant_id_entry_id_ix"), "redemption", ["merchant_id", "entry_id"])
    op.drop_table("redemption_before")
