"""The books as they began: the ledger, master data, and what entries were about."""

import sqlalchemy as sa
from alembic import op

from pasledger.store.types import TEXT, WHOLE

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table."""
    op.create_table(
        "account",
        sa.Column("code", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("scheme", TEXT, nullable=False),
        sa.Column("balance_cents", WHOLE, nullable=True),
        sa.CheckConstraint(
            "(balance_cents IS NOT NULL) = (kind IN ('budget', 'entitlement'))", name=op.f("account_stored_balance_ck")
        ),
        sa.CheckConstraint(
            "kind IN ('budget', 'entitlement', 'held', 'in-payment', 'lapsed', 'payable', 'treasury')",
            name=op.f("account_kind_ck"),
        ),
        sa.CheckConstraint("balance_cents >= 0", name=op.f("account_floor_ck")),
        sa.PrimaryKeyConstraint("code", name=op.f("account_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "attempt",
        sa.Column("key", TEXT, nullable=False),
        sa.Column("fingerprint", TEXT, nullable=False),
        sa.Column("recorded_at", TEXT, nullable=False),
        sa.Column("result", TEXT, nullable=True),
        sa.Column("refusal", TEXT, nullable=True),
        sa.CheckConstraint("(result IS NULL) <> (refusal IS NULL)", name=op.f("attempt_one_answer_ck")),
        sa.PrimaryKeyConstraint("key", name=op.f("attempt_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "entry",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("recorded_at", TEXT, nullable=False),
        sa.Column("effective_on", TEXT, nullable=False),
        sa.Column("prepared_by", TEXT, nullable=False),
        sa.Column("approved_by", TEXT, nullable=True),
        sa.Column("transfer_count", WHOLE, nullable=False),
        sa.Column("versions", TEXT, nullable=False),
        sa.Column("commitment", TEXT, nullable=True),
        sa.CheckConstraint(
            "NOT (kind IN ('awarded', 'budget-lowered', 'budget-raised', 'corrected', 'extended', 'freed', 'lapsed', 'withdrawn', 'written-off')) OR (approved_by IS NOT NULL AND lower(trim(approved_by)) <> lower(trim(prepared_by)))",
            name=op.f("entry_four_eyes_ck"),
        ),
        sa.CheckConstraint("transfer_count > 0", name=op.f("entry_moves_something_ck")),
        sa.PrimaryKeyConstraint("id", name=op.f("entry_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "holder",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("commitment", TEXT, nullable=False),
        sa.Column("recorded_at", TEXT, nullable=False),
        sa.Column("prepared_by", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("holder_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "merchant",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("effective_from", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("place", TEXT, nullable=False),
        sa.Column("category", TEXT, nullable=False),
        sa.Column("iban", TEXT, nullable=False),
        sa.Column("kvk_number", TEXT, nullable=False),
        sa.Column("recorded_at", TEXT, nullable=False),
        sa.Column("prepared_by", TEXT, nullable=False),
        sa.Column("approved_by", TEXT, nullable=False),
        sa.CheckConstraint(
            "approved_by IS NOT NULL AND lower(trim(approved_by)) <> lower(trim(prepared_by))",
            name=op.f("merchant_four_eyes_ck"),
        ),
        sa.PrimaryKeyConstraint("id", "version", name=op.f("merchant_pk")),
        sa.UniqueConstraint("name", "version", name=op.f("merchant_name_version_uq")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "municipality",
        sa.Column("id", WHOLE, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("started_at", TEXT, nullable=False),
        sa.Column("started_by", TEXT, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("municipality_only_ck")),
        sa.PrimaryKeyConstraint("id", name=op.f("municipality_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "scheme",
        sa.Column("code", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("effective_from", TEXT, nullable=False),
        sa.Column("name_nl", TEXT, nullable=False),
        sa.Column("name_en", TEXT, nullable=False),
        sa.Column("categories", TEXT, nullable=False),
        sa.Column("merchants", TEXT, nullable=False),
        sa.Column("validity", TEXT, nullable=False),
        sa.Column("fixed_starts_on", TEXT, nullable=True),
        sa.Column("fixed_ends_before", TEXT, nullable=True),
        sa.Column("least_cents", WHOLE, nullable=False),
        sa.Column("most_cents", WHOLE, nullable=False),
        sa.Column("legal_basis", TEXT, nullable=False),
        sa.Column("task_field", TEXT, nullable=False),
        sa.Column("iv3_category", TEXT, nullable=False),
        sa.Column("recorded_at", TEXT, nullable=False),
        sa.Column("prepared_by", TEXT, nullable=False),
        sa.Column("approved_by", TEXT, nullable=False),
        sa.CheckConstraint(
            "approved_by IS NOT NULL AND lower(trim(approved_by)) <> lower(trim(prepared_by))",
            name=op.f("scheme_four_eyes_ck"),
        ),
        sa.PrimaryKeyConstraint("code", "version", name=op.f("scheme_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "terminal",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("merchant_id", TEXT, nullable=False),
        sa.Column("label", TEXT, nullable=False),
        sa.Column("credential_prefix", TEXT, nullable=False),
        sa.Column("credential_hash", TEXT, nullable=False),
        sa.Column("recorded_at", TEXT, nullable=False),
        sa.Column("prepared_by", TEXT, nullable=False),
        sa.Column("revoked_at", TEXT, nullable=True),
        sa.Column("revoked_by", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("terminal_pk")),
        sa.UniqueConstraint("credential_hash", name=op.f("terminal_credential_hash_uq")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "budget_decision",
        sa.Column("entry_id", TEXT, nullable=False),
        sa.Column("scheme", TEXT, nullable=False),
        sa.Column("year", WHOLE, nullable=False),
        sa.Column("reference", TEXT, nullable=False),
        sa.Column("change_cents", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("budget_decision_entry_id_fk"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("budget_decision_pk")),
        sa.UniqueConstraint("reference", "scheme", "year", name=op.f("budget_decision_reference_scheme_year_uq")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "card",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("holder_id", TEXT, nullable=False),
        sa.Column("number", TEXT, nullable=False),
        sa.Column("token_hash", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("recorded_at", TEXT, nullable=False),
        sa.Column("prepared_by", TEXT, nullable=False),
        sa.CheckConstraint("state IN ('active', 'blocked', 'issued', 'replaced')", name=op.f("card_state_ck")),
        sa.ForeignKeyConstraint(
            ["holder_id"], ["holder.id"], name=op.f("card_holder_id_fk"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("card_pk")),
        sa.UniqueConstraint("number", name=op.f("card_number_uq")),
        sa.UniqueConstraint("token_hash", name=op.f("card_token_hash_uq")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "entitlement",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("entry_id", TEXT, nullable=False),
        sa.Column("holder_id", TEXT, nullable=False),
        sa.Column("scheme", TEXT, nullable=False),
        sa.Column("scheme_version", WHOLE, nullable=False),
        sa.Column("starts_on", TEXT, nullable=False),
        sa.Column("ends_before", TEXT, nullable=False),
        sa.Column("amount_cents", WHOLE, nullable=False),
        sa.CheckConstraint("starts_on < ends_before", name=op.f("entitlement_period_ck")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("entitlement_entry_id_fk"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["holder_id"], ["holder.id"], name=op.f("entitlement_holder_id_fk"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["scheme", "scheme_version"],
            ["scheme.code", "scheme.version"],
            name=op.f("entitlement_scheme_scheme_version_fk"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("entitlement_pk")),
        sa.UniqueConstraint("entry_id", name=op.f("entitlement_entry_id_uq")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("entitlement_holder_id_ix"), "entitlement", ["holder_id"], unique=False)
    op.create_table(
        "holder_reference",
        sa.Column("holder_id", TEXT, nullable=False),
        sa.Column("reference", TEXT, nullable=False),
        sa.Column("salt", TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["holder_id"],
            ["holder.id"],
            name=op.f("holder_reference_holder_id_fk"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("holder_id", name=op.f("holder_reference_pk")),
        sa.UniqueConstraint("reference", name=op.f("holder_reference_reference_uq")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "transfer",
        sa.Column("entry_id", TEXT, nullable=False),
        sa.Column("position", WHOLE, nullable=False),
        sa.Column("debit", TEXT, nullable=False),
        sa.Column("credit", TEXT, nullable=False),
        sa.Column("amount_cents", WHOLE, nullable=False),
        sa.CheckConstraint("amount_cents > 0", name=op.f("transfer_positive_ck")),
        sa.CheckConstraint("debit <> credit", name=op.f("transfer_two_accounts_ck")),
        sa.ForeignKeyConstraint(
            ["credit"], ["account.code"], name=op.f("transfer_credit_fk"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["debit"], ["account.code"], name=op.f("transfer_debit_fk"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("transfer_entry_id_fk"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("entry_id", "position", name=op.f("transfer_pk")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("transfer_credit_amount_cents_ix"), "transfer", ["credit", "amount_cents"], unique=False)
    op.create_index(op.f("transfer_debit_amount_cents_ix"), "transfer", ["debit", "amount_cents"], unique=False)
    op.create_table(
        "award_decision",
        sa.Column("entitlement_id", TEXT, nullable=False),
        sa.Column("scheme", TEXT, nullable=False),
        sa.Column("reference", TEXT, nullable=False),
        sa.Column("holder_id", TEXT, nullable=False),
        sa.Column("instalment", WHOLE, nullable=False),
        sa.Column("salt", TEXT, nullable=False),
        sa.CheckConstraint("instalment > 0", name=op.f("award_decision_counted_from_one_ck")),
        sa.ForeignKeyConstraint(
            ["entitlement_id"],
            ["entitlement.id"],
            name=op.f("award_decision_entitlement_id_fk"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("entitlement_id", name=op.f("award_decision_pk")),
        sa.UniqueConstraint(
            "reference",
            "holder_id",
            "scheme",
            "instalment",
            name=op.f("award_decision_reference_holder_id_scheme_instalment_uq"),
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "card_change",
        sa.Column("card_id", TEXT, nullable=False),
        sa.Column("recorded_at", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("prepared_by", TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["card_id"], ["card.id"], name=op.f("card_change_card_id_fk"), initially="DEFERRED", deferrable=True
        ),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "redemption",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("entry_id", TEXT, nullable=False),
        sa.Column("merchant_id", TEXT, nullable=False),
        sa.Column("terminal_id", TEXT, nullable=True),
        sa.Column("card_id", TEXT, nullable=False),
        sa.Column("holder_id", TEXT, nullable=False),
        sa.Column("amount_cents", WHOLE, nullable=False),
        sa.ForeignKeyConstraint(
            ["card_id"], ["card.id"], name=op.f("redemption_card_id_fk"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("redemption_entry_id_fk"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["terminal_id"],
            ["terminal.id"],
            name=op.f("redemption_terminal_id_fk"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("redemption_pk")),
        sa.UniqueConstraint("entry_id", name=op.f("redemption_entry_id_uq")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "refund",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("entry_id", TEXT, nullable=False),
        sa.Column("redemption_id", TEXT, nullable=False),
        sa.Column("merchant_id", TEXT, nullable=False),
        sa.Column("amount_cents", WHOLE, nullable=False),
        sa.Column("parts", TEXT, nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("refund_entry_id_fk"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["redemption_id"],
            ["redemption.id"],
            name=op.f("refund_redemption_id_fk"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("refund_pk")),
        sa.UniqueConstraint("entry_id", name=op.f("refund_entry_id_uq")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("refund_redemption_id_ix"), "refund", ["redemption_id"], unique=False)
