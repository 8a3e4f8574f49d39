"""Every sentence that people read, by code: one gettext catalogue for each language.

A language is a file: `LANGUAGE.po` beside this module or, for a town's own, in the folder that `PASLEDGER_TEXTS` names.
Its header says how the language calls itself (`X-Name`), where its lines begin (`X-Direction`), for whom it has every
sentence (`X-Whole-For`), and whether nobody who grew up with it has
read it (`X-Read-By-A-Native: not yet`). Codes are the
values of the closed lists (refusals, faults of a file, problems of books) after the name of their list, and plain names
for all else.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.parser import HeaderParser
from enum import StrEnum
from functools import cache
from pathlib import Path
from string import Formatter

from babel.core import negotiate_locale
from babel.messages.pofile import PoFileError, denormalize, read_po

FIRST = "nl"
"""What is spoken where no language is asked for, and what has every sentence there is."""

FOLDER = "PASLEDGER_TEXTS"
"""The variable that names the folder with a town's own catalogues; one of ours with the same name gives way to it."""


class Surface(StrEnum):
    """For whom a sentence is. Each of these is spoken in the languages that are whole for it."""

    STAFF = "staff"
    MERCHANTS = "merchants"
    HOLDERS = "holders"


@dataclass(frozen=True, slots=True)
class Language:
    """What the header of a catalogue says."""

    code: str
    name: str
    direction: str
    """`ltr` or `rtl`."""
    whole_for: frozenset[Surface]
    is_read: bool
    """Whether somebody who grew up with the language has read it."""


class CatalogueUnfit(Exception):  # noqa: N818 - an answer, not an error
    """A catalogue is not what it says that it is. Carries the file and what is wrong in it: codes, or its header."""

    def __init__(self, file: str, wrong: str) -> None:
        super().__init__(f"{file}: {wrong}")
        self.file = file
        self.wrong = wrong


def say(code: str, language: str, **figures: object) -> str:
    """Return the sentence for `code`. Raises `KeyError` for a code, or a figure in its sentence, that is not there."""
    return sentence(code, language).format(**figures)


def sentence(code: str, language: str) -> str:
    """Return the sentence for `code` with its figures as they are written."""
    return _catalogue(_files()[language])[code]


def codes(language: str) -> frozenset[str]:
    """Return every code that a language has a sentence for."""
    return frozenset(_catalogue(_files()[language]))


def languages(surface: Surface) -> tuple[str, ...]:
    """Return the languages of a surface, the one first that is spoken where none is asked for."""
    found = (code for code, file in _files().items() if surface in _header(file).whole_for)
    return tuple(sorted(found, key=lambda code: (code != FIRST, code)))


def language_named(code: str) -> Language:
    """Return what a language says of itself."""
    return _header(_files()[code])


def spoken(wanted: str, surface: Surface) -> str:
    """Return the best language for a locale (`nl_NL.UTF-8`) or an `Accept-Language` header (`en-GB,nl;q=0.5`)."""
    ranked = sorted(map(_ranked, wanted.split(",")), key=lambda one: -one[1])
    names = [name for name, weight in ranked if weight > 0]
    return negotiate_locale(names, languages(surface), sep="-") or FIRST


def needed(surface: Surface) -> frozenset[str]:
    """Return the codes that are said on a surface: to holders what their pages and messages say, and to others all."""
    if surface is not Surface.HOLDERS:
        return codes(FIRST)
    return frozenset(code for code in codes(FIRST) if code.startswith(_HOLDERS_READ) or code in _HOLDERS_READ_TOO)


def require_whole() -> None:
    """Look through every catalogue. Raises `CatalogueUnfit` for the first that is not what its header says."""
    if _own() is not None and not Path(str(_own())).is_dir():
        raise CatalogueUnfit(str(_own()), FOLDER)
    for code, file in _files().items():
        try:
            there, header = _catalogue(file), _header(file)
        except (PoFileError, ValueError) as unreadable:
            raise CatalogueUnfit(file.name, type(unreadable).__name__) from None
        if not header.whole_for or header.name == code:
            raise CatalogueUnfit(file.name, "X-Name, X-Whole-For")
        wanted: set[str] = set().union(*(needed(surface) for surface in header.whole_for))
        if unfit := [one for one in sorted(wanted) if _figures(there.get(one)) != _figures(sentence(one, FIRST))]:
            raise CatalogueUnfit(file.name, ", ".join(unfit))


_HOLDERS_READ = ("mycard.", "message.")
_HOLDERS_READ_TOO = frozenset(
    {
        *(
            "till.name",
            "till.skip",
            "till.menu",
            "till.wait",
            "till.lost",
            "till.unknown",
            "till.again",
            "till.scanned",
        ),
        *("till.start", "till.own.again", "till.error.differs", "till.error.unfit-cashier", "till.error.key"),
        *("fault.card-number", "fault.card-check-digits", "statement.column.day", "statement.column.amount"),
    }
)
"""What pages for holders say in the same words as others."""


def _ranked(asked: str) -> tuple[str, float]:
    name, _, weight = asked.partition(";q=")
    name = name.strip().partition(".")[0].replace("_", "-").lower()
    try:
        return name, float(weight or 1)
    except ValueError:
        return name, 0.0


def _own() -> str | None:
    return os.environ.get(FOLDER) or None


def _files() -> Mapping[str, Path]:
    return _files_in(_own())


@cache
def _files_in(own: str | None) -> Mapping[str, Path]:
    """Return the catalogue of each language, by its code."""
    folders = [Path(__file__).parent, *([] if own is None else [Path(own)])]
    return {file.stem.lower(): file for folder in folders for file in sorted(folder.glob("*.po"))}


@cache
def _header(file: Path) -> Language:
    """Read the first entry of a catalogue, and nothing else of it."""
    with file.open(encoding="utf-8", errors="replace") as lines:
        quoted = "".join(line for line in _until_blank(lines) if line.startswith('"'))
    fields = HeaderParser().parsestr(denormalize(f'""\n{quoted}'))
    named = fields.get("X-Whole-For", "").split()
    return Language(
        code=file.stem.lower(),
        name=fields.get("X-Name", file.stem.lower()),
        direction="rtl" if fields.get("X-Direction") == "rtl" else "ltr",
        whole_for=frozenset(surface for surface in Surface if surface in named),
        is_read=fields.get("X-Read-By-A-Native") != "not yet",
    )


def _until_blank(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        if not line.strip():
            return
        yield line


@cache
def _catalogue(file: Path) -> dict[str, str]:
    with file.open("rb") as opened:
        catalogue = read_po(opened, abort_invalid=True)
    return {str(message.id): str(message.string) for message in catalogue if message.id and message.string}


def _figures(text: str | None) -> frozenset[str] | None:
    """Return the figures of a sentence; None where there is no sentence, or one that no figure fits in."""
    try:
        return (
            None if text is None else frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)
        )
    except ValueError:
        return None
