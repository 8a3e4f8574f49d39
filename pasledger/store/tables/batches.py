"""Award batches: what each awards, from which file, who took part, and what was done with it."""

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, PrimaryKeyConstraint, UniqueConstraint

from pasledger.rules.records.batches import BatchPart, BatchStepKind
from pasledger.store.tables.columns import AT_COMMIT, DIFFERENT_PEOPLE, SealedAs, column, one_of, refers_to, table
from pasledger.store.types import TEXT, WHOLE

batch_content = table(
    "batch_content",
    column("batch_id", TEXT),
    column("version", WHOLE),
    column("source", TEXT),
    column("fingerprint", TEXT),
    # What it takes from each budget: a list of [scheme, year, awards, cents].
    column("sums", TEXT),
    PrimaryKeyConstraint("batch_id", "version"),
    UniqueConstraint("batch_id", "version", "fingerprint"),
    CheckConstraint("version > 0", name="counted_from_one"),
)

# A file belongs to one batch: of two who prepare the same file at once, one comes second.
batch_source = table(
    "batch_source",
    column("source", TEXT, primary_key=True),
    column("batch_id", TEXT),
)

# Somebody is a maker or an approver of a batch, and never both: there is one row for each person.
batch_hand = table(
    "batch_hand",
    column("batch_id", TEXT),
    column("person", TEXT),
    column("part", TEXT),
    column("recorded_at", TEXT),
    PrimaryKeyConstraint("batch_id", "person"),
    UniqueConstraint("batch_id", "person", "part"),
    CheckConstraint(one_of("part", tuple(BatchPart)), name="part"),
    CheckConstraint("person = lower(trim(person))", name="person"),
)

_MAKING = tuple(kind.value for kind in BatchStepKind if kind.part is BatchPart.MAKER)
_APPROVING = tuple(kind.value for kind in BatchStepKind if kind.part is BatchPart.APPROVER)
_PART = (
    f"coalesce(part, '') = CASE WHEN {one_of('kind', _MAKING)} THEN '{BatchPart.MAKER}'"
    f" WHEN {one_of('kind', _APPROVING)} THEN '{BatchPart.APPROVER}' ELSE '' END"
)

batch_step = table(
    "batch_step",
    column("batch_id", TEXT),
    # Of two steps that are taken at once, one comes second, and is decided anew.
    column("number", WHOLE),
    column("kind", TEXT),
    column("version", WHOLE),
    column("fingerprint", TEXT),
    column("recorded_at", TEXT),
    column("actor", TEXT),
    column("person", TEXT),
    column("part", TEXT, nullable=True),
    column("note", TEXT, nullable=True),
    PrimaryKeyConstraint("batch_id", "number"),
    ForeignKeyConstraint(
        ["batch_id", "version", "fingerprint"],
        ["batch_content.batch_id", "batch_content.version", "batch_content.fingerprint"],
        **AT_COMMIT,
    ),
    ForeignKeyConstraint(
        ["batch_id", "person", "part"],
        ["batch_hand.batch_id", "batch_hand.person", "batch_hand.part"],
        **AT_COMMIT,
    ),
    CheckConstraint(one_of("kind", tuple(BatchStepKind)), name="kind"),
    CheckConstraint(_PART, name="part"),
)

# What the file said of holders and decisions: deletable, as their references are.
batch_row = table(
    "batch_row",
    column("batch_id", TEXT),
    column("version", WHOLE),
    column("place", WHOLE),
    column("text", TEXT),
    PrimaryKeyConstraint("batch_id", "version", "place"),
    ForeignKeyConstraint(["batch_id", "version"], ["batch_content.batch_id", "batch_content.version"], **AT_COMMIT),
    is_reference=True,
    sealed_as=SealedAs.NOTHING,  # the fingerprint of the content binds it, with a key, so that nothing of it stays
)

batch_award = table(
    "batch_award",
    column("batch_id", TEXT),
    column("entitlement_id", TEXT, refers_to("entitlement.id")),
    column("version", WHOLE),
    PrimaryKeyConstraint("batch_id", "entitlement_id"),
    ForeignKeyConstraint(["batch_id", "version"], ["batch_content.batch_id", "batch_content.version"], **AT_COMMIT),
)

batch_key = table(
    "batch_key",
    column("id", WHOLE, primary_key=True),
    column("key", TEXT),
    CheckConstraint("id = 1", name="only"),
)

second_approval = table(
    "second_approval",
    column("number", WHOLE, primary_key=True),
    column("above_cents", WHOLE, nullable=True),
    column("recorded_at", TEXT),
    column("prepared_by", TEXT),
    column("approved_by", TEXT),
    CheckConstraint(DIFFERENT_PEOPLE, name="four_eyes"),
)
