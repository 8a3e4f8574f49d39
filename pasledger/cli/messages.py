"""Messages to holders: letters and e-mails that say nothing outside, made once each and sent once each."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from pasledger.cli.arguments import DEFAULT_LINK_BASE, File, LinkBase, language_of, link_base_of
from pasledger.cli.calls import Call
from pasledger.cli.errors import Wrong, reading, require_texts
from pasledger.cli.printing import Row, answer, table
from pasledger.cli.progress import progress
from pasledger.formats import cells
from pasledger.formats.addresses import Wish, read_addresses
from pasledger.formats.faults import Misread
from pasledger.formats.messages import Message, Sender, paragraphs
from pasledger.formats.payment_requests import read_told
from pasledger.ledger.ids import BatchId
from pasledger.rules.holders import HolderReference
from pasledger.store import Reader
from pasledger.texts import FIRST, Surface, languages
from pasledger.usecases import messaging
from pasledger.usecases.mailing import FROM, HOST, MailServer, MailSettings, SettingWrong, sender_of, settings_of
from pasledger.usecases.messaging import Found, Made, Manner
from pasledger.usecases.outbox import Attempt, Outbox, OutboxBusy, Undelivery, Unreachable

Folder = Annotated[
    Path,
    typer.Option("--outbox", envvar="PASLEDGER_OUTBOX", metavar="FOLDER", help="Where messages wait, each a file."),
]
Addresses = Annotated[
    Path | None,
    typer.Option(
        "--addresses", metavar="FILE", help="E-mail addresses and languages of holders. Without one, a letter is made."
    ),
]
WrittenIn = Annotated[
    str,
    typer.Option(
        "--written-in",
        parser=language_of(Surface.HOLDERS),
        metavar="LANGUAGE",
        help="Of messages to holders of whom the file of addresses says none.",
    ),
]
Yes = Annotated[bool, typer.Option("--yes", help="Make them; without this it is only shown what would be made.")]

Known = dict[HolderReference, Wish]


def credited(
    context: typer.Context,
    batch: Annotated[str, typer.Argument(metavar="BATCH", show_default=False, help="The id of a booked batch.")],
    outbox: Folder,
    addresses: Addresses = None,
    written_in: WrittenIn = FIRST,
    link_base: LinkBase = DEFAULT_LINK_BASE,
    *,
    yes: Yes = False,
) -> None:
    """Tell the holders of a batch what there is on their cards.

    Each message is made once, also when the command is repeated. What it says is shown first, and made with `--yes`.

    JSON: is_made, messages (their number), letters, emails, made_before, without_reference (holders who cannot be told
    any more), outbox (the folder), example (what the first one says).
    """
    call: Call = context.obj
    stamp, named = call.stamp(), BatchId(batch.strip())
    _make(
        call,
        lambda reader: messaging.credited(reader, named, on=stamp.effective_on),
        *(outbox, addresses, written_in, link_base),
        yes=yes,
    )


def ending(
    context: typer.Context,
    before: Annotated[str, typer.Option(metavar="DAY", help="What ends before this day: 31-12-2026.")],
    outbox: Folder,
    addresses: Addresses = None,
    written_in: WrittenIn = FIRST,
    link_base: LinkBase = DEFAULT_LINK_BASE,
    *,
    yes: Yes = False,
) -> None:
    """Tell holders what is left on their cards and ends soon.

    There is one message for a holder and a day on which something ends.

    JSON: as `messages credited`.
    """
    call: Call = context.obj
    stamp, day = call.stamp(), call.read("--before", before, cells.day)
    _make(
        call,
        lambda reader: messaging.ending(reader, on=stamp.effective_on, before=day),
        *(outbox, addresses, written_in, link_base),
        yes=yes,
    )


def card_replaced(
    context: typer.Context,
    since: Annotated[str, typer.Option(metavar="DAY", help="Cards that were replaced from this day on: 1-12-2026.")],
    outbox: Folder,
    addresses: Addresses = None,
    written_in: WrittenIn = FIRST,
    link_base: LinkBase = DEFAULT_LINK_BASE,
    *,
    yes: Yes = False,
) -> None:
    """Tell holders that a new card took the place of theirs.

    JSON: as `messages credited`.
    """
    call: Call = context.obj
    call.stamp()
    day = call.read("--since", since, cells.day)
    _make(
        call,
        lambda reader: messaging.replaced(reader, since=day),
        *(outbox, addresses, written_in, link_base),
        yes=yes,
    )


def requests(
    context: typer.Context,
    file: File,
    outbox: Folder,
    addresses: Addresses = None,
    written_in: WrittenIn = FIRST,
    link_base: LinkBase = DEFAULT_LINK_BASE,
    *,
    yes: Yes = False,
) -> None:
    """Tell holders who asks them for a payment, and where they can pay it.

    The columns of the file: pashouder;verzoek. What is paid, over or withdrawn is told no more.

    JSON: as `messages credited`.
    """
    call: Call = context.obj
    stamp, base = call.stamp(), link_base_of(call, link_base)
    with reading(file) as data:
        rows = read_told(data)
        _make(
            call,
            lambda reader: messaging.requested(reader, rows, on=stamp.effective_on, base=base),
            *(outbox, addresses, written_in, link_base),
            yes=yes,
        )


def send(context: typer.Context, outbox: Folder) -> None:
    """Send the e-mails that wait in an outbox, by a mail server.

    The server is in the settings. Each e-mail is sent once. One that may have been sent is not sent again, and one that
    was refused keeps no other waiting.

    JSON: sent (their number), not_sent (message, why, reply (the code of the mail server)), waiting (their number).
    """
    call: Call = context.obj
    call.stamp()
    with _settings():
        settings = settings_of(os.environ)
    if not outbox.is_dir():
        raise Wrong("file-missing", file=str(outbox))
    with call.store(), _opened(outbox) as box:
        attempts = [Attempt(message, Undelivery.UNSURE) for message in box.unsure]
        if box.waiting:
            if settings is None:
                raise Wrong("no-mail-server", variable=HOST, folder=str(outbox / "mail"))
            attempts += _sent(call, box, settings)
        left = len(box.waiting)
    failed = [one for one in attempts if one.why is not None]
    rows: list[Row] = [{"message": one.id, "why": one.why, "reply": one.reply} for one in failed]
    sent = len(attempts) - len(failed)
    told = [table(call, rows, "message", "why", "reply")] if rows else []
    says = call.say("cli.messages-sent", count=sent, waiting=left)
    answer(call, {"sent": sent, "not_sent": rows, "waiting": left}, *told, says)
    if failed:
        raise typer.Exit(1)


def _sent(call: Call, box: Outbox, settings: MailSettings) -> list[Attempt]:
    """Send what waits, and return what became of each."""
    attempts: list[Attempt] = []
    waiting = box.waiting
    with MailServer(settings) as server, progress(call, "cli.sending", total=len(waiting)) as tell:
        for message in waiting:
            try:
                attempts.append(box.send(message, server))
            except Unreachable as unreachable:
                raise Wrong("mail-server", why=str(unreachable), count=len(box.waiting)) from None
            tell(1)
    return attempts


def _make(
    call: Call,
    find: Callable[[Reader], list[Found]],
    folder: Path,
    addresses: Path | None,
    language: str,
    link_base: str,
    *,
    yes: bool,
) -> None:
    """Show what would be made, or make it, and answer."""
    page = f"{link_base_of(call, link_base).rstrip('/')}/mycard"
    known = _known(addresses)
    at = call.stamp().recorded_at
    with _settings():
        address = sender_of(os.environ)
    with call.store() as store:
        with store.read() as reader:
            found, municipality = find(reader), reader.municipality()
        messages = messaging.written(found, Manner(known, language))
        sender = Sender(municipality, page, address)
        if address is None and any(message.email is not None for message in messages):
            raise Wrong("no-sender", variable=FROM)
        emails = sum(message.email is not None for message in messages)
        made = Made(len(messages) - emails, emails)
        if yes:
            with _opened(folder) as box, _saying(call), progress(call, "cli.writing", total=len(messages)) as tell:
                made = messaging.make(box, messages, sender, at, tell)
    _answer(call, made, messages, len(found) - len(messages), folder, sender, yes=yes)


def _answer(
    call: Call, made: Made, messages: Sequence[Message], untold: int, folder: Path, sender: Sender, *, yes: bool
) -> None:
    with _saying(call):
        example = paragraphs(messages[0].content, sender, messages[0].language) if messages else []
    figures = {"letters": made.letters, "emails": made.emails, "made_before": made.before, "outbox": str(folder)}
    data = {"is_made": yes, "messages": len(messages), **figures, "without_reference": untold, "example": example}
    code = "cli.messages-made" if yes else "cli.messages-only-shown"
    says = [call.say(code, **figures)]
    if untold:
        says.append(call.say("cli.messages-untold", count=untold))
    answer(call, data, *([] if yes else example), *says)


def _known(addresses: Path | None) -> Known:
    """Return how each holder of a file is written to. The file is read, and nothing of it kept."""
    require_texts()
    if addresses is None:
        return {}
    with reading(addresses) as data:
        return dict(read_addresses(data, languages(Surface.HOLDERS)))


@contextmanager
def _opened(folder: Path) -> Iterator[Outbox]:
    try:
        with Outbox.opened(folder) as box:
            yield box
    except OutboxBusy:
        raise Wrong("outbox-busy", folder=str(folder)) from None


@contextmanager
def _saying(call: Call) -> Iterator[None]:
    try:
        yield
    except Misread as misread:
        raise Wrong("message-unfit", why=call.say(f"fault.{misread.kind}", **misread.figures)) from None


@contextmanager
def _settings() -> Iterator[None]:
    try:
        yield
    except SettingWrong as wrong:
        raise Wrong("mail-setting", variable=wrong.variable) from None
