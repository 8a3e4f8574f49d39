"""Appointing: who becomes an actor, which roles are given and taken, credentials, and the end of an actor.

The first actor of the books is an administrator. After that only administrators change rights, and nobody their own: so
one administrator always stays, whatever two of them do at the same moment.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from pasledger.ledger.journal import Stamp
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.rules.actors import ActorChangeKind, ActorRole, Permission, require
from pasledger.rules.records import ActorChange, Event
from pasledger.rules.town import Needs, Town

K = ActorChangeKind


@dataclass(frozen=True, slots=True)
class ActorRequest:
    """A new actor, with a credential of which the books keep the hash."""

    actor: str
    roles: frozenset[ActorRole]
    credential_hash: str
    is_login: bool = False

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.actors.add(self.actor)


def decide_actor(request: ActorRequest, town: Town, stamp: Stamp) -> Event:
    """Add the actor, or refuse a name that somebody has or had. Raises `Refused`."""
    if len(town.actors) > 0:
        _require_administrator(town, stamp)
    elif ActorRole.ADMINISTRATOR not in request.roles:
        raise Refused(Refusal.NO_ACTORS)
    if town.actors.has(request.actor):
        raise Refused(Refusal.ACTOR_REPEATED)
    changes = [_Change(K.ADDED), _Change(K.CREDENTIAL_GIVEN, credential_hash=request.credential_hash)]
    if request.is_login:
        changes.append(_Change(K.LOGIN_TRUSTED))
    changes += [_Change(K.ROLE_GIVEN, role) for role in sorted(request.roles)]
    return _event(request.actor, changes, town, stamp)


@dataclass(frozen=True, slots=True)
class RoleRequest:
    """A role is given to an actor, or taken."""

    actor: str
    role: ActorRole
    is_given: bool

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.actors.add(self.actor)


def decide_role(request: RoleRequest, town: Town, stamp: Stamp) -> Event:
    """Give or take the role, or refuse what changes nothing or is one's own. Raises `Refused`."""
    _require_administrator(town, stamp)
    actor = town.actors.named(request.actor)
    _require_another(request.actor, stamp)
    if (request.role in actor.roles) == request.is_given:
        raise Refused(Refusal.ROLE_UNCHANGED, actor=actor.name, role=request.role)
    return _event(actor.name, [_Change(K.ROLE_GIVEN if request.is_given else K.ROLE_TAKEN, request.role)], town, stamp)


@dataclass(frozen=True, slots=True)
class CredentialRequest:
    """An actor gets another credential, and the one before is accepted no more."""

    actor: str
    credential_hash: str

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.actors.add(self.actor)


def decide_credential(request: CredentialRequest, town: Town, stamp: Stamp) -> Event:
    """Give the credential to an actor that there is. Raises `Refused`."""
    _require_administrator(town, stamp)
    actor = town.actors.named(request.actor)
    return _event(actor.name, [_Change(K.CREDENTIAL_GIVEN, credential_hash=request.credential_hash)], town, stamp)


@dataclass(frozen=True, slots=True)
class DismissalRequest:
    """An actor works with the books no more."""

    actor: str

    def need(self, needs: Needs) -> None:
        """Add what the decision looks at."""
        needs.actors.add(self.actor)


def decide_dismissal(request: DismissalRequest, town: Town, stamp: Stamp) -> Event:
    """End an actor that there is, and not oneself. Raises `Refused`."""
    _require_administrator(town, stamp)
    actor = town.actors.named(request.actor)
    _require_another(request.actor, stamp)
    return _event(actor.name, [_Change(K.ENDED)], town, stamp)


@dataclass(frozen=True, slots=True)
class _Change:
    kind: ActorChangeKind
    role: ActorRole | None = None
    credential_hash: str | None = None


def _require_administrator(town: Town, stamp: Stamp) -> None:
    """Refuse who may not say who may do what, at the moment of the decision."""
    require(town.actors.named(stamp.prepared_by), Permission.ADMINISTER)


def _require_another(actor: str, stamp: Stamp) -> None:
    """Refuse what somebody does with their own rights. Names are compared without case."""
    if actor.strip().casefold() == stamp.prepared_by.strip().casefold():
        raise Refused(Refusal.OWN_RIGHTS)


def _event(actor: str, changes: Iterable[_Change], town: Town, stamp: Stamp) -> Event:
    numbered = enumerate(changes, start=town.actors.changes + 1)
    return Event(
        stamp,
        tuple(
            ActorChange(
                number, actor, change.kind, stamp.recorded_at, stamp.prepared_by, change.role, change.credential_hash
            )
            for number, change in numbered
        ),
    )
