"""Schemes: add them from a file, and list every version."""

from collections.abc import Iterable

import typer

from pasledger.cli.arguments import Approver, File
from pasledger.cli.calls import Call
from pasledger.cli.errors import reading
from pasledger.cli.printing import Row, answer, table
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
