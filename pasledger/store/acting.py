"""Who may act, and what was done: reading the actors and the log, and appending to the log."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, or_, select

from pasledger.ledger.ids import ActId, HolderId
from pasledger.ledger.refusals import Refusal
from pasledger.rules.records import Act, ActorChange, ActResult, LookUp
from pasledger.store import rows, tables
from pasledger.store.statements import InsertionIfMissing, OneOf, Query

_t = tables


class Acting:
    """The actors and the log as they are at one moment."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def changes(self) -> Iterator[ActorChange]:
        """Yield every change of an actor, in the order in which they were made."""
        return map(rows.read_actor_change, _CHANGES.stream(self._connection))

    def acts(self, *, since: datetime, before: datetime) -> Iterator[tuple[Act, ActResult | None]]:
        """Yield each line of the log between two moments with how it ended, in the order in which they were begun."""
        between = {"since": rows.moment(since), "before": rows.moment(before)}
        return map(rows.read_act, _ACTS.stream(self._connection, **between))

    def look_ups(
        self, *, since: datetime, before: datetime, holder: HolderId | None = None
    ) -> Iterator[tuple[Act, ActResult | None, LookUp]]:
        """Yield each line of the log that is about a holder, or about one holder, in the order of the log."""
        between = {"since": rows.moment(since), "before": rows.moment(before)}
        for row in _LOOK_UPS.stream(self._connection, **between, holder=holder or "%"):
            yield *rows.read_act(row[:_WIDTH]), rows.read_look_up(row[_WIDTH:])

    def look_up(self, act: ActId) -> tuple[Act, ActResult | None, LookUp] | None:
        """Return one line of the log that is about a holder."""
        for row in _LOOK_UP.fetch(self._connection, act=act):
            return *rows.read_act(row[:_WIDTH]), rows.read_look_up(row[_WIDTH:])
        return None

    def failures(self, names: Iterable[str], *, since: datetime) -> int:
        """Return how often a credential was wrong where one of these names asked or approved."""
        found = _FAILURES.fetch(
            self._connection, since=rows.moment(since), result=Refusal.CREDENTIAL_WRONG.value, names=list(names)
        )
        return int(found[0][0])


def log(connection: Connection, lines: Iterable[Act | ActResult | LookUp]) -> None:
    """Append lines to the log, but for those that are there already: who lost the answer asks again."""
    told = list(lines)
    _ACT.write(connection, [rows.act_row(line) for line in told if isinstance(line, Act)])
    _RESULT.write(connection, [rows.act_result_row(line) for line in told if isinstance(line, ActResult)])
    _LOOKED_UP.write(connection, [rows.look_up_row(line) for line in told if isinstance(line, LookUp)])


_ACT = InsertionIfMissing(_t.act)
_RESULT = InsertionIfMissing(_t.act_result)
_LOOKED_UP = InsertionIfMissing(_t.look_up)
_CHANGES = Query(select(_t.actor_change).order_by(_t.actor_change.c.number))
_lines = select(_t.act, _t.act_result.c.recorded_at, _t.act_result.c.result).outerjoin(
    _t.act_result, _t.act_result.c.act_id == _t.act.c.id
)
_ACTS = Query(
    _lines.where(_t.act.c.recorded_at >= bindparam("since"), _t.act.c.recorded_at < bindparam("before")).order_by(
        _t.act.c.recorded_at, _t.act.c.id
    )
)
_WIDTH = 9
_of_holders = _lines.add_columns(*_t.look_up.c).join(_t.look_up, _t.look_up.c.act_id == _t.act.c.id)
_LOOK_UPS = Query(
    _of_holders.where(
        _t.act.c.recorded_at >= bindparam("since"),
        _t.act.c.recorded_at < bindparam("before"),
        func.coalesce(_t.look_up.c.holder_id, "").like(bindparam("holder")),
    ).order_by(_t.act.c.recorded_at, _t.act.c.id)
)
_LOOK_UP = Query(_of_holders.where(_t.act.c.id == bindparam("act")))
_FAILURES = Query(
    select(func.count())
    .select_from(_t.act)
    .join(_t.act_result, _t.act_result.c.act_id == _t.act.c.id)
    .where(
        _t.act.c.recorded_at >= bindparam("since"),
        _t.act_result.c.result == bindparam("result"),
        or_(OneOf(_t.act.c.actor, "names"), OneOf(_t.act.c.approver, "names")),
    )
)
