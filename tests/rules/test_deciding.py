"""A sequence of requests: each answered in order, each seeing what came before, each key answered once for ever."""

from dataclasses import replace
from datetime import date
from typing import get_args

import pytest

from pasledger.ledger.ids import RedemptionId
from pasledger.ledger.refusals import Refusal
from pasledger.rules.attempts import key_of
from pasledger.rules.deciding import DECISIONS, KeyedRequest, Outcome, Request, decide_each, needs_of
from pasledger.rules.records import Attempt
from pasledger.rules.registration import HolderRequest, MerchantRequest, SchemeRequest
from pasledger.rules.town import Needs, Town
from tests.support.town import (
    CAFE,
    CLUB,
    TODAY,
    a_budget,
    a_cafe,
    a_card,
    a_holder,
    a_merchant,
    a_redemption,
    a_refund,
    a_scheme,
    a_stamp,
    a_town,
    an_award,
    ask,
    euros,
    grant,
    state_of,
)


def reason_of(outcome: Outcome) -> Refusal | None:
    """Return why a request was refused; None where it was granted."""
    return None if outcome.refused is None else outcome.refused.reason


def test_every_request_has_its_decision() -> None:
    """The table is as long as the list of requests, and what it holds is named alike."""
    assert set(DECISIONS) == set(get_args(Request))
    for request, decide in DECISIONS.items():
        assert decide.__name__.replace("_", "") == f"decide{request.__name__.removesuffix('Request').lower()}"


def test_each_request_sees_what_the_ones_before_it_did() -> None:
    """A town can be made, a card credited and spent in one batch, and a refusal in it stops nobody."""
    town = Town()
    outcomes = decide_each(
        [
            SchemeRequest(a_scheme()),
            MerchantRequest(a_merchant(), ()),
            HolderRequest(a_holder(), a_card()),
            a_budget("50,00"),
            an_award("50,00"),
            an_award("0,01", number=2),
            a_redemption("30,00"),
            a_redemption("20,01", number=2),
            a_redemption("20,00", number=3),
            a_refund(of=1),
            a_redemption("30,00", number=4),
        ],
        town,
        a_stamp(),
    )
    assert [reason_of(outcome) for outcome in outcomes] == [
        *[None] * 5,
        Refusal.AMOUNT_OUTSIDE_RULE,
        None,
        Refusal.NOT_ENOUGH,
        *[None] * 3,
    ]
    assert list(town.redemptions) == [RedemptionId.of(1), RedemptionId.of(3), RedemptionId.of(4)]


def test_the_same_key_and_body_gets_the_same_answer_and_books_nothing() -> None:
    """A retry is told what became of the first attempt, under the ids of the first."""
    town = a_town()
    first = ask(town, a_redemption("5,00", key="k1"))
    before = state_of(town)
    again = ask(town, a_redemption("5,00", key="k1", number=2), on=date(2026, 12, 31))
    assert again == Outcome(attempt=first.attempt, is_repeat=True)
    assert again.attempt == Attempt(
        key_of(CLUB, "k1"), f"redeem {a_card().number} 5,00", a_stamp().recorded_at, RedemptionId.of(1), None
    )
    assert state_of(town) == before


def test_the_same_key_for_something_else_is_refused() -> None:
    """A key names one attempt: another body, or another kind of request, is refused and takes nothing over."""
    town = a_town()
    ask(town, a_redemption("5,00", key="k1"))
    before = state_of(town)
    for other in (a_redemption("6,00", key="k1", number=2), a_refund(key="k1")):
        outcome = ask(town, other)
        assert (reason_of(outcome), outcome.event, outcome.attempt) == (Refusal.KEY_REUSED, None, None)
    assert state_of(town) == before


def test_within_one_batch_a_key_works_too() -> None:
    """Two tills that press at once, or a retry that overtakes, are one attempt."""
    town = a_town()
    first, again = decide_each([a_redemption(key="k1"), a_redemption(key="k1", number=2)], town, a_stamp())
    assert (first.is_repeat, again.is_repeat) == (False, True)
    assert len(town.redemptions) == 1


