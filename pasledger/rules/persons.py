"""Persons of a merchant: an administrator keeps terminals and persons of its own merchant, and nothing of another's.

What `by` names did it, and is kept with what was done. Without it somebody of the town hall did.
"""

from dataclasses import dataclass

from pasledger.ledger.ids import MerchantId, PersonId
from pasledger.ledger.journal import Stamp
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.rules.pins import tried
from pasledger.rules.records import (
    CodeUsed,
    Event,
    Fact,
    Person,
    PersonEnd,
    PersonRole,
    PersonSecret,
    Tries,
)
from pasledger.rules.town import Needs, Town


@dataclass(frozen=True, slots=True)
class PersonRequest:
    """A new person, with the hash of a start code."""

    person: Person
    hash: str
    by: PersonId | None = None

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.merchants.add(self.person.merchant)
        needs.persons_of.add(self.person.merchant)


def decide_person(request: PersonRequest, town: Town, stamp: Stamp) -> Event:
    """Add the person, or refuse a name that somebody of the merchant has: two people are told apart."""
    person = request.person
    town.merchant(person.merchant, on=stamp.effective_on)
    require_own(request.by, person.merchant, town, Refusal.MERCHANT_UNKNOWN)
    same = person.name.strip().casefold()
    if any(one.merchant == person.merchant and one.name.strip().casefold() == same for one in town.persons.values()):
        raise Refused(Refusal.PERSON_REPEATED)
    secret = PersonSecret(person.id, 1, request.hash, start=1, at=stamp.recorded_at)
    return Event(stamp.by(request.by), (person, secret))


@dataclass(frozen=True, slots=True)
class StartRequest:
    """A person gets a new start code, because the secret was forgotten or a telephone lost. The hash is of the code."""

    person: PersonId
    hash: str
    by: PersonId | None = None

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        _need(self.person, needs)
        _need_the_merchant_of(self.by, needs)


def decide_start(request: StartRequest, town: Town, stamp: Stamp) -> Event:
    """Let the code take the place of what the person had, and forget the wrong tries."""
    person = known_person(request.person, town)
    require_own(request.by, person.merchant, town, Refusal.PERSON_UNKNOWN)
    sequence = town.person_secrets[person.id].sequence + 1
    secret = PersonSecret(person.id, sequence, request.hash, start=sequence, at=stamp.recorded_at)
    return Event(stamp.by(request.by), (secret, *_forgiven(person, town, stamp)))


@dataclass(frozen=True, slots=True)
class OwnSecretRequest:
    """A person chooses a secret, in the place of the one with this sequence; an administrator with a code too."""

    person: PersonId
    sequence: int
    hash: str
    step: int | None

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        _need(self.person, needs)


def decide_own_secret(request: OwnSecretRequest, town: Town, stamp: Stamp) -> Event:
    """Set the secret, or refuse where another one took its place meanwhile, or the start code is too old."""
    person = known_person(request.person, town)
    before = _current(person, request.sequence, town, stamp)
    secret = PersonSecret(person.id, before.sequence + 1, request.hash, before.start, stamp.recorded_at)
    return Event(stamp.by(person.id), (secret, *_once(person, request.step, town)))


@dataclass(frozen=True, slots=True)
class SignInRequest:
    """A person gave the right secret, and an administrator the code of a half minute with it."""

    person: PersonId
    sequence: int
    step: int | None

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        _need(self.person, needs)


def decide_sign_in(request: SignInRequest, town: Town, stamp: Stamp) -> Event:
    """Let the person in and forget the wrong tries; or refuse a code that was used, or is missing."""
    person = known_person(request.person, town)
    secret = _current(person, request.sequence, town, stamp)
    if person.role is PersonRole.ADMINISTRATOR and request.step is None and not secret.is_start:
        raise Refused(Refusal.CODE_WRONG)
    return Event(stamp.by(person.id), (*_once(person, request.step, town), *_forgiven(person, town, stamp)))


@dataclass(frozen=True, slots=True)
class PersonEndRequest:
    """A person is to sign in no more."""

    person: PersonId
    by: PersonId | None = None

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        _need(self.person, needs)
        _need_the_merchant_of(self.by, needs)


def decide_person_end(request: PersonEndRequest, town: Town, stamp: Stamp) -> Event:
    """End the person. Nobody ends themselves, so that an administrator always stays."""
    person = known_person(request.person, town)
    require_own(request.by, person.merchant, town, Refusal.PERSON_UNKNOWN)
    if person.id == request.by:
        raise Refused(Refusal.OWN_RIGHTS)
    return Event(stamp.by(request.by), (PersonEnd(person.id),))


@dataclass(frozen=True, slots=True)
class PersonTryRequest:
    """Somebody sends a secret for a person, by its id; or for one that is not there, by the number that was typed."""

    subject: str

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.persons.add(self.subject)
        needs.pin_tries.add(self.subject)


def decide_person_try(request: PersonTryRequest, town: Town, stamp: Stamp) -> Event:
    """Count the try and say what to verify, as for the PIN of a card: it is on the disk before that is done."""
    secret = town.person_secrets.get(PersonId(request.subject))
    return tried(request.subject, None if secret is None else secret.hash, town, stamp, has_pin=True)


def require_own(by: PersonId | None, merchant: MerchantId, town: Town, otherwise: Refusal) -> None:
    """Refuse what somebody asks for who is no administrator of this merchant: as if it were not there."""
    if by is None:
        return
    person = town.persons.get(by)
    if person is None or person.role is not PersonRole.ADMINISTRATOR or person.merchant != merchant:
        raise Refused(otherwise)


def known_person(person: PersonId, town: Town) -> Person:
    """Return a person that has not ended, or refuse."""
    found = town.persons.get(person)
    if found is None:
        raise Refused(Refusal.PERSON_UNKNOWN)
    return found


def _need(person: PersonId, needs: Needs) -> None:
    needs.persons.add(person)
    needs.pin_tries.add(person)


def _need_the_merchant_of(by: PersonId | None, needs: Needs) -> None:
    if by is not None:
        needs.persons.add(by)


def _current(person: Person, sequence: int, town: Town, stamp: Stamp) -> PersonSecret:
    """Return what a person signs in with; or refuse where another took its place, or a start code is too old."""
    secret = town.person_secrets[person.id]
    if secret.sequence != sequence or secret.is_over(stamp.recorded_at):
        raise Refused(Refusal.CODE_WRONG)
    return secret


def _once(person: Person, step: int | None, town: Town) -> tuple[Fact, ...]:
    if step is None:
        return ()
    if step <= town.code_steps.get(person.id, -1):
        raise Refused(Refusal.CODE_WRONG)
    return (CodeUsed(person.id, step),)


def _forgiven(person: Person, town: Town, stamp: Stamp) -> tuple[Tries, ...]:
    return (Tries(person.id, 0, stamp.recorded_at),) if person.id in town.tries else ()
