"""What is found wrong with books."""

from collections.abc import Iterator
from dataclasses import dataclass

from pasledger.ledger.money import Money


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong: which check found it, in what, and what was expected."""

    check: str
    subject: str
    detail: str


def compared(check: str, subject: str, booked: int, recorded: int) -> Iterator[Finding]:
    """Yield what is wrong where two amounts, in cents, are not the same."""
    if booked != recorded:
        yield Finding(check, subject, f"booked {Money(booked)}, recorded {Money(recorded)}")
