"""An auditor's report as one page: it needs no script and nothing from elsewhere, and prints.

What a chart draws stands in the table below it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from pasledger.formats.paper import day
from pasledger.ledger.accounts import AccountKind
from pasledger.ledger.money import ZERO, Money, total
from pasledger.reports.audit import OF_HOLDERS, TOGETHER, AuditReport, FindingTold, MerchantTotal
from pasledger.reports.findings import Criterion
from pasledger.reports.schemes import SchemeLine
from pasledger.reports.suppression import FEWEST, is_small
from pasledger.texts import say

_NETHERLANDS = ZoneInfo("Europe/Amsterdam")
_WIDTH, _BAR = 640, 18
_MOST_BARS = 10


def audit_page(report: AuditReport, language: str) -> str:
    """Return the page."""
    page = _Page(language)
    parts = [
        page.heading(report),
        page.summary(report),
        page.checks(report),
        page.balance(report),
        page.schemes(report),
        page.merchants(report),
        page.criteria(report),
        page.findings(report.findings),
        page.population(report),
        page.again(report),
    ]
    title = escape(page.say("title", municipality=report.municipality))
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>\n{_STYLE}\n</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(parts)
        + "\n</main>\n</body>\n</html>\n"
    )


class _Page:
    """The parts of a page, in one language."""

    def __init__(self, language: str) -> None:
        self._language = language

    def say(self, code: str, **figures: object) -> str:
        """Return a text of the report."""
        return say(f"report.{code}", self._language, **figures)

    def heading(self, report: AuditReport) -> str:
        """Return the title, and of what and when it is."""
        period = self.say("period", first=self._day(report.period.starts_on), last=self._day(report.period.last_day))
        made = self.say("made", at=self._moment(report.made_at), program=report.program)
        title = self.say("title", municipality=report.municipality)
        return f"<h1>{escape(title)}</h1>\n{_paragraphs(period, made, self.say('private', fewest=FEWEST))}"

    def summary(self, report: AuditReport) -> str:
        """Return what an opinion begins with."""
        verdicts = (
            ("sound", report.checked.is_sound),
            ("sentence", report.balance.is_balanced),
            ("cover", report.cover.is_met and report.cover.adds_up),
        )
        lines = "\n".join(
            f'<li class="{state}">{escape(self.say(f"{name}-{state}"))}</li>'
            for name, is_good in verdicts
            for state in ("good" if is_good else "bad",)
        )
        rows = [
            (self.say("spent"), _amount(report.spent, is_hidden=report.hidden_schemes)),
            (self.say("tolerated"), _amount(report.tolerated, is_hidden=report.hidden_schemes)),
            (self.say("counted"), _amount(report.counted, is_hidden=report.hidden_schemes)),
            (self.say("unjudged"), str(sum(one.is_unjudged for one in report.findings))),
        ]
        return f'<h2>{escape(self.say("summary"))}</h2>\n<ul class="verdicts">\n{lines}\n</ul>\n' + _table(
            self.say("tolerance"), (self.say("what"), self.say("figure")), rows, figures={1}
        )

    def checks(self, report: AuditReport) -> str:
        """Return what was checked, and what came of it."""
        found = report.checked
        rows = [
            (self.say("check-replay"), self.say("replayed", entries=found.entries, transfers=found.transfers)),
            (self.say("check-seals"), self.say("sealed", seals=found.seals, unsealed=found.unsealed)),
            (self.say("check-first"), found.first or self.say("nothing")),
            (self.say("check-cover"), _amount(report.cover.total.left, is_hidden=report.hidden_schemes)),
            (self.say("check-bank"), self._bank(report)),
        ]
        seal = self.say("no-seal")
        if report.seal is not None:
            seal = self.say("seal", number=report.seal.number, at=report.seal.sealed_at)
        root = "" if report.seal is None else f'<p class="root">{escape(report.seal.root)}</p>\n'
        table = _table(self.say("checks-of"), (self.say("what"), self.say("result")), rows)
        return f"<h2>{escape(self.say('checks'))}</h2>\n{table}\n{_paragraphs(seal)}{root}"

    def _bank(self, report: AuditReport) -> str:
        if report.cover.bank is None:
            return self.say("no-bank")
        bank = report.cover.bank
        return self.say("bank", until=self._day(bank.until), difference=bank.difference)

    def balance(self, report: AuditReport) -> str:
        """Return the auditor's sentence for each scheme, and the trial balance."""
        schemes = list(dict.fromkeys(line.scheme for line in report.balance.lines))
        kinds = list(AccountKind)
        rows = []
        for scheme in schemes:
            stands = {line.kind: line.balance for line in report.balance.lines if line.scheme == scheme}
            owed = total(amount for kind, amount in stands.items() if not kind.is_debit_normal)
            figures = [*(stands.get(kind, ZERO) for kind in kinds), stands.get(AccountKind.TREASURY, ZERO) - owed]
            hides = report.hidden_schemes and scheme == TOGETHER
            rows.append((self._name(scheme), *(_amount(one, is_hidden=hides) for one in figures)))
        titles = (self.say("scheme"), *(self._kind(kind) for kind in kinds), self.say("difference"))
        lines = [
            (
                self._name(line.scheme),
                self._kind(line.kind),
                str(line.accounts),
                *(
                    _amount(one, is_hidden=report.hidden_schemes and line.scheme == TOGETHER)
                    for one in (line.turnover.debits, line.turnover.credits, line.balance)
                ),
            )
            for line in report.balance.lines
        ]
        columns = tuple(map(self.say, ("scheme", "kind", "accounts", "debits", "credits", "balance")))
        return (
            f"<h2>{escape(self.say('balance-of'))}</h2>\n{_paragraphs(self.say('sentence'))}"
            + _table(self.say("by-scheme"), titles, rows, figures=set(range(1, len(titles))))
            + _table(self.say("trial-balance"), columns, lines, figures={2, 3, 4, 5})
        )

    def schemes(self, report: AuditReport) -> str:
        """Return what became of the money of each scheme, drawn and in figures."""
        names = ("redeemed", "held", "left", "lapsed", "budget_left")
        shown = [line for line in report.schemes if not (report.hidden_schemes and line.scheme == TOGETHER)]
        drawn = _bars(
            self.say("schemes-drawn"),
            [(self._name(line.scheme), [max(getattr(line, name), ZERO) for name in names]) for line in shown],
            [self._column(name) for name in names],
        )
        columns = ("budget", "awarded", "redeemed", "held", "lapsed", "freed", "left", "budget_left")
        rows = [(self._name(line.scheme), *self._scheme(line, columns, report)) for line in report.schemes]
        titles = (self.say("scheme"), *map(self._column, columns))
        return (
            f"<h2>{escape(self.say('schemes-of'))}</h2>\n{drawn}\n"
            + _table(self.say("schemes-told"), titles, rows, figures=set(range(1, len(titles))))
            + _paragraphs(self.say("schemes-note"))
        )

    def _scheme(self, line: SchemeLine, columns: Sequence[str], report: AuditReport) -> list[str]:
        hides = report.hidden_schemes and line.scheme == TOGETHER
        return [_amount(getattr(line, name), is_hidden=hides) for name in columns]

    def merchants(self, report: AuditReport) -> str:
        """Return what each merchant sold, drawn for the largest and in figures for all."""
        hides = report.hidden_merchants
        largest = sorted(
            (one for one in report.merchants if not (hides and one.name == TOGETHER)),
            key=lambda one: (-one.redeemed.cents, one.name),
        )[:_MOST_BARS]
        drawn = _bars(
            self.say("merchants-drawn"),
            [(self._name(one.name), [max(one.redeemed, ZERO)]) for one in largest if one.redeemed > ZERO],
            [self._column("redeemed")],
        )
        rows = [self._merchant(one, is_hidden=hides and one.name == TOGETHER) for one in report.merchants]
        titles = tuple(map(self.say, ("merchant", "payments", "redeemed", "refunded", "owed")))
        return f"<h2>{escape(self.say('merchants-of'))}</h2>\n{drawn}\n" + _table(
            self.say("merchants-told"), titles, rows, figures={1, 2, 3, 4}
        )

    def _merchant(self, one: MerchantTotal, *, is_hidden: bool) -> tuple[str, ...]:
        amounts = (_amount(amount, is_hidden=is_hidden) for amount in (one.redeemed, one.refunded, one.owed))
        return self._name(one.name), "–" if is_hidden else str(one.payments), *amounts

    def criteria(self, report: AuditReport) -> str:
        """Return how many findings there are about each of the nine criteria."""
        numbers = {criterion: report.number_of(criterion) for criterion in Criterion}
        rows = [
            (self._criterion(criterion), str(found), str(unjudged), self.say(f"evidence-{criterion}"))
            for criterion, (found, unjudged) in numbers.items()
        ]
        titles = tuple(map(self.say, ("criterion", "found", "unjudged", "evidence-besides")))
        return f"<h2>{escape(self.say('criteria-of'))}</h2>\n" + _table(
            self.say("criteria-told"), titles, rows, figures={1, 2}
        )

    def findings(self, findings: Sequence[FindingTold]) -> str:
        """Return each finding with what became of it."""
        if not findings:
            return f"<h2>{escape(self.say('findings-of'))}</h2>\n{_paragraphs(self.say('nothing-found'))}"
        rows = [
            (
                say(f"cli.finding-kind.{one.finding.kind}", self._language),
                one.reason,
                say(f"cli.follow-up-state.{one.state}", self._language),
                f"{one.note} ({one.said_by})" if one.note else "",
                " ".join((one.finding.id, *one.finding.evidence[:_MOST_EVIDENCE])),
            )
            for one in findings
        ]
        titles = tuple(map(self.say, ("finding", "reason", "state", "note", "evidence")))
        return f"<h2>{escape(self.say('findings-of'))}</h2>\n{_paragraphs(self.say('no-verdict'))}" + _table(
            self.say("findings-told"), titles, rows, ids={4}
        )

    def population(self, report: AuditReport) -> str:
        """Return how much there is to draw samples from, and how much was done by hand."""
        rows = [
            (
                say(f"cli.entry-kind.{kind}", self._language),
                f"< {FEWEST}" if kind in OF_HOLDERS and is_small(number) else str(number),
            )
            for kind, number in report.entries
        ]
        rows += [(self.say("by-hand"), str(report.by_hand)), (self.say("changed"), str(report.changes))]
        return f"<h2>{escape(self.say('population-of'))}</h2>\n" + _table(
            self.say("population-told"), (self.say("what"), self.say("number")), rows, figures={1}
        )

    def again(self, report: AuditReport) -> str:
        """Return how all of this is worked out once more, without us."""
        root = "ROOT" if report.seal is None else report.seal.root
        steps = "\n".join(
            f"<li>{escape(self.say(f'again-{name}'))}<pre>{escape(command.format(root=root))}</pre></li>"
            for name, command in _AGAIN
        )
        return f"<h2>{escape(self.say('again-of'))}</h2>\n{_paragraphs(self.say('again'))}<ol>\n{steps}\n</ol>"

    def _name(self, name: str) -> str:
        return self.say("together", fewest=FEWEST) if name == TOGETHER else name

    def _kind(self, kind: AccountKind) -> str:
        return say(f"cli.account-kind.{kind}", self._language)

    def _criterion(self, criterion: Criterion) -> str:
        return say(f"cli.criterion.{criterion}", self._language)

    def _column(self, name: str) -> str:
        return self.say(name.replace("_", "-"))

    def _day(self, value: object) -> str:
        return day(value, self._language)  # type: ignore[arg-type]

    def _moment(self, value: datetime) -> str:
        local = value.astimezone(_NETHERLANDS)
        return f"{day(local.date(), self._language)} {local:%H:%M}"


