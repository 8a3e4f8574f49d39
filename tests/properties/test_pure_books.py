"""What holds whatever is asked, in whatever order, on whatever day: the laws of the books, in memory."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from pasledger.ledger.ids import EntitlementId, EntryId, HoldId, MerchantId, RedemptionId
from pasledger.ledger.money import ZERO, Money
from pasledger.ledger.refusals import Refusal
from pasledger.rules.checks import Replay
from pasledger.rules.deciding import KeyedRequest, Outcome, Request, decide_each
from pasledger.rules.holds import HoldRequest
from pasledger.rules.records import (
    Correction,
    Event,
    Hold,
    HoldCaptured,
    HoldRefunded,
    HoldReleased,
    Redemption,
    Refund,
)
from pasledger.rules.redemption import RedemptionRequest
from pasledger.rules.town import Town
from tests.support import strategies
from tests.support.strategies import A_BUSY_TOWN, Numbered
from tests.support.town import TODAY, a_correction, a_stamp, state_of

LEAVES_THE_KEY_FREE = {Refusal.REDEMPTION_UNKNOWN, Refusal.HOLD_UNKNOWN, Refusal.MERCHANT_UNKNOWN}


def said(outcome: Outcome) -> tuple[Any, ...]:
    """Return all that an outcome says, in a form that can be compared."""
    refused = outcome.refused and (outcome.refused.reason, outcome.refused.figures)
    return outcome.event, refused, outcome.attempt, outcome.is_repeat


def without_attempts(town: Town) -> dict[str, Any]:
    """Return what a town knows beside the answers that it gave."""
    return {**state_of(town), "attempts": None}


class TownLife(RuleBasedStateMachine):
    """A town where anybody asks for anything, and the days go by."""

    def __init__(self) -> None:
        super().__init__()
        self.town = Town()
        self.today = TODAY
        self.number = 0
        self.paid: list[tuple[int, MerchantId]] = []
        self.held: list[tuple[int, MerchantId]] = []
        self.journal: list[Event] = []
        self.answered: dict[str, tuple[KeyedRequest, Outcome]] = {}
        for request in A_BUSY_TOWN:
            self.ask(request)

    @rule(numbered=strategies.budgets())
    def the_council_decides(self, numbered: Numbered) -> None:
        """Budgets go up and down."""
        self.ask_next(numbered)

    @rule(numbered=strategies.awards())
    def a_clerk_awards(self, numbered: Numbered) -> None:
        """Money is put on a holder's name."""
        self.ask_next(numbered)

    @rule(numbered=strategies.changes())
    def staff_changes_something(self, numbered: Numbered) -> None:
        """An end is moved, something lapses or is freed, a year is closed, an entry is countered."""
        self.ask_next(numbered)

    @precondition(lambda self: self.paid)
    @rule(data=st.data())
    def staff_counters_a_payment(self, data: st.DataObject) -> None:
        """A redemption that was granted, or what was refunded of one."""
        number, _ = data.draw(st.sampled_from(self.paid))
        refunds = self.town.refunds.get(RedemptionId.of(number), [])
        entry = data.draw(
            st.sampled_from([self.town.redemptions[RedemptionId.of(number)].entry, *(one.entry for one in refunds)])
        )
        self.ask_next(partial(a_correction, entry))

    @rule(numbered=strategies.redemptions())
    def a_holder_pays(self, numbered: Numbered) -> None:
        """A card is used at a merchant."""
        self.ask_next(numbered)

    @precondition(lambda self: self.paid)
    @rule(data=st.data())
    def a_merchant_gives_back(self, data: st.DataObject) -> None:
        """A redemption is refunded, most often by the merchant that was paid."""
        number, paid = data.draw(st.sampled_from(self.paid))
        merchant = st.just(paid) | strategies.merchants
        self.ask_next(data.draw(strategies.refunds(st.just(number), merchant)))

    @rule(numbered=strategies.holds())
    def a_holder_sets_aside(self, numbered: Numbered) -> None:
        """A card is used for what comes later."""
        self.ask_next(numbered)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def something_becomes_of_a_hold(self, data: st.DataObject) -> None:
        """It is taken, let go, given back or released by itself, most often by the merchant that it is for."""
        number, held = data.draw(st.sampled_from(self.held))
        self.ask_next(data.draw(strategies.hold_uses(st.just(number), st.just(held) | strategies.merchants)))

    @rule(numbered=strategies.card_steps() | strategies.registrations())
    def a_card_changes(self, numbered: Numbered) -> None:
        """A card is blocked, activated, replaced or given out."""
        self.ask_next(numbered)

    @precondition(lambda self: self.answered)
    @rule(data=st.data())
    def a_till_asks_again(self, data: st.DataObject) -> None:
        """A retry, of any attempt of before."""
        request, _ = data.draw(st.sampled_from(list(self.answered.values())))
        self.ask(request)

    @rule(days=st.integers(1, 60))
    def days_go_by(self, days: int) -> None:
        """Entitlements start and end."""
        self.today += timedelta(days=days)

    def ask_next(self, numbered: Numbered) -> None:
        """Ask for something under a number that was never used."""
        self.number += 1
        request = numbered(number=self.number)
        granted = self.ask(request)
        if granted and isinstance(request, RedemptionRequest):
            self.paid.append((self.number, request.merchant))
        elif granted and isinstance(request, HoldRequest):
            self.held.append((self.number, request.merchant))

    def ask(self, request: Request) -> bool:
        """Return whether it was booked; hold the answer against what a key promises and what a refusal leaves."""
        before = state_of(self.town)
        (outcome,) = decide_each([request], self.town, a_stamp(self.today))
        reason = outcome.refused and outcome.refused.reason
        keyed = request if isinstance(request, KeyedRequest) and request.attempt else None
        if keyed and keyed.attempt and keyed.attempt.key in self.answered:
            self.expect_a_repeat(keyed, outcome, before)
            return False
        if outcome.refused:
            assert outcome.event is None
            assert without_attempts(self.town) == {**before, "attempts": None}
        else:
            assert outcome.event is not None
            self.journal.append(outcome.event)
        if keyed and keyed.attempt and reason not in LEAVES_THE_KEY_FREE:
            self.answered[keyed.attempt.key] = keyed, outcome
        return outcome.event is not None

    def expect_a_repeat(self, request: KeyedRequest, outcome: Outcome, before: dict[str, Any]) -> None:
        """The same body gets the first answer, any other is refused; and nothing at all changes."""
        assert request.attempt is not None
        first, answer = self.answered[request.attempt.key]
        assert first.attempt is not None
        reason = outcome.refused and outcome.refused.reason
        assert state_of(self.town) == before
        assert outcome.event is None
        if request.attempt.fingerprint == first.attempt.fingerprint:
            assert outcome.is_repeat
            assert reason == (answer.refused and answer.refused.reason)
            assert outcome.attempt == answer.attempt
            assert outcome.attempt is not None
            assert outcome.attempt.result == (None if answer.refused else first.id)
        else:
            assert reason is Refusal.KEY_REUSED

    @invariant()
    def replaying_gives_the_same_books(self) -> None:
        """From nothing but the journal come the same balances, and no check finds anything."""
        replay = Replay()
        findings = [finding for event in self.journal for finding in replay.add(event)]
        assert [*findings, *replay.conclude()] == []
        booked = {account: self.town.balance(account).cents for account in self.town.accounts()}
        assert dict(replay.sums.balances) == booked

    @invariant()
    def debits_equal_credits(self) -> None:
        """Over all accounts, and for each scheme, what is set aside is what it stands for."""
        debits: dict[str, int] = defaultdict(int)
        credits_: dict[str, int] = defaultdict(int)
        for account in self.town.accounts():
            side = debits if account.kind.is_debit_normal else credits_
            side[account.scheme] += self.town.balance(account).cents
        assert debits == credits_

    @invariant()
    def no_floor_is_broken(self) -> None:
        """Neither a budget nor an entitlement is below zero."""
        for account in self.town.accounts():
            assert not account.kind.is_floored or self.town.balance(account) >= ZERO

    @invariant()
    def nothing_is_given_back_twice(self) -> None:
        """No part of a redemption was refunded or countered for more than it paid."""
        left: dict[tuple[EntryId, EntitlementId], Money] = {}
        paid: dict[EntryId, EntryId] = {}
        for fact in self.facts():
            match fact:
                case Redemption():
                    paid[fact.entry] = fact.entry
                case Refund():
                    paid[fact.entry] = self.town.redemptions[fact.redemption].entry
                case Correction():
                    paid[fact.entry] = paid.get(fact.corrects, fact.corrects)
            takes = isinstance(fact, Redemption) or (isinstance(fact, Correction) and fact.amount < ZERO)
            for part in fact.parts:
                key = paid[fact.entry], part.entitlement
                left[key] = left.get(key, ZERO) + (part.amount if takes else -part.amount)
                assert left[key] >= ZERO

    @invariant()
    def nothing_is_taken_twice(self) -> None:
        """No part of a hold was taken and released for more than it set aside, or given back for more than taken."""
        held: dict[tuple[HoldId, EntitlementId], Money] = defaultdict(lambda: ZERO)
        taken: dict[tuple[HoldId, EntitlementId], Money] = defaultdict(lambda: ZERO)
        for fact in (fact for event in self.journal for fact in event.facts):
            match fact:
                case Hold():
                    held.update({(fact.id, part.entitlement): part.amount for part in fact.parts})
                case HoldCaptured() | HoldReleased():
                    for part in fact.parts:
                        held[fact.hold, part.entitlement] -= part.amount
                        taken[fact.hold, part.entitlement] += part.amount if isinstance(fact, HoldCaptured) else ZERO
                case HoldRefunded():
                    for part in fact.parts:
                        taken[fact.hold, part.entitlement] -= part.amount
                case _:
                    pass
        assert all(amount >= ZERO for amount in (*held.values(), *taken.values()))

    @invariant()
    def every_award_is_of_its_own_decision(self) -> None:
        """No scheme, decision, holder and instalment was awarded twice."""
        assert len(self.town.awards) == len(self.town.entitlements)

    def facts(self) -> Iterator[Redemption | Refund | Correction]:
        """Yield what merchants did, and what of it was countered, in order."""
        for event in self.journal:
            for fact in event.facts:
                if isinstance(fact, Redemption | Refund | Correction):
                    yield fact


TestTownLife = TownLife.TestCase
TestTownLife.settings = settings(stateful_step_count=50)


@given(st.lists(strategies.anything(), max_size=12), st.lists(st.integers(0, 12), max_size=3), st.integers(0, 500))
def test_a_batch_may_be_cut_anywhere(drawn: list[Numbered], cuts: list[int], days: int) -> None:
    """What is asked in one batch or in several has the same answers and leaves the same town."""
    requests = [*A_BUSY_TOWN, *(numbered(number=number) for number, numbered in enumerate(drawn, start=1))]
    stamp = a_stamp(TODAY + timedelta(days=days))
    at_once, in_pieces = Town(), Town()
    whole = decide_each(requests, at_once, stamp)
    edges = [0, *sorted(len(A_BUSY_TOWN) + min(cut, len(drawn)) for cut in cuts), len(requests)]
    pieces = [
        outcome for start, end in pairwise(edges) for outcome in decide_each(requests[start:end], in_pieces, stamp)
    ]
    assert [said(outcome) for outcome in whole] == [said(outcome) for outcome in pieces]
    assert state_of(at_once) == state_of(in_pieces)
