"""Pages to be printed: cards, letters and overviews, each one HTML file with nothing outside of it.

A card is the same for everybody: what is printed on it says whose money it carries as little as how much.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from html import escape

import segno

from pasledger.formats.carriers import CarrierRow
from pasledger.ledger.money import Money, total
from pasledger.ledger.periods import Period
from pasledger.rules.cards import CardNumber, CardState
from pasledger.rules.holders import HolderReference
from pasledger.rules.records import Length
from pasledger.texts import language_named, say

STYLE = """
@page { size: A4; margin: 15mm; }
body { font: 12pt/1.5 Georgia, serif; color: #111; margin: 0 auto; max-width: 180mm; }
h1 { font-size: 18pt; line-height: 1.2; } h2 { font-size: 13pt; margin-top: 8mm; }
table { border-collapse: collapse; width: 100%; } caption { text-align: start; font-weight: bold; }
th, td { text-align: start; vertical-align: top;
  padding-block: 1.5mm; padding-inline: 0 3mm; border-bottom: .2mm solid #999; }
td.amount, th.amount { text-align: end; white-space: nowrap; }
.wide { overflow-x: auto; }
.letter { break-after: page; }
.window { width: 85mm; height: 45mm; margin: 30mm auto 10mm 5mm; }
.code { font: bold 20pt monospace; letter-spacing: .1em; }
.cards { display: flex; flex-wrap: wrap; gap: 4mm; }
.card { width: 85.6mm; max-width: 100%; height: 54mm; border: .2mm dashed #999; box-sizing: border-box; padding: 4mm;
  display: flex; justify-content: space-between; break-inside: avoid; }
.card svg { width: 40mm; height: 40mm; } .card strong { display: block; font-size: 13pt; }
.number { font: 11pt monospace; white-space: nowrap; }
@media print { .on-screen { display: none; } }
""".strip()
"""How all of them look."""

_SHORT = 4


@dataclass(frozen=True, slots=True)
class Letter:
    """What a letter tells a holder: the code exists here and on paper; the books keep a keyed hash."""

    reference: str
    number: CardNumber
    code: str = field(repr=False)
    last_day: date
    where: str
    """The address of the page on which the PIN is chosen."""


@dataclass(frozen=True, slots=True)
class Available:
    """One amount on a holder's name: under which public name, how long, how much, and what is left of it."""

    name_nl: str
    name_en: str
    valid: Period
    amount: Money
    left: Money
    decision: str | None
    """The reference of the decision behind it; None where its term is over."""
    legal_basis: str

    def name_in(self, language: str) -> str:
        """Return the public name: in English where that is spoken, and in any other language as the town says it."""
        return self.name_en if language == "en" else self.name_nl


@dataclass(frozen=True, slots=True)
class OwnCard:
    """A card on a holder's name, also one that was replaced."""

    number: CardNumber
    state: CardState


@dataclass(frozen=True, slots=True)
class Reserved:
    """What is set aside for a merchant, until and including a day."""

    until: date
    merchant: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Payment:
    """What was paid to a merchant on a day; below zero what was given back."""

    on: date
    merchant: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Overview:
    """What a holder may know of its own name."""

    municipality: str
    reference: HolderReference
    on: date
    cards: tuple[OwnCard, ...]
    available: tuple[Available, ...]
    ended: tuple[Available, ...]
    held: tuple[Reserved, ...]
    payments: tuple[Payment, ...]
    holder_kept: Length
    """How long the reference is kept after the last card or entitlement."""
    decision_kept: Length
    """How long the reference of a decision is kept after the end of what it gave."""

    @property
    def left(self) -> Money:
        """What can still be spent, now or later."""
        return total(one.left for one in self.available)


def cards_page(carriers: Iterable[CarrierRow], municipality: str, language: str) -> str:
    """Return a sheet of cards to print and cut: name, number and QR, and nothing of the holder."""
    cards = "\n".join(_card(carrier, municipality, language) for carrier in carriers)
    title = say("paper.cards", language, municipality=municipality)
    heading = f'<h1 class="on-screen">{escape(title)}</h1>'
    return page(title, f'<main>\n{heading}\n<div class="cards">\n{cards}\n</div>\n</main>', language)


def letters_page(letters: Sequence[Letter], municipality: str, language: str) -> str:
    """Return a page for each letter. The card number is not on it: who finds one letter cannot pay with it."""
    title = say("paper.letters", language, municipality=municipality)
    pages = "\n".join(_letter(letter, municipality, language) for letter in letters)
    return page(title, f"<main>\n{pages}\n</main>", language)


def replacement_page(carrier: CarrierRow, letter: Letter | None, municipality: str, language: str) -> str:
    """Return a card to print and cut, and below it, for another envelope, the letter with the code for its PIN."""
    title = say("paper.replacement", language, municipality=municipality)
    parts = [f"<h1>{escape(title)}</h1>", f'<div class="cards letter">{_card(carrier, municipality, language)}</div>']
    if letter is not None:
        parts.append(_letter(letter, municipality, language))
    return page(title, "<main>\n" + "\n".join(parts) + "\n</main>", language)


def overview_page(overview: Overview, language: str) -> str:
    """Return a page for the holder: what there is, what was spent where, and what is kept, why and until when."""
    title = say("paper.overview.title", language, municipality=overview.municipality)
    cards = ", ".join(card.number.printed for card in overview.cards if card.state is not CardState.REPLACED)
    parts = [
        f"<p>{escape(overview.reference)}</p>\n<h1>{escape(title)}</h1>",
        _paragraph("paper.overview.on", language, on=day(overview.on, language), cards=cards),
        _paragraph("paper.overview.left", language, left=overview.left),
        _amounts("paper.overview.available", overview.available, language),
        *([_held(overview.held, language)] if overview.held else []),
        _payments(overview.payments, language),
        *([_amounts("paper.overview.ended", overview.ended, language)] if overview.ended else []),
        f"<h2>{escape(say('paper.overview.kept', language))}</h2>",
        _cards(overview.cards, language),
        *(f"<p>{escape(text)}</p>" for text in kept_of(overview, language).values()),
        _paragraph("paper.overview.wrong", language),
    ]
    return page(title, "<main>\n" + "\n".join(parts) + "\n</main>", language)


def kept_of(overview: Overview, language: str) -> dict[str, str]:
    """Return what is kept of a holder, why, until when, and who can see it, in a sentence or more each."""
    lengths = {
        "holder": in_words(overview.holder_kept, language),
        "decision": in_words(overview.decision_kept, language),
    }
    return {
        "what": say("paper.overview.what", language, reference=overview.reference),
        "why": say("paper.overview.why", language),
        "until": say("paper.overview.until", language, **lengths),
        "who": say("paper.overview.who", language),
    }


def in_words(length: Length, language: str) -> str:
    """Return how long something is kept, in words."""
    return say(f"paper.length.{length.unit.lower()}", language, number=length.number)


def page(title: str, body: str, language: str) -> str:
    """Return a whole page."""
    direction = language_named(language).direction
    return (
        f'<!doctype html>\n<html lang="{language}" dir="{direction}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width">\n<title>{escape(title)}</title>\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def day(value: date, language: str) -> str:
    """Return a day as people write it, without a month's name that two languages would spell."""
    return f"{value:%d-%m-%Y}" if language == "nl" else f"{value:%Y-%m-%d}"


def _card(carrier: CarrierRow, municipality: str, language: str) -> str:
    code = segno.make(carrier.link, error="m", micro=False).svg_inline(border=2, omitsize=True)
    name = escape(say("paper.card", language, municipality=municipality))
    words = f'<div><strong>{name}</strong><p class="number">{carrier.number.printed}</p></div>'
    return f'<div class="card">{words}{code}</div>'


def _letter(letter: Letter, municipality: str, language: str) -> str:
    steps = "\n".join(
        f"<li>{escape(say(f'paper.letter.step-{step}', language, where=letter.where))}</li>" for step in (1, 2, 3)
    )
    grouped = " ".join(letter.code[start : start + _SHORT] for start in range(0, len(letter.code), _SHORT))
    last_day = say("paper.letter.last-day", language, last_day=day(letter.last_day, language))
    ends = say("paper.letter.card", language, digits=letter.number[-_SHORT:])
    return (
        f'<section class="letter">\n<p>{escape(letter.reference)}</p>\n'
        f"<h1>{escape(say('paper.letter.title', language, municipality=municipality))}</h1>\n"
        f"<p>{escape(ends)}</p>\n<p>{escape(say('paper.letter.code', language))}</p>\n"
        f'<p class="code">{grouped}</p>\n<p>{escape(last_day)}</p>\n<ol>\n{steps}\n</ol>\n'
        f"<p>{escape(say('paper.letter.help', language))}</p>\n"
        f"<p>{escape(say('paper.letter.secret', language))}</p>\n</section>"
    )


def _paragraph(code: str, language: str, **figures: object) -> str:
    return f"<p>{escape(say(code, language, **figures))}</p>"


def _amounts(caption: str, amounts: Sequence[Available], language: str) -> str:
    lines = [
        (
            one.name_in(language),
            say("paper.overview.span", language, first=day(one.valid.starts_on, language), last=_last(one, language)),
            one.decision or "",
            one.legal_basis,
            str(one.amount),
            str(one.left),
        )
        for one in amounts
    ]
    return _table(caption, ("for", "valid", "decision", "basis", "given", "left"), lines, language)


def _held(held: Sequence[Reserved], language: str) -> str:
    lines = [(day(one.until, language), one.merchant, str(one.amount)) for one in held]
    return _table("paper.overview.held", ("until", "where", "amount"), lines, language)


def _cards(cards: Sequence[OwnCard], language: str) -> str:
    lines = [(card.number.printed, say(f"cli.card-state.{card.state}", language)) for card in cards]
    return _table("paper.overview.cards", ("card", "state"), lines, language)


def _payments(payments: Sequence[Payment], language: str) -> str:
    lines = [(day(one.on, language), one.merchant, str(one.amount)) for one in payments]
    return _table("paper.overview.payments", ("on", "where", "amount"), lines, language)


def _last(one: Available, language: str) -> str:
    return day(one.valid.last_day, language)


_FIGURES = frozenset({"given", "left", "amount"})


def _table(caption: str, columns: Sequence[str], lines: Sequence[Sequence[str]], language: str) -> str:
    """Return a table with a caption; or, where there is nothing, a sentence that says so below it."""
    title = escape(say(caption, language))
    if not lines:
        return f"<h2>{title}</h2>\n<p>{escape(say('paper.overview.nothing', language))}</p>"
    kinds = [' class="amount"' if name in _FIGURES else "" for name in columns]
    heads = "".join(
        f'<th scope="col"{kind}>{escape(say(f"paper.overview.column.{name}", language))}</th>'
        for name, kind in zip(columns, kinds, strict=True)
    )
    body = "\n".join(
        "<tr>" + "".join(f"<td{kind}>{escape(cell)}</td>" for cell, kind in zip(line, kinds, strict=True)) + "</tr>"
        for line in lines
    )
    table = f"<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"
    return f'<h2>{title}</h2>\n<div class="wide" role="region" tabindex="0" aria-label="{title}">{table}</div>'