_MOST_EVIDENCE = 5
_AGAIN = (
    ("export", "pasledger export jsonl -o books.jsonl"),
    ("recheck", "python3 verifier/recheck.py books.jsonl"),
    ("plain", "pasledger export hledger -o books.journal\nhledger -f books.journal balance"),
    ("rebuild", "pasledger import books.jsonl --books again.db\npasledger trial-balance --books again.db"),
    ("sample", 'pasledger audit sample --size 25 --seed "YOUR OWN WORDS" --by-amount'),
)


def _amount(amount: Money, *, is_hidden: bool) -> str:
    return "–" if is_hidden else str(amount)


def _paragraphs(*texts: str) -> str:
    return "".join(f"<p>{escape(text)}</p>\n" for text in texts)


def _table(
    caption: str,
    titles: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    figures: set[int] | None = None,
    ids: set[int] | None = None,
) -> str:
    """Return a table whose first column names its lines; where it is too wide for a screen, it scrolls by itself."""
    kinds = dict.fromkeys(figures or (), ' class="figure"') | dict.fromkeys(ids or (), ' class="id"')
    heads = "".join(f'<th scope="col"{kinds.get(n, "")}>{escape(title)}</th>' for n, title in enumerate(titles))
    body = "\n".join(
        f'<tr><th scope="row">{escape(first)}</th>'
        + "".join(f"<td{kinds.get(n, '')}>{escape(cell)}</td>" for n, cell in enumerate(cells, start=1))
        + "</tr>"
        for first, *cells in rows
    )
    told = escape(caption)
    return (
        f'<div class="wide" role="region" tabindex="0" aria-label="{told}"><table>\n<caption>{told}</caption>\n'
        f"<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table></div>\n"
    )


