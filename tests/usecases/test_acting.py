"""Acting, in each kind of database: who may, what the log keeps, and what two administrators do at the same moment."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest

from pasledger.ledger.ids import ActId
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.rules.actors import ActorRole, Permission
from pasledger.rules.appointing import ActorRequest, DismissalRequest
from pasledger.rules.deciding import Outcome
from pasledger.rules.records import Act, ActResult
from pasledger.store import Store
from pasledger.usecases.acting import Claim, Task, acting
from pasledger.usecases.actors import add_actor, end_actor, everybody, rights_on
from pasledger.usecases.booking import NothingBooked, book
from pasledger.usecases.minting import stamp_now
from pasledger.usecases.verifying import verify
from tests.support.books import content, opened
from tests.support.town import a_stamp

R, P = ActorRole, Permission
BLOCK = Task("cards block", "9123456789012317", "clerk@here", P.ASSIST)
AWARD = Task("award", "awards.csv", "clerk@here", P.PREPARE, P.APPROVE)
LONG_AGO, MUCH_LATER = datetime(2000, 1, 1, tzinfo=UTC), datetime(3000, 1, 1, tzinfo=UTC)


@pytest.fixture
def store(store: Store) -> Store:
    """Return books with an administrator, a clerk and an approver, each with a credential."""
    for name, role in (("boss", R.ADMINISTRATOR), ("clerk", R.CLERK), ("approver", R.APPROVER)):
        add_actor(store, name, [role], f"key of {name}", stamp_now("boss"))
    return store


def claim(name: str) -> Claim:
    """Return the claim of who has the credential."""
    return Claim(name, ("an old one", f"key of {name}"))


def log(store: Store) -> list[tuple[str, str | None, str, str | None]]:
    """Return each line of the log: who asked, who approved, what, and how it ended."""
    with store.read() as reader:
        return [
            (act.actor, act.approver, act.action, result.result if result else None)
            for act, result in reader.acting.acts(since=LONG_AGO, before=MUCH_LATER)
        ][1:]  # the first came with the books


def test_who_may_does_it_and_the_log_has_it(store: Store) -> None:
    """The block runs, with its line on the disk before it does, and the result after."""
    with acting(store, AWARD, claim("clerk"), claim("approver")):
        assert log(store) == [("clerk", "approver", "award", None)]
    assert log(store) == [("clerk", "approver", "award", "done")]


REFUSED = {
    Refusal.SAME_PERSON: (AWARD, claim("clerk"), Claim("CLERK")),
    Refusal.ACTOR_UNKNOWN: (AWARD, claim("clerk"), claim("nobody")),
    Refusal.CREDENTIAL_WRONG: (AWARD, claim("clerk"), Claim("approver", ("key of clerk",))),
    Refusal.NOT_ALLOWED: (BLOCK, claim("approver"), None),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_who_may_not_is_refused_and_the_log_has_it(store: Store, reason: Refusal) -> None:
    """The block does not run."""
    task, asks, approves = REFUSED[reason]
    with pytest.raises(Refused) as refused, acting(store, task, asks, approves):
        pytest.fail("it was let through")
    assert refused.value.reason is reason
    assert log(store) == [(asks.name, approves and approves.name, task.action, reason)]


@pytest.mark.parametrize(("wrong", "result"), [(Refused(Refusal.NOT_ENOUGH), "not-enough"), (KeyError(), "failed")])
def test_what_stops_an_act_is_in_the_log(store: Store, wrong: Exception, result: str) -> None:
    """What goes wrong within passes, and its code is the result."""
    with pytest.raises(type(wrong)), acting(store, BLOCK, claim("clerk")):
        raise wrong
    assert log(store) == [("clerk", None, "cards block", result)]


def test_a_login_needs_no_credential_to_ask_and_one_to_approve(store: Store) -> None:
    """An account of the machine is at one keyboard; whoever approves is somebody else and proves it."""
    add_actor(store, "jansen", [R.APPROVER, R.CLERK], "key of jansen", stamp_now("boss"), is_login=True)
    with acting(store, BLOCK, Claim("jansen", is_login=True)):
        pass
    with pytest.raises(Refused), acting(store, AWARD, claim("clerk"), Claim("jansen")):
        pytest.fail("it was let through")


def test_two_administrators_never_end_each_other(store: Store, books: str) -> None:
    """At the same moment one is first, and the other is no administrator any more when it is decided."""
    add_actor(store, "other", [R.ADMINISTRATOR], "key of other", stamp_now("boss"))
    together = Barrier(2)
    refusals: list[Refusal] = []

    def end(own: str, name: str) -> None:
        with opened(books) as mine:
            together.wait()
            try:
                end_actor(mine, name, stamp_now(own))
            except NothingBooked as nothing:
                refusals.append(nothing.refusals[0].reason)

    threads = [Thread(target=end, args=pair) for pair in (("boss", "other"), ("other", "boss"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as reader:
        left = [line.actor for line in everybody(reader) if P.ADMINISTER in line.actor.permissions]
    assert (len(left), refusals) == (1, [Refusal.ACTOR_UNKNOWN])
    assert verify(store).is_sound


def test_two_who_find_books_without_actors_are_one_after_the_other(books: str) -> None:
    """Only one of them is the first administrator."""
    together = Barrier(2)
    outcomes: list[Outcome] = []

    def begin(name: str) -> None:
        request = ActorRequest(name, frozenset({R.ADMINISTRATOR}), f"hash of {name}")
        with opened(books) as mine:
            together.wait()
            outcomes.extend(book(mine, [request], stamp_now(name)))

    threads = [Thread(target=begin, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(one.refused.reason if one.refused else "" for one in outcomes) == ["", Refusal.ACTOR_UNKNOWN]


def test_rights_are_known_of_a_day(store: Store) -> None:
    """What is changed today is not so yesterday, and is so tonight."""
    today = stamp_now("").effective_on
    book(store, [DismissalRequest("clerk")], stamp_now("boss"))
    with store.read() as reader:
        assert rights_on(reader, today - timedelta(days=1)) == []
        assert [line.actor.name for line in rights_on(reader, today)] == ["approver", "boss"]


def test_a_line_of_the_log_is_there_once(store: Store, books: str) -> None:
    """Who did not hear that it was written writes it again, and nothing changes."""
    at = replace(a_stamp()).recorded_at
    act = Act(ActId.of(7), at, "clerk", None, "award", "", "here")
    lines = (act, ActResult(act.id, at, "done"))
    with store.begin() as transaction:
        transaction.log(*lines)
    before = content(books)
    with store.begin() as transaction:
        transaction.log(*lines)
    assert content(books) == before
    with store.read() as reader:
        assert lines in list(reader.acting.acts(since=at, before=at + timedelta(milliseconds=1)))
