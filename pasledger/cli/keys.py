"""The key of the books: a secret outside of them, without which no PIN can be guessed."""

from pathlib import Path
from typing import Annotated

import typer

from pasledger.cli.calls import Call
from pasledger.cli.printing import answer
from pasledger.usecases.keys import create_key


def create(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="OUT", show_default=False, help="The new file for the key.")],
) -> None:
    """Make the key of the books, in a new file that only you can read.

    PASLEDGER_KEY names that file to every command and service that needs it. Keep a copy, apart from the backups:
    without it every PIN has to be set anew.

    JSON: key (the file).
    """
    call: Call = context.obj
    stamp = call.stamp()
    with call.store() as store:
        create_key(store, file, stamp)
    answer(call, {"key": str(file)}, call.say("cli.key-created", file=file))
