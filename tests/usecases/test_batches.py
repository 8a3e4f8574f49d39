"""Award batches in the books: prepared, changed, approved by another, and booked whole, once."""

import pytest

from pasledger.rules.batches import AwardBatch
from pasledger.rules.records.batches import BatchState
from pasledger.store import Store
from pasledger.usecases import batches
from pasledger.usecases.verifying import verify
from tests.support.books import granted, holders
from tests.support.town import a_stamp, euros

HEADER = "regeling;kenmerk;pashouder;pasnummer;bedrag;ingangsdatum;termijn\n"
TWO_ROWS = ("culture;Z-9;P-2;;20,00;;", "culture;Z-9;P-3;;30,00;01-04-2026;2")


def a_file(*rows: str) -> bytes:
    """Return an award file."""
    return (HEADER + "\n".join(rows)).encode()


CLERK, COLLEAGUE, APPROVER, SECOND = (
    a_stamp(prepared_by=name, approved_by=None) for name in ("clerk", "colleague", "approver", "second")
)


@pytest.fixture(autouse=True)
def more_holders(store: Store) -> None:
    """Let there be three holders beside the first."""
    granted(store, *holders([2, 3, 4]))


def state(store: Store, batch: AwardBatch) -> BatchState:
    """Return where a batch is in its life."""
    return batches.found(store, batch.id)[1]


def test_a_batch_is_booked(store: Store) -> None:
    """Prepared and submitted by one, approved by another, booked by whoever asks: and every holder has the money."""
    batch = batches.prepare(store, a_file(*TWO_ROWS), CLERK)
    batches.submit(store, batch.id, CLERK)
    batches.approve(store, batch.id, APPROVER)
    booked, was_booked = batches.book_batch(store, batch.id, CLERK)
    assert (state(store, booked), was_booked) == (BatchState.BOOKED, False)
    with store.read() as reader:
        given = list(reader.batches.entitlements(batch.id))
    assert [left for _, left in given] == [euros("20,00"), euros("30,00")]
    assert verify(store).is_sound
    assert batches.book_batch(store, batch.id, CLERK)[1]
