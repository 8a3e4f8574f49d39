"""Holds on the disk: found when they end, released once, and what is still held is told."""

from datetime import timedelta

import pytest

from pasledger.ledger.ids import HoldId
from pasledger.ledger.money import ZERO
from pasledger.store import Store
from pasledger.usecases import holds
from pasledger.usecases.holds import ended, sweep
from pasledger.usecases.verifying import verify
from tests.support.books import granted
from tests.support.holds import a_capture, a_hold, a_release
from tests.support.town import CLUB, TODAY, a_stamp, euros

TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def holding(store: Store) -> Store:
    """Return books with a hold that ends today, one that ends tomorrow, and two of which nothing is left."""
    granted(
        store,
        a_hold("5,00", number=1, last_day=TODAY, reference="camp"),
        a_hold("6,00", number=2, last_day=TOMORROW),
        a_hold("7,00", number=3, last_day=TODAY),
        a_hold("8,00", number=4, last_day=TODAY),
    )
    granted(store, a_capture("2,00", of=1, number=1), a_capture(of=3, number=3), a_release(of=4, number=4))
    return store


def test_what_is_held_is_told(holding: Store) -> None:
    """Each hold with something left, those that end first at the top."""
    with holding.read() as reader:
        assert list(reader.holds.open()) == [
            (HoldId.of(1), CLUB, euros("5,00"), euros("3,00"), TODAY),
            (HoldId.of(2), CLUB, euros("6,00"), euros("6,00"), TOMORROW),
        ]
        recorded = reader.holds.one(HoldId.of(1))
        assert reader.holds.one(HoldId.of(99)) is None
    assert recorded is not None
    assert (recorded.left, recorded.refundable) == (euros("3,00"), euros("2,00"))
    assert (recorded.at, recorded.references[recorded.hold.entry]) == (a_stamp().recorded_at, "camp")


def test_what_has_ended_is_found(holding: Store) -> None:
    """From the day after its last; only what is later than a day, where all up to that day are known."""
    assert ended(holding, since=None, on=TODAY) == []
    assert ended(holding, since=None, on=TOMORROW) == [HoldId.of(1)]
    assert ended(holding, since=TOMORROW, on=TOMORROW + timedelta(days=1)) == [HoldId.of(2)]


def test_a_sweep_releases_what_has_ended_once(holding: Store) -> None:
    """All that is left of each, in chunks however many; a second sweep finds nothing to do."""
    released = sweep(holding, a_stamp(TOMORROW))
    assert [(one.hold, one.amount) for one in released] == [(HoldId.of(1), euros("3,00"))]
    assert sweep(holding, a_stamp(TOMORROW)) == []
    assert verify(holding).is_sound


def test_a_sweep_is_cut_into_chunks(holding: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory stays bounded when thousands end on one day."""
    monkeypatch.setattr(holds, "CHUNK", 1)
    assert len(sweep(holding, a_stamp(TOMORROW + timedelta(days=1)))) == 2


def test_two_sweepers_do_not_meet(holding: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who finds a hold that another one released meanwhile leaves it alone."""
    found = ended(holding, since=None, on=TOMORROW)
    sweep(holding, a_stamp(TOMORROW))
    monkeypatch.setattr(holds, "ended", lambda *_arguments, **_named: found)
    assert sweep(holding, a_stamp(TOMORROW)) == []
    with holding.read() as reader:
        recorded = reader.holds.one(HoldId.of(1))
    assert recorded is not None
    assert (recorded.left, len(recorded.releases)) == (ZERO, 1)
