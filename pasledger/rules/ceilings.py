"""Ceilings: how much of a scheme one holder can spend at one merchant on one day, whatever is left.

A card can be copied and a PIN can be watched. A ceiling bounds what a thief gets, and what a merchant can find out. It
is counted by holder and not by card, so that a new card is no new ceiling. What a merchant gives back on the same day
can be spent again. All of it is decided with the holder's balances locked, so that two payments at one moment cannot
both fit under the same ceiling.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from pasledger.ledger.accounts import Account, AccountKind
from pasledger.ledger.ids import EntitlementId, MerchantId
from pasledger.ledger.journal import Entry, EntryKind
from pasledger.ledger.money import ZERO, Money
from pasledger.rules.allocation import Spendable, in_order

Spent = dict[tuple[date, EntitlementId, MerchantId], int]
"""Cents that an entitlement paid a merchant on a day, less what that merchant gave back then."""

_COUNTED = frozenset({EntryKind.REDEEMED, EntryKind.REFUNDED})


def count_spending(spent: Spent, entry: Entry) -> None:
    """Take account of what an entry spends, or gives back."""
    if entry.kind not in _COUNTED:
        return
    for transfer in entry.transfers:
        cents = transfer.amount.cents
        if transfer.debit.kind is AccountKind.ENTITLEMENT:
            _count(spent, entry.stamp.effective_on, transfer.debit, transfer.credit, cents)
        elif transfer.credit.kind is AccountKind.ENTITLEMENT:
            _count(spent, entry.stamp.effective_on, transfer.credit, transfer.debit, -cents)


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


def _count(spent: Spent, day: date, owner: Account, payable: Account, cents: int) -> None:
    entitlement = EntitlementId(owner.code.removeprefix(f"{AccountKind.ENTITLEMENT}/"))
    merchant = MerchantId(payable.code.split("/")[1])
    key = (day, entitlement, merchant)
    spent[key] = spent.get(key, 0) + cents
