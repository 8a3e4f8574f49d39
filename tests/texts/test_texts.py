"""The sentences: both languages have the same ones, every code that is used has one, and none waits in vain."""

import ast
import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from string import Formatter

import pytest

from pasledger.cli import bank, errors
from pasledger.cli.wording import LISTS
from pasledger.formats.faults import FaultKind
from pasledger.ledger.refusals import Refusal
from pasledger.reports.findings import FindingKind
from pasledger.store import BooksProblem
from pasledger.texts import LANGUAGES, codes, say, spoken

CLI = Path(errors.__file__).parent


def figures_in(code: str, language: str) -> set[str]:
    """Return the names of the figures in a sentence."""
    parsed = Formatter().parse(_text(code, language))
    return {name for _, name, _, _ in parsed if name is not None}


def _text(code: str, language: str) -> str:
    """Return a sentence with its figures as they are written."""
    names: dict[str, object] = {}
    while True:
        try:
            return say(code, language, **names)
        except KeyError as missing:
            (name,) = missing.args
            names[name] = f"{{{name}}}"


def test_both_languages_say_the_same_things() -> None:
    """Every sentence is there in every language, with the same figures in it."""
    first, *others = LANGUAGES
    for language in others:
        assert codes(language) == codes(first)
    for code in sorted(codes(first)):
        assert len({frozenset(figures_in(code, language)) for language in LANGUAGES}) == 1, code


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("prefix", "members"),
    [("refusal", Refusal), ("fault", FaultKind), ("books", BooksProblem), ("finding", FindingKind)],
    ids=str,
)
def test_every_closed_list_has_its_sentences(prefix: str, members: Iterable[StrEnum], language: str) -> None:
    """Each reason, fault and problem has a sentence, and there is no sentence for one that is not there."""
    said = {code.removeprefix(f"{prefix}.") for code in codes(language) if code.startswith(f"{prefix}.")}
    assert said == {member.value for member in members}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_command_line_uses_every_sentence_it_has_and_no_other(language: str) -> None:
    """A code without a sentence would fail in front of a person; a sentence without a use is a leftover."""
    assert {code for code in codes(language) if code.startswith("cli.")} == set(_codes_of_the_command_line())


def test_the_command_line_gives_every_figure() -> None:
    """A sentence gets all the figures that it has a place for."""
    for call in _calls("say"):
        code = call.args[0] if call.args else None
        if isinstance(code, ast.Constant):
            given = {keyword.arg for keyword in call.keywords}
            assert figures_in(str(code.value), "nl") <= given, code.value


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_is_whole(language: str) -> None:
    """No sentence is empty, runs over a line, or holds what a terminal would obey."""
    for code in codes(language):
        text = _text(code, language)
        assert text.strip() == text != "", code
        assert text.isprintable(), code


def test_a_code_without_a_sentence_is_a_fault() -> None:
    """Nothing is said in its place, so that it is found."""
    with pytest.raises(KeyError):
        say("cli.no-such-code", "nl")
    with pytest.raises(KeyError):
        say("cli.file-missing", "nl")


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        ("nl_NL.UTF-8", "nl"),
        ("en_US.UTF-8", "en"),
        ("en_GB@euro", "en"),
        ("EN", "en"),
        ("EN-GB", "en"),
        ("nl", "nl"),
        ("en;q=nan", "nl"),
        ("C", "nl"),
        ("C.UTF-8", "nl"),
        ("POSIX", "nl"),
        ("", "nl"),
        ("de_DE", "nl"),
        ("en-GB,nl;q=0.5", "en"),
        ("nl;q=0.5,en-GB;q=0.9", "en"),
        ("de,en;q=0.5", "en"),
        ("en;q=0", "nl"),
        ("en;q=much,nl", "nl"),
        ("*", "nl"),
        (",;=,,", "nl"),
        ("x" * 10_000, "nl"),
        ("\x00\u202e", "nl"),
    ],
)
def test_the_best_language_is_spoken(wanted: str, language: str) -> None:
    """A locale or a header leads to a language that there is: the wanted one, or the first."""
    assert spoken(wanted) == language


# --- what the command line says, read from its source


def _codes_of_the_command_line() -> Iterator[str]:
    for module in _modules():
        yield from (found for found in _texts(module) if re.fullmatch(r"cli\.[a-z0-9-]+", found))
    for call in _calls("table"):
        yield from (f"cli.column.{name}" for part in call.args[2:] for name in _texts(part) if name != "name_")
    for call in _calls("answer_listed"):
        yield from (f"cli.column.{name}" for name in _texts(call.args[_SHOWN]))
    yield from (f"cli.column.name_{language}" for language in LANGUAGES)
    yield from (f"cli.bank-reason.{reason.lower()}" for reason in bank.KNOWN_REASONS)
    for members, name in LISTS.items():
        yield from (f"cli.{name}.{member}" for member in members)
    for call in _calls("Wrong"):
        yield from (f"cli.{code}" for code in _texts(call.args[0]))
    yield from (f"cli.{code}" for code in (*errors._OS_ERRORS.values(), "file-unusable"))


_SHOWN = 4
"""Where the columns stand among the arguments of `answer_listed`."""


def _modules() -> list[ast.Module]:
    return [ast.parse(path.read_text(encoding="utf-8")) for path in sorted(CLI.glob("*.py"))]


def _calls(name: str) -> Iterator[ast.Call]:
    for module in _modules():
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and name in (getattr(node.func, "attr", ""), getattr(node.func, "id", "")):
                yield node


def _texts(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
