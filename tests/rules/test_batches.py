"""The life of an award batch, step by step: which one may be taken from where, by whom, and what it counts for."""

from dataclasses import replace

import pytest

from pasledger.ledger.ids import BatchId, EntitlementId
from pasledger.ledger.journal import Stamp
from pasledger.ledger.refusals import Refusal
from pasledger.rules.batches import (
    AwardBatch,
    BatchAwardRequest,
    BookingRequest,
    PreparationRequest,
    SecondApprovalRequest,
    batch_of,
)
from pasledger.rules.deciding import Request
from pasledger.rules.records import BatchAward, BatchHand
from pasledger.rules.records.batches import BatchPart, BatchState, BatchStepKind
from pasledger.rules.town import Town
from tests.support.batches import BATCH, a_content, a_step, prepared
from tests.support.town import a_budget, a_holder, a_stamp, a_town, an_award, ask, euros, grant, refuses

Kind, State = BatchStepKind, BatchState
CLERK, COLLEAGUE, APPROVER, SECOND = (
    a_stamp(prepared_by=name, approved_by=None) for name in ("clerk", "colleague", "approver", "second")
)
BOOKED_BY_BOTH = a_stamp(prepared_by="clerk", approved_by="approver")

TO_STATE: dict[BatchState, tuple[tuple[Request, Stamp], ...]] = {
    State.PREPARED: ((prepared(), CLERK),),
    State.SUBMITTED: ((prepared(), CLERK), (a_step(Kind.SUBMITTED), CLERK)),
}
TO_STATE[State.APPROVED] = (*TO_STATE[State.SUBMITTED], (a_step(Kind.APPROVED), APPROVER))
TO_STATE[State.REJECTED] = (*TO_STATE[State.SUBMITTED], (a_step(Kind.REJECTED), APPROVER))
TO_STATE[State.BOOKED] = (*TO_STATE[State.APPROVED], (BookingRequest(BATCH, "print", "clerk"), BOOKED_BY_BOTH))

STEPS: dict[BatchStepKind, tuple[Request, Stamp]] = {
    Kind.CHANGED: (prepared(version=2, source="another"), CLERK),
    Kind.SUBMITTED: (a_step(Kind.SUBMITTED), CLERK),
    Kind.APPROVED: (a_step(Kind.APPROVED), SECOND),
    Kind.REJECTED: (a_step(Kind.REJECTED), SECOND),
    Kind.BOOKED: (BookingRequest(BATCH, "print", "clerk"), BOOKED_BY_BOTH),
}
ALLOWED = {
    State.PREPARED: {Kind.CHANGED: State.PREPARED, Kind.SUBMITTED: State.SUBMITTED},
    State.SUBMITTED: {Kind.CHANGED: State.PREPARED, Kind.APPROVED: State.APPROVED, Kind.REJECTED: State.REJECTED},
    State.APPROVED: {Kind.CHANGED: State.PREPARED, Kind.REJECTED: State.REJECTED, Kind.BOOKED: State.BOOKED},
    State.REJECTED: {Kind.CHANGED: State.PREPARED},
    State.BOOKED: {},
}


def in_state(state: BatchState, town: Town | None = None) -> Town:
    """Return a town with a batch in a state, made by the clerk and approved, if it is, by the approver."""
    town = town or a_town()
    for request, stamp in TO_STATE[state]:
        grant(town, request, stamp=stamp)
    return town


def batch(town: Town) -> AwardBatch:
    """Return the batch of a town."""
    return batch_of(BATCH, town)


def state_now(town: Town) -> BatchState:
    """Return where the batch of a town is in its life."""
    return batch(town).state(town.second_approval_above)


@pytest.mark.parametrize("state", TO_STATE)
@pytest.mark.parametrize("kind", STEPS)
def test_a_step_is_taken_or_refused_by_the_table(state: BatchState, kind: BatchStepKind) -> None:
    """Each step leads where the table says; every other is refused with the state, and changes nothing."""
    town = in_state(state)
    assert state_now(town) is state
    request, stamp = STEPS[kind]
    if kind in ALLOWED[state]:
        grant(town, request, stamp=stamp)
        assert state_now(town) is ALLOWED[state][kind]
    else:
        before = batch(town)
        with refuses(Refusal.BATCH_STEP_UNKNOWN, state=state):
            grant(town, request, stamp=stamp)
        assert batch(town) == before


