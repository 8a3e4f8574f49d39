"""Actors: who works with the books, in which roles, and what each role may do.

What an actor may do is the sum of its roles. Whatever the roles, nobody approves their own work, and nobody changes
their own rights. Every change is set down with its moment, so that who could do what can be told of any day.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from hmac import compare_digest

from pasledger.ledger.refusals import Refusal, Refused


class ActorRole(StrEnum):
    """What an actor is. An actor may have several roles."""

    CLERK = "clerk"
    APPROVER = "approver"
    TREASURER = "treasurer"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """What somebody may do, whichever command does it. To look takes none: it takes books that one can open."""

    PREPARE = "prepare"
    """Set ready what a colleague approves, and keep terminals."""
    ASSIST = "assist"
    """Help a holder: register, block, replace, pay, give back."""
    APPROVE = "approve"
    """Approve what a colleague prepared."""
    PAY = "pay"
    """Prepare payments to merchants, and read what the bank says."""
    AUDIT = "audit"
    """Set down that the books were looked at."""
    ADMINISTER = "administer"
    """Say who may do what."""


PERMISSIONS: dict[ActorRole, frozenset[Permission]] = {
    ActorRole.CLERK: frozenset({Permission.PREPARE, Permission.ASSIST}),
    ActorRole.APPROVER: frozenset({Permission.APPROVE}),
    ActorRole.TREASURER: frozenset({Permission.PAY}),
    ActorRole.AUDITOR: frozenset({Permission.AUDIT}),
    ActorRole.ADMINISTRATOR: frozenset({Permission.ADMINISTER}),
}
"""What each role may do."""


class ActorChangeKind(StrEnum):
    """What happened to an actor."""

    ADDED = "added"
    LOGIN_TRUSTED = "login-trusted"
    CREDENTIAL_GIVEN = "credential-given"
    ROLE_GIVEN = "role-given"
    ROLE_TAKEN = "role-taken"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who works with the books, under a name that is never given to anybody else."""

    name: str
    roles: frozenset[ActorRole] = frozenset()
    credential_hash: str | None = None
    is_login: bool = False
    """Whether the login of this name is trusted to be this actor, without a credential."""
    has_ended: bool = False

    @property
    def permissions(self) -> frozenset[Permission]:
        """What the actor may do."""
        return frozenset().union(*(PERMISSIONS[role] for role in self.roles))

    def changed(
        self, kind: ActorChangeKind, role: ActorRole | None = None, credential_hash: str | None = None
    ) -> "Actor":
        """Return the actor as it is after a change."""
        given = frozenset({role} if role else ())
        match kind:
            case ActorChangeKind.ADDED:
                return self
            case ActorChangeKind.LOGIN_TRUSTED:
                return replace(self, is_login=True)
            case ActorChangeKind.CREDENTIAL_GIVEN:
                return replace(self, credential_hash=credential_hash)
            case ActorChangeKind.ROLE_GIVEN:
                return replace(self, roles=self.roles | given)
            case ActorChangeKind.ROLE_TAKEN:
                return replace(self, roles=self.roles - given)
            case ActorChangeKind.ENDED:
                return Actor(self.name, has_ended=True)


@dataclass(frozen=True, slots=True)
class Actors:
    """All actors, as their changes made them. Two names that differ in capitals or spaces around are one name."""

    by_key: Mapping[str, Actor] = field(default_factory=dict)
    changes: int = 0

    def __iter__(self) -> Iterator[Actor]:
        return iter(self.by_key.values())

    def __len__(self) -> int:
        return len(self.by_key)

    def has(self, name: str) -> bool:
        """Return whether there is, or was, an actor whose name is the same."""
        return _key(name) in self.by_key

    def after(
        self, name: str, kind: ActorChangeKind, role: ActorRole | None = None, credential_hash: str | None = None
    ) -> "Actors":
        """Return the actors as they are after one change more."""
        before = self.by_key.get(_key(name), Actor(name))
        return Actors({**self.by_key, _key(name): before.changed(kind, role, credential_hash)}, self.changes + 1)

    def named(self, name: str) -> Actor:
        """Return the actor with exactly this name, unless it has ended. Raises `Refused`."""
        if not self.by_key:
            raise Refused(Refusal.NO_ACTORS)
        found = self.by_key.get(_key(name))
        if found is None or found.has_ended or found.name != name:
            raise Refused(Refusal.ACTOR_UNKNOWN, actor=name)
        return found


def require_proof(actor: Actor, credential_hashes: Iterable[str]) -> None:
    """Refuse who has none of the credentials of an actor."""
    if not any(compare_digest(one, actor.credential_hash or "") for one in credential_hashes):
        raise Refused(Refusal.CREDENTIAL_WRONG, actor=actor.name)


def require(actor: Actor, permission: Permission) -> None:
    """Refuse what none of the actor's roles may do."""
    if permission not in actor.permissions:
        raise Refused(Refusal.NOT_ALLOWED, actor=actor.name, permission=permission)


def _key(name: str) -> str:
    return name.strip().casefold()
