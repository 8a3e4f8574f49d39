"""Schemes: add them from a file, list every version, and show what became of their money."""

from collections.abc import Iterable

import typer

from pasledger.cli.arguments import Approver, File
from pasledger.cli.calls import Call
from pasledger.cli.errors import reading
from pasledger.cli.listing import AsAt, AsCsv, RecordedBefore, in_view, print_csv, seen, view_of
from pasledger.cli.printing import Row, answer, table
from pasledger.reports.schemes import SchemeLine, scheme_lines, scheme_total
from pasledger.rules.schemes import Scheme
from pasledger.usecases.registering import add_schemes


def add(context: typer.Context, file: File, approved_by: Approver) -> None:
    """Add the schemes of a file, or new versions of them.

    The file is TOML, as examples/dronten/regelingen.toml.

    JSON: as `schemes list`.
    """
    call: Call = context.obj
    stamp = call.approved_by(approved_by)
    with call.batch() as store, reading(file) as data:
        events = add_schemes(store, data, stamp)
    _answer(call, [fact for event in events for fact in event.facts if isinstance(fact, Scheme)])


def show(context: typer.Context) -> None:
    """List every version of every scheme.

    JSON: schemes (scheme, version, effective_from, name_nl, name_en, categories, merchants, validity, starts_on,
    last_day, least, most, amounts, legal_basis, task_field, iv3_category, day_ceiling).
    """
    call: Call = context.obj
    with call.reader() as reader:
        schemes = list(reader.schemes())
    _answer(call, schemes)


def overview(
    context: typer.Context, as_at: AsAt = None, recorded_before: RecordedBefore = None, *, as_csv: AsCsv = False
) -> None:
    """Show what became of the money of each scheme, by year.

    Budget, awarded, written off and left are of the year of the budget; redeemed and held of the year in which it
    counts; lapsed and freed of the year in which it lapsed.

    JSON: as_at, recorded_before, schemes (scheme, year, budget, awarded, written_off, budget_left, redeemed, held,
    lapsed, freed, left), total (as schemes).
    """
    call: Call = context.obj
    view = view_of(call, as_at, recorded_before, as_csv=as_csv)
    with call.reader() as reader:
        lines = scheme_lines(reader.ledger.flows(view), reader.ledger.left_by_year(view))
    rows = [{"scheme": line.scheme, "year": line.year, **_amounts(line)} for line in lines]
    if as_csv:
        print_csv(("scheme", "year", *_amounts(scheme_total(()))), rows)
        return
    sums = _amounts(scheme_total(lines))
    answer(
        call,
        {**seen(view), "schemes": rows, "total": sums},
        *in_view(call, view),
        table(
            call,
            rows,
            *("scheme", "year", "budget", "awarded", "redeemed", "held", "lapsed", "freed", "left"),
            grouped_by="scheme",
            totals={"scheme": call.say("cli.total"), **sums},
        ),
    )


def _amounts(line: SchemeLine) -> Row:
    return {
        "budget": line.budget,
        "awarded": line.awarded,
        "written_off": line.written_off,
        "budget_left": line.budget_left,
        "redeemed": line.redeemed,
        "held": line.held,
        "lapsed": line.lapsed,
        "freed": line.freed,
        "left": line.left,
    }


def _answer(call: Call, schemes: Iterable[Scheme]) -> None:
    rows = [_row(scheme) for scheme in schemes]
    name = f"name_{call.language}"
    answer(
        call,
        {"schemes": rows},
        table(call, rows, "scheme", "effective_from", name, "validity", "least", "most"),
    )


def _row(scheme: Scheme) -> Row:
    return {
        "scheme": scheme.code,
        "version": scheme.version,
        "effective_from": scheme.effective_from,
        "name_nl": scheme.name_nl,
        "name_en": scheme.name_en,
        "categories": sorted(scheme.categories),
        "merchants": sorted(scheme.merchants),
        "validity": scheme.validity,
        "starts_on": scheme.fixed_period and scheme.fixed_period.starts_on,
        "last_day": scheme.fixed_period and scheme.fixed_period.last_day,
        "least": scheme.least,
        "most": scheme.most,
        "amounts": dict(scheme.amounts),
        "legal_basis": scheme.legal_basis,
        "task_field": scheme.task_field,
        "iv3_category": scheme.iv3_category,
        "day_ceiling": scheme.day_ceiling,
    }
