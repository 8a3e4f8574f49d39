"""Random clients in several processes: some order explains whatever they were told, and a planted fault is found."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from pasledger.usecases.verifying import verify
from tests.support import faults
from tests.support.books import KINDS, POSTGRESQL, opened, place_in
from tests.support.clients import AT_FIRST, THE_TOWN, Fault, history_of, plans
from tests.support.history import GiveBack, Pay, shown, unexplained
from tests.support.writers import processes

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPoolExecutor]:
    """Return the processes in which the clients are."""
    with processes() as pool:
        yield pool


@pytest.mark.parametrize("kind", KINDS)
def test_some_order_explains_all_answers(pool: ProcessPoolExecutor, tmp_path: Path, kind: str, rounds: int) -> None:
    """For each holder and each budget, what twelve clients were told at once could have been told one after another."""
    with place_in(kind, tmp_path) as make:
        for seed in range(rounds):
            books = make(*THE_TOWN)
            history = history_of(pool, books, plans(seed))
            found = unexplained(history, AT_FIRST)
            assert not found, shown(found)
            with opened(books) as store:
                assert verify(store).findings == ()
            granted = {type(one.asked) for one in history if one.answer and one.answer.figure}
            assert granted >= {Pay, GiveBack}


@pytest.mark.parametrize(
    ("kind", "fault"),
    [
        *(
            (kind, fault)
            for kind in KINDS
            for fault in (faults.forgetful, faults.generous, faults.stale, faults.swapped)
        ),
        (POSTGRESQL, faults.without_locks),
    ],
)
def test_a_planted_fault_is_found(pool: ProcessPoolExecutor, tmp_path: Path, kind: str, fault: Fault) -> None:
    """The same clients at a store that is broken on purpose are told what no order explains, soon enough."""
    with place_in(kind, tmp_path) as make:
        assert any(
            unexplained(history_of(pool, make(*THE_TOWN), plans(seed, steps=8, trouble=0), fault), AT_FIRST)
            for seed in range(20)
        )
