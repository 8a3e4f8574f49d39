"""Who could do what at a moment: the rights matrix that auditors ask for, from the changes of the actors."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from pasledger.rules.actors import PERMISSIONS, Actor, ActorChangeKind, ActorRole, Actors, Permission
from pasledger.rules.records import ActorChange


@dataclass(frozen=True, slots=True)
class RightsLine:
    """An actor as it was, and since when it was so, by whom."""

    actor: Actor
    since: datetime
    made_by: str


@dataclass(frozen=True, slots=True)
class ActorLine:
    """An actor as it is, with when it was added and when it ended."""

    actor: Actor
    added_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class RightsSpan:
    """An actor had a role from a moment, and until one unless it has it still."""

    actor: str
    role: ActorRole
    since: datetime
    given_by: str
    until: datetime | None = None
    taken_by: str | None = None

    @property
    def permissions(self) -> frozenset[Permission]:
        """What the role let the actor do."""
        return PERMISSIONS[self.role]


def rights_in_time(changes: Iterable[ActorChange]) -> list[RightsSpan]:
    """Return every role that any actor ever had, by actor and then in the order in which they were given."""
    spans: list[RightsSpan] = []
    still: dict[tuple[str, ActorRole], RightsSpan] = {}
    for change in changes:
        if change.kind is ActorChangeKind.ROLE_GIVEN and change.role is not None:
            span = RightsSpan(change.actor, change.role, change.recorded_at, change.made_by)
            still[change.actor, change.role] = span
        elif change.kind in (ActorChangeKind.ROLE_TAKEN, ActorChangeKind.ENDED):
            over = [one for one in still if one[0] == change.actor and change.role in (None, one[1])]
            spans += (replace(still.pop(one), until=change.recorded_at, taken_by=change.made_by) for one in over)
    return sorted((*spans, *still.values()), key=lambda span: (span.actor, span.since, span.role))


def actor_lines(changes: Iterable[ActorChange]) -> list[ActorLine]:
    """Return every actor there ever was, by name."""
    actors = Actors()
    first: dict[str, datetime] = {}
    last: dict[str, datetime] = {}
    for change in changes:
        actors = actors.after(change.actor, change.kind, change.role, change.credential_hash)
        first.setdefault(change.actor, change.recorded_at)
        last[change.actor] = change.recorded_at
    lines = (ActorLine(one, first[one.name], last[one.name] if one.has_ended else None) for one in actors)
    return sorted(lines, key=lambda line: line.actor.name)


def rights_before(changes: Iterable[ActorChange], moment: datetime) -> list[RightsLine]:
    """Return every actor that there was just before a moment and had not ended, by name."""
    actors = Actors()
    last: dict[str, ActorChange] = {}
    for change in changes:
        if change.recorded_at < moment:
            actors = actors.after(change.actor, change.kind, change.role, change.credential_hash)
            last[change.actor] = change
    lines = (RightsLine(one, last[one.name].recorded_at, last[one.name].made_by) for one in actors if not one.has_ended)
    return sorted(lines, key=lambda line: line.actor.name)
