"""The auditor's questions, each answered with its evidence."""

from datetime import date
from typing import Annotated

import typer

from pasledger.cli.calls import Call
from pasledger.cli.errors import Wrong
from pasledger.cli.listing import AsAt, AsCsv, RecordedBefore, in_view, print_csv, seen, view_of
from pasledger.cli.printing import Row, answer, table
from pasledger.formats import cells
from pasledger.ledger.journal import EntryKind
from pasledger.reports.following import Step
from pasledger.usecases.following import way_of
from pasledger.usecases.sampling import Population, draw, examined


def follow(
    context: typer.Context,
    name: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="An entry, entitlement, redemption, refund, hold or payout by its id; a decision by its reference, "
            "a payment (PL-2026-0001-0001) or a line of the bank (2026-001/1).",
        ),
    ],
) -> None:
    """Follow money from the council's decision to the bank, and back.

    Shown is all that lies before and after ID, in the order in which it was made. Money in one budget has no marks, so
    that an award comes from every decision on its budget. No holder is named.

    JSON: followed, steps (entry, entry_kind, recorded_at, effective_on, prepared_by, approved_by, amount, id,
    reference), links (before, after).
    """
    call: Call = context.obj
    with call.reader() as reader:
        way = way_of(reader, name.strip())
    if way is None:
        raise Wrong("follow-unknown")
    answer(
        call,
        {
            "followed": name,
            "steps": [_told(step) for step in way.steps],
            "links": [{"before": one, "after": other} for one, other in way.links],
        },
        table(call, [_named(step) for step in way.steps], "effective_on", "entry_kind", "amount", "id"),
    )


def sample(
    context: typer.Context,
    size: Annotated[int, typer.Option(min=1, max=10_000, help="How many items, or cents, are drawn.")],
    seed: Annotated[str, typer.Option(metavar="TEXT", help="What the sample follows from; the same draws the same.")],
    kind: Annotated[EntryKind, typer.Option(help="Of which entries.")] = EntryKind.REDEEMED,
    since: Annotated[str | None, typer.Option("--since", metavar="DAY", help="Only what counts from this day.")] = None,
    as_at: AsAt = None,
    recorded_before: RecordedBefore = None,
    *,
    is_by_amount: Annotated[
        bool, typer.Option("--by-amount", help="A monetary-unit sample: each cent has the same chance.")
    ] = False,
    as_csv: AsCsv = False,
) -> None:
    """Draw a sample of entries, with the evidence for each.

    With a seed that somebody else chose it cannot be picked. Whoever has the list of the entries and the seed draws it
    again: the algorithm is in the documentation. CSV has the items.

    JSON: kind, since, as_at, recorded_before, seed, is_by_amount, items, total, interval, amount, drawn (entry, amount,
    hits, evidence (entry, entry_kind, recorded_at, effective_on, prepared_by, approved_by, amount, id, reference)).
    """
    call: Call = context.obj
    view = view_of(call, as_at, recorded_before, as_csv=as_csv)
    first = date.min if since is None else call.read("--since", since, cells.day)
    with call.reader() as reader:
        found = draw(reader, Population(kind, first, view), size=size, seed=seed, is_by_amount=is_by_amount)
        items = list(examined(reader, found))
    rows = [
        {
            "entry": one.drawn.item.id,
            "amount": one.drawn.item.amount,
            "hits": one.drawn.hits,
            "evidence": [_told(step) for step in one.evidence],
        }
        for one in items
    ]
    if as_csv:
        print_csv(("entry", "amount", "hits"), rows)
        return
    of_each = [{"number": number, **_named(step)} for number, one in enumerate(items, 1) for step in one.evidence]
    answer(
        call,
        {
            "kind": kind,
            "since": None if since is None else first,
            **seen(view),
            "seed": seed,
            "is_by_amount": is_by_amount,
            "items": found.items,
            "total": found.total,
            "interval": found.interval,
            "amount": found.amount,
            "drawn": rows,
        },
        *in_view(call, view),
        call.say("cli.sampled", drawn=len(rows), amount=found.amount, items=found.items, total=found.total, seed=seed),
        *([] if found.interval is None else [call.say("cli.sampled-every", interval=found.interval)]),
        table(call, of_each, "number", "effective_on", "entry_kind", "amount", "id"),
    )


def _told(step: Step) -> Row:
    return {
        "entry": step.entry,
        "entry_kind": step.kind,
        "recorded_at": step.recorded_at,
        "effective_on": step.effective_on,
        "prepared_by": step.prepared_by,
        "approved_by": step.approved_by,
        "amount": step.amount,
        "id": step.id,
        "reference": step.reference,
    }


def _named(step: Step) -> Row:
    """Return a step for people, under one name: each of these can be followed again."""
    return {**_told(step), "id": step.reference or step.id or step.entry}
