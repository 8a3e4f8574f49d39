"""References are unlinked when their term is over, and at no other time and in no other way; the books stay sound."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError

from pasledger.ledger.ids import BatchId
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.rules.cards import CardState
from pasledger.rules.records import ReferenceKind
from pasledger.rules.registration import CardRequest
from pasledger.rules.retention import length
from pasledger.store import Store, tables
from pasledger.store.retention import TABLES
from pasledger.usecases import batches, exporting, retention
from pasledger.usecases.booking import _book
from pasledger.usecases.copying import copy
from pasledger.usecases.sealing import seal
from pasledger.usecases.verifying import verify
from tests.support.books import A_SMALL_TOWN, MakeBooks, answer, content, granted, holders, is_postgresql, opened
from tests.support.holds import a_hold
from tests.support.retention import LONG_AGO, MUCH_LATER, NEW_YEAR, grown_old, unlinked
from tests.support.town import CLUB, a_budget, a_card, a_change, a_stamp, an_award, an_extension

K = ReferenceKind
ALL_THAT_WENT = {K.MERCHANT_REFERENCE: 1, K.CONTACT: 1, K.PERSON: 1, K.DECISION: 1, K.HOLDER: 1}


@pytest.fixture
def books(make_books: MakeBooks) -> str:
    """Return where the books of a town of long ago are."""
    return make_books(*LONG_AGO)


@pytest.fixture
def store(books: str) -> Iterator[Store]:
    """Return these books, open and sealed, when what was left has lapsed."""
    with opened(books) as found:
        grown_old(found)
        seal(found, a_stamp(NEW_YEAR))
        yield found


def balances(store: Store) -> list[tuple[str, int]]:
    """Return what every account stands at."""
    with store.read() as reader:
        return [(account.code, (turnover.credits - turnover.debits).cents) for account, turnover in reader.turnovers()]


def findings(store: Store) -> set[tuple[str, str]]:
    """Return what verifying finds: the check and what it is about."""
    return {(one.check, one.subject) for one in verify(store).findings}


def kept(store: Store, kind: ReferenceKind, on: date) -> retention.Kept:
    """Return how references of a kind stand on a day."""
    with store.read() as reader:
        return next(one for one in retention.what_is_kept(reader, on=on) if one.period.kind is kind)


def test_what_is_over_goes_and_the_books_stay(store: Store, books: str) -> None:
    """Each kind on the first day after its term, and not a day before; and all that was ever booked adds up."""
    before = balances(store)
    retention.keep(store, K.PERSON, length("P2Y"), "B-1", a_stamp(NEW_YEAR))
    first_days = {
        K.PERSON: date(2028, 3, 2),
        K.PAYMENT_REQUEST: date(2033, 3, 3),
        K.HOLDER: date(2034, 1, 1),
        K.MERCHANT_REFERENCE: date(2034, 1, 1),
        K.CONTACT: date(2036, 3, 2),
        K.DECISION: date(2037, 1, 1),
    }
    for kind, day in sorted(first_days.items(), key=lambda one: one[1]):
        assert kept(store, kind, date(2026, 3, 3)).next_on == day
        assert unlinked(store, kind, on=day - timedelta(days=1)) == {}
        assert unlinked(store, kind, on=day) == {kind: 1}
        assert verify(store).is_sound
    assert balances(store) == before
    for table in tables.DELETED_ONLY:
        assert content(books)[table] == []
    assert unlinked(store) == {}
    seal(store, a_stamp(MUCH_LATER))
    assert verify(store).is_sound


def test_the_card_stays_known_and_the_reference_does_not(store: Store) -> None:
    """Nobody is found by a reference that went, nor awarded to."""
    unlinked(store)
    refused = answer(store, an_award(number=9, starts_on=MUCH_LATER), on=MUCH_LATER).refused
    assert refused is not None
    assert refused.reason is Refusal.HOLDER_UNKNOWN
    with store.read() as reader:
        assert reader.entitlements_of(a_card().number) is not None


def test_what_stands_is_held_back(make_books: MakeBooks) -> None:
    """Money that is left, an open hold, or a card that can pay: however long ago, nothing of it is unlinked."""
    with opened(make_books(*A_SMALL_TOWN, *holders([2, 3]), a_hold("4,00", number=1, reference="camp 7"))) as store:
        granted(store, an_award("5,00", holder=3, number=3), CardRequest(a_card(3).number, CardState.BLOCKED))
        assert unlinked(store) == {}
        assert kept(store, K.HOLDER, MUCH_LATER).held_back == 3
        assert kept(store, K.DECISION, MUCH_LATER).held_back == 2
        assert kept(store, K.MERCHANT_REFERENCE, MUCH_LATER).held_back == 1
        granted(store, CardRequest(a_card(2).number, CardState.BLOCKED))
        assert unlinked(store) == {K.HOLDER: 1}
        assert verify(store).is_sound


def test_an_end_that_was_moved_moves_the_term(store: Store) -> None:
    """What was extended is kept from its new end."""
    granted(store, an_extension(until=date(2030, 6, 30)), on=NEW_YEAR)
    assert unlinked(store, K.HOLDER, on=date(2036, 1, 1)) == {}
    assert kept(store, K.HOLDER, date(2036, 1, 1)).next_on == date(2037, 7, 1)


def test_a_period_that_the_town_sets_holds(store: Store) -> None:
    """From then on, for its kind; it is shown with where it is laid down."""
    assert kept(store, K.HOLDER, NEW_YEAR).period.source == "5.1.1"
    retention.keep(store, K.HOLDER, length("P2Y"), "collegebesluit 7", a_stamp(NEW_YEAR))
    shown = kept(store, K.HOLDER, date(2029, 1, 1))
    assert (str(shown.period.length), shown.period.source, shown.over) == ("P2Y", "collegebesluit 7", 1)
    with pytest.raises(Refused):
        retention.keep(store, K.HOLDER, length("P1D"), "mine", a_stamp(approved_by="clerk"))
    assert unlinked(store, K.HOLDER, on=date(2029, 1, 1)) == {K.HOLDER: 1}
    assert verify(store).is_sound


def test_rows_of_batches_go_when_what_they_name_would(make_books: MakeBooks) -> None:
    """Those never booked go after weeks, those booked with the holders; and a draft without rows is refused."""
    with opened(make_books(*A_SMALL_TOWN, *holders([2]))) as store:
        _two_batches(store)


def _two_batches(store: Store) -> None:
    clerk, approver = (a_stamp(prepared_by=name, approved_by=None) for name in ("clerk", "approver"))

    def submitted(decision: str) -> BatchId:
        rows = f"regeling;kenmerk;pashouder;bedrag\nculture;{decision};P-2;20,00\n".encode()
        return batches.submit_batch(store, batches.prepare_batch(store, rows, clerk).id, clerk).id

    booked, draft = submitted("Z-8"), submitted("Z-9")
    for batch in (booked, draft):
        batches.approve_batch(store, batch, approver)
    batches.book_batch(store, booked, clerk)
    soon = a_stamp().effective_on + timedelta(days=42)
    assert unlinked(store, K.AWARD_DRAFT, on=soon - timedelta(days=1)) == {}
    assert unlinked(store, K.AWARD_DRAFT, on=soon) == {K.AWARD_DRAFT: 1}
    with pytest.raises(Refused) as refused:
        batches.book_batch(store, draft, clerk)
    assert refused.value.reason is Refusal.BATCH_CHANGED
    assert unlinked(store, K.AWARD_ROW, on=date(2033, 3, 1)) == {}
    assert unlinked(store, K.AWARD_ROW, on=date(2033, 3, 2)) == {K.AWARD_ROW: 1}
    assert verify(store).is_sound


def test_a_contact_goes_when_another_takes_its_place(make_books: MakeBooks) -> None:
    """Its term begins on that day, although the merchant goes on; the one who is there now is kept."""
    with opened(make_books(*A_SMALL_TOWN, a_change(contact="the treasurer"))) as store:
        assert unlinked(store, K.CONTACT) == {}
        granted(store, a_change(contact="the secretary"), on=NEW_YEAR)
        assert unlinked(store, K.CONTACT, on=date(2037, 1, 1)) == {}
        assert unlinked(store, K.CONTACT, on=date(2037, 1, 2)) == {K.CONTACT: 1}
        assert kept(store, K.CONTACT, MUCH_LATER).kept == 1
        assert verify(store).is_sound


def test_it_goes_in_pieces_and_goes_on(make_books: MakeBooks, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is broken off, each piece is whole with its record, and the rest goes when it is asked again."""
    monkeypatch.setattr(retention, "CHUNK", 3)
    old = [request for number in range(2, 9) for request in holders([number], state=CardState.ISSUED)]
    blocked = [CardRequest(a_card(number).number, CardState.BLOCKED) for number in range(2, 9)]

    def die(_done: int) -> None:
        raise KeyboardInterrupt

    with opened(make_books(*A_SMALL_TOWN, *old, *blocked)) as store:
        with pytest.raises(KeyboardInterrupt):
            retention.unlink(store, [K.HOLDER], a_stamp(MUCH_LATER), die)
        assert kept(store, K.HOLDER, MUCH_LATER).kept == 5
        assert verify(store).is_sound
        assert unlinked(store) == {K.HOLDER: 4}
        assert kept(store, K.HOLDER, MUCH_LATER).kept == 1
        assert verify(store).is_sound


