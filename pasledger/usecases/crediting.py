"""Crediting: a whole award file is booked, or nothing of it."""

from collections.abc import Iterator, Sequence

from pasledger.formats.awards import readable_awards
from pasledger.formats.faults import FileRefused, in_order
from pasledger.formats.tabular import OUR_OWN, Titles
from pasledger.ledger.journal import Stamp
from pasledger.ledger.money import total
from pasledger.rules.batches import entitlement_in, require_one_approver
from pasledger.rules.crediting import AwardRequest
from pasledger.rules.deciding import Outcome
from pasledger.rules.records import Event
from pasledger.store import Reader, Store
from pasledger.usecases.booking import NothingBooked, Progress, book_pieces, chunks
from pasledger.usecases.bulk import without_collecting
from pasledger.usecases.checking import faults_in, faults_of, request_of


@without_collecting()
def credit(
    store: Store,
    data: bytes,
    stamp: Stamp,
    progress: Progress = lambda _done: None,
    titles: Titles = OUR_OWN,
) -> tuple[Event, ...]:
    """Book every award of a file and return what was booked. Raises `FileRefused` with every fault there is.

    Where its sum needs two approvers it is no file for one, and has to be made a batch. Raises `Refused`.
    """
    awards, faults = readable_awards(data, titles)
    if faults:
        raise FileRefused(in_order([*faults, *faults_in(store, awards, stamp)]))
    requests = [request_of(award, stamp) for award in awards]
    outcomes: list[Outcome] = []

    def pieces(reader: Reader) -> Iterator[Sequence[AwardRequest]]:
        outcomes.clear()
        yield from chunks(requests)
        given = total(entitlement_in(outcome.event).amount for outcome in outcomes if outcome.event is not None)
        require_one_approver(given, reader.batches.second_approval_above())

    try:
        book_pieces(store, pieces, stamp, progress, keep=outcomes.extend)
    except NothingBooked as nothing:
        raise FileRefused(faults_of(awards, nothing.refusals)) from None
    return tuple(outcome.event for outcome in outcomes if outcome.event is not None)
