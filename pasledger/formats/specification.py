"""What a merchant gets with a payout: every line behind it, as a table for a program and as a page that prints well.

A line is what the merchant did, as one amount: nothing in it tells which schemes paid.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from io import StringIO

from pasledger.formats.listing import harmless
from pasledger.ledger.money import Money

COLUMNS = ("datum", "soort", "nummer", "uw_kenmerk", "bedrag")


@dataclass(frozen=True, slots=True)
class SpecifiedLine:
    """One thing that a payout pays, or takes off: when, what, under which id, and the merchant's own reference."""

    on: date
    kind: str
    id: str
    reference: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Specification:
    """The lines of one payout; the words are those of the reader's language."""

    municipality: str
    merchant: str
    number: str
    iban: str
    execute_on: date
    amount: Money
    lines: Sequence[SpecifiedLine]


def as_csv(found: Specification) -> bytes:
    """Return the lines as delimited text, which adds up to the payment."""
    text = StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(COLUMNS)
    for line in found.lines:
        amount = line.amount.plain.replace(".", ",")
        writer.writerow((line.on.isoformat(), line.kind, line.id, harmless(line.reference), amount))
    return text.getvalue().encode("utf-8-sig")


def as_html(found: Specification, words: dict[str, str]) -> str:
    """Return a page; `words` has the titles. It needs nothing from elsewhere, and each sheet repeats the titles."""
    rows = "\n".join(
        f"<tr><td>{line.on:%d-%m-%Y}</td><td>{escape(line.kind)}</td><td>{escape(line.id)}</td>"
        f"<td>{escape(line.reference)}</td><td class=n>{escape(str(line.amount))}</td></tr>"
        for line in found.lines
    )
    titles = "".join(
        f'<th scope="col">{escape(words[name])}</th>' for name in ("date", "kind", "id", "reference", "amount")
    )
    return _PAGE.format(
        style=STYLE,
        language=words["language"],
        title=escape(f"{words['title']} {found.number}"),
        municipality=escape(found.municipality),
        merchant=escape(found.merchant),
        paid=escape(words["paid"].format(iban=found.iban, day=f"{found.execute_on:%d-%m-%Y}")),
        titles=titles,
        rows=rows,
        total=escape(words["total"]),
        amount=escape(str(found.amount)),
    )


STYLE = """
body { font: 1rem/1.4 sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem }
body { color: #111; background: #fff }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .25rem .5rem; border-bottom: 1px solid #999; overflow-wrap: anywhere }
th:last-child, .n { text-align: right; white-space: nowrap; overflow-wrap: normal }
tfoot td { font-weight: bold; border-top: 2px solid #111 }
@media print { body { margin: 0; font-size: 9pt } }
@media print { thead { display: table-header-group } tr { break-inside: avoid } }
"""

_PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p>{municipality}<br><strong>{merchant}</strong><br>{paid}</p>
<table>
<thead><tr>{titles}</tr></thead>
<tbody>
{rows}
</tbody>
<tfoot><tr><td colspan="4">{total}</td><td class=n>{amount}</td></tr></tfoot>
</table>
</main>
</body>
</html>
"""
