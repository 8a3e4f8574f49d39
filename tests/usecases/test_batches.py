"""Award batches in the books: prepared, changed, approved by another, and booked whole, once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from pasledger.formats.faults import FaultKind, FileRefused
from pasledger.ledger.ids import BatchId
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.reports.batches import Unusual
from pasledger.rules.batches import AwardBatch
from pasledger.rules.cards import CardState
from pasledger.rules.records.batches import BatchState
from pasledger.rules.registration import CardRequest
from pasledger.store import BooksContended, Store
from pasledger.usecases import batches, booking
from pasledger.usecases.previewing import letters_of_batch, preview_batch
from pasledger.usecases.verifying import verify
from tests.support.books import content, granted, holders, opened
from tests.support.town import a_budget, a_card, a_holder, a_stamp, an_award, euros

HEADER = "regeling;kenmerk;pashouder;pasnummer;bedrag;ingangsdatum;termijn\n"
TWO_ROWS = ("culture;Z-9;P-2;;20,00;;", "culture;Z-9;P-3;;30,00;01-04-2026;2")
CLERK, COLLEAGUE, APPROVER, SECOND = (
    a_stamp(prepared_by=name, approved_by=None) for name in ("clerk", "colleague", "approver", "second")
)


def a_file(*rows: str) -> bytes:
    """Return an award file."""
    return (HEADER + "\n".join(rows)).encode()


@pytest.fixture(autouse=True)
def more_holders(store: Store) -> None:
    """Let there be three holders beside the first."""
    granted(store, *holders([2, 3, 4]))


def state(store: Store, batch: AwardBatch) -> BatchState:
    """Return where a batch is in its life."""
    return batches.found(store, batch.id)[1]


def submitted(store: Store, *rows: str) -> AwardBatch:
    """Return a batch that waits for approval."""
    return batches.submit_batch(store, batches.prepare_batch(store, a_file(*rows), CLERK).id, CLERK)


def approved(store: Store, *rows: str) -> AwardBatch:
    """Return a batch that waits to be booked."""
    return batches.approve_batch(store, submitted(store, *rows).id, APPROVER)


def refusal(act: Callable[[], object]) -> tuple[Refusal, dict[str, object]]:
    """Return why something is refused."""
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.reason, refused.value.figures


def test_a_batch_is_booked(store: Store) -> None:
    """Prepared and submitted by one, approved by another, booked by whoever asks: and every holder has the money."""
    batch = approved(store, *TWO_ROWS)
    booked, was_booked = batches.book_batch(store, batch.id, COLLEAGUE)
    assert (state(store, booked), was_booked, booked.steps[-1].actor) == (BatchState.BOOKED, False, "colleague")
    with store.read() as reader:
        given = list(reader.batches.entitlements(batch.id))
        events = [event for event in reader.events() if given[0][0] in event.facts]
    assert [left for _, left in given] == [euros("20,00"), euros("30,00")]
    assert [(event.stamp.prepared_by, event.stamp.approved_by) for event in events] == [("clerk", "approver")]
    assert verify(store).is_sound


def test_a_batch_is_booked_once(store: Store, books: str) -> None:
    """Who asks again hears that it was booked, and nothing is written."""
    batch = approved(store, *TWO_ROWS)
    batches.book_batch(store, batch.id, CLERK)
    before = content(books)
    assert batches.book_batch(store, batch.id, APPROVER)[1]
    assert content(books) == before


def test_preparing_books_nothing(store: Store, books: str) -> None:
    """No money moves, and no balance is touched, until it is booked."""
    before = content(books)
    approved(store, *TWO_ROWS)
    assert {table for table, rows in content(books).items() if rows != before[table]} == {
        *("batch_content", "batch_source", "batch_hand", "batch_step", "batch_row", "batch_key")
    }


def test_every_row_is_checked_as_if_it_was_booked(store: Store, books: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also what the rows before it took, across pieces; every fault is told with its row, and nothing is kept."""
    monkeypatch.setattr(booking, "CHUNK", 2)
    before = content(books)
    data = a_file(
        "culture;Z-1;P-1;;20,00;;",
        "culture;Z-2;P-99;;20,00;;",
        f"culture;Z-3;;{a_card(4).number};450,00;;",
        "culture;Z-4;P-2;;500,00;;",
        "culture;Z-3;P-4;;1,00;;",
        "culture;Z-5;P-2;;501,00;;",
        "culture;Z-6;P-2;;501,00;;",
        "culture;Z-7;P-2;;1,00;;",
    )
    for act in (batches.check_awards, batches.prepare_batch):
        with pytest.raises(FileRefused) as refused:
            act(store, data, CLERK)
        assert [(fault.reason, fault.row) for fault in refused.value.faults] == [
            (Refusal.AWARD_REPEATED, 2),
            (Refusal.HOLDER_UNKNOWN, 3),
            (Refusal.AWARD_REPEATED, 6),
            (Refusal.AMOUNT_OUTSIDE_RULE, 7),
            (Refusal.AMOUNT_OUTSIDE_RULE, 8),
            (Refusal.BUDGET_TOO_SMALL, 9),
        ]
    after = content(books)
    assert {table for table, rows in after.items() if rows != before[table]} <= {"batch_key"}


