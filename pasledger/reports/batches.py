"""What an award batch would do, by scheme and year, and which of its rows somebody should look at before approving."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from pasledger.ledger.money import Money
from pasledger.rules.cards import CardState


class Unusual(StrEnum):
    """Why a row is unusual. None of them forbids it."""

    FAR_FROM_MEDIAN = "far-from-median"
    SAME_HOLDER = "same-holder"
    CARD_BLOCKED = "card-blocked"
    NO_CARD = "no-card"


FAR = 3
"""An amount is unusual above so many times, or below one such part of, what is in the middle of its scheme."""

FEWEST = 5
"""With fewer awards than these there is no middle."""


@dataclass(frozen=True, slots=True)
class PlannedAward:
    """One award of a batch, by the row of the file and our own id of the holder."""

    row: int
    scheme: str
    year: int
    holder: str
    amount: Money


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """What a batch does under one scheme in one year."""

    scheme: str
    year: int
    awards: int
    holders: int
    smallest: Money
    median: Money
    largest: Money
    total: Money
    first_time: int
    """Holders who never got anything, under any scheme."""
    already: int
    """Holders who have an entitlement under this scheme and year already."""


@dataclass(frozen=True, slots=True)
class UnusualRow:
    """A row to look at."""

    row: int
    scheme: str
    amount: Money
    why: Unusual


class _Line:
    def __init__(self) -> None:
        self.amounts: Counter[int] = Counter()
        self.holders: set[str] = set()
        self.first_time: set[str] = set()
        self.already: set[str] = set()

    @property
    def median(self) -> int:
        """The amount in the middle; of two, the smaller."""
        middle = (self.amounts.total() - 1) // 2
        for cents in sorted(self.amounts):
            middle -= self.amounts[cents]
            if middle < 0:
                return cents
        return 0


class Preview:
    """Adds up a batch piece by piece, with what its holders have beside it."""

    def __init__(self) -> None:
        self._lines: dict[tuple[str, int], _Line] = defaultdict(_Line)
        self._unusual: list[UnusualRow] = []

    def add(
        self,
        awards: Iterable[PlannedAward],
        given: Mapping[str, frozenset[tuple[str, int]]],
        cards: Mapping[str, frozenset[CardState]],
    ) -> None:
        """Take some awards; `given` has what each holder was given beside, by scheme and year."""
        for award in awards:
            line = self._lines[award.scheme, award.year]
            before = given.get(award.holder, frozenset())
            if award.holder in line.holders:
                self._note(award, Unusual.SAME_HOLDER)
            line.amounts[award.amount.cents] += 1
            line.holders.add(award.holder)
            if not before:
                line.first_time.add(award.holder)
            if (award.scheme, award.year) in before:
                line.already.add(award.holder)
            if (why := _card_trouble(cards.get(award.holder, frozenset()))) is not None:
                self._note(award, why)

    def lines(self) -> tuple[PreviewLine, ...]:
        """Return what it comes to, by scheme and year."""
        return tuple(
            PreviewLine(
                scheme,
                year,
                line.amounts.total(),
                len(line.holders),
                Money(min(line.amounts)),
                Money(line.median),
                Money(max(line.amounts)),
                Money(sum(cents * times for cents, times in line.amounts.items())),
                len(line.first_time),
                len(line.already),
            )
            for (scheme, year), line in sorted(self._lines.items())
        )

    def unusual(self, awards: Callable[[], Iterator[PlannedAward]]) -> tuple[UnusualRow, ...]:
        """Return the rows to look at, in their order; `awards` yields all of them once more, if that is needed."""
        medians = {key: line.median for key, line in self._lines.items() if line.amounts.total() >= FEWEST}
        outliers = {
            (key, cents)
            for key, median in medians.items()
            for cents in self._lines[key].amounts
            if _is_far(cents, median)
        }
        for award in awards() if outliers else ():
            if ((award.scheme, award.year), award.amount.cents) in outliers:
                self._note(award, Unusual.FAR_FROM_MEDIAN)
        return tuple(sorted(self._unusual, key=lambda found: (found.row, found.why)))

    def _note(self, award: PlannedAward, why: Unusual) -> None:
        self._unusual.append(UnusualRow(award.row, award.scheme, award.amount, why))


def _is_far(cents: int, median: int) -> bool:
    return cents > FAR * median or cents * FAR < median


def _card_trouble(states: frozenset[CardState]) -> Unusual | None:
    """Return what is the matter where no card of a holder can be used, now or when it is activated."""
    if not states - {CardState.REPLACED}:
        return Unusual.NO_CARD
    return Unusual.CARD_BLOCKED if not states - {CardState.REPLACED, CardState.BLOCKED} else None
