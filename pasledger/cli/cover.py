"""The proof of cover, as a table, as JSON, and as a page."""

from pathlib import Path
from typing import Annotated

import typer

from pasledger.cli.calls import Call
from pasledger.cli.printing import Row, answer, table
from pasledger.formats.cover_page import cover_page
from pasledger.reports.cover import CoverLine, Term
from pasledger.usecases.covering import proof_of_cover
from pasledger.usecases.minting import stamp_now


def cover(
    context: typer.Context,
    page: Annotated[
        Path | None, typer.Option(metavar="OUT", help="Also write a page with a chart, for whoever looks on.")
    ] = None,
    items: Annotated[  # noqa: FBT002 - a flag
        bool, typer.Option("--items", help="Also show each entry and line in what explains the bank's balance.")
    ] = False,
) -> None:
    """Prove that what was promised is there, and that books and bank agree.

    Exits with 1 where cover is not met, or something does not add up.

    JSON: is_met, adds_up, lines (scheme, treasury, entitlements, held, payable, in_payment, promised, left, debts),
    total (as lines), bank (iban, until, closing, treasury, terms (name, amount, items (on, name, amount)), difference).
    """
    call: Call = context.obj
    with call.reader() as reader:
        found = proof_of_cover(reader)
        municipality = reader.municipality()
    rows = [_row(line) for line in found.lines]
    whole = _row(found.total)
    bank = found.bank and {
        "iban": found.bank.iban,
        "until": found.bank.until,
        "closing": found.bank.closing,
        "treasury": found.bank.treasury,
        "terms": [_term(term) for term in found.bank.terms],
        "difference": found.bank.difference,
    }
    explained: list[Row] = []
    listed: list[Row] = []
    if found.bank is not None:
        explained = [{"term": call.say("cli.cover-treasury"), "amount": found.bank.treasury}]
        explained += [{"term": call.say(_TERMS[term.name]), "amount": term.amount} for term in found.bank.terms]
        if items:
            listed = [
                {"term": call.say(_TERMS[term.name]), "effective_on": item.on, "name": item.name, "amount": item.amount}
                for term in found.bank.terms
                for item in term.items
            ]
        explained += [
            {"term": call.say("cli.cover-bank", day=found.bank.until), "amount": found.bank.closing},
            {"term": call.say("cli.cover-difference"), "amount": found.bank.difference},
        ]
    if page is not None:
        words = {name: call.say(code) for name, code in _WORDS.items()} | {"language": call.language}
        words |= {f"term_{name}": call.say(code) for name, code in _TERMS.items()}
        words["bank"] = call.say("cli.cover-bank", day="{day}")
        text = cover_page(found, words, municipality=municipality, at=stamp_now("").recorded_at)
        page.write_text(text, encoding="utf-8")
    answer(
        call,
        {"is_met": found.is_met, "adds_up": found.adds_up, "lines": rows, "total": whole, "bank": bank},
        table(
            call,
            rows,
            *("scheme", "treasury", "promised", "left", "debts"),
            totals=whole | {"scheme": call.say("cli.total")},
        ),
        table(
            call,
            rows,
            *("scheme", "entitlements", "held", "payable", "in_payment", "promised"),
            totals=whole | {"scheme": call.say("cli.total")},
        ),
        *([table(call, listed, "term", "effective_on", "name", "amount")] if listed else []),
        *([table(call, explained, "term", "amount")] if explained else []),
        call.say("cli.cover-met" if found.is_met else "cli.cover-not-met"),
        call.say("cli.cover-adds-up" if found.adds_up else "cli.cover-does-not-add-up"),
    )
    if not (found.is_met and found.adds_up):
        raise typer.Exit(1)


_TERMS = {
    "before": "cli.cover-before",
    "budgets": "cli.cover-budgets",
    "freed": "cli.cover-freed",
    "waiting": "cli.cover-waiting",
    "other": "cli.cover-other",
    "elsewhere": "cli.cover-elsewhere",
}
_WORDS = {
    "title": "cli.cover-title",
    "met": "cli.cover-met",
    "not_met": "cli.cover-not-met",
    "scheme": "cli.column.scheme",
    "treasury": "cli.cover-treasury",
    "entitlements": "cli.cover-entitlements",
    "held": "cli.cover-held",
    "payable": "cli.cover-payable",
    "in_payment": "cli.cover-in-payment",
    "promised": "cli.cover-promised",
    "left": "cli.cover-left",
    "debts": "cli.cover-debts",
    "total": "cli.total",
    "difference": "cli.cover-difference",
    "bank_agrees": "cli.cover-adds-up",
    "bank_differs": "cli.cover-does-not-add-up",
}


def _row(line: CoverLine) -> dict[str, object]:
    return {
        "scheme": line.scheme,
        "treasury": line.treasury,
        "entitlements": line.entitlements,
        "held": line.held,
        "payable": line.payable,
        "in_payment": line.in_payment,
        "promised": line.promised,
        "left": line.left,
        "debts": line.debts,
    }


def _term(term: Term) -> Row:
    items = [{"on": item.on, "name": item.name, "amount": item.amount} for item in term.items]
    return {"name": term.name, "amount": term.amount, "items": items}
