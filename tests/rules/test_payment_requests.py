"""Payment requests: asked for a term, paid up to what is open by whoever has the link, and never asked too often."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pasledger.ledger.ids import EntryId, PaymentRequestId
from pasledger.ledger.money import Money, total
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.rules.cards import CardState
from pasledger.rules.payment_requests import (
    DAYS_BETWEEN_REMINDERS,
    MOST_DAYS,
    PaymentRequestState,
    open_of,
    state_of,
)
from pasledger.rules.records import (
    NOTHING_YET,
    MerchantReference,
    PaymentRequest,
    PaymentRequestReference,
    Redemption,
)
from pasledger.rules.registration import CardRequest, HolderRequest
from pasledger.rules.town import Town
from tests.support.asking import END, a_reminder_of, a_withdrawal_of, an_ask, an_asked_payment, asks_of
from tests.support.town import (
    CAFE,
    TODAY,
    a_card,
    a_correction,
    a_holder,
    a_refund,
    a_stamp,
    a_town,
    an_award,
    ask,
    euros,
    grant,
    refuses,
)

LATER = TODAY + timedelta(days=DAYS_BETWEEN_REMINDERS)


def state(town: Town, number: int = 1, *, on: date = TODAY) -> tuple[PaymentRequestState, Money]:
    """Return how a request stands, and what is open of it."""
    asked = town.payment_requests[PaymentRequestId.of(number)]
    progress = town.payment_request_progress.get(asked.id, NOTHING_YET)
    return state_of(asked, progress, on=on), open_of(asked, progress, on=on)


S = PaymentRequestState


def test_a_request_stays_bound_to_its_reference() -> None:
    """It says for what, how much and until when; what its merchant calls it is apart, and bound by a commitment."""
    town = a_town()
    request, reference = grant(town, an_ask()).facts
    assert isinstance(request, PaymentRequest)
    assert isinstance(reference, PaymentRequestReference)
    assert reference.commitment == request.commitment
    assert (request.asked_on, request.last_day, request.place) == (TODAY, END, 1)
    assert "pupil" not in repr(request)


def test_a_request_is_paid_as_every_redemption_and_under_its_reference() -> None:
    """From what may be spent there, with the reference of the merchant, and then nothing is open."""
    town = a_town()
    grant(town, an_ask("20,00"))
    event = grant(town, an_asked_payment("20,00"))
    paid, reference, _ = event.facts
    assert isinstance(paid, Redemption)
    assert (paid.amount, paid.terminal) == (euros("20,00"), None)
    assert isinstance(reference, MerchantReference)
    assert (reference.text, event.entry and event.entry.commitment) == ("pupil 1", reference.commitment)
    assert state(town) == (S.PAID, Money(0))


def test_a_request_is_paid_in_parts_by_whoever_likes() -> None:
    """Each as much as it chooses, no more than is open."""
    town = a_town()
    grant(town, HolderRequest(a_holder(2), a_card(2, holder=2)))
    grant(town, an_award("50,00", holder=2, number=2))
    grant(town, an_ask("20,00", is_up_to=True))
    grant(town, an_asked_payment("5,00"))
    assert state(town) == (S.PART, euros("15,00"))
    with refuses(Refusal.REQUEST_LESS_OPEN, most=euros("15,00")):
        grant(town, an_asked_payment("15,01", card=2, number=2))
    grant(town, an_asked_payment("15,00", card=2, number=2))
    assert state(town)[0] is S.PAID
    with refuses(Refusal.REQUEST_CLOSED, state=S.PAID):
        grant(town, an_asked_payment("0,01", number=3))


def test_what_is_given_back_is_open_again() -> None:
    """By a refund, and by a correction of the payment; and not any more when the refund itself was countered."""
    town = a_town()
    grant(town, an_ask("20,00"))
    grant(town, an_asked_payment("20,00"))
    grant(town, a_refund("8,00"))
    assert state(town) == (S.PART, euros("8,00"))
    grant(town, a_correction(EntryId.of(4_000_001)))
    assert state(town)[0] is S.PAID
    grant(town, a_correction(EntryId.of(3_000_001), number=2))
    assert state(town) == (S.OPEN, euros("20,00"))
    grant(town, an_asked_payment("20,00", number=2))
    assert state(town)[0] is S.PAID


def test_when_it_is_over_nobody_pays_and_the_day_before_everybody_can() -> None:
    """The last day is one of them."""
    town = a_town()
    grant(town, an_ask("20,00"))
    grant(town, an_asked_payment("1,00"), on=END)
    assert state(town, on=END + timedelta(days=1)) == (S.OVER, Money(0))
    with refuses(Refusal.REQUEST_CLOSED, state=S.OVER):
        grant(town, an_asked_payment("1,00", number=2), on=END + timedelta(days=1))


def test_a_withdrawn_request_is_open_no_more_and_keeps_what_was_paid() -> None:
    """By its merchant or by the town; twice is refused, and another merchant has no such request."""
    town = a_town()
    grant(town, an_ask("20,00"))
    grant(town, an_asked_payment("5,00"))
    with refuses(Refusal.REQUEST_UNKNOWN):
        grant(town, a_withdrawal_of(1, merchant=CAFE))
    grant(town, a_withdrawal_of(1))
    assert state(town) == (S.WITHDRAWN, Money(0))
    with refuses(Refusal.REQUEST_CLOSED, state=S.WITHDRAWN):
        grant(town, a_withdrawal_of(1, merchant=None))
    with refuses(Refusal.REQUEST_CLOSED):
        grant(town, an_asked_payment("1,00", number=2))


def test_of_a_list_those_that_are_open_are_withdrawn() -> None:
    """What is paid stays so."""
    town = a_town()
    grant(town, asks_of(1, 2, 3, amount="5,00"))
    grant(town, an_asked_payment("5,00", of=2))
    assert len(grant(town, a_withdrawal_of(1, 2, 3, 3)).facts) == 2
    assert [state(town, one)[0] for one in (1, 2, 3)] == [S.WITHDRAWN, S.PAID, S.WITHDRAWN]


def test_reminders_are_few_and_far_between() -> None:
    """Seven days after it was asked, seven days after that, and then no more; and never of what is paid."""
    town = a_town()
    grant(town, asks_of(1, 2, amount="5,00"))
    day = timedelta(days=1)
    with refuses(Refusal.REMINDER_TOO_SOON):
        grant(town, a_reminder_of(1), on=LATER - day)
    grant(town, an_asked_payment("5,00", of=2))
    assert len(grant(town, a_reminder_of(1, 2), on=LATER).facts) == 1
    with refuses(Refusal.REQUEST_CLOSED):
        grant(town, a_reminder_of(2), on=LATER)
    with refuses(Refusal.REMINDER_TOO_SOON):
        grant(town, a_reminder_of(1), on=LATER + (DAYS_BETWEEN_REMINDERS - 1) * day)
    grant(town, a_reminder_of(1), on=LATER + DAYS_BETWEEN_REMINDERS * day)
    with refuses(Refusal.REMINDER_TOO_SOON):
        grant(town, a_reminder_of(1), on=END)


@pytest.mark.parametrize("days", [-1, MOST_DAYS + 1])
def test_the_last_day_is_not_over_and_not_far_away(days: int) -> None:
    """From today on, up to two years."""
    with refuses(Refusal.REQUEST_TERM, most_days=MOST_DAYS):
        grant(a_town(), an_ask(last_day=TODAY + timedelta(days=days)))


def test_the_card_and_the_money_decide_as_ever() -> None:
    """A blocked card and too little money are refused for the same reasons as at a till, and nothing is counted."""
    town = a_town(balance="10,00")
    grant(town, an_ask("20,00"))
    outcome = ask(town, an_asked_payment("10,01", key="k"))
    assert outcome.refused is not None
    assert (outcome.refused.reason, outcome.counted, outcome.attempt) == (Refusal.NOT_ENOUGH, (), None)
    assert not town.tries
    assert not town.attempts
    grant(town, CardRequest(a_card().number, CardState.BLOCKED))
    with refuses(Refusal.CARD_BLOCKED):
        grant(town, an_asked_payment("1,00"))


def test_a_payment_is_made_once_for_each_page() -> None:
    """The key of the page names it: sent twice, it is the same payment."""
    town = a_town()
    grant(town, an_ask("20,00"))
    first = ask(town, an_asked_payment("5,00", key="k"))
    again = ask(town, an_asked_payment("5,00", number=2, key="k"))
    assert again.is_repeat
    assert first.attempt == again.attempt
    assert state(town) == (S.PART, euros("15,00"))


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("pay"), st.integers(1, 2500)),
        st.tuples(st.just("refund"), st.integers(1, 9)),
        st.tuples(st.just("correct"), st.integers(1, 9)),
        st.tuples(st.just("withdraw"), st.just(0)),
    ),
    max_size=12,
)


@given(STEPS)
def test_never_more_is_paid_than_was_asked(steps: list[tuple[str, int]]) -> None:
    """Whatever is paid, given back and withdrawn: paid and open are what is asked, and neither is below zero."""
    town = a_town(balance="400,00", budget="1.000,00")
    grant(town, an_ask("20,00"))
    asked = town.payment_requests[PaymentRequestId.of(1)]
    for number, (what, figure) in enumerate(steps, start=1):
        try:
            match what:
                case "pay":
                    grant(town, an_asked_payment(Money(figure).plain, number=number))
                case "refund":
                    grant(town, a_refund("0,50", of=figure, number=number))
                case "correct":
                    grant(town, a_correction(EntryId.of(3_000_000 + figure), number=number))
                case _:
                    grant(town, a_withdrawal_of(1), stamp=a_stamp())
        except Refused:
            pass
        redeemed = total(one.amount for one in town.redemptions.values())
        refunded = total(one.amount for found in town.refunds.values() for one in found)
        corrected = total(one.amount for one in town.corrections.values())
        how, left = state(town)
        progress = town.payment_request_progress.get(asked.id)
        paid = progress.paid if progress else Money(0)
        assert paid == redeemed - refunded - corrected
        assert Money(0) <= paid <= asked.amount
        assert left == (asked.amount - paid if how.is_open else Money(0))
