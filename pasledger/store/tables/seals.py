"""The seals, and what each of them sealed."""

from sqlalchemy import CheckConstraint, PrimaryKeyConstraint

from pasledger.store.tables.columns import SealedAs, column, refers_to, table
from pasledger.store.types import TEXT, WHOLE

seal = table(
    "seal",
    column("number", WHOLE, primary_key=True),
    column("sealed_at", TEXT),
    column("sealed_by", TEXT),
    column("leaves", WHOLE),
    column("tree", TEXT),
    column("previous", TEXT),
    column("root", TEXT),
    CheckConstraint("number > 0", name="counted_from_one"),
    CheckConstraint("leaves > 0", name="seals_something"),
    sealed_as=SealedAs.NOTHING,
)

# Which seal a row is in, and its digest there. What is in no seal is found by looking for what is not here, whatever
# its id is, so that what was committed late is never passed over.
sealed = table(
    "sealed",
    column("in_table", TEXT),
    column("key", TEXT),
    column("seal", WHOLE, refers_to("seal.number")),
    column("digest", TEXT),
    PrimaryKeyConstraint("in_table", "key"),
    sealed_as=SealedAs.NOTHING,
)
