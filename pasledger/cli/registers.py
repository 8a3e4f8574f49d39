"""Registers for an auditor: what was booked by hand, what was changed in the master data, and who had which rights."""

from typing import Annotated

import typer

from pasledger.cli.calls import Call
from pasledger.cli.findings import Since, Until, days_told, period_of
from pasledger.cli.listing import AsCsv, answer_listed, view_of
from pasledger.cli.printing import Row
from pasledger.reports.registers import MasterData, in_order
from pasledger.usecases.actors import rights_ever


def manual(context: typer.Context, since: Since = None, until: Until = None, *, as_csv: AsCsv = False) -> None:
    """List what people booked one by one.

    That is budgets, ends, corrections, write-offs, lines of the bank, and what staff entered that tills enter mostly.
    Awards and lapses come by the file, and are no part of it. The reason is a decision, the code of the bank, what a
    line is, or the last day of an entitlement. CSV has the lines.

    JSON: since, until, manual (at, effective_on, kind, amount, about, reason, prepared_by, approved_by, id).
    """
    call: Call = context.obj
    view_of(call, None, None, as_csv=as_csv)
    period = period_of(call, since, until)
    with call.reader() as reader:
        rows = (
            {
                "at": one.recorded_at,
                "effective_on": one.effective_on,
                "kind": one.kind,
                "amount": one.amount,
                "about": one.about,
                "reason": one.reason,
                "prepared_by": one.prepared_by,
                "approved_by": one.approved_by,
                "id": one.id,
            }
            for one in reader.registers.by_hand(period)
        )
        answer_listed(
            call,
            days_told(period),
            "manual",
            rows,
            ("effective_on", "kind", "amount", "reason", "prepared_by", "approved_by"),
            fields=("at", "effective_on", "kind", "amount", "about", "reason", "prepared_by", "approved_by", "id"),
            as_csv=as_csv,
        )


def changes(
    context: typer.Context,
    since: Since = None,
    until: Until = None,
    about: Annotated[
        MasterData | None,
        typer.Option(metavar="WHAT", help=f"Only of one: {', '.join(one.value for one in MasterData)}."),
    ] = None,
    *,
    as_csv: AsCsv = False,
) -> None:
    """List every change of master data, from what to what.

    A day is that of its recording, in UTC. Persons of merchants are named by their numbers, and of a contact it is told
    only that it changed. CSV has the changes.

    JSON: since, until, changes (at, about, name, what, before, after, made_by, approved_by).
    """
    call: Call = context.obj
    view_of(call, None, None, as_csv=as_csv)
    period = period_of(call, since, until)
    with call.reader() as reader:
        found = in_order(reader.registers.changes(), period)
    rows: list[Row] = [
        {
            "at": one.at,
            "about": one.about,
            "name": one.name,
            "what": one.what,
            "before": one.before,
            "after": one.after,
            "made_by": one.made_by,
            "approved_by": one.approved_by,
        }
        for one in found
        if about in (None, one.about)
    ]
    shown = rows if call.as_json or as_csv else [_short(row) for row in rows]
    answer_listed(
        call,
        days_told(period),
        "changes",
        shown,
        ("at", "name", "what", "before", "after", "made_by"),
        fields=("at", "about", "name", "what", "before", "after", "made_by", "approved_by"),
        as_csv=as_csv,
    )


def rights(context: typer.Context, *, as_csv: AsCsv = False) -> None:
    """Show the rights matrix in time.

    That is who had which role from when to when, who gave it and who took it. CSV has the lines.

    JSON: rights (actor, role, permissions, since, given_by, until, taken_by).
    """
    call: Call = context.obj
    view_of(call, None, None, as_csv=as_csv)
    with call.reader() as reader:
        rows = [
            {
                "actor": one.actor,
                "role": one.role,
                "permissions": sorted(one.permissions),
                "since": one.since,
                "given_by": one.given_by,
                "until": one.until,
                "taken_by": one.taken_by,
            }
            for one in rights_ever(reader)
        ]
    answer_listed(
        call,
        {},
        "rights",
        rows,
        ("actor", "role", "since", "given_by", "until", "taken_by"),
        fields=("actor", "role", "permissions", "since", "given_by", "until", "taken_by"),
        as_csv=as_csv,
    )


_MOST_SHOWN = 14


def _short(row: Row) -> Row:
    """Return a change for people: the beginning of what is long."""
    cut = {
        name: text if len(text := str(row[name])) <= _MOST_SHOWN else f"{text[: _MOST_SHOWN - 1]}…"
        for name in ("name", "what", "before", "after", "made_by")
    }
    return {**row, **cut}