def test_a_key_belongs_to_its_merchant() -> None:
    """Two merchants can never meet on one key."""
    town = a_town(scheme=a_scheme(categories=()))
    town.learn(a_cafe())
    outcomes = [ask(town, a_redemption(key="k1", merchant=merchant)) for merchant in (CLUB, CAFE)]
    assert [outcome.is_repeat for outcome in outcomes] == [False, False]


def test_a_refusal_at_the_till_is_final() -> None:
    """A sale that was refused does not succeed later unseen, though the money has come since."""
    town = a_town(balance="5,00")
    assert reason_of(ask(town, a_redemption("8,00", key="k1"))) is Refusal.NOT_ENOUGH
    grant(town, an_award("50,00", number=2))
    again = ask(town, a_redemption("8,00", key="k1"))
    assert (reason_of(again), again.is_repeat) == (Refusal.NOT_ENOUGH, True)
    assert reason_of(ask(town, a_redemption("8,00", key="k2"))) is None


def test_a_yes_stays_a_yes() -> None:
    """A retry of a granted sale is granted, though the card is empty and blocked since."""
    town = a_town(balance="5,00")
    ask(town, a_redemption("5,00", key="k1"))
    town.learn(replace(a_card(), state=a_card().state.BLOCKED))
    again = ask(town, a_redemption("5,00", key="k1"))
    assert (reason_of(again), again.is_repeat) == (None, True)


def test_what_is_not_there_yet_leaves_the_key_free() -> None:
    """A refund that overtook its redemption, or a merchant of tomorrow, may ask again with the same key."""
    town = a_town(merchant=a_merchant(since=date(2026, 3, 3)), balance="50,00")
    assert reason_of(ask(town, a_refund(key="r1"))) is Refusal.REDEMPTION_UNKNOWN
    assert reason_of(ask(town, a_redemption(key="k1"), on=TODAY)) is Refusal.MERCHANT_UNKNOWN
    assert town.attempts == {}
    assert reason_of(ask(town, a_redemption(key="k1"), on=date(2026, 3, 3))) is None
    assert reason_of(ask(town, a_refund(key="r1"), on=date(2026, 3, 3))) is None


def test_without_a_key_nothing_is_kept() -> None:
    """Staff repeat freely: their work is unique by what it says."""
    town = a_town()
    assert ask(town, a_redemption()).attempt is None
    assert ask(town, an_award(number=2)).attempt is None
    assert town.attempts == {}


@pytest.mark.parametrize("keyed", [a_redemption("1,00", key="k1"), a_refund("1,00", key="k1")])
def test_an_attempt_never_keeps_the_body(keyed: KeyedRequest) -> None:
    """Key, fingerprint, moment and result: nothing of what was asked beside them."""
    town = a_town()
    grant(town, a_redemption("1,00", number=1, key="k0"))
    attempt = ask(town, replace(keyed, attempt=keyed.attempt and replace(keyed.attempt, fingerprint="f"))).attempt
    assert attempt == Attempt(key_of(CLUB, "k1"), "f", a_stamp().recorded_at, keyed.id, None)


def test_a_batch_needs_what_its_requests_need_together() -> None:
    """What to load is the union, and each key is looked up."""
    first, second = a_redemption(key="k1"), a_refund(of=7, key="k2")
    assert needs_of([first, second, an_award(holder=1)]) == Needs(
        attempts={key_of(CLUB, "k1"), key_of(CLUB, "k2")},
        spending_cards={a_card().number},
        holders={a_holder().reference},
        merchants={CLUB},
        redemptions={RedemptionId.of(7)},
        budgets=needs_of([a_budget()]).budgets,
        award_references={"Z-1"},
    )
    assert needs_of([]) == Needs()


def test_no_request_is_no_work() -> None:
    """An empty batch answers nothing and changes nothing."""
    town = a_town()
    before = state_of(town)
    assert decide_each([], town, a_stamp()) == []
    assert state_of(town) == before


def test_a_refused_request_changes_nothing_but_its_key() -> None:
    """What was refused left no trace in the books; only its answer is kept."""
    town = a_town(balance="5,00")
    before = state_of(town)
    outcome = ask(town, a_redemption("5,01", key="k1"))
    assert outcome.attempt is not None
    assert state_of(town) == {**before, "attempts": {outcome.attempt.key: outcome.attempt}}
    assert outcome.refused is not None
    assert outcome.refused.figures == {"short_by": euros("0,01")}