_COLOURS = ("#1b5e8c", "#7aa6c8", "#2e7d32", "#b3541e", "#c9c9c9")


def _bars(caption: str, lines: Sequence[tuple[str, Sequence[Money]]], names: Sequence[str]) -> str:
    """Return a bar for each line, of parts on one scale; nothing where there is nothing to draw."""
    most = max((total(parts).cents for _, parts in lines), default=0)
    if most <= 0:
        return ""
    legend = " ".join(
        f'<span><svg width="12" height="12" aria-hidden="true"><rect width="12" height="12" fill="{colour}"/></svg> '
        f"{escape(name)}</span>"
        for name, colour in zip(names, _COLOURS, strict=False)
    )
    drawn = "\n".join(_bar(name, parts, names, most) for name, parts in lines)
    return f"<figure><figcaption>{escape(caption)}</figcaption>\n<p>{legend}</p>\n{drawn}\n</figure>"


def _bar(name: str, parts: Sequence[Money], names: Sequence[str], most: int) -> str:
    says = f"{name}: " + ", ".join(f"{one} {amount}" for one, amount in zip(names, parts, strict=True))
    left, rectangles = 0, []
    for amount, colour in zip(parts, _COLOURS, strict=False):
        width = amount.cents * _WIDTH // most
        rectangles.append(f'<rect x="{left}" width="{width}" height="{_BAR}" fill="{colour}"/>')
        left += width
    return (
        f'<p class="bar" aria-hidden="true">{escape(name)}</p>\n<svg viewBox="0 0 {_WIDTH} {_BAR}" role="img" '
        f'aria-label="{escape(says)}">{"".join(rectangles)}</svg>'
    )


