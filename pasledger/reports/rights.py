"""Who could do what at a moment: the rights matrix that auditors ask for, from the changes of the actors."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from pasledger.rules.actors import Actor, Actors
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
