"""Survival of booking an award batch: killed at any moment it is booked or not, and asking again books it, once."""

import subprocess
import sys

import pytest

from pasledger.rules.records.batches import BatchState
from pasledger.rules.registration import SchemeRequest
from pasledger.store import Store
from pasledger.usecases import batches
from pasledger.usecases.verifying import verify
from tests.support.books import MakeBooks, holders, opened
from tests.support.books import make_books as make_books
from tests.support.service import ROOT
from tests.support.town import a_budget, a_scheme, a_stamp

pytestmark = pytest.mark.slow

HOLDERS, AT_A_TIME = 90, 30
PIECES = HOLDERS // AT_A_TIME + 1
"""The awards, some at a time, and the step itself."""

_BOOK = """
import sys, time
from pasledger.usecases import batches, booking
from pasledger.store import Store
from tests.support.town import a_stamp
booking.CHUNK = batches.CHUNK = {at_a_time}
told = 0
def progress(done):
    global told
    told += 1
    if told == {waits_after}:
        print("waiting", flush=True)
        time.sleep(60)
batches.book_batch(Store.open({books!r}), {batch!r}, a_stamp(prepared_by="clerk", approved_by=None), progress)
print("booked", flush=True)
time.sleep(60)
"""


def killed_while_booking(books: str, batch: str, waits_after: int) -> str:
    """Book a batch in a process of its own that is killed after so many pieces, or when it is done."""
    script = _BOOK.format(at_a_time=AT_A_TIME, waits_after=waits_after, books=books, batch=batch)
    process = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = process.stdout.readline().strip()
    process.kill()
    process.communicate()
    return said


def awarded(store: Store) -> int:
    """Count the entitlements in the books."""
    with store.read() as reader:
        return len(list(reader.entitlements()))


@pytest.fixture
def books(make_books: MakeBooks) -> str:
    """Return books with many holders and a budget."""
    return make_books(SchemeRequest(a_scheme()), a_budget("9.000,00"), *holders(range(HOLDERS)))


def test_a_killed_booking_is_there_whole_or_not_at_all(books: str) -> None:
    """After the first piece, after the last one before it is committed, and when it was just done."""
    clerk, approver = (a_stamp(prepared_by=name, approved_by=None) for name in ("clerk", "approver"))
    rows = "".join(f"culture;Z-{number};P-{number};1,00\n" for number in range(HOLDERS))
    with opened(books) as store:
        batch = batches.prepare_batch(store, f"regeling;kenmerk;pashouder;bedrag\n{rows}".encode(), clerk)
        batches.submit_batch(store, batch.id, clerk)
        batches.approve_batch(store, batch.id, approver)
    for waits_after, said, booked in ((1, "waiting", False), (PIECES, "waiting", False), (0, "booked", True)):
        assert killed_while_booking(books, batch.id, waits_after) == said
        with opened(books) as store:
            assert awarded(store) == (HOLDERS if booked else 0)
            assert batches.found(store, batch.id)[1] is (BatchState.BOOKED if booked else BatchState.APPROVED)
    with opened(books) as store:
        assert batches.book_batch(store, batch.id, clerk)[1]
        assert awarded(store) == HOLDERS
        assert verify(store).findings == ()
