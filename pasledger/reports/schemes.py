"""The schemes: what became of the money of each, by year, from the flows between kinds of account.

Budget, awards and write-offs are of the year of the budget; what holders have left, of the year of the budget that it
was awarded from. Redeemed and held are of the year in which it counts, for then the cost is made. Lapsed and freed are
of the year in which it lapsed. A line need not add up, where money is spent a year after it was awarded; a scheme does:

    awarded = redeemed + held + lapsed + left
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pasledger.ledger.accounts import AccountKind
from pasledger.ledger.money import Money, total


@dataclass(frozen=True, slots=True)
class Flow:
    """What went from one kind of account of a scheme to another."""

    scheme: str
    debit: AccountKind
    credit: AccountKind
    effective_year: int
    account_year: int
    """The year of the budget, or of what lapsed, where it goes from or to one of these; else the effective one."""
    cents: int


@dataclass(frozen=True, slots=True)
class SchemeLine:
    """What became of the money of one scheme in one year."""

    scheme: str
    year: int
    budget: Money
    awarded: Money
    written_off: Money
    redeemed: Money
    held: Money
    lapsed: Money
    """All that lapsed, also what was freed after that, less what came back by an extension."""
    freed: Money
    left: Money
    """What holders have left."""

    @property
    def budget_left(self) -> Money:
        """What can still be awarded."""
        return self.budget - self.awarded - self.written_off


_K = AccountKind
# For each column: from which kinds to which kinds money flows in; it flows out the other way round.
_COLUMNS: dict[str, tuple[tuple[AccountKind, AccountKind], ...]] = {
    "budget": ((_K.TREASURY, _K.BUDGET),),
    "awarded": ((_K.BUDGET, _K.ENTITLEMENT),),
    "written_off": ((_K.BUDGET, _K.PAYABLE),),
    "redeemed": ((_K.ENTITLEMENT, _K.PAYABLE), (_K.HELD, _K.PAYABLE), (_K.LAPSED, _K.PAYABLE)),
    "held": ((_K.ENTITLEMENT, _K.HELD), (_K.PAYABLE, _K.HELD), (_K.LAPSED, _K.HELD)),
    "lapsed": ((_K.ENTITLEMENT, _K.LAPSED), (_K.HELD, _K.LAPSED), (_K.PAYABLE, _K.LAPSED)),
    "freed": ((_K.LAPSED, _K.TREASURY),),
}
_OF_THE_DAY = frozenset({"redeemed", "held"})


def scheme_lines(flows: Iterable[Flow], left: Mapping[tuple[str, int], int]) -> tuple[SchemeLine, ...]:
    """Return the lines by scheme and year; `left` is what holders have left, in cents."""
    sums: dict[tuple[str, int], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for place, cents in left.items():
        sums[place]["left"] += cents
    for flow in flows:
        for column, pairs in _COLUMNS.items():
            sign = ((flow.debit, flow.credit) in pairs) - ((flow.credit, flow.debit) in pairs)
            if sign:
                year = flow.effective_year if column in _OF_THE_DAY else flow.account_year
                sums[flow.scheme, year][column] += sign * flow.cents
    return tuple(_line(scheme, year, found) for (scheme, year), found in sorted(sums.items()))


def scheme_total(lines: Iterable[SchemeLine]) -> SchemeLine:
    """Return the sum of lines, under no name."""
    lines = tuple(lines)
    return SchemeLine("", 0, *(total(getattr(line, name) for line in lines) for name in _AMOUNTS))


_AMOUNTS = ("budget", "awarded", "written_off", "redeemed", "held", "lapsed", "freed", "left")


def _line(scheme: str, year: int, found: Mapping[str, int]) -> SchemeLine:
    return SchemeLine(scheme, year, *(Money(found.get(name, 0)) for name in _AMOUNTS))
