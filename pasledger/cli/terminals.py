"""Terminals: add one to a merchant, list them, revoke one."""

from datetime import datetime, timedelta
from typing import Annotated

import typer

from pasledger.cli.calls import Call, words
from pasledger.cli.printing import answer, table
from pasledger.formats import cells
from pasledger.usecases import terminals
from pasledger.usecases.finding import merchant_named, terminal_named
from pasledger.usecases.registering import add_terminal

Named = Annotated[
    str, typer.Argument(metavar="TERMINAL", help="The id of the terminal, or the prefix of its credential.")
]


def add(
    context: typer.Context,
    merchant: Annotated[str, typer.Argument(metavar="MERCHANT", help="The exact name of the merchant, or its id.")],
    label: Annotated[str, typer.Argument(metavar="LABEL", help="What the merchant calls it: 'kassa 2'.")],
) -> None:
    """Add a terminal to a merchant.

    Its credential is shown now, and never again.

    JSON: terminal, merchant, label, prefix, credential.
    """
    call: Call = context.obj
    stamp, label = call.stamp(), call.read("LABEL", label, words)
    with call.store() as store:
        made = add_terminal(store, merchant_named(store, merchant, on=stamp.effective_on), label, stamp)
    answer(
        call,
        {
            "terminal": made.terminal.id,
            "merchant": made.merchant,
            "label": made.terminal.label,
            "prefix": made.terminal.credential_prefix,
            "credential": made.secret,
        },
        call.say("cli.terminal-added", label=made.terminal.label, merchant=made.merchant),
        call.say("cli.credential", credential=made.secret),
    )


def show(context: typer.Context) -> None:
    """List every terminal, with a line for each of its credentials.

    JSON: terminals (terminal, merchant, label, prefix, last_day, last_used_on, revoked_at).
    """
    call: Call = context.obj
    with call.reader() as reader:
        names = {merchant.id: merchant.name for merchant in reader.merchants()}
        rows = [
            {
                "terminal": one.terminal.id,
                "merchant": names[one.terminal.merchant],
                "label": one.terminal.label,
                "prefix": one.prefix,
                "last_day": one.ends_before and one.ends_before - timedelta(days=1),
                "last_used_on": one.last_used_on,
                "revoked_at": one.revoked_at and datetime.fromisoformat(one.revoked_at),
            }
            for one in reader.credentials()
        ]
    rows.sort(key=lambda row: (str(row["merchant"]), str(row["label"])))
    answer(
        call,
        {"terminals": rows},
        table(
            call, rows, "merchant", "label", "prefix", "last_used_on", "last_day", "revoked_at", grouped_by="merchant"
        ),
    )


def renew(
    context: typer.Context,
    terminal: Named,
    until: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="The last day of the credential before; a week from now otherwise."),
    ] = None,
) -> None:
    """Give a terminal another credential; the one before works until a day.

    It is shown now, and never again. For a credential that fell into wrong hands, revoke the terminal and add another.

    JSON: terminal, prefix, credential, last_day (of the one before).
    """
    call: Call = context.obj
    stamp = call.stamp()
    week = stamp.effective_on + timedelta(days=terminals.DAYS_OF_OVERLAP)
    last_day = week if until is None else call.read("--until", until, cells.day)
    with call.store() as store:
        found = terminal_named(store, terminal)
        secret, credential = terminals.renew(store, found, last_day=last_day, stamp=stamp)
    answer(
        call,
        {"terminal": found, "prefix": credential.prefix, "credential": secret, "last_day": last_day},
        call.say("cli.terminal-renewed", terminal=terminal, last_day=last_day),
        call.say("cli.credential", credential=secret),
    )


def revoke(
    context: typer.Context,
    terminal: Named,
) -> None:
    """Accept the credentials of a terminal no more.

    JSON: terminal.
    """
    call: Call = context.obj
    stamp = call.stamp()
    with call.store() as store:
        found = terminal_named(store, terminal)
        terminals.revoke(store, found, stamp)
    answer(call, {"terminal": found}, call.say("cli.terminal-revoked", terminal=terminal))
