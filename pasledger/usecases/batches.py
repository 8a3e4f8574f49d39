"""Award batches: a file is prepared, approved by somebody else, and booked whole, once."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from pasledger.formats.awards import AwardRow, readable_awards
from pasledger.formats.faults import Fault, FileRefused, require_none
from pasledger.formats.tabular import OUR_OWN, Titles
from pasledger.ledger.ids import BatchId
from pasledger.ledger.journal import Stamp
from pasledger.ledger.money import Money
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.rules.batches import (
    AwardBatch,
    BatchAwardRequest,
    BookingRequest,
    KeyRequest,
    PreparationRequest,
    RowsRequest,
    SecondApprovalRequest,
    StepRequest,
    budgets_of,
    require_step,
)
from pasledger.rules.deciding import Request
from pasledger.rules.fingerprints import Fingerprint, FingerprintInAnyOrder
from pasledger.rules.records.batches import (
    BatchContent,
    BatchRow,
    BatchState,
    BatchStepKind,
    BatchSum,
)
from pasledger.rules.town import Needs
from pasledger.store import Reader, Store
from pasledger.usecases.award_texts import CheckedAward, read_day, source_text
from pasledger.usecases.booking import CHUNK, NothingBooked, Progress, book_all, book_pieces, chunks
from pasledger.usecases.bulk import without_collecting
from pasledger.usecases.checking import checked, faults_of, refused_in, request_of
from pasledger.usecases.minting import new_id, new_salt


@without_collecting()
def prepare_batch(
    store: Store,
    data: bytes,
    stamp: Stamp,
    progress: Progress = lambda _done: None,
    titles: Titles = OUR_OWN,
) -> AwardBatch:
    """Make a batch of a file whose every row could be booked today. Raises `FileRefused`, or `Refused`.

    Awards that say no start get that of today, so that what is approved is what is booked.
    """
    return _take(store, new_id(BatchId), 1, readable_awards(data, titles), stamp, progress)


@without_collecting()
def change_batch(
    store: Store,
    batch: BatchId,
    data: bytes,
    stamp: Stamp,
    progress: Progress = lambda _done: None,
    titles: Titles = OUR_OWN,
) -> AwardBatch:
    """Let a file take the place of what a batch awarded, so that it is submitted and approved anew. Raises as above."""
    before, _ = found(store, batch)
    return _take(store, batch, before.content.version + 1, readable_awards(data, titles), stamp, progress)


@without_collecting()
def check_awards(
    store: Store,
    data: bytes,
    stamp: Stamp,
    progress: Progress = lambda _done: None,
    titles: Titles = OUR_OWN,
) -> None:
    """Check a file as `prepare_batch` does, and keep nothing. Raises `FileRefused`."""
    _checked_texts(store, readable_awards(data, titles), stamp, progress, _Sums())


def submit_batch(store: Store, batch: BatchId, stamp: Stamp) -> AwardBatch:
    """Hand a batch to those who approve. Raises `Refused`."""
    before, _ = found(store, batch)
    return _step(store, StepRequest(batch, BatchStepKind.SUBMITTED, before.content.version), stamp)


def approve_batch(store: Store, batch: BatchId, stamp: Stamp, version: int | None = None) -> AwardBatch:
    """Approve the one version that there is or, where a batch was changed, the one that is named. Raises `Refused`."""
    content = _looked_at(store, batch, version)
    return _step(store, StepRequest(batch, BatchStepKind.APPROVED, content.version, budgets_of(content)), stamp)


def reject_batch(
    store: Store, batch: BatchId, stamp: Stamp, version: int | None = None, note: str | None = None
) -> AwardBatch:
    """Reject a version, and say why. Raises `Refused`."""
    content = _looked_at(store, batch, version)
    return _step(store, StepRequest(batch, BatchStepKind.REJECTED, content.version, note=note), stamp)


@without_collecting()
def book_batch(
    store: Store, batch: BatchId, stamp: Stamp, progress: Progress = lambda _done: None
) -> tuple[AwardBatch, bool]:
    """Book every award of an approved batch, or nothing, and return the batch and whether it was booked before.

    It is booked once, however often and by however many it is asked. Raises `Refused`, or `FileRefused` with every row
    that the rules of today refuse.
    """
    before, state = found(store, batch)
    if state is BatchState.BOOKED:
        return before, True
    with store.read() as reader:
        require_step(before, BatchStepKind.BOOKED, reader.load(Needs(batches={batch})), actor=stamp.prepared_by)
    booking = _Booking(before, stamp)
    try:
        book_pieces(store, booking.pieces, booking.stamp, progress, is_booked_once=True)
    except NothingBooked as nothing:
        after, state = found(store, batch)
        if state is BatchState.BOOKED:
            return after, True
        raise booking.refused(store, nothing) from None
    return found(store, batch)[0], False


def set_second_approval(store: Store, above: Money | None, stamp: Stamp) -> None:
    """Let two approve every batch above an amount, or none. Raises `Refused`."""
    _book(store, SecondApprovalRequest(above), stamp)


def found(store: Store, batch: BatchId) -> tuple[AwardBatch, BatchState]:
    """Return a batch and where it is in its life. Raises `Refused`."""
    with store.read() as reader:
        known = reader.batches.one(batch)
        return known, known.state(reader.batches.second_approval_above())


# --- preparing

Readable = tuple[list[AwardRow], list[Fault]]
"""The rows of a file that could be read, and what is wrong with the others."""


class _Sums:
    """What a file takes from each budget, added up row by row."""

    def __init__(self) -> None:
        self._cents: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0])

    def add(self, award: CheckedAward) -> None:
        """Take one award."""
        _holder, starts_on, _ends_before, cents = award.terms
        line = self._cents[award.row.scheme, read_day(starts_on).year]
        line[0] += 1
        line[1] += cents

    def lines(self) -> tuple[BatchSum, ...]:
        """Return them, by scheme and year."""
        return tuple(
            BatchSum(scheme, year, awards, Money(cents))
            for (scheme, year), (awards, cents) in sorted(self._cents.items())
        )


def _take(store: Store, batch: BatchId, version: int, file: Readable, stamp: Stamp, progress: Progress) -> AwardBatch:
    rows, faults = file
    key = _key(store, stamp)
    source = FingerprintInAnyOrder(key)
    for row in rows:
        source.add(source_text(row))
    if not faults:
        _require_new(store, str(source), batch)
    sums = _Sums()
    texts = _checked_texts(store, file, stamp, progress, sums)
    fingerprint = Fingerprint(key)
    for text in texts:
        fingerprint.add(text)
    content = BatchContent(batch, version, str(source), str(fingerprint), sums.lines())
    _keep(store, content, texts, stamp)
    return found(store, batch)[0]


def _key(store: Store, stamp: Stamp) -> str:
    """Return the key of the books, which is made when it is first needed."""
    with store.read() as reader:
        known = reader.batches.key()
    if known is None:
        _book(store, KeyRequest(new_salt()), stamp)
        return _key(store, stamp)
    return known


def _require_new(store: Store, source: str, batch: BatchId) -> None:
    """Refuse early what would be refused after a long check: every row of a booked file is booked already."""
    with store.read() as reader:
        owner = reader.load(Needs(batch_sources={source})).batch_sources.get(source)
    if owner not in (None, batch):
        raise Refused(Refusal.BATCH_REPEATED, batch=owner)


def _checked_texts(store: Store, file: Readable, stamp: Stamp, progress: Progress, sums: _Sums) -> list[str]:
    """Return the text of every award, in order. Raises `FileRefused` with every fault there is."""
    texts: list[str] = []
    rows, faults = file
    with store.read() as reader:
        for part in checked(reader, rows, stamp):
            faults += refused_in(part)
            for _, award in part if not faults else ():
                if isinstance(award, CheckedAward):
                    sums.add(award)
                    texts.append(award.text)
            progress(len(part))
    require_none(faults)
    return texts


def _keep(store: Store, content: BatchContent, texts: Sequence[str], stamp: Stamp) -> None:
    """Write the content and its rows. Raises `Refused`."""

    def pieces(_reader: Reader) -> Iterator[Sequence[Request]]:
        yield [PreparationRequest(content)]
        place = 0
        for chunk in chunks(texts):
            yield [
                RowsRequest(
                    tuple(
                        BatchRow(content.batch, content.version, number, text)
                        for number, text in enumerate(chunk, start=place)
                    )
                )
            ]
            place += len(chunk)

    try:
        book_pieces(store, pieces, stamp)
    except NothingBooked as nothing:
        raise nothing.refusals[0] from None


# --- approving


def _looked_at(store: Store, batch: BatchId, version: int | None) -> BatchContent:
    """Return the content with this version; where none is named there is one only. Raises `Refused`."""
    content = found(store, batch)[0].content
    if content.version != (version or 1):
        raise Refused(Refusal.BATCH_CHANGED)
    return content


def _step(store: Store, request: StepRequest, stamp: Stamp) -> AwardBatch:
    _book(store, request, stamp)
    return found(store, request.batch)[0]


def _book(store: Store, request: Request, stamp: Stamp) -> None:
    try:
        book_all(store, [request], stamp)
    except NothingBooked as nothing:
        raise nothing.refusals[0] from None


# --- booking


class _Booking:
    """One batch that is booked: its awards as they are read, in the names of who prepared and who approved them."""

    def __init__(self, batch: AwardBatch, stamp: Stamp) -> None:
        self._content = batch.content
        self._actor = stamp.prepared_by
        self.stamp = Stamp(stamp.recorded_at, stamp.effective_on, batch.maker, batch.approvers[-1])

    def pieces(self, reader: Reader) -> Iterator[Sequence[Request]]:
        """Yield the awards and then, when the fingerprint of all of them is known, the step itself."""
        content = self._content
        fingerprint = Fingerprint(reader.batches.key() or "")
        for texts in self._texts(reader):
            requests: list[Request] = []
            for text in texts:
                fingerprint.add(text)
                award = CheckedAward.read(text)
                requests.append(
                    BatchAwardRequest(content.batch, content.version, request_of(award.asked, self.stamp), award.terms)
                )
            yield requests
        yield [BookingRequest(content.batch, str(fingerprint), self._actor)]

    def _texts(self, reader: Reader) -> Iterator[Sequence[str]]:
        return reader.batches.texts(self._content.batch, self._content.version, CHUNK)

    def refused(self, store: Store, nothing: NothingBooked) -> Exception:
        """Return why nothing was booked: the batch itself, or its rows."""
        with store.read() as reader:  # of a draft that was unlinked no row is left
            rows = [CheckedAward.read(text).row for texts in self._texts(reader) for text in texts]
        of_batch = nothing.refusals.pop(len(rows), None)
        if not nothing.refusals and of_batch is not None:
            return of_batch
        return FileRefused(faults_of(rows, nothing.refusals))
