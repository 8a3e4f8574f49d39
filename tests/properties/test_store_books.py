"""The books on disk against the town in memory: the same requests have the same answers and leave the same balances."""

from collections.abc import Sequence
from contextlib import ExitStack
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from pasledger.ledger.ids import ChangeId, EntryId, MerchantId, RedemptionId
from pasledger.ledger.journal import Stamp
from pasledger.ledger.money import total
from pasledger.rules.deciding import KeyedRequest, Outcome, Request, decide_each
from pasledger.rules.ends import ExtensionRequest, WithdrawalRequest
from pasledger.rules.expiry import YearCloseRequest
from pasledger.rules.holds import HoldRefundRequest, HoldRequest
from pasledger.rules.redemption import RedemptionRequest
from pasledger.rules.refunds import RefundRequest
from pasledger.rules.town import Town
from pasledger.store import Store
from pasledger.usecases.booking import NothingBooked, book, book_all
from pasledger.usecases.verifying import verify
from tests.support import strategies
from tests.support.books import POSTGRESQL, SQLITE, content, place_in
from tests.support.strategies import A_BUSY_TOWN, Numbered
from tests.support.town import TODAY, a_correction, a_stamp

STAFF_ASK = (
    strategies.awards()
    | strategies.budgets()
    | strategies.changes()
    | strategies.registrations()
    | strategies.card_steps()
)


def said(outcome: Outcome) -> tuple[Any, ...]:
    """Return all that an outcome says, in a form that can be compared."""
    refused = outcome.refused and (outcome.refused.reason, outcome.refused.figures)
    return outcome.event, refused, outcome.attempt, outcome.is_repeat


