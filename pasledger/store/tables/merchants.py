"""The merchant file: contacts, checks of accounts, and the end of a merchant."""

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, PrimaryKeyConstraint

from pasledger.rules.records import CheckResult, CheckWay
from pasledger.store.tables.columns import AT_COMMIT, DIFFERENT_PEOPLE, column, one_of, table
from pasledger.store.types import TEXT, WHOLE

# The only place of a contact, who can be a person: a row can be deleted when its term is over. It is sealed with its
# salt, so that the digest that stays tells nothing.
merchant_contact = table(
    "merchant_contact",
    column("merchant_id", TEXT),
    column("version", WHOLE),
    column("name", TEXT),
    column("email", TEXT),
    column("phone", TEXT),
    column("salt", TEXT),
    PrimaryKeyConstraint("merchant_id", "version"),
    ForeignKeyConstraint(["merchant_id", "version"], ["merchant.id", "merchant.version"], **AT_COMMIT),
    is_reference=True,
)

# The number is a key, so that of two checks at one moment the second is decided anew.
merchant_check = table(
    "merchant_check",
    column("merchant_id", TEXT),
    column("number", WHOLE),
    column("name", TEXT),
    column("iban", TEXT),
    column("account_name", TEXT),
    column("checked_on", TEXT),
    column("way", TEXT),
    column("result", TEXT),
    column("reason", TEXT),
    column("checked_by", TEXT),
    column("recorded_at", TEXT),
    column("prepared_by", TEXT),
    column("approved_by", TEXT, nullable=True),
    PrimaryKeyConstraint("merchant_id", "number"),
    CheckConstraint(one_of("way", tuple(CheckWay)), name="way"),
    CheckConstraint(one_of("result", tuple(CheckResult)), name="result"),
    CheckConstraint(f"result = '{CheckResult.RETURNED}' OR ({DIFFERENT_PEOPLE})", name="four_eyes"),
)

merchant_end = table(
    "merchant_end",
    column("merchant_id", TEXT, primary_key=True),
    column("ends_before", TEXT),
    column("recorded_at", TEXT),
    column("prepared_by", TEXT),
    column("approved_by", TEXT),
    CheckConstraint(DIFFERENT_PEOPLE, name="four_eyes"),
)
