"""Backing up and restoring the books."""

import time
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from pasledger.cli.books import answer_verified
from pasledger.cli.calls import Call
from pasledger.cli.progress import progress
from pasledger.store import Store
from pasledger.usecases.copying import copy

NewFile = Annotated[
    Path, typer.Argument(metavar="FILE", show_default=False, help="The file to make, which nobody has made yet.")
]
Backup = Annotated[Path, typer.Argument(metavar="FILE", show_default=False, help="The backup, which is only read.")]


def backup(context: typer.Context, file: NewFile) -> None:
    """Copy the books to one new file, while others go on, and verify it.

    Books that are not sound are copied too, for a copy may be all there is; then it exits with 1.

    JSON: file, is_sound, entries, transfers, accounts, seals, unsealed, seconds, findings (check, subject, detail).
    """
    call: Call = context.obj
    began = time.perf_counter()
    with call.opened(reads_only=True) as store, progress(call, "cli.copying") as tell:
        found = copy(store, str(file), tell)
    seconds = time.perf_counter() - began
    answer_verified(call, found, seconds, call.say("cli.backed-up", file=file), file=str(file))


def restore(context: typer.Context, file: Backup) -> None:
    """Make books from a backup, where there are none, and verify them.

    Name the new place with --books. Books that are not sound are restored too, for they may be all there is; then it
    exits with 1.

    JSON: books, is_sound, entries, transfers, accounts, seals, unsealed, seconds, findings (check, subject, detail).
    """
    call: Call = context.obj
    books = call.named_books
    file.open("rb").close()  # what is no file is said to be none, and not to be no books
    began = time.perf_counter()
    with closing(Store.open(str(file), reads_only=True)) as store, progress(call, "cli.copying") as tell:
        found = copy(store, books, tell)
    seconds = time.perf_counter() - began
    answer_verified(
        call, found, seconds, call.say("cli.restored", file=file, books=call.shown_books), books=call.shown_books
    )
