"""Offers: every active card may use one that runs, as often as stock and limit allow, and no profile is made."""

from dataclasses import replace
from datetime import date

import pytest

from pasledger.ledger.ids import PersonId
from pasledger.ledger.money import Money
from pasledger.ledger.periods import Period
from pasledger.ledger.refusals import Refusal
from pasledger.rules.card_entry import PinCheck
from pasledger.rules.cards import CardState
from pasledger.rules.keys import SecretKey
from pasledger.rules.offers import (
    OfferApprovalRequest,
    OfferForgettingRequest,
    OfferRequest,
    OfferState,
    OfferStopRequest,
    mark_of,
    state_of,
)
from pasledger.rules.persons import PersonRequest
from pasledger.rules.records import Offer, OfferKind, OfferMarked, OfferStep, OfferUsed, Redemption
from pasledger.rules.registration import CardRequest, HolderRequest, TerminalRequest
from pasledger.rules.town import Town
from tests.support.town import (
    A_KEY,
    CAFE,
    TODAY,
    a_cafe,
    a_card,
    a_holder,
    a_person,
    a_stamp,
    a_terminal,
    a_town,
    a_use,
    an_offer,
    an_offer_stop,
    ask,
    grant,
    offered,
    refuses,
)

LATER = date(2026, 4, 1)


def a_town_with(offer: Offer) -> Town:
    """Return a town in which an offer was approved."""
    town = a_town()
    for request in offered(offer):
        grant(town, request)
    return town


def test_a_card_without_money_can_use_an_offer() -> None:
    """Nobody needs an entitlement: the use says which offer, on which day and where, and nothing of a card."""
    town = a_town_with(an_offer())
    grant(town, HolderRequest(a_holder(2), a_card(2, holder=2)))

    event = grant(town, a_use(card=2))

    (used,) = event.facts
    assert used == OfferUsed(a_use().use, an_offer().id, TODAY, None, 1)
    assert event.entry is None


def test_a_use_and_a_payment_are_both_or_none() -> None:
    """The discounted amount is paid by the same gesture; where it cannot be, the offer was not used either."""
    town = a_town_with(an_offer(stock=1))

    with refuses(Refusal.NOT_ENOUGH):
        grant(town, a_use(amount="50,01"))
    event = grant(town, a_use(amount="50,00", number=2))

    assert [type(fact) for fact in event.facts] == [Redemption, OfferUsed]
    assert event.entry is not None
    assert event.entry.amount == Money(5000)
    with refuses(Refusal.OFFER_SOLD_OUT):
        grant(town, a_use(number=3))


def test_an_offer_runs_from_its_first_day_through_its_last() -> None:
    """Half-open days; before, after, and before somebody approved it there is no such offer."""
    offer = an_offer(starts_on=date(2026, 3, 5), last_day=date(2026, 3, 7))
    town = a_town()
    grant(town, OfferRequest(offer))
    with refuses(Refusal.OFFER_UNKNOWN):
        grant(town, a_use(), on=date(2026, 3, 5))
    grant(town, OfferApprovalRequest(offer.id))
    for day in (date(2026, 3, 4), date(2026, 3, 8)):
        with refuses(Refusal.OFFER_UNKNOWN):
            grant(town, a_use(), on=day)
    for number, day in enumerate((date(2026, 3, 5), date(2026, 3, 7))):
        grant(town, a_use(number=number), on=day)


def test_who_proposes_does_not_approve() -> None:
    """Four eyes: the approver is another than the proposer, however the names are written."""
    town = a_town()
    grant(town, OfferRequest(an_offer()), stamp=a_stamp(prepared_by="clerk", approved_by=None))
    with refuses(Refusal.SAME_PERSON):
        grant(town, OfferApprovalRequest(an_offer().id), stamp=a_stamp(prepared_by=" Clerk", approved_by=None))
    grant(town, OfferApprovalRequest(an_offer().id), stamp=a_stamp(prepared_by="colleague", approved_by=None))
    with refuses(Refusal.OFFER_STEP_UNKNOWN, state=OfferState.RUNNING):
        grant(town, OfferApprovalRequest(an_offer().id))


