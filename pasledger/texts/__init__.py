"""Every sentence that people read, in Dutch and English, by code: one gettext catalogue for each language.

A language is a file: `LANGUAGE.po` beside this module. Codes are the values of the closed lists (refusals, faults of a
file, problems of books) after the name of their list, and plain names for all else.
"""

from functools import cache
from importlib.resources import files

from babel.core import negotiate_locale
from babel.messages.pofile import read_po

LANGUAGES = ("nl", "en")
"""The languages there are; the first is spoken where none is asked for."""


def say(code: str, language: str, **figures: object) -> str:
    """Return the sentence for `code`. Raises `KeyError` for a code, or a figure in its sentence, that is not there."""
    return _catalogue(language)[code].format(**figures)


def codes(language: str) -> frozenset[str]:
    """Return every code that a language has a sentence for."""
    return frozenset(_catalogue(language))


def spoken(wanted: str) -> str:
    """Return the best language for a locale (`nl_NL.UTF-8`) or an `Accept-Language` header (`en-GB,nl;q=0.5`)."""
    ranked = sorted(map(_ranked, wanted.split(",")), key=lambda one: -one[1])
    names = [name for name, weight in ranked if weight > 0]
    return negotiate_locale(names, LANGUAGES, sep="-") or LANGUAGES[0]


def _ranked(asked: str) -> tuple[str, float]:
    name, _, weight = asked.partition(";q=")
    name = name.strip().partition(".")[0].replace("_", "-").lower()
    try:
        return name, float(weight or 1)
    except ValueError:
        return name, 0.0


@cache
def _catalogue(language: str) -> dict[str, str]:
    with (files(__package__) / f"{language}.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    return {str(message.id): str(message.string) for message in catalogue if message.id and message.string}
