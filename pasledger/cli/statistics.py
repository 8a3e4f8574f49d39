"""Figures that leave the auditor's hands: reach, and the limited network. They name nobody, and no small group."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from pasledger.cli.calls import Call
from pasledger.cli.errors import reading
from pasledger.cli.listing import AsCsv, print_csv, require_one_form
from pasledger.cli.printing import Row, answer, table
from pasledger.formats import cells
from pasledger.formats.baselines import MOST, read_baselines
from pasledger.formats.reach_page import reach_page
from pasledger.ledger.periods import Period
from pasledger.reports.limited_network import SOURCE, THRESHOLD, LimitedNetwork, limited_network, twelve_months
from pasledger.reports.reach import ReachLine, months_of
from pasledger.reports.reach import reach as reach_of
from pasledger.usecases.minting import today


def reach(
    context: typer.Context,
    year: Annotated[int, typer.Argument(metavar="YEAR", min=2000, max=2199, help="The calendar year.")],
    baselines: Annotated[
        list[str] | None,
        typer.Option("--baseline", metavar="SCHEME=NUMBER", help="For how many residents a scheme is meant."),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--baselines", metavar="FILE", help="The same as a file, CSV or XLSX: regeling;aantal."),
    ] = None,
    page: Annotated[
        Path | None, typer.Option(metavar="OUT", help="Also write a page with a picture of each scheme.")
    ] = None,
    *,
    as_csv: AsCsv = False,
) -> None:
    """Show whom the schemes reach: holders with and without use, by month.

    It has the months of the year that are over, and each scheme as a whole, which counts each holder once. Of fewer
    than five persons nothing is told, nor what would give it back.

    JSON: year, lines (scheme, month (its first day; null for all months), holders, with_use, without_use, spent,
    average (of those with use), merchants, baseline, reached_percent, take_up_percent); what is null is not told.
    """
    call: Call = context.obj
    require_one_form(call, as_csv=as_csv)
    meant_for = _baselines(call, file, baselines or [])
    months = months_of(year, today())
    span = Period(starts_on=months[0].starts_on, ends_before=months[-1].ends_before) if months else None
    with call.reader() as reader:
        municipality = reader.municipality()
        lines: tuple[ReachLine, ...] = ()
        if span is not None:
            lines = reach_of(reader.reaching.had(span), reader.reaching.used(span), months, meant_for)
    rows = [_row(line) for line in lines]
    if page is not None:
        page.write_text(reach_page(lines, _words(call), municipality=municipality, year=year), encoding="utf-8")
    if as_csv:
        print_csv(_FIELDS, [_untold(row, "<5") for row in rows])
        return
    shown = [_untold({**row, "month": row["month"] or call.say("cli.all-months")}, "< 5") for row in rows]
    answer(
        call,
        {"year": year, "lines": rows},
        table(
            call,
            shown,
            *(
                "scheme",
                "month",
                "holders",
                "with_use",
                "without_use",
                "take_up_percent",
                "spent",
                "average",
                "merchants",
            ),
            grouped_by="scheme",
        ),
        call.say("cli.small-numbers"),
    )


def network(
    context: typer.Context,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DAY", help="The last of the twelve months; yesterday otherwise.")
    ] = None,
    *,
    as_csv: AsCsv = False,
) -> None:
    """Show what was paid in twelve months, and who accepts cards.

    It is for the limited-network exclusion of PSD2. Above a million euros, who leans on a limited network or a very
    limited range tells De Nederlandsche Bank. The value is what was paid, before refunds. Of a scheme under which fewer
    than five persons paid nothing is told, nor what would give it back. CSV has the acceptors.

    JSON: first_day, last_day, value, threshold, is_above, source, schemes (scheme, value), kinds (kind, acceptors),
    acceptors (name, categories, place, since, last_day); a value that is null is not told.
    """
    call: Call = context.obj
    require_one_form(call, as_csv=as_csv)
    last = today() - timedelta(days=1) if until is None else call.read("--until", until, cells.day)
    span = twelve_months(last)
    with call.reader() as reader:
        found = limited_network(span, reader.reaching.paid(span), reader.reaching.acceptors(span))
    acceptors: list[Row] = [
        {
            "name": one.name,
            "categories": list(one.categories),
            "place": one.place,
            "since": one.since,
            "last_day": None if one.ends_before is None else one.ends_before - timedelta(days=1),
        }
        for one in found.acceptors
    ]
    if as_csv:
        print_csv(("name", "categories", "place", "since", "last_day"), acceptors)
        return
    _answer_network(call, found, acceptors)


def _answer_network(call: Call, found: LimitedNetwork, acceptors: Sequence[Row]) -> None:
    schemes: list[Row] = [{"scheme": line.scheme, "value": line.value} for line in found.lines]
    kinds: list[Row] = [{"kind": kind, "acceptors": number} for kind, number in found.kinds.items()]
    answer(
        call,
        {
            "first_day": found.period.starts_on,
            "last_day": found.period.last_day,
            "value": found.value,
            "threshold": THRESHOLD,
            "is_above": found.is_above,
            "source": SOURCE,
            "schemes": schemes,
            "kinds": kinds,
            "acceptors": acceptors,
        },
        call.say("cli.network-span", first=found.period.starts_on, last=found.period.last_day),
        table(
            call,
            [_untold(row, "< 5") for row in schemes],
            *("scheme", "value"),
            totals={"scheme": call.say("cli.total"), "value": "< 5" if found.value is None else found.value},
        ),
        table(call, kinds, "kind", "acceptors"),
        call.say("cli.network-kinds"),
        table(call, acceptors, "name", "categories", "place", "since", "last_day"),
        call.say(
            "cli.network-above" if found.is_above else "cli.network-not-above", threshold=THRESHOLD, source=SOURCE
        ),
        call.say("cli.small-numbers"),
    )


_FIELDS = (
    *("scheme", "month", "holders", "with_use", "without_use", "spent", "average", "merchants", "baseline"),
    *("reached_percent", "take_up_percent"),
)
_MAY_BE_SMALL = frozenset({"holders", "with_use", "without_use", "spent", "average", "merchants", "value"})


def _row(line: ReachLine) -> Row:
    return {
        "scheme": line.scheme,
        "month": line.month,
        "holders": line.holders,
        "with_use": line.with_use,
        "without_use": line.without_use,
        "spent": line.spent,
        "average": line.average,
        "merchants": line.merchants,
        "baseline": line.baseline,
        "reached_percent": line.reached_percent,
        "take_up_percent": line.take_up_percent,
    }


def _untold(row: Row, sign: str) -> Row:
    """Return a row with a sign where something is not told."""
    return {name: sign if value is None and name in _MAY_BE_SMALL else value for name, value in row.items()}


def _baselines(call: Call, file: Path | None, given: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    if file is not None:
        with reading(file) as data:
            found = read_baselines(data)
    for one in given:
        scheme, _, number = one.partition("=")
        found[call.read("--baseline", scheme, cells.code)] = call.read("--baseline", number, cells.number(1, MOST))
    return found


def _words(call: Call) -> dict[str, str]:
    return {name: call.say(code) for name, code in _TEXTS.items()} | {"language": call.language, "untold_cell": "< 5"}


_TEXTS = {
    "title": "cli.reach-title",
    "small": "cli.small-numbers",
    "in_the_table": "cli.reach-in-the-table",
    "all_months": "cli.all-months",
    "untold": "cli.reach-untold",
    "scheme": "cli.column.scheme",
    "month": "cli.column.month",
    "holders": "cli.column.holders",
    "with_use": "cli.column.with_use",
    "without_use": "cli.column.without_use",
    "take_up": "cli.column.take_up_percent",
    "spent": "cli.column.spent",
    "average": "cli.column.average",
    "merchants": "cli.column.merchants",
}
