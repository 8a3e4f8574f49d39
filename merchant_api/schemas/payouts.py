"""Payouts, with what is behind each."""

from collections.abc import Iterable
from typing import Literal, Self

from pydantic import Field

from merchant_api.schemas.common import OWN_REFERENCE, Amount, Balance, Body, Day, Moment, Page
from pasledger.ledger.journal import EntryKind
from pasledger.store.payouts import LineFound, SentPayout


class ListedPayout(Body):
    """What went to the merchant's bank account, as one payment."""

    id: str = Field(examples=["pay_5d4c3b2a190817161514131211100f0e"])
    number: str = Field(description="as it stands on the merchant's bank statement", examples=["2026-0007-0001"])
    amount: Amount
    state: Literal["sent", "paid", "returned", "cancelled"] = Field(
        description="sent to the bank; paid by it; came back from the merchant's bank; not made, and owed again",
        examples=["paid"],
    )
    pay_on: Day = Field(description="the day on which the bank pays", examples=["2026-11-27"])
    iban: str = Field(description="the account that it goes to", examples=["NL91ABNA0417164300"])
    first_day: Day = Field(description="the first day that it is about", examples=["2026-11-01"])
    last_day: Day = Field(description="the last day that it is about", examples=["2026-11-25"])
    created_at: Moment

    @classmethod
    def of(cls, one: SentPayout, **more: object) -> Self:
        """Write a payout."""
        return cls.model_validate(
            {
                "id": one.id,
                "number": one.number,
                "amount": Amount.of(one.amount),
                "state": "sent" if one.became is None else one.became.value,
                "pay_on": one.execute_on,
                "iban": one.iban,
                "first_day": one.first_day,
                "last_day": one.last_day,
                "created_at": one.sent_at,
            }
            | more
        )


class Payouts(Page):
    """A page of payouts, the newest first."""

    items: list[ListedPayout]


class PayoutLine(Body):
    """One thing behind a payout, by how much it changed what was owed."""

    kind: Literal["redemption", "capture", "refund", "correction", "returned"]
    id: str | None = Field(default=None, examples=["red_3f0c9f6e4f6b4d0b8d5e0c6f3a2b1c0d"])
    created_at: Moment
    day: Day = Field(description="the day on which it counts", examples=["2026-11-24"])
    amount: Balance
    reference: str | None = OWN_REFERENCE


class Payout(ListedPayout):
    """A payout with all that is behind it: the lines add up to the amount."""

    lines: list[PayoutLine]

    @classmethod
    def with_lines(cls, one: SentPayout, lines: Iterable[LineFound]) -> Self:
        """Write a payout with its lines."""
        written = [
            PayoutLine(
                kind=_LINE_KINDS[line.kind],
                id=line.id or None,
                created_at=line.recorded_at,
                day=line.effective_on,
                amount=Balance.of(line.amount),
                reference=line.reference or None,
            )
            for line in lines
        ]
        return cls.of(one, lines=written)


_LINE_KINDS: dict[EntryKind, Literal["redemption", "capture", "refund", "correction", "returned"]] = {
    EntryKind.REDEEMED: "redemption",
    EntryKind.CAPTURED: "capture",
    EntryKind.REFUNDED: "refund",
    EntryKind.CORRECTED: "correction",
    EntryKind.WRITTEN_OFF: "correction",
    EntryKind.RETURNED: "returned",
}
"""What a merchant is told for each kind of entry that changes what it is owed."""