@pytest.mark.parametrize(
    "again",
    [
        a_file(*TWO_ROWS),
        a_file(*reversed(TWO_ROWS)),
        b'holder,amount,scheme,decision,starts_on,instalment\r\nP-2,20.00,culture,Z-9,,1\r\nP-3,"30,00",culture,Z-9,2026-04-01,2',
    ],
    ids=["the same bytes", "another order", "another notation"],
)
def test_the_same_file_is_recognised(store: Store, again: bytes) -> None:
    """What it says was prepared before, in whatever form: the batch is named, whatever became of it."""
    batch = batches.prepare_batch(store, a_file(*TWO_ROWS), CLERK)
    assert refusal(lambda: batches.prepare_batch(store, again, COLLEAGUE)) == (
        Refusal.BATCH_REPEATED,
        {"batch": batch.id},
    )


def test_a_rejected_batch_goes_on_with_the_same_file(store: Store) -> None:
    """It belongs to this batch, and is submitted and approved anew, with the version that was looked at."""
    batch = submitted(store, *TWO_ROWS)
    rejected = batches.reject_batch(store, batch.id, APPROVER, note="too early")
    assert (state(store, rejected), rejected.steps[-1].note) == (BatchState.REJECTED, "too early")
    changed = batches.change_batch(store, batch.id, a_file(*TWO_ROWS), COLLEAGUE)
    assert (changed.content.version, changed.maker, state(store, changed)) == (2, "colleague", BatchState.PREPARED)
    batches.submit_batch(store, batch.id, CLERK)
    assert refusal(lambda: batches.approve_batch(store, batch.id, APPROVER))[0] is Refusal.BATCH_CHANGED
    batches.approve_batch(store, batch.id, APPROVER, version=2)
    batches.book_batch(store, batch.id, CLERK)
    with store.read() as reader:
        assert len(list(reader.batches.entitlements(batch.id))) == 2


def test_a_start_that_nobody_said_is_that_of_the_preparing(store: Store) -> None:
    """What was approved is booked, also on another day."""
    batch = approved(store, *TWO_ROWS)
    later = a_stamp(CLERK.effective_on.replace(month=9), prepared_by="clerk", approved_by=None)
    batches.book_batch(store, batch.id, later)
    with store.read() as reader:
        starts = [given.valid.starts_on.isoformat() for given, _ in reader.batches.entitlements(batch.id)]
    assert starts == ["2026-03-02", "2026-04-01"]


def test_a_row_that_was_changed_is_not_booked(store: Store) -> None:
    """Somebody who goes around the program gets the row into the table, and never into the journal."""
    batch = approved(store, *TWO_ROWS)
    more = [*content_rows(store, batch)]
    with store._connection() as connection:
        changed = more[0].replace("2000", "2100")
        unlinking = "'unl_1', 'award-draft', '2026-01-01', 1, '2026-03-02T12:00:00.000Z', 'clerk', 'approver'"
        connection.execute(text(f"INSERT INTO unlinking VALUES ({unlinking})"))
        connection.execute(text(f"INSERT INTO unlinked VALUES ('batch_row', '{batch.id}/1/0', 'unl_1')"))
        connection.execute(text("DELETE FROM batch_row WHERE place = 0"))
        connection.execute(
            text("INSERT INTO batch_row VALUES (:batch, 1, 0, :text)"), {"batch": batch.id, "text": changed}
        )
    assert refusal(lambda: batches.book_batch(store, batch.id, CLERK))[0] is Refusal.BATCH_CHANGED
    assert state(store, batch) is BatchState.APPROVED


def content_rows(store: Store, batch: AwardBatch) -> list[str]:
    """Return the rows of a batch as they are kept."""
    with store.read() as reader:
        return [one for some in reader.batches.texts(batch.id, batch.content.version, 10) for one in some]


def test_what_cannot_be_booked_any_more_is_told_by_its_rows(store: Store) -> None:
    """An award that was booked otherwise meanwhile refuses the whole batch, and names its row."""
    batch = approved(store, *TWO_ROWS)
    granted(store, an_award("1,00", holder=3, number=50, decision="Z-9", instalment=2))
    with pytest.raises(FileRefused) as refused:
        batches.book_batch(store, batch.id, CLERK)
    assert [(fault.reason, fault.row, fault.value) for fault in refused.value.faults] == [
        (Refusal.AWARD_REPEATED, 3, "Z-9")
    ]
    assert state(store, batch) is BatchState.APPROVED


