"""Who could do what at a moment, from the changes of the actors."""

from datetime import UTC, datetime, timedelta

from pasledger.reports.rights import actor_lines, rights_before, rights_in_time
from pasledger.rules.actors import ActorChangeKind, ActorRole
from pasledger.rules.records import ActorChange

K = ActorChangeKind
MORNING = datetime(2026, 3, 2, 8, tzinfo=UTC)


def a_history() -> list[ActorChange]:
    """Return the changes of a day: each an hour after the one before."""
    steps = (
        ("jansen", K.ADDED, None),
        ("jansen", K.ROLE_GIVEN, ActorRole.CLERK),
        ("bakker", K.ADDED, None),
        ("jansen", K.ROLE_TAKEN, ActorRole.CLERK),
        ("jansen", K.ENDED, None),
    )
    return [
        ActorChange(number, actor, kind, MORNING + timedelta(hours=number), "boss", role)
        for number, (actor, kind, role) in enumerate(steps, start=1)
    ]


def test_rights_are_those_of_the_moment() -> None:
    """What was given later is not yet there, what was taken before is gone, and who ended is left out."""
    roles = [
        {line.actor.name: set(line.actor.roles) for line in rights_before(a_history(), MORNING + timedelta(hours=hour))}
        for hour in (1, 2, 3, 4, 5, 6)
    ]
    clerk = {ActorRole.CLERK}
    nothing: set[ActorRole] = set()
    assert roles == [
        {},
        {"jansen": nothing},
        {"jansen": clerk},
        {"bakker": nothing, "jansen": clerk},
        {"bakker": nothing, "jansen": nothing},
        {"bakker": nothing},
    ]


def test_a_right_has_its_moment_and_who_gave_it() -> None:
    """Since when it is so, and by whom, is that of the last change before the moment."""
    (line,) = rights_before(a_history(), MORNING + timedelta(hours=3))
    assert (line.since, line.made_by) == (MORNING + timedelta(hours=2), "boss")


def test_everybody_is_listed() -> None:
    """Who ended is there too, with both moments."""
    bakker, jansen = actor_lines(a_history())
    assert (bakker.added_at, bakker.ended_at) == (MORNING + timedelta(hours=3), None)
    assert (jansen.added_at, jansen.ended_at) == (MORNING + timedelta(hours=1), MORNING + timedelta(hours=5))


def test_rights_in_time_have_a_beginning_and_an_end() -> None:
    """Each role that was given is a span, which ends when it is taken or when the actor ends."""
    clerk, *others = rights_in_time(a_history())
    assert (clerk.actor, clerk.role, clerk.since, clerk.given_by) == (
        "jansen",
        ActorRole.CLERK,
        MORNING + timedelta(hours=2),
        "boss",
    )
    assert (clerk.until, clerk.taken_by) == (MORNING + timedelta(hours=4), "boss")
    assert others == []
    still = rights_in_time(a_history()[:3])
    assert [(one.until, one.taken_by) for one in still] == [(None, None)]
    ended = [one for number, one in enumerate(a_history(), 1) if number != 4]
    assert [one.until for one in rights_in_time(ended)] == [MORNING + timedelta(hours=5)]
