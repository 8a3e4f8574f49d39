"""How long references are kept, and what was unlinked when their term was over."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pasledger.ledger.ids import UnlinkingId


class ReferenceKind(StrEnum):
    """A kind of reference to a person or a case. Each is kept apart from the books, for a period of its own."""

    AWARD_DRAFT = "award-draft"
    """A row of an award batch, in a version that was never booked."""
    AWARD_ROW = "award-row"
    """A row of an award batch that was booked."""
    MERCHANT_REFERENCE = "merchant-reference"
    """A merchant's own name for what it booked."""
    PAYMENT_REQUEST = "payment-request"
    """A merchant's own name for what it asked to be paid."""
    CONTACT = "contact"
    """Whom to speak to at a merchant."""
    PERSON = "person"
    """The name of somebody who works for a merchant."""
    DECISION = "decision"
    """The reference of the decision behind an award."""
    HOLDER = "holder"
    """The municipality's own name for a resident."""


@dataclass(frozen=True, slots=True)
class Length:
    """How long something is kept: a number of years (Y), months (M) or days (D), written as ISO 8601 does: P7Y."""

    number: int
    unit: str

    def __str__(self) -> str:
        """Return it as ISO 8601 writes it."""
        return f"P{self.number}{self.unit}"


@dataclass(frozen=True, slots=True)
class RetentionPeriod:
    """How long references of a kind are kept, and by which rule of which list."""

    kind: ReferenceKind
    version: int
    length: Length
    source: str


@dataclass(frozen=True, slots=True)
class Unlinking:
    """References of one kind were deleted, because the term of each had begun by `begun_by` and was over."""

    id: UnlinkingId
    kind: ReferenceKind
    begun_by: date
    keys: tuple[str, ...]
    """Whose they were: our own opaque ids."""
