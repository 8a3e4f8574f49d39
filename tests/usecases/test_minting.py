"""Clock and chance: what only the use cases have."""

import time
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Self

import pytest

from pasledger.ledger.ids import EntryId, RedemptionId
from pasledger.rules.cards import CardNumber
from pasledger.store import BooksProblem, Store, rows
from pasledger.usecases import minting
from pasledger.usecases.booking import book
from pasledger.usecases.minting import (
    new_card_number,
    new_credential,
    new_id,
    new_salt,
    new_token,
    opaque_id,
    require_clock,
    stamp_now,
)
from pasledger.usecases.verifying import verify
from tests.support.books import MakeBooks, opened, unusable
from tests.support.town import a_redemption


def test_a_stamp_is_read_back_as_it_was_made() -> None:
    """The books keep milliseconds, and so does a stamp: an answer given again is the same to the last digit."""
    for _ in range(20):
        at = stamp_now("clerk").recorded_at
        assert rows.read_moment(rows.moment(at)) == at


def set_clock(monkeypatch: pytest.MonkeyPatch, *moments: datetime) -> None:
    """Let the clock of a fresh program say these moments one after another, and the last one from then on."""
    left = list(moments)

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls.fromtimestamp((left.pop(0) if len(left) > 1 else left[0]).timestamp(), tz)

    monkeypatch.setattr(minting, "datetime", Clock)
    monkeypatch.setattr(minting, "_CLOCK", minting._Clock())


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2026-12-31T22:59:59", date(2026, 12, 31)),
        ("2026-12-31T23:00:00", date(2027, 1, 1)),
        ("2026-06-30T21:59:59", date(2026, 6, 30)),
        ("2026-06-30T22:00:00", date(2026, 7, 1)),
    ],
)
def test_a_day_is_a_day_in_the_netherlands(monkeypatch: pytest.MonkeyPatch, at: str, day: date) -> None:
    """In winter and in summer, a moment counts on the day that it is there."""
    moment = datetime.fromisoformat(f"{at}+00:00")
    set_clock(monkeypatch, moment)
    stamp = stamp_now("clerk", "approver")
    assert (stamp.effective_on, stamp.recorded_at) == (day, moment)
    assert stamp.recorded_at.tzinfo is UTC


NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_a_stamp_never_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """While the clock is set back a little, as when it is put right, time stands still and then goes on."""
    seconds = (0, 1, -30, -299, 1, 2)
    set_clock(monkeypatch, *(NOON + timedelta(seconds=step) for step in seconds))
    stamped = [stamp_now("till").recorded_at for _ in seconds]
    assert stamped == [NOON + timedelta(seconds=step) for step in (0, 1, 1, 1, 1, 2)]


def test_a_clock_that_is_far_behind_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than five minutes back is no small correction: no stamp is made until the clock is right again."""
    back = NOON - timedelta(minutes=5, milliseconds=1)
    set_clock(monkeypatch, NOON, back, back, NOON - timedelta(minutes=5))
    stamp_now("till")
    for _ in range(2):
        with unusable(BooksProblem.CLOCK_BEHIND, clock=back, newest=NOON):
            stamp_now("till")
    assert stamp_now("till").recorded_at == NOON


def test_a_clock_is_held_against_the_books(monkeypatch: pytest.MonkeyPatch, store: Store) -> None:
    """After a restart too: a little behind the newest entry, its moment is taken; far behind, nothing is booked."""
    with store.read() as reader:
        assert reader.newest() == NOON
    set_clock(monkeypatch, NOON - timedelta(minutes=5))
    require_clock(store)
    assert stamp_now("till").recorded_at == NOON
    early = NOON - timedelta(hours=1)
    set_clock(monkeypatch, early)
    with unusable(BooksProblem.CLOCK_BEHIND, clock=early, newest=NOON):
        require_clock(store)
    assert stamp_now("till").recorded_at == early


def test_a_clock_that_somebody_trusts_is_not_asked(monkeypatch: pytest.MonkeyPatch, store: Store) -> None:
    """When it was an earlier clock that ran ahead, one can go on, and books in that order are sound."""
    early = NOON - timedelta(hours=1)
    set_clock(monkeypatch, early)
    monkeypatch.setenv("PASLEDGER_CLOCK", "trusted")
    require_clock(store)
    (outcome,) = book(store, [a_redemption()], stamp_now("till"))
    assert outcome.event is not None
    assert outcome.event.stamp.recorded_at == early
    assert verify(store).is_sound


def test_books_without_an_entry_ask_nothing_of_the_clock(
    monkeypatch: pytest.MonkeyPatch, make_books: MakeBooks
) -> None:
    """There is nothing to be behind of."""
    set_clock(monkeypatch, datetime(1970, 1, 1, tzinfo=UTC))
    with opened(make_books()) as store:
        require_clock(store)
        with store.read() as reader:
            assert reader.newest() is None


def test_our_own_ids_sort_by_time() -> None:
    """The id of a later millisecond is larger."""
    made = []
    for _ in range(5):
        made.append(new_id(EntryId))
        time.sleep(0.002)
    assert made == sorted(made)
    assert [EntryId.parse(one) for one in made] == made


def test_what_a_merchant_sees_tells_nothing() -> None:
    """Ids for merchants are random from the first digit to the last."""
    made = [opaque_id(RedemptionId) for _ in range(200)]
    assert len(set(made)) == 200
    assert len({one[4:6] for one in made}) > 64
    assert [RedemptionId.parse(one) for one in made] == made


def test_nothing_is_drawn_twice() -> None:
    """Salts, tokens, credentials and card numbers are drawn anew each time, and are as long as they must be."""
    for draw, length in ((new_salt, 32), (new_token, 22), (lambda: new_credential()[0], 58), (new_card_number, 16)):
        drawn = [draw() for _ in range(100)]
        assert len(set(drawn)) == 100
        assert {len(one) for one in drawn} == {length}
    assert CardNumber.parse(new_card_number())


def test_ids_sort_in_the_order_in_which_they_were_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also within a millisecond, and when the clock goes back."""
    clock = iter([2_000_000] * 500 + [1_000_000] * 500 + [3_000_000] * 500)
    monkeypatch.setattr("time.time_ns", lambda: next(clock))
    monkeypatch.setattr(minting, "_MOMENTS", minting._Moments())
    made = [minting.new_id(EntryId) for _ in range(1500)]

    assert made == sorted(made)
    assert len(set(made)) == 1500