def test_an_award_that_is_under_way_is_waited_for(make_books: MakeBooks) -> None:
    """Who is awarded to at the same moment is held back, and is no holder whom nobody can find."""
    awarded = (a_budget(year=MUCH_LATER.year, number=2), an_award(holder=2, starts_on=MUCH_LATER, number=2))
    blocked = CardRequest(a_card(2).number, CardState.BLOCKED)
    with opened(make_books(*A_SMALL_TOWN, *holders([2, 3]), blocked)) as store, ThreadPoolExecutor(1) as clerk:
        with store.begin() as transaction:
            outcomes = _book(transaction, awarded, a_stamp(MUCH_LATER))
            going = clerk.submit(unlinked, store, K.HOLDER)
            with pytest.raises(TimeoutError):
                going.result(timeout=0.5)
        assert [outcome.refused for outcome in outcomes] == [None, None]
        assert going.result() == {}
        assert kept(store, K.HOLDER, MUCH_LATER).kept == 3


@pytest.mark.parametrize("fails_at", ["INSERT INTO unlinked", "DELETE FROM holder_reference"])
def test_a_piece_is_whole_or_nothing(store: Store, books: str, fails_at: str) -> None:
    """What fails half way leaves neither a record nor a gap."""
    before = content(books)

    def broken(_connection: object, _cursor: object, statement: str, *_others: object) -> None:
        if " ".join(statement.replace("OR ROLLBACK ", "").split()).startswith(fails_at):
            raise KeyboardInterrupt

    event.listen(store._engine, "after_cursor_execute", broken)
    with pytest.raises(KeyboardInterrupt):
        unlinked(store, K.HOLDER)
    event.remove(store._engine, "after_cursor_execute", broken)
    assert content(books) == before
    assert unlinked(store, K.HOLDER) == {K.HOLDER: 1}