def test_what_is_stopped_stays_stopped() -> None:
    """By either, before or after it was approved; then nobody uses it, approves it or stops it again."""
    town = a_town_with(an_offer())
    grant(town, an_offer_stop())
    with refuses(Refusal.OFFER_UNKNOWN):
        grant(town, a_use())
    grant(town, OfferRequest(an_offer(2)))
    grant(town, an_offer_stop(2))
    for request in (an_offer_stop(1), an_offer_stop(2), OfferApprovalRequest(an_offer(2).id)):
        with refuses(Refusal.OFFER_STEP_UNKNOWN, state=OfferState.STOPPED):
            grant(town, request)


def test_an_administrator_proposes_and_stops_what_is_its_own() -> None:
    """An offer of another merchant is not there for them, and the municipality approves all the same."""
    town = a_town()
    town.learn(a_cafe())
    grant(town, PersonRequest(a_person(), "hash"))
    grant(town, PersonRequest(a_person(2, merchant=CAFE), "hash"))
    with refuses(Refusal.MERCHANT_UNKNOWN):
        grant(town, OfferRequest(an_offer(), by=PersonId.of(2)))
    event = grant(town, OfferRequest(an_offer(), by=PersonId.of(1)))
    assert event.stamp.prepared_by == PersonId.of(1)
    grant(town, OfferApprovalRequest(an_offer().id), stamp=a_stamp(prepared_by="clerk", approved_by=None))
    with refuses(Refusal.OFFER_UNKNOWN):
        grant(town, OfferStopRequest(an_offer().id, by=PersonId.of(2)))
    grant(town, OfferStopRequest(an_offer().id, by=PersonId.of(1)))


def test_an_offer_can_be_for_some_terminals() -> None:
    """At the others, and where nobody says which it is, there is no such offer; and an unknown one is refused."""
    town = a_town()
    grant(town, TerminalRequest(a_terminal()))
    with refuses(Refusal.BRANCH_UNKNOWN, branch="Elders"):
        grant(town, OfferRequest(an_offer(branches=("Kassa 1", "Elders"))))
    for request in offered(an_offer(branches=("Kassa 1",))):
        grant(town, request)
    for branch in (None, "Kassa 2"):
        with refuses(Refusal.OFFER_UNKNOWN):
            grant(town, a_use(branch=branch))
    grant(town, a_use(branch="Kassa 1"))


def test_another_merchant_has_no_such_offer() -> None:
    """Who asks for an offer of somebody else hears the same as for one that never was."""
    town = a_town_with(an_offer())
    town.learn(a_cafe())
    with refuses(Refusal.OFFER_UNKNOWN):
        grant(town, a_use(merchant=CAFE))


def test_a_limit_for_each_card_is_one_for_its_holder() -> None:
    """A new card is no new limit, another holder has its own, and other offers do not count."""
    town = a_town_with(an_offer(per_card=2))
    for request in offered(an_offer(2, per_card=1)):
        grant(town, request)
    grant(town, a_use(number=1))
    grant(town, CardRequest(a_card().number, CardState.REPLACED, a_card(7)))
    grant(town, a_use(card=7, number=2))
    with refuses(Refusal.OFFER_USED_UP):
        grant(town, a_use(card=7, number=3))
    grant(town, HolderRequest(a_holder(2), a_card(2, holder=2)))
    grant(town, a_use(card=2, number=4))
    grant(town, a_use(2, card=7, number=5))


def test_a_limit_makes_no_profile() -> None:
    """What is kept of a use names no holder and no card, and the marks of two offers have nothing in common."""
    town = a_town_with(an_offer(per_card=3))
    for request in offered(an_offer(2, per_card=3)):
        grant(town, request)
    facts = [fact for number in (1, 2) for fact in grant(town, a_use(number, number=number)).facts]
    marks = [fact.mark for fact in facts if isinstance(fact, OfferMarked)]
    assert len(set(marks)) == 2
    written = " ".join(map(repr, facts))
    card = a_card()
    assert not any(secret in written for secret in (card.id, card.holder, card.number, card.token_hash))
    assert A_KEY.secret.hex() not in written
    another = SecretKey(bytes(32))
    assert mark_of(another, an_offer().id, card.holder) != mark_of(A_KEY, an_offer().id, card.holder) == marks[0]


