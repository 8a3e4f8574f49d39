"""PINs: counted before they are looked at, longer and longer waits, and codes that work once."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from pasledger.ledger.journal import Stamp
from pasledger.ledger.refusals import Refusal
from pasledger.rules.attempts import key_of
from pasledger.rules.card_entry import PinCheck
from pasledger.rules.cards import CardNumber, CardState, TokenHash
from pasledger.rules.pins import (
    LOCKED_AFTER,
    ActivationRequest,
    CodeTryRequest,
    PinRequest,
    TryRequest,
    UnlockRequest,
    checked,
    may_try_at,
)
from pasledger.rules.records import Pin, PinToVerify, PinUnlocked, Tries
from pasledger.rules.registration import CardRequest
from pasledger.rules.town import Town
from tests.support.town import CLUB, a_card, a_redemption, a_stamp, a_town, ask, grant, refuses

NUMBER, TOKEN = a_card().number, a_card().token_hash
UNKNOWN = TokenHash.of("nobody has this token")
A_PIN = Pin(a_card().id, 1, "the hash", None)
LATER = date(2026, 5, 1)


def at(minutes: float) -> Stamp:
    """Return a stamp some minutes after noon."""
    return replace(a_stamp(), recorded_at=a_stamp().recorded_at + timedelta(minutes=minutes))


def a_town_with_a_pin() -> Town:
    """Return a town where card 1 has a PIN."""
    town = a_town()
    town.learn(A_PIN)
    return town


def tried(
    town: Town, card: CardNumber | TokenHash = NUMBER, *, stamp: Stamp | None = None
) -> tuple[Tries, PinToVerify]:
    """Count a try and return the count and what to verify."""
    count, to_verify = grant(town, TryRequest(card), stamp=stamp).facts
    assert isinstance(count, Tries)
    assert isinstance(to_verify, PinToVerify)
    return count, to_verify


def fail(town: Town, times: int) -> datetime:
    """Try a wrong PIN as often, each time as soon as it may be, and return when it was tried last."""
    moment = a_stamp().recorded_at
    for _ in range(times):
        before = town.tries.get(a_card().id)
        moment = moment if before is None else max(moment, may_try_at(before))
        tried(town, stamp=replace(a_stamp(), recorded_at=moment))
    return moment


def test_a_try_is_counted_before_it_is_looked_at() -> None:
    """The count is one more in the very event that says what to verify."""
    count, to_verify = tried(a_town_with_a_pin())

    assert (count.subject, count.number, count.at) == (a_card().id, 1, a_stamp().recorded_at)
    assert (to_verify.hash, to_verify.has_pin) == ("the hash", True)


def test_a_card_is_one_subject_by_number_and_by_token() -> None:
    """Whoever has both does not get twice as many tries."""
    town = a_town_with_a_pin()
    tried(town, NUMBER)
    count, _ = tried(town, TOKEN)

    assert (count.subject, count.number) == (a_card().id, 2)


def test_an_unknown_card_is_counted_like_any_other() -> None:
    """It has a row and a limit of its own, and nothing to verify."""
    town = a_town_with_a_pin()
    for number in range(3):
        count, to_verify = tried(town, UNKNOWN)
        assert (count.subject, count.number, to_verify.hash) == (UNKNOWN, number + 1, None)
        assert checked(to_verify, is_right=False) is PinCheck.WRONG
    assert tried(town, UNKNOWN)[1].is_waiting


@pytest.mark.parametrize(
    ("wrong", "minutes"), [(1, 0), (2, 0), (3, 1), (4, 5), (5, 15), (6, 30), (7, 60), (8, 120), (9, 240)]
)
def test_after_three_wrong_tries_the_waits_grow(wrong: int, minutes: int) -> None:
    """Before the time is over the PIN is not looked at, right or wrong, and nothing is counted; then it is."""
    town = a_town_with_a_pin()
    last = fail(town, wrong)
    early = replace(a_stamp(), recorded_at=last + timedelta(minutes=minutes, milliseconds=-1))
    in_time = replace(a_stamp(), recorded_at=last + timedelta(minutes=minutes))

    if minutes:
        count, to_verify = tried(town, stamp=early)
        assert (count.number, count.at, to_verify.hash) == (wrong, last, None)
        assert checked(to_verify, is_right=True) is PinCheck.WAITING
    count, to_verify = tried(town, stamp=in_time)
    assert (count.number, to_verify.hash) == (wrong + 1, "the hash")


def test_after_ten_wrong_tries_only_the_desk_can_help() -> None:
    """No time heals it; the desk does, and is named in the event."""
    town = a_town_with_a_pin()
    fail(town, LOCKED_AFTER)
    _, to_verify = tried(town, stamp=at(60 * 24 * 365))
    assert checked(to_verify, is_right=True) is PinCheck.LOCKED
    assert to_verify.hash is None

    event = grant(town, UnlockRequest(NUMBER))

    assert PinUnlocked(a_card().id) in event.facts
    count, to_verify = tried(town)
    assert (count.number, to_verify.hash) == (1, "the hash")


def test_a_code_can_be_tried_ten_times_and_locks_no_pin() -> None:
    """It is counted as a PIN is, and beside it: who has the PIN goes on; the desk, or a new PIN, ends both."""
    town = a_town_with_a_pin()
    moment = a_stamp().recorded_at
    for number in range(LOCKED_AFTER):
        count, to_verify = grant(town, CodeTryRequest(NUMBER), stamp=replace(a_stamp(), recorded_at=moment)).facts
        assert isinstance(count, Tries)
        assert isinstance(to_verify, PinToVerify)
        assert (count.number, to_verify.is_locked, to_verify.is_waiting) == (number + 1, False, False)
        moment = may_try_at(count)
    assert a_code_is_looked_at(town, moment) is False
    assert tried(town)[1].hash == "the hash"
    grant(town, UnlockRequest(NUMBER))
    assert a_code_is_looked_at(town, moment) is True
    grant(town, PinRequest(NUMBER, "new", None))
    assert {count.number for count in town.tries.values()} == {0}


def test_a_code_does_not_open_a_pin_that_is_locked() -> None:
    """Only the desk does, which sees the holder."""
    town = a_town_with_a_pin()
    last = fail(town, LOCKED_AFTER)
    assert a_code_is_looked_at(town, last + timedelta(days=9)) is False


def test_codes_for_cards_that_are_not_there_are_one_count() -> None:
    """So that strangers who try leave no row for each number that they make up."""
    town = a_town()
    for _ in range(2):
        grant(town, CodeTryRequest(None))
    assert {subject: count.number for subject, count in town.tries.items()} == {"code/nobody": 2}


def a_code_is_looked_at(town: Town, moment: datetime) -> bool:
    """Return whether a code that is sent at this moment would be looked at."""
    _, to_verify = grant(town, CodeTryRequest(NUMBER), stamp=replace(a_stamp(), recorded_at=moment)).facts
    assert isinstance(to_verify, PinToVerify)
    return not (to_verify.is_locked or to_verify.is_waiting)


def test_the_right_pin_ends_the_count() -> None:
    """And it does so also where the payment is refused for another reason."""
    for amount in ("5,00", "60,00"):
        town = a_town_with_a_pin()
        fail(town, 2)
        ask(town, a_redemption(amount, pin=PinCheck.RIGHT))
        assert town.tries[a_card().id].number == 0


@pytest.mark.parametrize("pin", [PinCheck.WRONG, PinCheck.WAITING, PinCheck.LOCKED, PinCheck.NOT_SENT])
def test_what_is_not_right_ends_no_count(pin: PinCheck) -> None:
    """The count stands as it stood when it was tried."""
    town = a_town_with_a_pin()
    fail(town, 2)
    ask(town, a_redemption("5,00", card=TOKEN, pin=pin))
    assert town.tries[a_card().id].number == 2


def test_a_repeat_is_not_a_try() -> None:
    """What is answered from the record is neither counted nor verified."""
    town = a_town_with_a_pin()
    ask(town, a_redemption("5,00", key="k", pin=PinCheck.RIGHT))

    assert grant(town, TryRequest(NUMBER, key_of(CLUB, "k"))).facts == ()
    assert a_card().id not in town.tries
    assert grant(town, TryRequest(NUMBER, key_of(CLUB, "another"))).facts != ()


@pytest.mark.parametrize(("pin", "number"), [(PinCheck.WRONG, 1), (PinCheck.RIGHT, 0)])
def test_one_key_at_two_services_is_one_try(pin: PinCheck, number: int) -> None:
    """Each counts before either has booked; what comes second is answered from the record, and takes its try back."""
    town = a_town_with_a_pin()
    at_both = TryRequest(NUMBER, key_of(CLUB, "k"))
    grant(town, at_both)
    grant(town, at_both)
    assert town.tries[a_card().id].number == 2

    first, second = (ask(town, a_redemption("5,00", key="k", pin=pin)) for _ in range(2))

    assert (first.is_repeat, second.is_repeat, first.attempt == second.attempt) == (False, True, True)
    assert town.tries[a_card().id].number == number
    ask(town, a_redemption("5,00", key="k", pin=PinCheck.NOT_SENT))
    assert town.tries[a_card().id].number == number


def test_a_card_without_a_pin_has_none_to_try() -> None:
    """There is nothing to find out, and the answer is the same whatever was sent."""
    _, to_verify = tried(a_town())
    assert checked(to_verify, is_right=True) is PinCheck.NOT_SET


def test_a_code_sets_one_pin_and_activates_the_card() -> None:
    """A card that was issued waits for its holder; the code works once."""
    town = a_town(card=a_card(state=CardState.ISSUED))
    grant(town, ActivationRequest(NUMBER, "code", LATER))
    grant(town, PinRequest(NUMBER, "first", "code"))

    assert town.cards[NUMBER].state is CardState.ACTIVE
    assert town.pins[a_card().id].hash == "first"
    with refuses(Refusal.CODE_WRONG):
        grant(town, PinRequest(NUMBER, "second", "code"))


def test_a_code_does_not_bring_back_a_blocked_card() -> None:
    """The PIN is set, and the card stays blocked."""
    town = a_town()
    grant(town, CardRequest(NUMBER, CardState.BLOCKED))
    grant(town, ActivationRequest(NUMBER, "code", LATER))
    grant(town, PinRequest(NUMBER, "hash", "code"))
    assert town.cards[NUMBER].state is CardState.BLOCKED


def test_only_the_newest_code_works_and_only_in_time() -> None:
    """A second letter ends the first; after its last day a code is nothing."""
    town = a_town()
    grant(town, ActivationRequest(NUMBER, "old", LATER))
    grant(town, ActivationRequest(NUMBER, "new", LATER))

    with refuses(Refusal.CODE_WRONG):
        grant(town, PinRequest(NUMBER, "hash", "old"))
    with refuses(Refusal.CODE_WRONG):
        grant(town, PinRequest(NUMBER, "hash", "new"), on=LATER)
    grant(town, PinRequest(NUMBER, "hash", "new"), on=LATER - timedelta(days=1))


def test_a_pin_is_changed_without_a_code_by_who_knew_it() -> None:
    """The use case has verified the one before; a used code stays used."""
    town = a_town()
    grant(town, ActivationRequest(NUMBER, "code", LATER))
    grant(town, PinRequest(NUMBER, "first", "code"))
    grant(town, PinRequest(NUMBER, "second", None))

    assert town.pins[a_card().id] == Pin(a_card().id, 2, "second", None)
    with refuses(Refusal.CODE_WRONG):
        grant(town, PinRequest(NUMBER, "third", "code"))


def test_a_new_pin_ends_the_count() -> None:
    """Who got a letter begins anew."""
    town = a_town_with_a_pin()
    fail(town, 2)
    grant(town, PinRequest(NUMBER, "hash", None))
    assert town.tries[a_card().id].number == 0


@pytest.mark.parametrize(
    "request_", [ActivationRequest(NUMBER, "c", LATER), PinRequest(NUMBER, "h", None), UnlockRequest(NUMBER)]
)
def test_a_replaced_card_has_no_pin_any_more(request_: ActivationRequest | PinRequest | UnlockRequest) -> None:
    """Its successor gets a letter of its own."""
    town = a_town()
    grant(town, CardRequest(NUMBER, CardState.REPLACED, a_card(2)))
    with refuses(Refusal.CARD_REPLACED):
        grant(town, request_)


def test_nothing_secret_is_shown() -> None:
    """A record in a log or a traceback shows no hash."""
    assert "the hash" not in repr(A_PIN)
    assert "the hash" not in repr(tried(a_town_with_a_pin()))
