"""Every table, with what holds for its rows. The rules that no constraint can say are triggers, in `guards`."""

from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)
from sqlalchemy.sql.schema import SchemaItem
from sqlalchemy.types import TypeEngine

from pasledger.ledger.accounts import AccountKind
from pasledger.ledger.journal import FOUR_EYES
from pasledger.rules.cards import CardState
from pasledger.store.types import TEXT, WHOLE

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pk",
        "fk": "%(table_name)s_%(column_0_N_name)s_fk",
        "uq": "%(table_name)s_%(column_0_N_name)s_uq",
        "ck": "%(table_name)s_%(constraint_name)s_ck",
        "ix": "%(table_name)s_%(column_0_N_name)s_ix",
    }
)


def _table(name: str, *items: SchemaItem, is_log: bool = False) -> Table:
    """Make a table, found by its key; or a log, which has none: two of its lines may say the same."""
    return Table(name, metadata, *items, sqlite_strict=True, sqlite_with_rowid=is_log)


def _column(
    name: str, kind: TypeEngine[Any], *items: SchemaItem, nullable: bool = False, primary_key: bool = False
) -> Column[Any]:
    return Column(name, kind, *items, nullable=nullable, primary_key=primary_key)


# What refers and what it refers to are written in any order, and looked at together when the transaction ends.
_AT_COMMIT: dict[str, Any] = {"deferrable": True, "initially": "DEFERRED"}


def _refers_to(column: str) -> ForeignKey:
    return ForeignKey(column, **_AT_COMMIT)


def _one_of(column: str, values: frozenset[str] | tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(str(value)) for value in sorted(values))})"


_DIFFERENT_PEOPLE = "approved_by IS NOT NULL AND lower(trim(approved_by)) <> lower(trim(prepared_by))"
_FLOORED = tuple(kind.value for kind in AccountKind if kind.is_floored)

municipality = _table(
    "municipality",
    _column("id", WHOLE, primary_key=True),
    _column("name", TEXT),
    _column("started_at", TEXT),
    _column("started_by", TEXT),
    CheckConstraint("id = 1", name="only"),
)

# --- the ledger

account = _table(
    "account",
    _column("code", TEXT, primary_key=True),
    _column("kind", TEXT),
    _column("scheme", TEXT),
    # Only kinds with a floor keep a balance; all others are summed, so that no busy merchant is a hot row.
    _column("balance_cents", WHOLE, nullable=True),
    CheckConstraint(f"(balance_cents IS NOT NULL) = ({_one_of('kind', _FLOORED)})", name="stored_balance"),
    CheckConstraint(_one_of("kind", tuple(AccountKind)), name="kind"),
    CheckConstraint("balance_cents >= 0", name="floor"),
)

entry = _table(
    "entry",
    _column("id", TEXT, primary_key=True),
    _column("kind", TEXT),
    _column("recorded_at", TEXT),
    _column("effective_on", TEXT),
    _column("prepared_by", TEXT),
    _column("approved_by", TEXT, nullable=True),
    _column("transfer_count", WHOLE),
    _column("versions", TEXT),
    _column("commitment", TEXT, nullable=True),
    CheckConstraint(f"NOT ({_one_of('kind', FOUR_EYES)}) OR ({_DIFFERENT_PEOPLE})", name="four_eyes"),
    CheckConstraint("transfer_count > 0", name="moves_something"),
)

transfer = _table(
    "transfer",
    # The entry is written after its transfers, with their number, so that none can be added later.
    _column("entry_id", TEXT, _refers_to("entry.id")),
    _column("position", WHOLE),
    _column("debit", TEXT, _refers_to("account.code")),
    _column("credit", TEXT, _refers_to("account.code")),
    _column("amount_cents", WHOLE),
    PrimaryKeyConstraint("entry_id", "position"),
    CheckConstraint("debit <> credit", name="two_accounts"),
    CheckConstraint("amount_cents > 0", name="positive"),
)
Index(None, transfer.c.debit, transfer.c.amount_cents)
Index(None, transfer.c.credit, transfer.c.amount_cents)

# --- master data

scheme = _table(
    "scheme",
    _column("code", TEXT),
    _column("version", WHOLE),
    _column("effective_from", TEXT),
    _column("name_nl", TEXT),
    _column("name_en", TEXT),
    _column("categories", TEXT),
    _column("merchants", TEXT),
    _column("validity", TEXT),
    _column("fixed_starts_on", TEXT, nullable=True),
    _column("fixed_ends_before", TEXT, nullable=True),
    _column("least_cents", WHOLE),
    _column("most_cents", WHOLE),
    _column("legal_basis", TEXT),
    _column("task_field", TEXT),
    _column("iv3_category", TEXT),
    _column("recorded_at", TEXT),
    _column("prepared_by", TEXT),
    _column("approved_by", TEXT),
    PrimaryKeyConstraint("code", "version"),
    CheckConstraint(_DIFFERENT_PEOPLE, name="four_eyes"),
)

merchant = _table(
    "merchant",
    _column("id", TEXT),
    _column("version", WHOLE),
    _column("effective_from", TEXT),
    _column("name", TEXT),
    _column("place", TEXT),
    _column("category", TEXT),
    _column("iban", TEXT),
    _column("kvk_number", TEXT),
    _column("recorded_at", TEXT),
    _column("prepared_by", TEXT),
    _column("approved_by", TEXT),
    PrimaryKeyConstraint("id", "version"),
    UniqueConstraint("name", "version"),
    CheckConstraint(_DIFFERENT_PEOPLE, name="four_eyes"),
)

