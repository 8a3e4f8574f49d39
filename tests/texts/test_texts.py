"""The sentences: both languages have the same ones, every code that is used has one, and none waits in vain."""

import ast
import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from string import Formatter

import pytest

from pasledger import texts
from pasledger.cli import errors, reasons
from pasledger.cli.wording import LISTS
from pasledger.formats.faults import FaultKind
from pasledger.ledger.refusals import Refusal
from pasledger.reports.findings import FindingKind
from pasledger.store import BooksProblem
from pasledger.texts import (
    FIRST,
    CatalogueUnfit,
    Surface,
    codes,
    language_named,
    languages,
    needed,
    require_whole,
    say,
    sentence,
    spoken,
)

ROOT = Path(__file__).parents[2]
CLI = Path(errors.__file__).parent
LANGUAGES = languages(Surface.STAFF)
EVERY_LANGUAGE = sorted(set().union(*(languages(surface) for surface in Surface)))


def figures_in(code: str, language: str) -> set[str]:
    """Return the names of the figures in a sentence."""
    parsed = Formatter().parse(sentence(code, language))
    return {name for _, name, _, _ in parsed if name is not None}


def test_every_language_says_what_its_header_says() -> None:
    """Every sentence is there for whom a language is whole, with the same figures in it; and no other sentence."""
    require_whole()
    for language in EVERY_LANGUAGE:
        wanted = set().union(*(needed(surface) for surface in language_named(language).whole_for))
        assert codes(language) == wanted, language
        for code in sorted(wanted):
            assert figures_in(code, language) == figures_in(code, FIRST), (code, language)


def test_holders_have_a_language_that_is_written_from_right_to_left() -> None:
    """Staff and merchants speak two languages, holders more; each calls itself by its own name."""
    assert (languages(Surface.STAFF), languages(Surface.MERCHANTS)) == (("nl", "en"), ("nl", "en"))
    assert set(languages(Surface.HOLDERS)) > set(LANGUAGES)
    names = {language: language_named(language).name for language in EVERY_LANGUAGE}
    assert len(set(names.values()) - set(names)) == len(EVERY_LANGUAGE)
    assert language_named("ar").direction == "rtl"
    assert not language_named("ar").is_read


@pytest.mark.parametrize(
    ("header", "body", "wrong"),
    [
        ("X-Name: Volapük\\nX-Whole-For: holders", "", "mycard.back"),
        ("X-Name: Volapük\\nX-Whole-For: holders", 'msgid "mycard.own.on"\nmsgstr "{hour}"\n', "mycard.own.on"),
        ("X-Whole-For: holders", "", "X-Name"),
        ("X-Name: Volapük", "", "X-Whole-For"),
        ("X-Name: Volapük\\nX-Whole-For: everybody", "", "X-Whole-For"),
        ("X-Name: Volapük\\nX-Whole-For: holders", "msgid nothing\n", "PoFileError"),
        ("", "\xff", "UnicodeDecodeError"),
    ],
)
def test_a_catalogue_that_is_not_whole_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, header: str, body: str, wrong: str
) -> None:
    """With what is wanting or wrong in it, before a holder finds it."""
    text = f'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"{header}\\n"\n\n{body}'
    (tmp_path / "vo.po").write_bytes(text.encode("latin-1" if body == "\xff" else "utf-8"))
    monkeypatch.setenv("PASLEDGER_TEXTS", str(tmp_path))
    with pytest.raises(CatalogueUnfit, match=wrong) as unfit:
        require_whole()
    assert unfit.value.file == "vo.po"
    monkeypatch.setenv("PASLEDGER_TEXTS", str(tmp_path / "nowhere"))
    with pytest.raises(CatalogueUnfit):
        require_whole()


def test_a_town_improves_a_language_with_a_file_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalogue in its folder takes the place of ours."""
    ours = Path(texts.__file__).with_name("ar.po").read_text(encoding="utf-8")
    (tmp_path / "ar.po").write_text(ours.replace('"X-Read-By-A-Native: not yet\\n"\n', ""), encoding="utf-8")
    monkeypatch.setenv("PASLEDGER_TEXTS", str(tmp_path))
    require_whole()
    assert language_named("ar").is_read


def test_what_pages_of_a_holder_say_is_needed_in_each_language_of_holders() -> None:
    """Every code in their templates and modules, and in what all pages share, is one that a language must have."""
    pages = ROOT / "merchant_api" / "mycard"
    shared = [
        ROOT / "merchant_api" / "till" / "templates" / name for name in ("base.html", "error.html", "trouble.html")
    ]
    said = set()
    for file in (*pages.glob("*.py"), *pages.glob("templates/*.html"), *shared):
        said |= set(re.findall(r"[\"']([a-z]+\.[a-z.-]+)[\"']", file.read_text(encoding="utf-8"))) & codes(FIRST)
    for_merchants = {
        "till.today",
        "till.statement",
        "till.requests",
        "till.sign-out",
    }  # what only a till that is signed in has
    assert said - for_merchants <= needed(Surface.HOLDERS)
    assert "mycard.own" in said


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


@pytest.mark.parametrize("language", EVERY_LANGUAGE)
def test_a_sentence_is_whole(language: str) -> None:
    """No sentence is empty, runs over a line, or holds what a terminal would obey."""
    for code in codes(language):
        text = sentence(code, language)
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
    assert spoken(wanted, Surface.STAFF) == language


def test_a_language_is_spoken_where_it_is_whole() -> None:
    """To a holder who asks for Arabic, and not to staff."""
    assert (spoken("ar-MA,nl;q=0.5", Surface.HOLDERS), spoken("ar-MA", Surface.MERCHANTS)) == ("ar", "nl")


# --- what the command line says, read from its source


def _codes_of_the_command_line() -> Iterator[str]:
    for module in _modules():
        yield from (found for found in _texts(module) if re.fullmatch(r"cli\.[a-z0-9-]+", found))
    for call in _calls("table"):
        yield from (f"cli.column.{name}" for part in call.args[2:] for name in _texts(part) if name != "name_")
    for call in _calls("answer_listed"):
        yield from (f"cli.column.{name}" for name in _texts(call.args[_SHOWN]))
    yield from (f"cli.column.name_{language}" for language in LANGUAGES)
    yield from (f"cli.bank-reason.{reason.lower()}" for reason in reasons.KNOWN_REASONS)
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
