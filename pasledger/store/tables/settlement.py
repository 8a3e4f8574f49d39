"""How merchants are paid: settings, runs with their payouts and lines, and what became of each."""

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, PrimaryKeyConstraint, UniqueConstraint

from pasledger.rules.records import PayoutStep, RunStep, Waits
from pasledger.store.tables.columns import AT_COMMIT, DIFFERENT_PEOPLE, column, one_of, refers_to, table
from pasledger.store.types import TEXT, WHOLE

payment_settings = table(
    "payment_settings",
    column("version", WHOLE, primary_key=True),
    column("payer_name", TEXT),
    column("payer_iban", TEXT),
    column("payer_bic", TEXT, nullable=True),
    column("minimum_cents", WHOLE),
    column("most_payment_cents", WHOLE),
    column("most_run_cents", WHOLE),
    column("most_in_file", WHOLE),
    column("is_dedicated", WHOLE),
    column("recorded_at", TEXT),
    column("prepared_by", TEXT),
    column("approved_by", TEXT),
    CheckConstraint(DIFFERENT_PEOPLE, name="four_eyes"),
)

payout_run = table(
    "payout_run",
    column("id", TEXT, primary_key=True),
    column("year", WHOLE),
    column("number", WHOLE),
    column("execute_on", TEXT),
    column("settings_version", WHOLE, refers_to("payment_settings.version")),
    column("recorded_at", TEXT),
    column("prepared_by", TEXT),
    UniqueConstraint("year", "number"),
)

# The number is a key, so that of a release and a cancellation at one moment the second is decided anew.
run_step = table(
    "run_step",
    column("run_id", TEXT, refers_to("payout_run.id")),
    column("number", WHOLE),
    column("step", TEXT),
    column("recorded_at", TEXT),
    column("prepared_by", TEXT),
    column("approved_by", TEXT, nullable=True),
    PrimaryKeyConstraint("run_id", "number"),
    CheckConstraint(one_of("step", tuple(RunStep)), name="step"),
    CheckConstraint(f"(number = 1 AND step = '{RunStep.CANCELLED}') OR ({DIFFERENT_PEOPLE})", name="four_eyes"),
)

payment_file = table(
    "payment_file",
    column("run_id", TEXT, refers_to("payout_run.id")),
    column("number", WHOLE),
    column("payments", WHOLE),
    column("amount_cents", WHOLE),
    column("sha256", TEXT),
    PrimaryKeyConstraint("run_id", "number"),
)

payout = table(
    "payout",
    column("id", TEXT, primary_key=True),
    column("entry_id", TEXT, refers_to("entry.id")),
    column("run_id", TEXT, refers_to("payout_run.id")),
    column("place", WHOLE),
    column("merchant_id", TEXT),
    column("amount_cents", WHOLE),
    column("iban", TEXT),
    column("account_name", TEXT),
    column("first_day", TEXT),
    column("last_day", TEXT),
    UniqueConstraint("entry_id"),
    UniqueConstraint("run_id", "place"),
    UniqueConstraint("run_id", "merchant_id"),
    CheckConstraint("amount_cents > 0", name="positive"),
)
Index(None, payout.c.merchant_id)

# The key is the transfer: none is in two payouts, ever. What a cancellation or a return moves back is a transfer more.
payout_line = table(
    "payout_line",
    column("line_entry_id", TEXT),
    column("line_position", WHOLE),
    column("entry_id", TEXT, refers_to("payout.entry_id")),
    column("scheme", TEXT),
    column("amount_cents", WHOLE),
    PrimaryKeyConstraint("line_entry_id", "line_position"),
    ForeignKeyConstraint(["line_entry_id", "line_position"], ["transfer.entry_id", "transfer.position"], **AT_COMMIT),
)
Index(None, payout_line.c.entry_id)

payout_waiting = table(
    "payout_waiting",
    column("run_id", TEXT, refers_to("payout_run.id")),
    column("merchant_id", TEXT),
    column("amount_cents", WHOLE),
    column("reason", TEXT),
    PrimaryKeyConstraint("run_id", "merchant_id"),
    CheckConstraint(one_of("reason", tuple(Waits)), name="reason"),
)

# The number is a key: a payout is paid or cancelled, never both, and returned once.
payout_step = table(
    "payout_step",
    column("payout_id", TEXT, refers_to("payout.id")),
    column("number", WHOLE),
    column("step", TEXT),
    column("entry_id", TEXT, refers_to("entry.id")),
    column("reason", TEXT),
    PrimaryKeyConstraint("payout_id", "number"),
    CheckConstraint(
        f"(number = 1 AND step IN ('{PayoutStep.CANCELLED}', '{PayoutStep.PAID}'))"
        f" OR (number = 2 AND step = '{PayoutStep.RETURNED}')",
        name="step",
    ),
)
Index(None, payout_step.c.entry_id)

payout_cancelled = table(
    "payout_cancelled",
    column("entry_id", TEXT, refers_to("entry.id"), primary_key=True),
    column("payout_id", TEXT, refers_to("payout.id")),
    column("merchant_id", TEXT),
    column("amount_cents", WHOLE),
    UniqueConstraint("payout_id"),
)

written_off = table(
    "written_off",
    column("entry_id", TEXT, refers_to("entry.id"), primary_key=True),
    column("merchant_id", TEXT),
    column("amount_cents", WHOLE),
    column("decision", TEXT),
)
