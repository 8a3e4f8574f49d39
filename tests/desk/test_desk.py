"""The desk: who may stand there, what each look-up leaves in the log, and what is done for a holder."""

import logging
import re
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from pasledger.desk import guarding
from pasledger.desk.sessions import COOKIE, SECONDS_AT_MOST, SECONDS_UNUSED
from pasledger.ledger.ids import ActId
from pasledger.rules.actors import ActorRole
from pasledger.rules.cards import CardState
from pasledger.rules.pins import TryRequest
from pasledger.usecases import pins
from pasledger.usecases.actors import add_actor, end_actor, renew_credential, take_role
from pasledger.usecases.finding import card_named, number_of
from pasledger.usecases.minting import new_card_number, new_token, stamp_now
from pasledger.usecases.overviews import card_overview
from pasledger.usecases.verifying import verify
from tests.desk.conftest import CLERK, FIND, HERE, SIGN_IN, Counter, words
from tests.support.service import PROVEN, Street, staff

ADDRESSES = (
    "/look-ups",
    *(f"/look-ups/{ActId.of(1)}/{what}" for what in ("overview", "block", "unlock", "replace", "letter")),
)


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for nobody whose credential was wrong; that they wait is seen by what is slept."""
    monkeypatch.setattr("pasledger.usecases.acting.time.sleep", lambda _seconds: None)


def state_of(street: Street, name: str) -> CardState:
    """Return how a card is."""
    return card_overview(street.store, street.numbers[name], at=stamp_now("").recorded_at).state


# --- who


def test_who_is_not_signed_in_sees_where_one_signs_in_and_does_nothing(stranger: Counter) -> None:
    """Each page and each form, also with a cookie that somebody made up; and the log has no look-up."""
    for cookie in ("", "x", "....", f"{b'clerk'.hex()}.1.9999999999.x"):
        for answer in (
            stranger.client.get("/", headers=HERE | {"Cookie": f"{COOKIE}={cookie}"}),
            *(stranger.client.post(one, headers=HERE | {"Cookie": f"{COOKIE}={cookie}"}) for one in ADDRESSES),
        ):
            assert (answer.status_code, SIGN_IN in answer.text) == (200, True)
    assert stranger.log() == []
    assert state_of(stranger.street, "child") is CardState.ACTIVE


def test_one_answer_for_a_name_that_nobody_has_and_a_wrong_credential(stranger: Counter) -> None:
    """And the log has neither what was typed as a name that is none, nor a credential."""
    street = stranger.street
    add_actor(street.store, "leaver", [ActorRole.CLERK], "key of the leaver", staff())
    end_actor(street.store, "leaver", staff())
    tried = (("clerk", "wrong"), ("key_0123", CLERK), ("leaver", "key of the leaver"), ("clerk", "é"), ("", ""))
    answers = [stranger.sign_in(*one) for one in tried]
    assert {(answer.status_code, answer.text) for answer in answers} == {(401, answers[0].text)}
    assert "do not belong together" in answers[0].text
    done = [line for line in stranger.acts() if line[1] == "desk sign-in"]
    assert done[:3] == [
        ("clerk", "desk sign-in", "credential-wrong"),
        ("…", "desk sign-in", "actor-unknown"),
        ("leaver", "desk sign-in", "actor-unknown"),
    ]
    assert SIGN_IN in stranger.get("/").text


def test_wrong_credentials_make_the_next_one_wait(stranger: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each longer than the one before, one after the other; and when too many wait one is asked to come back."""
    slept: list[float] = []
    monkeypatch.setattr("pasledger.usecases.acting.time.sleep", slept.append)
    for _ in range(6):
        stranger.sign_in(credential="wrong")
    assert slept == [1.0, 2.0, 4.0]
    assert FIND in stranger.sign_in().text
    monkeypatch.setattr(guarding, "MOST_WAITING", 0)
    assert stranger.sign_in().status_code == 503


def test_who_may_not_assist_is_not_let_in(stranger: Counter) -> None:
    """An approver proves who they are and is told so; the log has it."""
    answer = stranger.sign_in("approver", PROVEN["PASLEDGER_APPROVER_CREDENTIAL"])
    assert (answer.status_code, "may not work at the desk" in answer.text) == (401, True)
    assert stranger.acts()[-1] == ("approver", "desk sign-in", "not-allowed")


