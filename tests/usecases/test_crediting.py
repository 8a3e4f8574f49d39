"""Crediting: a file is booked whole or not at all, once, and every fault of it is told with its row."""

import pytest

from pasledger.formats.faults import Fault, FaultKind, FileRefused
from pasledger.ledger.refusals import Refusal
from pasledger.rules.cards import CardState
from pasledger.rules.records import Entitlement
from pasledger.rules.registration import CardRequest
from pasledger.store import Store
from pasledger.usecases import booking
from pasledger.usecases.batches import set_second_approval
from pasledger.usecases.crediting import credit
from pasledger.usecases.verifying import verify
from tests.support.books import content, granted, holders
from tests.support.town import TODAY, a_card, a_holder, a_stamp, euros, refuses

HEADER = "regeling;kenmerk;pashouder;pasnummer;bedrag;ingangsdatum;termijn\n"


def a_file(*rows: str) -> bytes:
    """Return an award file."""
    return (HEADER + "\n".join(rows)).encode()


def faults_of(store: Store, data: bytes) -> list[Fault]:
    """Return the faults for which a file is not booked."""
    with pytest.raises(FileRefused) as refused:
        credit(store, data, a_stamp())
    return list(refused.value.faults)


@pytest.fixture(autouse=True)
def more_holders(store: Store) -> None:
    """Let there be three holders beside the first."""
    granted(store, *holders([2, 3, 4]))


def test_a_file_is_booked(store: Store) -> None:
    """Every row is an award of its own; who is named by card or by reference gets it alike."""
    events = credit(
        store,
        a_file(f"culture;Z-9;;{a_card(2).number.printed};20,00;;", "culture;Z-9;P-3;;30,00;01-04-2026;2"),
        a_stamp(),
    )
    assert [event.entry and event.entry.amount for event in events] == [euros("20,00"), euros("30,00")]
    with store.read() as reader:
        for number, start in ((2, "2026-03-02"), (3, "2026-04-01")):
            ((entitlement, left),) = reader.entitlements_of(a_holder(number).reference) or []
            assert (entitlement.valid.starts_on.isoformat(), left) == (start, entitlement.amount)
    assert verify(store).is_sound


def test_without_a_start_it_starts_on_the_day_of_booking(store: Store) -> None:
    """That day, and not the day on which a clock happens to be."""
    (event,) = credit(store, a_file("culture;Z-9;P-2;;20,00;;"), a_stamp(TODAY.replace(month=5)))
    (entitlement,) = (fact for fact in event.facts if isinstance(fact, Entitlement))
    assert entitlement.valid.starts_on == TODAY.replace(month=5)


def test_a_file_is_booked_once(store: Store, books: str) -> None:
    """The same file again is refused row by row, and so is a file that holds one of its rows."""
    rows = ("culture;Z-9;P-2;;20,00;;", "culture;Z-9;P-3;;20,00;;")
    credit(store, a_file(*rows), a_stamp())
    before = content(books)
    assert [(fault.reason, fault.row, fault.column, fault.value) for fault in faults_of(store, a_file(*rows))] == [
        (Refusal.AWARD_REPEATED, 2, "kenmerk", "Z-9"),
        (Refusal.AWARD_REPEATED, 3, "kenmerk", "Z-9"),
    ]
    assert [fault.row for fault in faults_of(store, a_file("culture;Z-8;P-2;;20,00;;", rows[1]))] == [3]
    assert content(books) == before
    credit(store, a_file("culture;Z-9;P-2;;20,00;;2", "culture;Z-10;P-3;;20,00;;"), a_stamp())


def test_one_holder_under_two_names_is_credited_once(store: Store) -> None:
    """A file that names a holder by reference and again by card is found out."""
    rows = "culture;Z-9;P-2;;20,00;;", f"culture;Z-9;;{a_card(2).number};20,00;;"
    assert [(fault.reason, fault.row) for fault in faults_of(store, a_file(*rows))] == [(Refusal.AWARD_REPEATED, 3)]