# --- around the program


def test_every_table_of_references_has_its_kinds() -> None:
    """A new one needs a kind and a period."""
    assert frozenset(tables.DELETED_ONLY) == TABLES


@pytest.mark.parametrize("table", sorted({*tables.DELETED_ONLY} - {"batch_row"}))  # this town has no batch
def test_nothing_goes_without_a_record(store: Store, table: str) -> None:
    """The database itself refuses it, to everybody who has not taken the guards away."""
    with pytest.raises(IntegrityError, match="no record says that its term is over"), store._connection() as connection:
        connection.execute(text(f"DELETE FROM {table}"))
    assert verify(store).is_sound


A_RUN = (
    "INSERT INTO unlinking VALUES ('unl_made_up', '{kind}', '{begun_by}', {number},"
    " '2030-01-01T00:00:00.000Z', 'clerk', 'approver')"
)
HOLDER = "hld_00000000000000000000000000000001"
DECISION = "ent_00000000000000000000000000000001"


def recorded(table: str, key: str, kind: str, *, begun_by: str, number: int = 1) -> list[str]:
    """Return what writes a record by hand, and deletes what it is of."""
    column = {
        "holder_reference": "holder_id",
        "award_decision": "entitlement_id",
        "merchant_contact": "merchant_id || '/' || version",
    }[table]
    return [
        A_RUN.format(kind=kind, begun_by=begun_by, number=number),
        f"INSERT INTO unlinked VALUES ('{table}', '{key}', 'unl_made_up')",
        f"DELETE FROM {table} WHERE {column} = '{key}'",
    ]