def test_a_right_that_is_taken_is_gone_at_once(stranger: Counter) -> None:
    """In the middle of a look-up nothing more is shown or done, and that is in the log too."""
    street = stranger.street
    add_actor(street.store, "colleague", [ActorRole.CLERK], "key of the colleague", staff())
    stranger.sign_in("colleague", "key of the colleague")
    at = stranger.found()
    take_role(street.store, "colleague", ActorRole.CLERK, staff())
    for answer in (stranger.do(at, "block"), stranger.post(f"{at}/overview"), stranger.find("P-child")):
        assert (answer.status_code, "may not work at the desk" in answer.text) == (403, True)
    assert stranger.acts()[-3:] == [
        ("colleague", f"desk {what}", "not-allowed") for what in ("block", "overview", "find")
    ]
    assert state_of(street, "child") is CardState.ACTIVE


@pytest.mark.parametrize("how", ["renewed", "ended"])
def test_a_session_ends_with_its_credential(stranger: Counter, how: str) -> None:
    """Another credential, or the end of the actor, shuts every browser at once."""
    street = stranger.street
    add_actor(street.store, "colleague", [ActorRole.CLERK], "key of the colleague", staff())
    assert FIND in stranger.sign_in("colleague", "key of the colleague").text
    if how == "renewed":
        renew_credential(street.store, "colleague", "another key", staff())
    else:
        end_actor(street.store, "colleague", staff())
    assert SIGN_IN in stranger.get("/").text


