"""Findings in books of both kinds of database: what was planted behind the program is found, and followed up."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from pasledger.ledger.periods import Period
from pasledger.reports.findings import Finding, FindingKind
from pasledger.rules.follow_ups import FollowUpRequest
from pasledger.rules.records import FollowUpState
from pasledger.usecases import auditing
from tests.support import postgresql
from tests.support.asking import an_ask, an_asked_payment
from tests.support.books import A_LIVED_IN_TOWN, A_SMALL_TOWN, MakeBooks, granted, is_postgresql, opened, unguarded
from tests.support.town import TODAY, a_redemption, a_stamp

K = FindingKind
LATER = TODAY + timedelta(days=1)


@pytest.fixture
def books(make_books: MakeBooks) -> str:
    """Return the books of the lived-in town."""
    return make_books(*A_LIVED_IN_TOWN)


@contextmanager
def tampering(books: str) -> Iterator[Callable[[str], Any]]:
    """Run statements with no guard, key or constraint in the way."""
    if is_postgresql(books):
        with postgresql.unguarded(books) as connection:
            yield lambda sql: postgresql.run(connection, sql)
    else:
        with unguarded(Path(books)) as file:
            yield file.execute


def found_in(books: str, period: Period = auditing.EVER, *, on: date = LATER) -> list[Finding]:
    """Return the findings."""
    with opened(books) as store, store.read() as reader:
        return list(auditing.findings(reader, period, on=on))


def kinds(findings: list[Finding]) -> set[FindingKind]:
    """Return what kinds of finding there are."""
    return {one.kind for one in findings}


def test_a_small_town_has_only_what_its_staff_typed(make_books: MakeBooks) -> None:
    """Where all went along the rules there is nothing; a payment that staff typed is shown as one."""
    books = make_books(*A_SMALL_TOWN)
    assert found_in(books) == []
    with opened(books) as store:
        granted(store, a_redemption("5,00"))
    [found] = found_in(books)
    assert (found.kind, found.count) == (K.SPENT_WITHOUT_TILL, 1)
    with opened(books) as store:
        granted(store, an_ask("5,00"), an_asked_payment("5,00", number=2), on=LATER)  # by a holder, at home
    assert [(one.kind, one.count) for one in found_in(books)] == [(K.SPENT_WITHOUT_TILL, 1)]


def test_what_the_lived_in_town_has_to_show(books: str) -> None:
    """Its second awards and amounts beside the table, its typed payments, and a card that pays often at one moment."""
    found = found_in(books)
    assert kinds(found) == {
        K.NO_RIGHT,
        K.AWARD_NOT_IN_TABLE,
        K.AWARD_SAME_PERIOD,
        K.SPENT_WITHOUT_TILL,
        K.BURST_OF_CARD,
    }
    assert len({one.id for one in found}) == len(found)


PLANTED = {
    K.FOUR_EYES: "UPDATE entry SET approved_by = prepared_by WHERE kind = 'written-off'",
    K.BACK_DATED: "UPDATE entry SET effective_on = '2026-01-31' WHERE kind = 'refunded'",
    K.AWARD_AMOUNT: "UPDATE entitlement SET amount_cents = 50001 WHERE id = 'ent_00000000000000000000000000000001'",
    K.AWARD_OUTSIDE_RULE: "UPDATE entitlement SET ends_before = '2028-01-01'"
    " WHERE id = 'ent_00000000000000000000000000000001'",
    K.AWARD_OTHER_BUDGET: "UPDATE transfer SET debit = 'budget/spring/2026' WHERE credit = 'entitlement/"
    "ent_00000000000000000000000000000001'",
    K.SPENT_ELSEWHERE: "UPDATE merchant SET category = 'catering' WHERE name = 'De Winkel'",
    K.SPENT_UNTIMELY: "UPDATE entitlement SET starts_on = '2026-03-03'"
    " WHERE id = 'ent_00000000000000000000000000000001'",
    K.SPENT_AFTER_MERCHANT: "UPDATE merchant_end SET ends_before = '2026-03-01'",
    K.PAID_UNCHECKED: "UPDATE payout SET iban = 'NL13TEST0123456789'",
    K.NUMBER_MISSING: "UPDATE payout_run SET number = 2",
}


def test_what_our_own_program_would_refuse_is_found(books: str) -> None:
    """Each change of the books behind it makes a finding of its kind, and none of them hides what was found before."""
    before = found_in(books)
    assert kinds(before).isdisjoint(PLANTED)
    with tampering(books) as run:
        for statement in PLANTED.values():
            assert run(statement).rowcount != 0, statement
    after = found_in(books)
    assert kinds(after) >= {*PLANTED}
    of_staff = {one.id for one in before if one.kind is K.SPENT_WITHOUT_TILL}
    assert of_staff <= {one.id for one in after}


def test_only_what_counts_in_a_period_is_looked_at(books: str) -> None:
    """A year before has nothing, and the day itself has all that it has."""
    assert found_in(books, Period(date(2025, 1, 1), date(2026, 1, 1))) == []
    day = found_in(books, Period(TODAY, LATER))
    assert kinds(day) == kinds(found_in(books)) - {K.NO_RIGHT}


def test_a_follow_up_stands_beside_its_finding(books: str) -> None:
    """What was said last holds, what was said before stays, and the finding is found by what was said of it too."""
    finding = found_in(books)[0]
    with opened(books) as store:
        for state, note in ((FollowUpState.EXAMINING, "asked"), (FollowUpState.EXPLAINED, "a replacement")):
            auditing.follow_up(store, FollowUpRequest(finding.id, finding.kind, state, note), a_stamp())
        with store.read() as reader:
            said = auditing.said_of_findings(reader)[finding.id]
            all_said = [one for one, _at, _by in reader.auditing.follow_ups() if one.finding == finding.id]
            assert auditing.finding_with(reader, finding.id, on=LATER) == (finding.id, finding.kind)
            assert auditing.finding_with(reader, "fnd_" + "0" * 31 + "1", on=LATER) is not None
            assert auditing.finding_with(reader, "fnd_" + "f" * 32, on=LATER) is None
    assert (said.follow_up.number, said.follow_up.state, said.by) == (2, FollowUpState.EXPLAINED, "clerk")
    assert [one.note for one in all_said] == ["asked", "a replacement"]