@pytest.mark.parametrize(
    "request_of", [a_step(Kind.SUBMITTED), BookingRequest(BATCH, "print", "clerk"), prepared(version=2)]
)
def test_what_is_not_there_has_no_steps(request_of: Request) -> None:
    """A batch that nobody prepared is unknown."""
    with refuses(Refusal.BATCH_UNKNOWN):
        grant(a_town(), request_of, stamp=CLERK)


# --- who


@pytest.mark.parametrize("name", ["clerk", " CLERK ", "Clerk"])
def test_who_makes_a_batch_does_not_approve_it(name: str) -> None:
    """Whoever prepared it is the same person, however the name is written."""
    with refuses(Refusal.SAME_PERSON):
        grant(in_state(State.SUBMITTED), a_step(Kind.APPROVED), stamp=replace(APPROVER, prepared_by=name))


def test_who_changed_or_submitted_a_batch_does_not_approve_it() -> None:
    """Everybody who had a hand in it is a maker: who prepared the first version, who changed it, who submitted it."""
    town = in_state(State.PREPARED)
    grant(town, prepared(version=2, source="another"), stamp=COLLEAGUE)
    grant(town, a_step(Kind.SUBMITTED, version=2), stamp=SECOND)
    for stamp in (CLERK, COLLEAGUE, SECOND):
        with refuses(Refusal.SAME_PERSON):
            grant(town, a_step(Kind.APPROVED, version=2), stamp=stamp)
    grant(town, a_step(Kind.APPROVED, version=2), stamp=APPROVER)
    assert batch(town).maker == "colleague"


def test_who_approved_a_batch_does_not_change_it() -> None:
    """Otherwise two people could turn a batch round and each approve the other's work."""
    town = in_state(State.APPROVED)
    for request in (prepared(version=2), a_step(Kind.SUBMITTED)):
        with refuses(Refusal.SAME_PERSON):
            grant(town, request, stamp=APPROVER)


def test_a_hand_is_set_down_once_for_each_person() -> None:
    """The books have one row for each person, which is what a constraint can hold."""
    town = a_town()
    hands = [
        fact
        for request, stamp in TO_STATE[State.APPROVED]
        for fact in grant(town, request, stamp=stamp).facts
        if isinstance(fact, BatchHand)
    ]
    assert hands == [
        BatchHand(BATCH, "clerk", BatchPart.MAKER),
        BatchHand(BATCH, "approver", BatchPart.APPROVER),
    ]


# --- two approvers


def test_above_an_amount_two_approve() -> None:
    """One approval leaves it submitted, the same person twice is refused, and the second one makes it approved."""
    town = a_town()
    grant(town, SecondApprovalRequest(euros("19,99")))
    in_state(State.SUBMITTED, town)
    grant(town, a_step(Kind.APPROVED), stamp=APPROVER)
    assert state_now(town) is State.SUBMITTED
    with refuses(Refusal.BATCH_APPROVED_ALREADY):
        grant(town, a_step(Kind.APPROVED), stamp=replace(APPROVER, prepared_by="Approver "))
    grant(town, a_step(Kind.APPROVED), stamp=SECOND)
    assert (state_now(town), batch(town).approvers) == (State.APPROVED, ("approver", "second"))


def test_at_the_amount_one_approves() -> None:
    """Two are needed above it, and not at it."""
    town = a_town()
    grant(town, SecondApprovalRequest(euros("20,00")))
    assert state_now(in_state(State.APPROVED, town)) is State.APPROVED


def test_a_lower_amount_holds_for_what_was_approved_already() -> None:
    """What was approved by one and not booked yet waits for the second; and goes on when the limit is taken away."""
    town = in_state(State.APPROVED)
    grant(town, SecondApprovalRequest(euros("1,00")))
    with refuses(Refusal.BATCH_STEP_UNKNOWN, state=State.SUBMITTED):
        grant(town, BookingRequest(BATCH, "print", "clerk"), stamp=BOOKED_BY_BOTH)
    grant(town, SecondApprovalRequest(None))
    assert state_now(town) is State.APPROVED


def test_the_amount_is_set_with_four_eyes() -> None:
    """Nobody lifts the second approval alone."""
    with refuses(Refusal.SAME_PERSON):
        grant(a_town(), SecondApprovalRequest(None), stamp=a_stamp(approved_by="clerk"))


# --- what