BY_HAND = {
    "a holder whose term was not over, by a record that says so of a later day": (
        recorded("holder_reference", HOLDER, "holder", begun_by="2029-12-31"),
        {("unlinked", "unl_made_up")},
    ),
    "a holder whose term had not begun": (
        recorded("holder_reference", HOLDER, "holder", begun_by="2022-12-31"),
        {("unlinked", f"holder_reference {HOLDER}")},
    ),
    "a decision whose term had not begun": (
        recorded("award_decision", DECISION, "decision", begun_by="2019-12-31"),
        {("unlinked", f"award_decision {DECISION}")},
    ),
    "a contact whose place nobody had taken": (
        recorded("merchant_contact", f"{CLUB}/2", "contact", begun_by="2019-12-31"),
        {("unlinked", f"merchant_contact {CLUB}/2")},
    ),
    "a record of more than went": (
        recorded("holder_reference", HOLDER, "holder", begun_by="2022-12-31", number=2),
        {("unlinked", "unl_made_up"), ("unlinked", f"holder_reference {HOLDER}")},
    ),
    "a record of what is there": (
        recorded("holder_reference", HOLDER, "holder", begun_by="2022-12-31")[:2],
        {("unlinked", f"holder_reference {HOLDER}")},
    ),
}


@pytest.mark.parametrize("how", BY_HAND)
def test_a_record_that_is_written_by_hand_is_found(store: Store, how: str) -> None:
    """It says what was unlinked and by which day, and that can be worked out again without the reference."""
    statements, expected = BY_HAND[how]
    with store._connection() as connection:
        for statement in statements:
            connection.execute(text(statement))
    assert findings(store) == expected


def test_what_is_put_back_is_found(store: Store, books: str) -> None:
    """A reference that was unlinked is nobody's any more."""
    (row,) = content(books)["holder_reference"]
    unlinked(store)
    with store._connection() as connection:
        connection.execute(
            text("INSERT INTO holder_reference VALUES (:holder, :reference, :salt)"),
            dict(zip(("holder", "reference", "salt"), row, strict=True)),
        )
    assert findings(store) == {("unlinked", f"holder_reference {HOLDER}")}


def test_nothing_of_it_stays_in_the_file(store: Store, books: str) -> None:
    """What was deleted is overwritten. PostgreSQL does that in its own time, and a backup is a copy of before."""
    if is_postgresql(books):
        return
    store.close()
    assert _said_in(books) == SAID
    with opened(books) as again:
        unlinked(again)
    assert _said_in(books) == frozenset()


SAID = frozenset({b"camp 7", b"the treasurer", b"Bestuurslid 1"})


def _said_in(books: str) -> frozenset[bytes]:
    """Return which of what was said of persons is in the files of the books, in whatever corner."""
    path = Path(books)
    return frozenset(
        said for said in SAID if any(said in file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
    )


def test_what_is_left_leaves_the_books_and_comes_back(store: Store, tmp_path: Path) -> None:
    """The walk-away kit and a backup hold what is there, with the same seals, and no more of what went."""
    unlinked(store)
    seal(store, a_stamp(MUCH_LATER))
    kit, again, backup = tmp_path / "kit.jsonl", tmp_path / "again.db", tmp_path / "backup.db"
    with store.read() as reader, kit.open("w", encoding="utf-8") as file:
        file.writelines(exporting.everything(reader))
    assert not any(said in kit.read_bytes() for said in SAID)
    with kit.open("rb") as file:
        exporting.rebuild(str(again), file)
    copy(store, str(backup))
    before = verify(store)
    for books in (again, backup):
        with opened(books) as other:
            assert verify(other) == before
            assert unlinked(other) == {}
