"""The statement of a period."""

from typing import Literal, Self

from pydantic import Field

from merchant_api.schemas.common import Balance, Body, Day, Moment
from pasledger.reports.merchant_statement import MerchantStatement


class StatementLine(Body):
    """One thing that happened, by how much it changed what is owed."""

    kind: Literal["redemption", "capture", "refund", "correction", "returned", "paid"]
    id: str | None = Field(default=None, examples=["red_3f0c9f6e4f6b4d0b8d5e0c6f3a2b1c0d"])
    created_at: Moment
    day: Day = Field(description="the day on which it counts", examples=["2026-11-24"])
    amount: Balance
    reference: str | None = Field(
        default=None,
        description="the merchant's own name for it; of what was paid and of what came back, the number of the payout",
        examples=["Member 2026-0117"],
    )
    terminal: str | None = Field(default=None, description="the label of the terminal", examples=["kassa 1"])


class Statement(Body):
    """What a merchant sold, gave back and was paid in a period.

    Opening + redemptions + captures - refunds + corrections + returned = paid + in payment + closing.
    """

    merchant: str = Field(examples=["Zwemclub De Dolfijn"])
    first_day: Day = Field(examples=["2026-11-01"])
    last_day: Day = Field(examples=["2026-11-30"])
    opening_owed: Balance = Field(description="owed when the period began, in payment or not")
    redemptions: Balance
    captures: Balance
    refunds: Balance
    corrections: Balance = Field(description="countered by the municipality, and debts that are not collected any more")
    returned: Balance = Field(description="came back from the bank, or was repaid by the merchant")
    paid: Balance
    in_payment: Balance = Field(description="on its way when the period ended")
    closing_owed: Balance = Field(description="owed when the period ended, and not on its way")
    lines: list[StatementLine]

    @classmethod
    def of(cls, statement: MerchantStatement) -> Self:
        """Write a statement."""
        sums = (
            *("opening_owed", "redemptions", "captures", "refunds", "corrections", "returned"),
            *("paid", "in_payment", "closing_owed"),
        )
        return cls.model_validate(
            {
                "merchant": statement.merchant,
                "first_day": statement.period.starts_on,
                "last_day": statement.period.last_day,
                "lines": [
                    StatementLine(
                        kind=line.kind.value,
                        id=line.id,
                        created_at=line.at,
                        day=line.on,
                        amount=Balance.of(line.amount),
                        reference=line.reference,
                        terminal=line.terminal,
                    )
                    for line in statement.lines
                ],
            }
            | {name: Balance.of(getattr(statement, name)) for name in sums}
        )
