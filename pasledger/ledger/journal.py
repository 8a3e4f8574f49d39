"""The journal: entries of transfers. A transfer cannot be unbalanced, and nothing here can be changed."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from pasledger.ledger.accounts import Account
from pasledger.ledger.ids import EntryId
from pasledger.ledger.money import ZERO, Money, total
from pasledger.ledger.refusals import Refusal, Refused


@dataclass(frozen=True, slots=True)
class Transfer:
    """One amount from one account to another (boekingsregel): always balanced, always positive, one scheme."""

    debit: Account
    credit: Account
    amount: Money

    def __post_init__(self) -> None:
        if self.amount <= ZERO:
            raise ValueError("a transfer moves a positive amount")
        if self.debit == self.credit:
            raise ValueError("a transfer runs between two accounts")
        if self.debit.scheme != self.credit.scheme:
            raise ValueError("a transfer stays within one scheme")


class EntryKind(StrEnum):
    """What happened: the events of the ledger, in the order of the money's life."""

    BUDGET_RAISED = "budget-raised"
    BUDGET_LOWERED = "budget-lowered"
    AWARDED = "awarded"
    WITHDRAWN = "withdrawn"
    REDEEMED = "redeemed"
    HELD = "held"
    CAPTURED = "captured"
    RELEASED = "released"
    REFUNDED = "refunded"
    PUT_IN_PAYOUT = "put-in-payout"
    PAYOUT_CANCELLED = "payout-cancelled"
    PAID = "paid"
    RETURNED = "returned"
    WRITTEN_OFF = "written-off"
    LAPSED = "lapsed"
    EXTENDED = "extended"
    FREED = "freed"
    CORRECTED = "corrected"

    __hash__ = str.__hash__

    @property
    def needs_four_eyes(self) -> bool:
        """Whether one person prepares and another approves."""
        return self in FOUR_EYES


FOUR_EYES = frozenset(
    {
        EntryKind.BUDGET_RAISED,
        EntryKind.BUDGET_LOWERED,
        EntryKind.AWARDED,
        EntryKind.WITHDRAWN,
        EntryKind.WRITTEN_OFF,
        EntryKind.LAPSED,
        EntryKind.EXTENDED,
        EntryKind.FREED,
        EntryKind.CORRECTED,
    }
)


@dataclass(frozen=True, slots=True)
class Stamp:
    """When and by whom: handed to every decision, so that none looks at a clock or asks who is there.

    `recorded_at` is in UTC; `effective_on` is the day in the Netherlands on which it counts.
    """

    recorded_at: datetime
    effective_on: date
    prepared_by: str
    approved_by: str | None = None

    def by(self, actor: str | None) -> "Stamp":
        """Return the same moment with one actor, who needs no approval; without an actor, the preparer."""
        return Stamp(self.recorded_at, self.effective_on, actor or self.prepared_by)


@dataclass(frozen=True, slots=True)
class Entry:
    """One event in the journal (journaalpost), with the versions of the rules that it was decided by."""

    id: EntryId
    kind: EntryKind
    stamp: Stamp
    transfers: tuple[Transfer, ...]
    versions: tuple[str, ...] = ()
    commitment: str | None = None
    """What binds it to a reference that is kept apart and can be deleted."""

    def __post_init__(self) -> None:
        if not self.transfers:
            raise ValueError("an entry moves something")
        if self.kind.needs_four_eyes:
            require_four_eyes(self.stamp)

    @property
    def amount(self) -> Money:
        """The sum of what its transfers move."""
        return total(transfer.amount for transfer in self.transfers)


def require_four_eyes(stamp: Stamp) -> None:
    """Refuse what one person both prepares and approves, or nobody approves. Names are compared without case."""
    if (stamp.approved_by or "").strip().casefold() in ("", stamp.prepared_by.strip().casefold()):
        raise Refused(Refusal.SAME_PERSON)