def test_an_approval_counts_for_one_content() -> None:
    """After a change it counts no more, and whoever names the version before approves nothing."""
    town = in_state(State.APPROVED)
    grant(town, PreparationRequest(a_content(version=2, fingerprint="other")), stamp=CLERK)
    grant(town, a_step(Kind.SUBMITTED, version=2), stamp=CLERK)
    assert (state_now(town), batch(town).approvers) == (State.SUBMITTED, ())
    with refuses(Refusal.BATCH_CHANGED):
        grant(town, a_step(Kind.APPROVED, version=1), stamp=APPROVER)
    grant(town, a_step(Kind.APPROVED, version=2), stamp=APPROVER)
    for fingerprint in ("print", "forged"):
        with refuses(Refusal.BATCH_CHANGED):
            grant(town, BookingRequest(BATCH, fingerprint, "clerk"), stamp=BOOKED_BY_BOTH)
    grant(town, BookingRequest(BATCH, "other", "clerk"), stamp=BOOKED_BY_BOTH)


def test_it_is_booked_in_the_names_of_its_own_people() -> None:
    """The entries name who made it and who approved it, and nobody else, whoever books."""
    town = in_state(State.APPROVED)
    for stamp in (a_stamp(prepared_by="second"), a_stamp(approved_by="second")):
        with refuses(Refusal.BATCH_CHANGED):
            grant(town, BookingRequest(BATCH, "print", "clerk"), stamp=stamp)
    grant(town, BookingRequest(BATCH, "print", "second"), stamp=BOOKED_BY_BOTH)
    assert batch(town).steps[-1].actor == "second"


def test_a_file_belongs_to_one_batch() -> None:
    """In another batch it is refused, with that batch named; in its own it may come again."""
    town = in_state(State.REJECTED)
    with refuses(Refusal.BATCH_REPEATED, batch=BATCH):
        grant(town, prepared(batch=BatchId.of(2)), stamp=CLERK)
    grant(town, prepared(version=2), stamp=CLERK)
    assert state_now(town) is State.PREPARED


def test_a_version_follows_the_one_before() -> None:
    """Of two who change a batch at once, the second one changed what is not there any more."""
    town = in_state(State.PREPARED)
    grant(town, prepared(version=2, source="another"), stamp=CLERK)
    with refuses(Refusal.BATCH_CHANGED):
        grant(town, prepared(version=2, source="a third"), stamp=CLERK)


@pytest.mark.parametrize(
    ("budget", "reason"), [("19,99", Refusal.BUDGET_TOO_SMALL), (None, Refusal.BUDGET_UNKNOWN), ("20,00", None)]
)
def test_the_budget_is_there_when_it_is_approved(budget: str | None, reason: Refusal | None) -> None:
    """To the last cent, at that moment and not only when it was prepared."""
    town = in_state(State.SUBMITTED, a_town(budget=budget, balance=None))
    outcome = ask(town, a_step(Kind.APPROVED), stamp=APPROVER)
    assert (outcome.refused and outcome.refused.reason) is reason


# --- its awards


def an_award_of_it(cents: int = 2000, ends_before: str = "2027-01-01") -> BatchAwardRequest:
    """Return an award of the batch, with what was approved of it."""
    terms = (a_holder().id, "2026-03-02", ends_before, cents)
    return BatchAwardRequest(BATCH, 1, an_award("20,00", number=2), terms)


def test_an_award_knows_its_batch() -> None:
    """It is an award as any other, and says which batch it came out of."""
    facts = grant(a_town(), an_award_of_it()).facts
    assert BatchAward(BATCH, EntitlementId.of(2), 1) in facts


@pytest.mark.parametrize("award", [an_award_of_it(cents=2001), an_award_of_it(ends_before="2026-12-31")])
def test_an_award_is_what_was_approved(award: BatchAwardRequest) -> None:
    """Where the rules would make another amount or another validity of it than was approved, it is not booked."""
    with refuses(Refusal.BATCH_CHANGED):
        grant(a_town(), award)


def test_an_award_meets_the_rules_of_its_day() -> None:
    """That it was approved does not help where the budget is gone."""
    town = a_town(budget="69,99")
    with refuses(Refusal.BUDGET_TOO_SMALL):
        grant(town, an_award_of_it())
    grant(town, a_budget("0,01", decision="council 2", number=2))
    grant(town, an_award_of_it())
