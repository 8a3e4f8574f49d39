"""Award batches: prepared from a file, looked at, approved by a colleague, and booked."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import chain, islice
from pathlib import Path
from typing import Annotated

import typer

from pasledger.cli.arguments import Approver, File, Source
from pasledger.cli.calls import Call, words
from pasledger.cli.errors import MOST_SHOWN, InFile, reading, sentence
from pasledger.cli.handouts import handout
from pasledger.cli.printing import Row, answer, table
from pasledger.cli.progress import progress
from pasledger.cli.wording import in_words
from pasledger.formats import cells
from pasledger.formats.faults import FileRefused, shown
from pasledger.formats.tabular import lines_in
from pasledger.ledger.ids import BatchId
from pasledger.ledger.money import Money
from pasledger.rules.batches import AwardBatch
from pasledger.rules.cards import CardNumber
from pasledger.store import Store
from pasledger.texts import say
from pasledger.usecases import batches
from pasledger.usecases.award_texts import read_day
from pasledger.usecases.previewing import Letter, letters_of_batch, preview_batch
from pasledger.usecases.sources import titles_of

Batch = Annotated[str, typer.Argument(metavar="BATCH", show_default=False, help="The id of the batch.")]
Version = Annotated[
    int | None,
    typer.Option("--version", metavar="NUMBER", min=1, help="What you looked at; needed once a batch was changed."),
]
Output = Annotated[Path, typer.Option("--output", "-o", metavar="OUT", help="The new file to write.")]

_LANGUAGES = ("nl", "en")
"""Those in which a scheme has its public name, and a letter its text."""


def prepare(context: typer.Context, file: File, source: Source = None) -> None:
    """Make a batch of a file, after every row was checked.

    The columns are those of the file formats. Nothing is booked yet. A file belongs to one batch, for ever.

    JSON: as `awards show`.
    """
    call: Call = context.obj
    stamp = call.stamp()
    with call.store() as store:
        with reading(file) as data, progress(call, "cli.checking", total=lines_in(data)) as tell:
            made = batches.prepare_batch(store, data, stamp, tell, titles_of(store, source))
        _answer(call, store, made, call.say("cli.batch-prepared", batch=made.id))


def change(context: typer.Context, batch: Batch, file: File, source: Source = None) -> None:
    """Let another file take the place of what a batch awards.

    The batch is submitted and approved anew. One that was rejected goes on so too, with another file or the same.

    JSON: as `awards show`.
    """
    call: Call = context.obj
    stamp = call.stamp()
    with call.store() as store:
        with reading(file) as data, progress(call, "cli.checking", total=lines_in(data)) as tell:
            made = batches.change_batch(store, BatchId(batch), data, stamp, tell, titles_of(store, source))
        _answer(call, store, made, call.say("cli.batch-changed", version=made.content.version))


def faults(context: typer.Context, file: File, output: Output, source: Source = None) -> None:
    """Check a file and write what is wrong with it to another.

    Nothing is kept in the books. Exits with 1 where something is wrong; the file is made all the same.

    JSON: faults (their number), output (the file).
    """
    call: Call = context.obj
    stamp = call.stamp()
    found: FileRefused = FileRefused([])
    with call.opened(reads_only=True) as store, progress(call, "cli.checking") as tell:
        data = file.read_bytes()
        try:
            batches.check_awards(store, data, stamp, tell, titles_of(store, source))
        except FileRefused as refused:
            found = refused
    with handout(output, "rij", "kolom", "waarde", "reden", "wat_te_doen") as write:
        write(
            (
                "" if fault.row is None else str(fault.row),
                _cell(fault.column),
                _cell(fault.value),
                fault.reason,
                sentence(call, fault),
            )
            for fault in found.faults
        )
    count = len(found.faults)
    answer(
        call,
        {"faults": count, "output": str(output)},
        call.say("cli.faults-written", count=count, file=str(output)),
    )
    if count:
        raise typer.Exit(1)


def submit(context: typer.Context, batch: Batch) -> None:
    """Hand a batch to those who approve.

    JSON: as `awards show`.
    """
    call: Call = context.obj
    stamp = call.stamp()
    with call.store() as store:
        made = batches.submit_batch(store, BatchId(batch), stamp)
        _answer(call, store, made, call.say("cli.batch-submitted"))


def approve(context: typer.Context, batch: Batch, version: Version = None) -> None:
    """Approve a batch that somebody else made.

    It counts for exactly this content. The budget must be there now, and again when it is booked.

    JSON: as `awards show`.
    """
    call: Call = context.obj
    stamp = call.stamp()
    with call.store() as store:
        made = batches.approve_batch(store, BatchId(batch), stamp, version)
        above = _second_above(store)
        missing = made.approvers_needed(above) - len(made.approvers)
        said = call.say("cli.batch-approved") if missing <= 0 else call.say("cli.batch-second-approver")
        _answer(call, store, made, said)


def reject(
    context: typer.Context,
    batch: Batch,
    version: Version = None,
    note: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Why, for colleagues. Write nothing about a person.")
    ] = None,
) -> None:
    """Reject a batch, which can then be changed and submitted anew.

    JSON: as `awards show`.
    """
    call: Call = context.obj
    stamp = call.stamp()
    said = None if note is None else call.read("--note", note, words)
    with call.store() as store:
        made = batches.reject_batch(store, BatchId(batch), stamp, version, said)
        _answer(call, store, made, call.say("cli.batch-rejected"))


def book(context: typer.Context, batch: Batch) -> None:
    """Book every award of an approved batch, or none.

    It is booked once: ask again when you are not sure whether it was.

    JSON: as `awards show`, and is_repeat.
    """
    call: Call = context.obj
    stamp = call.stamp()
    with call.batch() as store:
        known, _ = batches.found(store, BatchId(batch))
        with progress(call, "cli.booking", total=known.content.awards) as tell:
            try:
                made, is_repeat = batches.book_batch(store, known.id, stamp, tell)
            except FileRefused as refused:
                raise InFile(Path(batch), refused.faults) from None
        said = "cli.batch-booked-before" if is_repeat else "cli.batch-booked"
        _answer(
            call,
            store,
            made,
            call.say(said, count=made.content.awards, total=made.content.amount),
            is_repeat=is_repeat,
        )


def show(context: typer.Context, batch: Batch) -> None:
    """Show a batch, and all that was done with it.

    JSON: batch, state, version, awards, total, made_by, approved_by, approvers_needed, sums (scheme, year, awards,
    total), steps (at, step, version, actor, note).
    """
    call: Call = context.obj
    with call.opened(reads_only=True) as store:
        known, _ = batches.found(store, BatchId(batch))
        _answer(call, store, known)


def list_(context: typer.Context) -> None:
    """List every batch.

    JSON: batches (batch, state, version, awards, total, made_by, prepared_at).
    """
    call: Call = context.obj
    with call.reader() as reader:
        above = reader.batches.second_approval_above()
        rows = [
            {
                "batch": one.id,
                "state": one.state(above),
                "version": one.content.version,
                "awards": one.content.awards,
                "total": one.content.amount,
                "made_by": one.maker,
                "prepared_at": one.steps[0].at,
            }
            for one in reader.batches.all()
        ]
    answer(
        call,
        {"batches": rows},
        table(call, rows, "batch", "state", "awards", "total", "prepared_at"),
    )


def preview(context: typer.Context, batch: Batch) -> None:
    """Show what a batch will do, and which rows are unusual.

    Unusual is: three times more or less than what is in the middle of its scheme, a second row for the same holder, and
    a holder without a card that can be used.

    JSON: batch, version, schemes (scheme, year, awards, holders, smallest, median, largest, total, budget_before,
    budget_after, first_time, already), unusual (row, scheme, amount, why).
    """
    call: Call = context.obj
    with call.opened(reads_only=True) as store, progress(call, "cli.checking"):
        found = preview_batch(store, BatchId(batch))
    rows = [
        {
            "scheme": line.scheme,
            "year": line.year,
            "awards": line.awards,
            "holders": line.holders,
            "smallest": line.smallest,
            "median": line.median,
            "largest": line.largest,
            "total": line.total,
            "budget_before": before,
            "budget_after": after,
            "first_time": line.first_time,
            "already": line.already,
        }
        for line, before, after in found.lines
    ]
    unusual = [{"row": row.row, "scheme": row.scheme, "amount": row.amount, "why": row.why} for row in found.unusual]
    version = found.batch.content.version
    more = len(unusual) - MOST_SHOWN
    answer(
        call,
        {"batch": found.batch.id, "version": version, "schemes": rows, "unusual": unusual},
        table(call, rows, "scheme", "year", "awards", "holders", "smallest", "median", "largest", "total"),
        table(call, rows, "scheme", "year", "budget_before", "budget_after", "first_time", "already"),
        *((table(call, unusual[:MOST_SHOWN], "row", "scheme", "amount", "why"),) if unusual else ()),
        *((call.say("cli.more-unusual", count=more),) if more > 0 else ()),
        call.say("cli.batch-version", version=version),
    )


def letters(context: typer.Context, batch: Batch, output: Output) -> None:
    """Write a file for the letters to the holders of a booked batch.

    A new CSV file, with the reference or card number that the file brought, the name of the scheme, the amount, the
    first and the last day, and a text in Dutch and in English.

    JSON: letters (their number), output (the file).
    """
    call: Call = context.obj
    columns = ("pashouder", "pasnummer", "naam_nl", "naam_en", "bedrag", "geldig_vanaf", "geldig_tot_en_met")
    texts = tuple(f"brief_{language}" for language in _LANGUAGES)
    count = 0

    def rows(municipality: str, found: Iterable[Letter]) -> Iterator[tuple[str, ...]]:
        nonlocal count
        for letter in found:
            count += 1
            yield _letter(letter, municipality)

    with call.opened(reads_only=True) as store:
        with store.read() as reader:
            municipality = reader.municipality()
        found = letters_of_batch(store, BatchId(batch))
        first = list(islice(found, 1))  # before the file is made: the batch may not be booked
        with handout(output, *columns, *texts) as write:
            write(rows(municipality, chain(first, found)))
    answer(
        call,
        {"letters": count, "output": str(output)},
        call.say("cli.letters-written", count=count, file=str(output)),
    )


def second_approver(
    context: typer.Context,
    approved_by: Approver,
    above: Annotated[
        str | None, typer.Option(metavar="AMOUNT", help="In euros, the Dutch way: 50.000,00; without it, no batch.")
    ] = None,
) -> None:
    """Let two colleagues approve every batch above an amount.

    JSON: above.
    """
    call: Call = context.obj
    stamp = call.approved_by(approved_by)
    money = None if above is None else call.read("--above", above, cells.amount)
    with call.store() as store:
        batches.set_second_approval(store, money, stamp)
    said = call.say("cli.no-second-approver") if money is None else call.say("cli.second-approver", above=money)
    answer(call, {"above": money}, said)


def _answer(call: Call, store: Store, batch: AwardBatch, *said: str, is_repeat: bool | None = None) -> None:
    above = _second_above(store)
    sums = [
        {"scheme": one.scheme, "year": one.year, "awards": one.awards, "total": one.amount}
        for one in batch.content.sums
    ]
    steps = [
        {"at": step.at, "step": step.kind, "version": step.version, "actor": step.actor, "note": step.note}
        for step in batch.steps
    ]
    data: Row = {
        "batch": batch.id,
        "state": batch.state(above),
        "version": batch.content.version,
        "awards": batch.content.awards,
        "total": batch.content.amount,
        "made_by": batch.maker,
        "approved_by": batch.approvers,
        "approvers_needed": batch.approvers_needed(above),
        "sums": sums,
        "steps": steps,
    }
    repeat: Row = {} if is_repeat is None else {"is_repeat": is_repeat}
    totals = {"scheme": call.say("cli.total"), "awards": batch.content.awards, "total": batch.content.amount}
    answer(
        call,
        {**data, **repeat},
        table(call, sums, "scheme", "year", "awards", "total", totals=totals),
        *((table(call, steps, "at", "step", "version", "actor", "note"),) if not said else ()),
        *said,
    )


def _second_above(store: Store) -> Money | None:
    with store.read() as reader:
        return reader.batches.second_approval_above()


def _letter(letter: Letter, municipality: str) -> tuple[str, ...]:
    first, last = read_day(letter.starts_on), read_day(letter.ends_before) - timedelta(days=1)
    is_card = isinstance(letter.holder, CardNumber)
    names = {"nl": letter.scheme.name_nl, "en": letter.scheme.name_en}
    texts = [
        say(
            "letter.award",
            language,
            municipality=municipality,
            holder=letter.holder,
            scheme=names[language],
            amount=letter.amount,
            first_day=in_words(first, language),
            last_day=in_words(last, language),
        )
        for language in _LANGUAGES
    ]
    days = (in_words(first, "nl"), in_words(last, "nl"))
    holder, card = ("", letter.holder) if is_card else (letter.holder, "")
    return (holder, card, names["nl"], names["en"], str(letter.amount).removeprefix("€ "), *days, *texts)


def _cell(text: str | None) -> str:
    """Return what may be shown of a file, so that no spreadsheet takes it for a formula."""
    said = shown(text or "") or ""
    return f"'{said}" if said.startswith(("=", "+", "-", "@", "\t")) else said
