"""Cards and what is on paper: more cards for holders, sheets to print, and overviews for a holder or the desk."""

from pathlib import Path
from typing import Annotated

import typer

from pasledger.cli.arguments import DEFAULT_LINK_BASE, File, LinkBase, Number, link_base_of
from pasledger.cli.calls import Call
from pasledger.cli.errors import reading
from pasledger.cli.handouts import CARRIERS, carrier_rows, handout, printed
from pasledger.cli.printing import answer
from pasledger.formats import cells
from pasledger.formats.carriers import read_carriers
from pasledger.formats.own_data import own_data
from pasledger.formats.paper import cards_page, overview_page
from pasledger.rules.cards import CardState
from pasledger.usecases import overviews
from pasledger.usecases.minting import stamp_now, today
from pasledger.usecases.registering import issue_cards

Out = Annotated[Path, typer.Option("--out", "-o", metavar="OUT", help="The new file to print: HTML.")]


def issue(
    context: typer.Context,
    file: File,
    carriers: Annotated[
        Path, typer.Option(metavar="OUT", help="The new file for the printer of the cards, as `holders add` makes it.")
    ],
    link_base: LinkBase = DEFAULT_LINK_BASE,
) -> None:
    """Give each holder of a file another card, not yet active.

    The columns of the CSV file: pashouder;pasnummer (where a card was printed before; it may be left out).

    JSON: cards (their number), state, carriers (the file).
    """
    call: Call = context.obj
    stamp, base = call.stamp(), link_base_of(call, link_base)
    with call.store() as store, reading(file) as data, handout(carriers, *CARRIERS) as write:
        made = issue_cards(store, data, stamp, hand_out=lambda made: write(carrier_rows(made, base)))
    answer(
        call,
        {"cards": len(made), "state": CardState.ISSUED, "carriers": str(carriers)},
        call.say("cli.cards-issued", count=len(made), carriers=carriers),
    )


def sheet(context: typer.Context, file: File, out: Out) -> None:
    """Make a sheet of cards to print and cut, from a carriers file.

    But for number and QR, all cards are the same.

    JSON: cards (their number), out (the file).
    """
    call: Call = context.obj
    with call.reader() as reader:
        municipality = reader.municipality()
    with reading(file) as data:
        carriers = read_carriers(data)
    with printed(out) as write:
        write(cards_page(carriers, municipality, call.language))
    answer(call, {"cards": len(carriers), "out": str(out)}, call.say("cli.sheet", count=len(carriers), out=out))


def card_overview(context: typer.Context, number: Number) -> None:
    """Tell how a card is: its state, its PIN, and what was tried in vain.

    JSON: number, state, has_pin, wrong_tries, is_locked, may_try_at, code_until (the last day of a code that was sent).
    """
    call: Call = context.obj
    card = call.read("NUMBER", number, cells.card_number)
    now = stamp_now("desk").recorded_at
    with call.opened(reads_only=True) as store:
        found = overviews.card_overview(store, card, at=now)
    sentences = [call.say("cli.card-is", number=card.printed, state=found.state)]
    sentences.append(call.say("cli.has-pin" if found.has_pin else "cli.has-no-pin", count=found.wrong_tries))
    if found.is_locked:
        sentences.append(call.say("cli.pin-locked"))
    elif found.may_try_at is not None:
        sentences.append(call.say("cli.pin-waits", at=found.may_try_at))
    if found.code_until is not None:
        sentences.append(call.say("cli.code-until", last_day=found.code_until))
    data = {
        "number": card,
        "state": found.state,
        "has_pin": found.has_pin,
        "wrong_tries": found.wrong_tries,
        "is_locked": found.is_locked,
        "may_try_at": found.may_try_at,
        "code_until": found.code_until,
    }
    answer(call, data, *sentences)


def holder_overview(
    context: typer.Context,
    reference: Annotated[str, typer.Argument(metavar="REFERENCE", help="The reference of the holder.")],
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="OUT", help="The new file: HTML to print, or JSON where it ends so.")
    ],
) -> None:
    """Make a page for a holder, to print, or a file for a program.

    It says what there is, until when and by which decision, what was spent where, and what is kept, why, until when and
    who can see it. It is for the holder alone.

    JSON: holder, left, payments (their number), out (the file).
    """
    call: Call = context.obj
    holder = call.read("REFERENCE", reference, cells.holder)
    with call.opened(reads_only=True) as store:
        found = overviews.holder_overview(store, holder, on=today())
    with printed(out) as write:
        write((own_data if out.suffix.lower() == ".json" else overview_page)(found, call.language))
    answer(
        call,
        {"holder": holder, "left": found.left, "payments": len(found.payments), "out": str(out)},
        call.say("cli.holder-overview", holder=holder, out=out),
    )
