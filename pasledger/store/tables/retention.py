"""How long references are kept, and what was unlinked when that was over."""

from sqlalchemy import CheckConstraint, PrimaryKeyConstraint

from pasledger.rules.records import ReferenceKind
from pasledger.store.tables.columns import DIFFERENT_PEOPLE, column, one_of, refers_to, table
from pasledger.store.types import TEXT, WHOLE

retention_period = table(
    "retention_period",
    column("kind", TEXT),
    column("version", WHOLE),
    column("length", TEXT),
    column("source", TEXT),
    column("recorded_at", TEXT),
    column("prepared_by", TEXT),
    column("approved_by", TEXT),
    PrimaryKeyConstraint("kind", "version"),
    CheckConstraint(one_of("kind", tuple(ReferenceKind)), name="kind"),
    CheckConstraint("version > 0", name="counted_from_one"),
    CheckConstraint(DIFFERENT_PEOPLE, name="four_eyes"),
)

unlinking = table(
    "unlinking",
    column("id", TEXT, primary_key=True),
    column("kind", TEXT),
    column("begun_by", TEXT),
    column("number", WHOLE),
    column("recorded_at", TEXT),
    column("prepared_by", TEXT),
    column("approved_by", TEXT),
    CheckConstraint(one_of("kind", tuple(ReferenceKind)), name="kind"),
    CheckConstraint("number > 0", name="unlinks_something"),
    CheckConstraint(DIFFERENT_PEOPLE, name="four_eyes"),
)

# Each reference that went: from which table, and whose it was. Nothing is deleted there that is not here first.
unlinked = table(
    "unlinked",
    column("in_table", TEXT),
    column("key", TEXT),
    column("unlinking_id", TEXT, refers_to("unlinking.id")),
    PrimaryKeyConstraint("in_table", "key"),
)
