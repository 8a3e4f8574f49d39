"""The books as files: for auditors' tools, as a plain journal, and whole, to walk away with."""

import time
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from pasledger import __version__
from pasledger.cli.books import answer_verified
from pasledger.cli.calls import Call
from pasledger.cli.errors import Wrong
from pasledger.cli.printing import answer
from pasledger.cli.progress import progress
from pasledger.cli.seals import Output
from pasledger.formats.json_lines import NoKit
from pasledger.usecases import exporting
from pasledger.usecases.minting import stamp_now

_YEARS = (2000, 9998)
_LONGEST_TAX_NUMBER = 30


def xaf(
    context: typer.Context,
    output: Output,
    year: Annotated[int, typer.Option(min=_YEARS[0], max=_YEARS[1], help="The fiscal year.")],
    tax_number: Annotated[str, typer.Option(metavar="RSIN", help="The RSIN of the municipality.")],
) -> None:
    """Write a year as XML Auditfile Financieel 4.0, without holders.

    JSON: file.
    """
    call: Call = context.obj
    number = tax_number.strip()
    if not number.isalnum() or len(number) > _LONGEST_TAX_NUMBER:
        raise typer.BadParameter(call.say("cli.tax-number"), param_hint="--tax-number")
    made_on = stamp_now("").effective_on
    with call.reader() as reader:
        pieces = exporting.xaf(reader, year=year, tax_number=number, made_on=made_on, software_version=__version__)
        _write(call, output, pieces)


def hledger(context: typer.Context, output: Output) -> None:
    """Write the journal as plain text for hledger, without holders.

    JSON: file.
    """
    call: Call = context.obj
    with call.reader() as reader:
        _write(call, output, exporting.hledger(reader))


def beancount(context: typer.Context, output: Output) -> None:
    """Write the journal as plain text for Beancount, without holders.

    JSON: file.
    """
    call: Call = context.obj
    with call.reader() as reader:
        _write(call, output, exporting.beancount(reader))


def jsonl(context: typer.Context, output: Output) -> None:
    """Write all of the books as JSON Lines, from which they can be made.

    Who can read that file sees all holders and balances.

    JSON: file.
    """
    call: Call = context.obj
    with call.reader() as reader, progress(call, "cli.exporting") as tell:
        _write(call, output, exporting.everything(reader, tell))


def rebuild(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False, help="The export, as JSON Lines.")],
) -> None:
    """Make books from an export, where there are none, and verify them.

    Name the new place with --books. Books that are not sound are made too, for they may be all there is; then it exits
    with 1.

    JSON: books, is_sound, entries, transfers, accounts, seals, unsealed, seconds, findings (check, subject, detail).
    """
    call: Call = context.obj
    books = call.named_books
    began = time.perf_counter()
    with file.open("rb") as lines, progress(call, "cli.copying") as tell:
        try:
            found = exporting.rebuild(books, lines, tell)
        except NoKit as wrong:
            raise Wrong("no-export", file=file, line=wrong.number, why=wrong.why) from None
    seconds = time.perf_counter() - began
    answer_verified(
        call, found, seconds, call.say("cli.restored", file=file, books=call.shown_books), books=call.shown_books
    )


def _write(call: Call, path: Path, pieces: Iterable[str]) -> None:
    """Write a file that nobody has made yet, whole or not at all, and say so."""
    with path.open("x", encoding="utf-8", newline="\n") as file:
        try:
            file.writelines(pieces)
        except BaseException:
            path.unlink()
            raise
    answer(call, {"file": str(path)}, call.say("cli.exported", file=path))
