"""What happens to actors: they are added, given and deprived of roles, get another credential, and end."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from pasledger.ledger.journal import Stamp
from pasledger.reports.rights import ActorLine, RightsLine, RightsSpan, actor_lines, rights_before, rights_in_time
from pasledger.rules.actors import ActorRole
from pasledger.rules.appointing import ActorRequest, CredentialRequest, DismissalRequest, RoleRequest
from pasledger.store import Reader, Store
from pasledger.usecases.booking import book_all
from pasledger.usecases.minting import NETHERLANDS
from pasledger.usecases.registering import credential_hash


def add_actor(
    store: Store, name: str, roles: Iterable[ActorRole], credential: str, stamp: Stamp, *, is_login: bool = False
) -> None:
    """Add an actor. The first of the books adds itself, as administrator. Raises `NothingBooked`.

    With `is_login`, the login of the machine with this name is trusted to be the actor.
    """
    request = ActorRequest(name, frozenset(roles), credential_hash(credential), is_login)
    book_all(store, [request], stamp)


def give_role(store: Store, name: str, role: ActorRole, stamp: Stamp) -> None:
    """Give an actor a role. Raises `NothingBooked`."""
    book_all(store, [RoleRequest(name, role, is_given=True)], stamp)


def take_role(store: Store, name: str, role: ActorRole, stamp: Stamp) -> None:
    """Take a role from an actor. Raises `NothingBooked`."""
    book_all(store, [RoleRequest(name, role, is_given=False)], stamp)


def renew_credential(store: Store, name: str, credential: str, stamp: Stamp) -> None:
    """Give an actor another credential; the one before is accepted no more. Raises `NothingBooked`."""
    book_all(store, [CredentialRequest(name, credential_hash(credential))], stamp)


def end_actor(store: Store, name: str, stamp: Stamp) -> None:
    """Let an actor work with the books no more. Raises `NothingBooked`."""
    book_all(store, [DismissalRequest(name)], stamp)


def everybody(reader: Reader) -> list[ActorLine]:
    """Return every actor there ever was."""
    return actor_lines(reader.acting.changes())


def rights_on(reader: Reader, day: date) -> list[RightsLine]:
    """Return who could do what when a day ended in the Netherlands."""
    return rights_before(reader.acting.changes(), end_of(day))


def rights_ever(reader: Reader) -> list[RightsSpan]:
    """Return every role that anybody ever had, and from when to when."""
    return rights_in_time(reader.acting.changes())


def end_of(day: date) -> datetime:
    """Return the moment at which a day ends in the Netherlands."""
    return datetime.combine(day + timedelta(days=1), time(), NETHERLANDS).astimezone(UTC)
