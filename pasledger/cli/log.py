"""The log: who did what, upon what, when, from where, and how it ended."""

from datetime import timedelta
from typing import Annotated

import typer

from pasledger.cli.calls import Call
from pasledger.cli.printing import Row, answer, table
from pasledger.formats import cells
from pasledger.usecases.actors import end_of
from pasledger.usecases.minting import stamp_now

_A_MONTH = timedelta(days=30)
_MOST_SHOWN = 24


def show(
    context: typer.Context,
    since: Annotated[
        str | None, typer.Option("--since", metavar="DAY", help="The first day; 30 days before the last, without it.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DAY", help="The last day; today, without it.")
    ] = None,
    actor: Annotated[
        str | None, typer.Option("--actor", metavar="NAME", help="What one actor asked or approved.")
    ] = None,
    action: Annotated[
        str | None, typer.Option("--action", metavar="COMMAND", help="One command: 'cards block'.")
    ] = None,
    result: Annotated[
        str | None, typer.Option("--result", metavar="CODE", help="One result: done, or what stopped it.")
    ] = None,
) -> None:
    """Show who did what, and how it ended; also what was refused.

    An act without a result was interrupted. With --json it also says from where.

    JSON: acts (at, actor, approver, action, about, result, ended_at, origin).
    """
    call: Call = context.obj
    last = stamp_now("").effective_on if until is None else call.read("--until", until, cells.day)
    first = last - _A_MONTH if since is None else call.read("--since", since, cells.day)
    with call.reader() as reader:
        rows = [
            {
                "at": act.recorded_at,
                "actor": act.actor,
                "approver": act.approver,
                "action": act.action,
                "about": act.about,
                "result": ended and ended.result,
                "ended_at": ended and ended.recorded_at,
                "origin": act.origin,
            }
            for act, ended in reader.acting.acts(since=end_of(first - timedelta(days=1)), before=end_of(last))
            if actor in (None, act.actor, act.approver)
            and action in (None, act.action)
            and result in (None, ended and ended.result)
        ]
    answer(call, {"acts": rows}, table(call, [_short(row) for row in rows], "at", "actor", "action", "about", "result"))


def _short(row: Row) -> Row:
    """Return a line for people: both names in one column, and the beginning of what it was about."""
    both = " + ".join(str(name) for name in (row["actor"], row["approver"]) if name)
    about = str(row["about"])
    return {**row, "actor": both, "about": about if len(about) <= _MOST_SHOWN else f"{about[: _MOST_SHOWN - 1]}…"}
