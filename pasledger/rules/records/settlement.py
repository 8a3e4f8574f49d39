"""How merchants are paid."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pasledger.ledger.ids import EntryId, MerchantId, PayoutId, RunId
from pasledger.ledger.money import Money

BANK_PREFIX = "PL-"
"""What every id that a bank sees of ours begins with."""


@dataclass(frozen=True, slots=True)
class PaymentSettings:
    """One version of how the town pays: from which account, at least and at most how much.

    The account is dedicated where nothing but the money of these books is on it.
    """

    version: int
    payer_name: str
    payer_iban: str
    payer_bic: str | None
    minimum: Money
    most_payment: Money
    most_run: Money
    most_in_file: int
    is_dedicated: bool


def run_name(year: int, number: int) -> str:
    """How people call a run."""
    return f"{year}-{number:04}"


def payment_number(year: int, number: int, place: int) -> str:
    """How merchants call the payment at a place of a run: it stands on their own bank statement."""
    return f"{run_name(year, number)}-{place:04}"


@dataclass(frozen=True, slots=True)
class PayoutRun:
    """All payments of a day (betaalbatch). Its number counts within the year, and the bank sees it everywhere."""

    id: RunId
    year: int
    number: int
    execute_on: date
    settings: PaymentSettings

    @property
    def name(self) -> str:
        """How people call it."""
        return run_name(self.year, self.number)

    def payment_number(self, place: int) -> str:
        """How merchants call the payment at a place."""
        return payment_number(self.year, self.number, place)

    def end_to_end_id(self, place: int) -> str:
        """How the bank calls the payment at a place, on both sides and for ever."""
        return f"{BANK_PREFIX}{self.payment_number(place)}"

    def file_of(self, place: int) -> int:
        """Return the file that the payment at a place is in."""
        return (place - 1) // self.settings.most_in_file + 1

    def payment_information_id(self, file: int) -> str:
        """How the bank calls all payments of a file together."""
        return f"{BANK_PREFIX}{self.name}-F{file}"


class RunStep(StrEnum):
    """What can become of a run that was prepared."""

    RELEASED = "released"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class PaymentFile:
    """A file for the bank: what it is called, how much it pays, and the hash of its bytes."""

    number: int
    payments: int
    amount: Money
    sha256: str


@dataclass(frozen=True, slots=True)
class RunStepped:
    """A run was released, with the files that go to the bank, or cancelled. No two steps have one number."""

    run: RunId
    number: int
    step: RunStep
    prepared_by: str
    approved_by: str | None
    files: tuple[PaymentFile, ...] = ()


@dataclass(frozen=True, slots=True)
class Share:
    """What a payout pays for one scheme; below zero where the merchant gave back more than it took."""

    scheme: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Payout:
    """One payment to a merchant in a run: to the account that was checked, for the lines from one day to another."""

    id: PayoutId
    entry: EntryId
    run: RunId
    place: int
    merchant: MerchantId
    amount: Money
    iban: str
    account_name: str
    first_day: date
    last_day: date
    shares: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class PayoutLine:
    """A transfer on a payable that a payout settles, by what it changed what the merchant is owed. Pinned once."""

    payout_entry: EntryId
    entry: EntryId
    position: int
    scheme: str
    amount: Money


class Waits(StrEnum):
    """Why a merchant is in no payout of a run although something is booked for it."""

    BLOCKED = "blocked"
    NEGATIVE = "negative"
    BELOW_MINIMUM = "below-minimum"
    PAYMENT_TOO_LARGE = "payment-too-large"
    RUN_FULL = "run-full"


@dataclass(frozen=True, slots=True)
class PayoutWaiting:
    """A merchant waits for another run, and why."""

    run: RunId
    merchant: MerchantId
    amount: Money
    reason: Waits


class PayoutStep(StrEnum):
    """What can become of a payout."""

    CANCELLED = "cancelled"
    PAID = "paid"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class PayoutStepped:
    """A payout was cancelled, paid or returned: the first two exclude each other, the third follows on the second."""

    payout: PayoutId
    number: int
    step: PayoutStep
    entry: EntryId
    reason: str


@dataclass(frozen=True, slots=True)
class PayoutCancelled:
    """A payout that the bank never debited us for."""

    payout: PayoutId
    entry: EntryId
    merchant: MerchantId
    amount: Money


@dataclass(frozen=True, slots=True)
class WrittenOff:
    """A debt of a merchant that left is not collected any more, by a decision."""

    entry: EntryId
    merchant: MerchantId
    amount: Money
    decision: str
