"""The desk: its pages, and who was looked up there."""

from datetime import timedelta
from typing import Annotated

import typer

from pasledger.cli.arguments import DEFAULT_LINK_BASE, LinkBase, link_base_of
from pasledger.cli.calls import Call
from pasledger.cli.printing import answer, paper, table
from pasledger.desk.app import Settings
from pasledger.desk.app import serve as serve_pages
from pasledger.formats import cells
from pasledger.ledger.refusals import Refusal, Refused
from pasledger.rules.records import LookUpPurpose
from pasledger.rules.town import Needs
from pasledger.usecases.actors import end_of
from pasledger.usecases.minting import stamp_now

_A_MONTH = timedelta(days=30)


def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port to listen on.")] = 8001,
    link_base: LinkBase = DEFAULT_LINK_BASE,
) -> None:
    """Run the pages of the desk, until it is told to stop.

    Who helps holders signs in there by name, with the credential of an actor, and looks holders up.
    """
    call: Call = context.obj
    settings = Settings(link_base_of(call, link_base), host, port)
    with call.store() as store:
        _ = store.key  # without the one that the books have, no desk
        paper(for_errors=True).print(call.say("cli.desk", host=host, port=str(port)))
        serve_pages(store, settings)


def look_ups(
    context: typer.Context,
    since: Annotated[
        str | None, typer.Option("--since", metavar="DAY", help="The first day; 30 days before the last, without it.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DAY", help="The last day; today, without it.")
    ] = None,
    actor: Annotated[str | None, typer.Option("--actor", metavar="NAME", help="What one actor looked up.")] = None,
    holder: Annotated[
        str | None, typer.Option("--holder", metavar="REFERENCE", help="Who looked one holder up.")
    ] = None,
    purpose: Annotated[
        LookUpPurpose | None,
        typer.Option(metavar="PURPOSE", help=f"One of: {', '.join(one.value for one in LookUpPurpose)}."),
    ] = None,
) -> None:
    """Show who looked up whom at the desk, and what for.

    What was shown or done is there too, and how it ended. Holders and cards are named by our own ids. What was done
    under a look-up has its id in `under`.

    JSON: look_ups (id, under, at, actor, action, purpose, holder, card, result, origin).
    """
    call: Call = context.obj
    last = stamp_now("").effective_on if until is None else call.read("--until", until, cells.day)
    first = last - _A_MONTH if since is None else call.read("--since", since, cells.day)
    named = None if holder is None else call.read("--holder", holder, cells.holder)
    with call.reader() as reader:
        known = None if named is None else reader.load(Needs(holders={named})).holders.get(named)
        if named is not None and known is None:
            raise Refused(Refusal.HOLDER_UNKNOWN)
        between = {"since": end_of(first - timedelta(days=1)), "before": end_of(last)}
        rows = [
            {
                "id": act.id,
                "under": act.about or None,
                "at": act.recorded_at,
                "actor": act.actor,
                "action": act.action,
                "purpose": look_up.purpose,
                "holder": look_up.holder,
                "card": look_up.card,
                "result": ended and ended.result,
                "origin": act.origin,
            }
            for act, ended, look_up in reader.acting.look_ups(**between, holder=None if known is None else known.id)
            if actor in (None, act.actor) and purpose in (None, look_up.purpose)
        ]
    answer(call, {"look_ups": rows}, table(call, rows, "at", "actor", "action", "purpose", "holder", "result"))
