"""PINs: the limit above which one is needed, letters with codes, and what a holder and the desk do with a PIN."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from pasledger.cli.arguments import Approver, File, Number
from pasledger.cli.calls import Call
from pasledger.cli.errors import reading
from pasledger.cli.handouts import printed
from pasledger.cli.printing import answer
from pasledger.formats import cells
from pasledger.formats.carriers import read_carriers
from pasledger.formats.paper import Letter, letters_page
from pasledger.rules.card_rule import LimitRequest
from pasledger.usecases import pins
from pasledger.usecases.booking import book_all

Out = Annotated[Path, typer.Option("--out", "-o", metavar="OUT", help="The new file to print: HTML.")]


def limit(
    context: typer.Context,
    pin_above: Annotated[str, typer.Option(metavar="AMOUNT", help="In euros, the Dutch way: 25,00.")],
    approved_by: Approver,
) -> None:
    """Set above which amount a scanned card needs its PIN too.

    Tell it to all merchants: a till cannot see whether a PIN was what was wanting.

    JSON: pin_above.
    """
    call: Call = context.obj
    stamp = call.approved_by(approved_by)
    amount = call.read("--pin-above", pin_above, cells.amount)
    with call.store() as store:
        book_all(store, [LimitRequest(amount)], stamp)
    answer(call, {"pin_above": amount}, call.say("cli.limit", amount=amount))


def letters(context: typer.Context, file: File, out: Out) -> None:
    """Make a letter with a code for the PIN of each card of a file.

    The file is the one that was made for the printer of the cards. A code works once, for 60 days, and as long as no
    newer letter was sent.

    JSON: letters (their number), last_day, out (the file).
    """
    call: Call = context.obj
    stamp = call.stamp()
    with call.store() as store, reading(file) as data, printed(out) as write:
        with store.read() as reader:
            municipality = reader.municipality()

        def hand_out(made: Sequence[Letter]) -> None:
            write(letters_page(made, municipality, call.language))

        made = pins.send_letters(store, read_carriers(data), stamp, hand_out)
    answer(
        call,
        {"letters": len(made), "last_day": made[0].last_day, "out": str(out)},
        call.say("cli.letters", count=len(made), last_day=made[0].last_day, out=out),
    )


def pin(
    context: typer.Context,
    number: Number,
    *,
    change: Annotated[bool, typer.Option("--change", help="With the PIN before, not with the code.")] = False,
) -> None:
    """Set the PIN of a card with the code from the letter.

    The holder types both, and neither is shown. They are read from two lines of standard input where there is no
    terminal. A card that was not activated yet is active from then on.

    JSON: number.
    """
    call: Call = context.obj
    stamp, card = call.stamp(), call.read("NUMBER", number, cells.card_number)
    proof = _typed(call.say("cli.pin-before" if change else "cli.code"))
    new = _typed(call.say("cli.pin-new"))
    if pins.PIN.fullmatch(new) is None or pins.is_guessable(new):
        raise typer.BadParameter(call.say("cli.pin-unfit"), param_hint="PIN")
    with call.store() as store:
        if change:
            pins.change_pin(store, card, proof, new, stamp)
        else:
            pins.set_pin(store, card, proof, new, stamp)
    answer(call, {"number": card}, call.say("cli.pin-set", number=card.printed))


def _typed(asked: str) -> str:
    """Return what a holder types, without showing it; where there is no terminal, a line of standard input."""
    if sys.stdin.isatty():
        return str(typer.prompt(asked, hide_input=True, err=True)).strip()
    return sys.stdin.readline().strip()


def unlock(context: typer.Context, number: Number) -> None:
    """Let the PIN of a card be tried again.

    Do so when you have seen its holder.

    JSON: number.
    """
    call: Call = context.obj
    stamp, card = call.stamp(), call.read("NUMBER", number, cells.card_number)
    with call.store() as store:
        pins.unlock(store, card, stamp)
    answer(call, {"number": card}, call.say("cli.pin-unlocked", number=card.printed))
