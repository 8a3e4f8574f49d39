"""Persons who work for a merchant: who they are, what they sign in with, and that they left."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pasledger.ledger.ids import MerchantId, PersonId
from pasledger.rules.records.commitments import commitment

START_LASTS = timedelta(days=14)
"""How long a start code can be used: what is on a note beside a till is worth nothing after that."""


class PersonRole(StrEnum):
    """What a person is to a merchant."""

    CASHIER = "cashier"
    """Takes payments at a till of the merchant."""
    ADMINISTRATOR = "administrator"
    """Keeps the merchant's terminals and persons."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who signs in under their own name. An administrator gives the number, which is drawn, and no name."""

    id: PersonId
    number: str
    merchant: MerchantId
    role: PersonRole
    name: str
    salt: str

    @property
    def commitment(self) -> str:
        """What stays when the name is deleted."""
        return commitment(self.salt, self.name)


@dataclass(frozen=True, slots=True)
class PersonSecret:
    """What a person signs in with from now on, as a hash.

    `start` is the sequence of the start code that it began with; the secret with that sequence is the code itself. The
    second factor of an administrator belongs to the start, so that a new start code is a new second factor too.
    """

    person: PersonId
    sequence: int
    hash: str
    start: int
    at: datetime
    """Since when it is so."""

    def is_over(self, at: datetime) -> bool:
        """Return whether it is a start code whose time is over."""
        return self.is_start and at >= self.at + START_LASTS

    @property
    def is_start(self) -> bool:
        """Whether it was made by somebody else, and is good for choosing one's own only."""
        return self.sequence == self.start


@dataclass(frozen=True, slots=True)
class CodeUsed:
    """A code of the second factor was used: that of so many half minutes since 1970. None is used twice."""

    person: PersonId
    step: int


@dataclass(frozen=True, slots=True)
class PersonEnd:
    """A person signs in no more."""

    person: PersonId
