"""The registers of the lived-in town: what was done by hand, and what was changed, in both kinds of database."""

from collections.abc import Iterator
from datetime import date

import pytest

from pasledger.ledger.journal import EntryKind
from pasledger.ledger.periods import Period
from pasledger.reports.registers import (
    BY_HAND,
    BY_TILL,
    CONTACT,
    ManualBooking,
    ManualKind,
    MasterChange,
    MasterData,
    in_order,
)
from pasledger.rules.records import LinePurpose
from pasledger.store import Store
from pasledger.usecases.auditing import EVER
from tests.support.books import A_LIVED_IN_TOWN, MakeBooks, granted, opened
from tests.support.town import (
    TODAY,
    a_budget,
    a_change,
    a_correction,
    a_line,
    a_line_read,
    a_redemption,
    a_settlement,
    a_statement,
    a_withdrawal,
    a_write_off,
)

K = EntryKind


@pytest.fixture
def store(make_books: MakeBooks) -> Iterator[Store]:
    """Return the books of the lived-in town."""
    with opened(make_books(*A_LIVED_IN_TOWN)) as opened_store:
        yield opened_store


def by_hand(store: Store, period: Period = EVER) -> list[ManualBooking]:
    """Return what was done by hand."""
    with store.read() as reader:
        return list(reader.registers.by_hand(period))


def changes(store: Store) -> list[MasterChange]:
    """Return the changes of master data."""
    with store.read() as reader:
        return in_order(reader.registers.changes(), EVER)


def test_what_people_decided_one_by_one_is_listed(store: Store) -> None:
    """Each with its reason, both names and what it is about; awards, lapses and payouts are no part of it."""
    found = by_hand(store)
    assert {one.kind for one in found} <= BY_HAND | BY_TILL | set(ManualKind)
    assert {one.kind for one in found} >= {K.BUDGET_RAISED, K.BUDGET_LOWERED, K.WITHDRAWN, K.WRITTEN_OFF, K.CORRECTED}
    of_kind = {one.kind: one for one in found}
    assert of_kind[K.WRITTEN_OFF].reason == a_write_off().decision
    assert of_kind[K.CORRECTED].about == a_correction(a_redemption(number=14)).corrects
    assert of_kind[K.WITHDRAWN].about == a_withdrawal(15).entitlement
    assert of_kind[K.PAYOUT_CANCELLED].reason == "AC04"
    assert {one.reason for one in found if one.kind is K.BUDGET_RAISED} >= {a_budget().decision, "council 3"}
    assert of_kind[ManualKind.YEAR_CLOSED].about == "winter/2025"
    assert {(one.prepared_by, one.approved_by) for one in found if one.kind in BY_HAND} == {("clerk", "approver")}
    assert [one.recorded_at for one in found] == sorted(one.recorded_at for one in found)


def test_each_is_listed_once(store: Store) -> None:
    """However many records an entry has, it is one line."""
    names = [one.id for one in by_hand(store)]
    assert len(names) == len(set(names))


def test_a_line_that_two_people_settled_is_listed(store: Store) -> None:
    """A line that its own ids matched was decided by nobody; one that people named is theirs."""
    before = [one.id for one in by_hand(store) if one.kind is ManualKind.LINE_SETTLED]
    line = a_line("7,00", statement=2)
    granted(
        store,
        a_statement(2, opening="-2,00", closing="5,00"),
        a_line_read(line, 2),
        a_settlement(line, LinePurpose.BUDGET_IN),
    )
    after = [one for one in by_hand(store) if one.kind is ManualKind.LINE_SETTLED]
    assert before == []
    assert [(one.id, one.reason, one.approved_by) for one in after] == [("2026-002/1", "budget-in", "approver")]


def test_only_what_counts_in_a_period_is_listed(store: Store) -> None:
    """The year before has nothing, and the day after has what can only be when something is over."""
    assert by_hand(store, Period(date(2025, 1, 1), TODAY)) == []
    later = by_hand(store, Period(date(2026, 3, 3), date(2027, 1, 1)))
    assert {one.kind for one in later} <= {K.EXTENDED, K.FREED, ManualKind.END_MOVED, ManualKind.UNLINKED}
    assert later


def test_every_kind_of_master_data_has_its_changes(store: Store) -> None:
    """Whatever there is of it in the town is in the log, and no name of a person, no credential and no salt."""
    found = changes(store)
    assert {one.about for one in found} == set(MasterData)
    told = " ".join(f"{one.name} {one.before} {one.after}" for one in found)
    assert "Bestuurslid" not in told
    assert "hash of" not in told
    assert "the treasurer" not in told


def test_a_change_says_from_what_to_what(store: Store) -> None:
    """A name and an IBAN are told as they were and as they are, with who prepared and who approved."""
    granted(store, a_change(name="De Nieuwe Club", iban="NL13TEST0123456789"))
    found = {
        one.what: one for one in changes(store) if one.about is MasterData.MERCHANT and one.name == "De Nieuwe Club"
    }
    assert (found["name"].before, found["name"].after) == ("De Club", "De Nieuwe Club")
    assert (found["iban"].before, found["iban"].after) == ("NL91ABNA0417164300", "NL13TEST0123456789")
    assert (found["iban"].made_by, found["iban"].approved_by) == ("clerk", "approver")


def test_of_a_contact_it_is_told_that_it_changed(store: Store) -> None:
    """Whom to speak to can be a person, so that nothing of it is told."""
    [found] = [one for one in changes(store) if one.what == CONTACT]
    assert (found.before, found.after) == ("", "")