terminal = _table(
    "terminal",
    _column("id", TEXT, primary_key=True),
    _column("merchant_id", TEXT),
    _column("label", TEXT),
    _column("credential_prefix", TEXT),
    _column("credential_hash", TEXT),
    _column("recorded_at", TEXT),
    _column("prepared_by", TEXT),
    _column("revoked_at", TEXT, nullable=True),
    _column("revoked_by", TEXT, nullable=True),
    UniqueConstraint("credential_hash"),
)

holder = _table(
    "holder",
    _column("id", TEXT, primary_key=True),
    _column("commitment", TEXT),
    _column("recorded_at", TEXT),
    _column("prepared_by", TEXT),
)

# The only place of a holder's reference: a row can be deleted when its term is over, and the books still prove all.
holder_reference = _table(
    "holder_reference",
    _column("holder_id", TEXT, _refers_to("holder.id"), primary_key=True),
    _column("reference", TEXT),
    _column("salt", TEXT),
    UniqueConstraint("reference"),
)

card = _table(
    "card",
    _column("id", TEXT, primary_key=True),
    _column("holder_id", TEXT, _refers_to("holder.id")),
    _column("number", TEXT),
    _column("token_hash", TEXT),
    _column("state", TEXT),
    _column("recorded_at", TEXT),
    _column("prepared_by", TEXT),
    UniqueConstraint("number"),
    UniqueConstraint("token_hash"),
    CheckConstraint(_one_of("state", tuple(CardState)), name="state"),
)

card_change = _table(
    "card_change",
    _column("card_id", TEXT, _refers_to("card.id")),
    _column("recorded_at", TEXT),
    _column("state", TEXT),
    _column("prepared_by", TEXT),
    is_log=True,
)

# --- what entries were about

entitlement = _table(
    "entitlement",
    _column("id", TEXT, primary_key=True),
    _column("entry_id", TEXT, _refers_to("entry.id")),
    _column("holder_id", TEXT, _refers_to("holder.id")),
    _column("scheme", TEXT),
    _column("scheme_version", WHOLE),
    _column("starts_on", TEXT),
    _column("ends_before", TEXT),
    _column("amount_cents", WHOLE),
    UniqueConstraint("entry_id"),
    ForeignKeyConstraint(["scheme", "scheme_version"], ["scheme.code", "scheme.version"], **_AT_COMMIT),
    CheckConstraint("starts_on < ends_before", name="period"),
)
Index(None, entitlement.c.holder_id)

# The only place of a decision's reference, deletable like a holder's.
award_decision = _table(
    "award_decision",
    _column("entitlement_id", TEXT, _refers_to("entitlement.id"), primary_key=True),
    _column("scheme", TEXT),
    _column("reference", TEXT),
    _column("holder_id", TEXT),
    _column("instalment", WHOLE),
    _column("salt", TEXT),
    UniqueConstraint("reference", "holder_id", "scheme", "instalment"),
    CheckConstraint("instalment > 0", name="counted_from_one"),
)

budget_decision = _table(
    "budget_decision",
    _column("entry_id", TEXT, _refers_to("entry.id"), primary_key=True),
    _column("scheme", TEXT),
    _column("year", WHOLE),
    _column("reference", TEXT),
    _column("change_cents", WHOLE),
    UniqueConstraint("reference", "scheme", "year"),
)

redemption = _table(
    "redemption",
    _column("id", TEXT, primary_key=True),
    _column("entry_id", TEXT, _refers_to("entry.id")),
    _column("merchant_id", TEXT),
    _column("terminal_id", TEXT, _refers_to("terminal.id"), nullable=True),
    _column("card_id", TEXT, _refers_to("card.id")),
    _column("holder_id", TEXT),
    _column("amount_cents", WHOLE),
    UniqueConstraint("entry_id"),
)

refund = _table(
    "refund",
    _column("id", TEXT, primary_key=True),
    _column("entry_id", TEXT, _refers_to("entry.id")),
    _column("redemption_id", TEXT, _refers_to("redemption.id")),
    _column("merchant_id", TEXT),
    _column("amount_cents", WHOLE),
    # What each entitlement was given back, also where it had ended and the money lapsed: a list of
    # [entitlement, scheme, cents].
    _column("parts", TEXT),
    UniqueConstraint("entry_id"),
)
Index(None, refund.c.redemption_id)

attempt = _table(
    "attempt",
    _column("key", TEXT, primary_key=True),
    _column("fingerprint", TEXT),
    _column("recorded_at", TEXT),
    _column("result", TEXT, nullable=True),
    _column("refusal", TEXT, nullable=True),
    CheckConstraint("(result IS NULL) <> (refusal IS NULL)", name="one_answer"),
)

# --- what may happen to their rows

NEVER_CHANGED = (
    "municipality",
    "entry",
    "transfer",
    "scheme",
    "merchant",
    "holder",
    "card_change",
    "entitlement",
    "budget_decision",
    "redemption",
    "refund",
    "attempt",
)
"""Tables of which no row is ever changed or deleted."""

CHANGED_IN_PART = {
    "account": ("balance_cents",),
    "card": ("state",),
    "terminal": ("revoked_at", "revoked_by"),
}
"""Tables of which no row is deleted, with the only columns that change."""

DELETED_ONLY = ("holder_reference", "award_decision")
"""Tables of references, which can be deleted when their term is over, and never changed."""
