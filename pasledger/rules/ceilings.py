"""Ceilings: how much of a scheme one holder can spend at one merchant on one day, whatever is left.

A card can be copied and a PIN can be watched. A ceiling bounds what a thief gets, and what a merchant can find out. It
is counted by holder and not by card, so that a new card is no new ceiling. What is held counts on the day on which it
is set aside. What a merchant gives back or lets go on the same day can be spent again. All of it is decided with the
holder's balances locked, so that two payments at one moment cannot both fit under the same ceiling.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from pasledger.ledger.accounts import AccountKind
from pasledger.ledger.ids import EntitlementId, MerchantId
from pasledger.ledger.money import ZERO, Money
from pasledger.rules.allocation import Spendable, in_order
from pasledger.rules.records import Event, Hold, HoldRefunded, HoldReleased, Redemption, Refund

Spent = dict[tuple[date, EntitlementId, MerchantId], int]
"""Cents that an entitlement paid a merchant on a day, less what that merchant gave back then."""

_COUNTED = Redemption | Refund | Hold | HoldReleased | HoldRefunded
"""What spends at a merchant, or gives back; what is captured was counted when it was held."""


def count_spending(spent: Spent, event: Event) -> None:
    """Take account of what an event spends, or gives back."""
    record = next((fact for fact in event.facts if isinstance(fact, _COUNTED)), None)
    if record is None or event.entry is None:
        return
    for transfer in event.entry.transfers:
        for account, cents in ((transfer.debit, transfer.amount.cents), (transfer.credit, -transfer.amount.cents)):
            if account.kind is AccountKind.ENTITLEMENT:
                owner = EntitlementId(account.code.removeprefix(f"{AccountKind.ENTITLEMENT}/"))
                key = (event.stamp.effective_on, owner, record.merchant)
                spent[key] = spent.get(key, 0) + cents


def within_ceilings(
    spendable: Iterable[Spendable],
    spent: Mapping[tuple[date, EntitlementId, MerchantId], int],
    *,
    at: MerchantId,
    today: date,
) -> list[Spendable]:
    """Return the same, with no more left of each than the ceilings of their schemes have room for today."""
    ordered = in_order(spendable)
    room: dict[str, int] = {}
    for one in ordered:
        if one.scheme.day_ceiling is not None:
            before = room.get(one.scheme.code, one.scheme.day_ceiling.cents)
            room[one.scheme.code] = before - spent.get((today, one.entitlement.id, at), 0)
    fitting: list[Spendable] = []
    for one in ordered:
        left = one.left
        if one.scheme.code in room:
            left = max(ZERO, min(left, Money(room[one.scheme.code])))
            room[one.scheme.code] -= left.cents
        fitting.append(replace(one, left=left))
    return fitting
