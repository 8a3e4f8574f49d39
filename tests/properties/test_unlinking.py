"""Whatever happened in a town and is unlinked of it: the books add up and verify, and what stands is there."""

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pasledger.ledger.journal import Stamp
from pasledger.rules.records import Length, ReferenceKind
from pasledger.store import Store
from pasledger.usecases.booking import book
from pasledger.usecases.retention import keep, unlink, what_is_kept
from pasledger.usecases.sealing import seal
from pasledger.usecases.verifying import verify
from tests.properties.test_store_books import _in_time
from tests.support import strategies
from tests.support.books import IN_POSTGRESQL, ON_DISK, POSTGRESQL, SQLITE, content, opened, place_in
from tests.support.strategies import A_BUSY_TOWN, Numbered
from tests.support.town import TODAY, a_stamp

PERIODS = st.dictionaries(
    st.sampled_from(ReferenceKind), st.builds(Length, st.integers(1, 30), st.sampled_from("DM")), max_size=7
)
ASKED = st.lists(st.tuples(strategies.anything(), st.integers(0, 60)), max_size=25)


def lived(store: Store, asked: list[tuple[Numbered, int]]) -> Stamp:
    """Let requests be granted or refused, some days after each other, and return the stamp of the last day."""
    today = TODAY
    for number, (numbered, days) in enumerate(asked, start=1):
        today += timedelta(days=days)
        book(store, [_in_time(numbered(number=number), number)], a_stamp(today))
    return a_stamp(today)


def balances(store: Store) -> list[Any]:
    """Return what was debited and credited on every account."""
    with store.read() as reader:
        return list(reader.turnovers())


def require_all_that_stands(books: str) -> None:
    """Hold the references that are there against what stands, read from the rows themselves."""
    rows = content(books)
    holders = {row[0] for row in rows["holder_reference"]}
    decisions = {row[0] for row in rows["award_decision"]}
    with_money = {
        code.removeprefix("entitlement/") for code, kind, _, cents in rows["account"] if cents and kind == "entitlement"
    }
    for entitlement, _entry, holder, *_ in rows["entitlement"]:
        if entitlement in with_money:
            assert holder in holders
            assert entitlement in decisions
    for _card, holder, _number, _token, state, *_ in rows["card"]:
        assert state not in ("active", "issued") or holder in holders
    used: dict[str, int] = {}
    for table in ("hold_capture", "hold_release"):
        for _id, _entry, hold, _merchant, cents, _parts in rows[table]:
            used[hold] = used.get(hold, 0) + cents
    references = {row[0] for row in rows["merchant_reference"]}
    commitments = {row[0]: row[8] for row in rows["entry"]}
    for hold, entry, _merchant, _terminal, _card, holder, cents, _ends in rows["hold"]:
        if used.get(hold, 0) < cents:
            assert holder in holders
            assert commitments[entry] is None or entry in references


def property_in(kind: str, asked: list[tuple[Numbered, int]], lengths: dict[ReferenceKind, Length], days: int) -> None:
    """Let a town live, set periods, let days go by and unlink what is over, twice."""
    with TemporaryDirectory() as folder, place_in(kind, Path(folder)) as make:
        books = make(*A_BUSY_TOWN)
        with opened(books) as store:
            last = lived(store, asked)
            seal(store, last)
            for one, length in lengths.items():
                keep(store, one, length, "the town's own rule", last)
            before = balances(store)
            for step in (days, 2 * days):
                on = a_stamp(last.effective_on + timedelta(days=step))
                with store.read() as reader:
                    promised = {one.period.kind: one.over for one in what_is_kept(reader, on=on.effective_on)}
                assert unlink(store, list(ReferenceKind), on) == promised
                assert verify(store).findings == ()
                require_all_that_stands(books)
            assert balances(store) == before


@settings(ON_DISK, max_examples=ON_DISK.max_examples // 5)
@given(asked=ASKED, lengths=PERIODS, days=st.integers(1, 1500))
def test_the_books_stay_sound(
    asked: list[tuple[Numbered, int]], lengths: dict[ReferenceKind, Length], days: int
) -> None:
    """What was promised to go goes, nothing that stands does, and no balance moves."""
    property_in(SQLITE, asked, lengths, days)


@pytest.mark.slow
@settings(IN_POSTGRESQL)
@given(asked=ASKED, lengths=PERIODS, days=st.integers(1, 1500))
def test_the_books_stay_sound_in_postgresql(
    asked: list[tuple[Numbered, int]], lengths: dict[ReferenceKind, Length], days: int
) -> None:
    """The same, there."""
    property_in(POSTGRESQL, asked, lengths, days)
