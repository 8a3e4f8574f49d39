"""Arguments and options that several commands have."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from pasledger.cli.calls import Call
from pasledger.texts import Surface, languages

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


def language_of(surface: Surface) -> Callable[[str], str]:
    """Return what reads one of the languages of a surface."""

    def read(text: str) -> str:
        there = languages(surface)
        if text not in there:
            raise typer.BadParameter(f"{text!r} is not one of {', '.join(map(repr, there))}.")
        return text

    return read


def metavar_of(surface: Surface) -> str:
    """Return how the help names the languages of a surface."""
    return f"[{'|'.join(languages(surface))}]"
