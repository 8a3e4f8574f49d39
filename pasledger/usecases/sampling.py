"""Drawing a sample of what was booked, each item with its evidence."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from pasledger.ledger.journal import Entry, EntryKind
from pasledger.ledger.money import Money
from pasledger.ledger.views import View
from pasledger.reports.following import Step
from pasledger.reports.sampling import Drawn, Item, Sample, monetary_unit_sample, random_sample
from pasledger.store import Reader
from pasledger.usecases.following import way_of


@dataclass(frozen=True, slots=True)
class Population:
    """What is drawn from: the entries of a kind that count from a day on, as a view sees them."""

    kind: EntryKind
    since: date
    view: View


@dataclass(frozen=True, slots=True)
class Examined:
    """One thing that was drawn, with all that lies before and after it."""

    drawn: Drawn
    evidence: tuple[Step, ...]


def draw(reader: Reader, population: Population, *, size: int, seed: str, is_by_amount: bool) -> Sample:
    """Return a sample, random or by monetary unit."""
    items = (Item(entry.id, entry.amount) for entry in _entries(reader, population))
    if not is_by_amount:
        return random_sample(items, size=size, seed=seed)
    total = Money(sum(entry.amount.cents for entry in _entries(reader, population)))
    return monetary_unit_sample(items, size=size, seed=seed, total=total)


def examined(reader: Reader, sample: Sample) -> Iterator[Examined]:
    """Yield each thing that was drawn with its evidence."""
    for drawn in sample.drawn:
        way = way_of(reader, drawn.item.id)
        yield Examined(drawn, () if way is None else way.steps)


def _entries(reader: Reader, population: Population) -> Iterator[Entry]:
    for entry in reader.entries(kind=population.kind):
        if population.since <= entry.stamp.effective_on and entry.stamp in population.view:
            yield entry
