"""Arguments and options that several commands have."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from pasledger.cli.calls import Call

Approver = Annotated[
    str,
    typer.Option("--approved-by", metavar="NAME", help="The colleague who approves; never the one who asks."),
]
File = Annotated[
    Path, typer.Argument(metavar="FILE", show_default=False, help="The file to take, whole or not at all.")
]
Source = Annotated[
    str | None,
    typer.Option("--source", metavar="SOURCE", help="Where the file comes from, as `sources add` was told."),
]
Number = Annotated[str, typer.Argument(metavar="NUMBER", help="The number on the card, with or without spaces.")]
LinkBase = Annotated[
    str,
    typer.Option(
        "--link-base",
        envvar="PASLEDGER_LINK_BASE",
        metavar="URL",
        help="The address of the service in the QR, before the # and the token.",
    ),
]

DEFAULT_LINK_BASE = "https://pas.example/"


def link_base_of(call: Call, text: str) -> str:
    """Return the address before the fragment, or raise a usage error: it will be on every card."""
    try:
        parts = urlsplit(text)
        is_sound = parts.scheme in ("https", "http") and bool(parts.hostname) and text.isprintable() and " " not in text
    except ValueError:
        is_sound = False
    if not is_sound or "#" in text:
        raise typer.BadParameter(call.say("cli.link-base"), param_hint="--link-base")
    return text
