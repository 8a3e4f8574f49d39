"""Rows of persons."""

from pasledger.ledger.ids import MerchantId, PersonId
from pasledger.ledger.journal import Stamp
from pasledger.rules.records import CodeUsed, Person, PersonEnd, PersonRole, PersonSecret
from pasledger.store.rows.values import moment, read_moment
from pasledger.store.statements import Row


def person_row(person: Person, stamp: Stamp) -> Row:
    """Write a person, without the name."""
    return (
        person.id,
        person.number,
        person.merchant,
        person.role.value,
        person.commitment,
        moment(stamp.recorded_at),
        stamp.prepared_by,
    )


def person_name_row(person: Person) -> Row:
    """Write the name of a person."""
    return (person.id, person.name, person.salt)


def read_person(row: Row) -> Person:
    """Read a person with its name; one whose name was deleted has none."""
    named, number, merchant, role, name, salt = row[:6]
    return Person(PersonId(named), number, MerchantId(merchant), PersonRole(role), name or "", salt or "")


def person_secret_row(secret: PersonSecret, stamp: Stamp) -> Row:
    """Write what a person signs in with."""
    return (
        secret.person,
        secret.sequence,
        secret.hash,
        secret.start,
        moment(secret.at),
        stamp.prepared_by,
    )


def read_person_secret(row: Row) -> PersonSecret:
    """Read what a person signs in with."""
    person, sequence, hashed, start, at = row[:5]
    return PersonSecret(PersonId(person), sequence, hashed, start, read_moment(at))


def person_end_row(end: PersonEnd, stamp: Stamp) -> Row:
    """Write that a person signs in no more."""
    return (end.person, moment(stamp.recorded_at), stamp.prepared_by)


def code_use_row(used: CodeUsed, stamp: Stamp) -> Row:
    """Write that a code was used."""
    return (used.person, used.step, moment(stamp.recorded_at))


def read_code_use(row: Row) -> CodeUsed:
    """Read that a code was used."""
    return CodeUsed(PersonId(row[0]), row[1])
