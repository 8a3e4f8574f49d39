"""Cards: activate, block or replace one."""

import typer

from pasledger.cli.arguments import DEFAULT_LINK_BASE, LinkBase, Number, link_base_of
from pasledger.cli.calls import Call
from pasledger.cli.printing import answer
from pasledger.formats import cells
from pasledger.rules.cards import CardNumber, CardState
from pasledger.usecases import cards


def activate(context: typer.Context, number: Number) -> None:
    """Let an issued or blocked card pay.

    JSON: number, state.
    """
    call: Call = context.obj
    stamp, card = call.stamp(), call.read("NUMBER", number, cells.card_number)
    with call.store() as store:
        cards.activate(store, card, stamp)
    _answer_state(call, card, CardState.ACTIVE)


def block(context: typer.Context, number: Number) -> None:
    """Block a card, from this moment.

    JSON: number, state.
    """
    call: Call = context.obj
    stamp, card = call.stamp(), call.read("NUMBER", number, cells.card_number)
    with call.store() as store:
        cards.block(store, card, stamp)
    _answer_state(call, card, CardState.BLOCKED)


def replace(context: typer.Context, number: Number, link_base: LinkBase = DEFAULT_LINK_BASE) -> None:
    """Put a new card in the place of a lost one.

    What is printed on it is shown now, and never again.

    JSON: replaced, number, token, link.
    """
    call: Call = context.obj
    stamp, card = call.stamp(), call.read("NUMBER", number, cells.card_number)
    base = link_base_of(call, link_base)
    with call.store() as store:
        made = cards.replace(store, card, stamp)
    link = f"{base}#{made.token}"
    answer(
        call,
        {"replaced": card, "number": made.card.number, "token": made.token, "link": link},
        call.say("cli.replaced", number=card.printed, successor=made.card.number.printed),
        call.say("cli.carrier", link=link),
    )


def _answer_state(call: Call, card: CardNumber, state: CardState) -> None:
    answer(call, {"number": card, "state": state}, call.say("cli.card-now", number=card.printed, state=state))
