"""Persons of merchants: who signs in, with what, and who does no more."""

from sqlalchemy import CheckConstraint, PrimaryKeyConstraint, UniqueConstraint

from pasledger.rules.records import PersonRole
from pasledger.store.tables.columns import column, one_of, refers_to, table
from pasledger.store.types import TEXT, WHOLE

person = table(
    "person",
    column("id", TEXT, primary_key=True),
    column("number", TEXT),
    column("merchant_id", TEXT),
    column("role", TEXT),
    column("commitment", TEXT),
    column("recorded_at", TEXT),
    column("prepared_by", TEXT),
    UniqueConstraint("number"),
    CheckConstraint(one_of("role", tuple(PersonRole)), name="role"),
)

# The only place of a person's name: a row can be deleted when its term is over, and what the person did stays.
person_name = table(
    "person_name",
    column("person_id", TEXT, refers_to("person.id"), primary_key=True),
    column("name", TEXT),
    column("salt", TEXT),
    is_reference=True,
)

person_secret = table(
    "person_secret",
    column("person_id", TEXT, refers_to("person.id")),
    column("sequence", WHOLE),
    column("hash", TEXT),
    column("start", WHOLE),
    column("recorded_at", TEXT),
    column("prepared_by", TEXT),
    PrimaryKeyConstraint("person_id", "sequence"),
)

person_end = table(
    "person_end",
    column("person_id", TEXT, refers_to("person.id"), primary_key=True),
    column("recorded_at", TEXT),
    column("prepared_by", TEXT),
)

# A code works once, whoever sends it twice at the same moment.
code_use = table(
    "code_use",
    column("person_id", TEXT, refers_to("person.id")),
    column("step", WHOLE),
    column("recorded_at", TEXT),
    PrimaryKeyConstraint("person_id", "step"),
)
