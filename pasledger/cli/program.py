"""The outermost command: takes its options wherever they stand, and turns what goes wrong into sentences."""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from pasledger.cli.claims import for_the_log
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


class Job(TyperCommand):
    """One command, which knows what it is called and what it is given upon."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - as above
        """Run the command."""
        ctx.obj = ctx.obj.of(" ".join(_names(ctx)), " ".join(self._given(ctx.params)))
        return super().invoke(ctx)

    def _given(self, values: Mapping[str, object]) -> Iterator[str]:
        """Yield what was given, as the log may have it: arguments as they are, options with their name."""
        for parameter in sorted(self.params, key=lambda one: one.param_type_name != "argument"):
            value = values.get(parameter.name or "")
            if parameter.name in _NOT_LOGGED or value in (None, False, []):
                continue
            if parameter.param_type_name != "argument":
                yield parameter.opts[0]
            if parameter.name in _OF_A_PERSON:
                yield "…"
            elif value is not True:
                yield " ".join(map(for_the_log, value if isinstance(value, list) else [value]))


# Who approves has a place of its own in the log, and what points at a person must be deletable.
_NOT_LOGGED = frozenset({"approved_by"})
_OF_A_PERSON = frozenset({"holder", "contact", "email", "phone"})


def _names(context: Any) -> list[str]:  # noqa: ANN401 - as above
    """Return the words of a command, without the name of the program."""
    return [] if context.parent is None else [*_names(context.parent), context.info_name]


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
