"""What a merchant sold, gave back and was paid in a period: sums over all schemes, and never one of them.

    opening owed + redemptions + captures - refunds + corrections + returned = paid + in payment + closing owed

What is owed at the beginning includes what was in payment then. At the end the two stand apart, so that the next period
begins with their sum.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from pasledger.ledger.accounts import AccountKind
from pasledger.ledger.journal import EntryKind
from pasledger.ledger.money import Money
from pasledger.ledger.periods import Period


class LineKind(StrEnum):
    """What a line of a statement is about."""

    REDEMPTION = "redemption"
    CAPTURE = "capture"
    REFUND = "refund"
    CORRECTION = "correction"
    RETURNED = "returned"
    PAID = "paid"


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One thing that happened, by how much it changed what the merchant is owed."""

    kind: LineKind
    id: str | None
    """What the merchant knows it by, where it knows it at all."""
    at: datetime
    on: date
    amount: Money
    reference: str | None
    terminal: str | None


@dataclass(frozen=True, slots=True)
class Flow:
    """How much one kind of entry changed one kind of a merchant's accounts, before a period or within it."""

    account: AccountKind
    kind: EntryKind
    is_before: bool
    cents: int


@dataclass(frozen=True, slots=True)
class MerchantStatement:
    """The statement of one merchant."""

    merchant: str
    period: Period
    opening_owed: Money
    redemptions: Money
    captures: Money
    refunds: Money
    corrections: Money
    """What staff countered, and debts that are not collected any more."""
    returned: Money
    """What came back from the bank, or was repaid by the merchant."""
    paid: Money
    in_payment: Money
    closing_owed: Money
    lines: tuple[StatementLine, ...]


_CORRECTING = (EntryKind.CORRECTED, EntryKind.WRITTEN_OFF)


def merchant_statement(
    merchant: str, period: Period, flows: Iterable[Flow], lines: Iterable[StatementLine]
) -> MerchantStatement:
    """Return the statement that the flows on a merchant's accounts add up to."""
    flows = list(flows)

    def within(account: AccountKind, *kinds: EntryKind) -> Money:
        return Money(
            sum(flow.cents for flow in flows if not flow.is_before and flow.account is account and flow.kind in kinds)
        )

    def stands(account: AccountKind) -> Money:
        return Money(sum(flow.cents for flow in flows if flow.account is account))

    payable, in_payment = AccountKind.PAYABLE, AccountKind.IN_PAYMENT
    return MerchantStatement(
        merchant=merchant,
        period=period,
        opening_owed=Money(sum(flow.cents for flow in flows if flow.is_before)),
        redemptions=within(payable, EntryKind.REDEEMED),
        captures=within(payable, EntryKind.CAPTURED),
        refunds=-within(payable, EntryKind.REFUNDED),
        corrections=within(payable, *_CORRECTING),
        returned=within(payable, EntryKind.RETURNED),
        paid=-within(in_payment, EntryKind.PAID),
        in_payment=stands(in_payment),
        closing_owed=stands(payable),
        lines=tuple(lines),
    )
