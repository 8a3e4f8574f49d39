"""The proof of cover as a page that a controller reads in a minute: one bar for each scheme, and the bank below it."""

from collections.abc import Mapping
from datetime import datetime
from html import escape

from pasledger.ledger.money import ZERO
from pasledger.reports.cover import BankCover, Cover, CoverLine, Term

_WIDTH = 600
_PARTS = ("entitlements", "held", "payable", "in_payment")
_COLOURS = {"entitlements": "#1b5e8c", "held": "#5b8db8", "payable": "#b3541e", "in_payment": "#e0a370"}


def cover_page(found: Cover, words: Mapping[str, str], *, municipality: str, at: datetime) -> str:
    """Return the page; `words` has its texts. It needs nothing from elsewhere, and the table says all that is drawn."""
    most = max([line.treasury.cents for line in found.lines] + [line.promised.cents for line in found.lines] + [1])
    verdict = "met" if found.is_met and found.adds_up else "not_met"
    legend = " ".join(
        f'<span><svg width="12" height="12" aria-hidden="true"><rect width="12" height="12" '
        f'fill="{_COLOURS[part]}"/></svg> {escape(words[part])}</span>'
        for part in _PARTS
    )
    return _PAGE.format(
        language=words["language"],
        title=escape(words["title"]),
        municipality=escape(municipality),
        at=f"{at:%d-%m-%Y %H:%M}",
        verdict=escape(words[verdict]),
        state=verdict,
        legend=legend,
        bars="\n".join(_bar(line, most, words) for line in found.lines),
        titles="".join(f'<th scope="col">{escape(words[name])}</th>' for name in ("scheme", *_NUMBERS)),
        rows="\n".join(_row(line, line.scheme) for line in found.lines),
        total=_row(found.total, words["total"]),
        bank="" if found.bank is None else _bank(found.bank, words),
    )


_NUMBERS = ("treasury", *_PARTS, "promised", "left", "debts")


def _row(line: CoverLine, name: str) -> str:
    cells = "".join(f"<td>{escape(str(getattr(line, number)))}</td>" for number in _NUMBERS)
    return f'<tr><th scope="row">{escape(name)}</th>{cells}</tr>'


def _bar(line: CoverLine, most: int, words: Mapping[str, str]) -> str:
    """Return one scheme: above the money that is there, below it what is promised, on one scale."""
    drawn, left = [], 0
    for part in _PARTS:
        width = max(0, getattr(line, part).cents) * _WIDTH // most
        drawn.append(f'<rect x="{left}" y="20" width="{width}" height="16" fill="{_COLOURS[part]}"/>')
        left += width
    treasury = max(0, line.treasury.cents) * _WIDTH // most
    says = f"{line.scheme}: {words['treasury']} {line.treasury}, {words['promised']} {line.promised}"
    return (
        f'<figure><figcaption>{escape(says)}</figcaption><svg viewBox="0 0 {_WIDTH} 38" role="img" '
        f'aria-label="{escape(says)}"><rect width="{treasury}" height="16" fill="#2e7d32"/>'
        f"{''.join(drawn)}</svg></figure>"
    )


def _bank(bank: BankCover, words: Mapping[str, str]) -> str:
    rows = [(words["treasury"], bank.treasury), *((words[f"term_{term.name}"], term.amount) for term in bank.terms)]
    rows += [(words["bank"].format(day=f"{bank.until:%d-%m-%Y}"), bank.closing), (words["difference"], bank.difference)]
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(str(amount))}</td></tr>' for name, amount in rows
    )
    verdict = words["bank_agrees" if bank.difference == ZERO else "bank_differs"]
    lists = "".join(_list(term, words) for term in bank.terms if term.items)
    return f"<h2>{escape(bank.iban)}</h2><p>{escape(verdict)}</p><table><tbody>{body}</tbody></table>{lists}"


def _list(term: Term, words: Mapping[str, str]) -> str:
    """Return all that is in a term, folded until somebody wants to see it."""
    items = "".join(
        f'<tr><th scope="row">{item.on:%d-%m-%Y}</th><td>{escape(item.name)}</td>'
        f"<td>{escape(str(item.amount))}</td></tr>"
        for item in term.items
    )
    name = escape(f"{words[f'term_{term.name}']}: {term.amount}")
    return f"<details><summary>{name}</summary><table><tbody>{items}</tbody></table></details>"


_PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 1rem/1.4 sans-serif; margin: 2rem auto; max-width: 64rem; padding: 0 1rem }}
body {{ color: #111; background: #fff }}
.met, .not_met {{ font-size: 1.4rem; font-weight: bold; padding: .5rem 1rem; border-left: .5rem solid #2e7d32 }}
.not_met {{ border-color: #b00020 }}
figure {{ margin: 1rem 0 }}
summary {{ padding: .5rem 0; cursor: pointer }}
svg[role] {{ width: 100%; height: auto }}
div {{ overflow-x: auto }}
table {{ border-collapse: collapse }}
th, td {{ text-align: right; padding: .25rem .5rem; border-bottom: 1px solid #999; white-space: nowrap }}
th[scope=row] {{ text-align: left; font-weight: normal }}
@media print {{ body {{ margin: 0; padding: 0; font-size: 7.5pt }} div {{ overflow: visible }} }}
@media print {{ th {{ white-space: normal; overflow-wrap: anywhere }} th, td {{ padding: .15rem .2rem }} }}
@media print {{ thead {{ display: table-header-group }} tr, figure {{ break-inside: avoid }} }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p>{municipality}, {at}</p>
<p class="{state}">{verdict}</p>
<p>{legend}</p>
{bars}
<div tabindex="0" role="region" aria-label="{title}"><table>
<thead><tr>{titles}</tr></thead>
<tbody>
{rows}
</tbody>
<tfoot>{total}</tfoot>
</table></div>
{bank}
</main>
</body>
</html>
"""
