"""What became of an auditor's findings, which are worked out anew each time and are in no table themselves."""

from sqlalchemy import CheckConstraint, PrimaryKeyConstraint

from pasledger.rules.records import FollowUpState
from pasledger.store.tables.columns import column, one_of, table
from pasledger.store.types import TEXT, WHOLE

# The number is a key, so that of two follow-ups at one moment the second is decided anew.
follow_up = table(
    "follow_up",
    column("finding", TEXT),
    column("number", WHOLE),
    column("kind", TEXT),
    column("state", TEXT),
    column("note", TEXT),
    column("recorded_at", TEXT),
    column("prepared_by", TEXT),
    PrimaryKeyConstraint("finding", "number"),
    CheckConstraint("number > 0", name="counted_from_one"),
    CheckConstraint(one_of("state", tuple(FollowUpState)), name="state"),
)