# --- who, held by the books themselves


def test_the_books_let_nobody_make_and_approve(store: Store) -> None:
    """Who goes around the program is stopped by a constraint, however the name is written."""
    batch = submitted(store, *TWO_ROWS)
    values = {"batch": batch.id, "print": batch.content.fingerprint}
    step = "INSERT INTO batch_step VALUES (:batch, 3, :kind, 1, :print, '2026-03-02', 'Clerk', :person, :part, NULL)"
    hand = "INSERT INTO batch_hand VALUES (:batch, :person, 'approver', '2026-03-02')"
    attacks: list[tuple[str, dict[str, str | None]]] = [
        (hand, {"person": "clerk"}),
        (hand, {"person": "Clerk"}),
        (hand, {"person": " clerk"}),
        (step, {"kind": "approved", "person": "clerk", "part": "approver"}),
        (step, {"kind": "approved", "person": "clerk", "part": "maker"}),
        (step, {"kind": "approved", "person": "clerk", "part": None}),
        (step, {"kind": "booked", "person": "clerk", "part": None, "print": "another"}),
    ]
    for attack, named in attacks:
        with pytest.raises((IntegrityError, BooksContended)), store._connection() as connection:
            connection.execute(text(attack), values | named)


def test_two_approve_above_an_amount(store: Store) -> None:
    """One is not enough to book it; the second makes it approved, and the entries name one of them."""
    batches.set_second_approval(store, euros("49,99"), a_stamp())
    batch = approved(store, *TWO_ROWS)
    assert state(store, batch) is BatchState.SUBMITTED
    assert refusal(lambda: batches.book_batch(store, batch.id, CLERK))[0] is Refusal.BATCH_STEP_UNKNOWN
    batches.approve_batch(store, batch.id, SECOND)
    booked, _ = batches.book_batch(store, batch.id, CLERK)
    assert booked.approvers == ("approver", "second")


# --- at the same time


def both(books: str, *acts: Callable[[Store], object]) -> list[object]:
    """Do two things at once, each in a store of its own, and return what each led to."""

    def one(act: Callable[[Store], object]) -> object:
        with opened(books) as store:
            try:
                return act(store)
            except (Refused, FileRefused) as refused:
                return refused

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))


def test_a_file_that_is_prepared_twice_at_once_is_one_batch(store: Store, books: str) -> None:
    """One of the two is refused, and hears which batch it is."""
    data = a_file(*TWO_ROWS)
    found = both(books, *(lambda other: batches.prepare_batch(other, data, CLERK) for _ in range(2)))
    (made,) = (one for one in found if isinstance(one, AwardBatch))
    (refused,) = (one for one in found if isinstance(one, Refused))
    assert (refused.reason, refused.figures) == (Refusal.BATCH_REPEATED, {"batch": made.id})
    with store.read() as reader:
        assert [batch.id for batch in reader.batches.all()] == [made.id]


def test_of_two_approvers_at_once_each_counts_for_what_is_needed(store: Store, books: str) -> None:
    """Where one is enough the second comes too late; where two are needed, both count."""
    one_is_enough = submitted(store, *TWO_ROWS)
    found = both(
        books,
        lambda other: batches.approve_batch(other, one_is_enough.id, APPROVER),
        lambda other: batches.approve_batch(other, one_is_enough.id, SECOND),
    )
    assert sorted(type(one).__name__ for one in found) == ["AwardBatch", "Refused"]
    batches.set_second_approval(store, euros("1,00"), a_stamp())
    two_are_needed = submitted(store, "culture;Z-10;P-2;;20,00;;")
    both(
        books,
        lambda other: batches.approve_batch(other, two_are_needed.id, APPROVER),
        lambda other: batches.approve_batch(other, two_are_needed.id, SECOND),
    )
    assert state(store, two_are_needed) is BatchState.APPROVED


def test_a_batch_that_is_booked_twice_at_once_is_booked_once(store: Store, books: str) -> None:
    """Both hear that it is booked, and one of them that it was before."""
    batch = approved(store, *TWO_ROWS)
    found = both(books, *(lambda other: batches.book_batch(other, batch.id, CLERK)[1] for _ in range(2)))
    assert sorted(map(bool, found)) == [False, True]
    with store.read() as reader:
        assert len(list(reader.batches.entitlements(batch.id))) == 2


