"""What an award batch came to, by scheme: for the colleague who approved it, and for the file."""

from collections.abc import Iterable
from dataclasses import dataclass

from pasledger.ledger.money import Money, total
from pasledger.rules.records import Entitlement


@dataclass(frozen=True, slots=True)
class AwardLine:
    """All awards of one scheme in a batch."""

    scheme: str
    awards: int
    holders: int
    total: Money
    smallest: Money
    largest: Money


def award_lines(entitlements: Iterable[Entitlement]) -> tuple[AwardLine, ...]:
    """Return what was awarded, by scheme."""
    granted: dict[str, list[Entitlement]] = {}
    for entitlement in entitlements:
        granted.setdefault(entitlement.scheme, []).append(entitlement)
    return tuple(_line(scheme, found) for scheme, found in sorted(granted.items()))


def _line(scheme: str, granted: list[Entitlement]) -> AwardLine:
    amounts = [entitlement.amount for entitlement in granted]
    return AwardLine(
        scheme,
        len(granted),
        len({entitlement.holder for entitlement in granted}),
        total(amounts),
        min(amounts),
        max(amounts),
    )
