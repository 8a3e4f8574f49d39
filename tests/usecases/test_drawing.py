"""Samples of what was booked, drawn from the books themselves."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from pasledger.ledger.ids import EntryId
from pasledger.ledger.journal import EntryKind
from pasledger.ledger.money import total
from pasledger.ledger.views import EVERYTHING, View
from pasledger.store import Store
from pasledger.usecases.sampling import Population, draw, examined
from tests.support.books import A_LIVED_IN_TOWN, MakeBooks, granted, opened
from tests.support.town import TODAY, a_redemption


@pytest.fixture
def store(make_books: MakeBooks) -> Iterator[Store]:
    """Return the books of the lived-in town."""
    with opened(make_books(*A_LIVED_IN_TOWN)) as opened_store:
        yield opened_store


@pytest.mark.parametrize("is_by_amount", [False, True])
def test_the_population_is_what_is_in_the_books(store: Store, is_by_amount: bool) -> None:  # noqa: FBT001
    """Its number and sum are those of the entries of the kind, and each item is one of them with its evidence."""
    with store.read() as reader:
        entries = {entry.id: entry for entry in reader.entries(kind=EntryKind.REDEEMED)}
        found = draw(
            reader, Population(EntryKind.REDEEMED, date.min, EVERYTHING), size=2, seed="s", is_by_amount=is_by_amount
        )
        assert (found.items, found.total) == (len(entries), total(entry.amount for entry in entries.values()))
        assert found.drawn
        for one in examined(reader, found):
            kinds = {step.entry: step.kind for step in one.evidence}
            assert kinds[EntryId(one.drawn.item.id)] is EntryKind.REDEEMED
            assert entries[EntryId(one.drawn.item.id)].amount == one.drawn.item.amount
            assert {EntryKind.BUDGET_RAISED, EntryKind.AWARDED} <= set(kinds.values())


def test_what_comes_later_does_not_change_a_sample(store: Store) -> None:
    """A population that was fixed by a day draws the same after more was booked."""
    fixed = Population(EntryKind.REDEEMED, date.min, View(as_at=TODAY))
    with store.read() as reader:
        before = draw(reader, fixed, size=3, seed="s", is_by_amount=True)
    granted(store, a_redemption("1,00", number=900), on=TODAY + timedelta(days=1))
    with store.read() as reader:
        assert draw(reader, fixed, size=3, seed="s", is_by_amount=True) == before
        everything = Population(EntryKind.REDEEMED, TODAY + timedelta(days=1), EVERYTHING)
        assert draw(reader, everything, size=3, seed="s", is_by_amount=False).items == 1
