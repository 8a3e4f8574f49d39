"""The statement of a merchant as a page that prints well: no script, no picture, and its own few lines of style."""

from datetime import date, timedelta
from html import escape

from pasledger.ledger.money import Money
from pasledger.reports.merchant_statement import MerchantStatement, StatementLine
from pasledger.texts import say

STYLE = """
:root { color-scheme: light; }
body { font: 1rem/1.5 system-ui, sans-serif; color: #1b1b1b; background: #fff; max-width: 60rem; margin: 2rem auto;
  padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0; }
h2 { font-size: 1.125rem; margin: 2rem 0 .5rem; }
p { margin: .25rem 0 1.5rem; }
.scrolls { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; font-weight: 600; padding: .5rem 0; }
th, td { text-align: left; padding: .375rem .75rem .375rem 0; border-bottom: 1px solid #bbb; vertical-align: top; }
td.amount, th.amount { text-align: right; padding-right: 0; font-variant-numeric: tabular-nums; white-space: nowrap; }
tr.sum th, tr.sum td { font-weight: 600; border-bottom: 2px solid #1b1b1b; }
@media print { body { margin: 0; max-width: none; font-size: 10pt; } thead { display: table-header-group; }
  tr { break-inside: avoid; } @page { margin: 2cm; } }
"""

_SUMS = (
    ("opening_owed", True),
    ("redemptions", False),
    ("captures", False),
    ("refunds", False),
    ("corrections", False),
    ("returned", False),
    ("paid", False),
    ("in_payment", False),
    ("closing_owed", True),
)
_LESS = frozenset({"refunds", "paid", "in_payment"})
"""What goes off from what is owed, and is shown so, for the figures to add up down the page."""


def statement_page(statement: MerchantStatement, language: str) -> str:
    """Return a statement as a page in a language."""
    title = escape(f"{say('statement.title', language)} - {statement.merchant}")
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{STYLE}</style></head>\n"
        f"<body><main>{statement_parts(statement, language)}</main></body></html>\n"
    )


def statement_parts(statement: MerchantStatement, language: str) -> str:
    """Return what is on the page of a statement: whose and of when, the sums, and the lines."""
    period = say(
        "statement.period",
        language,
        first=_day(statement.period.starts_on, language),
        last=_day(statement.period.ends_before - timedelta(days=1), language),
    )
    return (
        f"<h1>{escape(statement.merchant)}</h1><p>{escape(period)}</p>\n"
        f"{_sums(statement, language)}{_lines(statement.lines, language)}"
    )


def _sums(statement: MerchantStatement, language: str) -> str:
    shown = [f"<table><caption>{escape(say('statement.summary', language))}</caption><tbody>\n"]
    for name, is_sum in _SUMS:
        amount: Money = getattr(statement, name)
        shown.append(
            f'<tr{" class=sum" if is_sum else ""}><th scope="row">{escape(say(f"statement.{name}", language))}</th>'
            f'<td class="amount">{escape(str(-amount if name in _LESS else amount))}</td></tr>\n'
        )
    return "".join((*shown, "</tbody></table>\n"))


def _lines(lines: tuple[StatementLine, ...], language: str) -> str:
    if not lines:
        return f"<p>{escape(say('statement.nothing', language))}</p>\n"
    names = ("day", "kind", "reference", "terminal", "id", "amount")
    head = "".join(
        f'<th scope="col" class="{name}">{escape(say(f"statement.column.{name}", language))}</th>' for name in names
    )
    body = "".join(
        f"<tr><td>{_day(line.on, language)}</td><td>{escape(say(f'statement.kind.{line.kind}', language))}</td>"
        f"<td>{escape(line.reference or '')}</td><td>{escape(line.terminal or '')}</td><td>{escape(line.id or '')}</td>"
        f'<td class="amount">{escape(str(line.amount))}</td></tr>\n'
        for line in lines
    )
    caption = escape(say("statement.lines", language))
    return (
        '<div class="scrolls" role="region" aria-labelledby="lines" tabindex="0">'
        f'<table><caption id="lines">{caption}</caption><thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table>'
        "</div>\n"
    )


def _day(day: date, language: str) -> str:
    return f"{day:%d-%m-%Y}" if language == "nl" else f"{day:%Y-%m-%d}"
