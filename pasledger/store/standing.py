"""What the columns that change stand at, held against the log in which every change was written down for good."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from sqlalchemy import Connection, Table, select

from pasledger.store import tables
from pasledger.store.statements import Query, Row

_t = tables


@dataclass(frozen=True, slots=True)
class Log:
    """Where the changes of a table are: which column names the row, and which say what it was changed to."""

    table: Table
    of: str
    log: Table
    row: str
    to: tuple[str, ...]

    @property
    def standing(self) -> Query:
        """Ask for each row of the table with what its columns stand at."""
        key = self.table.c[self.of]
        changing = _t.CHANGED_IN_PART[self.table.name]
        return Query(select(key, *(self.table.c[name] for name in changing)).order_by(key))

    @property
    def changes(self) -> Query:
        """Ask for every change, with when it was made."""
        columns = (self.log.c[name] for name in (self.row, "recorded_at", *self.to))
        return Query(select(*columns).order_by(self.log.c[self.row], self.log.c.recorded_at))


LOGS = (
    Log(_t.card, "id", _t.card_change, "card_id", ("state",)),
    Log(_t.terminal, "id", _t.terminal_revocation, "terminal_id", ("recorded_at", "prepared_by")),
)


def strayed(connection: Connection) -> Iterator[tuple[str, str]]:
    """Yield each row, by table and key, that stands at something else than its newest change says."""
    for log, standing, changes in _QUESTIONS:
        changed = groupby(changes.stream(connection), key=itemgetter(0))
        following = next(changed, None)
        for row in standing.stream(connection):
            newest: list[Row] = [(None,) * len(row[1:])]
            while following is not None and following[0] <= row[0]:
                found = list(following[1])
                newest = _newest(found) if following[0] == row[0] else newest
                following = next(changed, None)
            if row[1:] not in newest:
                yield log.table.name, row[0]


def _newest(changes: Sequence[Row]) -> list[Row]:
    """Return what the newest change says, or each of those that were made in one millisecond."""
    return [change[2:] for change in changes if change[1] == changes[-1][1]]


_QUESTIONS = tuple((log, log.standing, log.changes) for log in LOGS)
