"""The outermost command: takes its options wherever they stand, and turns what goes wrong into sentences."""

import sys
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

import typer
from typer.core import TyperGroup

from pasledger.cli.errors import INTERRUPTED, WENT_WRONG, report, report_interrupt

_WITH_VALUE = frozenset({"--books", "--as", "--language"})
_FLAGS = frozenset({"--json"})


class Program(TyperGroup):
    """`pasledger`."""

    def main(self, args: Sequence[str] | None = None, *others: Any, **more: Any) -> Any:  # noqa: ANN401 - as Typer's
        """Run with these arguments, or with those of the process."""
        return super().main(hoisted(map(_readable, sys.argv[1:] if args is None else args)), *others, **more)

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - Typer keeps the type of a context to itself
        """Run the command. What is refused, or cannot be done, is said in a sentence and exits with 1."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise  # whoever read our output has seen enough
        except WENT_WRONG as wrong:
            report(ctx.obj, wrong)
            raise typer.Exit(1) from None
        except KeyboardInterrupt:
            report_interrupt(ctx.obj)
            raise typer.Exit(INTERRUPTED) from None


def hoisted(arguments: Iterable[str]) -> list[str]:
    """Return the arguments with the options of the whole program first.

    >>> hoisted(["verify", "--books", "dronten.db", "--json"])
    ['--books', 'dronten.db', '--json', 'verify']
    """
    own: list[str] = []
    others: list[str] = []
    rest = iter(arguments)
    for argument in rest:
        name, has_value, _ = argument.partition("=")
        if argument == "--":
            others += [argument, *rest]
        elif argument in _FLAGS or (name in _WITH_VALUE and has_value):
            own.append(argument)
        elif argument in _WITH_VALUE:
            own += [argument, *islice(rest, 1)]
        else:
            others.append(argument)
    return own + others


def _readable(argument: str) -> str:
    """Return an argument with a mark in the place of what is no text; nothing is known by such a name."""
    return argument.encode(errors="surrogateescape").decode(errors="replace")
