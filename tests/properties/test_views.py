"""The books as at any moment: what a view shows is what is replayed of the entries that it sees, and nothing else."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pasledger.ledger import accounts
from pasledger.ledger.accounts import Account, AccountKind
from pasledger.ledger.journal import Entry
from pasledger.ledger.money import ZERO, Money, total
from pasledger.ledger.views import EVERYTHING, View
from pasledger.reports.movements import movements_of
from pasledger.reports.schemes import scheme_lines, scheme_total
from pasledger.reports.trial_balance import Turnover, trial_balance
from pasledger.store import Reader
from pasledger.usecases.booking import book
from tests.support import strategies
from tests.support.books import IN_POSTGRESQL, ON_DISK, POSTGRESQL, SQLITE, opened, place_in
from tests.support.strategies import A_BUSY_TOWN, Numbered
from tests.support.town import TODAY, a_stamp

BATCHES = st.lists(
    st.tuples(st.lists(strategies.anything(), min_size=1, max_size=5), st.integers(0, 3), st.integers(-2, 2)),
    min_size=1,
    max_size=6,
)
"""Batches of requests: how many hours after the one before it each was recorded, and how many days apart it counts."""


@ON_DISK
@given(drawn=BATCHES)
def test_each_view_is_a_replay(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[tuple[list[Numbered], int, int]]
) -> None:
    """At every moment, by effective and by recorded date, balances are those of the replay of what is seen."""
    every_view(SQLITE, tmp_path_factory.mktemp("views"), drawn)


@IN_POSTGRESQL
@given(drawn=BATCHES)
def test_each_view_is_a_replay_in_postgresql_too(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[tuple[list[Numbered], int, int]]
) -> None:
    """The same, in fewer examples: each takes longer."""
    every_view(POSTGRESQL, tmp_path_factory.mktemp("views"), drawn)


def every_view(kind: str, folder: Path, drawn: list[tuple[list[Numbered], int, int]]) -> None:
    """Book the batches, and hold each view of them, at and beside each day and moment, against the entries."""
    with place_in(kind, folder) as make, opened(make(*A_BUSY_TOWN)) as store:
        number, stamp = 0, a_stamp()
        for numbered, hours, days in drawn:
            requests = [one(number=number + place) for place, one in enumerate(numbered, start=1)]
            number += len(requests)
            stamp = replace(
                stamp,
                recorded_at=stamp.recorded_at + timedelta(hours=hours, milliseconds=1),
                effective_on=TODAY + timedelta(days=days),
            )
            book(store, requests, stamp)
        with store.read() as reader:
            entries = list(reader.entries())
            for view in views_of(entries):
                agrees(reader, view, [entry for entry in entries if entry.stamp in view])


def views_of(entries: list[Entry]) -> list[View]:
    """Return every view that can differ from another one."""
    days: set[date | None] = {None, date.min, date.max, *(entry.stamp.effective_on for entry in entries)}
    moments: set[datetime | None] = {None}
    for entry in entries:
        moments |= {entry.stamp.recorded_at, entry.stamp.recorded_at + timedelta(milliseconds=1)}
    return [View(day, moment) for day in days for moment in moments]


def agrees(reader: Reader, view: View, seen: list[Entry]) -> None:
    """Hold the trial balance, each account and its movements from any day on against the entries that are seen."""
    turnovers = dict(reader.turnovers(view))
    assert turnovers == replayed(seen)
    balances = {
        account: moved.balance(is_debit_normal=account.kind.is_debit_normal) for account, moved in turnovers.items()
    }
    found = trial_balance(turnovers.items())
    assert found.is_balanced
    for line in found.lines:
        own = [account for account in balances if (account.scheme, account.kind) == (line.scheme, line.kind)]
        assert (line.accounts, line.balance) == (len(own), total(balances[account] for account in own))
    assert sum(line.accounts for line in found.lines) == len(balances)
    schemes_add_up(reader, view, balances)
    for account in balances if view in (EVERYTHING, View(TODAY)) else ():
        assert reader.turnover(account, view) == turnovers[account]
        before = reader.turnover(account, view.before(TODAY)).balance(is_debit_normal=account.kind.is_debit_normal)
        moved = list(movements_of(account, reader.entries_on(account, view, since=TODAY), opening=before))
        assert (moved[-1].balance if moved else before) == balances[account]
        assert all(one.effective_on >= TODAY for one in moved)


def schemes_add_up(reader: Reader, view: View, balances: dict[Account, Money]) -> None:
    """Hold the overview of the schemes against the balances: its sums, and each line where accounts have a year."""
    lines = scheme_lines(reader.ledger.flows(view), reader.ledger.left_by_year(view))
    for scheme in {account.scheme for account in balances}:
        own = scheme_total(line for line in lines if line.scheme == scheme)
        assert own.awarded == own.redeemed + own.held + own.lapsed + own.left
        found = {kind: own_total(balances, scheme, kind) for kind in AccountKind}
        assert found[AccountKind.BUDGET] == own.budget_left
        assert found[AccountKind.ENTITLEMENT] == own.left
        assert found[AccountKind.HELD] == own.held
        assert found[AccountKind.LAPSED] == own.lapsed - own.freed
        assert found[AccountKind.PAYABLE] == own.redeemed + own.written_off
    for line in lines:
        budget, lapsed = accounts.budget(line.scheme, line.year), accounts.lapsed(line.scheme, line.year)
        assert balances.get(budget, ZERO) == line.budget_left
        assert balances.get(lapsed, ZERO) == line.lapsed - line.freed


def own_total(balances: dict[Account, Money], scheme: str, kind: AccountKind) -> Money:
    """Return what all accounts of one kind of a scheme stand at."""
    return total(cents for account, cents in balances.items() if (account.scheme, account.kind) == (scheme, kind))


def replayed(entries: list[Entry]) -> dict[Account, Turnover]:
    """Return what the entries debit and credit on each account."""
    found: dict[Account, Turnover] = {}
    nothing = Turnover(total([]), total([]))
    for transfer in (transfer for entry in entries for transfer in entry.transfers):
        debited, credited = found.get(transfer.debit, nothing), found.get(transfer.credit, nothing)
        found[transfer.debit] = Turnover(debited.debits + transfer.amount, debited.credits)
        found[transfer.credit] = Turnover(credited.debits, credited.credits + transfer.amount)
    return found
