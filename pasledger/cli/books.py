"""The books as a whole: start, upgrade and verify them, and serve merchants from them."""

import os
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from pasledger.cli.actors import found
from pasledger.cli.calls import Call, words
from pasledger.cli.errors import Wrong, require_texts
from pasledger.cli.printing import answer, paper, table
from pasledger.cli.progress import progress
from pasledger.formats import seals
from pasledger.rules.findings import Finding
from pasledger.store import Store
from pasledger.usecases.minting import stamp_now
from pasledger.usecases.verifying import Verification
from pasledger.usecases.verifying import verify as verified


def start(
    context: typer.Context,
    municipality: Annotated[str, typer.Option(metavar="NAME", help="Whose books these are: 'Gemeente Dronten'.")],
) -> None:
    """Start new books where there are none.

    Who starts them is their first administrator.

    JSON: books, municipality, actor, credential (null where it is in the file of credentials).
    """
    call: Call = context.obj
    name, who = call.read("--municipality", municipality, words), call.who()
    books, stamp = call.named_books, stamp_now(who.name)
    store = Store.start(books, municipality=name, at=stamp.recorded_at, by=who.name)
    with closing(store):
        data, says = found(call, store, who, stamp)
    answer(
        call,
        {"books": call.shown_books, "municipality": name, **data},
        call.say("cli.started", books=call.shown_books, municipality=name),
        *says,
    )


def upgrade(context: typer.Context) -> None:
    """Bring older books to the version of this program.

    Make a copy first.

    JSON: books, version_before, version.
    """
    call: Call = context.obj
    before, after = Store.upgrade(call.named_books)
    books = call.shown_books
    answer(
        call,
        {"books": books, "version_before": before, "version": after},
        call.say("cli.not-upgraded" if before == after else "cli.upgraded", books=books, before=before, after=after),
    )


def verify(
    context: typer.Context,
    published: Annotated[
        Path | None, typer.Option("--published", metavar="FILE", help="A seal as it was published, kept elsewhere.")
    ] = None,
    public_key: Annotated[
        Path | None, typer.Option("--public-key", metavar="KEY", help="The public key (PEM) of who signed it.")
    ] = None,
) -> None:
    """Replay the whole journal and every seal, and compare everything.

    Exits with 1 where something is wrong.

    JSON: is_sound, entries, transfers, accounts, seals, unsealed, seconds, findings (check, subject, detail).
    """
    call: Call = context.obj
    kept = None if published is None else _published(published)
    if public_key is not None:
        _require_signed(call, kept, public_key)
    began = time.perf_counter()
    with call.opened(reads_only=True) as store, progress(call, "cli.verifying") as tell:
        found = verified(store, tell, kept=None if kept is None else (kept.seal.number, kept.root))
    answer_verified(call, found, time.perf_counter() - began)


def _published(path: Path) -> seals.Published:
    try:
        return seals.read_seal(path.read_bytes())
    except seals.NoSuchFile:
        raise Wrong("no-seal", file=path) from None


def _require_signed(call: Call, kept: seals.Published | None, key: Path) -> None:
    """Raise where a published seal was not signed by the owner of a key."""
    if kept is None:
        raise typer.BadParameter(call.say("cli.key-for-nothing"), param_hint="--public-key")
    try:
        is_signed = seals.is_signed(kept, seals.public_key(key.read_bytes()))
    except seals.NoSuchFile:
        raise Wrong("no-public-key", file=key) from None
    if not is_signed:
        raise Wrong("not-signed", number=kept.seal.number)


def answer_verified(call: Call, found: Verification, seconds: float, *first: str, **data: object) -> None:
    """Tell what was replayed and found, after sentences and data of the command itself. Exits with 1 for findings."""
    rows = [
        {"check": finding.check, "subject": finding.subject, "detail": finding.detail} for finding in found.findings
    ]
    answer(
        call,
        {
            **data,
            "is_sound": found.is_sound,
            "entries": found.entries,
            "transfers": found.transfers,
            "accounts": found.accounts,
            "seals": found.seals,
            "unsealed": found.unsealed,
            "seconds": round(seconds, 3),
            "findings": rows,
        },
        *first,
        *(() if found.is_sound else (_first_wrong(call, found.findings[0]),)),
        call.say(
            "cli.verified",
            entries=found.entries,
            transfers=found.transfers,
            accounts=found.accounts,
            seconds=seconds,
        ),
        call.say("cli.seals-verified", seals=found.seals, unsealed=found.unsealed),
        *(() if found.is_sound else (table(call, rows, "check", "subject", "detail"),)),
        call.say("cli.sound") if found.is_sound else call.say("cli.not-sound", count=len(rows)),
    )
    if not found.is_sound:
        raise typer.Exit(1)


def _first_wrong(call: Call, finding: Finding) -> str:
    return call.say("cli.first-wrong", subject=finding.subject, detail=finding.detail, check=finding.check)


def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port to listen on.")] = 8000,
) -> None:
    """Run the merchant service, until it is told to stop."""
    call: Call = context.obj
    books = call.named_books
    require_texts()
    Store.open(books).close()
    paper(for_errors=True).print(call.say("cli.serving", host=host, port=str(port)))
    os.environ.update({"PASLEDGER_BOOKS": books, "MERCHANT_API_HOST": host, "MERCHANT_API_PORT": str(port)})
    os.execv(sys.executable, [sys.executable, "-m", "merchant_api"])  # noqa: S606 - our own program, and no shell
