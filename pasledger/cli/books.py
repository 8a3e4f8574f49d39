"""The books as a whole: start, upgrade and verify them, and serve merchants from them."""

import os
import sys
import time
from typing import Annotated

import typer

from pasledger.cli.calls import Call, words
from pasledger.cli.printing import answer, paper, table
from pasledger.cli.progress import progress
from pasledger.store import Store
from pasledger.usecases.verifying import verify as verified


def start(
    context: typer.Context,
    municipality: Annotated[str, typer.Option(metavar="NAME", help="Whose books these are: 'Gemeente Dronten'.")],
) -> None:
    """Start new books where there are none.

    JSON: books, municipality.
    """
    call: Call = context.obj
    name, stamp = call.read("--municipality", municipality, words), call.stamp()
    books = call.named_books
    Store.start(books, municipality=name, at=stamp.recorded_at, by=stamp.prepared_by).close()
    answer(
        call,
        {"books": books, "municipality": name},
        call.say("cli.started", books=books, municipality=name),
    )


def upgrade(context: typer.Context) -> None:
    """Bring older books to the version of this program.

    Make a copy first.

    JSON: books, version_before, version.
    """
    call: Call = context.obj
    books = call.named_books
    before, after = Store.upgrade(books)
    answer(
        call,
        {"books": books, "version_before": before, "version": after},
        call.say("cli.not-upgraded" if before == after else "cli.upgraded", books=books, before=before, after=after),
    )


def verify(context: typer.Context) -> None:
    """Replay the whole journal and hold it against everything else.

    Exits with 1 where something is wrong.

    JSON: is_sound, entries, transfers, accounts, seconds, findings (check, subject, detail).
    """
    call: Call = context.obj
    began = time.perf_counter()
    with call.store() as store, progress(call, "cli.verifying") as tell:
        found = verified(store, tell)
    seconds = time.perf_counter() - began
    rows = [
        {"check": finding.check, "subject": finding.subject, "detail": finding.detail} for finding in found.findings
    ]
    answer(
        call,
        {
            "is_sound": found.is_sound,
            "entries": found.entries,
            "transfers": found.transfers,
            "accounts": found.accounts,
            "seconds": round(seconds, 3),
            "findings": rows,
        },
        call.say(
            "cli.verified",
            entries=found.entries,
            transfers=found.transfers,
            accounts=found.accounts,
            seconds=seconds,
        ),
        *(() if found.is_sound else (table(call, rows, "check", "subject", "detail"),)),
        call.say("cli.sound") if found.is_sound else call.say("cli.not-sound", count=len(rows)),
    )
    if not found.is_sound:
        raise typer.Exit(1)


def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port to listen on.")] = 8000,
) -> None:
    """Run the merchant service, until it is told to stop."""
    call: Call = context.obj
    books = call.named_books
    Store.open(books).close()
    paper(for_errors=True).print(call.say("cli.serving", host=host, port=str(port)))
    os.environ.update({"PASLEDGER_BOOKS": books, "MERCHANT_API_HOST": host, "MERCHANT_API_PORT": str(port)})
    os.execv(sys.executable, [sys.executable, "-m", "merchant_api"])  # noqa: S606 - our own program, and no shell
