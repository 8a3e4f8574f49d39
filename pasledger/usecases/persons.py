"""Persons of merchants: they are added with a start code, choose a secret of their own, sign in, and end."""

import secrets
from dataclasses import dataclass

from pasledger.ledger.ids import MerchantId, PersonId
from pasledger.ledger.journal import Stamp
from pasledger.rules.keys import SecretKey
from pasledger.rules.one_time import for_an_app, second_factor
from pasledger.rules.persons import PersonEndRequest, PersonRequest, StartRequest
from pasledger.rules.records import Person, PersonRole, PersonSecret
from pasledger.store import Store
from pasledger.usecases.booking import book_all
from pasledger.usecases.keys import require_key
from pasledger.usecases.minting import new_id, new_salt
from pasledger.usecases.pins import PIN, hash_pin, is_guessable, new_code

LEAST_SIGNS = 12
"""How long the password of an administrator is at least."""
MOST_SIGNS = 128
_NUMBER_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Started:
    """A person, and the start code that is shown once."""

    person: PersonId
    number: str
    code: str


def started(
    key: SecretKey, merchant: MerchantId, name: str, role: PersonRole, by: PersonId | None = None
) -> tuple[PersonRequest, Started]:
    """Return the request for a new person, and what is to be shown when it is granted."""
    number = f"{secrets.randbelow(10**_NUMBER_DIGITS):0{_NUMBER_DIGITS}}"
    person = Person(new_id(PersonId), number, merchant, role, name, new_salt())
    code = new_code()
    return PersonRequest(person, hash_pin(key, code), by), Started(person.id, number, code)


def started_anew(key: SecretKey, person: Person, by: PersonId | None = None) -> tuple[StartRequest, Started]:
    """Return the request for a new start code of a person, and what is to be shown when it is granted."""
    code = new_code()
    return StartRequest(person.id, hash_pin(key, code), by), Started(person.id, person.number, code)


def add_person(store: Store, merchant: MerchantId, name: str, role: PersonRole, stamp: Stamp) -> Started:
    """Add a person to a merchant. Raises `NothingBooked`."""
    request, made = started(require_key(store), merchant, name, role)
    book_all(store, [request], stamp)
    return made


def renew_person(store: Store, person: Person, stamp: Stamp) -> Started:
    """Give a person a new start code; what they signed in with is accepted no more. Raises `NothingBooked`."""
    request, made = started_anew(require_key(store), person)
    book_all(store, [request], stamp)
    return made


def end_person(store: Store, person: PersonId, stamp: Stamp) -> None:
    """Let a person sign in no more. Raises `NothingBooked`."""
    book_all(store, [PersonEndRequest(person)], stamp)


def is_fit(role: PersonRole, secret: str) -> bool:
    """Return whether somebody in this role may choose a secret: a PIN at the till, a password elsewhere."""
    if role is PersonRole.CASHIER:
        return PIN.fullmatch(secret) is not None and not is_guessable(secret)
    return LEAST_SIGNS <= len(secret) <= MOST_SIGNS and len(set(secret)) > LEAST_SIGNS // 3


def app_of(key: SecretKey, person: Person, secret: PersonSecret, *, issuer: str) -> tuple[str, str]:
    """Return the second factor of an administrator as it is typed into an app, and as the link that an app scans."""
    return for_an_app(second_factor(key, secret), account=person.number, issuer=issuer)
