"""Terminals: add one to a merchant, list them, revoke one."""

from datetime import datetime
from typing import Annotated

import typer

from pasledger.cli.calls import Call, words
from pasledger.cli.printing import answer, table
from pasledger.usecases import terminals
from pasledger.usecases.finding import merchant_named, terminal_named
from pasledger.usecases.registering import add_terminal


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
    """List every terminal.

    JSON: terminals (terminal, merchant, label, prefix, revoked_at).
    """
    call: Call = context.obj
    with call.reader() as reader:
        names = {merchant.id: merchant.name for merchant in reader.merchants()}
        rows = [
            {
                "terminal": terminal.id,
                "merchant": names[terminal.merchant],
                "label": terminal.label,
                "prefix": terminal.credential_prefix,
                "revoked_at": revoked_at and datetime.fromisoformat(revoked_at),
            }
            for terminal, revoked_at in reader.terminals()
        ]
    rows.sort(key=lambda row: (str(row["merchant"]), str(row["label"])))
    answer(
        call,
        {"terminals": rows},
        table(call, rows, "merchant", "label", "prefix", "revoked_at", grouped_by="merchant"),
    )


def revoke(
    context: typer.Context,
    terminal: Annotated[
        str, typer.Argument(metavar="TERMINAL", help="The id of the terminal, or the prefix of its credential.")
    ],
) -> None:
    """Accept the credential of a terminal no more.

    JSON: terminal.
    """
    call: Call = context.obj
    stamp = call.stamp()
    with call.store() as store:
        found = terminal_named(store, terminal)
        terminals.revoke(store, found, stamp)
    answer(call, {"terminal": found}, call.say("cli.terminal-revoked", terminal=terminal))
