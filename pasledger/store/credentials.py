"""Which terminal a credential is of, and what there is to tell of all of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, bindparam, func, literal, select, union_all

from pasledger.rules.records import Credential, Terminal
from pasledger.rules.town import Needs, Town
from pasledger.store import rows, tables
from pasledger.store.statements import OneOf, Query

_t = tables


@dataclass(frozen=True, slots=True)
class KnownCredential:
    """A credential as people look after it."""

    terminal: Terminal
    prefix: str
    ends_before: date | None
    """From when it is accepted no more, because another took over."""
    last_used_on: date | None
    revoked_at: str | None

    def is_accepted(self, *, on: date) -> bool:
        """Return whether somebody can sign in with it on a day."""
        return self.revoked_at is None and (self.ends_before is None or on < self.ends_before)


def terminal_with(connection: Connection, credential_hash: str, *, on: date) -> Terminal | None:
    """Return the terminal that signs in with this credential on a day, unless it was revoked or renewed before."""
    found = _TERMINAL_WITH.fetch(connection, hash=credential_hash, today=on.isoformat())
    return rows.read_terminal(found[0]) if found else None


def known_credentials(connection: Connection) -> Iterator[KnownCredential]:
    """Yield every credential of every terminal, the oldest of each first."""
    last_used = {hashed: rows.read_day(day) for hashed, day in _LAST_USED.fetch(connection)}
    later: dict[str, list[Credential]] = {}
    for row in _CREDENTIALS.fetch(connection):
        later.setdefault(row[0], []).append(rows.read_credential(row))
    for row in _TERMINALS.stream(connection):
        terminal, revoked_at = rows.read_terminal(row), row[_REVOKED_AT]
        own = later.get(terminal.id, [])
        made = [(terminal.credential_prefix, terminal.credential_hash), *((one.prefix, one.hash) for one in own)]
        for place, (prefix, hashed) in enumerate(made):
            ends_before = min((one.others_end_before for one in own[place:]), default=None)
            yield KnownCredential(terminal, prefix, ends_before, last_used.get(hashed), revoked_at)


def load_credentials(connection: Connection, needs: Needs, town: Town) -> None:
    """Add the later credentials of terminals, where they are needed."""
    if needs.credentials:
        for row in _CREDENTIALS_OF.fetch(connection, wanted=sorted(needs.credentials)):
            town.learn(rows.read_credential(row))


_made = union_all(
    select(_t.terminal.c.id.label("terminal_id"), _t.terminal.c.credential_hash, literal(0).label("sequence")),
    select(_t.credential.c.terminal_id, _t.credential.c.credential_hash, _t.credential.c.sequence),
).subquery()
_took_over = (
    select(literal(1))
    .where(
        _t.credential.c.terminal_id == _made.c.terminal_id,
        _t.credential.c.sequence > _made.c.sequence,
        _t.credential.c.others_end_before <= bindparam("today"),
    )
    .correlate(_made)
    .exists()
)
_TERMINAL_WITH = Query(
    select(_t.terminal)
    .join(_made, _made.c.terminal_id == _t.terminal.c.id)
    .where(_made.c.credential_hash == bindparam("hash"), _t.terminal.c.revoked_at.is_(None), ~_took_over)
)
_ordered = select(_t.credential).order_by(_t.credential.c.terminal_id, _t.credential.c.sequence)
_CREDENTIALS = Query(_ordered)
_CREDENTIALS_OF = Query(_ordered.where(OneOf(_t.credential.c.terminal_id, "wanted")))
_LAST_USED = Query(
    select(_t.credential_use.c.credential_hash, func.max(_t.credential_use.c.used_on)).group_by(
        _t.credential_use.c.credential_hash
    )
)
_TERMINALS = Query(select(_t.terminal).order_by(_t.terminal.c.merchant_id, _t.terminal.c.label))
_REVOKED_AT = list(_t.terminal.c).index(_t.terminal.c.revoked_at)
