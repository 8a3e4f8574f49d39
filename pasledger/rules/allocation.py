"""Which entitlement pays: the soonest to lapse first, then the one with the fewest places to spend, then the oldest."""

from collections.abc import Iterable
from dataclasses import dataclass

from pasledger.ledger.ids import EntitlementId
from pasledger.ledger.money import ZERO, Money
from pasledger.rules.records import Entitlement, Part
from pasledger.rules.schemes import Scheme


@dataclass(frozen=True, slots=True)
class Spendable:
    """An entitlement that may be spent here and now, and what is left of it."""

    entitlement: Entitlement
    scheme: Scheme
    left: Money


def allocate(amount: Money, spendable: Iterable[Spendable]) -> tuple[Part, ...]:
    """Return who pays how much of `amount`, in order. The caller has seen that there is enough."""
    parts: list[Part] = []
    due = amount
    for one in in_order(spendable):
        share = min(due, one.left)
        if share > ZERO:
            parts.append(Part(one.entitlement.id, one.entitlement.scheme, share))
            due -= share
    if due:
        raise ValueError("allocated more than there is")
    return tuple(parts)


def in_order(spendable: Iterable[Spendable]) -> list[Spendable]:
    """Return what can be spent in the order in which it pays."""
    return sorted(spendable, key=_order)


def first_of(amount: Money, parts: Iterable[Part]) -> tuple[Part, ...]:
    """Return what comes first of the parts, up to `amount` in all."""
    taken: list[Part] = []
    due = amount
    for part in parts:
        share = min(due, part.amount)
        if share > ZERO:
            taken.append(Part(part.entitlement, part.scheme, share))
            due -= share
    return tuple(taken)


def less(parts: Iterable[Part], taken: Iterable[Part]) -> list[Part]:
    """Return what is left of the parts, in their order, when some was taken of each."""
    gone: dict[EntitlementId, Money] = {}
    for part in taken:
        gone[part.entitlement] = gone.get(part.entitlement, ZERO) + part.amount
    return [
        Part(part.entitlement, part.scheme, left)
        for part in parts
        if (left := part.amount - gone.get(part.entitlement, ZERO)) > ZERO
    ]


def _order(one: Spendable) -> tuple[object, ...]:
    # Ids sort by the moment they were made in, so that the last of the three means: the oldest.
    return one.entitlement.valid.ends_before, one.scheme.breadth, one.entitlement.id
