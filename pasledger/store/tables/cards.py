"""What cards are used with: the key of the books, PINs and the codes they are set with, tries, and the rule for all."""

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, PrimaryKeyConstraint, UniqueConstraint

from pasledger.store.tables.columns import AT_COMMIT, DIFFERENT_PEOPLE, SealedAs, column, refers_to, table
from pasledger.store.types import TEXT, WHOLE

# Only what tells the key from another: the key itself is in no table.
books_key = table(
    "books_key",
    column("id", WHOLE, primary_key=True),
    column("check_value", TEXT),
    column("recorded_at", TEXT),
    column("prepared_by", TEXT),
    CheckConstraint("id = 1", name="only"),
)

card_rule = table(
    "card_rule",
    column("version", WHOLE, primary_key=True),
    column("pin_above_cents", WHOLE),
    column("recorded_at", TEXT),
    column("prepared_by", TEXT),
    column("approved_by", TEXT),
    CheckConstraint(DIFFERENT_PEOPLE, name="four_eyes"),
    CheckConstraint("pin_above_cents >= 0", name="amount"),
)

scheme_ceiling = table(
    "scheme_ceiling",
    column("code", TEXT),
    column("version", WHOLE),
    column("day_ceiling_cents", WHOLE, nullable=True),
    PrimaryKeyConstraint("code", "version"),
    ForeignKeyConstraint(["code", "version"], ["scheme.code", "scheme.version"], **AT_COMMIT),
    CheckConstraint("day_ceiling_cents > 0", name="amount"),
)

activation = table(
    "activation",
    column("card_id", TEXT, refers_to("card.id")),
    column("sequence", WHOLE),
    column("code_hash", TEXT),
    column("ends_before", TEXT),
    column("recorded_at", TEXT),
    column("prepared_by", TEXT),
    PrimaryKeyConstraint("card_id", "sequence"),
)

pin = table(
    "pin",
    column("card_id", TEXT, refers_to("card.id")),
    column("sequence", WHOLE),
    column("hash", TEXT),
    column("activation", WHOLE, nullable=True),
    column("recorded_at", TEXT),
    column("prepared_by", TEXT),
    PrimaryKeyConstraint("card_id", "sequence"),
    # A code works once, whoever asks twice at the same moment.
    UniqueConstraint("card_id", "activation"),
    ForeignKeyConstraint(["card_id", "activation"], ["activation.card_id", "activation.sequence"], **AT_COMMIT),
)

pin_unlock = table(
    "pin_unlock",
    column("card_id", TEXT, refers_to("card.id")),
    column("recorded_at", TEXT),
    column("prepared_by", TEXT),
    is_log=True,
)

# A subject is a card, or a card at a merchant, and need not be there: unknown cards are counted like all others.
tries = table(
    "tries",
    column("subject", TEXT, primary_key=True),
    column("number", WHOLE),
    column("counted_at", TEXT),
    CheckConstraint("number >= 0", name="counted"),
    changes=("number", "counted_at"),
    sealed_as=SealedAs.NOTHING,  # it counts who knocks at the door, and nothing in the books follows from it
)
