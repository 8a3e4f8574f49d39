"""Merchants: add them from a file with their terminals, and list them."""

from pathlib import Path
from typing import Annotated

import typer

from pasledger.cli.arguments import Approver, File
from pasledger.cli.calls import Call
from pasledger.cli.errors import reading
from pasledger.cli.handouts import handout
from pasledger.cli.printing import answer, table
from pasledger.usecases.registering import add_merchants


def add(
    context: typer.Context,
    file: File,
    approved_by: Approver,
    credentials: Annotated[
        Path,
        typer.Option(metavar="OUT", help="The new file for the credentials: aanbieder;kassa;prefix;toegangscode."),
    ],
) -> None:
    """Add the merchants of a file.

    The columns of the file, CSV or XLSX: naam;plaats;soort;iban;kvk;kassas (how many terminals; 1 where left out). A
    merchant of several kinds has them with spaces between: sport cultuur.

    JSON: terminals (their number), credentials (the file).
    """
    call: Call = context.obj
    stamp = call.approved_by(approved_by)
    with (
        call.batch() as store,
        reading(file) as data,
        handout(credentials, "aanbieder", "kassa", "prefix", "toegangscode") as write,
    ):
        made = add_merchants(
            store,
            data,
            stamp,
            hand_out=lambda made: write(
                (one.merchant, one.terminal.label, one.terminal.credential_prefix, one.secret) for one in made
            ),
        )
    answer(
        call,
        {"terminals": len(made), "credentials": str(credentials)},
        call.say("cli.merchants-added", file=file, terminals=len(made), credentials=credentials),
    )


def show(context: typer.Context) -> None:
    """List every version of every merchant.

    JSON: merchants (id, version, effective_from, name, place, categories, iban, kvk_number).
    """
    call: Call = context.obj
    with call.reader() as reader:
        rows = [
            {
                "id": merchant.id,
                "version": merchant.version,
                "effective_from": merchant.effective_from,
                "name": merchant.name,
                "place": merchant.place,
                "categories": list(merchant.categories),
                "iban": merchant.iban,
                "kvk_number": merchant.kvk_number,
            }
            for merchant in reader.merchants()
        ]
    answer(call, {"merchants": rows}, table(call, rows, "name", "place", "categories", "iban", "kvk_number"))
