"""Holders: register them from a file, each with a card."""

from pathlib import Path
from typing import Annotated

import typer

from pasledger.cli.arguments import DEFAULT_LINK_BASE, File, LinkBase, Source, link_base_of
from pasledger.cli.calls import Call
from pasledger.cli.errors import reading
from pasledger.cli.handouts import CARRIERS, carrier_rows, handout
from pasledger.cli.printing import answer
from pasledger.cli.progress import progress
from pasledger.formats.tabular import lines_in
from pasledger.rules.cards import CardState
from pasledger.usecases.registering import add_holders
from pasledger.usecases.sources import titles_of


def add(
    context: typer.Context,
    file: File,
    carriers: Annotated[
        Path,
        typer.Option(
            metavar="OUT", help="The new file for the printer of the cards: pashouder;pasnummer;pascode;link."
        ),
    ],
    *,
    activate: Annotated[bool, typer.Option("--activate", help="The cards can pay at once.")] = False,
    link_base: LinkBase = DEFAULT_LINK_BASE,
    source: Source = None,
) -> None:
    """Register the holders of a file, each with a card.

    The columns of the file, CSV or XLSX: pashouder;pasnummer (where a card was printed before; it may be left out).

    JSON: holders (their number), state, carriers (the file).
    """
    call: Call = context.obj
    stamp = call.stamp()
    base = link_base_of(call, link_base)
    state = CardState.ACTIVE if activate else CardState.ISSUED
    with (
        call.batch() as store,
        reading(file) as data,
        handout(carriers, *CARRIERS) as write,
        progress(call, "cli.adding", total=lines_in(data)) as tell,
    ):
        made = add_holders(
            store,
            data,
            stamp,
            state,
            tell,
            hand_out=lambda made: write(carrier_rows(made, base)),
            titles=titles_of(store, source),
        )
    answer(
        call,
        {"holders": len(made), "state": state, "carriers": str(carriers)},
        call.say("cli.holders-added", count=len(made), state=state, carriers=carriers),
    )
