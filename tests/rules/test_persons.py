"""Persons: an administrator keeps its own merchant's, a code works once, and tries are counted before they are seen."""

from dataclasses import replace
from datetime import timedelta

import pytest

from pasledger.ledger.ids import PersonId
from pasledger.ledger.refusals import Refusal
from pasledger.rules.persons import (
    OwnSecretRequest,
    PersonEndRequest,
    PersonRequest,
    PersonTryRequest,
    SignInRequest,
    StartRequest,
)
from pasledger.rules.pins import LOCKED_AFTER
from pasledger.rules.records import CodeUsed, PersonRole, PersonSecret, PinToVerify, Terminal, Tries
from pasledger.rules.records.persons import START_LASTS
from pasledger.rules.registration import RevocationRequest, TerminalRequest
from pasledger.rules.town import Town
from tests.support.town import CAFE, a_cafe, a_person, a_stamp, a_terminal, a_town, grant, refuses

ADMINISTRATOR, CASHIER = a_person(1), a_person(2, role=PersonRole.CASHIER)
OTHERS = a_person(3, merchant=CAFE)
BY = ADMINISTRATOR.id


def a_staffed_town() -> Town:
    """Return a town whose club has an administrator and a cashier, and whose café has an administrator."""
    town = a_town()
    town.learn(a_cafe())
    town.learn(a_terminal())
    town.learn(a_terminal(2, CAFE))
    for person in (ADMINISTRATOR, CASHIER, OTHERS):
        grant(town, PersonRequest(person, "hash of a start code"))
    return town


OWN: dict[str, PersonRequest | StartRequest | PersonEndRequest | TerminalRequest | RevocationRequest] = {
    "add a person": PersonRequest(a_person(4), "hash", by=BY),
    "give a start code": StartRequest(CASHIER.id, "hash", by=BY),
    "end a person": PersonEndRequest(CASHIER.id, by=BY),
    "add a terminal": TerminalRequest(a_terminal(3), by=BY),
    "revoke a terminal": RevocationRequest(a_terminal().id, by=BY),
}
_UNKNOWN = {
    "add a person": Refusal.MERCHANT_UNKNOWN,
    "give a start code": Refusal.PERSON_UNKNOWN,
    "end a person": Refusal.PERSON_UNKNOWN,
    "add a terminal": Refusal.MERCHANT_UNKNOWN,
    "revoke a terminal": Refusal.TERMINAL_UNKNOWN,
}


@pytest.mark.parametrize("what", OWN)
def test_an_administrator_keeps_what_is_its_own(what: str) -> None:
    """And is kept with what was done, by the id alone."""
    event = grant(a_staffed_town(), OWN[what])
    assert (event.stamp.prepared_by, event.stamp.approved_by) == (BY, None)


@pytest.mark.parametrize("what", OWN)
@pytest.mark.parametrize("who", [CASHIER.id, OTHERS.id, PersonId.of(99)], ids=["cashier", "another's", "nobody"])
def test_nobody_else_does(what: str, who: PersonId) -> None:
    """To a cashier, to the administrator of another merchant and to nobody it is as if it were not there."""
    with refuses(_UNKNOWN[what]):
        grant(a_staffed_town(), replace(OWN[what], by=who))


@pytest.mark.parametrize("what", OWN)
def test_who_has_ended_does_no_more(what: str) -> None:
    """From the moment on: a page that is still open is of no use."""
    town = a_staffed_town()
    grant(town, PersonEndRequest(BY))
    with refuses(_UNKNOWN[what]):
        grant(town, OWN[what])


def test_nobody_ends_themselves() -> None:
    """So an administrator always stays; the town hall ends the last."""
    town = a_staffed_town()
    with refuses(Refusal.OWN_RIGHTS):
        grant(town, PersonEndRequest(BY, by=BY))
    grant(town, PersonEndRequest(BY))
    assert BY not in town.persons


def test_two_people_are_told_apart() -> None:
    """A merchant has a name once, however it is written; another merchant may have it, and so may who comes later."""
    town = a_staffed_town()
    again = PersonRequest(replace(a_person(5), name=f" {CASHIER.name.upper()}"), "hash")
    with refuses(Refusal.PERSON_REPEATED):
        grant(town, again)
    grant(town, PersonRequest(replace(a_person(6, merchant=CAFE), name=CASHIER.name), "hash"))
    grant(town, PersonEndRequest(CASHIER.id))
    grant(town, again)


