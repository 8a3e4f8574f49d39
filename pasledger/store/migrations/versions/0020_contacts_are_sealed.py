"""Contacts of merchants get a salt, so that they can be sealed, and their digest tells nothing when they are gone."""

import secrets

import sqlalchemy as sa
from alembic import op

from pasledger.store.types import TEXT, WHOLE

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_SALT_BYTES = 16


def upgrade() -> None:
    """Make the table anew, with a salt for each contact that there is. A town has some hundreds of them."""
    books = op.get_bind()
    contacts = books.execute(sa.text("SELECT merchant_id, version, name, email, phone FROM merchant_contact")).all()
    op.drop_table("merchant_contact")
    made = op.create_table(
        "merchant_contact",
        sa.Column("merchant_id", TEXT, nullable=False),
        sa.Column("version", WHOLE, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("email", TEXT, nullable=False),
        sa.Column("phone", TEXT, nullable=False),
        sa.Column("salt", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("merchant_id", "version", name=op.f("merchant_contact_pk")),
        sa.ForeignKeyConstraint(
            ["merchant_id", "version"],
            ["merchant.id", "merchant.version"],
            name=op.f("merchant_contact_merchant_id_version_fk"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.bulk_insert(made, [{**contact._asdict(), "salt": secrets.token_hex(_SALT_BYTES)} for contact in contacts])
