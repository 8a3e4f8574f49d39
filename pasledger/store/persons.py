"""Persons of merchants, as decisions and sign-ins see them, and as people look after them."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, func, or_, select

from pasledger.ledger.ids import MerchantId
from pasledger.rules.records import Person, PersonSecret
from pasledger.rules.town import Needs, Town
from pasledger.store import rows, tables
from pasledger.store.statements import OneOf, Query

_t = tables


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A person as it stands now."""

    person: Person
    secret: PersonSecret
    ended_at: str | None


def load_persons(connection: Connection, needs: Needs, town: Town) -> None:
    """Add the persons that have not ended, with what they sign in with, where they are needed."""
    if not needs.persons and not needs.persons_of:
        return
    wanted, merchants = sorted(needs.persons), sorted(needs.persons_of)
    for known in map(_known, _WANTED.fetch(connection, wanted=wanted, merchants=merchants)):
        town.learn(known.person)
        town.learn(known.secret)
    if wanted:
        for row in _CODE_USES.fetch(connection, wanted=wanted):
            town.learn(rows.read_code_use(row))


def known_persons(connection: Connection) -> Iterator[KnownPerson]:
    """Yield every person that there ever was, by merchant."""
    return map(_known, _ALL.stream(connection))


def person_called(connection: Connection, called: str) -> KnownPerson | None:
    """Return the person with this id or number, unless it has ended."""
    found = _CALLED.fetch(connection, called=called)
    return _known(found[0]) if found else None


def persons_of(connection: Connection, merchant: MerchantId) -> list[KnownPerson]:
    """Return the persons of a merchant that have not ended, by name."""
    found = map(_known, _WANTED.fetch(connection, wanted=[], merchants=[merchant]))
    return sorted(found, key=lambda known: known.person.name.casefold())


def _known(row: tuple[object, ...]) -> KnownPerson:
    ended_at = row[_WIDTH]
    secret = rows.read_person_secret(row[_WIDTH + 1 :])
    return KnownPerson(rows.read_person(row), secret, ended_at if isinstance(ended_at, str) else None)


_WIDTH = 6
_newest = (
    select(func.max(_t.person_secret.c.sequence))
    .where(_t.person_secret.c.person_id == _t.person.c.id)
    .correlate(_t.person)
    .scalar_subquery()
)
_persons = (
    select(
        *(_t.person.c.id, _t.person.c.number, _t.person.c.merchant_id, _t.person.c.role),
        *(_t.person_name.c.name, _t.person_name.c.salt),
        _t.person_end.c.recorded_at,
        *(_t.person_secret.c.person_id, _t.person_secret.c.sequence),
        *(_t.person_secret.c.hash, _t.person_secret.c.start, _t.person_secret.c.recorded_at),
    )
    .select_from(_t.person)
    .join(_t.person_secret, _t.person_secret.c.person_id == _t.person.c.id)
    .outerjoin(_t.person_name, _t.person_name.c.person_id == _t.person.c.id)
    .outerjoin(_t.person_end, _t.person_end.c.person_id == _t.person.c.id)
    .where(_t.person_secret.c.sequence == _newest)
)
_still_there = _persons.where(_t.person_end.c.recorded_at.is_(None))
_ALL = Query(_persons.order_by(_t.person.c.merchant_id, _t.person.c.id))
_WANTED = Query(_still_there.where(or_(OneOf(_t.person.c.id, "wanted"), OneOf(_t.person.c.merchant_id, "merchants"))))
_CALLED = Query(
    _still_there.where(or_(_t.person.c.id == bindparam("called"), _t.person.c.number == bindparam("called")))
)
_CODE_USES = Query(
    select(_t.code_use.c.person_id, func.max(_t.code_use.c.step))
    .where(OneOf(_t.code_use.c.person_id, "wanted"))
    .group_by(_t.code_use.c.person_id)
)
