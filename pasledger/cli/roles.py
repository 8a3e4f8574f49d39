"""Who may do what in PostgreSQL."""

from typing import Annotated

import typer

from pasledger.cli.calls import Call, words
from pasledger.cli.printing import answer, table
from pasledger.store import Role


def create(
    context: typer.Context,
    prefix: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="What the roles are called after; the schema of the books otherwise."),
    ] = None,
) -> None:
    """Make the roles of the books, or set right what they may do.

    The books become the owner's. Nobody signs in as a role: it is given to users of the server.

    JSON: roles (role, name).
    """
    call: Call = context.obj
    named = prefix and call.read("--prefix", prefix, words)
    with call.opened() as store:
        made = store.make_roles(prefix=named)
    rows = [{"role": role, "name": name} for role, name in made.items()]
    answer(
        call,
        {"roles": rows},
        table(call, rows, "role", "name"),
        call.say("cli.roles-created", service=_quoted(made[Role.SERVICE])),
    )


def _quoted(name: str) -> str:
    return '"{}"'.format(name.replace('"', '""'))
