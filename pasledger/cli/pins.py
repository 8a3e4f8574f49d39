"""PINs: the limit above which one is needed, letters with codes, and what a holder and the desk do with a PIN."""

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
    """Make a letter for each card of a carriers file, with a code for setting the PIN.

    A code works once, for 60 days. A code that was sent for the same card before works no more.

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
    """Set the PIN of a card with the code from the letter; the holder types both.

    Neither is shown. They are read from two lines of standard input where there is no terminal. A card that was not
    activated yet is active from then on.

    JSON: number.
    """
    call: Call = context.obj
    stamp, card = call.stamp(), call.read("NUMBER", number, cells.card_number)
    proof = typer.prompt(call.say("cli.pin-before" if change else "cli.code"), hide_input=True, err=True)
    new = typer.prompt(call.say("cli.pin-new"), hide_input=True, err=True).strip()
    if pins.PIN.fullmatch(new) is None or pins.is_guessable(new):
        raise typer.BadParameter(call.say("cli.pin-unfit"), param_hint="PIN")
    with call.store() as store:
        if change:
            pins.change_pin(store, card, proof.strip(), new, stamp)
        else:
            pins.set_pin(store, card, proof, new, stamp)
    answer(call, {"number": card}, call.say("cli.pin-set", number=card.printed))


def unlock(context: typer.Context, number: Number) -> None:
    """Let the PIN of a card be tried again, after you have seen its holder.

    JSON: number.
    """
    call: Call = context.obj
    stamp, card = call.stamp(), call.read("NUMBER", number, cells.card_number)
    with call.store() as store:
        pins.unlock(store, card, stamp)
    answer(call, {"number": card}, call.say("cli.pin-unlocked", number=card.printed))
