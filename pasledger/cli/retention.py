"""Retention: how long references are kept, what is over, and unlinking it."""

from typing import Annotated

import typer

from pasledger.cli.arguments import Approver
from pasledger.cli.calls import Call
from pasledger.cli.printing import Row, answer, table
from pasledger.cli.progress import progress
from pasledger.formats import cells
from pasledger.rules.records import Length, ReferenceKind
from pasledger.rules.retention import length
from pasledger.usecases import retention
from pasledger.usecases.minting import today
from pasledger.usecases.retention import Kept

Yes = Annotated[bool, typer.Option("--yes", help="Unlink it, for good; without this it is only shown what would go.")]


def keep(
    context: typer.Context,
    kind: Annotated[ReferenceKind, typer.Argument(metavar="KIND", help="One of those that `retention preview` lists.")],
    period: Annotated[
        str, typer.Argument(metavar="PERIOD", help="A number of years, months or days, from the end: P7Y, P6M, P42D.")
    ],
    source: Annotated[
        str, typer.Option(metavar="TEXT", help="Where that is laid down, such as a category of the Selectielijst.")
    ],
    approved_by: Approver,
) -> None:
    """Set how long references of a kind are kept.

    JSON: kind, period, source.
    """
    call: Call = context.obj
    stamp = call.approved_by(approved_by)
    kept = _length(call, period)
    laid_down = call.read("--source", source, cells.words)
    with call.batch() as store:
        held = retention.keep(store, kind, kept, laid_down, stamp)
    answer(
        call,
        {"kind": held.kind, "period": str(held.length), "source": held.source},
        call.say("cli.retention-kept", kind=held.kind, period=str(held.length), source=held.source),
    )


def preview(
    context: typer.Context,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DAY", help="What is over on a day; today otherwise.")
    ] = None,
) -> None:
    """Show how long references are kept, and what is over.

    Over is what began its term so long ago, and of which nothing stands: no money, no hold, no card that can pay.
    Held back is what began its term so long ago and still stands. Nothing is written.

    JSON: on, kinds (kind, period, source, references (their number), over, held_back, begun_by (the last day on which
    the term of what is over began), next_on (when something more is over)).
    """
    call: Call = context.obj
    day = today() if on is None else call.read("--on", on, cells.day)
    with call.reader() as reader:
        rows = [_row(one) for one in retention.what_is_kept(reader, on=day)]
    answer(
        call,
        {"on": day, "kinds": rows},
        call.say("cli.retention-on", day=day),
        table(call, [_shown(row) for row in rows], "kind", "what", "period", "source"),
        table(call, [_shown(row) for row in rows], "kind", "references", "over", "held_back", "next_on"),
    )


def apply(
    context: typer.Context,
    approved_by: Approver,
    kinds: Annotated[
        list[ReferenceKind] | None,
        typer.Option("--kind", metavar="KIND", help="Only of this kind; it may be given more than once."),
    ] = None,
    *,
    yes: Yes = False,
) -> None:
    """Unlink what is over, for good.

    The references go, and a record says whose they were by our own opaque ids. The entries stay, and everything still
    adds up and verifies. Nobody can take it back: a reference is in no backup that is made after this.

    JSON: is_unlinked, kinds (kind, references (how many go)).
    """
    call: Call = context.obj
    stamp = call.approved_by(approved_by)
    chosen = frozenset(kinds or ReferenceKind)
    with call.batch() as store:
        with store.read() as reader:
            over = {one.period.kind: one.over for one in retention.what_is_kept(reader, on=stamp.effective_on)}
        going = {kind: number for kind, number in over.items() if kind in chosen}
        if yes:
            with progress(call, "cli.unlinking", total=sum(going.values())) as tell:
                going = retention.unlink(store, chosen, stamp, tell)
    rows = [{"kind": kind, "references": number} for kind, number in going.items()]
    answer(
        call,
        {"is_unlinked": yes, "kinds": rows},
        table(call, [_shown(row) for row in rows], "kind", "what", "references"),
        call.say("cli.unlinked" if yes else "cli.unlinking-only-shown", count=sum(going.values())),
    )


def _row(kept: Kept) -> Row:
    return {
        "kind": kept.period.kind,
        "period": str(kept.period.length),
        "source": kept.period.source,
        "references": kept.kept,
        "over": kept.over,
        "held_back": kept.held_back,
        "begun_by": kept.begun_by,
        "next_on": kept.next_on,
    }


def _shown(row: Row) -> Row:
    """Return a row for people: the kind as it is typed, and what it is."""
    return {**row, "kind": f"{row['kind']}", "what": row["kind"]}


def _length(call: Call, text: str) -> Length:
    try:
        return length(text.strip())
    except ValueError:
        raise typer.BadParameter(call.say("cli.retention-period"), param_hint="PERIOD") from None
