"""Crediting holders from a file."""

import time

import typer

from pasledger.cli.arguments import Approver, File, Source
from pasledger.cli.calls import Call
from pasledger.cli.errors import reading
from pasledger.cli.printing import answer, table
from pasledger.cli.progress import progress
from pasledger.formats.tabular import lines_in
from pasledger.reports.awards import award_lines
from pasledger.rules.records import Entitlement
from pasledger.usecases.crediting import credit
from pasledger.usecases.sources import titles_of


def award(context: typer.Context, file: File, approved_by: Approver, source: Source = None) -> None:
    """Credit the holders of a file, all or none.

    The columns of the file, CSV or XLSX: regeling;kenmerk;pashouder (or pasnummer);bedrag (or categorie);ingangsdatum;
    einddatum;termijn. Without an ingangsdatum an award starts today, without an einddatum it ends as the scheme says,
    and without a termijn it is the first. What was booked is never booked twice.

    JSON: awards (their number), seconds, per_second, schemes (scheme, awards, holders, total, smallest, largest).
    """
    call: Call = context.obj
    stamp = call.approved_by(approved_by)
    began = time.perf_counter()
    with (
        call.batch() as store,
        reading(file) as data,
        progress(call, "cli.crediting", total=lines_in(data)) as tell,
    ):
        events = credit(store, data, stamp, tell, titles_of(store, source))
    seconds = time.perf_counter() - began
    rate = round(len(events) / seconds)
    rows = [
        {
            "scheme": line.scheme,
            "awards": line.awards,
            "holders": line.holders,
            "total": line.total,
            "smallest": line.smallest,
            "largest": line.largest,
        }
        for line in award_lines(fact for event in events for fact in event.facts if isinstance(fact, Entitlement))
    ]
    answer(
        call,
        {"awards": len(events), "seconds": round(seconds, 3), "per_second": rate, "schemes": rows},
        table(call, rows, "scheme", "awards", "holders", "total", "smallest", "largest"),
        call.say("cli.credited", count=len(events), seconds=seconds, rate=rate),
    )