def test_a_limit_without_a_key_is_no_limit_that_anybody_set() -> None:
    """Without the key nothing can be counted, and nothing is let pass uncounted."""
    town = a_town_with(an_offer(per_card=1))
    with pytest.raises(ValueError, match="key of the books"):
        ask(town, replace(a_use(), secret=None))


def test_marks_go_when_the_offer_is_over() -> None:
    """Not before; and asked twice, once."""
    town = a_town_with(an_offer(per_card=1))
    grant(town, a_use())
    forgets = OfferForgettingRequest(an_offer().id)
    with refuses(Refusal.OFFER_STEP_UNKNOWN, state=OfferState.RUNNING):
        grant(town, forgets)
    assert len(town.offer_marks) == 1
    assert len(grant(town, forgets, on=LATER).facts) == 1
    assert town.offer_marks == {}
    assert grant(town, forgets, on=LATER).facts == ()


def test_that_an_offer_is_not_there_counts_against_no_card() -> None:
    """It is asked before the card is looked at, so that it tells nothing of one, and its key stays free."""
    town = a_town()
    outcome = ask(town, a_use(9, card=99, key="k", pin=PinCheck.NOT_SENT))
    assert outcome.refused is not None
    assert (outcome.refused.reason, outcome.counted, outcome.attempt) == (Refusal.OFFER_UNKNOWN, (), None)
    for request in offered(an_offer(9)):
        grant(town, request)
    again = ask(town, a_use(9, card=99, key="k", pin=PinCheck.NOT_SENT))
    assert again.refused is not None
    assert (again.refused.reason, len(again.counted)) == (Refusal.CARD_UNKNOWN, 1)


def test_the_same_key_is_one_use() -> None:
    """Asked again with its key it has the same answer, and is not counted twice."""
    town = a_town_with(an_offer())
    first, again = ask(town, a_use(key="k")), ask(town, a_use(number=2, key="k"))
    assert again.is_repeat
    assert first.attempt is not None
    assert again.attempt is not None
    assert first.attempt.result == again.attempt.result == a_use().id
    assert town.offer_uses == {an_offer().id: 1}
    other = ask(town, a_use(number=3, amount="1,00", key="k"))
    assert other.refused is not None
    assert other.refused.reason is Refusal.KEY_REUSED


@pytest.mark.parametrize(
    ("steps", "on", "state"),
    [
        ((), TODAY, OfferState.PROPOSED),
        ((), LATER, OfferState.OVER),
        ((OfferStep.APPROVED,), date(2026, 3, 1), OfferState.COMING),
        ((OfferStep.APPROVED,), TODAY, OfferState.RUNNING),
        ((OfferStep.APPROVED,), LATER, OfferState.OVER),
        ((OfferStep.APPROVED, OfferStep.STOPPED), TODAY, OfferState.STOPPED),
        ((OfferStep.STOPPED, OfferStep.FORGOTTEN), LATER, OfferState.STOPPED),
    ],
)
def test_how_an_offer_is_on_a_day(steps: tuple[OfferStep, ...], on: date, state: OfferState) -> None:
    """It follows from its days and from what became of it."""
    assert state_of(an_offer(), steps, on=on) is state


@pytest.mark.parametrize(
    "wrong",
    [
        {"percent": None},
        {"percent": 0},
        {"percent": 101},
        {"amount": Money(100)},
        {"kind": OfferKind.TEXT},
        {"kind": OfferKind.PRICE, "percent": None, "amount": Money(0)},
        {"per_card": 0},
        {"stock": 0},
    ],
)
def test_an_offer_that_cannot_be(wrong: dict[str, object]) -> None:
    """It comes to one thing, above zero, and its limits are at least one."""
    with pytest.raises(ValueError, match=r"."):
        replace(an_offer(), **wrong)  # type: ignore[arg-type]


def test_a_period_that_is_written_through_its_last_day() -> None:
    """The last day is in it, and the next is not."""
    period = Period.through(TODAY, TODAY)
    assert (period.last_day, TODAY in period, LATER in period) == (TODAY, True, False)
    with pytest.raises(ValueError, match="ends after"):
        Period.through(TODAY, date(2026, 3, 1))