def test_a_secret_takes_the_place_of_the_one_it_was_chosen_with() -> None:
    """The second factor stays; and of two who choose at one moment the second is refused."""
    town = a_staffed_town()
    event = grant(town, OwnSecretRequest(BY, 1, "chosen", step=10))
    assert event.facts == (PersonSecret(BY, 2, "chosen", start=1, at=a_stamp().recorded_at), CodeUsed(BY, 10))
    assert not town.person_secrets[BY].is_start
    with refuses(Refusal.CODE_WRONG):
        grant(town, OwnSecretRequest(BY, 1, "chosen too", step=11))


def test_a_code_works_once() -> None:
    """Nor does one from before the newest that was used; the next one does."""
    town = a_staffed_town()
    grant(town, OwnSecretRequest(BY, 1, "chosen", step=10))
    for used in (10, 9):
        with refuses(Refusal.CODE_WRONG):
            grant(town, SignInRequest(BY, 2, used))
    grant(town, SignInRequest(BY, 2, 11))


def test_an_administrator_signs_in_with_a_code_and_a_cashier_without() -> None:
    """But for the start code, which is good for choosing a secret only."""
    town = a_staffed_town()
    grant(town, SignInRequest(BY, 1, None))
    grant(town, OwnSecretRequest(BY, 1, "chosen", step=10))
    with refuses(Refusal.CODE_WRONG):
        grant(town, SignInRequest(BY, 2, None))
    grant(town, SignInRequest(CASHIER.id, 1, None))


def test_a_start_code_ends() -> None:
    """After two weeks it lets nobody in and chooses no secret, and a new one does; what was chosen in time goes on."""
    town = a_staffed_town()
    grant(town, OwnSecretRequest(BY, 1, "chosen", step=10))
    last, over = (
        replace(a_stamp(), recorded_at=a_stamp().recorded_at + START_LASTS - early)
        for early in (timedelta(milliseconds=1), timedelta())
    )
    grant(town, SignInRequest(CASHIER.id, 1, None), stamp=last)
    for late in (SignInRequest(CASHIER.id, 1, None), OwnSecretRequest(CASHIER.id, 1, "chosen", None)):
        with refuses(Refusal.CODE_WRONG):
            grant(town, late, stamp=over)
    grant(town, SignInRequest(BY, 2, 11), stamp=over)
    grant(town, StartRequest(CASHIER.id, "hash of another", by=BY), stamp=over)
    grant(town, OwnSecretRequest(CASHIER.id, 2, "chosen", None), stamp=over)


def test_a_start_code_takes_everything_back() -> None:
    """The secret, the second factor and the tries: for who forgot, and for who was locked out."""
    town = a_staffed_town()
    grant(town, PersonTryRequest(CASHIER.id))
    event = grant(town, StartRequest(CASHIER.id, "hash of another", by=BY))
    started = PersonSecret(CASHIER.id, 2, "hash of another", start=2, at=a_stamp().recorded_at)
    assert event.facts == (started, Tries(CASHIER.id, 0, a_stamp().recorded_at))
    with refuses(Refusal.CODE_WRONG):
        grant(town, SignInRequest(CASHIER.id, 1, None))


@pytest.mark.parametrize("subject", [CASHIER.id, "nobody"])
def test_a_try_is_counted_whether_there_is_somebody_or_not(subject: str) -> None:
    """One more each time, then a wait in which nothing is looked at, and after ten a lock; signing in forgets them."""
    town = a_staffed_town()
    moment = a_stamp()
    for number in range(1, LOCKED_AFTER + 1):
        count, to_verify = grant(town, PersonTryRequest(subject), stamp=moment).facts
        assert isinstance(count, Tries)
        assert isinstance(to_verify, PinToVerify)
        assert (count.number, to_verify.is_waiting, to_verify.is_locked) == (number, False, False)
        assert to_verify.hash == ("hash of a start code" if subject == CASHIER.id else None)
        if number >= 3:
            _, waiting = grant(town, PersonTryRequest(subject), stamp=moment).facts
            assert isinstance(waiting, PinToVerify)
            assert (waiting.hash, waiting.is_waiting or waiting.is_locked) == (None, True)
        moment = replace(moment, recorded_at=moment.recorded_at + timedelta(hours=5))
    _, locked = grant(town, PersonTryRequest(subject), stamp=moment).facts
    assert isinstance(locked, PinToVerify)
    assert (locked.hash, locked.is_locked) == (None, True)
    if subject == CASHIER.id:
        grant(town, SignInRequest(CASHIER.id, 1, None), stamp=moment)
        assert town.tries[CASHIER.id].number == 0


def test_a_terminal_of_nobody_is_added_by_staff() -> None:
    """Without `by` it is somebody of the town hall, as ever."""
    added = grant(a_staffed_town(), TerminalRequest(a_terminal(3)))
    assert isinstance(added.facts[0], Terminal)
    assert added.stamp.prepared_by == "clerk"