def test_the_budget_is_spent_by_one_of_two_batches(store: Store, books: str) -> None:
    """Approved while the budget was there for each; booked at once, it is there for one."""
    granted(store, a_budget("-450,00", decision="council 9", number=9))
    first, second = (approved(store, f"culture;Z-{number};P-2;;400,00;;") for number in (20, 21))
    found = both(
        books,
        lambda other: batches.book_batch(other, first.id, CLERK),
        lambda other: batches.book_batch(other, second.id, CLERK),
    )
    (refused,) = (one for one in found if isinstance(one, FileRefused))
    assert [(fault.reason, fault.row) for fault in refused.faults] == [(Refusal.BUDGET_TOO_SMALL, 2)]
    assert verify(store).is_sound


def test_a_budget_that_another_batch_spent_is_not_approved(store: Store) -> None:
    """It was there when the batch was prepared; it has to be there when somebody approves."""
    granted(store, a_budget("-450,00", decision="council 9", number=9))
    waiting = submitted(store, "culture;Z-20;P-2;;400,00;;")
    batches.book_batch(store, approved(store, "culture;Z-21;P-2;;101,00;;").id, CLERK)
    assert refusal(lambda: batches.approve_batch(store, waiting.id, APPROVER)) == (
        Refusal.BUDGET_TOO_SMALL,
        {"short_by": euros("1,00")},
    )


# --- looking at it


def test_a_preview_shows_what_it_does(store: Store) -> None:
    """By scheme: who gets something for the first time, who has something already, and what is left of the budget."""
    granted(store, CardRequest(a_card(3).number, CardState.BLOCKED))
    rows = [f"culture;Z-{number};P-{number};;10,00;;" for number in (1, 2, 3, 4)]
    batch = batches.prepare_batch(
        store, a_file(*(row.replace("Z-", "Y-") for row in rows), "culture;Y-5;P-4;;30,01;;"), CLERK
    )
    found = preview_batch(store, batch.id)
    ((line, before, after),) = found.lines
    assert (line.awards, line.holders, line.total, line.smallest, line.median, line.largest) == (
        *(5, 4, euros("70,01")),
        *(euros("10,00"), euros("10,00"), euros("30,01")),
    )
    assert (before, after) == (euros("950,00"), euros("879,99"))
    assert (line.first_time, line.already) == (3, 1)
    assert [(row.row, row.why) for row in found.unusual] == [
        (4, Unusual.CARD_BLOCKED),
        (6, Unusual.FAR_FROM_MEDIAN),
        (6, Unusual.SAME_HOLDER),
    ]


def test_a_preview_stays_when_the_batch_is_booked(store: Store) -> None:
    """What it did is what it was going to do."""
    batch = approved(store, *TWO_ROWS)
    before = preview_batch(store, batch.id)
    batches.book_batch(store, batch.id, CLERK)
    after = preview_batch(store, batch.id)
    assert (after.lines, after.unusual) == (before.lines, before.unusual)


def test_letters_say_what_the_file_brought(store: Store) -> None:
    """To whom, how much, from when to when: for a batch that is booked, and for no other."""
    batch = approved(store, f"culture;Z-9;;{a_card(2).number};20,00;;", "culture;Z-9;P-3;;30,00;01-04-2026;2")
    assert refusal(lambda: list(letters_of_batch(store, batch.id)))[0] is Refusal.BATCH_STEP_UNKNOWN
    batches.book_batch(store, batch.id, CLERK)
    assert [(one.holder, one.amount, one.starts_on, one.ends_before) for one in letters_of_batch(store, batch.id)] == [
        (a_card(2).number, euros("20,00"), "2026-03-02", "2027-01-01"),
        (a_holder(3).reference, euros("30,00"), "2026-04-01", "2027-01-01"),
    ]


def test_a_batch_that_nobody_knows(store: Store) -> None:
    """An id that leads nowhere is refused by every step."""
    for act in (batches.submit_batch, batches.approve_batch, batches.reject_batch, batches.book_batch):
        assert refusal(lambda act=act: act(store, BatchId.of(9), CLERK))[0] is Refusal.BATCH_UNKNOWN  # type: ignore[misc]
    assert refusal(lambda: preview_batch(store, BatchId.of(9)))[0] is Refusal.BATCH_UNKNOWN


def test_faults_of_form_and_of_rules_are_told_together(store: Store) -> None:
    """Row by row, so that a file is mended once."""
    with pytest.raises(FileRefused) as refused:
        batches.prepare_batch(store, a_file("culture;Z-9;P-99;;1,00;;", "culture;Z-9;P-2;;x;;"), CLERK)
    assert [(fault.row, fault.reason) for fault in refused.value.faults] == [
        (2, Refusal.HOLDER_UNKNOWN),
        (3, FaultKind.AMOUNT),
    ]
