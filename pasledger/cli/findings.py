"""What an auditor has to look at, each with its reason and its evidence, and what became of it."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import date, timedelta
from typing import Annotated

import typer

from pasledger.cli.calls import Call, note
from pasledger.cli.errors import Wrong
from pasledger.cli.listing import AsCsv, answered_for_programs, view_of
from pasledger.cli.printing import Row, answer, table
from pasledger.cli.wording import in_words
from pasledger.formats import cells
from pasledger.ledger.money import Money
from pasledger.ledger.periods import Period
from pasledger.reports.findings import THRESHOLDS, Finding, FindingKind
from pasledger.rules.follow_ups import FollowUpRequest
from pasledger.rules.records import FollowUpState
from pasledger.store import Reader
from pasledger.usecases import auditing
from pasledger.usecases.auditing import EVER, Said
from pasledger.usecases.minting import today

Since = Annotated[str | None, typer.Option("--since", metavar="DAY", help="Only what counts from this day.")]
Until = Annotated[str | None, typer.Option("--until", metavar="DAY", help="Only what counts until and including it.")]

_FIELDS = (
    *("finding", "kind", "criteria", "reason", "amount", "count", "first_at", "last_at", "evidence"),
    *("state", "note", "said_by", "said_at"),
)


def show(
    context: typer.Context,
    since: Since = None,
    until: Until = None,
    *,
    only_open: Annotated[bool, typer.Option("--open", help="Only those that are open or being examined.")] = False,
    as_csv: AsCsv = False,
) -> None:
    """List what an auditor has to look at.

    Each has its reason, its evidence and what became of it. None of it is a verdict. It is worked out anew each time,
    and the same finding has the same id. Each tells which of the nine criteria of lawfulness it is about. Patterns have
    thresholds, which are told too. No holder is named. CSV has the findings.

    JSON: since, until, thresholds (refunds, refunds_percent, round_payments, round_percent, round_to, burst_of_card,
    burst_at_merchant, burst_minutes, waiting_days, evidence), findings (finding, kind, criteria, reason, amount, count,
    first_at, last_at, evidence, state, note, said_by, said_at).
    """
    call: Call = context.obj
    view_of(call, None, None, as_csv=as_csv)
    period = period_of(call, since, until)
    with call.reader() as reader:
        rows = rows_of(call, reader, period, on=min(today(), period.last_day))
        if only_open:
            rows = (row for row in rows if row["state"] in (FollowUpState.OPEN, FollowUpState.EXAMINING))
        data = {**days_told(period), "thresholds": asdict(THRESHOLDS) | {"round_to": THRESHOLDS.round_to}}
        if not answered_for_programs(call, data, "findings", rows, fields=_FIELDS, as_csv=as_csv):
            _tell(call, rows)


def follow_up(
    context: typer.Context,
    finding: Annotated[str, typer.Argument(metavar="FINDING", help="The id of the finding: fnd_ and 32 digits.")],
    state: Annotated[
        FollowUpState,
        typer.Option(metavar="STATE", help=f"One of: {', '.join(one.value for one in FollowUpState)}."),
    ],
    said: Annotated[
        str, typer.Option("--note", metavar="TEXT", help="Why, in words that name no person. It stays for good.")
    ],
) -> None:
    """Set down what became of a finding. It takes the role of auditor.

    Nothing of it is changed later: what is said next stands beside it, and holds.

    JSON: finding, kind, state, note.
    """
    call: Call = context.obj
    stamp, why = call.stamp(), call.read("--note", said, note)
    with call.store() as store:
        with store.read() as reader:
            found = auditing.finding_with(reader, finding.strip(), on=stamp.effective_on)
        if found is None:
            raise Wrong("finding-unknown")
        auditing.follow_up(store, FollowUpRequest(*found, state, why), stamp)
    answer(
        call,
        {"finding": found[0], "kind": found[1], "state": state, "note": why},
        call.say("cli.followed-up", finding=found[0], state=state),
    )


def period_of(call: Call, since: str | None, until: str | None) -> Period:
    """Return the days from one to another, both included. Raises a usage error where the last comes first."""
    first = EVER.starts_on if since is None else call.read("--since", since, cells.day)
    last = EVER.last_day if until is None else call.read("--until", until, cells.day)
    if not first <= last < date.max:
        raise typer.BadParameter(call.say("cli.period"), param_hint=("--since", "--until"))
    return Period(first, last + timedelta(days=1))


def days_told(period: Period) -> Row:
    """Return what JSON says of a period; nothing of the first and the last day that there can be."""
    return {
        "since": None if period.starts_on == EVER.starts_on else period.starts_on,
        "until": None if period.ends_before == EVER.ends_before else period.last_day,
    }


def rows_of(call: Call, reader: Reader, period: Period, *, on: date) -> Iterator[Row]:
    """Yield each finding with what became of it; then what something was said of and that is found no more."""
    said = auditing.said_of_findings(reader)
    names: dict[str, str] = {merchant.id: merchant.name for merchant in reader.merchants()}
    for one in auditing.findings(reader, period, on=on):
        yield _row(call, one, said.pop(one.id, None), names)
    if period == EVER:
        for gone in said.values():
            yield _gone(call, gone)


def thresholds_told(say: Callable[..., str]) -> list[str]:
    """Return what is unusual, as sentences."""
    least = THRESHOLDS
    return [
        say("cli.unusual-refunds", refunds=least.refunds, percent=least.refunds_percent),
        say("cli.unusual-round", payments=least.round_payments, percent=least.round_percent, amount=least.round_to),
        say(
            "cli.unusual-burst",
            of_card=least.burst_of_card,
            at_merchant=least.burst_at_merchant,
            minutes=least.burst_minutes,
        ),
        say("cli.unusual-waiting", days=least.waiting_days),
    ]


def reason_of(call: Call, one: Finding, names: Mapping[str, str]) -> str:
    """Return why something is a finding, with the names of merchants."""
    figures = {
        name: names.get(str(value), value) if name == "merchant" else value for name, value in one.figures.items()
    }
    return call.say(f"finding.{one.kind}", count=one.count, amount=one.amount, **figures)


def _row(call: Call, one: Finding, said: Said | None, names: Mapping[str, str]) -> Row:
    return {
        "finding": one.id,
        "kind": one.kind,
        "criteria": list(one.criteria),
        "reason": reason_of(call, one, names),
        "amount": one.amount,
        "count": one.count,
        "first_at": one.first_at,
        "last_at": one.last_at,
        "evidence": list(one.evidence),
        **_state(said),
    }


def _gone(call: Call, said: Said) -> Row:
    nothing = dict.fromkeys(("amount", "first_at", "last_at"))
    lists: Row = {"criteria": [], "evidence": [], "count": 0}
    named = {"finding": said.follow_up.finding, "kind": kind_named(said.follow_up.kind)}
    return {**nothing, **lists, **named, "reason": call.say("cli.finding-gone"), **_state(said)}


def _state(said: Said | None) -> Row:
    if said is None:
        return {"state": FollowUpState.OPEN, "note": None, "said_by": None, "said_at": None}
    return {"state": said.follow_up.state, "note": said.follow_up.note, "said_by": said.by, "said_at": said.at}


def _tell(call: Call, rows: Iterable[Row]) -> None:
    """Print findings as they come, after what is unusual, and then how many there are of each kind."""
    answer(call, {}, *thresholds_told(call.say))
    number: Counter[str] = Counter()
    unjudged: Counter[str] = Counter()
    cents: Counter[str] = Counter()
    for row in rows:
        answer(call, {}, "", _told(call, row))
        kind, amount = str(row["kind"]), row["amount"]
        number[kind] += 1
        unjudged[kind] += row["state"] in (FollowUpState.OPEN, FollowUpState.EXAMINING)
        cents[kind] += amount.cents if isinstance(amount, Money) else 0
    sums = [
        {"kind": kind_named(kind), "findings": number[kind], "unjudged": unjudged[kind], "amount": Money(cents[kind])}
        for kind in (*FindingKind, *sorted(set(number) - set(FindingKind)))
        if number[kind]
    ]
    if sums:
        answer(call, {}, "", table(call, sums, "kind", "findings", "unjudged", "amount"))
    answer(call, {}, "", call.say("cli.told", count=number.total()))


def kind_named(kind: str) -> str:
    """Return a kind of finding; one that no finding is of any more is its own name."""
    return next((one for one in FindingKind if one == kind), kind)


def _told(call: Call, row: Row) -> str:
    """Return a finding for people."""
    lines = [call.say("cli.finding-head", kind=row["kind"], state=row["state"]), str(row["reason"])]
    criteria, evidence = row["criteria"], row["evidence"]
    if isinstance(criteria, list) and criteria:
        named = ", ".join(in_words(one, call.language) for one in criteria)
        lines.append(call.say("cli.finding-facts", criteria=named, count=row["count"], amount=row["amount"]))
    if row["first_at"] is not None:
        lines.append(call.say("cli.finding-span", first=row["first_at"], last=row["last_at"]))
    if row["note"] is not None:
        lines.append(call.say("cli.finding-said", by=row["said_by"], at=row["said_at"], note=row["note"]))
    ids = [str(row["finding"]), *(evidence if isinstance(evidence, list) else [])]
    return "\n".join([*lines, *(f"  {one}" for one in ids)])
