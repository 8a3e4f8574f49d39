"""What the bank told us: statements, their lines, and what each line turned out to be."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pasledger.ledger.ids import EntryId, MerchantId, PayoutId, StatementId
from pasledger.ledger.money import Money


@dataclass(frozen=True, slots=True)
class BankStatement:
    """A bank statement (bankafschrift) of the account that merchants are paid from. Balances can be below zero."""

    id: StatementId
    iban: str
    bank_id: str
    number: int
    until: date
    opening: Money
    closing: Money
    sha256: str

    @property
    def name(self) -> str:
        """How people call it."""
        return f"{self.until.year}-{self.number:03}"


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One line of a statement, as the bank wrote it: above zero what came in, below zero what went out."""

    statement: StatementId
    position: int
    amount: Money
    booked_on: date
    end_to_end_id: str
    payment_information_id: str
    iban: str
    name: str
    text: str
    reason: str


class LinePurpose(StrEnum):
    """What a line turned out to be."""

    PAID = "paid"
    RETURNED = "returned"
    REPAID = "repaid"
    BUDGET_IN = "budget-in"
    FREED_OUT = "freed-out"
    OTHER = "other"

    @property
    def is_booked(self) -> bool:
        """Whether it is one of our postings; the others move money that is not the merchants'."""
        return self in (LinePurpose.PAID, LinePurpose.RETURNED, LinePurpose.REPAID)


@dataclass(frozen=True, slots=True)
class BankPart:
    """What a line paid to one merchant or, below zero, what came back from it; of which payout, if of one."""

    merchant: MerchantId
    payout: PayoutId | None
    amount: Money


@dataclass(frozen=True, slots=True)
class BankLine:
    """A line was matched: by its ids without anybody, or by two people. Above zero what we paid, below what came back.

    A posting has exactly one line, and a line is settled once.
    """

    statement: StatementId
    position: int
    purpose: LinePurpose
    entry: EntryId | None
    amount: Money
    parts: tuple[BankPart, ...]
    is_matched: bool
    """Whether its own ids said what it is, so that nobody had to."""
