"""Payment requests, what their merchants call them, and what became of each."""

import sqlalchemy as sa
from alembic import op

from pasledger.store.types import TEXT, WHOLE

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_KINDS = (
    "'award-draft', 'award-row', 'contact', 'decision', 'holder', 'merchant-reference', 'payment-request', 'person'"
)
_FOUR_EYES = "approved_by IS NOT NULL AND lower(trim(approved_by)) <> lower(trim(prepared_by))"
_MADE_ANEW = ("unlinked", "unlinking", "retention_period")


def upgrade() -> None:
    """Make the tables, and let a reference of a request go when its term is over."""
    _let_their_references_go()
    op.create_table(
        "payment_request",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("list_id", TEXT, nullable=False),
        sa.Column("place", WHOLE, nullable=False),
        sa.Column("merchant_id", TEXT, nullable=False),
        sa.Column("amount_cents", WHOLE, nullable=False),
        sa.Column("is_up_to", WHOLE, nullable=False),
        sa.Column("is_voluntary", WHOLE, nullable=False),
        sa.Column("words_nl", TEXT, nullable=False),
        sa.Column("words_en", TEXT, nullable=False),
        sa.Column("asked_on", TEXT, nullable=False),
        sa.Column("ends_before", TEXT, nullable=False),
        sa.Column("commitment", TEXT, nullable=False),
        sa.Column("recorded_at", TEXT, nullable=False),
        sa.Column("prepared_by", TEXT, nullable=False),
        sa.CheckConstraint("place > 0", name=op.f("payment_request_counted_from_one_ck")),
        sa.CheckConstraint("amount_cents > 0", name=op.f("payment_request_amount_ck")),
        sa.CheckConstraint("is_up_to IN (0, 1) AND is_voluntary IN (0, 1)", name=op.f("payment_request_yes_or_no_ck")),
        sa.CheckConstraint("asked_on < ends_before", name=op.f("payment_request_period_ck")),
        sa.PrimaryKeyConstraint("id", name=op.f("payment_request_pk")),
        sa.UniqueConstraint("list_id", "place", name=op.f("payment_request_list_id_place_uq")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("payment_request_merchant_id_recorded_at_ix"), "payment_request", ["merchant_id", "recorded_at"]
    )
    op.create_table(
        "payment_request_reference",
        sa.Column("request_id", TEXT, nullable=False),
        sa.Column("reference", TEXT, nullable=False),
        sa.Column("salt", TEXT, nullable=False),
        _of_a_request("payment_request_reference"),
        sa.PrimaryKeyConstraint("request_id", name=op.f("payment_request_reference_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("payment_request_reference_reference_ix"), "payment_request_reference", ["reference"])
    op.create_table(
        "payment_request_step",
        sa.Column("request_id", TEXT, nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("step", TEXT, nullable=False),
        sa.Column("entry_id", TEXT, nullable=True),
        sa.Column("taken_on", TEXT, nullable=False),
        sa.Column("recorded_at", TEXT, nullable=False),
        sa.Column("prepared_by", TEXT, nullable=False),
        _of_a_request("payment_request_step"),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["entry.id"],
            name=op.f("payment_request_step_entry_id_fk"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.CheckConstraint("step IN ('paid', 'reminded', 'withdrawn')", name=op.f("payment_request_step_step_ck")),
        sa.CheckConstraint("number > 0", name=op.f("payment_request_step_counted_from_one_ck")),
        sa.CheckConstraint(
            "(entry_id IS NOT NULL) = (step = 'paid')", name=op.f("payment_request_step_paid_by_an_entry_ck")
        ),
        sa.PrimaryKeyConstraint("request_id", "number", name=op.f("payment_request_step_pk")),
        sa.UniqueConstraint("entry_id", name=op.f("payment_request_step_entry_id_uq")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _let_their_references_go() -> None:
    """Let a kind of reference more be kept and unlinked. SQLite changes no constraint: the tables are made anew.

    Their guards go with them, and come back with all others.
    """
    if op.get_bind().dialect.name != "sqlite":
        for table in ("retention_period", "unlinking"):
            op.drop_constraint(op.f(f"{table}_kind_ck"), table)
            op.create_check_constraint(op.f(f"{table}_kind_ck"), table, f"kind IN ({_KINDS})")
        return
    for table in _MADE_ANEW:  # what refers to another first
        op.execute(f"CREATE TABLE {table}_before AS SELECT * FROM {table}")  # noqa: S608 - our own names
        op.drop_table(table)
    op.create_table(
        "retention_period",
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("length", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("recorded_at", TEXT, nullable=False),
        sa.Column("prepared_by", TEXT, nullable=False),
        sa.Column("approved_by", TEXT, nullable=False),
        sa.CheckConstraint(f"kind IN ({_KINDS})", name=op.f("retention_period_kind_ck")),
        sa.CheckConstraint("version > 0", name=op.f("retention_period_counted_from_one_ck")),
        sa.CheckConstraint(_FOUR_EYES, name=op.f("retention_period_four_eyes_ck")),
        sa.PrimaryKeyConstraint("kind", "version", name=op.f("retention_period_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "unlinking",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("begun_by", TEXT, nullable=False),
        sa.Column("number", WHOLE, nullable=False),
        sa.Column("recorded_at", TEXT, nullable=False),
        sa.Column("prepared_by", TEXT, nullable=False),
        sa.Column("approved_by", TEXT, nullable=False),
        sa.CheckConstraint(f"kind IN ({_KINDS})", name=op.f("unlinking_kind_ck")),
        sa.CheckConstraint("number > 0", name=op.f("unlinking_unlinks_something_ck")),
        sa.CheckConstraint(_FOUR_EYES, name=op.f("unlinking_four_eyes_ck")),
        sa.PrimaryKeyConstraint("id", name=op.f("unlinking_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "unlinked",
        sa.Column("in_table", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("unlinking_id", TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["unlinking_id"],
            ["unlinking.id"],
            name=op.f("unlinked_unlinking_id_fk"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("in_table", "key", name=op.f("unlinked_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    for table in reversed(_MADE_ANEW):
        op.execute(f"INSERT INTO {table} SELECT * FROM {table}_before")  # noqa: S608 - as above
        op.drop_table(f"{table}_before")


def _of_a_request(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["request_id"],
        ["payment_request.id"],
        name=op.f(f"{table}_request_id_fk"),
        initially="DEFERRED",
        deferrable=True,
    )
