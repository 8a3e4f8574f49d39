"""Award batches (toekenningsbatches): many awards from one file, and the steps of their life, each by somebody."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pasledger.ledger.ids import BatchId, EntitlementId
from pasledger.ledger.money import Money, total


class BatchStepKind(StrEnum):
    """What was done with a batch."""

    PREPARED = "prepared"
    CHANGED = "changed"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    BOOKED = "booked"
    REVERSED = "reversed"

    @property
    def part(self) -> "BatchPart | None":
        """What somebody is to a batch who does this; None where it makes no difference who does it."""
        return _PARTS.get(self)


class BatchPart(StrEnum):
    """What somebody is to a batch. Nobody is both."""

    MAKER = "maker"
    APPROVER = "approver"


_PARTS = {
    BatchStepKind.PREPARED: BatchPart.MAKER,
    BatchStepKind.CHANGED: BatchPart.MAKER,
    BatchStepKind.SUBMITTED: BatchPart.MAKER,
    BatchStepKind.APPROVED: BatchPart.APPROVER,
}


class BatchState(StrEnum):
    """Where a batch is in its life."""

    PREPARED = "prepared"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    BOOKED = "booked"
    REVERSED = "reversed"


@dataclass(frozen=True, slots=True)
class BatchSum:
    """What a batch takes from the budget of a scheme in a year."""

    scheme: str
    year: int
    awards: int
    amount: Money


@dataclass(frozen=True, slots=True)
class BatchContent:
    """One version of what a batch awards. Each file that is taken makes one."""

    batch: BatchId
    version: int
    source: str
    """The fingerprint of what the file said, in whatever order, notation or kind of file."""
    fingerprint: str
    """The fingerprint of every award as it is to be booked: what an approval counts for."""
    sums: tuple[BatchSum, ...]

    @property
    def awards(self) -> int:
        """How many awards it has."""
        return sum(one.awards for one in self.sums)

    @property
    def amount(self) -> Money:
        """What they come to."""
        return total(one.amount for one in self.sums)


@dataclass(frozen=True, slots=True)
class BatchSource:
    """A file belongs to one batch, for ever: what it said is never prepared in another one."""

    source: str
    batch: BatchId


@dataclass(frozen=True, slots=True)
class BatchHand:
    """Somebody takes part in a batch, in one of the two ways."""

    batch: BatchId
    person: str
    part: BatchPart


@dataclass(frozen=True, slots=True)
class BatchStep:
    """One step in the life of a batch, for the version and the content that it was taken with."""

    batch: BatchId
    number: int
    kind: BatchStepKind
    version: int
    fingerprint: str
    at: datetime
    actor: str
    note: str | None = None

    @property
    def person(self) -> str:
        """Who took it, as names are compared."""
        return person(self.actor)


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One award of a version, as a text of the program. It can be deleted when its term is over."""

    batch: BatchId
    version: int
    place: int
    text: str


@dataclass(frozen=True, slots=True)
class BatchAward:
    """An entitlement came out of a batch."""

    batch: BatchId
    entitlement: EntitlementId
    version: int


@dataclass(frozen=True, slots=True)
class BatchKey:
    """What the fingerprints of these books are made with."""

    key: str


@dataclass(frozen=True, slots=True)
class SecondApproval:
    """From now on, a batch above this amount needs two approvers; no batch does where it is None."""

    number: int
    above: Money | None


def person(actor: str) -> str:
    """Return a name as it is compared: without capitals and spaces around it."""
    return actor.strip().casefold()