class TownOnDisk(RuleBasedStateMachine):
    """A town whose books are in a database, beside the same town in memory, the model of what should happen."""

    kind = SQLITE

    def __init__(self) -> None:
        super().__init__()
        self.place = ExitStack()
        folder = self.place.enter_context(TemporaryDirectory())
        self.books = self.place.enter_context(place_in(self.kind, Path(folder)))(*A_BUSY_TOWN)
        self.store = Store.open(self.books)
        self.model = Town()
        decide_each(A_BUSY_TOWN, self.model, a_stamp())
        self.today = TODAY
        self.batches = 0
        self.number = 0
        self.asked: list[KeyedRequest] = []
        self.paid: list[tuple[int, MerchantId]] = []
        self.held: list[tuple[int, MerchantId]] = []

    def teardown(self) -> None:
        """Put the books away."""
        self.store.close()
        self.place.close()

    # --- what happens

    @rule(numbered=strategies.anything())
    def somebody_asks(self, numbered: Numbered) -> None:
        """One request is a batch of one."""
        self.ask([self.request(numbered)])

    @rule(data=st.data())
    def many_ask_at_once(self, data: st.DataObject) -> None:
        """What arrives at the same moment is one batch, of whatever kinds."""
        kinds = strategies.anything()
        if self.paid:
            number, paid = data.draw(st.sampled_from(self.paid))
            kinds |= strategies.refunds(st.just(number), st.just(paid))
        drawn = data.draw(st.lists(kinds, min_size=2, max_size=8))
        self.ask([self.request(numbered) for numbered in drawn])

    @precondition(lambda self: self.paid)
    @rule(data=st.data())
    def a_merchant_gives_back(self, data: st.DataObject) -> None:
        """A redemption is refunded, most often by the merchant that was paid."""
        number, paid = data.draw(st.sampled_from(self.paid))
        self.ask([self.request(data.draw(strategies.refunds(st.just(number), st.just(paid) | strategies.merchants)))])

    @precondition(lambda self: self.paid)
    @rule(data=st.data())
    def staff_counters_a_payment(self, data: st.DataObject) -> None:
        """A redemption that was granted is countered, alone or beside a refund of it."""
        number, paid = data.draw(st.sampled_from(self.paid))
        entry = self.model.redemptions[RedemptionId.of(number)].entry
        countered = self.request(partial(a_correction, entry))
        refund = self.request(data.draw(strategies.refunds(st.just(number), st.just(paid))))
        self.ask(data.draw(st.sampled_from([[countered], [countered, refund], [refund, countered]])))

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def something_becomes_of_a_hold(self, data: st.DataObject) -> None:
        """It is taken, let go, given back or released by itself, most often by the merchant that it is for."""
        number, held = data.draw(st.sampled_from(self.held))
        self.ask([self.request(data.draw(strategies.hold_uses(st.just(number), st.just(held) | strategies.merchants)))])

    @precondition(lambda self: self.asked)
    @rule(data=st.data())
    def a_till_asks_again(self, data: st.DataObject) -> None:
        """A retry, of any attempt of before, alone or among others: the same answer, and not one row."""
        again = data.draw(st.lists(st.sampled_from(self.asked), min_size=1, max_size=3))
        self.ask(again)
        before = content(self.books)
        self.ask(again)
        assert content(self.books) == before

    @rule(drawn=st.lists(STAFF_ASK, min_size=1, max_size=4))
    def staff_books_all_or_nothing(self, drawn: list[Numbered]) -> None:
        """A file is booked whole; where one row is refused, it is as if nothing had been asked."""
        requests = [self.request(numbered) for numbered in drawn]
        stamp, hoped, before = self.stamp(), deepcopy(self.model), content(self.books)
        expected = decide_each(requests, hoped, stamp)
        refusals = {place: said(outcome)[1] for place, outcome in enumerate(expected) if outcome.refused}
        try:
            found = book_all(self.store, requests, stamp)
        except NothingBooked as nothing:
            told = {place: (one.reason, one.figures) for place, one in nothing.refusals.items()}
            nothing_changed = content(self.books) == before
        else:
            self.model = hoped
            told, nothing_changed = {}, False
            assert [said(outcome) for outcome in found] == [said(outcome) for outcome in expected]
        assert told == refusals
        assert nothing_changed is bool(refusals)

    @rule()
    def the_program_starts_again(self) -> None:
        """Nothing that matters is in the memory of a process."""
        self.store.close()
        self.store = Store.open(self.books)

    @rule(days=st.integers(1, 60))
    def days_go_by(self, days: int) -> None:
        """Entitlements start and end."""
        self.today += timedelta(days=days)

    # --- what must hold

    @invariant()
    def the_balances_are_those_of_the_model(self) -> None:
        """Every account there is, stored or summed from its transfers, to the cent; and no floor is broken."""
        with self.store.read() as reader:
            stored = dict(reader.stored_balances())
            turnovers = dict(reader.turnovers())
        expected = {account: self.model.balance(account) for account in self.model.accounts()}
        assert {
            account: moved.balance(is_debit_normal=account.kind.is_debit_normal) for account, moved in turnovers.items()
        } == expected
        assert stored == {account: balance for account, balance in expected.items() if account.kind.is_floored}
        assert all(balance.cents >= 0 for balance in stored.values())
        assert total(moved.debits for moved in turnovers.values()) == total(
            moved.credits for moved in turnovers.values()
        )

    @invariant()
    def the_books_are_sound(self) -> None:
        """Verifying finds nothing."""
        assert verify(self.store).findings == ()

    # --- how

    def ask(self, requests: Sequence[Request]) -> None:
        """Ask the books and the model for the same, and hold the answers against each other."""
        stamp, before = self.stamp(), content(self.books)
        expected = decide_each(requests, self.model, stamp)
        found = book(self.store, requests, stamp)
        assert [said(outcome) for outcome in found] == [said(outcome) for outcome in expected]
        for request, outcome in zip(requests, found, strict=True):
            if isinstance(request, KeyedRequest) and request.attempt:
                self.asked.append(request)
            if isinstance(request, RedemptionRequest) and outcome.event:
                self.paid.append((int(request.id[-8:], 16), request.merchant))
            if isinstance(request, HoldRequest) and outcome.event:
                self.held.append((int(request.id[-8:], 16), request.merchant))
        if not any(outcome.event for outcome in found):
            self.expect_no_more_than_answers(before, found)

    def expect_no_more_than_answers(self, before: dict[str, list[Any]], found: Sequence[Outcome]) -> None:
        """Hold that nothing changed but the answers that are kept under a key for the first time."""
        after = content(self.books)
        new = sum(outcome.attempt is not None and not outcome.is_repeat for outcome in found)
        assert len(after.pop("attempt")) == len(before["attempt"]) + new
        assert after == {table: rows for table, rows in before.items() if table != "attempt"}

    def request(self, numbered: Numbered) -> Request:
        """Return a request under a number that was never used."""
        self.number += 1
        return _in_time(numbered(number=self.number), self.number)

    def stamp(self) -> Stamp:
        """Return a stamp of today, a millisecond after the one before."""
        self.batches += 1
        stamp = a_stamp(self.today)
        return replace(stamp, recorded_at=stamp.recorded_at + timedelta(milliseconds=self.batches))


def _in_time(request: Request, number: int) -> Request:
    """Return a request whose entry and change sort after those that were asked before, as they do in life."""
    sorted_so: dict[str, Any] = {}
    if hasattr(request, "entry"):
        sorted_so["entry"] = EntryId.of(_LATER + number)
    if isinstance(request, RedemptionRequest | HoldRequest | HoldRefundRequest | RefundRequest) and request.reference:
        sorted_so["reference"] = replace(request.reference, entry=sorted_so["entry"])
    if isinstance(request, WithdrawalRequest | ExtensionRequest | YearCloseRequest):
        sorted_so["id"] = ChangeId.of(_LATER + number)
    return replace(request, **sorted_so)


_LATER = 1_000_000_000


class TownInPostgresql(TownOnDisk):
    """The same in PostgreSQL."""

    kind = POSTGRESQL


TestTownInPostgresql = pytest.mark.slow(TownInPostgresql.TestCase)
TestTownInPostgresql.settings = settings(max_examples=settings().max_examples // 40, stateful_step_count=20)

TestTownOnDisk = TownOnDisk.TestCase
TestTownOnDisk.settings = settings(max_examples=settings().max_examples // 16, stateful_step_count=30)
