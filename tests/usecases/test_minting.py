"""Clock and chance: what only the use cases have."""

import time
from datetime import UTC, date, datetime, tzinfo
from typing import Self

import pytest

from pasledger.ledger.ids import EntryId, RedemptionId
from pasledger.rules.cards import CardNumber
from pasledger.store import rows
from pasledger.usecases import minting
from pasledger.usecases.minting import (
    new_card_number,
    new_credential,
    new_id,
    new_salt,
    new_token,
    opaque_id,
    stamp_now,
)


def test_a_stamp_is_read_back_as_it_was_made() -> None:
    """The books keep milliseconds, and so does a stamp: an answer given again is the same to the last digit."""
    for _ in range(20):
        at = stamp_now("clerk").recorded_at
        assert rows.read_moment(rows.moment(at)) == at


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

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls.fromtimestamp(moment.timestamp(), tz)

    monkeypatch.setattr(minting, "datetime", Clock)
    stamp = stamp_now("clerk", "approver")
    assert (stamp.effective_on, stamp.recorded_at) == (day, moment)
    assert stamp.recorded_at.tzinfo is UTC


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
