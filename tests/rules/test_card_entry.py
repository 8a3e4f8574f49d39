"""How a card is presented: when a PIN is needed, and how often a merchant can be refused."""

from dataclasses import replace
from datetime import timedelta

import pytest

from pasledger.ledger.journal import Stamp
from pasledger.ledger.refusals import Refusal
from pasledger.rules.card_entry import MOST_REFUSALS, REST, PinCheck
from pasledger.rules.card_rule import LimitRequest
from pasledger.rules.records import CardRule, Tries
from pasledger.rules.registration import MerchantRequest
from pasledger.rules.town import Needs, Town
from tests.support.town import (
    CAFE,
    CLUB,
    a_cafe,
    a_card,
    a_redemption,
    a_stamp,
    a_town,
    ask,
    euros,
    grant,
    refuses,
)

NUMBER, TOKEN = a_card().number, a_card().token_hash


def later(by: timedelta) -> Stamp:
    """Return a stamp of some time later, on the same day of the books."""
    return replace(a_stamp(), recorded_at=a_stamp().recorded_at + by)


def refused(town: Town, times: int, *, stamp: Stamp | None = None) -> list[Refusal]:
    """Ask for too much at the club as often, with a scanned card, and return the reasons."""
    outcomes = [ask(town, a_redemption("60,00", card=TOKEN, pin=PinCheck.NOT_SENT), stamp=stamp) for _ in range(times)]
    return [outcome.refused.reason for outcome in outcomes if outcome.refused]


def test_a_typed_number_always_needs_the_pin() -> None:
    """The number is a name and no secret; the token needs none where no limit was set."""
    grant(a_town(), a_redemption(card=TOKEN, pin=PinCheck.NOT_SENT))
    with refuses(Refusal.PIN_NEEDED):
        grant(a_town(), a_redemption("0,01", card=NUMBER, pin=PinCheck.NOT_SENT))
    grant(a_town(), a_redemption(card=NUMBER, pin=PinCheck.RIGHT))


def test_above_the_limit_a_scan_needs_the_pin_too() -> None:
    """Up to the limit it does not."""
    town = a_town()
    grant(town, LimitRequest(euros("20,00")))

    grant(town, a_redemption("20,00", card=TOKEN, pin=PinCheck.NOT_SENT))
    with refuses(Refusal.PIN_NEEDED):
        grant(town, a_redemption("20,01", card=TOKEN, pin=PinCheck.NOT_SENT))
    grant(town, a_redemption("20,01", card=TOKEN, pin=PinCheck.RIGHT))


def test_the_limit_is_set_by_two_people_and_counted() -> None:
    """Each is a version, and the newest holds."""
    town = a_town()
    with refuses(Refusal.SAME_PERSON):
        grant(town, LimitRequest(euros("20,00")), stamp=a_stamp(approved_by="Clerk"))
    grant(town, LimitRequest(euros("20,00")))
    grant(town, LimitRequest(euros("30,00")))
    assert town.card_rule == CardRule(2, euros("30,00"))


def test_a_clerk_answers_by_name_and_sends_no_pin() -> None:
    """No limit and no count holds up the town hall."""
    town = a_town()
    grant(town, LimitRequest(euros("1,00")))
    for _ in range(MOST_REFUSALS + 1):
        assert ask(town, a_redemption("60,00")).counted == ()
    grant(town, a_redemption("20,00"))


def test_past_the_limit_of_refusals_nothing_else_is_looked_at() -> None:
    """Ten times the reason, then always the same one, also for what could have been paid."""
    town = a_town()
    assert refused(town, MOST_REFUSALS) == [Refusal.NOT_ENOUGH] * MOST_REFUSALS
    assert refused(town, 3) == [Refusal.REFUSED_TOO_OFTEN] * 3
    with refuses(Refusal.REFUSED_TOO_OFTEN):
        grant(town, a_redemption("0,01", card=TOKEN, pin=PinCheck.RIGHT))


def test_refusals_are_counted_for_a_card_at_a_merchant() -> None:
    """Another merchant, and another card at the same one, are as free as before."""
    town = a_town()
    grant(town, MerchantRequest(a_cafe(), ()))
    refused(town, MOST_REFUSALS)

    with refuses(Refusal.NOT_HERE):
        grant(town, a_redemption(card=TOKEN, merchant=CAFE, pin=PinCheck.NOT_SENT))
    with refuses(Refusal.CARD_UNKNOWN):
        grant(town, a_redemption(card=a_card(2).token_hash, pin=PinCheck.NOT_SENT))


def test_a_card_that_rested_is_as_new() -> None:
    """A day after the last refusal that counted, the count begins at one; trying on does not make it longer."""
    town = a_town()
    refused(town, MOST_REFUSALS)
    assert refused(town, 1, stamp=later(REST - timedelta(seconds=1))) == [Refusal.REFUSED_TOO_OFTEN]

    assert refused(town, 1, stamp=later(REST)) == [Refusal.NOT_ENOUGH]
    assert town.tries[f"{CLUB}/{a_card().id}"].number == 1


def test_what_is_granted_is_not_counted() -> None:
    """A busy card is no suspicious card."""
    town = a_town()
    for number in range(2 * MOST_REFUSALS):
        grant(town, a_redemption("0,01", card=TOKEN, number=number, pin=PinCheck.NOT_SENT))
    assert town.tries == {}


@pytest.mark.parametrize(
    ("pin", "tries", "pins"),
    [(PinCheck.BY_STAFF, 0, 0), (PinCheck.NOT_SENT, 1, 0), (PinCheck.RIGHT, 1, 1), (PinCheck.WRONG, 1, 1)],
)
def test_what_is_looked_at_follows_from_what_was_sent(pin: PinCheck, tries: int, pins: int) -> None:
    """Never from what became of it."""
    needs = Needs()
    a_redemption(card=TOKEN, pin=pin).need(needs)
    assert (len(needs.refusals), len(needs.pin_tries)) == (tries, pins)


@pytest.mark.parametrize("pin", [PinCheck.RIGHT, PinCheck.WRONG, PinCheck.WAITING, PinCheck.LOCKED, PinCheck.NOT_SET])
def test_every_no_writes_as_much(pin: PinCheck) -> None:
    """Where a PIN was tried, a refusal sets down the count of the card and that at the merchant, whatever it was."""
    town = a_town()
    town.learn(Tries(a_card().id, 2, a_stamp().recorded_at))
    outcome = ask(town, a_redemption("60,00", pin=pin, key="k"))
    assert [type(count).__name__ for count in outcome.counted] == ["Tries", "FirstTries"]