def test_a_session_ends_when_it_is_not_used_and_with_the_day(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is used goes on, but not for ever; and signing out forgets it."""
    now = began = int(time.time())
    monkeypatch.setattr("pasledger.desk.sessions.time.time", lambda: now)
    for _ in range(SECONDS_AT_MOST // (SECONDS_UNUSED - 60)):
        assert FIND in counter.get("/").text
        now += SECONDS_UNUSED - 60
    now = began + SECONDS_AT_MOST + 1
    assert SIGN_IN in counter.get("/").text
    now = began
    counter.client.cookies.clear()
    counter.sign_in()
    now += SECONDS_UNUSED
    assert SIGN_IN in counter.get("/").text
    now = began
    assert FIND in counter.get("/").text
    counter.post("/sign-out")
    assert SIGN_IN in counter.get("/").text


def test_another_site_posts_nothing(counter: Counter) -> None:
    """Also with the cookie of somebody who is signed in."""
    at = counter.found()
    crossing = HERE | {"Sec-Fetch-Site": "cross-site"}
    for address in ("/look-ups", f"{at}/block", f"{at}/replace", "/sign-in", "/sign-out"):
        typed = {"named": "P-child", "purpose": "card", "card": counter.street.cards["child"].id}
        assert counter.client.post(address, data=typed, headers=crossing).status_code == 403
    assert len(counter.log()) == 1
    assert FIND in counter.get("/").text


# --- finding


@pytest.mark.parametrize("way", ["reference", "number", "printed", "token", "link"])
def test_a_holder_is_found_by_reference_or_card(counter: Counter, way: str) -> None:
    """Shown are the cards and how they are, and no money; the log has who, why and whom."""
    street = counter.street
    number, token = street.numbers["child"], street.tokens["child"]
    named = {
        "reference": str(street.holders["child"].reference),
        "number": str(number),
        "printed": number.printed,
        "token": token,
        "link": f"https://pas.example/#{token}",
    }[way]
    page = counter.find(named, "pin")
    assert page.status_code == 200
    assert number.printed in page.text
    assert "There is a PIN." in page.text
    assert "€" not in page.text
    card = None if way == "reference" else street.cards["child"].id
    assert counter.log() == [("clerk", "desk find", "pin", street.holders["child"].id, card, "done")]


def test_that_nobody_was_found_is_in_the_log(counter: Counter) -> None:
    """A reference, a number and a token that nobody has: one page; and what was typed is in no line."""
    tried = ("P-nobody", new_card_number().printed, new_token(), f"-{new_token()[1:]}", f"_{new_token()[1:]}")
    for named in tried:
        answer = counter.find(named, "money")
        assert (answer.status_code, "Nobody was found" in answer.text, named in answer.text) == (404, True, False)
    assert [line[:5] for line in counter.log()] == [("clerk", "desk find", "money", None, None)] * len(tried)
    assert {line[5] for line in counter.log()} == {"holder-unknown", "card-unknown"}
    with counter.street.store.read() as reader:
        written = repr(
            [reader._connection.exec_driver_sql(f"SELECT * FROM {one}").fetchall() for one in ("act", "look_up")]
        )
    assert not any(named in written for named in tried)


def test_what_makes_no_sense_is_said(counter: Counter) -> None:
    """Nobody is looked up, and what was typed is not repeated."""
    for named, purpose, says in (
        ("P-child", "", "Choose what you look up for"),
        ("P-child", "curiosity", "Choose what you look up for"),
        ("", "card", "reference"),
        ("111222333", "card", "BSN"),
        ("9123 4567 8901 2318", "card", "check digits"),
        ("a b", "card", "reference"),
    ):
        answer = counter.find(named, purpose)
        assert (answer.status_code, says in words(answer)) == (400, True), named
        assert not named or f'"{named}"' not in answer.text
    assert counter.log() == []


def test_a_look_up_is_its_clerks_and_gets_old(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    """A colleague with the address sees nothing, nor does anybody half an hour later, nor one that found nobody."""
    street = counter.street
    at = counter.found()
    assert "Card" in counter.get(at).text
    counter.find("P-nobody")
    with street.store.read() as reader:
        now = stamp_now("").recorded_at
        nobodys = [
            act.id
            for act, _, one in reader.acting.look_ups(since=now - timedelta(days=1), before=now + timedelta(days=1))
            if one.holder is None
        ]
    assert counter.get(f"/look-ups/{nobodys[0]}").status_code == 404
    later = replace(staff(), recorded_at=now + timedelta(minutes=31))
    with monkeypatch.context() as patched:
        patched.setattr("pasledger.desk.routes.stamp_now", lambda _actor: later)
        assert counter.get(at).status_code == 404
        assert counter.do(at, "block").status_code == 404
    add_actor(street.store, "colleague", [ActorRole.CLERK], "key of the colleague", staff())
    counter.sign_in("colleague", "key of the colleague")
    for answer in (counter.get(at), counter.do(at, "block"), counter.post(f"{at}/overview")):
        assert answer.status_code == 404
    assert state_of(street, "child") is CardState.ACTIVE


# --- doing


def test_a_card_is_blocked_at_once(counter: Counter) -> None:
    """The page says so, the card cannot pay, and the log has the card."""
    street = counter.street
    page = counter.do(counter.found(), "block")
    assert "The card is blocked." in page.text
    assert state_of(street, "child") is CardState.BLOCKED
    holder, card = street.holders["child"].id, street.cards["child"].id
    assert counter.log()[-1] == ("clerk", "desk block", "card", holder, card, "done")
    assert "Yes, block" not in page.text


def test_what_cannot_be_done_is_said_and_in_the_log(counter: Counter) -> None:
    """A second block of one card, from a page that is old."""
    at = counter.found()
    counter.do(at, "block")
    answer = counter.do(at, "block")
    assert (answer.status_code, "This was not done" in answer.text) == (409, True)
    assert [line[-1] for line in counter.log()] == ["done", "done", "card-step-unknown"]


def test_the_card_of_another_holder_is_not_there(counter: Counter) -> None:
    """Under a look-up only its own holder's cards can be acted upon."""
    at = counter.found()
    for what in ("block", "unlock", "replace", "letter"):
        assert counter.do(at, what, "neighbour").status_code == 409
    assert state_of(counter.street, "neighbour") is CardState.ACTIVE
    assert len(counter.log()) == 1


def test_a_card_is_replaced_with_what_to_print(counter: Counter) -> None:
    """The new card and its letter are shown once; the old one is dead; the code sets the PIN of the new one."""
    street = counter.street
    at = counter.found()
    page = counter.do(at, "replace")
    assert page.status_code == 200
    assert "svg" in page.text
    assert "pas.example/mycard/pin" in page.text
    [number] = re.findall(r'class="number">([0-9 ]{19})<', page.text)
    [code] = re.findall(r'class="code">([A-Z0-9 ]{14})<', page.text)
    assert state_of(street, "child") is CardState.REPLACED
    new = number_of(street.store, card_named(number))
    assert new is not None
    pins.set_pin(street.store, new, code, "4826", staff())
    again = counter.do(at, "replace")
    assert again.status_code == 409
    assert number in counter.get(at).text
    assert street.numbers["child"].printed not in counter.get(at).text
    holder = street.holders["child"].id
    assert counter.log()[1] == ("clerk", "desk replace", "card", holder, street.cards["child"].id, "done")


def test_a_pin_is_unlocked(counter: Counter) -> None:
    """After ten wrong tries the page says that it is locked; then it can be tried again, and who did it is kept."""
    street = counter.street
    street.try_in_vain(TryRequest(street.numbers["child"]))
    at = counter.found()
    assert "The PIN is locked." in counter.get(at).text
    page = counter.do(at, "unlock")
    assert "The PIN can be tried again." in page.text
    assert "The PIN is locked." not in page.text
    with street.store.read() as reader:
        [[card, by]] = reader._connection.exec_driver_sql("SELECT card_id, prepared_by FROM pin_unlock").fetchall()
    assert (card, by) == (street.cards["child"].id, "clerk")


def test_a_new_letter_is_made(counter: Counter) -> None:
    """Its code sets the PIN."""
    street = counter.street
    page = counter.do(counter.found(), "letter")
    [code] = re.findall(r'class="code">([A-Z0-9 ]{14})<', page.text)
    assert street.numbers["child"].printed not in page.text
    pins.set_pin(street.store, street.numbers["child"], code, "5937", staff())


def test_the_holder_sees_the_overview(counter: Counter) -> None:
    """What there is, on a page to print; that it was shown is in the log."""
    at = counter.found()
    page = counter.post(f"{at}/overview")
    assert (page.status_code, "€ 100,00" in page.text) == (200, True)
    holder = counter.street.holders["child"].id
    assert counter.log()[-1] == ("clerk", "desk overview", "card", holder, None, "done")


def test_the_books_are_sound_after_a_day_at_the_desk(counter: Counter) -> None:
    """Whatever was done, all adds up."""
    at = counter.found()
    for what in ("block", "unlock", "letter", "replace"):
        counter.do(at, what)
    assert verify(counter.street.store).findings == ()


# --- around it


def test_every_page_is_strict(counter: Counter) -> None:
    """No script, nothing from elsewhere, nothing kept; a paper may only be shown."""
    at = counter.found()
    answers = [counter.get("/"), counter.get(at), counter.get("/nowhere"), counter.find("P-nobody")]
    papers = [counter.post(f"{at}/overview"), counter.do(at, "replace")]
    for answer in (*answers, *papers):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "<script" not in answer.text
    assert all("script-src 'none'" in answer.headers["content-security-policy"] for answer in answers)
    assert [answer.status_code for answer in answers] == [200, 200, 404, 404]


def test_a_body_that_is_too_large_is_not_read(counter: Counter) -> None:
    """It is refused by its length."""
    assert counter.post("/look-ups", named="x" * 20_000, purpose="card").status_code == 413


def test_a_form_that_cannot_be_read_is_said_to_be_wrong(counter: Counter) -> None:
    """It is nobody's fault here."""
    headers = HERE | {"Content-Type": "multipart/form-data; boundary=x"}
    assert counter.client.post("/look-ups", content=b"--y\r\nno form", headers=headers).status_code == 400


def test_nothing_of_a_holder_is_in_an_address_or_the_log_of_the_service(
    counter: Counter, caplog: pytest.LogCaptureFixture
) -> None:
    """Not the reference, the number, the token or the name of who works there."""
    street, asked = counter.street, []
    counter.client.event_hooks["request"].append(lambda sent: asked.append(str(sent.url)))
    caplog.set_level(logging.DEBUG)
    counter.find(street.numbers["child"].printed)
    counter.find(f"https://pas.example/#{street.tokens['child']}")
    at = counter.found()
    counter.do(at, "block")
    counter.post(f"{at}/overview")
    written = " ".join([*asked, *(record.getMessage() + str(record.__dict__) for record in caplog.records)])
    assert "/look-ups/{id}/block" in written
    for secret in (street.numbers["child"], street.tokens["child"], "P-child", street.holders["child"].id, "clerk"):
        assert secret not in written


def test_a_fault_is_a_page_without_its_words(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    """What went wrong is in the log of the service by its kind and place."""

    def breaks(*_all: object, **_more: object) -> None:
        raise RuntimeError("P-child")

    monkeypatch.setattr("pasledger.desk.routes.desk.find", breaks)
    answer = counter.find("P-child")
    assert (answer.status_code, "P-child" in answer.text) == (500, False)
