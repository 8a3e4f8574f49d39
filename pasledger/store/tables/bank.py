"""What the bank told us: statements, their lines, and what each line turned out to be."""

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, PrimaryKeyConstraint, UniqueConstraint

from pasledger.rules.records import LinePurpose
from pasledger.store.tables.columns import AT_COMMIT, DIFFERENT_PEOPLE, column, one_of, refers_to, table
from pasledger.store.types import TEXT, WHOLE

bank_statement = table(
    "bank_statement",
    column("id", TEXT, primary_key=True),
    column("iban", TEXT),
    column("bank_id", TEXT),
    column("number", WHOLE),
    column("until", TEXT),
    column("opening_cents", WHOLE),
    column("closing_cents", WHOLE),
    column("sha256", TEXT),
    column("recorded_at", TEXT),
    column("prepared_by", TEXT),
    UniqueConstraint("iban", "number", "until"),
)

bank_line = table(
    "bank_line",
    column("statement_id", TEXT, refers_to("bank_statement.id")),
    column("position", WHOLE),
    column("amount_cents", WHOLE),
    column("booked_on", TEXT),
    column("end_to_end_id", TEXT),
    column("payment_information_id", TEXT),
    column("iban", TEXT),
    column("name", TEXT),
    column("text", TEXT),
    column("reason", TEXT),
    PrimaryKeyConstraint("statement_id", "position"),
)

# A line is settled once, and a posting has one line: both are keys.
bank_line_settled = table(
    "bank_line_settled",
    column("statement_id", TEXT),
    column("position", WHOLE),
    column("purpose", TEXT),
    column("entry_id", TEXT, refers_to("entry.id"), nullable=True),
    column("amount_cents", WHOLE),
    # What it was to each merchant: a list of [merchant, payout, cents].
    column("parts", TEXT),
    column("is_matched", WHOLE),
    column("recorded_at", TEXT),
    column("prepared_by", TEXT),
    column("approved_by", TEXT, nullable=True),
    PrimaryKeyConstraint("statement_id", "position"),
    ForeignKeyConstraint(["statement_id", "position"], ["bank_line.statement_id", "bank_line.position"], **AT_COMMIT),
    UniqueConstraint("entry_id"),
    CheckConstraint(one_of("purpose", tuple(LinePurpose)), name="purpose"),
    CheckConstraint(
        f"({one_of('purpose', tuple(one.value for one in LinePurpose if one.is_booked))}) = (entry_id IS NOT NULL)",
        name="is_booked",
    ),
    CheckConstraint(f"is_matched = 1 OR ({DIFFERENT_PEOPLE})", name="four_eyes"),
)
