"""The auditor's report: one page with all that an opinion needs."""

import typer

from pasledger import __version__
from pasledger.cli.calls import Call
from pasledger.cli.findings import Since, Until, period_of, reason_of
from pasledger.cli.handouts import printed
from pasledger.cli.papers import Out
from pasledger.cli.printing import answer
from pasledger.cli.progress import progress
from pasledger.formats.audit_page import audit_page
from pasledger.reports.findings import Finding
from pasledger.usecases.minting import stamp_now
from pasledger.usecases.reporting import audit_report


def report(context: typer.Context, out: Out, since: Since = None, until: Until = None) -> None:
    """Make the auditor's report of a period, as one page.

    Without days it is of this year until today. It verifies the books, and tells totals, findings with what became of
    them, and how to work all of it out again. What is about fewer than five holders is told together with more, or not
    at all. Exits with 1 where the books are not sound, or cover is not met.

    JSON: out, since, until, is_sound, is_balanced, is_covered, findings, unjudged, spent, tolerated, counted.
    """
    call: Call = context.obj
    now = stamp_now("")
    period = period_of(call, since or f"{now.effective_on.year}-01-01", until or now.effective_on.isoformat())
    with call.reader() as reader, progress(call, "cli.verifying") as tell:
        names: dict[str, str] = {merchant.id: merchant.name for merchant in reader.merchants()}

        def reason(one: Finding) -> str:
            if one.kind.is_about_one_holder:
                return call.say("cli.of-one-holder")
            if one.kind.is_about_payments:
                merchant = str(one.figures["merchant"])
                return call.say("cli.of-payments", merchant=names.get(merchant, merchant))
            return reason_of(call, one, names)

        made = audit_report(reader, period, reason, tell, at=now.recorded_at, program=f"pasledger {__version__}")
    with printed(out) as write:
        write(audit_page(made, call.language))
    is_covered = made.cover.is_met and made.cover.adds_up
    answer(
        call,
        {
            "out": str(out),
            "since": period.starts_on,
            "until": period.last_day,
            "is_sound": made.checked.is_sound,
            "is_balanced": made.balance.is_balanced,
            "is_covered": is_covered,
            "findings": len(made.findings),
            "unjudged": sum(one.is_unjudged for one in made.findings),
            "spent": made.spent,
            "tolerated": made.tolerated,
            "counted": made.counted,
        },
        call.say("cli.reported", out=out, first=period.starts_on, last=period.last_day),
        call.say("cli.sound" if made.checked.is_sound else "cli.report-unsound"),
        call.say("cli.told", count=len(made.findings)),
    )
    if not (made.checked.is_sound and made.balance.is_balanced and is_covered):
        raise typer.Exit(1)