def test_every_refusal_has_its_row_and_column(store: Store, books: str) -> None:
    """All are told at once, beside each other, and nothing is booked."""
    granted(
        store,
        CardRequest(a_card(3).number, CardState.BLOCKED),
        CardRequest(a_card(4).number, CardState.REPLACED, a_card(5)),
    )
    before = content(books)
    data = a_file(
        "culture;Z-9;P-2;;20,00;;",
        "culture;Z-9;P-99;;20,00;;",
        f"culture;Z-9;;{a_card(99).number};20,00;;",
        f"culture;Z-9;;{a_card(3).number};20,00;;",
        f"culture;Z-9;;{a_card(4).number};20,00;;",
        "",
        "nothing;Z-9;P-3;;20,00;;",
        "culture;Z-9;P-3;;500,01;;",
        "culture;Z-8;P-3;;20,00;31-12-2024;",
        "culture;Z-9;P-4;;20,00;01-01-2027;",
        "culture;Z-10;P-2;;500,00;;",
        "culture;Z-11;P-2;;500,00;;",
    )
    assert [(fault.reason, fault.row, fault.column, fault.value) for fault in faults_of(store, data)] == [
        (Refusal.HOLDER_UNKNOWN, 3, "pashouder", "P-99"),
        (Refusal.CARD_UNKNOWN, 4, "pasnummer", a_card(99).number),
        (Refusal.CARD_BLOCKED, 5, "pasnummer", a_card(3).number),
        (Refusal.CARD_REPLACED, 6, "pasnummer", a_card(4).number),
        (Refusal.SCHEME_UNKNOWN, 8, "regeling", "nothing"),
        (Refusal.AMOUNT_OUTSIDE_RULE, 9, "bedrag", "€ 500,01"),
        (Refusal.START_OUTSIDE_RULE, 10, "ingangsdatum", "2024-12-31"),
        (Refusal.BUDGET_UNKNOWN, 11, "regeling", "culture"),
        (Refusal.BUDGET_TOO_SMALL, 13, "bedrag", "€ 500,00"),
    ]
    assert content(books) == before


def test_the_budget_is_spent_to_the_last_cent(store: Store) -> None:
    """What the council set aside can be awarded whole, and not a cent more."""
    rows = ["culture;Z-9;P-2;;500,00;;", "culture;Z-9;P-3;;450,00;;"]
    (fault,) = faults_of(store, a_file(*rows, "culture;Z-9;P-4;;1,00;;"))
    assert (fault.reason, fault.row, fault.figures) == (Refusal.BUDGET_TOO_SMALL, 4, {"short_by": euros("1,00")})
    assert len(credit(store, a_file(*rows), a_stamp())) == 2


def test_who_prepares_does_not_approve(store: Store, books: str) -> None:
    """One pair of eyes books nothing."""
    before = content(books)
    with pytest.raises(FileRefused) as refused:
        credit(store, a_file("culture;Z-9;P-2;;20,00;;"), a_stamp(approved_by="Clerk"))
    assert [fault.reason for fault in refused.value.faults] == [Refusal.SAME_PERSON]
    assert content(books) == before


def test_a_file_that_cannot_be_read_is_not_booked(store: Store, books: str) -> None:
    """Its other rows are held against the books all the same, so that every fault is told at once."""
    before = content(books)
    assert [fault.reason for fault in faults_of(store, a_file("culture;Z-9;P-2;;x;;", "culture;Z-9;P-99;;1,00;;"))] == [
        FaultKind.AMOUNT,
        Refusal.HOLDER_UNKNOWN,
    ]
    assert content(books) == before


def test_progress_is_told_for_each_chunk(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long file is decided in pieces, of one transaction, and whoever waits is told how many rows more are done."""
    monkeypatch.setattr(booking, "CHUNK", 2)
    done: list[int] = []
    rows = [f"culture;Z-{number};P-2;;1,00;;" for number in range(10, 15)]
    assert len(credit(store, a_file(*rows), a_stamp(), done.append)) == 5
    assert done == [2, 2, 1]


def test_a_reference_is_bound_and_can_be_deleted(store: Store, books: str) -> None:
    """The entry holds a commitment to the decision's reference and not the reference; no two are alike."""
    events = credit(store, a_file("culture;Z-9;P-2;;20,00;;", "culture;Z-9;P-3;;20,00;;"), a_stamp())
    commitments = {event.entry.commitment for event in events if event.entry}
    assert len(commitments) == 2
    assert all(len(commitment or "") == 64 for commitment in commitments)
    for table, rows in content(books).items():
        assert table in ("award_decision",) or "Z-9" not in str(rows)


def test_what_needs_two_approvers_is_no_file_for_one(store: Store, books: str) -> None:
    """Above the set amount it has to be made a batch; at the amount one colleague is enough."""
    set_second_approval(store, euros("20,00"), a_stamp())
    before = content(books)
    with refuses(Refusal.SECOND_APPROVER_NEEDED, above=euros("20,00")):
        credit(store, a_file("culture;Z-9;P-2;;20,00;;", "culture;Z-9;P-3;;1,00;;"), a_stamp())
    assert content(books) == before
    assert len(credit(store, a_file("culture;Z-9;P-2;;20,00;;"), a_stamp())) == 1
