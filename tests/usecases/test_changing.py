"""Changing what was booked, in each kind of database: shown first, booked whole, and known when they are reopened."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from pasledger.formats.faults import FileRefused
from pasledger.ledger import accounts
from pasledger.ledger.accounts import Account
from pasledger.ledger.ids import EntitlementId
from pasledger.ledger.money import ZERO, Money
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.ledger.views import EVERYTHING
from pasledger.rules.deciding import Request
from pasledger.rules.records import EntitlementEnd, YearClosed
from pasledger.store import Store
from pasledger.usecases.booking import NothingBooked, book
from pasledger.usecases.changing import (
    carry_out,
    plan,
    to_close,
    to_correct,
    to_end,
    to_end_listed,
    to_extend,
    to_free,
    to_lapse,
    to_withdraw,
)
from pasledger.usecases.verifying import verify
from tests.support.books import A_SMALL_TOWN, MakeBooks, answer, content, granted, holders, opened, traffic
from tests.support.holds import a_capture, a_hold, a_release
from tests.support.town import (
    TODAY,
    a_budget,
    a_correction,
    a_freeing,
    a_holder,
    a_lapse,
    a_redemption,
    a_refund,
    a_stamp,
    a_withdrawal,
    an_award,
    an_extension,
    euros,
)

NEW_YEAR = date(2027, 1, 1)
MINE, ANOTHERS, NOBODYS = (EntitlementId.of(number) for number in (1, 2, 99))
BUDGET = accounts.budget("culture", 2026)


@pytest.fixture
def books(make_books: MakeBooks) -> str:
    """Return where the books of two holders are, with € 50,00 and € 30,00."""
    return make_books(*A_SMALL_TOWN, *holders([2]), an_award("30,00", holder=2, number=2))


@pytest.fixture
def store(books: str) -> Iterator[Store]:
    """Return these books, open; they are sound afterwards."""
    with opened(books) as store:
        yield store
        assert verify(store).findings == ()


def at(store: Store, account: Account) -> Money:
    """Return what an account is at."""
    with store.read() as reader:
        moved = dict(reader.turnovers()).get(account)
    return ZERO if moved is None else moved.balance(is_debit_normal=account.kind.is_debit_normal)


def test_a_plan_books_nothing(store: Store, books: str) -> None:
    """It says what would be moved, and what is left out; the books stay as they are until it is carried out."""
    before = content(books)
    planned = plan(store, to_withdraw([MINE, NOBODYS, ANOTHERS]), a_stamp())
    assert content(books) == before
    assert (len(planned.granted), planned.amount) == (2, euros("80,00"))
    assert [one.refused.reason for one in planned.left_out if one.refused] == [Refusal.ENTITLEMENT_UNKNOWN]
    carry_out(store, planned, a_stamp())
    assert at(store, BUDGET) == euros("1.000,00")
    assert answer(store, a_redemption("0,01")).refused is not None


def test_a_plan_that_is_old_is_not_carried_out(store: Store, books: str) -> None:
    """Where something of it is refused by now, nothing of it is booked."""
    planned = plan(store, to_withdraw([MINE, ANOTHERS]), a_stamp())
    granted(store, a_withdrawal(1))
    before = content(books)
    with pytest.raises(NothingBooked) as nothing:
        carry_out(store, planned, a_stamp())
    assert [refused.reason for refused in nothing.value.refusals.values()] == [Refusal.WITHDRAWN_ALREADY]
    assert content(books) == before


def test_one_person_cannot_even_plan(store: Store) -> None:
    """Who would approve alone is told so at once."""
    with pytest.raises(Refused, match=Refusal.SAME_PERSON):
        plan(store, to_withdraw([MINE]), a_stamp(approved_by="Clerk"))


def test_the_end_that_holds_is_the_newest(books: str) -> None:
    """After the books were closed and opened again, an entitlement ends when it was last decided, for all who ask."""
    with opened(books) as store:
        granted(store, an_extension(1, until=date(2027, 1, 31), number=1))
        granted(store, an_extension(1, until=date(2027, 3, 31), number=2))
    with opened(books) as store:
        granted(store, a_redemption("5,00"), on=date(2027, 3, 31))
        assert answer(store, a_redemption("5,00", number=2), on=date(2027, 4, 1)).refused is not None
        with store.read() as reader:
            ((entitlement, left),) = reader.entitlements_of(a_holder().reference) or []
            assert (entitlement.valid.last_day, left) == (date(2027, 3, 31), euros("45,00"))
            assert {one.id: one.valid.ends_before for one in reader.entitlements()}[MINE] == NEW_YEAR
        assert verify(store).findings == ()


def test_a_year_ends(store: Store) -> None:
    """What ended lapses, comes back by decision, is freed, and the year is closed; in the order of the how-to."""
    granted(store, a_redemption("20,00"))
    stamp = a_stamp(NEW_YEAR)
    with store.read() as reader:
        ended = [one.entitlement.id for one in reader.changeable.to_lapse("culture", date(2026, 12, 31))]
        assert reader.changeable.to_lapse("culture", date(2026, 12, 30)) == []
    assert carry_out(store, plan(store, to_lapse(ended), stamp), stamp).amount == euros("60,00")
    carry_out(store, plan(store, to_extend([ANOTHERS], date(2027, 6, 30)), stamp), stamp)
    assert at(store, accounts.lapsed("culture", 2026)) == euros("30,00")
    assert answer(store, _closing(), on=NEW_YEAR).refused is not None
    freed = carry_out(store, plan(store, to_free("culture", 2026, "council 9"), stamp), stamp)
    assert freed.amount == euros("950,00")
    granted(store, _closing(), on=NEW_YEAR)
    assert at(store, accounts.treasury("culture")) == euros("50,00")
    late = answer(store, a_budget("1,00", decision="council 10", number=10), on=NEW_YEAR)
    assert late.refused is not None
    assert late.refused.reason is Refusal.YEAR_CLOSED
    granted(store, a_redemption("30,00", card=2, number=2), on=NEW_YEAR)
    with store.read() as reader:
        opening = dict(reader.turnovers(EVERYTHING.before(NEW_YEAR)))
        assert opening[accounts.treasury("culture")].balance(is_debit_normal=True) == euros("1.000,00")
        assert accounts.lapsed("culture", 2026) not in opening


def _closing() -> Request:
    return to_close("culture", 2026)


def test_changes_without_money_are_events_in_their_place(store: Store) -> None:
    """They have a stamp and no entry, and stand among the entries in the order in which they were made."""
    made = [
        carry_out(store, plan(store, requests, a_stamp()), a_stamp()).granted[0].event
        for requests in (to_extend([MINE], NEW_YEAR), to_withdraw([ANOTHERS]), [to_close("culture", 2025)])
    ]
    with store.read() as reader:
        found = [event for event in reader.events() if event in made]
        kinds = [type(event.facts[0]) for event in found]
    assert found == made
    assert kinds == [EntitlementEnd, EntitlementEnd, YearClosed]


def test_a_holder_moves_away(store: Store) -> None:
    """All that the holder has ends, and a file of holders is taken whole or not at all."""
    granted(store, an_award("10,00", number=3, starts_on=TODAY + timedelta(days=30)))
    with store.read() as reader:
        requests = to_end(reader, a_holder().reference, TODAY)
        listed = to_end_listed(reader, b"pashouder;vanaf\nP-1;2026-03-01\nP-2;2026-04-01\n")
        with pytest.raises(FileRefused) as refused:
            to_end_listed(reader, b"pashouder;vanaf\nP-1;2026-03-01\nP-9;2026-04-01\n")
        with pytest.raises(FileRefused):
            to_end_listed(reader, b"pashouder;vanaf\nP-1;2026-03-01\nP-1;2026-04-01\n")
    assert [(fault.row, fault.reason) for fault in refused.value.faults] == [(3, Refusal.HOLDER_UNKNOWN)]
    assert plan(store, requests, a_stamp()).amount == euros("60,00")
    done = carry_out(store, plan(store, listed, a_stamp()), a_stamp())
    assert (len(done.granted), done.amount) == (3, euros("60,00"))
    granted(store, a_redemption("30,00", card=2), on=date(2026, 3, 31))
    assert answer(store, a_redemption("1,00", card=1, number=2)).refused is not None


def test_a_correction_is_found_by_what_it_is_of(store: Store) -> None:
    """A redemption, a refund and an entry name the same thing."""
    granted(store, paid := a_redemption("20,00"), back := a_refund("5,00"))
    with store.read() as reader:
        assert reader.changeable.entry_of(paid.id) == reader.changeable.entry_of(paid.entry) == paid.entry
        assert reader.changeable.entry_of(back.id) == back.entry
        assert reader.changeable.entry_of("red_1") is None
    granted(store, to_correct(back.entry))
    granted(store, to_correct(paid.entry))
    assert at(store, accounts.entitlement(MINE, "culture")) == euros("50,00")
    with store.read() as reader:
        assert [decision.reference for decision in reader.budget_decisions()] == ["council 1"]
    granted(store, raised := a_budget("5,00", decision="council 5", number=5))
    granted(store, to_correct(raised.entry))
    with store.read() as reader:
        assert [decision.reference for decision in reader.budget_decisions()] == ["council 1"]


MANY = 200


@pytest.mark.parametrize("kind", ["withdraw", "lapse", "extend", "correct", "refund"])
def test_a_batch_of_changes_of_any_size_is_as_many_statements(make_books: MakeBooks, kind: str) -> None:
    """One or two hundred: the very same statements."""
    numbers = range(1, MANY + 2)
    books = make_books(
        *A_SMALL_TOWN[:2],
        *holders(numbers),
        a_budget("10.000,00"),
        *(an_award("10,00", holder=number, number=number) for number in numbers),
        *(a_redemption("1,00", card=number, number=number) for number in numbers),
    )

    def requests(part: range) -> list[Request]:
        each: dict[str, Callable[[int], Request]] = {
            "withdraw": lambda number: a_withdrawal(number, number=number),
            "lapse": lambda number: a_lapse(number, number=number),
            "extend": lambda number: an_extension(number, number=number),
            "correct": lambda number: a_correction(a_redemption(number=number), number=number),
            "refund": lambda number: a_refund(of=number, number=number),
        }
        return [each[kind](number) for number in part]

    on = NEW_YEAR if kind == "lapse" else TODAY
    with opened(books) as store:
        sent = []
        for part in (range(1, 2), range(2, MANY + 2)):
            with traffic(store) as seen:
                granted(store, *requests(part), on=on)
            sent.append(seen.statements)
        assert verify(store).findings == ()
    assert sent[0] == sent[1]
    assert len(sent[0]) < 30


def test_freeing_sees_what_lapsed_before(store: Store) -> None:
    """Two freeings in one batch free once."""
    granted(store, a_lapse(1), on=NEW_YEAR)
    outcomes = book(store, [a_freeing(), a_freeing(number=2)], a_stamp(NEW_YEAR))
    assert [outcome.refused and outcome.refused.reason for outcome in outcomes] == [None, Refusal.NOTHING_TO_FREE]


def test_a_withdrawal_recorded_within_minutes_is_judged_either_way(store: Store) -> None:
    """A refund whose moment is from before the withdrawal, and that was decided after it, is sound."""
    granted(store, a_redemption("20,00"))
    granted(store, a_withdrawal())
    early = replace(a_stamp(), recorded_at=a_stamp().recorded_at - timedelta(seconds=30))
    (outcome,) = book(store, [a_refund()], early)
    assert outcome.refused is None
    assert at(store, accounts.lapsed("culture", 2026)) == euros("20,00")


def test_what_is_held_stays_held_and_is_listed(store: Store) -> None:
    """A withdrawal takes what is left; what a merchant set aside can still be taken."""
    granted(store, a_hold("20,00"), a_capture("5,00"))
    with store.read() as reader:
        (held,) = reader.changeable.open_holds([MINE, ANOTHERS])
    assert (held.entitlement, held.amount) == (MINE, euros("15,00"))
    assert carry_out(store, plan(store, to_withdraw([MINE]), a_stamp()), a_stamp()).amount == euros("30,00")
    granted(store, a_capture("10,00", number=2))
    granted(store, a_release(number=2))
    assert at(store, accounts.entitlement(MINE, "culture")) == ZERO
    assert at(store, accounts.lapsed("culture", 2026)) == euros("5,00")
