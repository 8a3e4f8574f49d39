"""Looking at an award batch before it is approved, and at what came of it for the letters to holders."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pasledger.ledger import accounts
from pasledger.ledger.ids import BatchId
from pasledger.ledger.money import Money
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.reports.batches import PlannedAward, Preview, PreviewLine, UnusualRow
from pasledger.rules.batches import AwardBatch, budgets_of
from pasledger.rules.cards import CardNumber, CardState
from pasledger.rules.holders import HolderReference
from pasledger.rules.records.batches import BatchState
from pasledger.rules.schemes import Scheme
from pasledger.rules.town import Needs
from pasledger.store import Reader, Store
from pasledger.usecases.award_texts import CheckedAward, read_day
from pasledger.usecases.booking import CHUNK
from pasledger.usecases.bulk import without_collecting

_BOOKED = (BatchState.BOOKED, BatchState.REVERSED)


@dataclass(frozen=True, slots=True)
class BatchPreview:
    """A batch as one who approves has to see it. Each line comes with its budget before and after."""

    batch: AwardBatch
    lines: tuple[tuple[PreviewLine, Money, Money], ...]
    unusual: tuple[UnusualRow, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter to a holder has to say, and nothing that the file did not bring."""

    holder: HolderReference | CardNumber
    scheme: Scheme
    amount: Money
    starts_on: str
    ends_before: str


@without_collecting()
def preview_batch(store: Store, batch: BatchId) -> BatchPreview:
    """Return what a batch does, or did. Raises `Refused`."""
    with store.read() as reader:
        known = reader.batches.one(batch)
        found = Preview()
        for planned in _planned(reader, known):
            holders = sorted({award.holder for award in planned})
            found.add(planned, _given(reader, batch, holders), _cards(reader, holders))
        lines = found.lines()
        unusual = found.unusual(lambda: (award for planned in _planned(reader, known) for award in planned))
        return BatchPreview(known, tuple(_with_budget(reader, known, line) for line in lines), unusual)


def letters_of_batch(store: Store, batch: BatchId) -> Iterator[Letter]:
    """Yield what to write to each holder of a booked batch, in the order of the file. Raises `Refused`."""
    with store.read() as reader:
        known = reader.batches.one(batch)
        state = known.state(reader.batches.second_approval_above())
        if state is not BatchState.BOOKED:
            raise Refused(Refusal.BATCH_STEP_UNKNOWN, state=state)
        town = reader.load(Needs())
        booked_on = known.steps[-1].at.date()
        for awards in _awards(reader, known):
            for award in awards:
                _holder, starts_on, ends_before, cents = award.terms
                scheme = town.scheme(award.row.scheme, on=booked_on)
                yield Letter(award.row.holder, scheme, Money(cents), starts_on, ends_before)


def _awards(reader: Reader, batch: AwardBatch) -> Iterator[list[CheckedAward]]:
    for texts in reader.batches.texts(batch.id, batch.content.version, CHUNK):
        yield [CheckedAward.read(text) for text in texts]


def _planned(reader: Reader, batch: AwardBatch) -> Iterator[list[PlannedAward]]:
    for awards in _awards(reader, batch):
        yield [_plan(award) for award in awards]


def _plan(award: CheckedAward) -> PlannedAward:
    holder, starts_on, _ends_before, cents = award.terms
    return PlannedAward(award.row.row, award.row.scheme, read_day(starts_on).year, holder, Money(cents))


def _given(reader: Reader, batch: BatchId, holders: Sequence[str]) -> dict[str, frozenset[tuple[str, int]]]:
    found: dict[str, set[tuple[str, int]]] = defaultdict(set)
    for holder, scheme, year in reader.batches.given_beside(batch, [*holders]):
        found[holder].add((scheme, year))
    return {holder: frozenset(given) for holder, given in found.items()}


def _cards(reader: Reader, holders: Sequence[str]) -> dict[str, frozenset[CardState]]:
    found: dict[str, set[CardState]] = defaultdict(set)
    for holder, state in reader.batches.cards([*holders]):
        found[holder].add(state)
    return {holder: frozenset(states) for holder, states in found.items()}


def _with_budget(reader: Reader, batch: AwardBatch, line: PreviewLine) -> tuple[PreviewLine, Money, Money]:
    """Return a line with its budget before and after; a batch that was booked had its share already."""
    town = reader.load(Needs(budgets={*budgets_of(batch.content)}))
    left = town.balance(accounts.budget(line.scheme, line.year))
    if batch.state(None) in _BOOKED:
        return line, left + line.total, left
    return line, left, left - line.total