_STYLE = """
@page { size: A4; margin: 15mm; }
* { box-sizing: border-box; }
body { font: 1rem/1.45 sans-serif; color: #111; background: #fff; }
body { margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
h1 { font-size: 1.6rem; line-height: 1.2; } h2 { font-size: 1.25rem; margin-top: 2rem; }
.verdicts { list-style: none; padding: 0; }
.verdicts li { padding: .4rem .8rem; margin: .3rem 0; border-left: .5rem solid #2e7d32; font-weight: bold; }
.verdicts .bad { border-color: #b00020; }
.wide { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; font-weight: bold; padding: .25rem 0; }
th, td { text-align: left; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #999; vertical-align: top; }
th[scope=row] { font-weight: normal; }
.figure { text-align: right; white-space: nowrap; }
.id, .root, pre { font-family: monospace; font-size: .85rem; overflow-wrap: anywhere; white-space: pre-wrap; }
figure { margin: 1rem 0; } figcaption { font-weight: bold; } figure span { white-space: nowrap; margin-right: .75rem; }
.bar { margin: .5rem 0 .1rem; } svg[role] { width: 100%; height: auto; display: block; }
@media print {
  body { font-size: 9pt; margin: 0; max-width: none; padding: 0; }
  h2 { break-after: avoid; } tr, figure, svg { break-inside: avoid; } thead { display: table-header-group; }
  .wide { overflow: visible; } rect { print-color-adjust: exact; }
}
""".strip()
